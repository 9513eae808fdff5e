"""Findings in words: what participants read in each state."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from string import Formatter

import pytest

from painstats.findings.catalogue import participants as entries
from painstats.findings.finding import Withdrawn
from painstats.findings.firmness import Firmness
from painstats.findings.look_row import LookRow
from painstats.findings.look_words import answer_words
from painstats.findings.reading import shown_size
from painstats.findings.words import answer, named_line, sharing
from painstats.questions import size_words
from painstats.questions.daily.measure_words import MEASURE_WORDS
from painstats.questions.estimate import CheckEstimate
from painstats.questions.look import ScaleEnds
from painstats.questions.verdict import Verdict
from painstats.vocabulary import MEASURES
from tests.spec.made_up_findings import SLEEP, STATES, STEPS, finding, judged

LINES = {
    "own": "After longer nights, pain was lower: 0.3 points per extra hour",
    "own_higher": "After more steps, pain was higher: 0.2 points per 2,000 steps",
    "own_small": "After longer nights, pain was lower, but not by much",
    "changed": "The link changed over time.",
    "pooled": "After longer nights, pain was lower, as for the people here",
    "bound": "No large link: smaller than 0.8 points, if there is one",
    "open": "Both directions are still possible.",
    "open_long": "Both directions are still possible.",
    "not_confirmed": "An early answer is withdrawn. No link stands out now.",
    "days_disagree": "An early answer is withdrawn. No link stands out now.",
    "disagree": "Your days and the other people's point in opposite ways.",
    "kinds_differ": "Kinds of exercise differ, so there is no single answer for all of them.",
    "early": "The first answer day is at 60 days with a score: 22 to go.",
    "very_early": "The first answer day is at 60 days with a score: 45 to go.",
    "no_scores": "There are no pain scores yet.",
    "same_scores": "Your pain scores hardly vary.",
    "same_nights": "Your nights hardly differ in length.",
    "rarely_known": "There are too few days with known sleep.",
    "missing_days": "Too many days have no score.",
    "no_fit": "No answer: these days do not fit the method.",
    "pattern": "After longer nights, pain was lower: 0.3 points per extra hour",
}
NEXT = "The next answer day is at 180 days with a score: 46 to go."
CARDS = {
    "own": (
        "After a night one hour longer, pain the next day was 0.3 points lower on average.",
        "Between your short nights (5.8 hours) and your long ones (8.4 hours), that is 0.7 points.",
    ),
    "changed": (
        "So no single answer is given for the whole time. “Is it still so?” below shows the last two months and the time "
        "before.",
    ),
    "own_small": ("Less than 0.7 points between your short nights (5.8 hours) and your long ones (8.4 hours).",),
    "pooled": ("Your own days alone do not show it yet. They do not contradict it.",),
    "bound": ("If there is a link, it is smaller than 0.8 points between your quiet days and your busy ones.",),
    "open": (
        "In about four of five cases, an answer comes after 30 to 120 more days with a score (5 to 21 weeks at your "
        "pace).",
        "The next answer day is at 90 days with a score: 24 to go.",
    ),
    "open_long": ("Perhaps no answer within a year (chance of one: 55%).", NEXT),
    "not_confirmed": (
        "A link was seen with 120 days scored; with 270 it no longer stands out.",
        "The next answer day is at 365 days with a score: 85 to go.",
    ),
    "days_disagree": ("A link was seen with 60 days scored; with 90 the later days no longer agree with it.", NEXT),
    "disagree": ("So no direction is given for now.", NEXT),
    "kinds_differ": (
        "After some kinds pain was not the same as after others. Minutes of all kinds added up would hide that. See "
        "“Kinds of exercise” below.",
    ),
    "early": ("Reading so far: 0.2 points lower per extra hour. It changes from night to night and is no answer.",),
    "very_early": (),
    "same_nights": (
        "Most of them lie within 20 minutes of your average, so there is nothing to compare.",
        "Nothing is wrong with your data.",
        NEXT,
    ),
    "rarely_known": ("It is known on 13 of your 60 days with a score. That is too few for an answer.", "NEXT"),
}
CAUTIONS = {
    "own": "This says what goes together. It does not show that sleeping longer lowers pain: something else, such as a "
    "hard week, can change both.",
    "own_higher": "This says what goes together. It does not show that walking more raises pain: something else, such "
    "as a hard week, can change both.",
    "bound": "This does not say that there is none.",
    "open": "",
    "not_confirmed": "An early answer can be wrong: up to about 1 in 20 people see one where there is no link. That is "
    "why answers are checked again on set days.",
    "pattern": "A pattern to watch, no answer. Of 20 people without any link, about one will see a pattern here.",
}
FIRMNESS = {
    "own": "Fairly firm", "pooled": "As for others", "bound": "Firm bound", "open": "Not determined",
    "not_confirmed": "Not determined", "disagree": "Not determined", "kinds_differ": "Kinds differ",
    "early": "Too early", "same_nights": "Not judged",
    "pattern": "To watch",
}  # fmt: skip


def plain(text: str) -> str:
    """Replace no-break spaces."""
    return text.replace("\u00a0", " ")


def facts(name: str, questions: int = 2) -> dict[str, str]:
    return {term: plain(text) for term, text in answer(STATES[name], questions).folded}


@pytest.mark.parametrize("name", STATES)
def test_the_line_of_each_state(name):
    line = answer(STATES[name]).line
    assert line == LINES[name]
    assert len(line.split()) <= 25


@pytest.mark.parametrize("name", CARDS)
def test_the_card_of_each_state(name):
    following = "The next answer day is at 180 days with a score: 120 to go."
    expected = tuple(following if text == "NEXT" else text for text in CARDS[name])
    assert tuple(map(plain, answer(STATES[name]).card)) == expected


@pytest.mark.parametrize("name", CAUTIONS)
def test_what_an_answer_does_not_mean(name):
    assert answer(STATES[name]).caution == CAUTIONS[name]


@pytest.mark.parametrize("name", FIRMNESS)
def test_the_word_beside_an_answer(name):
    assert answer(STATES[name]).firmness == FIRMNESS[name]


# --- Folded facts


def test_the_facts_of_a_direction_of_own_days():
    assert facts("own") == {
        "Range": "0.1 to 0.4 points lower for one more hour. The range allows for looking several times and for two "
        "questions.",
        "Direction": "The chance that it is right is 98%, if links are as weak as most published ones.",
        "Clear since": "18 February 2026, with 90 days scored",
        "Checks": "None can be made, so this is never more than fairly firm.",
        "Reading today": "0.3 points lower. This is no answer.",
        "Days": "134 days with a pain score; sleep known on all of them",
    }


def test_the_facts_of_a_pooled_direction_say_so():
    said = facts("pooled", questions=1)
    assert said["Range"] == "0.1 to 0.4 points lower for one more hour. The range allows for looking several times."
    assert said["Based on"] == "Your days, together with those of the other people here."
    assert said["Direction"] == "The chance that it is right is more than 99%, if you are like the other people here."
    assert said["Your days alone"] == "0.1 points lower. This is no answer, either."


def test_a_range_at_most_small_is_between_low_and_high_days_like_its_line():
    assert facts("bound")["Range"].startswith("0.5 points lower to 0.8 points higher from your quiet days to your busy")


def test_an_earlier_answer_that_was_withdrawn_stays_on_record():
    again = replace(STATES["own"], judged=judged(-0.43, -0.08, withdrawn=Withdrawn(60, 90)))
    assert dict(answer(again).folded)["Earlier"] == "An answer was seen with 60 days scored, and withdrawn with 90."
    assert "Earlier" not in dict(answer(STATES["not_confirmed"]).folded)


def test_without_a_direction_there_is_no_chance_of_one_and_no_date():
    for name in ("open", "bound", "not_confirmed", "disagree", "early"):
        assert not {"Direction", "Clear since"} & set(facts(name)), name


@pytest.mark.parametrize(
    ("chance", "text"), [(0.949, "95%"), (0.9899, "99%"), (0.9951, "more than 99%"), (1.0, "more than 99%"),
                         (0.009, "less than 1%"), (0.0, "less than 1%")],
)  # fmt: skip
def test_a_chance_is_never_0_or_100_percent(chance, text):
    assert entries.chance_words(chance) == text


def test_a_reading_from_few_nights_says_which_nights_it_is_about():
    few = replace(STATES["own"], estimate=replace(STATES["own"].estimate, known_days=60))
    assert answer(few).card[-1] == "The answer is about nights on which sleep is known."
    half = replace(STATES["own"], estimate=replace(STATES["own"].estimate, known_days=67))
    assert answer(half).card == answer(STATES["own"]).card


# --- Sizes


@pytest.mark.parametrize(
    ("measure", "value", "per"),
    [(SLEEP, 0.1, "0.1 points per extra hour"), (SLEEP, 0.099, "0.2 points per two extra hours"),
     (STEPS, 0.05, "0.1 points per 2,000 steps"), (STEPS, 0.049, "0.2 points per 5,000 steps"),
     (STEPS, 0.009, "less than 0.1 points per 5,000 steps"),
     ("exercise_time_min", 0.06, "0.1 points per 60 minutes of exercise")],
)  # fmt: skip
def test_the_unit_grows_until_the_size_is_at_least_a_tenth_of_a_point(measure, value, per):
    found = finding(Verdict.HIGHER, verdict_from=judged(0.001, 0.2), reading=(value, 0, 0.2), measure=measure)
    assert answer(found).line.endswith(f"pain was higher: {per}")


@pytest.mark.parametrize(
    ("value", "shown"), [(-0.28, -0.28), (-0.5, -0.43), (-0.01, -0.08), (0.2, -0.08), (None, -0.08)]
)
def test_the_size_is_todays_reading_moved_into_the_range(value, shown):
    reading = None if value is None else (value, value - 0.1, value + 0.1)
    assert shown_size(finding(Verdict.LOWER, verdict_from=judged(-0.43, -0.08), reading=reading)) == shown


def test_the_size_of_a_direction_of_own_days_is_read_from_own_days():
    own = CheckEstimate("own_days", -0.4, -0.6, -0.2)
    found = finding(
        Verdict.LOWER, verdict_from=judged(-0.6, -0.1), reading=(-0.2, -0.4, 0.0), basis="pooled", checks=(own,)
    )
    assert shown_size(found) == -0.4
    assert shown_size(replace(found, judged=judged(-0.6, -0.1, basis="pooled"))) == -0.2


@pytest.mark.parametrize(
    ("size", "text"), [(0.71, "0.8 points"), (0.8, "0.8 points"), (0.1 + 0.2, "0.3 points"), (0.96, "1 point"),
                       (1.0, "1 point"), (1.01, "1.1 points"), (2.0, "2 points"), (0.001, "0.1 points")],
)  # fmt: skip
def test_a_bound_is_rounded_up(size, text):
    assert entries.points_up(size) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(-0.43, -0.02, "just above 0 to 0.4 points lower"), (0.02, 0.43, "just above 0 to 0.4 points higher"),
     (-0.32, -0.28, "0.3 points lower"), (-0.04, -0.02, "less than 0.1 points lower")],
)  # fmt: skip
def test_a_range_beside_a_direction_never_says_zero(low, high, text):
    verdict = Verdict.LOWER if low < 0 else Verdict.HIGHER
    found = finding(verdict, verdict_from=judged(low, high), reading=((low + high) / 2 * 1.0, low, high))
    unit = 2 if abs(low + high) / 2 < 0.1 else 1
    if unit == 1:
        assert plain(dict(answer(found).folded)["Range"]).startswith(f"{text} for one more hour.")
    else:
        assert plain(size_words.told_span(-high, -low, "lower")) == text


def with_ends(name, *ends):
    return replace(STATES[name], judged=replace(STATES[name].judged, ends=ScaleEnds(*ends)))


def test_many_scores_at_an_end_of_the_scale_are_said_to_hide_a_part():
    lowest, highest = answer(with_ends("own", 0.7, 0.4, 0.0)), answer(with_ends("own", 0.99, 0.0, 0.4))
    assert lowest.card[-1] == "40% of your scores are 0, so the size may be nearer 0.4 points."
    assert dict(lowest.folded)["Scores of 0"] == "On such days pain cannot be scored lower."
    assert highest.card[-1] == "40% of your scores are 10, so the link may be larger."
    assert dict(highest.folded)["Scores of 10"] == "On such days pain cannot be scored higher."
    assert answer(with_ends("own", 0.7, 0.24, 0.24)).card == answer(STATES["own"]).card
    assert answer(with_ends("open", 0.7, 0.4, 0.0)).card == answer(STATES["open"]).card


@pytest.mark.parametrize(
    ("name", "at_low", "at_high", "firmness"),
    [("own", 0.25, 0.0, "Fairly firm"), ("own", 0.0, 0.25, "Fairly firm"), ("own", 0.24, 0.24, "Firm"),
     ("open", 0.4, 0.0, "Not determined"), ("pattern", 0.4, 0.0, "To watch")],
)  # fmt: skip
def test_an_answer_with_many_scores_at_an_end_is_fairly_firm(name, at_low, at_high, firmness):
    assert answer(with_ends(name, 0.7, at_low, at_high), checked=Firmness(8)).firmness == firmness


# --- Other outcomes, lags and measures


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ({"item": "mood"}, "After longer nights, mood was worse: 0.3 points per extra hour"),
        (
            {"item": "symptom", "site": "dizziness"},
            "After longer nights, dizziness was lower: 0.3 points per extra hour",
        ),
        ({"lag_days": 1}, "1 day after longer nights, pain was lower: 0.3 points per extra hour"),
        ({"measure": STEPS, "lag_days": 0}, "On days with more steps, pain was lower: 0.3 points per 1,000 steps"),
        ({"measure": STEPS, "lag_days": 3}, "3 days after more steps, pain was lower: 0.3 points per 1,000 steps"),
    ],
)
def test_lines_of_other_outcomes_and_lags(keys, line):
    found = finding(Verdict.LOWER, verdict_from=judged(-0.43, -0.08), reading=(-0.28, -0.41, -0.15), **keys)
    assert answer(found).line == line


def test_every_measure_has_phrases():
    assert set(MEASURE_WORDS) == set(MEASURES)
    for words in MEASURE_WORDS.values():
        factors = [unit.factor for unit in words.units]
        assert factors[0] == 1
        assert factors == sorted(factors)


# --- The rules of the catalogue


BANNED = re.compile(
    r"no clear link|cannot tell|about [\d,]+ more|100%|\bcaus|\bprov|because|improv|leads? to|\bhelps?\b|\bworks?\b"
    r"|\beffects?\b|significan|should|\bsafe|−|--|no link between|[!{}]",
    re.IGNORECASE,
)


@pytest.mark.parametrize("name", STATES)
def test_no_sentence_claims_a_cause_denies_a_link_or_has_a_minus_sign(name):
    said = answer(with_ends(name, 0.7, 0.4, 0.0) if STATES[name].judged else STATES[name], 2)
    everything = [said.name, said.line, said.firmness, *said.card, said.caution, *sum(said.folded, ()), said.fold]
    assert [text for text in everything if BANNED.search(text)] == []


@pytest.mark.parametrize("text", ["no clear link", "about 35 more days", "a chance of 100%", "−0.3 points", "it helps"])
def test_what_must_not_be_said_is_found(text):
    assert BANNED.search(text)


def test_an_open_line_has_no_size():
    for name, found in STATES.items():
        if found.verdict.is_open and name not in ("early", "very_early"):
            assert not re.search(r"\d", answer(found).line), name


def test_every_entry_is_a_whole_sentence_with_named_variables():
    texts = [text for name, text in vars(entries).items() if name.isupper() and isinstance(text, str)]
    assert len(texts) > 40
    fields = [field for text in texts for _, field, _, _ in Formatter().parse(text) if field is not None]
    assert all(field.isidentifier() for field in fields)


# --- Looks, lists


def look_row(verdict: str, withdrawn: str | None = None) -> LookRow:
    return LookRow(
        "participant", "ann", "q", "own_days", 1, date(2026, 2, 18), 90, 1, 0.1, -0.2, 0.4, 1.0, 2.9, verdict, False, withdrawn
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "text"),
    [(look_row("higher"), "Higher"), (look_row("lower"), "Lower"), (look_row("at_most_small"), "At most small"),
     (look_row("not_determined"), "Not determined"), (look_row("not_determined", "not_confirmed"), "Withdrawn"),
     (look_row("at_most_small", "not_confirmed"), "Withdrawn"), (look_row("higher", "days_disagree"), "Higher")],
)  # fmt: skip
def test_what_a_look_said(row, text):
    assert answer_words(STATES["open"], row) == text


def test_a_list_names_what_a_line_is_about():
    assert named_line(STATES["open"]) == "Sleep: Both directions are still possible."


def test_confirmatory_questions_share_the_chance_among_themselves():
    mine = [STATES["own"], STATES["bound"], STATES["pattern"]]
    assert [sharing(mine, found) for found in mine] == [2, 2, 1]
