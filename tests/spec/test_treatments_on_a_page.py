"""Changes of treatments and experiments on real pages: cards in their order, charts in their cards, and the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import pytest

from painstats.commands.report_lines import verdict_lines
from painstats.findings.build import FindingsMade
from painstats.findings.change_content import ChangeContext
from painstats.findings.declared_counts import declared_counts
from painstats.findings.treatment_words import change_answer
from painstats.frame.participants import participant_summaries
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.question import outcome_of
from painstats.questions.treatment.finding import ChangeFinding
from painstats.reports.cohort.treatments import treatment_part as cohort_part
from painstats.reports.pages import page_bytes
from painstats.reports.personal.page import personal_page
from painstats.reports.personal.record import ParticipantRecord, participant_record
from painstats.reports.personal.treatment_charts import TreatedDays, charts_of_treatments
from painstats.reports.personal.treatments import declared_lines
from painstats.store import Store, open_store
from painstats.store.rows import replace_rows
from tests.made_up_study import fill, small_study
from tests.reading_pages import read_page
from tests.spec.made_up_changes import EXPERIMENTS, LDN, STATES
from tests.spec.svg_shapes import shapes
from tests.spec.test_treatment_words import EXPERIMENT_LINES, NEVER

PHASES = [
    {"participant": "p01", "name": LDN, "kind": "medicine", "start": "2026-03-16", "end": "2026-05-31", "dose": 1.5, "dose_unit": "mg"},
    {"participant": "p01", "name": LDN, "kind": "medicine", "start": "2026-06-01", "dose": 4.5, "dose_unit": "mg"},
    {"participant": "p01", "name": "massage", "kind": "therapy", "start": "2026-06-01"},
]  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    study = small_study(tmp_path_factory.mktemp("treatments") / "study", phases=PHASES)
    with open_store(study) as opened:
        fill(opened, people={"p01": 245})
        yield opened


@pytest.fixture(scope="module")
def record(store: Store) -> ParticipantRecord:
    [summary] = participant_summaries(store)
    return participant_record(store, summary, ())


def numbered(changes: Sequence[ChangeFinding]) -> tuple[ChangeFinding, ...]:
    return tuple(replace(change, number=number) for number, change in enumerate(changes, start=1))


def text_of(
    store: Store,
    record: ParticipantRecord,
    changes: Sequence[ChangeFinding] = (),
    experiments: Sequence[ExperimentFinding] = (),
) -> str:
    """Return the text of the page up to its cards, without drawings, which take most of the time."""
    shown = replace(record, changes=numbered(changes), experiments=tuple(experiments))
    text = read_page(page_bytes(personal_page(store, shown, (), ()))).text.split("How to read this")[0]
    return text.replace(" .", ".").replace(" ,", ",")  # after what is set in bold


def apart(place: int, change: ChangeFinding) -> ChangeFinding:
    """Give each change names of its own, so that it has a card of its own."""
    return replace(change, names=tuple(f"{name} {place}" for name in change.names))


def test_every_state_on_one_page(store, record):
    changes = [apart(place, change) for place, change in enumerate(STATES.values())]
    text = text_of(store, record, changes, list(EXPERIMENTS.values()))
    for change in changes:
        said = change_answer(change, ChangeContext(outcome_of(store.study.plan.outcome)))
        assert any(line and f"{line} {said.firmness}" in text for line in (said.line, said.line_without_size)), (
            said.line
        )
    assert [name for name, line in EXPERIMENT_LINES.items() if line not in text] == []
    assert text.count("this is an effect of using it") == 2
    assert NEVER.findall(text.replace("this is an effect of using it", "")) == []


def test_charts_are_drawn_into_their_cards(store, record):
    none_before = replace(STATES["too_few_before"], before_from=None, before_until=None, days_before=0)
    others = [STATES["higher"], STATES["always_on"], none_before]
    changes = numbered([STATES["lower_dose_step"], *(apart(place, other) for place, other in enumerate(others, 2))])
    shown = replace(record, changes=changes, experiments=(EXPERIMENTS["sealed"],))
    charts = charts_of_treatments(
        shown.changes, shown.experiments, TreatedDays(shown.days, shown.phases), outcome_of(store.study.plan.outcome)
    )
    assert [chart.card for chart in charts] == ["change-1", "change-2", "experiment-3fa93fa93fa93fa9"]
    lower, higher, sealed = charts
    for chart, signs in ((lower, {"lower"}), (higher, {"higher"}), (sealed, set())):
        assert {name for shape in shapes(chart.drawing) for name in shape.classes} & {"lower", "higher"} == signs
    page = page_bytes(personal_page(store, shown, charts, ())).decode()
    assert [page.count(chart.drawing) for chart in charts] == [1, 1, 1]
    assert page.index(lower.drawing) < page.index("pregabalin 2") < page.index(higher.drawing)


def test_treatments_come_in_the_order_of_their_first_starts_and_then_experiments(store, record):
    names = ("lower_dose_step", "hangs_with", "on_off_lower", "lower_start")
    text = text_of(store, record, [STATES[name] for name in names], [EXPERIMENTS["told_lower"]])
    headings = (
        "Low-dose naltrexone, from 16 March 2026", "Low-dose naltrexone, 1.5 to 4.5\u00a0mg",
        "Low-dose naltrexone, 4.5\u00a0mg", "Yoga course It depends", "Heat In your experiment",
    )  # fmt: skip
    places = [text.index(heading.replace("\u00a0", " ")) for heading in headings]
    assert places == sorted(places)


def test_all_changes_of_a_treatment_are_in_one_table(store, record):
    names = ("lower_start", "lower_dose_step", "hangs_with")
    text = text_of(store, record, [STATES[name] for name in names])
    assert text.count("Changes of low-dose naltrexone by date") == 1
    assert "Changes of yoga course" not in text
    assert "1.5 to 4.5 mg 1 Jun 2026 49, 44 0.1 to 2.1 points lower Lower" in text


def test_a_change_that_can_no_longer_be_judged_is_only_in_the_table(store, record):
    gone = replace(STATES["never_in_full"], names=(LDN,), first_date=date(2026, 2, 1))
    text = text_of(store, record, [gone, STATES["lower_start"]])
    assert "Low-dose naltrexone, from 1 February 2026" not in text
    assert "From 1 February 2026 1 Feb 2026 49, 0 – Not judged. The next change follows too soon." in text


def test_who_to_ask_depends_on_the_kind_of_treatment(store, record):
    worse = STATES["higher"]
    assert "take this page to your prescriber" in text_of(store, record, [replace(worse, names=(LDN,))])
    text = text_of(store, record, [replace(worse, names=("massage",))])
    assert "your doctor or therapist" in text
    assert "prescriber" not in text


def test_what_a_start_cannot_show_is_said_to_those_who_named_a_treatment(store, record):
    text = read_page(page_bytes(personal_page(store, record, (), ()))).text
    assert "are not judged here" not in text
    assert f"You named: {LDN} , massage ." in text  # each once, whatever its doses
    assert "What changes after a start mixes the treatment with hope, the season and luck" in text


def test_the_index_and_the_lines_of_a_run_count_changes(store):
    changes = numbered([STATES["higher"], STATES["open"], STATES["early"]])
    replace_rows(store, "change_finding", ChangeFinding, changes)
    replace_rows(store, "experiment_finding", ExperimentFinding, [EXPERIMENTS["sealed"]])
    counts = declared_counts(store)
    assert counts == ({"higher": 1, "not_determined": 1, "not_judged": 1}, {"sealed": 1})
    results = type("Results", (), {"findings": FindingsMade(0, {}, 0.0, *counts)})
    assert verdict_lines(store.study, results) == [
        "changes of treatments: 1 higher, 1 not determined, 1 not judged",
        "experiments: 1 sealed",
    ]
    lines = declared_lines(store)
    assert lines[0] == ("p01", "Pregabalin, from 1 June 2026: After the start, pain was higher: 1.4 points")
    assert lines[-1][1].startswith("Experiment with heat: Block")


def test_the_cohort_counts_changes_of_enough_participants_only(store):
    told = [replace(STATES["lower_start"], participant_id=f"p{number:02}") for number in range(7)]
    others = [replace(STATES["open"], participant_id=f"p{number:02}", names=(LDN.upper(),)) for number in range(2)]
    rare = [replace(STATES["higher"], participant_id=f"p{number:02}") for number in range(4)]
    replace_rows(store, "change_finding", ChangeFinding, [*told, *others, *rare])
    part = cohort_part(store)
    assert part is not None
    [table] = part.tables
    assert "they do not show that participants differ" in table.caption
    assert [row[1:] for row in table.rows] == [("start", "7", "7", "0", "0", "< 5", "0")]
    assert LDN.casefold() in str(table.rows[0][0]).casefold()
