"""What reports say of treatments that the models allow for."""

from __future__ import annotations

import pytest

from painstats.questions.daily.tables import COHORT, TreatmentRow, WhyLeftOut
from painstats.reports.regimes import WHY, own_regimes_words, regimes_words, treatment_columns_words


def rows(*left_out):
    return [TreatmentRow(COHORT, ("any",), f"secret {place} mg", 3, 40, why) for place, why in enumerate(left_out)]


def test_a_cohort_page_counts_the_columns_and_names_no_treatment():
    [said] = treatment_columns_words(rows(None, "few_participants", None, "few_participants", "few_days_on"))
    assert said == (
        "The model has columns for 2 treatments, by name and dose. They are adjusted for, and neither tested nor shown: "
        "a difference before and after an open start has many possible causes. The comparison within regimes alone "
        "allows for 3 treatments without a column: it acts on fewer than 7 days (1); fewer than 3 participants "
        "have it (2)."
    )
    assert treatment_columns_words(()) == ()
    assert treatment_columns_words(rows("few_days_off")) == (
        "The model has no column for a treatment. The comparison within regimes alone allows for 1 treatment "
        "without a column: fewer than 7 days are without it (1).",
    )


def test_every_reason_has_words():
    assert set(WHY) == set(WhyLeftOut.__args__)


@pytest.mark.parametrize(("regimes", "said"), [(0, False), (1, False), (2, True)])
def test_a_participant_reads_what_their_days_are_compared_with(regimes, said):
    words = own_regimes_words(regimes)
    assert bool(words) is said
    assert not said or words == (
        "Your days fall into 2 groups with different treatments or doses. Each day is compared with your average over "
        "its own group, or over the group before it where there are fewer than 7 days.",
    )


def test_a_cohort_page_counts_regimes(store):
    store.connection.execute("CREATE TABLE participant_summary AS SELECT unnest([1, 1, 3, 2]) AS regimes")
    assert regimes_words(store) == (
        "Treatments or doses changed in 2 of 4 participants. There are 7 regimes: a participant's days under the same "
        "treatments at the same doses. Each day is compared with the participant's average over its own regime, or over "
        "the regime before it where there are fewer than 7 days.",
    )
    store.connection.execute("DELETE FROM participant_summary WHERE regimes > 1")
    assert regimes_words(store) == ()
