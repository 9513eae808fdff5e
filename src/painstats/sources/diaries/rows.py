"""Turn the rows of a diary CSV into self-reports, by the mapping that the study declares."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import polars as pl

from painstats.batch import PLACE
from painstats.parsing.clocks import instants_of, local_dates_of
from painstats.parsing.csv_text import CsvTable
from painstats.parsing.text import first_problem
from painstats.plan.diaries import DiaryPlan, ItemPlan
from painstats.plan.time_zones import TimeZones
from painstats.records import INSTANT, SELF_REPORT
from painstats.sources.batching import RAGGED_ROW, WHOLE_ROW
from painstats.sources.contract import ReadSettings
from painstats.sources.diaries.forms.written_dates import (
    SERIAL,
    TIMED,
    UNIX,
    WRITTEN_CLOCK,
    WRITTEN_FORMATS,
    written_clock,
    written_moment,
)
from painstats.sources.diaries.forms.written_scores import score_on

EXCEL_ARTIFACT = "excel_artifact"

_EXCEL_DAY = r"^(?:[0-9]{5}(\.[0-9]+)?|#.*)$"
_SAME_ANSWER = tuple(column for column in SELF_REPORT.key if column != "entry_number")
_COLUMNS = {**SELF_REPORT.columns, **PLACE}
_SEEDS = (1, 2)
_SEEN_ROWS = 1_000_000
_HASHES = [f"hash_{seed}" for seed in _SEEDS]


def parse_time(text: str, form: str) -> datetime | None:
    """Read one date or time in a ``strptime`` format; None for any other text.

    A time with an offset (``%z``) is returned in UTC, all others as written. Beside strptime formats, those of
    :data:`~.forms.written_dates.WRITTEN_FORMATS` are read.
    """
    if form in WRITTEN_FORMATS:
        return written_moment(text, form)
    if any(character.isdigit() and not character.isascii() for character in text):
        return None
    try:
        moment = datetime.strptime(text, form)
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None


def read_moments(table: CsvTable, plan: DiaryPlan, settings: ReadSettings) -> pl.DataFrame:
    """Read the participant and the time of each row.

    Returns
    -------
    One row for each row of the table: ``participant_id``, ``date`` (local), ``reported_at`` (UTC, null if the diary has
    no time), ``column`` (the one that could not be read), ``rule`` (for the serial numbers that Excel makes of dates),
    ``line`` and ``text``.
    """
    rows = pl.DataFrame(
        {
            "participant_id": _participants(table, plan, settings),
            "day_text": table.cells[plan.date_column].str.strip_chars(),
            "day": _times(table.cells[plan.date_column], plan.date_format),
            "line": table.lines,
            "text": table.texts,
        }
    ).with_columns(*_clock(table, plan))
    return _placed(rows, plan, settings.time_zones).select(
        "participant_id",
        "date",
        "reported_at",
        _moment_problem(plan),
        pl.when(pl.col("day").is_null() & pl.col("day_text").str.contains(_EXCEL_DAY))
        .then(pl.lit(EXCEL_ARTIFACT))
        .alias("rule"),
        "line",
        "text",
    )


def self_reports(table: CsvTable, plan: DiaryPlan, moments: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Read the answers of a diary.

    Parameters
    ----------
    table
        The CSV as text.
    plan
        The mapping.
    moments
        The result of :func:`read_moments` for the same table.

    Returns
    -------
    The answers, with the columns of ``self_report`` and of the contract except ``entry``; and the number of cells that
    were blank or declared missing. Each row of a wide diary gives one answer for each declared item. ``entry_number``
    counts within this table.
    """
    answers = [_answers(table, plan, moments, item) for item in plan.items]
    ragged_items = plan.items[:1] if plan.layout == "long" else plan.items
    parts = [*(frame for frame, _ in answers), *(_ragged(table, item) for item in ragged_items)]
    return numbered(pl.concat(parts).sort("line", maintain_order=True)), sum(n_blank for _, n_blank in answers)


def item_names(table: CsvTable, plan: DiaryPlan) -> pl.Series:
    """Return the trimmed item names of a long diary."""
    return table.cells[plan.item_column or ""].str.strip_chars()


# --- when ---


def _participants(table: CsvTable, plan: DiaryPlan, settings: ReadSettings) -> pl.Series:
    """Return the participant of each row, byte for byte as in the diary; null where it is blank."""
    if plan.participant_column is None:
        return pl.repeat(settings.participant_id, table.n_rows, dtype=pl.String, eager=True)
    ids = table.cells[plan.participant_column]
    return ids.zip_with(ids.str.strip_chars() != "", pl.repeat(None, table.n_rows, dtype=pl.String, eager=True))


def _times(cells: pl.Series, form: str) -> pl.Series:
    texts = cells.str.strip_chars()
    known = {text: parse_time(text, form) for text in texts.unique()}
    return pl.Series([known[text] for text in texts], dtype=pl.Datetime("us"))


def _clock_times(cells: pl.Series, form: str) -> pl.Series:
    if form != WRITTEN_CLOCK:
        return _times(cells, form)
    clocks = (written_clock(text) for text in cells.str.strip_chars())
    return pl.Series([clock and datetime.combine(date(2000, 1, 1), clock) for clock in clocks], dtype=pl.Datetime("us"))


def keeps_time(form: str) -> bool:
    """Whether a format includes a time of day."""
    return "%H" in form or "%I" in form or form in (*TIMED, SERIAL[1], UNIX)


def _clock(table: CsvTable, plan: DiaryPlan) -> list[pl.Expr | pl.Series]:
    """Return ``clock``, the naive time of writing if there is one, and ``time_unread``."""
    if keeps_time(plan.date_format):
        return [pl.col("day").alias("clock"), pl.lit(False).alias("time_unread")]
    if plan.time_column is None:
        return [pl.lit(None, pl.Datetime("us")).alias("clock"), pl.lit(False).alias("time_unread")]
    cells = table.cells[plan.time_column]
    times = _clock_times(cells, plan.time_format)
    return [
        pl.col("day").dt.date().dt.combine(pl.lit(times).dt.time()).alias("clock"),
        (times.is_null() & (cells.str.strip_chars() != "")).alias("time_unread"),
    ]


def _placed(rows: pl.DataFrame, plan: DiaryPlan, time_zones: TimeZones) -> pl.DataFrame:
    """Add the instant and the local date."""
    participants, clock = rows["participant_id"], rows["clock"]
    day = pl.col("day").dt.date()
    if plan.times_are == "utc" or "%z" in plan.date_format or plan.date_format == UNIX:
        instants = clock.dt.replace_time_zone("UTC").cast(INSTANT)
        day = pl.coalesce(local_dates_of(participants, instants, time_zones), day)
    else:
        instants = instants_of(participants, clock, time_zones)
    return rows.with_columns(instants.alias("reported_at"), day.alias("date"))


def _moment_problem(plan: DiaryPlan) -> pl.Expr:
    never = pl.col("clock").is_not_null() & pl.col("reported_at").is_null()
    problems = {plan.date_column: pl.col("day").is_null()}
    time_column = plan.time_column or plan.date_column
    problems[time_column] = problems.get(time_column, pl.lit(False)) | pl.col("time_unread") | never
    if plan.participant_column:
        problems[plan.participant_column] = pl.col("participant_id").is_null()
    return first_problem(**problems)


# --- what ---


def _answers(table: CsvTable, plan: DiaryPlan, moments: pl.DataFrame, item: ItemPlan) -> tuple[pl.DataFrame, int]:
    column = (plan.value_column if plan.layout == "long" else item.column) or ""
    rows = moments.with_columns(table.cells[column].str.strip_chars().alias("cell"))
    if plan.layout == "long":
        rows = rows.filter(item_names(table, plan) == (item.named or "").strip())
    given = rows.filter(~pl.col("cell").is_in(["", *plan.missing]))
    answers = given.with_columns(*_described(plan, item), _value(item, plan).alias("value")).with_columns(
        pl.coalesce("column", pl.when(pl.col("value").is_null()).then(pl.lit(column))).alias("column"),
        pl.coalesce(
            "rule",
            pl.when(pl.col("column").is_null() & pl.col("cell").str.starts_with("#")).then(pl.lit(EXCEL_ARTIFACT)),
        ).alias("rule"),
    )
    return shaped(answers), rows.height - given.height


def _value(item: ItemPlan, plan: DiaryPlan) -> pl.Expr:
    if item.written:
        return pl.col("cell").map_elements(lambda cell: score_on(cell, item.scale, item.map or {}), pl.Float64)
    if item.map is None:
        return _number("cell", plan.decimal)
    return pl.col("cell").replace_strict(item.map, default=None, return_dtype=pl.Float64)


def _number(column: str, decimal: str) -> pl.Expr:
    """Read numbers with the declared decimal sign only and without grouped thousands."""
    text = pl.col(column)
    sign = {".": r"\.", ",": ","}[decimal]
    number = pl.when(text.str.contains(rf"^-?[0-9]+(?:{sign}[0-9]+)?$")).then(text.str.replace(",", ".", literal=True))
    return number.cast(pl.Float64, strict=False)


def _described(plan: DiaryPlan, item: ItemPlan) -> list[pl.Expr]:
    known = {
        "source": "diary",
        "item": item.item,
        "site": item.site,
        "recall": item.recall,
        "filled": item.filled or plan.filled,
        "scale_low": item.scale[0],
        "scale_high": item.scale[1],
        "higher_is_worse": item.higher_is == "worse",
    }
    return [pl.lit(value).alias(name) for name, value in known.items()]


def _ragged(table: CsvTable, item: ItemPlan) -> pl.DataFrame:
    return shaped(
        table.ragged.with_columns(
            pl.lit(item.item).alias("item"), pl.lit(WHOLE_ROW).alias("column"), pl.lit(RAGGED_ROW).alias("rule")
        )
    )


def shaped(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with all columns of a self-report batch; missing ones are null."""
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in _COLUMNS.items()
    )


def numbered(answers: pl.DataFrame) -> pl.DataFrame:
    """Count otherwise identical answers, in their order, except unreadable ones."""
    readable = pl.col("column").is_null()
    number = readable.cast(pl.Int64).cum_sum().over(*_SAME_ANSWER)
    return answers.with_columns(pl.when(readable).then(number).otherwise(1).alias("entry_number"))


@dataclass(slots=True)
class EntryNumbers:
    """Continues the numbering of otherwise identical answers across the parts of a diary.

    ``seen`` has two hashes (128 bits in all) of the key of each answer, and how often it occurred, in frames of some
    parts each: about 20 bytes for each answer of a diary of millions.
    """

    seen: list[pl.DataFrame] = field(default_factory=list)

    def continued(self, answers: pl.DataFrame) -> pl.DataFrame:
        """Increase the ``entry_number`` of readable answers by the number of identical ones in earlier parts."""
        readable = pl.col("column").is_null()
        hashes = (pl.struct(_SAME_ANSWER).hash(seed).alias(f"hash_{seed}") for seed in _SEEDS)
        marked = answers.select(readable.alias("readable"), *hashes)
        here = marked.filter("readable").group_by(_HASHES).agg(pl.len().alias("before"))
        earlier = [frame.join(here, on=_HASHES, how="semi") for frame in self.seen]
        if self.seen and self.seen[-1].height < _SEEN_ROWS:
            here = pl.concat([self.seen.pop(), here], rechunk=True)
        self.seen.append(here)
        again = pl.concat([here.clear(), *earlier]).group_by(_HASHES).agg(pl.col("before").sum())
        if again.is_empty():
            return answers
        before = marked.join(again, on=_HASHES, how="left", maintain_order="left")["before"].fill_null(0)
        number = pl.col("entry_number") + pl.lit(before).cast(pl.Int64)
        return answers.with_columns(pl.when(readable).then(number).otherwise(1).alias("entry_number"))
