"""What changed at the last answer day, always with its cause: more days, or a link that changed itself.

References: docs/method/questions.md, change of a link.
"""

from __future__ import annotations

from collections.abc import Sequence

from painstats.findings.catalogue import participants as say
from painstats.findings.content import phrases_of
from painstats.findings.finding import Finding
from painstats.findings.look_row import LookRow
from painstats.findings.look_words import answer_words
from painstats.findings.states import State, state_of
from painstats.questions.phrases import capital


def since_words(finding: Finding, looks: Sequence[LookRow]) -> str | None:
    """Write how a participant's answer differs from that of the look before; None where it does not.

    Parameters
    ----------
    finding
        About a participant.
    looks
        All looks at their questions.
    """
    if finding.judged is None:
        return None
    rows = [row for row in looks if row.question == finding.question.name and row.basis == finding.judged.basis]
    if not rows:
        return None
    rows.sort(key=lambda row: row.number)
    name = capital(phrases_of(finding.question).exposure)
    if state_of(finding) is State.CHANGED:
        before = next((row for row in reversed(rows) if not row.withdrawn), rows[-1])
        return say.SINCE_LINK_CHANGED.format(name=name, before=answer_words(finding, before), now=say.CHANGED)
    if len(rows) < 2 or answer_words(finding, rows[-2]) == answer_words(finding, rows[-1]):
        return None
    before, now = rows[-2:]
    return say.SINCE_MORE_DAYS.format(
        name=name,
        before=answer_words(finding, before),
        now=answer_words(finding, now),
        date=say.date_words(now.date),
        days=now.days,
    )
