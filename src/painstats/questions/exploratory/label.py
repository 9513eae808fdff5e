"""What a contrast is called for researchers, from the names of its exposure and of how it is compared."""

from __future__ import annotations

import re

from painstats.questions.phrases import label_text
from painstats.vocabulary import MEASURES

_LAG = re.compile(r"_lag\d+$")


def contrast_label(exposure: str, contrast: str) -> str:
    """Return the label of a contrast: "steps, later"; "swimming, session"."""
    return f"{exposure_label(exposure)}, {contrast.replace('_', ' ')}"


def exposure_label(exposure: str) -> str:
    """Return the label of an exposure: that of its measure, or its name in words."""
    measure = MEASURES.get(_LAG.sub("", exposure))
    return measure.label if measure else label_text(exposure.replace("_", " "))
