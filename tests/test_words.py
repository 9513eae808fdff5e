"""One word for one thing: banned words do not come back, in identifiers or in text; lines of the docs are short.

Some phrases are banned in every file, the others in the parts of the project that are already clean. Whoever cleans a
part adds it to ``CLEAN``. The words to use are in docs/reference/glossary.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

FOLDERS = ("src", "tests", "docs", "benchmarks", "flows", "dashboards", "reference_pages", "sample_data")
SUFFIXES = (".py", ".md", ".sql", ".j2", ".toml")

BANNED_EVERYWHERE = {
    "terrain": "evaluation",
    "bowl": "local coordinates",
}

BANNED = {
    "anew": "again",
    "anybody": "anyone",
    "are told": "(rewrite the sentence)",
    "everybody": "every participant",
    "fell out": "excluded",
    "is said of": "(rewrite the sentence)",
    "is told": "(rewrite the sentence)",
    "known from before": "already imported",
    "leans on": "uses",
    "nobody": "no participant",
    "one a processor": "one per CPU",
    "put aside": "rejected",
    "put forward": "reported",
    "somebody": "someone",
    "stands beside": "is reported with",
    "told apart": "distinguished",
    "told twice": "duplicate",
    "whose days": "(name the participants)",
}

BANNED_IN_RESEARCH = {
    "people": "participants",
    "person": "participant",
    "persons": "participants",
    "person's": "participant's",
    "survey": "evaluate",
    "told": "(rewrite the sentence)",
    "slope of the deviance": "gradient of the deviance",
}
"""Further words for code and pages about statistics; pages for participants say "you"."""

CLEAN = {
    "CHANGELOG.md": BANNED,
    "README.md": BANNED,
    "benchmarks": BANNED | BANNED_IN_RESEARCH,
    "dashboards": BANNED | BANNED_IN_RESEARCH,
    "docs": BANNED,
    "docs/method/benchmarks.md": BANNED_IN_RESEARCH,
    "docs/method/calibration.md": BANNED_IN_RESEARCH,
    "docs/method/scale.md": BANNED_IN_RESEARCH,
    "docs/how_to/mixed_model_input.md": BANNED_IN_RESEARCH,
    "docs/how_to/mixed_model_participants.md": BANNED_IN_RESEARCH,
    "docs/how_to/mixed_model_robustness.md": BANNED_IN_RESEARCH,
    "docs/how_to/mixed_model_white_noise.md": BANNED_IN_RESEARCH,
    "docs/how_to/mixed_models.md": BANNED_IN_RESEARCH,
    "flows": BANNED | BANNED_IN_RESEARCH,
    "reference_pages": BANNED,
    "sample_data": BANNED,
    "src/painstats/archive": BANNED | BANNED_IN_RESEARCH,
    "src/painstats/batch.py": BANNED | BANNED_IN_RESEARCH,
    "src/painstats/cli.py": BANNED | BANNED_IN_RESEARCH,
    "src/painstats/commands": BANNED,
    "src/painstats/daily": BANNED | BANNED_IN_RESEARCH,
    "src/painstats/errors.py": BANNED | BANNED_IN_RESEARCH,
    "src/painstats/findings": BANNED,
    "src/painstats/frame": BANNED | BANNED_IN_RESEARCH,
    "src/painstats/intake": BANNED | BANNED_IN_RESEARCH,
    "src/painstats/mixedlm": BANNED | BANNED_IN_RESEARCH,
    "src/painstats/parsing": BANNED | BANNED_IN_RESEARCH,
    "src/painstats/plan": BANNED,
    "src/painstats/questions": BANNED,
    "src/painstats/records.py": BANNED | BANNED_IN_RESEARCH,
    "src/painstats/reports": BANNED,
    "src/painstats/run.py": BANNED | BANNED_IN_RESEARCH,
    "src/painstats/run_report.py": BANNED | BANNED_IN_RESEARCH,
    "src/painstats/shards": BANNED | BANNED_IN_RESEARCH,
    "src/painstats/sources": BANNED | BANNED_IN_RESEARCH,
    "src/painstats/staging.py": BANNED | BANNED_IN_RESEARCH,
    "src/painstats/store": BANNED | BANNED_IN_RESEARCH,
    "src/painstats/vocabulary.py": BANNED | BANNED_IN_RESEARCH,
    "tests/browser": BANNED,
    "tests/calibration": BANNED,
    "tests/faults": BANNED,
    "tests/flows": BANNED,
    "tests/reference": BANNED,
    "tests/shards": BANNED,
    "tests/sources": BANNED,
    "tests/spec": BANNED,
}
"""The clean parts of the project, and what is banned there."""

ALLOWED = {
    "benchmarks/calibration/product.py": {"people"},  # names of rules of the plan
    "benchmarks/mutant_tables/intake.toml": {"people"},  # names in the code and of tests
    "benchmarks/mutant_tables/mixedlm.toml": {"people"},  # names in the code and of tests
    "benchmarks/mutant_tables/questions_daily.toml": {"people"},  # names in the code and of tests
    "benchmarks/mutant_tables/reports.toml": {"people"},  # names in the code and of tests
    "docs/how_to/mixed_model_participants.md": {"person"},  # the method person_slopes
    "docs/how_to/mixed_model_robustness.md": {"person"},  # the method person_slopes
    "docs/how_to/mixed_model_white_noise.md": {"person"},  # the method person_slopes
    "src/painstats/mixedlm/result_methods.py": {"person"},  # the method person_slopes
    "src/painstats/mixedlm/inference/cluster_robust.py": {"survey"},  # the journal Survey Methodology
    "src/painstats/sources/diaries/conclusion/names.py": {"person"},  # a name of columns in diaries
    "src/painstats/sources/research/fhir.py": {"people"},  # the stored rule several_people
    "src/painstats/store/erase_rows.py": {"person"},  # the stored table person_fit
    "src/painstats/store/migrations/0001_first.sql": {"people", "told"},  # released, and so never changed
}


def files() -> list[Path]:
    inside = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in SUFFIXES]
    found = [*inside, *ROOT.glob("*.md"), *ROOT.glob("*.toml")]
    return sorted(path for path in found if path != Path(__file__))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def as_words(text: str) -> str:
    """Separate the words of identifiers: ``PeopleDrawn`` and ``people_drawn`` become two words each."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text.replace("_", " ")).lower()


def uses(text: str, banned: dict[str, str]) -> Iterator[str]:
    """Yield a line for each use of a banned phrase; a phrase may be broken over two lines."""
    words = as_words(text)
    for phrase, instead in banned.items():
        pattern = r"[\s#*]+".join(map(re.escape, phrase.split()))
        for match in re.finditer(rf"(?<![a-z]){pattern}(?![a-z])", words):
            yield f"line {words.count(chr(10), 0, match.start()) + 1}: {phrase!r}; use {instead!r}"


def banned_in(name: str) -> dict[str, str]:
    banned = dict(BANNED_EVERYWHERE)
    for part, words in CLEAN.items():
        if name == part or name.startswith(f"{part}/"):
            banned |= words
    return {phrase: instead for phrase, instead in banned.items() if phrase not in ALLOWED.get(name, ())}


PROSE = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LONGEST_LINE = 119


def prose_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines of a page outside its tables and code."""
    in_code = False
    for number, line in enumerate(text.splitlines(), start=1):
        is_fence = line.lstrip().startswith("```")
        in_code ^= is_fence
        if not (in_code or is_fence or line.startswith(("|", "    "))):
            yield number, line


@pytest.mark.parametrize("path", PROSE, ids=name_of)
def test_lines_of_the_docs_are_short(path):
    lines = dict(prose_lines(path.read_text(encoding="utf-8")))
    assert lines
    assert [number for number, line in lines.items() if len(line) > LONGEST_LINE] == []


def test_tables_and_code_are_no_prose():
    text = "one\n| a | b |\n```\ncode\n```\n    code\n- two\n"
    assert [line for _, line in prose_lines(text)] == ["one", "- two"]


@pytest.mark.parametrize("path", files(), ids=name_of)
def test_banned_words_do_not_come_back(path):
    assert not list(uses(path.read_text(encoding="utf-8"), banned_in(name_of(path))))


@pytest.mark.parametrize(
    "text",
    ["put_aside(x)", "class PutAside:", "rows_put_aside", "# it is put\n    # aside", "| put aside |"],
)
def test_a_banned_word_is_found_in_identifiers_and_across_lines(text):
    assert len(list(uses(text, BANNED))) == 1


def test_parts_of_other_words_are_not_banned():
    assert not list(uses("subterrain, bowls, input asides", BANNED_EVERYWHERE | BANNED))


def test_the_clean_parts_and_the_exceptions_exist():
    missing = [name for name in (*CLEAN, *ALLOWED) if not (ROOT / name).exists()]
    assert not missing
    for name, phrases in ALLOWED.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        assert all(list(uses(text, {phrase: ""})) for phrase in phrases), f"{name} needs no exception"
