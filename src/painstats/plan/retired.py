"""Keys of earlier versions of ``study.toml``."""

RETIRED = {
    "rules.min_days_verdict": "no longer used; remove it. The first number of rules.looks takes its place",
    "rules.min_reliability": "no longer used; remove it. Own days come first, and other participants only add to them",
    "rules.max_false_sign_rate": "no longer used; remove it. rules.false_sign_chance takes its place",
    "outcome.smallest_effect_per_swing": "no longer used; remove it. rules.matters takes its place",
}
"""Key to what to do about it (docs/method/verdict.md)."""
