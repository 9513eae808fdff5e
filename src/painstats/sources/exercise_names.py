"""The exercise types of the vocabulary for names of exercise in English, German, French and Spanish."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import polars as pl

from painstats.batch import Batch, Ignored, Rows
from painstats.records import EXERCISE_SESSION

UNUSED = "unused"
"""What apps record that is neither exercise nor a therapy, such as breathing and saunas. It is never stored."""

_WORDS = (
    ("acupuncture", r"acupunct|acupunt|akupunkt|agopunt|dry needl"),
    ("massage", r"massage|masaje"),
    ("meditation", r"meditat|meditac|mindfulness|achtsam|pleine conscience|atencion plena"),
    (UNUSED, r"breath|\batem|respira|\bsauna|ice bath|eisbad"),
    ("other", r"motor|horse|riding lesson|commut|driv"),
    ("physiotherapy", r"physio|physical therapy|rehab|\breha\b|krankengymnast|kinesi|fisio|reeduc"),
    ("swimming", r"swim|schwimm|natation|\bnage|natacion|nadar|^open water$|freiwasser|^eau libre$|^aguas abiertas$"),
    (
        "water_sport",
        r"a[qc]ua|\bwater|kayak|canoe|sail|surf|stand up paddl|paddle ?board|paddling|snorkel|scuba|diving|\braft"
        r"|wasser|kajak|\bkanu|paddeln|segeln|tauch|schnorchel|\bvoile|plongee|piragua|\bvela\b|buceo|remo en",
    ),
    ("ball_game", r"tennis|soccer|football|basketball|volley|badminton|squash|handball|rugby|cricket|baseball"),
    ("ball_game", r"softball|golf|padel|pickleball|racquet|lacrosse|netball|bowling|hockey|disc"),
    ("ball_game", r"fussball|futbol|\bfoot\b|federball|baloncesto|voleibol|\btenis|balonmano|beisbol"),
    (
        "winter_sport",
        r"\bski\b|\bski(?:ing|fahr|lang|tour|wander|abfahrt)|snow|ice skat|sledding|curling|esqui|langlauf|schlitt"
        r"|eislauf|rodeln|schnee|patinage|\bneige|\bluge|patinaje|\bnieve",
    ),
    ("yoga", r"yoga"),
    ("pilates", r"pilates|barre\b"),
    ("mind_and_body", r"tai ?chi|qi ?gong|mindful|mind (?:and|&) body|cool ?down|stretch|flexib|dehn"),
    ("mind_and_body", r"etirement|souplesse|estiramiento"),
    ("interval_training", r"interval|hiit|high intensity|crossfit|circuit|functional fitness|tabata|boot ?camp"),
    ("interval_training", r"cross ?training|jump(?:ing)? rope|skipping|seilspring|corde a sauter|zirkel|fractionne"),
    ("core", r"\bcore\b|\babs\b|\bplank|crunch|sit ups?\b|rumpf|gainage|abdomin"),
    ("strength", r"strength|weight|resistance|power ?lift|body ?build|calisthenic"),
    ("strength", r"kraft|gewicht|musculation|renforcement|fuerza|pesas|musculacion"),
    ("dance", r"danc|ballet|zumba|tanz|danse|danza|baile|bailar"),
    ("elliptical", r"ell?ipti|cross ?trainer|ellips"),
    ("stairs", r"stair|step (?:machine|training)|stepper|floor climb|trepp|escalier|escalera"),
    ("rowing", r"\brow|ruder|aviron|rameur|\bremo\b"),
    (
        "hiking",
        r"hik|trek|backpack|ruck|mountaineer|climb|boulder|wander|klettern|escalad|bergsteig|randonnee|senderismo|excursion|alpinis",
    ),
    ("walking", r"walk|steps\b|gehen|spazier|\bmarch|promenade|camina|\bandar\b|paseo"),
    ("running", r"\brun|running|jog|treadmill|lauf|^course\b|course a pied|footing|tapis de course|correr|carrera"),
    ("cycling", r"cycl|bik|spin|\bride\b|\bvelo|radfahr|fahrrad|radsport|\brad\b|ergometer|\bvtt\b|cicl|\bbici"),
)
"""Exercise types and patterns of their names, in the order in which they are tried; the first match counts."""


def exercise_types(name: pl.Expr) -> pl.Expr:
    """Convert names of exercise to exercise types.

    Parameters
    ----------
    name
        Text such as ``trail_running``, ``coreTraining``, ``Indoor Cycling`` or ``Marche à pied``.

    Returns
    -------
    One of ``vocabulary.EXERCISE_TYPES``, or ``UNUSED``; ``other`` for unknown names and for none.
    """
    apart = name.str.replace_all(r"(\p{Ll})(\p{Lu})", "$1 $2").str.to_lowercase().str.replace_all(r"[_\-/]+", " ")
    plain = apart.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.replace_all("ß", "ss")
    fitting = (pl.when(plain.str.contains(pattern)).then(pl.lit(kind)) for kind, pattern in _WORDS)
    return pl.coalesce(*fitting, pl.lit("other"))


def sessions_in_use(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Leave out sessions that are ``UNUSED``, whichever source they come from, and count them by their file."""
    unused: Counter[str] = Counter()
    for batch in batches:
        if not isinstance(batch, Rows) or batch.table != EXERCISE_SESSION.name:
            yield batch
            continue
        sessions = batch.in_memory
        rests = (sessions["exercise_type"] == UNUSED).fill_null(False)
        unused.update(sessions.filter(rests)["entry"].to_list())
        if not rests.all():
            yield Rows(batch.table, sessions.filter(~rests))
    for entry, rows in unused.items():
        yield Ignored(entry, rows, "breathing, saunas and ice baths: neither exercise nor a therapy")
