"""The participants with listed treatments or an experiment; their records are longer than the study.

All records end before the clocks go back in October. Names were chosen as for the participants with a planted nature:
they show what can happen, not how often it does.
"""

from __future__ import annotations

from sample_data.people import Person, Planted
from sample_data.treatments import AsNeeded, Experiment, Treatment

STEADY = Planted(usual_pain=6.0, trend=0.0, residual_sd=1.2)
"""No trend of pain, so that a change is what was planted; and so much pain that scores are seldom cut at 0."""

TREATED: tuple[Person, ...] = (
    # An opioid that overlaps low-dose naltrexone for ten days, then a new dose, after which pain is 2 points lower; a
    # medicine as needed, and a visit to a doctor.
    Person(
        "saffron",
        "Europe/London",
        "fitbit",
        "wide",
        planted=STEADY,
        own_days=255,
        treatments=(
            Treatment("medicine", "oxycodone", -60, 58, 10, "mg", wash_out_days=2),
            Treatment("medicine", "naltrexone", 49, 153, 1.5, "mg", ramp_days=7),
            Treatment("medicine", "naltrexone", 154, None, 4.5, "mg", ramp_days=14, effect=-2.0),
        ),
        as_needed=AsNeeded("ibuprofen", 400, "mg", least_score=8),
        last_visit_on=150,
    ),
    # A course without effect, begun after a bad week.
    Person(
        "thyme",
        "Europe/London",
        None,
        "wide",
        planted=STEADY,
        own_days=210,
        treatments=(Treatment("yoga", "yoga course", 63, after_bad_week=True),),
    ),
    # An injection, which acts for twelve weeks.
    Person(
        "mallow",
        "America/New_York",
        None,
        "wide",
        planted=STEADY,
        own_days=245,
        treatments=(
            Treatment("injection", "steroid injection", 91, 91, 40, "mg", ramp_days=3, acts_days=84, effect=-1.8),
        ),
    ),
    # Two starts four days apart.
    Person(
        "larch",
        "Europe/Berlin",
        None,
        "wide",
        planted=STEADY,
        own_days=182,
        treatments=(
            Treatment("exercise_programme", "pilates", 84, effect=-0.5),
            Treatment("medicine", "duloxetine", 88, None, 30, "mg", ramp_days=7, effect=-1.2),
        ),
    ),
    # An experiment with an effect, and one without.
    Person(
        "bracken",
        "Europe/London",
        None,
        "wide",
        planted=STEADY,
        own_days=147,
        experiment=Experiment(
            on="a heat pad for 20 minutes",
            off="no heat pad",
            starts_on=28,
            drawn_on=21,
            seed="6f0c1d3b9a5e4f7281c4d09be6a3572f",
            effect=-1.2,
        ),
    ),
    Person(
        "juniper",
        "Europe/London",
        None,
        "wide",
        planted=STEADY,
        own_days=147,
        experiment=Experiment(
            on="10 minutes of stretching",
            off="nothing",
            starts_on=28,
            drawn_on=21,
            seed="b83e5a94c7d1406f92e0ab5d7c164f38",
            effect=0.0,
        ),
    ),
)
