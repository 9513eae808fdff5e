"""What a finding shows of a fit, and what it hides."""

from __future__ import annotations

import pytest

from painstats.findings import find
from painstats.store import open_store
from tests.conftest import table
from tests.made_up_study import SLEEP, fill, invent_fits, small_study

SHOWN = f"SELECT * FROM finding WHERE subject = 'participant' AND question = '{SLEEP}' ORDER BY participant_id"
DAYS = {"p01": 60, "p04": 9, "p05": 18}
"""p04 has too few days for a model and p05 too few to be shown, but a fit is there for both."""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    with open_store(small_study(tmp_path_factory.mktemp("shown") / "study")) as store:
        fill(store, people=DAYS)
        invent_fits(store, dict.fromkeys(DAYS, ((-0.4, 0.2), (0.1, 0.2))))
        find(store)
        fits = table(store, f"SELECT * FROM person_fit WHERE question = '{SLEEP}' ORDER BY participant_id")
        return dict(zip(sorted(DAYS), zip(table(store, SHOWN), fits, strict=True), strict=True))


def test_the_estimate_and_its_direction_are_those_of_the_fit(found):
    finding, fit = found["p01"]
    for name in ("estimate", "low", "high", "reliability"):
        assert finding[name] == fit[name], name
    assert finding["check_bases"] == ["own_days"]
    for name in ("estimate", "low", "high"):
        assert finding[f"check_{name}s"] == [fit[f"own_{name}"]], name
    assert finding["probability_of_direction"] == 1 - fit["false_sign_rate"] > 0.99


@pytest.mark.parametrize(("person", "reason"), [("p04", "too_few_days_for_model"), ("p05", "too_few_days_to_show")])
def test_no_number_is_shown_from_too_few_days(found, person, reason):
    finding, fit = found[person]
    assert fit["estimate"] is not None
    assert finding["reasons"] == [reason]
    assert fit["own_estimate"] is not None
    numbers = ("estimate", "low", "high", "df", "p", "reliability", "probability_of_direction")
    assert [finding[name] for name in numbers] == [None] * len(numbers)
    assert [finding[f"check_{name}s"] for name in ("estimate", "low", "high")] == [[]] * 3
