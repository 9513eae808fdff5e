"""What researchers read about the averages of exploratory questions, and about the counts of verdicts."""

from __future__ import annotations

from painstats.language import _

HEADING = _("More questions, on average")
ABOUT = _(
    "Exploratory: what stands out here is a pattern to watch. Each row averages a contrast of participants' own fits, "
    "at the last look of each."
)
ADJUSTED = _("p is adjusted within each kind of question: {asked}.")
AVERAGES_CAPTION = _("Averages over participants, in points of the outcome")
AVERAGES_HEAD = (
    _("Question"), _("Per"), _("Estimate"), _("95% CI"), _("p"), _("Adjusted p"), _("SD between participants"),
    _("Participants"), _("Verdict"),
)  # fmt: skip
COUNTS_CAPTION = _("Verdicts on single participants; a count of one to four is hidden")
COUNTS_HEAD = (_("Question"), _("Participants"))
VERDICTS = {
    "lower": _("Lower"),
    "higher": _("Higher"),
    "at_most_small": _("At most small"),
    "not_determined": _("Not determined"),
    "not_judged": _("Not judged"),
}
"""Verdict by name to its head and word. A change of a slope is higher or lower, as a slope is."""
OTHER_OUTCOME = _("{outcome}: {question}")
