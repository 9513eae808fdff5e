"""The README is correct: its commands run, its output is what they print, its lists are complete."""

from __future__ import annotations

import re
import shlex
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from painstats import errors
from painstats.cli import _parser, main
from sample_data.make import make_study
from sample_data.truth import Truth

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (.+?)(?:\s+#.*)?$", README, re.MULTILINE)
OWN = [command for command in COMMANDS if command.startswith("painstats ")]
MOST_BYTES_OF_PICTURES = 1_000_000
KEEP_RUNNING = ("dashboard", "serve", "server")  # started in tests/browser and tests/flows


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Make a folder with the files that the README's commands name."""
    place = tmp_path_factory.mktemp("readme")
    make_study(place / "sample", Truth(people=4, days=60), 5)
    apple = next(path for path in sorted((place / "sample" / "inbox").iterdir()) if (path / "export.zip").exists())
    (apple / "export.zip").rename(place / "export.zip")
    ratings = "\n".join(f"2026-0{2 + day // 28}-{1 + day % 28:02d},{day * 7 % 9}" for day in range(56))
    (place / "diary.csv").write_text(f"date,pain\n{ratings}\n")
    return place


def test_the_readme_shows_every_command_of_the_command_line():
    help_text = _parser().format_help()
    shown = {shlex.split(command)[1] for command in OWN}
    listed = set(re.findall(r"^    ([\w-]+)", help_text, re.MULTILINE)) - {"COMMAND"}
    assert shown == listed


@pytest.mark.parametrize("command", [command for command in OWN if shlex.split(command)[1] not in KEEP_RUNNING])
def test_each_painstats_command_runs(folder, command, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    words = shlex.split(command)[1:]
    if words[0] == "init":
        assert not (folder / "my-study").exists()
    if words[0] == "run":
        inbox = folder / "my-study" / "inbox" / "anna"
        inbox.mkdir()
        (inbox / "diary.csv").write_text((folder / "diary.csv").read_text())
    if words[0] == "forget":
        words.append("--yes")
    code = main(words)
    printed = capsys.readouterr()
    allowed = (
        (0, 7) if words[0] in ("run", "rebuild", "reread", "cohort", "export") else (0,)
    )  # a diary alone is not enough
    allowed = (9,) if words[0] == "status" else allowed  # the diary ended long ago
    assert code in allowed, printed.err
    assert printed.out.strip()
    assert "Traceback" not in printed.err


def test_the_readme_names_the_wheel_of_this_version():
    assert set(re.findall(r"painstats-([\d.]+)-py3", README)) == {version("painstats")}


def test_make_targets_of_the_readme_exist():
    for target in set(re.findall(r"\bmake (\w+)", README)):
        subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, check=True)


def test_exit_codes_are_documented():
    text = (ROOT / "docs" / "reference" / "exit_codes.md").read_text(encoding="utf-8")
    documented = {int(code) for code in re.findall(r"^\| (\d+)[ ,]", text, re.MULTILINE)}
    assert set(errors.EXIT_SEVERITY) <= documented


def test_the_method_pages_state_the_defaults_of_the_plan():
    from painstats.plan.rules import RulesPlan
    from painstats.vocabulary import MEASURES

    pages = [ROOT / "docs" / "method" / f"{name}.md" for name in ("verdict", "steps")]
    text = "".join(page.read_text(encoding="utf-8") for page in pages).replace(",000", "000")
    rules = RulesPlan()
    prose = " ".join(text.split())
    for name in ("looks", "false_sign_chance", "matters"):
        value = getattr(rules, name)
        assert f"`{name}` [{', '.join(map(str, value)) if isinstance(value, tuple) else value}]" in prose
    assert f"known on fewer than {rules.min_days_known} of the days" in prose
    assert f"A reading is shown from {rules.min_days_shown} days" in prose
    steps = MEASURES["step_count"]
    assert f"{steps.lowest:.0f} to {steps.highest:.0f} steps" in text


def test_each_picture_exists_in_both_colour_schemes_with_a_description():
    pictures = re.findall(
        r'<picture>\s*<source media="\(prefers-color-scheme: dark\)" srcset="([^"]+)">'
        r'\s*<img src="([^"]+)"\s+width="\d+%" alt="([^"]+)">\s*</picture>',
        README,
    )
    assert len(pictures) == README.count("<picture>") == 3
    for dark, light, description in pictures:
        assert dark == light.replace("-light.", "-dark.")
        assert len(description.split()) > 10
        assert all((ROOT / name).read_bytes()[8:12] == b"WEBP" for name in (dark, light))
    files = [*(ROOT / "docs" / "pictures").iterdir()]
    assert {f"docs/pictures/{path.name}" for path in files} == {name for picture in pictures for name in picture[:2]}
    assert sum(path.stat().st_size for path in files) <= MOST_BYTES_OF_PICTURES
