"""What a study would have said of simulated diaries: its looks, verdicts, forecasts and nightly readings.

All of it comes from the functions that a study uses, on rows laid out as on the day of each look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
from scipy import stats

from benchmarks.calibration.after import EXPOSURES, LOOKS, After, Course, Interval, StudyCourse
from painstats.findings.forecast import PRIOR_SD, SoFar, forecast
from painstats.findings.rule import State, judge
from painstats.findings.verdict import Conclusion, conclude
from painstats.questions.asked import asked
from painstats.questions.daily.guards import DaysOf, known_until
from painstats.questions.daily.look_days import ScoredDates, own_look_days, pooled_look_days, study_look_dates
from painstats.questions.daily.own_looks import LookResult, own_look
from painstats.questions.daily.study_looks import StudyLook, study_look
from painstats.questions.estimate import Estimate
from painstats.questions.evidence import Evidence
from painstats.questions.look import Look, LookDay
from painstats.questions.question import Question
from painstats.questions.verdict import Verdict
from tests.calibration.real_diaries import DESIGN, MONDAY, STUDY, Diaries, known_days, model_frame

QUESTIONS = asked(STUDY)
NAMES = tuple(question.name for question in QUESTIONS)
EXPOSURE_OF = dict(zip(NAMES, EXPOSURES, strict=True))
FIRST_DAY = date(1970, 1, 1) + timedelta(days=MONDAY)

FIRST_NIGHT, NIGHTS = 45, 15
"""Days with a score from which nights are evaluated, and every how many."""


def own_courses(diaries: Diaries) -> list[Course]:
    """Return what each participant's own days say, after each look."""
    return [_course(_states(looks)) for looks in own_looks(diaries)]


def alone(diaries: Diaries, place: int) -> Diaries:
    """Return the diary of one participant."""
    own = slice(place, place + 1)
    return Diaries(diaries.score[own], diaries.sleep[own], diaries.steps[own])


def nightly_intervals(diaries: Diaries) -> list[Mapping[str, Interval]]:
    """Return one participant's 95% intervals on every fifteenth night, without those of refused questions."""
    days = range(FIRST_NIGHT, LOOKS[-1] + 1, NIGHTS)
    scored = np.flatnonzero(np.isfinite(diaries.score[0]))
    found = (_at_own_look(diaries, LookDay(1, _date(scored[n - 1]), n)) for n in days if n <= len(scored))
    return [
        {EXPOSURE_OF[name]: interval for name, look in looks.items() if (interval := _interval(look))}
        for looks in found
    ]


def study_course(diaries: Diaries) -> StudyCourse:
    """Return what a cohort's study says of its participants and of the averages, after each look."""
    own, (pooled, average) = [_states(looks) for looks in own_looks(diaries)], study_looks(diaries)
    of_others = [_states(looks) for looks in pooled]
    return StudyCourse(
        own=[_course(states) for states in own],
        pooled=[_course(states) for states in of_others],
        verdicts=[_verdicts(mine, with_others) for mine, with_others in zip(own, of_others, strict=True)],
        average=_course(_states(average)),
    )


Looks = dict[str, list[LookResult]]
States = Mapping[str, Sequence[State]]


def own_looks(diaries: Diaries) -> Iterator[Looks]:
    """Yield the looks at each participant's own days."""
    scored = _scored_dates(diaries)
    reached = own_look_days(scored, LOOKS)
    for place, name in enumerate(scored):
        found = [
            _at_own_look(alone(diaries, place), whens[name]) for _, whens in sorted(reached.items()) if name in whens
        ]
        yield {name: [looks[name] for looks in found] for name in NAMES}


def _at_own_look(own: Diaries, when: LookDay) -> dict[str, LookResult]:
    rows, days = _until(own, when.date)
    return own_look(rows, DESIGN, QUESTIONS, days, when)


def study_looks(diaries: Diaries) -> tuple[list[Looks], Looks]:
    """Return the pooled looks of each participant, and those of the averages."""
    scored, rules = _scored_dates(diaries), DESIGN.rules
    of_averages = study_look_dates(scored, LOOKS, rules.min_people_cohort)
    of_pooled = study_look_dates(scored, LOOKS, rules.min_people_mixed_model)
    pooled_days = pooled_look_days(scored, LOOKS, of_pooled)
    found: dict[str | None, Looks] = {name: {question: [] for question in NAMES} for name in (*scored, None)}
    for day in sorted({*of_averages, *of_pooled}):
        rows, days = _until(diaries, day)
        number = of_averages.index(day) + 1 if day in of_averages else None
        pooled = {name: when for name, whens in pooled_days.items() for when in whens if when.date == day}
        look = StudyLook(rows, pooled, LookDay(number, day, rows.height) if number else None)
        for participant, question, result in study_look(look, DESIGN, QUESTIONS, days):
            found[participant][question.name].append(result)
    return [found[name] for name in scored], found[None]


def _until(diaries: Diaries, day: date) -> tuple[pl.DataFrame, DaysOf]:
    """Return the rows of ``model_frame`` as they were on a date, and the known days of exposures."""
    days = (day - FIRST_DAY).days + 1
    before = Diaries(diaries.score[:, :days], diaries.sleep[:, :days], diaries.steps[:, :days])
    return model_frame(before).with_columns(in_cohort=True), known_until(known_days(before), day)


def _scored_dates(diaries: Diaries) -> ScoredDates:
    names = model_frame(diaries)["participant_id"].unique().sort()
    return {
        name: [_date(day) for day in np.flatnonzero(is_scored)]
        for name, is_scored in zip(names, np.isfinite(diaries.score), strict=True)
    }


def _date(day: int) -> date:
    return FIRST_DAY + timedelta(days=int(day))


def _states(looks: Looks) -> States:
    return judge({name: [look for look in found if isinstance(look, Look)] for name, found in looks.items()})


def _course(states: States) -> Course:
    return {EXPOSURE_OF[name]: [_after(state) for state in states[name]] for name in NAMES}


def _after(state: State) -> After:
    look, withdrawal = state.look, state.withdrawal
    return After(
        number=look.when.number,
        sign=state.sign,
        low=state.low,
        high=state.high,
        is_small=state.is_small,
        smallest_effect=look.smallest_effect,
        interval=_interval(look),
        is_withdrawn=withdrawal is not None and withdrawal.at is look,
        forecast=None if state.sign or state.is_small else _forecast(look),
    )


def _interval(look: LookResult) -> Interval | None:
    if not isinstance(look, Look) or look.se is None or look.df is None:
        return None
    margin = float(stats.t.isf(0.025, look.df)) * look.se
    return look.value - margin, look.value + margin


def _forecast(look: Look) -> tuple[int | None, int | None] | None:
    """Return the first and last look at which a verdict is forecast, as a study does on the night of a look."""
    if look.se is None or look.basis != "own_days":
        return None
    rules, days = DESIGN.rules, look.when.days
    prior = PRIOR_SD / look.exposure.sd
    so_far = SoFar(look.value, look.se, days, prior, look.smallest_effect, recent_share=1.0)
    found = forecast(so_far, rules.looks, rules.false_sign_chance, len(QUESTIONS))
    first, last = (further and further + days for further in (found.first_days, found.last_days))
    return first, last


def _verdicts(own: States, pooled: States) -> Course:
    """Return the verdicts of one participant, each time that a look changes one of the two states."""
    return {
        EXPOSURE_OF[question.name]: list(_verdicts_on(question, own[question.name], pooled[question.name]))
        for question in QUESTIONS
    }


def _verdicts_on(question: Question, own: Sequence[State], pooled: Sequence[State]) -> Iterator[After]:
    evidence = Evidence(question, "", Estimate(None, None, None, "none", 0, 1), (), 0.0, 0.0)
    events = [(state.look.when.date, False, state) for state in own]
    events += [(state.look.when.date, True, state) for state in pooled]
    latest: dict[bool, State] = {}
    before = 0
    for _, is_pooled, state in sorted(events, key=lambda event: event[:2]):
        latest[is_pooled] = state
        conclusion = conclude(evidence, latest.get(False), latest.get(True))
        number = max(each.look.when.number for each in latest.values())
        after = _verdict(conclusion, conclusion.state or state, number)
        yield replace(after, is_withdrawn=before not in (0, after.sign))
        before = after.sign


def _verdict(conclusion: Conclusion, state: State, number: int) -> After:
    sign = {Verdict.HIGHER: 1, Verdict.LOWER: -1}.get(conclusion.verdict, 0)
    return After(
        number=number,
        sign=sign,
        low=state.low,
        high=state.high,
        is_small=conclusion.verdict is Verdict.AT_MOST_SMALL or (sign != 0 and state.is_small),
        smallest_effect=state.look.smallest_effect,
    )
