"""Changes of treatments and experiments in words: what participants read in each state."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain

import pytest

from painstats.findings.catalogue import experiments as experiment_entries
from painstats.findings.catalogue import treatments as treatment_entries
from painstats.findings.catalogue.treatments import chance_range
from painstats.findings.change_content import ChangeContext
from painstats.findings.declared_answer import DeclaredAnswer
from painstats.findings.declared_research_words import change_sentence, experiment_sentence
from painstats.findings.experiment_words import experiment_answer, named_experiment_line
from painstats.findings.treatment_words import change_answer, named_change_line
from painstats.questions.outcome_words import outcome_words
from painstats.questions.question import Outcome
from painstats.questions.verdict import Verdict
from tests.spec.made_up_changes import EXPERIMENTS, MOOD, PAIN, RESULT, STATES, change

DUMMY_LINE = "pain was lower: 1.1 points, about as much as on a dummy medicine"
OPEN = "Both directions are still possible."
LINES = {
    "lower_dose_step": f"After the higher dose, {DUMMY_LINE}",
    "lower_start": f"After the start, {DUMMY_LINE}",
    "lower_below_dummy": "After the start, pain was lower: 0.5 points, less than on a dummy medicine",
    "lower_above_dummy": "After the start, pain was lower: 2.4 points",
    "lower_end": "After the end, pain was lower: 1.1 points",
    "lower_new_dose": "After the new dose, pain was lower: 1.1 points",
    "lower_withdrawn_before": f"After the start, {DUMMY_LINE}",
    "lower_later_weeks": f"After the start, {DUMMY_LINE}",
    "higher": "After the start, pain was higher: 1.4 points",
    "higher_end": "After the end, pain was higher: 1.4 points",
    "no_clear_change": "No large change: smaller than 1 point, if there is one",
    "open": OPEN,
    "open_last": OPEN,
    "hangs_with": "It depends on the week before the start.",
    "hangs_without": "It depends on the week before the start.",
    "hangs_opposite": "It depends on the week before the start.",
    "hangs_on_off": "It depends on the weeks before each change.",
    "withdrawn": "An early answer is withdrawn. No change stands out now.",
    "together_lower": f"After these changes, {DUMMY_LINE}",
    "together_higher": "After these changes, pain was higher: 1.4 points",
    "together_same_day": OPEN,
    "together_three": "The first look is on 29 June 2026.",
    "together_switch": "The next change follows too soon.",
    "together_titration": "No large change: smaller than 1 point, if there is one",
    "on_off_lower": f"On days with it, {DUMMY_LINE}",
    "on_off_higher": "On days with it, pain was higher: 1.4 points",
    "on_off_small": "No large change: smaller than 1 point, if there is one",
    "on_off_too_few": "Too few days with a pain score, with it or without it.",
    "same_days": "It was used on nearly the same days as pilates.",
    "early": "The first look is on 29 June 2026.",
    "early_few_before": "The first look is on 29 June 2026.",
    "always_on": "There are no days without oxycodone in your diary: nothing to compare with.",
    "too_few_before": "Too few days with a pain score before it.",
    "too_few_after": "Too few days with a pain score after it.",
    "too_few_after_at_last": "Too few days with a pain score after it.",
    "over_soon": "It was over within two weeks.",
    "never_in_full": "The next change follows too soon.",
    "too_few_after_yet": "Too few days with a pain score after it.",
    "missing_days": "Too many days have no score.",
    "same_scores": "Your pain scores hardly vary.",
    "like_time": "A slow rise or fall would look the same.",
    "no_fit": "No answer: these days do not fit the method.",
}
CARDS = {
    "lower_dose_step": (
        "After 1 June 2026, when low-dose naltrexone went from 1.5 to 4.5\u00a0mg, pain was about 1.1 points lower than "
        "in the weeks before (0.1 to\u00a02.1).",
    ),
    "lower_start": (
        "After the start of low-dose naltrexone (1.5\u00a0mg) on 16 March 2026, pain was about 1.1 points lower than in "
        "the weeks before (0.1 to\u00a02.1).",
    ),
    "lower_end": (
        "After the end of oxycodone on 31 May 2026, pain was about 1.1 points lower than in the weeks before "
        "(0.1 to\u00a02.1).",
    ),
    "higher": (
        "After the start of pregabalin on 1 June 2026, pain was about 1.4 points higher than in the weeks before "
        "(0.4 to\u00a02.4).",
        "Please do not stop or change it on your own; take this page to your prescriber.",
    ),
    "no_clear_change": ("Before and after differ by less than 1 point, with and without the week before the start.",),
    "open": (
        "Between 1.0 points lower and 1.2 points higher.",
        "Days like yours would have shown a change of about 1.7 points.",
        "The next look is on 24 August 2026.",
    ),
    "hangs_with": (
        "With the week before the start, pain was lower after 1 June 2026; without that week, both directions are "
        "possible.",
        "The next look is on 24 August 2026.",
    ),
    "together_lower": (
        "Yoga and pilates began four days apart; they cannot be told from each other.",
        "After 5 June 2026, pain was about 1.1 points lower than in the weeks before (0.1 to\u00a02.1).",
    ),
    "on_off_lower": (
        "On days with low-dose naltrexone (4.5\u00a0mg), pain was about 1.1 points lower than on days without it "
        "(0.1 to\u00a02.1).",
    ),
    "on_off_too_few": ("28 days with a score are needed of both; you have 44 with it and 11 without it.",),
    "early": ("28 days with a score are needed from 1 June 2026 on; you have 12 so far.",),
    "too_few_before": (
        "28 days with a score before are needed; you have 12.",
        "The days from 30 March 2026 to 24 May 2026 count. If you have an older diary, add it.",
    ),
    "too_few_after": (
        "28 days with a score are needed from 1 June 2026 on; you have 19.",
        "Only the days until 26 July 2026 count.",
    ),
    "too_few_after_at_last": (
        "28 days with a score are needed from 1 June 2026 on; you have 27.",
        "The next change comes before another look.",
    ),
    "together_switch": (
        "Oxycodone ended and low-dose naltrexone began, on the same day. These changes cannot be told from each other.",
        "A first look needs 28 days on which nothing builds up, wears off or changes.",
        "There are 20, from 1 June 2026 to 20 June 2026.",
    ),
    "over_soon": ("A treatment or a break of fewer than 14 days leaves too few days to compare.",),
    "never_in_full": (
        "A first look needs 28 days on which nothing builds up, wears off or changes.",
        "The next change comes before the first of them.",
    ),
}
EXPERIMENT_LINES = {
    "planned": "It begins on 10 August 2026. The result opens on 27 September 2026.",
    "sealed": "Block 9 of 16. The result opens on 27 September 2026.",
    "told_lower": "In your experiment, pain was lower with heat: 0.7 points",
    "told_higher": "In your experiment, pain was higher with stretching: 0.7 points",
    "not_told": "Your experiment cannot tell: both directions are possible.",
    "small": "In your experiment, no large difference: smaller than 0.5 points, if there is one",
    "ended_early": "The plan ended after 5 of 16 blocks.",
    "ended_late": "The plan ended after 10 of 16 blocks.",
    "waiting": "The last block is over. The result opens once your last scores are in.",
    "only_the_model": "Your experiment cannot tell: both directions are possible.",
    "no_scores": "Your experiment cannot be tested.",
    "other_outcome": "Your experiment cannot be tested.",
    "same_scores": "Your experiment cannot be tested.",
}
NEVER = re.compile(
    r"\beffects?\b|\bworks?\b|\bhelps?\b|responder|significan|\bbecause\b|\bimproves?\b|\bleads? to\b|[Pp]rov(es|ed|en)"
    r"|\bcauses?\b|\bbest\b|\bp =|−|(?<![\w-])-\d|\{"
)
LONGEST_SENTENCE = 26


def answer_of(name: str) -> DeclaredAnswer:
    if name in STATES:
        return change_answer(STATES[name], ChangeContext(PAIN))
    return experiment_answer(EXPERIMENTS[name.removeprefix("experiment ")], PAIN)


def texts(answer: DeclaredAnswer) -> list[str]:
    return [answer.name, answer.line, *answer.card, answer.caution, *chain.from_iterable(answer.folded)]


@pytest.mark.parametrize("name", STATES)
def test_each_change_has_its_line(name):
    answer = answer_of(name)
    assert answer.line == LINES[name]
    assert answer.card == CARDS.get(name, answer.card)
    assert answer.mark == ("withdrawn" if name == "withdrawn" else STATES[name].verdict)
    assert len(answer.line.split()) <= 25


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_each_experiment_has_its_line(name):
    assert answer_of(f"experiment {name}").line == EXPERIMENT_LINES[name]


@pytest.mark.parametrize("name", [*STATES, *(f"experiment {name}" for name in EXPERIMENTS)])
def test_no_sentence_claims_too_much(name):
    answer = answer_of(name)
    said = " ".join(texts(answer))
    if name in ("experiment told_lower", "experiment told_higher"):
        assert answer.caution.count("effect") == said.count("effect") == 1
        said = said.replace("effect", "")
    assert NEVER.findall(said) == []


def test_only_an_experiment_speaks_of_an_effect():
    entries = [text for text in vars(treatment_entries).values() if isinstance(text, str)]
    assert len(entries) > 80
    assert not any("effect" in text for text in entries)
    assert "effect" in experiment_entries.TOLD_CAUTION


def sentences(name: str) -> list[str]:
    answer = answer_of(name)
    found = [re.split(r"(?<=[.?!;:]) ", text) for text in (answer.line, *answer.card, answer.caution)]
    return [sentence for sentence in chain.from_iterable(found) if sentence]


def syllables(word: str) -> int:
    return max(len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower()))), 1)


@pytest.mark.parametrize("name", [*STATES, *(f"experiment {name}" for name in EXPERIMENTS)])
def test_sentences_are_short(name):
    without_years = [re.sub(r" 20\d\d", "", sentence) for sentence in sentences(name)]
    assert max(len(sentence.split()) for sentence in without_years) <= LONGEST_SENTENCE


@pytest.mark.parametrize("name", [*STATES, *(f"experiment {name}" for name in EXPERIMENTS)])
def test_a_card_is_short_before_its_fold(name):
    answer = answer_of(name)
    assert len(" ".join((*answer.card, answer.caution)).split()) <= 70


def test_the_sentences_can_be_read_by_a_sixth_grader():
    """Measured over all states (Kincaid et al. 1975): 0.39 words a sentence + 11.8 syllables a word - 15.59."""
    said = [sentence for name in STATES for sentence in sentences(name)]
    words = [word for sentence in said for word in re.findall(r"[A-Za-z]+", sentence)]
    grade = 0.39 * len(words) / len(said) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    assert 0 < grade <= 6


def test_a_start_is_never_firm():
    firmness = {answer_of(name).firmness for name in STATES if STATES[name].verdict.has_direction}
    assert firmness == {"Fairly firm"}


def test_an_experiment_is_firm_where_the_model_has_the_same_direction():
    assert answer_of("experiment told_lower").firmness == "Firm"
    assert answer_of("experiment told_higher").firmness == "Fairly firm"  # the model beside it says lower


@pytest.mark.parametrize(
    ("low", "high", "ending"),
    [
        (-1.04, -0.10, "less than on a dummy medicine"),
        (-1.05, -0.10, "about as much as on a dummy medicine"),
        (-3.00, -1.04, "about as much as on a dummy medicine"),
        (-3.00, -1.05, "1.1 points"),
    ],
)
def test_a_fall_is_compared_with_that_on_a_dummy_medicine(low, high, ending):
    told = replace(STATES["lower_start"], low=low, high=high, placebo=1.044)
    assert change_answer(told, ChangeContext(PAIN)).line.endswith(ending)


def test_the_dummy_medicine_is_set_beside_falls_of_pain_only():
    worse_mood = change_answer(STATES["lower_start"], ChangeContext(MOOD, is_medicine=False))
    assert worse_mood.line == "After the start, mood was worse: 1.1 points"
    assert worse_mood.card[-1] == "Please talk about it with your doctor or therapist, and take this page along."
    assert not any("dummy" in text or "30%" in text for text in texts(worse_mood))
    assert not any("dummy" in text for text in texts(answer_of("lower_end")))
    energy = Outcome("energy", "", (0.0, 10.0))
    better = replace(STATES["higher"], placebo=1.0)
    assert not any("dummy" in text for text in texts(change_answer(better, ChangeContext(energy))))


def test_higher_pain_never_comes_without_advice_to_ask():
    for name in ("higher", "together_higher", "on_off_higher"):
        assert "take this page to your prescriber" in " ".join(answer_of(name).card)
    assert answer_of("higher_end").card[-1].startswith("Please do not start or change anything on your own")
    assert answer_of("experiment told_higher").card[-1] == "Please talk with your doctor before you go on with it."


@pytest.mark.parametrize(
    ("least", "most", "said"),
    [
        (0.29, 0.61, "of 30% if such treatments rarely do much, and of 60% if they often do."),
        (0.02, 0.13, "at most 15% (if such treatments often do much)"),
        (0.51, 0.52, "about 50%, whether"),
        (0.0, 0.02, "less than 5%, whether"),
        (0.97, 1.0, "about 95%, whether"),
    ],
)
def test_chances_are_ranges_rounded_to_five_per_cent(least, most, said):
    assert said in chance_range(least, most)


def test_chances_are_given_beside_a_fall_only():
    assert "At least 30% lower" in dict(answer_of("lower_start").folded)
    assert "At least 2 points lower" not in dict(answer_of("lower_start").folded)  # nearly the same as 30%
    assert not any("At least" in term for term, _ in answer_of("higher").folded)


def test_a_what_if_and_the_later_weeks_are_said_to_decide_nothing():
    folded = dict(answer_of("lower_later_weeks").folded)
    assert folded["What if: a trend"].endswith("if the scores were rising or falling anyway")
    assert not any(term.startswith("What if") for term, _ in answer_of("open").folded)
    assert folded["Later weeks"].endswith("by 0.6 points each month. No answer depends on it.")
    assert folded["Look"] == "3 of at most three, on 27 July 2026"
    assert dict(answer_of("higher").folded)["Later weeks"].startswith("No clear difference")


def test_an_earlier_answer_that_was_withdrawn_stays_visible():
    assert dict(answer_of("lower_withdrawn_before").folded)["Earlier"].startswith("An earlier look gave higher pain")
    assert answer_of("withdrawn").card[0].startswith("At an earlier look pain was lower.")


def test_names_cannot_turn_the_text_around_them():
    evil = change(Verdict.NOT_JUDGED, "covers_all_days", names=("a\u202eb\x00",), look=0)
    assert named_change_line(evil, ChangeContext(PAIN)).endswith("without ab in your diary: nothing to compare with.")


def test_a_sealed_experiment_shows_only_its_plan():
    sealed = experiment_answer(replace(EXPERIMENTS["sealed"], **RESULT), PAIN)  # even if it had a result
    assert [term for term, _ in sealed.folded] == ["Plan", "Order", "Fingerprint"]
    assert sealed.mark == "sealed"


def test_the_plan_of_an_experiment_counts_its_draws():
    assert dict(answer_of("experiment told_lower").folded)["Order"] == "Drawn by lot once, on 7 August 2026."
    assert dict(answer_of("experiment told_higher").folded)["Order"] == "Drawn by lot 2 times, last on 7 August 2026."


def test_days_that_there_never_were_have_no_dates():
    assert dict(answer_of("never_in_full").folded)["Days"] == "49 days with a score before and 0 days after"


def test_blocks_with_few_scores_are_named():
    assert dict(answer_of("experiment told_lower").folded)["Few scores"].startswith("Blocks 11 and 14 have a score")


def test_an_experiment_that_is_not_told_says_what_would_tell():
    assert answer_of("experiment not_told").card == (
        "Between 0.4 points lower and 0.5 points higher with heat.",
        "A new experiment of 24 blocks would show a difference of 1 point in about 3 of 4 cases.",
    )
    assert "the lot decides" in answer_of("experiment only_the_model").card[1]
    assert answer_of("experiment waiting").card[0].endswith("without it, the result opens on 11 October 2026.")


def test_a_line_in_a_list_has_its_name():
    assert named_experiment_line(EXPERIMENTS["sealed"], PAIN).startswith("Experiment with heat: Block 9 of 16.")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("lower_start", "(95% interval −2.10 to −0.10). Look 2; 49 and 44 days with a score before and after"),
        ("on_off_lower", "Look 2; 44 and 49 days with a score on days with and without it."),
        (
            "early",
            "Not judged: the first look has not been reached. 49 and 12 days with a score before and after so far",
        ),
        ("same_days", "Not judged: its days are nearly those of pilates."),
        ("no_clear_change", "The change is at most small (95% interval −0.90 to 0.50 points)."),
        ("hangs_with", "Not determined: the answers with and without the week before it differ (95% interval"),
    ],
)
def test_researchers_read_intervals_and_reasons(name, sentence):
    assert sentence in change_sentence(STATES[name], outcome_words(PAIN))


def test_researchers_read_the_test_of_an_experiment_and_nothing_of_a_sealed_one():
    told = experiment_sentence(EXPERIMENTS["told_lower"], outcome_words(PAIN))
    assert told.endswith("0.70 points (interval −1.40 to −0.10, randomisation test p = 0.031).")
    sealed = experiment_sentence(replace(EXPERIMENTS["sealed"], **RESULT), outcome_words(PAIN))
    assert sealed == "Sealed until 27 September 2026: 16 blocks of 3 days."
    ended = experiment_sentence(EXPERIMENTS["ended_early"], outcome_words(PAIN))
    assert ended == "Not judged: the plan ended before its last block."
