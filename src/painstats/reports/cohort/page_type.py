"""What the page of a cohort is made of, in the order in which it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from painstats.reports.pages import Cell, Chart, Part, Table


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """A question of the result table: what an effect is per, the cells, and the verdict with its mark and words."""

    name: str
    cells: tuple[str, ...]
    mark: str
    verdict: str


@dataclass(frozen=True, slots=True)
class VerdictMarks:
    """The verdicts of the participants on a question: in words, and a mark for each."""

    words: str
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrimaryResult:
    """The primary result.

    Parameters
    ----------
    sentence
        The result in one sentence, its size in bold.
    notes
        What belongs to the sentence, such as that an answer is computed elsewhere.
    head, rows
        The result table; without rows there is none.
    model
        The model in a line.
    marks
        The verdicts of the participants, for each question.
    """

    sentence: Cell
    notes: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[VerdictRow, ...]
    model: str
    marks: tuple[VerdictMarks, ...]


@dataclass(frozen=True, slots=True)
class FlowStep:
    """A box of the participant flow, and the reason for which others did not come so far, with their number."""

    number: str
    words: str
    left: str = ""


@dataclass(frozen=True, slots=True)
class Participants:
    """Who took part: the flow and Table 1, or why they are not there."""

    flow: tuple[FlowStep, ...]
    flow_note: str
    table: Table | None
    note: str
    refused: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """An option of a specification curve: its choice, its dots, how many have it, and its shift of estimates."""

    choice: str
    option: str
    drawing: Markup
    count: str
    shift: str


@dataclass(frozen=True, slots=True)
class Multiverse:
    """The specification curve of an exposure, and what it shows in words."""

    title: str
    note: str
    sentences: tuple[str, ...]
    label: str
    drawing: Markup
    rows: tuple[ChoiceRow, ...]


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file or a group of files: where it is, what it holds, and in which formats."""

    names: str
    holds: str
    formats: str


@dataclass(frozen=True, slots=True)
class CohortPage:
    """The page of a cohort for a researcher.

    Parameters
    ----------
    title, heading, about
        Title without a name in it, heading, and what stands above it.
    plan, provenance
        The plan's hash, in bold, and what is known of it and of the data.
    primary, participants
        The primary result, and who took part.
    effects, effects_note, more_effects
        The forest of the primary exposure, what belongs to it, and the other forests.
    missing, missing_notes
        The map of missing data, and its two numbers.
    multiverse, multiverse_note
        The specification curve of the primary exposure, those of others, and where it is not there, why.
    files
        What there is in files.
    more
        Further parts, each folded.
    footer
        What the page is not.
    """

    title: str
    heading: str
    about: tuple[Cell, ...]
    plan: str
    provenance: Cell
    primary: PrimaryResult
    participants: Participants
    effects: Chart | None
    effects_note: str
    more_effects: tuple[Chart, ...]
    missing: Chart | None
    missing_notes: tuple[str, ...]
    multiverse: tuple[Multiverse, ...]
    multiverse_note: str
    files: tuple[FileRow, ...]
    more: tuple[Part, ...]
    footer: str
    kind: str = "cohort"
