"""The card of kinds of exercise: which of them go with a lower or a higher outcome on the next day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from painstats.questions.exercise import sentences as say
from painstats.questions.exercise.figure import by_name, largest, row_chart
from painstats.questions.exercise.kind_words import kind_words
from painstats.questions.exercise.plan import ExercisePlan
from painstats.questions.exploratory.card import ExploratoryCard
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.outcome_words import OutcomeWords, outcome_words
from painstats.questions.phrases import capital, listed
from painstats.questions.question import Outcome
from painstats.questions.size_words import span
from painstats.questions.verdict import Verdict

WITH_OTHERS = "with_other_participants"
"""The reason of a finding whose size is pooled with other participants'."""

BY_MINUTES = ExercisePlan.model_validate({"as": "minutes"}).contrast
CONTRASTS = (ExercisePlan().contrast, BY_MINUTES)


@dataclass(frozen=True, slots=True)
class _Said:
    """The findings on one participant's kinds, by name, and what the outcome is called."""

    kinds: list[ContrastFinding]
    words: OutcomeWords

    @property
    def judged(self) -> list[ContrastFinding]:
        return [finding for finding in self.kinds if finding.verdict is not Verdict.NOT_JUDGED]

    @property
    def told(self) -> list[ContrastFinding]:
        return [finding for finding in self.judged if finding.verdict.has_direction]

    @property
    def are_small(self) -> bool:
        return all(finding.verdict is Verdict.AT_MOST_SMALL for finding in self.judged)

    @property
    def refusal(self) -> str | None:
        """Why no kind at all is judged, where the reason is the same for each and about the days."""
        reasons = {finding.reasons[0] for finding in self.kinds}
        return next((reason for reason in say.REFUSED_LINES if reasons == {reason}), None)

    def after(self, verdict: Verdict) -> list[str]:
        """Return the kinds with a verdict in words: "running", "yoga"."""
        return [kind_words(finding.exposure) for finding in self.told if finding.verdict is verdict]


def cards(findings: Sequence[ContrastFinding], outcome: Outcome) -> tuple[ExploratoryCard, ...]:
    """Write the card; none without a kind of exercise."""
    kinds = by_name([finding for finding in findings if finding.contrast in CONTRASTS])
    return (_card(_Said(kinds, outcome_words(outcome))),) if kinds else ()


def label(exposure: str, contrast: str) -> str:
    """Return what researchers read for a contrast: "swimming, done the day before"."""
    return say.LABELS[contrast].format(kind=kind_words(exposure))


def _card(said: _Said) -> ExploratoryCard:
    per_unit = said.kinds[0].contrast == BY_MINUTES
    return ExploratoryCard(
        name=say.NAME,
        mark=_mark(said),
        line=_line(said),
        firmness=_firmness(said),
        card=_sentences(said, per_unit=per_unit),
        caution=_caution(said),
        chart=None if said.refusal else row_chart(said.kinds, said.words, per_unit=per_unit),
        fold=say.FOLD if said.judged else "",
        folded=_folded(said) if said.judged else (),
    )


def _mark(said: _Said) -> str:
    verdicts = {finding.verdict for finding in said.told}
    if len(verdicts) > 1:
        return "both"
    if verdicts:
        return verdicts.pop().value
    if not said.judged:
        return Verdict.NOT_JUDGED.value
    return Verdict.AT_MOST_SMALL.value if said.are_small else Verdict.NOT_DETERMINED.value


def _line(said: _Said) -> str:
    words = said.words
    lower, higher = said.after(Verdict.LOWER), said.after(Verdict.HIGHER)
    if lower and higher:
        return say.BOTH_WAYS_LINE.format(
            Lower=capital(words.lower),
            lower_kinds=listed(lower),
            higher=words.higher,
            higher_kinds=listed(higher),
        )
    if said.told:
        return say.ONE_WAY_LINE.format(
            Direction=capital(_direction(said.told[0], words)), kinds=listed(lower or higher)
        )
    if not said.judged:
        return _refused_line(said)
    if said.are_small:
        return _small_line(said)
    return say.no_pattern_line(len(said.judged))


def _small_line(said: _Said) -> str:
    size = largest(*said.judged)
    if len(said.judged) == 1:
        return say.ONE_SMALL_LINE.format(kind=kind_words(said.judged[0].exposure), size=size)
    return say.small_line(len(said.judged), size)


def _refused_line(said: _Said) -> str:
    if said.refusal is None:
        return say.NOT_COMPARED_LINE
    return say.REFUSED_LINES[said.refusal].format(outcome=said.words.label)


def _firmness(said: _Said) -> str:
    if said.told:
        return say.TO_WATCH
    if not said.judged:
        return say.NOT_JUDGED
    return say.FIRM_BOUND if said.are_small else say.NOT_DETERMINED


def _sentences(said: _Said, *, per_unit: bool) -> tuple[str, ...]:
    if not said.judged:
        return (say.REFUSED_CARDS[said.refusal] if said.refusal else say.NOT_COMPARED_CARD,)
    if not said.told:
        return (say.OPEN_CARD.format(outcome=said.words.label),)
    patterns = _one_pattern(said, per_unit=per_unit) if len(said.told) == 1 else _patterns(said)
    return (patterns, say.OTHERS_OPEN) if len(said.told) < len(said.judged) else (patterns,)


def _one_pattern(said: _Said, *, per_unit: bool) -> str:
    [one] = said.told
    assert one.low is not None
    assert one.high is not None
    entry = say.ONE_PATTERN_PER_UNIT if per_unit else say.ONE_PATTERN
    range_words = span(one.low, one.high, said.words.lower, said.words.higher)
    return entry.format(kind=kind_words(one.exposure), outcome=said.words.label, span=range_words)


def _patterns(said: _Said) -> str:
    words, number = said.words, len(said.told)
    lower, higher = said.after(Verdict.LOWER), said.after(Verdict.HIGHER)
    if lower and higher:
        return say.patterns_both_ways(
            number, words.label, (words.lower, say.either(lower)), (words.higher, say.either(higher))
        )
    return say.patterns_one_way(number, say.either(lower or higher), words.label, _direction(said.told[0], words))


def _caution(said: _Said) -> str:
    if not said.judged:
        return ""
    return say.SMALL_CAUTION if said.are_small else say.asked_caution(len(said.judged))


def _folded(said: _Said) -> tuple[tuple[str, str], ...]:
    with_others = any(WITH_OTHERS in finding.reasons for finding in said.judged)
    return (
        (say.BASIS_TERM, say.BASIS.format(days=said.kinds[0].days, outcome=said.words.label)),
        (say.COUNTED_TERM, say.COUNTED),
        (say.SAME_TERM, say.SAME),
        (say.SIZES_TERM, say.SIZES_WITH_OTHERS if with_others else say.SIZES),
    )


def _direction(finding: ContrastFinding, words: OutcomeWords) -> str:
    return words.higher if finding.verdict is Verdict.HIGHER else words.lower
