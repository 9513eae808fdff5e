"""The exercise types of the vocabulary for vendors' names of exercise."""

from __future__ import annotations

import polars as pl

_WORDS = (
    ("other", r"motor|horse|riding lesson|sauna|ice bath|massage|commut|driv"),
    ("physiotherapy", r"physio|physical therapy|rehab"),
    (
        "water_sport",
        r"aqua|\bwater|kayak|canoe|sail|surf|stand up paddl|paddle ?board|paddling|snorkel|scuba|diving|raft",
    ),
    ("ball_game", r"tennis|soccer|football|basketball|volley|badminton|squash|handball|rugby|cricket|baseball"),
    ("ball_game", r"softball|golf|padel|pickleball|racquet|lacrosse|netball|bowling|hockey|disc"),
    ("winter_sport", r"\bski|skiing|snow|ice skat|sledding|curling"),
    ("yoga", r"yoga"),
    ("pilates", r"pilates|barre\b"),
    ("mind_and_body", r"tai ?chi|qi ?gong|meditat|breath|mindful|mind and body|stretch|flexib"),
    ("interval_training", r"interval|hiit|high intensity|crossfit|circuit|functional fitness|tabata|boot ?camp"),
    ("strength", r"strength|weight|resistance|power ?lift|body ?build|calisthenic|core train"),
    ("dance", r"danc|ballet|zumba"),
    ("elliptical", r"elliptical|cross ?trainer"),
    ("stairs", r"stair|step machine|stepper|floor climb"),
    ("rowing", r"\brow"),
    ("swimming", r"swim"),
    ("hiking", r"hik|trek|backpack|ruck|mountaineer"),
    ("walking", r"walk|steps\b"),
    ("running", r"\brun|running|jog|treadmill"),
    ("cycling", r"cycl|bik|spin|\bride\b|\bvelo"),
)
"""Exercise types and patterns of their names, in the order in which they are tried; the first match counts."""


def exercise_types(name: pl.Expr) -> pl.Expr:
    """Convert names of exercise to exercise types.

    Parameters
    ----------
    name
        Text such as ``trail_running``, ``Indoor Cycling`` or ``weightlifting``.

    Returns
    -------
    One of ``vocabulary.EXERCISE_TYPES``; ``other`` for unknown names and for none.
    """
    plain = name.str.to_lowercase().str.replace_all(r"[_\-/]+", " ")
    fitting = (pl.when(plain.str.contains(pattern)).then(pl.lit(kind)) for kind, pattern in _WORDS)
    return pl.coalesce(*fitting, pl.lit("other"))
