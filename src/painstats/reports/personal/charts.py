"""All charts of a personal page."""

from __future__ import annotations

from painstats.plan.study import Study
from painstats.questions.question import outcome_of
from painstats.reports.pages import Chart
from painstats.reports.personal.calendar import calendar_chart
from painstats.reports.personal.course import course_chart
from painstats.reports.personal.record import ParticipantRecord
from painstats.reports.personal.scatter import scatter_charts
from painstats.reports.personal.treatment_charts import TreatedDays, charts_of_treatments


def personal_charts(record: ParticipantRecord, study: Study) -> tuple[Chart, ...]:
    """Draw a participant's course and calendar, and each chart that belongs to a card."""
    calendar = calendar_chart(record, study)
    days = TreatedDays(record.days, record.phases)
    return (
        course_chart(record, study),
        *((calendar,) if calendar else ()),
        *scatter_charts(record),
        *charts_of_treatments(record.changes, record.experiments, days, outcome_of(study.plan.outcome)),
    )
