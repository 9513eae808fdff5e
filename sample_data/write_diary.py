"""Write diaries in four shapes: wide, long with day-first dates and decimal commas, of two sites, and of a clinic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from sample_data.simulate import Life, stream
from sample_data.truth import Truth

FILES = {"wide": "diary.csv", "long": "tagebuch.csv", "clinic": "diary_clinic.csv", "sites": "diary_sites.csv"}


def write_wide_diary(path: Path, truth: Truth, life: Life, seed: int) -> None:
    """Write an evening diary with one row for each day and one column for each item, 0-10.

    An unusable pain score is written as text in its row. Mood is sometimes left empty.
    """
    lines = ["date,time,pain,fatigue,mood"]
    for day, time_text, pain, fatigue, mood in _evenings(truth, life, seed):
        left_empty = day.day == 13
        lines.append(f"{day},{time_text},{_plain(pain)},{fatigue},{'' if left_empty else mood}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")


def write_long_diary(path: Path, truth: Truth, life: Life, seed: int) -> None:
    """Write an evening diary with one row for each score, as a German spreadsheet saves it (cp1252, CRLF)."""
    lines = ["Datum;Uhrzeit;Frage;Wert"]
    for day, time_text, pain, fatigue, mood in _evenings(truth, life, seed):
        head = f"{day:%d.%m.%Y};{time_text}"
        answers = {"Schmerz": _with_comma(pain), "Müdigkeit": _with_comma(fatigue), "Stimmung": _with_comma(mood)}
        lines += [f"{head};{question};{answer}" for question, answer in answers.items()]
    path.write_text("".join(f"{line}\r\n" for line in lines), encoding="cp1252", newline="")


def write_sites_diary(path: Path, truth: Truth, life: Life, seed: int) -> None:
    """Write an evening diary with a column for each of two sites; the second is empty on most days."""
    second = life.person.second_site
    if second is None:
        raise ValueError(f"{life.person.participant_id} has no second site")
    short = np.quantile(life.total_sleep_time_min, second.after_nights_below)
    is_scored = dict(zip(life.dates, life.total_sleep_time_min < short, strict=True))
    lines = [f"date,time,back,{second.name}"]
    for day, time_text, pain, _, _ in _evenings(truth, life, seed):
        other = f"{max(float(pain) - second.less, 0):g}" if is_scored[day] else ""
        lines.append(f"{day},{time_text},{_plain(pain)},{other}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")


def write_clinic_diary(path: Path, lives: Sequence[Life], seed: int) -> None:
    """Write morning reports of the last 24 hours, 0-100, of several participants: each describes the day before."""
    lines = ["participant,date,time,pain_0_100"]
    for life in lives:
        rng = stream(seed, life.person.participant_id, "diary")
        minutes = rng.integers(420, 520, len(life.dates))
        for day, minute, pain, missing in zip(life.dates, minutes, life.pain_score, life.diary_missing, strict=True):
            if not missing:
                reported_on = day + timedelta(days=1)
                score = round(10 * pain)
                lines.append(f"{life.person.participant_id},{reported_on},{_clock(int(minute))},{score}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")


def _evenings(truth: Truth, life: Life, seed: int) -> Iterator[tuple[date, str, float | str, int, int]]:
    """Yield date, clock time, pain, fatigue and mood of each evening with a diary."""
    rng = stream(seed, life.person.participant_id, "diary")
    spoilt = {truth.day_at(share): text for share, text in life.person.spoilt_ratings}
    minutes = rng.integers(1215, 1275, len(life.dates))
    fatigue, mood = _fatigue_and_mood(life, rng)
    for index, day in enumerate(life.dates):
        pain: float | str = spoilt.get(index, float(life.pain_score[index]))
        if index in spoilt or not life.diary_missing[index]:
            yield day, _clock(int(minutes[index])), pain, int(fatigue[index]), int(mood[index])


def _fatigue_and_mood(life: Life, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw ratings that go with the day's pain: fatigue (higher is worse) and mood (higher is better)."""
    more_pain = life.pain_score - life.nature.usual_pain
    short_night = life.nature.usual_sleep - life.total_sleep_time_min / 60
    fatigue = 4.5 + 0.5 * more_pain + 0.4 * short_night + rng.standard_normal(len(more_pain))
    mood = 6.5 - 0.4 * more_pain - life.person.mood_on_sleep * short_night + rng.standard_normal(len(more_pain))
    return np.clip(np.rint(fatigue), 0, 10), np.clip(np.rint(mood), 0, 10)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _plain(rating: float | str) -> str:
    return rating if isinstance(rating, str) else f"{rating:g}"


def _with_comma(rating: float | str) -> str:
    return rating if isinstance(rating, str) else f"{rating:.1f}".replace(".", ",")
