"""Questions and advice in the words of ``painstats me``: they name its options, never ``study.toml``."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

from painstats.sources.diaries.conclusion import Ask

OPTIONS = {
    "column": "--pain-column", "date_column": "--date-column", "date_format": "--date-format", "year": "--year",
    "time_column": "--time-column", "time_format": "--time-format", "delimiter": "--delimiter", "decimal": "--decimal",
    "encoding": "--encoding", "sheet": "--sheet", "scale": "--scale", "map": "--words", "higher_is": "--higher-is",
    "filled": "--filled", "recall": "--recall", "notes_column": "--notes-column",
}  # fmt: skip
"""Key of a diary's declaration to the option that sets it."""

_KEY_LINE = re.compile(r'^\s*(\w+) = ("[^"]*"|\[[^\]]*\]|\S+)', re.MULTILINE)
_MOOD_LINE = re.compile(r'^("(?:[^"\\]|\\.)*") = 0   # ([\d,]+)$', re.MULTILINE)
_ZONE_ADVICE = re.compile(
    r'if the participant lived in (.+?), write time_zone = "(.+?)" in study\.toml.*?; a stay of some weeks is declared '
    "as travel"
)
_WORDING = (
    ("in its [[diaries]] block in study.toml write\n", "use\n"),
    ("both of these fit; write the one that is right for this diary into study.toml\n", "use the one that is right\n"),
    ("Correct the [[diaries]] block in study.toml, for example\n", "Use for example\n"),
    (
        "correct the item's scale in study.toml to that of the diary, for example scale = [0, 100]",
        "use for example --scale 0 100",
    ),
    ("an encoding that painstats reads only where study.toml declares it; save it as UTF-8", "save it as UTF-8"),
    ("; see: painstats status", ""),
    ("the diary of me ", "your diary "),
    ("me rated several", "you rated several"),
    ("unless the plan says that it was free of the symptom", "unless you use --unlogged zero"),
    ("no participant has ", "you do not have "),
    ('encoding in study.toml, for example encoding = "cp1252"', "encoding, for example --encoding cp1252"),
    ("items that study.toml does not declare", "other items"),
    ("rows that study.toml does not select", "other rows"),
    ("; declare the file as a diary in study.toml", ""),
    (
        'If they mean none, write unlogged = "zero" under [outcome] in study.toml, else "missing"',
        "If they mean none, use --unlogged zero",
    ),
    (
        ", but study.toml declares none with that name; if it is one, put it into the inbox by itself",
        "; if it is one, give it as a file of its own",
    ),
    ("concluded, since study.toml does not declare it: ", ""),
)
_OF_STUDIES = re.compile(r"(?:; |, (?=but )|\. )[^;.]*\bstudy\.toml[^;]*")
NO_FORMAT = (
    "no supported format was recognised, and no diary was found in it: a diary has a column of dates and one of "
    "scores. If it is your diary, name the column of the scores with --pain-column. Give an export as it came from "
    "the app; painstats sources lists the apps"
)


def questions(asked: Iterable[Ask]) -> str:
    """Write what is asked about a diary, each with the option that answers it, on lines of their own."""
    return "\n".join(f"  {ask.question}\n    {_answer_line(ask)}" for ask in asked)


def _answer_line(ask: Ask) -> str:
    option = OPTIONS.get(ask.key, f"--{ask.key.replace('_', '-')}")
    if ask.key == "map":
        words = " ".join(shlex.quote(f"{answer}NUMBER") for answer in ask.answers)
        return f"Answer with {option} {words}"
    given = [_given(option, answer, ask.key) for answer in ask.answers]
    return f"Answer with {' or '.join(given)}" if given else f"Answer with {option}"


def _given(option: str, answer: str, key: str) -> str:
    if key == "scale":
        return f"{option} {' '.join(answer.rsplit('-', 1))}"
    return f"{option} {shlex.quote(answer)}"


def in_my_words(message: str, rule: str | None = None) -> str:
    """Turn a message about a file in a study into what a person can do with options."""
    if rule == "not_recognised":
        return NO_FORMAT
    if rule == "moods_renamed":
        return _moods(message)
    message = _ZONE_ADVICE.sub(r"if you lived in \1 then, use --time-zone \2", message)
    for words, mine in _WORDING:
        message = message.replace(words, mine)
    message = _KEY_LINE.sub(_as_option, message)
    return _OF_STUDIES.sub("", message) if "study.toml" in message else message


def _as_option(line: re.Match[str]) -> str:
    key, value = line.groups()
    if key not in OPTIONS:
        return line.group()
    return f"  {OPTIONS[key]} {value.strip('[]').replace(', ', ' ')}"


def _moods(message: str) -> str:
    moods = [(line[1], line[2]) for line in _MOOD_LINE.finditer(message)]
    used = ", ".join(f"{mood} {number} times" for mood, number in moods)
    option = " ".join(f'{mood[:-1]}=NUMBER"' for mood, _ in moods)
    first = message.split(" Copy this")[0]
    return f"{first} Give each a number from 5 (the best) to 1 (the worst), used: {used}\n    --moods {option}"
