"""What a participant reads about a treatment or an experiment that they declared."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeclaredAnswer:
    """What a participant reads about a change or an experiment.

    Parameters
    ----------
    name, short_name
        "Low-dose naltrexone, 1.5 to 4.5 mg"; and the same without dose and date, for a line.
    mark
        The verdict by name, or ``sealed`` for an experiment that is not over.
    line
        One sentence with at most one size.
    firmness
        "Fairly firm", "Not determined".
    card
        Sentences below the line.
    caution
        What the answer does not mean; empty where there is nothing to add.
    fold, folded
        A heading, and terms with facts below it.
    strong
        The part of the line that is set in bold: its size or date; may be empty.
    line_without_size
        The line where the page has no room for its number; empty if it has none.
    """

    name: str
    mark: str
    line: str
    firmness: str
    card: tuple[str, ...]
    caution: str = ""
    fold: str = ""
    folded: tuple[tuple[str, str], ...] = ()
    strong: str = ""
    line_without_size: str = ""
    short_name: str = ""
