"""Judge a participant's paths: the questions of all activities are one family."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from painstats.questions.exploratory.family import LARGEST_Q, benjamini_hochberg
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.path.contrasts import ASKED, CONTRASTS, NAME, PARTS, THROUGH_SLEEP, TOTAL, unit_of
from painstats.questions.path.fit import OwnPath, PathEstimate
from painstats.questions.verdict import Verdict

DAILY_QUESTION, PART_OF_THE_WAY = "daily_question", "part_of_through_sleep"
"""Why an arrow is not judged on its own: the daily question answers it, or it is a part of the way through sleep."""

Q = Mapping[tuple[str, str], float]
"""Activity and contrast to q."""


def findings(paths: Sequence[OwnPath]) -> tuple[ContrastFinding, ...]:
    """Judge one participant's paths, which are one family."""
    p_values = {
        (path.activity.name, contrast): path.found[contrast].p
        for path in paths
        for contrast in ASKED
        if contrast in path.found
    }
    q = dict(zip(p_values, benjamini_hochberg(list(p_values.values())).tolist(), strict=True))
    return tuple(row for path in paths for row in _rows(path, q))


def verdict_of(contrast: str, estimate: float, p: float, q: Mapping[str, float]) -> tuple[Verdict, str]:
    """Judge an arrow, and say why it is not judged, if so.

    The total is judged as a daily question. The two parts of the way through sleep have a direction only where the
    whole way has one. In one participant they always have one then: a product is clear only where both factors are.

    Parameters
    ----------
    contrast, estimate, p
        The arrow, its estimate and p.
    q
        Contrast to p adjusted within the family, for those that are asked.
    """
    if contrast == TOTAL:
        return Verdict.NOT_JUDGED, DAILY_QUESTION
    is_part = contrast in PARTS
    if q.get(THROUGH_SLEEP if is_part else contrast, 1.0) >= LARGEST_Q:
        return (Verdict.NOT_JUDGED, PART_OF_THE_WAY) if is_part else (Verdict.NOT_DETERMINED, "")
    if is_part and p >= LARGEST_Q:
        return Verdict.NOT_DETERMINED, ""
    return (Verdict.HIGHER if estimate > 0 else Verdict.LOWER), ""


def _rows(path: OwnPath, q: Q) -> Iterator[ContrastFinding]:
    own_q = {contrast: q[key] for contrast in ASKED if (key := (path.activity.name, contrast)) in q}
    for contrast in CONTRASTS:
        found = path.found.get(contrast)
        if found is None:
            yield _row(path, contrast, len(q), Verdict.NOT_JUDGED, path.refused, None, None)
        else:
            verdict, reason = verdict_of(contrast, found.estimate, found.p, own_q)
            yield _row(path, contrast, len(q), verdict, (reason,) if reason else (), found, own_q.get(contrast))


def _row(
    path: OwnPath,
    contrast: str,
    asked: int,
    verdict: Verdict,
    reasons: tuple[str, ...],
    found: PathEstimate | None,
    q: float | None,
) -> ContrastFinding:
    return ContrastFinding(
        participant_id=path.participant_id,
        kind=NAME,
        item=path.outcome.item,
        site=path.outcome.site,
        exposure=path.activity.measure,
        contrast=contrast,
        unit=unit_of(contrast, path.activity),
        look_date=path.when.date,
        days=found.days if found else path.days,
        days_with=None,
        asked=asked,
        verdict=verdict,
        reasons=reasons,
        estimate=found.estimate if found else None,
        low=found.low if found else None,
        high=found.high if found else None,
        own_estimate=found.estimate if found else None,
        own_se=found.se if found else None,
        df=found.df if found else None,
        p=found.p if found else None,
        q=q,
    )
