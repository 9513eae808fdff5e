"""The whole plan is checked: unknown keys, impossible values and unknown zones are errors that name the key."""

import pytest

from painstats.errors import StudyError
from painstats.plan.study import Plan, read_study
from painstats.questions.asked import asked

DIARY = '[[diaries]]\nfile="d.csv"\nfilled="evening"\n'
ITEM = '[[diaries.items]]\nitem="pain"\ncolumn="p"\nscale=[0,10]\nhigher_is="worse"\nrecall="today"\n'


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[study]\ncolour = 1", "study.colour: unknown key"),
        ('[study]\ntime_zone = "Mars/Base"', "study.time_zone: unknown time zone 'Mars/Base'"),
        ("[outcome]\nscale = [10, 0]", "outcome.scale: a scale is written [lowest, highest]"),
        (
            '[[predictors]]\nmeasure = "naps"',
            "predictors.0.measure: 'naps' is not known; write one of: total_sleep_time_min",
        ),
        (
            '[[predictors]]\nmeasure = "step_count"\n[[questions]]\nkind = "daily"',
            "predictors: write them as [[questions]]",
        ),
        ("[rules]\nmin_days_verdict = 3", "rules.min_days_verdict"),
        (DIARY, "diaries.0.items: Field required"),
        (DIARY + ITEM.replace('column="p"\n', ""), "each item of a wide diary needs 'column'"),
        (DIARY.replace('"evening"', '"noon"') + ITEM, "diaries.0.filled"),
        (DIARY + 'layout="long"\n' + ITEM, "a long diary needs item_column and value_column"),
        (
            '[[participants.a.travel]]\nfirst_date=2026-02-02\nlast_date=2026-02-01\ntime_zone="UTC"',
            "last_date is before first_date",
        ),
        ("[study", "not valid TOML"),
    ],
)
def test_a_wrong_plan_is_refused_by_key(tmp_path, text, named):
    (tmp_path / "study.toml").write_text(text)
    with pytest.raises(StudyError) as refused:
        read_study(tmp_path)
    assert named in str(refused.value)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize("text", ["", " \n\n", "# a comment\n# [study]\n", "[study]\n", "[[participants.a.travel]]\n"])
def test_a_plan_that_sets_nothing_is_not_a_plan_of_defaults(tmp_path, text):
    (tmp_path / "study.toml").write_text(text)
    with pytest.raises(StudyError, match=r"study\.toml sets nothing") as refused:
        read_study(tmp_path)
    assert refused.value.exit_code == 2


def test_a_folder_that_is_no_study_is_left_alone(tmp_path):
    with pytest.raises(StudyError, match="is not a study"):
        read_study(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_a_plan_the_defaults_hold(tmp_path):
    (tmp_path / "inbox").mkdir()
    study = read_study(tmp_path)
    assert study.plan == Plan()
    assert [question.name for question in asked(study)] == ["total_sleep_time_min_lag0", "step_count_lag1"]


def test_the_plan_that_init_writes_is_valid_and_says_so(tmp_path):
    from painstats.cli import main

    assert main(["init", str(tmp_path / "s"), "--time-zone", "Europe/Paris"]) == 0
    study = read_study(tmp_path / "s")
    assert study.plan.diaries[0].items[0].recall == "today"
    assert main(["init", str(tmp_path / "s"), "--time-zone", "Europe/Paris"]) == 2


def test_the_hash_follows_the_plan_and_not_its_spelling(tmp_path):
    def hashed(text):
        (tmp_path / "study.toml").write_text(text)
        return read_study(tmp_path).plan_hash

    first = hashed('[outcome]\nitem = "pain"')
    assert first == hashed('# a comment\n[outcome]\nitem="pain"')
    assert first != hashed('[outcome]\nitem = "fatigue"')
