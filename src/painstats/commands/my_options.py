"""The options of ``painstats me`` about the diary and the outcome; None where the files are to say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

NOT_OF_DIARIES = ("item", "site", "unlogged", "moods")


@dataclass(frozen=True, slots=True)
class MyOptions:
    """What a person said; names are those of the parser's destinations, and of the keys of a diary's declaration."""

    item: str | None = None
    site: str | None = None
    unlogged: str | None = None
    moods: Mapping[str, float] | None = None
    column: str | None = None
    date_column: str | None = None
    date_format: str | None = None
    year: int | None = None
    time_column: str | None = None
    time_format: str | None = None
    notes_column: str | None = None
    sheet: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    scale: tuple[float, float] | None = None
    higher_is: str | None = None
    filled: str | None = None
    recall: str | None = None
    map: Mapping[str, float] | None = None

    @property
    def known(self) -> dict[str, object]:
        """What is known of the diary, by the keys of its declaration."""
        return {key: value for key, value in asdict(self).items() if value is not None and key not in NOT_OF_DIARIES}
