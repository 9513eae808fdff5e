"""``painstats power``: what designs can detect, from stated variances, from a study, or from a pilot with its range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from painstats.cohort.inputs import cohort_inputs
from painstats.cohort.models.average import average_model
from painstats.cohort.paper.documents import PAPER, has_paper_extra
from painstats.cohort.precision.information import ResidualCovariance
from painstats.cohort.precision.of_study import assumed_from
from painstats.cohort.precision.pilot import Pilot
from painstats.cohort.precision.tables import Assumed, PlannedDesign, from_pilot, planned_designs
from painstats.commands.printing import print_json, print_table
from painstats.errors import StudyError
from painstats.plan.formula import EXPOSURES
from painstats.plan.study import read_study
from painstats.store import open_store

HEADINGS = {
    "days": "days", "participants": "participants", "detectable": "average slope", "range": "range",
    "moderator": "per SD of a moderator", "two_groups": "two equal groups",
}  # fmt: skip
FEWEST = 4


def power(
    study_folder: Path | None,
    exposure: str,
    slope_sd: float | None,
    exposure_sd: float | None,
    residual_sd: float,
    rho: float,
    white_share: float,
    lag_correlation: float,
    missing: float,
    gap: float,
    participants: Sequence[int],
    days: Sequence[int],
    pilot: Sequence[float] | None,
    pilot_days: int | None,
    figure: Path | None,
    matters: float | None,
    as_json: bool,
) -> int:
    """Print what numbers of participants and days detect with 80 % power at 5 %."""
    if min(participants) < FEWEST or min(days) < FEWEST:
        raise StudyError(f"--participants and --days must be at least {FEWEST}")
    if study_folder is not None:
        assumed, own_pilot, own_days = _of_study(study_folder, exposure)
        found = from_pilot(assumed, own_pilot, own_days, participants, days)
    else:
        assumed = _stated(
            slope_sd, exposure_sd, ResidualCovariance(residual_sd, rho, white_share), lag_correlation, missing, gap
        )
        found = _of_stated(assumed, pilot, pilot_days, participants, days)
    if figure is not None:
        figure.write_text(_drawn(found, matters), encoding="utf-8")
    if as_json:
        print_json({"assumed": asdict(assumed), "designs": [asdict(each) for each in found]})
        return 0
    print(assumptions(assumed))
    print("Detectable with 80 % power at 5 %, in points per unit of the exposure:")
    print_table([_row(each) for each in found], HEADINGS)
    if figure is not None:
        print(f"Figure: {figure}")
    return 0


def _drawn(designs: Sequence[PlannedDesign], matters: float | None) -> str:
    """Draw the figure.

    Raises
    ------
    StudyError
        The libraries that draw are not installed.
    """
    if not has_paper_extra():
        raise StudyError(f"--figure needs an extra: pip install '{PAPER}'")
    from painstats.commands.precision_figure import precision_figure

    return precision_figure(designs, matters)


def assumptions(assumed: Assumed) -> str:
    """Say what a table of precision assumes."""
    residual = assumed.residual
    return (
        f"Assumed: SD of slopes {assumed.slope_sd:.3g}, SD of the exposure within participants "
        f"{assumed.exposure_sd:.3g} (correlation from day to day {assumed.lag_correlation:.2f}), residual SD "
        f"{residual.sd:.3g}, rho {residual.rho:.2f}, white noise {residual.white_share:.0%}, "
        f"{assumed.missing:.0%} of days missing"
    )


def _stated(
    slope_sd: float | None,
    exposure_sd: float | None,
    residual: ResidualCovariance,
    lag_correlation: float,
    missing: float,
    gap: float,
) -> Assumed:
    if slope_sd is None or exposure_sd is None:
        raise StudyError("give --slope-sd and --exposure-sd, or --study with a study that was run")
    return Assumed(residual, slope_sd, exposure_sd, lag_correlation, missing, gap)


def _of_stated(
    assumed: Assumed,
    pilot: Sequence[float] | None,
    pilot_days: int | None,
    participants: Sequence[int],
    days: Sequence[int],
) -> list[PlannedDesign]:
    if pilot is None:
        return planned_designs(assumed, participants, days)
    if pilot_days is None:
        raise StudyError("--pilot needs --pilot-days, how many days each participant of the pilot had")
    n, se, df = pilot
    return from_pilot(assumed, Pilot(int(n), se, df), pilot_days, participants, days)


def _of_study(folder: Path, exposure: str) -> tuple[Assumed, Pilot, int]:
    if exposure not in EXPOSURES:
        raise StudyError(f"--exposure: {exposure} is not known; write one of: {', '.join(EXPOSURES)}")
    with open_store(read_study(folder)) as store:
        inputs = cohort_inputs(store)
    days = inputs.days_of(inputs.exposure(exposure))
    return assumed_from(days, average_model(days))


def _row(each: PlannedDesign) -> dict[str, str]:
    limits = "" if each.low is None or each.high is None else f"{each.low:.3f} to {each.high:.3f}"
    return {
        "days": str(each.days),
        "participants": str(each.participants),
        "detectable": f"{each.detectable:.3f}",
        "range": limits,
        "moderator": f"{each.moderator:.3f}",
        "two_groups": f"{each.two_groups:.3f}",
    }
