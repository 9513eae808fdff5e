"""The page for a clinic visit: what is on it, in which words, and how much."""

from __future__ import annotations

import re
from datetime import date

import pytest

from painstats.questions.daily.tables import RobustnessCheck
from painstats.reports.clinic.page import clinic_bytes
from tests.made_up_study import SLEEP
from tests.reading_pages import read_page
from tests.spec.made_up_clinic import crowded_page, filled_store, full_page, made, phase

MOST_BYTES, MOST_WORDS, MOST_TO_READ = 30_000, 450, 240


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Keep the study open."""
    with filled_store(tmp_path_factory.mktemp("clinic")) as store:
        yield store


@pytest.fixture(scope="module")
def full(filled):
    """Make a page with everything on it."""
    return full_page(filled)


def words_in(*cells):
    return len(" ".join(plain(cells)).split())


def words_of(page):
    """Count the words of a whole page, without those that only hovering shows."""
    shown = re.sub(rb"<title>[^<]*</title>", b"", clinic_bytes(page))
    return len(read_page(shown).text.split())


def plain(cells):
    return [re.sub(r"<[^>]+>", "", str(cell)).replace("\u00a0", " ") for cell in cells]


def test_the_header_has_the_recent_mean_beside_that_of_eight_weeks(full):
    assert full.header.about == "5 January 2026 to 24 April 2026 · pain 0 to 10, scored in the evening"
    assert re.fullmatch(r"\d\.\d", full.header.mean)
    assert re.fullmatch(r"\d\.\d in the 8 weeks before", full.header.before)


def test_a_medicine_at_its_limit_is_to_be_checked_and_no_opioid_is_said_beside_naltrexone(full):
    assert plain(full.notices) == [
        "Ibuprofen on 16 days in April (overuse counts from 15).",
        "No opioid is listed beside Naltrexone.",
    ]


def test_what_happened_since_the_visit_is_compared_with_the_weeks_before(full):
    assert plain([full.since.heading]) == ["Since the last visit, 20 March"]
    outcome, started, doses_changed, measures = plain(full.since.points)
    assert re.fullmatch(
        r"Pain \d\.\d in March and \d\.\d in April \(\d\.\d\)\.|Pain \d\.\d in March and April .*", outcome
    )
    assert started == "Started: Steroid injection, 2 April. Ended: Yoga course, 9 April."
    assert doses_changed == "Dose changed: naltrexone 1.5 to 4.5 mg, 1 April. Unchanged: Duloxetine 30 mg."
    assert re.fullmatch(r"Sleep 6\.\d hours a night \(6\.\d\)\. Steps [67],\d00 a day \([67],\d00\)\.", measures)


def test_what_a_lot_decided_stands_first_then_daily_links_then_open_starts(full):
    assert [(*plain([row.name]), row.detail) for row in full.firmest] == [
        ("Heat", "planned experiment"),
        ("Sleep", "90 days"),
        ("Low-dose naltrexone", "1.5 to 4.5\u00a0mg"),
    ]
    experiment, sleep, change = full.firmest
    assert plain([experiment.answer]) == [
        "0.7 points lower in blocks with heat (0.1 to 1.4), p = 0.03; 16 blocks drawn by lot"
    ]
    assert re.fullmatch(r"0\.\d points lower per extra hour \(0\.\d to 0\.\d\)", *plain([sleep.answer]))
    assert sleep.limits == "Association within one person, not an effect; pain can also change sleep."
    assert plain([change.answer]) == ["1.1 points lower after 1 June (0.1 to 2.1), with and without the week before"]
    assert change.limits == "Open label; placebo (18% in one trial) would be 1.0 points here."
    assert plain(full.others) == ["Also answered: Steps."]


def test_medicines_by_month_are_bold_at_the_limit(full):
    assert [cell for cell, _ in full.medicines.head] == ["Medicine", "J", "F", "M", "A", "Limit*"]
    rows = [tuple(map(str, row)) for row in full.medicines.rows]
    assert rows == [
        ("<bdi>Ibuprofen</bdi>", "0", "0", "0", "<b>16</b>", "15"),
        ("<bdi>Triptan</bdi>", "0", "0", "0", "2", "10"),
        ("Together", "0", "0", "0", "<b>17</b>", "10"),
    ]


def test_bad_spells_lie_side_by_side_with_the_usual_values(full):
    names = plain(row[0] for row in full.spells.rows)
    assert re.fullmatch(r"Days, highest pain \(\d(\.5)?\)", names[0])
    assert re.fullmatch(r"Night before \(6\.\d h\)", names[1])
    assert re.fullmatch(r"Steps day before \([67],\d00\)", names[2])
    assert names[3] == "Medicine then"
    assert len(full.spells.head) == 4


def test_the_page_is_short_to_read_and_small(full):
    header, since = full.header, full.since
    answers = (cell for row in full.firmest for cell in (row.name, row.detail, row.answer, row.limits))
    to_read = (header.title, header.code, header.about, header.mean, header.mean_words, header.before)
    assert words_in(*to_read, *full.notices, since.heading, since.note, *since.points, *answers) <= MOST_TO_READ
    assert words_of(full) <= MOST_WORDS
    assert len(clinic_bytes(full)) <= MOST_BYTES
    assert "−" not in read_page(clinic_bytes(full)).text


def test_without_a_visit_the_last_three_months_are_shown(filled):
    page = made(filled)
    assert page.since.heading == "In the last three months"
    assert [point[:5] for point in page.since.points] == ["Pain ", "Sleep"]
    assert (page.notices, page.medicines) == ((), None)


def test_a_visit_after_the_last_day_has_no_data_yet(filled):
    page = made(filled, visit=date(2026, 6, 1))
    assert page.since.points == ("No data since then.",)


def test_too_few_scores_are_counted_and_not_averaged(filled):
    page = made(filled, who="p02")
    known = re.fullmatch(r"last 4 weeks: (\d) of 28 days scored", page.header.mean_words)
    assert known
    assert page.header.mean == "–"
    assert page.spells is None
    assert page.firmest == ()
    assert "No question has a firm answer yet." in read_page(clinic_bytes(page)).text


@pytest.mark.parametrize(("failed", "row"), [(1, "1 of 2 checks agree"), (2, None)])
def test_with_two_checks_against_it_a_direction_is_not_called(filled, failed, row):
    checks = [
        RobustnessCheck("p01", place, f"check {place}", SLEEP, "pain", "", same_verdict=place >= failed)
        for place in range(2)
    ]
    page = made(filled, checks=checks)
    sleep = [str(each.answer) for each in page.firmest if each.name == "Sleep"]
    assert [answer.endswith(f"; {row}") for answer in sleep] == ([True] if row else [])
    assert ("Not determined: sleep." in plain(page.others)) is (row is None)


def test_many_medicines_with_long_names_stay_within_the_budget(filled):
    page = crowded_page(filled)
    assert len(page.medicines.rows) == 5
    assert page.medicines.more == "7 medicines used less often are not shown."
    assert page.course.note.endswith(" earlier treatments not drawn")
    assert words_of(page) <= MOST_WORDS
    assert len(clinic_bytes(page)) <= MOST_BYTES


def test_opioid_and_naltrexone_are_the_first_thing_to_check(filled):
    phases = [phase("<b>Oxycodone</b>", date(2026, 1, 10), date(2026, 1, 20)), phase("LDN", date(2026, 2, 1))]
    page = made(filled, phases)
    assert str(page.notices[0]) == (
        "<bdi>&lt;b&gt;Oxycodone&lt;/b&gt;</bdi> and <bdi>LDN</bdi> are listed within two weeks of each other."
    )
