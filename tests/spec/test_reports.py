"""The reports: they state the findings and everything left out, run no scripts, and load nothing."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from painstats.findings import find
from painstats.plan.study import Study
from painstats.questions.asked import fit_questions
from painstats.reports import write_reports
from painstats.reports.pages import page_environment, page_name
from painstats.reports.status.write import INDEX
from painstats.store import Store, open_store
from tests.made_up_study import DAYS, EVIL_ID, EVIL_PHASE, fill, plan, small_study
from tests.reading_pages import PageContent, read_page

SLEEP = ("total_sleep_time_min", 0)
STEPS = ("step_count", 1)
EVIL_PAGE = page_name(EVIL_ID, frozenset(DAYS))
RUNNING = {"script", "iframe", "object", "embed", "form", "img", "link", "base", "audio", "video", "foreignobject"}
FORBIDDEN = ("proves", "proof", "no effect", "safe", "should", "significant")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = Study(folder=tmp_path_factory.mktemp("study"), plan=plan())
    with open_store(study) as store:
        fill(store)
        write_reports(store)
    return study.reports


@pytest.fixture
def drawn(reports: Path, tmp_path: Path) -> Iterator[Store]:
    """Return a store whose pages are written already, to change what they say."""
    folder = Path(shutil.copytree(reports.parent, tmp_path / "drawn"))
    with open_store(Study(folder=folder, plan=plan())) as store:
        yield store


@pytest.fixture(scope="module")
def pages(reports: Path) -> dict[str, PageContent]:
    return {path.name: read_page(path.read_bytes()) for path in sorted(reports.glob("*.html"))}


def person(pages: dict[str, PageContent], name: str) -> str:
    return pages[f"{name}.html"].text


def test_there_is_a_page_for_every_participant_and_the_cohort(pages):
    named = {f"{name}.html" for name in DAYS if name != EVIL_ID}
    personal = named | {EVIL_PAGE}
    clinic = {name.replace(".html", "-clinic.html") for name in personal}
    assert set(pages) == personal | clinic | {"cohort.html"}


def test_no_page_holds_a_script_or_anything_that_runs(pages):
    for page in pages.values():
        names = {name for name, _ in page.elements}
        assert not names & RUNNING
        assert not [key for _, attributes in page.elements for key in attributes if key.startswith("on")]


def test_no_page_refers_to_anything_outside_its_folder(pages):
    for page in pages.values():
        own = {f"#{name}" for name in page.attributes("id")}
        assert all(link in pages or link == INDEX or link in own for link in page.links())
        values = [value or "" for name, attributes in page.elements if name != "meta" for value in attributes.values()]
        assert not [
            value
            for value in values
            if re.search(r"(https?:|//|javascript:|data:|@import)", value) and "alert" not in value
        ]
        assert all(re.fullmatch(r"url\(#[\w-]+\)", value) for value in values if value.startswith("url("))


def test_every_page_forbids_scripts_and_referrers(pages):
    for page in pages.values():
        metas = [attributes for _, attributes in page.elements if "http-equiv" in attributes]
        policy = [meta["content"] for meta in metas if meta["http-equiv"] == "Content-Security-Policy"]
        assert policy == [
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
        ]
        assert "no-referrer" in page.attributes("content")


def test_ids_within_a_page_are_unique_and_references_meet_one(pages):
    for page in pages.values():
        ids = page.attributes("id")
        assert len(set(ids)) == len(ids)
        references = {
            found
            for value in page.attributes("clip-path") + page.attributes("fill")
            for found in re.findall(r"url\(#(.+)\)", value)
        }
        assert references <= set(ids)


def test_hostile_ids_and_names_are_shown_as_text(pages):
    report, cohort = pages[EVIL_PAGE].text, pages["cohort.html"].text
    assert EVIL_ID in report
    assert EVIL_PHASE.removesuffix("\u202e") in report
    assert EVIL_ID in cohort
    assert "<script>alert('summary')</script>" in cohort
    assert "A made-up <b>study</b>" in cohort
    assert "<i>water</i>" in report


def test_names_are_set_apart_and_titles_hold_none(pages):
    for name, page in pages.items():
        assert "bdi" in {tag for tag, _ in page.elements}
        assert not any(person in page.title for person in DAYS), name


@pytest.mark.parametrize("name", ["p01.html", "cohort.html"])
def test_each_figure_says_in_words_what_it_shows(pages, name):
    found = [(tag, attributes.get("role"), attributes.get("aria-label")) for tag, attributes in pages[name].elements]
    labels = [label for _, role, label in found if role == "img" and label]
    assert [tag for tag, _, _ in found].count("figcaption") == len(labels) >= 2
    assert all(len(label) > 30 for label in labels)


def test_words_that_claim_too_much_never_appear(pages):
    for page in pages.values():
        words = page.text.lower()
        assert not [word for word in FORBIDDEN if re.search(rf"\b{word}\b", words)]
        assert not re.search(r"\bcause[sd]?\b", words.replace("“comes before” is not “causes”", ""))


def test_templates_never_switch_escaping_off():
    folder = Path(write_reports.__globals__["__file__"]).parent / "templates"
    assert list(folder.glob("*.j2"))
    for template in folder.glob("*.j2"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*(safe|tojson)|autoescape", text)
    environment = page_environment()
    assert environment.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"
    with pytest.raises(Exception, match="undefined"):
        environment.from_string("{{ missing }}").render()


def test_the_answer_comes_first_and_in_full(pages):
    text = person(pages, "p01")
    answer = "Sleep After longer nights, pain was lower: 0.6 points per extra hour Fairly firm"
    card = "After a night one hour longer, pain the next day was 0.6 points lower on average."
    places = [text.index(part) for part in (answer, card, "What was imported", "What this cannot tell")]
    assert places == sorted(places)


def test_a_pooled_answer_says_what_it_is_and_how_the_days_alone_read(pages):
    text = pages[EVIL_PAGE].text.replace("\u00a0", " ")
    assert "After longer nights, pain was lower, as for the people here" in text
    assert "Range 0.1 to 0.4 points lower for one more hour." in text
    assert "Based on Your days, together with those of the other people here." in text
    assert "Your days alone 0.3 points lower. This is no answer, either." in text
    assert "if you are unlike them, the range can miss your own link" in text
    assert "13 Mar 2026 60 your days 0.5 points lower to 0.1 points higher Not determined" in text
    assert "13 Mar 2026 60 with the others 0.1 to 0.4 points lower Lower" in text
    assert "if you are unlike them" not in person(pages, "p01")


def test_each_answer_day_is_listed_and_a_withdrawn_answer_too(pages):
    text = person(pages, "p02").replace("\u00a0", " ")
    assert "A link was seen with 60 days scored; with 90 it no longer stands out." in text
    rows = "17 Mar 2026 60 0.2 to 0.8 points lower Lower 19 Apr 2026 90 0.4 points lower to 0.1 points higher Withdrawn"
    assert rows in text[text.index("Sleep: what each answer day showed, in points per extra hour") :]
    assert "with the others" not in text


def test_no_personal_page_has_a_minus_sign_or_says_what_must_not_be_said(pages):
    for name, page in pages.items():
        assert not re.search(r"no clear link|about [\d,]+ more days|\b100%", page.text), name
        if name != "cohort.html":
            assert not re.search(r"−|(?<![\w-])-\d", page.text), name


def test_days_by_reason_add_up_to_all_days(pages):
    text = person(pages, "p01")
    numbers = [int(number) for number in re.findall(r"(?:left out: [a-z ]+|used for the findings) (\d+)", text)]
    assert sum(numbers) == DAYS["p01"]
    assert "left out: no score for that day" in text


def test_the_ground_is_shown(pages):
    text = person(pages, "p01")
    assert "Fitbit 1 1,328 1,210 110 3 5" in text
    assert "rejected: not plausible 1 row" in text
    assert "file refused: unknown format 1 file" in text
    assert (
        "written in the evening, on a scale from 0 to 10 (higher is worse). Each counts for the day on which it was written."
        in text
    )
    assert "Europe/London (110 days)" in text


@pytest.mark.parametrize(("known", "is_said"), [(29, True), (30, False)])
def test_an_answer_from_few_known_nights_says_which_nights_it_is_about(tmp_path, known, is_said):
    with open_store(small_study(tmp_path / "nights")) as store:
        fill(store, people={"p01": 80})
        store.connection.execute("UPDATE finding SET days = 60, known_days = ?", [known])
        write_reports(store)
        text = read_page((store.study.reports / "p01.html").read_bytes()).text
    assert f"60 days with a pain score; sleep known on {known} of them" in text
    assert ("The answer is about nights on which sleep is known." in text) is is_said


def test_a_treatment_is_named_with_what_its_start_cannot_show(pages):
    text = person(pages, "p01")
    assert "You named: Water walking . What changes after a start mixes the treatment with hope" in text
    assert "You named" not in person(pages, "p02")


def test_how_a_treatment_comes_and_goes_is_reported(tmp_path):
    phases = [
        {"participant": "p01", "name": "low dose", "start": "2026-01-20", "ramp_days": 14, "end": "2026-02-20",
         "wash_out_days": 1},
        {"participant": "p01", "name": "walking", "start": "2026-01-20", "wash_out_days": 3},
    ]  # fmt: skip
    with open_store(small_study(tmp_path / "phases", phases=phases)) as store:
        fill(store, people={"p01": 60})
        write_reports(store)
        text = read_page((store.study.reports / "p01.html").read_bytes()).text
    assert "You named: low dose (builds up over 14 days and counts for 1 more day after its end), walking" in text


@pytest.mark.parametrize(
    ("name", "told", "hidden"),
    [
        (
            "p04",
            ["60 days with a score: 29 to go", "Reading so far: 0.2 points lower per extra hour."],
            ["answer day showed"],
        ),
        ("p05", ["60 days with a score: 45 to go"], ["Reading so far", "points lower"]),
        (
            "p06",
            ["There are no pain scores yet.", "how your pain has been: 0 of 28 days"],
            ["points lower", "A calendar"],
        ),
    ],
)
def test_degrees_of_too_few_days_are_distinguished(pages, name, told, hidden):
    text = person(pages, name)
    assert all(words in text for words in told)
    assert not any(words in text for words in hidden)


def test_a_personal_report_names_no_other_participant(pages):
    assert not [other for name in ("p01", "p02") for other in set(DAYS) - {name} if other in person(pages, name)]


def test_the_cohort_report_holds_every_part(pages):
    text = pages["cohort.html"].text
    for words in (
        "Of 7 participants, after a longer night: 2 less pain, 2 not determined, 3 not judged.",
        "participants' pain (each compared with their own average) was lower, but by less than what matters: 0.17 points per hour",
        "p03 82 60 days own days",
        "with any data 7",
        "with scores 6",
        "Sleep, a day against the participant's average, per hour of sleep",
        "Adjusted for Steps the day before, weekend, time",
        "Not adjusted for What comes later, since part of the effect may run through it: sleep the night before",
        "Fixed effects of the mixed model for steps the day before, with Kenward-Roger",
        "Two-stage mean",
        "0.020 to 0.290",
        "Reached a certified optimum yes",
        "3.1 × 10⁻⁷",
        "Lags with residual autocorrelation beyond ±0.1 7 days",
        "not for publication",
    ):
        assert words in text, words


def test_the_cohort_report_says_what_happens_if_something_is_decided_otherwise(pages):
    text = pages["cohort.html"].text
    part = text[text.index("What if …") : text.index("Can the models be trusted?")]
    for words in (
        "Sleep: the same result in 3 of 4 checks. A different one if the most influential participant had not taken part.",
        "Steps: the same result every time (2 checks).",
        "(simulated 4,000 times by drawing participants with replacement): 5 participants are too few to resample",
        "nothing was changed: the reported estimate −0.17 (−0.30 to −0.04)",
        "not possible – not possible –",
        "The line for sleep curves: after both short and long nights there is more pain than a straight line would predict.",
        "−0.21 to −0.11 yes – –",
        "−0.11 (−0.26 to 0.04) NO",
        "p < 0.001 yes p 0.521 yes",
        "each participant's slow drift was removed from sleep and steps −0.16 (−0.29 to −0.03) yes 0.02 (−0.11 to 0.15) yes",
    ):
        assert words in part, words
    assert EVIL_ID in part


def test_the_cohort_report_says_how_much_is_explained_and_how_noise_is_spread(pages):
    text = pages["cohort.html"].text
    assert "Marginal R² (the average effects) 14%" in text
    assert "Conditional R² (with participants' own levels and slopes) 52%" in text
    assert "Residual SD within participants: 10%, 50%, 90% of them 0.80, 1.10, 1.60" in text
    assert "Equal residual variance across participants (Brown–Forsythe), p < 0.001" in text
    assert "−2.50, 2.60" in text


def test_a_singular_fit_is_named_and_set_beside_its_neighbour(drawn):
    cases = [
        (
            True,
            [f"{STEPS[0]}_lag1_within"],
            "and all participants have the same slope for steps, the log-likelihood is 1.2 lower",
        ),
        (True, [], "vary independently of each other, the log-likelihood is 1.2 lower"),
        (False, ["time_30d"], "With a participant-specific drift over 30 days the fit was singular"),
    ]
    for is_singular, terms, told in cases:
        drawn.connection.execute(
            "UPDATE model_fit SET is_singular = ?, unsupported_terms = ?, unsupported_gain = 1.23 "
            "WHERE model = 'cohort'",
            [is_singular, terms],
        )
        write_reports(drawn)
        assert told in read_page((drawn.study.reports / "cohort.html").read_bytes()).text


def test_a_study_of_one_person_checks_their_answers_and_hides_what_may_not_be_shown(tmp_path):
    texts = {}
    for person, days in (("p01", 110), ("p05", 18)):
        with open_store(small_study(tmp_path / person)) as store:
            fill(store, people={person: days})
            fit_questions(store)
            find(store)
            write_reports(store)
            texts[person] = read_page((store.study.reports / f"{person}.html").read_bytes()).text
    assert "What if …" in texts["p01"]
    left_out = "your first 14 days of diary were left out just above 0 to 0.6 points lower yes"
    assert left_out in texts["p01"].replace("\u00a0", " ")
    assert "It allows for one look only, so it is narrower than the range of an answer." in texts["p01"]
    assert "−" not in texts["p01"]
    assert "your sleep and steps were moved to other days" in texts["p01"]
    assert "What if …" not in texts["p05"]


def test_a_refused_cohort_says_so(tmp_path):
    with open_store(small_study(tmp_path / "two")) as store:
        fill(store, people={"p01": 60, "p02": 60})
        write_reports(store)
        text = read_page((store.study.reports / "cohort.html").read_bytes()).text
    assert "there are too few participants" in text
    assert "No average was computed" in text
    assert "Fixed effects" not in text


def test_a_mixed_model_that_failed_its_checks_shows_no_number(drawn):
    drawn.connection.execute("UPDATE cohort_fit SET basis = 'two_stage', notes = ['not_converged']")
    drawn.connection.execute("UPDATE model_fit SET converged = false WHERE model = 'cohort'")
    write_reports(drawn)
    text = read_page((drawn.study.reports / "cohort.html").read_bytes()).text
    assert "The mixed model for sleep the night before did not pass its checks." in text
    assert "Reached a certified optimum NO" in text
    assert "Fixed effects" not in text
    assert "Mixed Linear Model Regression Results" not in text
    assert "−512.3457" not in text


def test_one_person_alone_has_no_cohort_report(tmp_path):
    with open_store(small_study(tmp_path / "alone")) as store:
        fill(store, people={"p01": 60})
        written = write_reports(store)
    assert [path.name for path in written] == ["p01.html", "p01-clinic.html"]


def test_the_real_models_are_reported_too(tmp_path):
    with open_store(small_study(tmp_path / "real")) as store:
        fill(store, people={"p01": 70, "p02": 50, "p06": 20})
        fit_questions(store)
        find(store)
        write_reports(store)
        texts = {path.stem: read_page(path.read_bytes()).text for path in store.study.reports.glob("*.html")}
    assert not [name for name, text in texts.items() if "could not be written" in text]
    assert "Sleep: what each answer day showed" in texts["p01"]
    assert "with the others" not in texts["p01"]
    assert "there are too few participants" in texts["cohort"]


@pytest.mark.parametrize(("item", "words"), [("soreness", "soreness was lower: 0.6"), ("mood", "mood was worse: 0.6")])
def test_other_items_have_their_own_words(tmp_path, item, words):
    with open_store(small_study(tmp_path / item, outcome={"item": item})) as store:
        fill(store, item=item, people={"p01": 110})
        write_reports(store)
        text = read_page((store.study.reports / "p01.html").read_bytes()).text
    assert words in text
    assert f"Your {item}, and what goes with it" in text
    assert not re.search(r"\bpain\b", text.replace("In one careful trial, pain fell", ""))
