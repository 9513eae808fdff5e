"""What the commands about experiments print."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from painstats.questions.experiment.checks import Wish
from painstats.questions.experiment.clock import date_at
from painstats.questions.experiment.draw import Prospect
from painstats.questions.experiment.finding import WAITING, ExperimentFinding
from painstats.questions.experiment.kind import TABLE
from painstats.questions.experiment.stored import Experiment, draws_of, stored_experiments
from painstats.questions.phrases import counted
from painstats.questions.verdict import Verdict
from painstats.store import Store
from painstats.store.rows import read_rows
from painstats.store.tables import table_exists

Answer = dict[str, object]


def prospect_lines(wish: Wish, found: Prospect) -> list[str]:
    """Say what is planned, and how likely it is to show an effect."""
    days = wish.blocks * wish.block_days
    half = wish.blocks // 2
    length = counted(wish.block_days, "day")
    noise = (
        f"the last {found.own_days} scores" if found.own_days else "a typical diary: this one has too few scores yet"
    )
    lines = [
        f"Experiment of {wish.participant}: {half} blocks with {wish.on}, {half} with {wish.off}.",
        f"{wish.blocks} blocks of {length} each, {days} days from {wish.first_day}.",
    ]
    if wish.dropped_days:
        lines.append(f"The first {counted(wish.dropped_days, 'day')} of each block will not count.")
    lines += [
        f"How often it would show an effect, if there is one (by {noise}):",
        *(
            f"  {counted_points(points)}: {share_words(share)}"
            for points, share in zip(found.points, found.shares, strict=True)
        ),
    ]
    if found.finer_blocks and found.finer_days and found.finer_shares:
        lines.append(
            f"More and shorter blocks show more: with --blocks {found.finer_blocks} --block-days {found.finer_days} "
            f"it would show {counted_points(found.points[1])} {share_words(found.finer_shares[1])}."
        )
    return lines


def counted_points(points: float) -> str:
    """Write a size in points."""
    return {0.5: "half a point", 1.0: "one point", 2.0: "two points"}.get(points, f"{points:g} points")


def share_words(share: float) -> str:
    """Write a simulated share, to the nearest 5%."""
    if share > 0.975:
        return "almost always"
    if share < 0.025:
        return "almost never"
    return f"in about {5 * round(20 * share)} of 100 cases"


def drawn_lines(drawn: Experiment, draws: int, files: Sequence[Path]) -> list[str]:
    """Say what was drawn and stored, and what to do next."""
    plan = drawn.plan
    times = "once" if draws == 1 else f"{draws} times"
    return [
        f"Drawn: {drawn.fingerprint}",
        f"An order for this treatment was drawn {times}.",
        *(f"{'Calendar' if path.suffix == '.ics' else 'To print'}: {path}" for path in files),
        f"Keep the diary as before. The first run from {plan.opens_on} on shows the result; nothing is shown earlier.",
    ]


def answer_of(
    wish: Wish,
    found: Prospect,
    drawn: Experiment | None = None,
    draws: int = 0,
    files: Sequence[Path] = (),
) -> Answer:
    """Return the same for a program."""
    return {
        "participant": wish.participant,
        "on": wish.on,
        "off": wish.off,
        "first_day": wish.first_day,
        "blocks": wish.blocks,
        "block_days": wish.block_days,
        "dropped_days": wish.dropped_days,
        "power": [{"points": points, "share": share} for points, share in zip(found.points, found.shares, strict=True)],
        "own_days": found.own_days,
        "fingerprint": drawn and drawn.fingerprint,
        "order": drawn and list(drawn.plan.order),
        "drawn_at": drawn and drawn.drawn_at,
        "draws": draws,
        "opens_on": drawn and drawn.plan.opens_on,
        "files": [str(path) for path in files],
    }


def rows_of_list(store: Store, instant: datetime) -> list[Answer]:
    """Return a row for each experiment: how far it has come, and what it showed, if it is over."""
    experiments = stored_experiments(store)
    judged = {row.fingerprint: row for row in read_rows(store, TABLE, ExperimentFinding)} if _is_judged(store) else {}
    rows: list[Answer] = []
    for experiment in experiments:
        plan, today = experiment.plan, date_at(store.study, experiment.participant_id, instant)
        stage, block = experiment.stage_on(today), experiment.block_on(today)
        rows.append(
            {
                "experiment": experiment.fingerprint[:8],
                "participant": experiment.participant_id,
                "on": plan.on,
                "off": plan.off,
                "first_date": plan.first_day,
                "last_date": plan.last_day,
                "stage": stage.replace("_", " "),
                "block": block and f"{block} of {plan.blocks}",
                "result": _result(judged.get(experiment.fingerprint), stage, plan.opens_on.isoformat()),
                "draws": draws_of(experiment, experiments),
            }
        )
    return rows


def _is_judged(store: Store) -> bool:
    return table_exists(store, TABLE)


def _result(finding: ExperimentFinding | None, stage: str, opens_on: str) -> str:
    if stage == "ended_early":
        return "no test"
    if stage != "finished":
        return f"opens on {opens_on}"
    if finding is not None and WAITING in finding.reasons:
        return f"waits for the last scores, until {finding.opens_on}"
    if finding is None or finding.stage != "finished":
        return "ready: painstats run"
    if finding.estimate is None or finding.low is None or finding.high is None:
        return f"not judged: {', '.join(finding.reasons)}"
    if finding.verdict == Verdict.NOT_DETERMINED:
        return f"cannot tell: {_change(finding.low)} to {_change(finding.high)}"
    near, far = sorted((abs(finding.low), abs(finding.high)))
    return f"{finding.verdict} by {abs(finding.estimate):.1f} ({near:.1f} to {far:.1f})"


def _change(points: float) -> str:
    return f"{abs(points):.1f} {'lower' if points < 0 else 'higher'}"
