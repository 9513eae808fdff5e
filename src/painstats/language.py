"""The language of sentences: each sentence and phrase for readers is an entry of one gettext catalogue.

The English entries are written where they are used. Sentences are whole, with named variables, so that a translation
can order their words freely.
"""

from __future__ import annotations

from gettext import NullTranslations

_CATALOGUE = NullTranslations()

_ = _CATALOGUE.gettext
"""Return an entry in the reader's language."""

ngettext = _CATALOGUE.ngettext
"""Return the singular or the plural of an entry in the reader's language."""
