"""What readers call each kind of exercise: "after swimming", "after strength training"."""

from __future__ import annotations

from painstats.language import _
from painstats.questions.phrases import capital

KIND_WORDS: dict[str, str] = {
    "acupuncture": _("acupuncture"),
    "ball_game": _("ball games"),
    "core": _("core training"),
    "cycling": _("cycling"),
    "dance": _("dancing"),
    "elliptical": _("elliptical training"),
    "hiking": _("hiking"),
    "interval_training": _("interval training"),
    "massage": _("massage"),
    "meditation": _("meditation"),
    "mind_and_body": _("mind and body exercise"),
    "other": _("other exercise"),
    "physiotherapy": _("physiotherapy"),
    "pilates": _("Pilates"),
    "rowing": _("rowing"),
    "running": _("running"),
    "stairs": _("stair climbing"),
    "strength": _("strength training"),
    "swimming": _("swimming"),
    "walking": _("walking"),
    "water_sport": _("water sports"),
    "winter_sport": _("winter sports"),
    "yoga": _("yoga"),
}
"""Every kind of ``vocabulary.EXERCISE_TYPES``, as it reads after "after" and "with"."""


def kind_words(kind: str) -> str:
    """Return what a kind is called; its own name for one of another version."""
    return KIND_WORDS.get(kind, kind.replace("_", " "))


def kind_label(kind: str) -> str:
    """Return the name of a kind at the start of a row: "Strength training"."""
    return capital(kind_words(kind))
