"""Changes are not seen where there was none: starts by chance in the real diaries of PMData, if they are here."""

import pytest

from tests.calibration.real_changes import chance_starts
from tests.test_real_input import REAL


def test_starts_that_never_were_are_hardly_ever_called():
    folder = REAL / "pmdata"
    if not folder.is_dir():
        pytest.skip("the real pmdata exports are not on this machine")
    starts = chance_starts(folder)
    assert len(starts) > 75
    assert sum(start.is_called for start in starts) <= 5
    assert sum(start.car1_is_sure for start in starts) >= 10  # the canary: these diaries do mislead CAR(1)
