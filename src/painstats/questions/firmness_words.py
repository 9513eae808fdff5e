"""Firmness: words beside an answer of any kind that is not a direction of own days, and what an open range means."""

from __future__ import annotations

from painstats.language import _

NOT_DETERMINED, NOT_JUDGED, TOO_EARLY = _("Not determined"), _("Not judged"), _("Too early")
FIRM_BOUND, AS_FOR_OTHERS, TO_WATCH = _("Firm bound"), _("As for others"), _("To watch")
CHANGED, KINDS_DIFFER = _("Changed"), _("Kinds differ")
NO_CHANGE, FAIRLY_FIRM = _("No change"), _("Fairly firm")
FIRM, NOT_FIRM, SET_ASIDE = _("Firm"), _("Not firm"), _("Set aside")
