"""The participants who show what exploratory questions find; their records are longer than the study.

Names and numbers were chosen as for the participants with a planted nature: they show what can happen, not how often it
does.
"""

from __future__ import annotations

from sample_data.exercise import Exercise, Kind
from sample_data.people import Person, Planted, SecondSite

EXPLORED: tuple[Person, ...] = (
    # Opposite kinds of exercise: minutes of all kinds together go with nothing.
    Person(
        "linden",
        "Europe/London",
        "fitbit",
        "wide",
        own_days=160,
        planted=Planted(usual_pain=5.0, sleep_slope=0.0, steps_slope=0.0, trend=0.0, residual_sd=1.0),
        exercise=Exercise(
            (
                Kind("swimming", "Swim", 0.3, -1.2),
                Kind("running", "Run", 0.25, 1.2),
                Kind("yoga", "Yoga", 0.25),
                Kind("walking", "Walk", 0.3),
            )
        ),
    ),
    # Sore tomorrow, better later; spells with and without exercise, as in a year with its holidays and colds.
    Person(
        "tansy",
        "Europe/London",
        "fitbit",
        "wide",
        own_days=240,
        planted=Planted(usual_pain=6.0, sleep_slope=0.0, steps_slope=0.0, trend=0.0, residual_sd=0.7, rho=0.3),
        exercise=Exercise(
            (Kind("cycling", "Bike", 0.5), Kind("strength", "Weights", 0.35)),
            tomorrow=0.5,
            later=-0.12,
            spell_days=20,
        ),
    ),
    # More steps, longer nights, less pain; steps have no other way to pain.
    Person(
        "borage",
        "Europe/Berlin",
        "fitbit",
        "wide",
        own_days=160,
        planted=Planted(
            usual_pain=5.0, sleep_slope=-0.8, steps_slope=0.0, trend=0.0, residual_sd=0.9, steps_on_sleep=0.35
        ),
    ),
    # A link with sleep that turns round.
    Person(
        "yarrow",
        "Europe/London",
        "fitbit",
        "wide",
        own_days=210,
        planted=Planted(
            usual_pain=5.0,
            sleep_slope=-0.8,
            steps_slope=0.0,
            trend=0.0,
            residual_sd=1.0,
            sleep_link_ends_at=0.6,
            sleep_slope_after=0.8,
        ),
    ),
    # No link, but a second site that is scored after short nights only.
    Person(
        "burdock",
        "Europe/London",
        "fitbit",
        "sites",
        own_days=150,
        planted=Planted(usual_pain=6.5, sleep_slope=0.0, steps_slope=0.0, trend=0.0, residual_sd=1.0),
        second_site=SecondSite("knee", less=3.0, after_nights_below=0.4),
    ),
    # Longer nights, a better mood, and no link with pain.
    Person(
        "lovage",
        "Europe/London",
        "fitbit",
        "wide",
        own_days=150,
        planted=Planted(usual_pain=4.0, sleep_slope=0.0, steps_slope=0.0, trend=0.0, residual_sd=1.0),
        mood_on_sleep=0.8,
    ),
)
