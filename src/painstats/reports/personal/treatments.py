"""Treatments and experiments on a personal page: a card for each change, and a table of all changes of a treatment."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from painstats.findings.catalogue import treatments as say
from painstats.findings.change_content import ChangeContext, content_of
from painstats.findings.change_groups import TreatmentGroup, treatment_groups
from painstats.findings.change_names import treatment_key, what_changed
from painstats.findings.declared_answer import DeclaredAnswer
from painstats.findings.experiment_words import experiment_answer, named_experiment_line
from painstats.findings.treatment_words import change_answer, named_change_line, short_answer
from painstats.language import _
from painstats.plan.study import Study
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.phrases import capital
from painstats.questions.question import outcome_of
from painstats.questions.treatment.finding import ChangeFinding
from painstats.reports.dates import date_words
from painstats.reports.numbers import NONE
from painstats.reports.pages import Card, Chart, Table
from painstats.reports.personal.record import ParticipantRecord
from painstats.reports.personal.treatment_charts import change_card, experiment_card
from painstats.store.connection import Store
from painstats.store.rows import read_rows

PRESCRIBED = frozenset({"medicine", "supplement", "injection", "nerve_block"})
"""Kinds of treatment about which a prescriber is the one to ask."""

HOW_CHANGES_ARE_JUDGED = (
    _(
        "A change is looked at 28, 56 and 84 days after it has built up or worn off, until the next change comes. At "
        "most 84 days on each side are compared, with and without the week before it."
    ),
    _("Changes fewer than 14 days apart are shown as one."),
    _("“What if” says what a change would be under another assumption. No answer depends on it."),
)


def change_cards(
    record: ParticipantRecord, study: Study, figures: Sequence[Chart]
) -> list[tuple[DeclaredAnswer, Card]]:
    """Make a card for each start, end and new dose, in the order of the treatments' first starts."""
    groups = treatment_groups(record.changes)
    return [
        made
        for group in groups
        for made in _cards_of_group(group, record, study, figures, has_table=_lists_most(group, groups))
    ]


def _lists_most(group: TreatmentGroup, groups: Sequence[TreatmentGroup]) -> bool:
    """Whether a table of the group's changes is worth its room: several, and not all of them in another table."""
    changes = {change.number for change in group.every}
    others = [{change.number for change in other.every} for other in groups if other is not group]
    return len(changes) > 1 and not any(changes < other for other in others)


def experiment_cards(
    record: ParticipantRecord, study: Study, figures: Sequence[Chart]
) -> list[tuple[DeclaredAnswer, Card]]:
    """Make a card for each planned experiment, in their order."""
    outcome, made = outcome_of(study.plan.outcome), []
    for found in record.experiments:
        said = experiment_answer(found, outcome)
        made.append((said, _card(said, _figures_of(experiment_card(found), figures))))
    return made


def _cards_of_group(
    group: TreatmentGroup, record: ParticipantRecord, study: Study, figures: Sequence[Chart], *, has_table: bool
) -> list[tuple[DeclaredAnswer, Card]]:
    """Make the cards of a treatment; below the last one, a table of all its changes if the group has one."""
    tables, made = (_table(group, record, study),) if has_table else (), []
    for change in group.shown:
        said = change_answer(change, change_context(change, record, study))
        own = _figures_of(change_card(change), figures)
        is_last = change is group.shown[-1]
        made.append((said, _card(said, own, tables if is_last else (), say.TABLE_FOLD.format(name=group.name))))
    return made


def _card(
    said: DeclaredAnswer, figures: tuple[Chart, ...], tables: tuple[Table, ...] = (), tables_fold: str = ""
) -> Card:
    return Card(
        verdict=said.mark,
        headline=said.name,
        state=said.firmness,
        sentence=said.line,
        strong=said.strong,
        paragraphs=said.card,
        notes=(said.caution,) if said.caution else (),
        facts=said.folded,
        fold=said.fold,
        figures=figures,
        tables=tables,
        tables_fold=tables_fold,
    )


def _figures_of(card: str, figures: Sequence[Chart]) -> tuple[Chart, ...]:
    return tuple(figure for figure in figures if figure.card == card)


def change_context(change: ChangeFinding, record: ParticipantRecord, study: Study) -> ChangeContext:
    """Return what a change is read with: the outcome, who is to be asked about it, and how many days it needs."""
    names = treatment_key(change)
    kinds = {
        kind for name, kind in record.phases.select("name", "kind").iter_rows() if name.strip().casefold() in names
    }
    return ChangeContext(
        outcome=outcome_of(study.plan.outcome),
        is_medicine=not kinds or not PRESCRIBED.isdisjoint(kinds),
        least_days=study.plan.rules.min_days_phase,
    )


def _table(group: TreatmentGroup, record: ParticipantRecord, study: Study) -> Table:
    """List every change of a treatment by date."""
    rows = tuple(_row(change, change_context(change, record, study)) for change in group.every)
    caption = say.TABLE_CAPTION.format(name=group.name)
    return Table(caption, say.TABLE_HEAD, rows, numbers=False)


def _row(change: ChangeFinding, context: ChangeContext) -> tuple[str, ...]:
    content = content_of(change, context)
    return (
        capital(what_changed(change)),
        date_words(change.first_date),
        f"{change.days_before}, {change.days_after}",
        content.span(change.low, change.high) or NONE,
        short_answer(content),
    )


def declared_lines(store: Store) -> list[tuple[str, str]]:
    """Write the answers about treatments and experiments of all participants: the participant, and a line each."""
    outcome = outcome_of(store.study.plan.outcome)
    changes = read_rows(store, "change_finding", ChangeFinding, "participant_id, number")
    own = [list(found) for _, found in groupby(changes, key=lambda change: change.participant_id)]
    shown = [change for found in own for group in treatment_groups(found) for change in group.shown]
    experiments = read_rows(store, "experiment_finding", ExperimentFinding, "participant_id, first_date, fingerprint")
    return [
        *((change.participant_id, named_change_line(change, ChangeContext(outcome))) for change in shown),
        *((found.participant_id, named_experiment_line(found, outcome)) for found in experiments),
    ]
