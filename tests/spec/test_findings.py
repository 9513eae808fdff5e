"""What a finding shows of a fit, and what it hides."""

from __future__ import annotations

import pytest

from painstats.findings import find
from painstats.store import open_store
from tests.conftest import table
from tests.made_up_study import SLEEP, fill, invent_fits, small_study

SHOWN = f"SELECT * FROM finding WHERE subject = 'participant' AND question = '{SLEEP}' ORDER BY participant_id"
DAYS = {"p01": 80, "p04": 9, "p05": 18}
"""p01 has passed the first look. p04 has too few days for a model and p05 too few to be shown, but a fit is there for both."""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    with open_store(small_study(tmp_path_factory.mktemp("shown") / "study")) as store:
        fill(store, people=DAYS)
        invent_fits(store, dict.fromkeys(DAYS, ((-0.4, 0.2), (0.1, 0.2))))
        find(store)
        fits = table(store, f"SELECT * FROM person_fit WHERE question = '{SLEEP}' ORDER BY participant_id")
        looks = table(store, f"SELECT * FROM look WHERE question = '{SLEEP}'")
        evidence = table(store, f"SELECT * FROM look_evidence WHERE question = '{SLEEP}'")
        by_person = dict(zip(sorted(DAYS), zip(table(store, SHOWN), fits, strict=True), strict=True))
        return by_person | {"looks": looks, "evidence": evidence}


def test_the_estimate_and_its_direction_are_those_of_the_fit(found):
    finding, fit = found["p01"]
    for name in ("estimate", "low", "high", "reliability"):
        assert finding[name] == fit[name], name
    assert finding["check_bases"] == ["own_days"]
    for name in ("estimate", "low", "high"):
        assert finding[f"check_{name}s"] == [fit[f"own_{name}"]], name


def test_the_verdict_is_that_of_the_last_look_and_not_of_all_days(found):
    finding, fit = found["p01"]
    [look], [evidence] = found["looks"], found["evidence"]
    assert (look["verdict"], finding["verdict"], finding["verdict_basis"]) == ("lower", "lower", "own_days")
    assert (finding["verdict_low"], finding["verdict_high"]) == (look["low"], look["high"])
    assert (look["low"], look["high"]) == (evidence["lows"][1], evidence["highs"][1])
    assert (look["number"], look["days"]) == (finding["look_number"], finding["look_days"]) == (1, 60)
    assert finding["look_date"] == finding["since_date"] == look["date"] < finding["last_day"]
    assert finding["days"] > 60
    assert finding["next_look_days"] == 90
    assert finding["chance_within_year"] is None
    assert 0.95 < finding["probability_of_direction"] < 0.999 < 1 - fit["false_sign_rate"]


@pytest.mark.parametrize(("person", "reason"), [("p04", "too_few_days_for_model"), ("p05", "too_few_days_to_show")])
def test_no_number_is_shown_from_too_few_days(found, person, reason):
    finding, fit = found[person]
    assert fit["estimate"] is not None
    assert finding["reasons"] == [reason]
    assert fit["own_estimate"] is not None
    numbers = ("estimate", "low", "high", "df", "p", "reliability", "probability_of_direction", "verdict_low")
    assert [finding[name] for name in numbers] == [None] * len(numbers)
    assert [finding[f"check_{name}s"] for name in ("estimate", "low", "high")] == [[]] * 3
