"""The average of each arrow of a path over participants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from painstats.questions.exploratory.average import LEAST_PARTICIPANTS, contrast_mean, with_mean
from painstats.questions.exploratory.family import benjamini_hochberg
from painstats.questions.exploratory.finding import ContrastAverage
from painstats.questions.path.contrasts import ASKED, CONTRASTS, NAME, THROUGH_SLEEP, unit_of
from painstats.questions.path.fit import OwnPath, PathEstimate
from painstats.questions.path.judge import verdict_of
from painstats.questions.verdict import Verdict

FEW_PARTICIPANTS = "few_participants"


def averages(paths: Sequence[OwnPath], least: int = LEAST_PARTICIPANTS) -> tuple[ContrastAverage, ...]:
    """Average every arrow of every activity over participants, and judge it within the family of all averages.

    Parameters
    ----------
    paths
        Those of all participants.
    least
        Participants with an estimate of their own that an average needs.
    """
    activities = dict.fromkeys(path.activity for path in paths)
    rows = [
        _average([path for path in paths if path.activity == activity], contrast, least)
        for activity in activities
        for contrast in CONTRASTS
    ]
    return _judged(rows)


def mean_of_products(products: npt.ArrayLike) -> tuple[float, float]:
    """Return the mean of participants' own products (n,) and its standard error, for a t test with n - 1.

    The errors of a participant's two factors are independent, so the mean is right also where participants with a
    larger first factor have a larger second one; the product of the two averages is not.

    References
    ----------
    docs/method/questions.md, path, through sleep; Bauer, Preacher & Gil 2006, Psychological Methods 11:142.
    """
    values = np.asarray(products, dtype=np.float64)
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size))


def _average(paths: Sequence[OwnPath], contrast: str, least: int) -> ContrastAverage:
    found = [path.found[contrast] for path in paths if contrast in path.found]
    outcome, activity = paths[0].outcome, paths[0].activity
    row = ContrastAverage(
        kind=NAME,
        item=outcome.item,
        site=outcome.site,
        exposure=activity.measure,
        contrast=contrast,
        unit=unit_of(contrast, activity),
        participants=len(found),
        asked=0,
        verdict=Verdict.NOT_JUDGED,
        reasons=(FEW_PARTICIPANTS,),
    )
    if len(found) < least:
        return row
    return _of_products(row, found) if contrast == THROUGH_SLEEP else _of_estimates(row, found)


def _of_estimates(row: ContrastAverage, found: Sequence[PathEstimate]) -> ContrastAverage:
    return with_mean(row, contrast_mean([one.estimate for one in found], [(one.se or 0.0) ** 2 for one in found]))


def _of_products(row: ContrastAverage, found: Sequence[PathEstimate]) -> ContrastAverage:
    """Average products; their spread mixes participants with noise, so it is not kept as one between participants."""
    from scipy import stats

    mean, se = mean_of_products([one.estimate for one in found])
    df = len(found) - 1
    margin = float(stats.t.ppf(0.975, df)) * se
    p = float(2 * stats.t.sf(abs(mean / se), df))
    return replace(row, estimate=mean, se=se, df=df, low=mean - margin, high=mean + margin, p=p)


def _judged(rows: Sequence[ContrastAverage]) -> tuple[ContrastAverage, ...]:
    p_values = {(row.exposure, row.contrast): row.p for row in rows if row.contrast in ASKED and row.p is not None}
    q = dict(zip(p_values, benjamini_hochberg(list(p_values.values())).tolist(), strict=True))
    return tuple(_with_verdict(replace(row, asked=len(q)), q) for row in rows)


def _with_verdict(row: ContrastAverage, q: Mapping[tuple[str, str], float]) -> ContrastAverage:
    if row.estimate is None or row.p is None:
        return row
    own_q = {contrast: value for (exposure, contrast), value in q.items() if exposure == row.exposure}
    verdict, reason = verdict_of(row.contrast, row.estimate, row.p, own_q)
    return replace(row, verdict=verdict, reasons=(reason,) if reason else (), p_adjusted=own_q.get(row.contrast))
