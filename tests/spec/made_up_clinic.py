"""A study for pages for a clinic visit: two participants, whose treatments and last visit each page can have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from painstats.findings import read_findings
from painstats.frame.participants import participant_summaries
from painstats.frame.treatments import declare_phases
from painstats.plan.study import Study
from painstats.questions.daily.tables import RobustnessCheck
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.treatment.finding import ChangeFinding
from painstats.reports.clinic.content import ClinicPage
from painstats.reports.clinic.page import clinic_page
from painstats.reports.personal.record import participant_record
from painstats.store import Store, open_store
from painstats.store.rows import replace_rows
from tests.made_up_study import fill, plan
from tests.spec.made_up_changes import EXPERIMENTS, STATES

VISIT = date(2026, 3, 20)


def phase(name, start, end=None, **more):
    return {"participant": "p01", "name": name, "kind": "medicine", "start": start, "end": end, **more}


def doses(name, first, days):
    return [phase(name, day, day) for day in (first + timedelta(days=place) for place in range(days))]


MANY = [
    phase("Naltrexone", date(2026, 1, 10), date(2026, 3, 31), dose=1.5, dose_unit="mg"),
    phase("naltrexone", date(2026, 4, 1), dose=4.5, dose_unit="mg"),
    phase("Yoga course", date(2026, 2, 1), date(2026, 4, 9), kind="yoga"),
    phase("Steroid injection", date(2026, 4, 2), kind="injection", acts_days=10),
    phase("Duloxetine", date(2026, 1, 20), dose=30.0, dose_unit="mg"),
    *(each for day in range(1, 24) if day % 3 for each in doses("Ibuprofen", date(2026, 4, day), 1)),
    *doses("Triptan", date(2026, 4, 3), 2),
]


@contextmanager
def filled_store(folder: Path) -> Iterator[Store]:
    """Fill a store with p01, of 110 days, and p02, of nine."""
    with open_store(Study(folder=folder, plan=plan(phases=[]))) as store:
        fill(store, people={"p01": 110, "p02": 9})
        yield store


def made(filled, phases=(), visit=None, who="p01", changes=(), experiments=(), checks=()) -> ClinicPage:
    """Make a page with other treatments and another last visit."""
    participants = {who: {"last_visit": visit}} if visit else {}
    store = replace(
        filled, study=Study(folder=filled.study.folder, plan=plan(phases=phases, participants=participants))
    )
    declare_phases(store)
    replace_rows(store, "change_finding", ChangeFinding, list(changes))
    replace_rows(store, "experiment_finding", ExperimentFinding, list(experiments))
    replace_rows(store, "robustness", RobustnessCheck, list(checks))
    findings = [finding for finding in read_findings(store) if not finding.is_average]
    [summary] = [each for each in participant_summaries(store) if each.participant_id == who]
    return clinic_page(store, participant_record(store, summary, findings))


def full_page(filled) -> ClinicPage:
    """Make a page with everything on it."""
    return made(filled, MANY, VISIT, changes=[STATES["lower_dose_step"]], experiments=[EXPERIMENTS["told_lower"]])


def crowded_page(filled) -> ClinicPage:
    """Make a page with twelve medicines as needed and twelve for every day, all with long names."""
    names = [f"Hydroxychloroquinedihydrochloride-{place} prolonged-release capsules 200 mg" for place in range(12)]
    first = date(2026, 2, 1)
    phases = [each for place, name in enumerate(names) for each in doses(name, first + timedelta(days=place), 3)]
    phases += [phase(f"{name} every day", first + timedelta(days=40)) for name in names]
    return made(filled, phases, VISIT, changes=list(STATES.values()), experiments=list(EXPERIMENTS.values()))
