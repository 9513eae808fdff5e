"""Write a declaration as the ``[[diaries]]`` block that goes into ``study.toml``."""

from __future__ import annotations

import json
from collections.abc import Iterable

from painstats.plan.diaries import DiaryPlan, ItemPlan
from painstats.sources.diaries.conclusion.columns import ALL
from painstats.sources.diaries.conclusion.findings import Ask, Conclusion

_ALWAYS = {"file", "date_column", "date_format", "filled", "item", "scale", "higher_is", "recall"}
_OF_ITEMS = {"column", "site", "scale", "map", "higher_is", "recall", "named"}


def block_of(plan: DiaryPlan, asked: Iterable[Ask] = ()) -> str:
    """Return the block; keys that are asked for are marked with the answers that could be given."""
    marks = {ask.key: _mark(ask) for ask in asked}
    if "column" in marks:
        marks["site"] = "   # the part of the body of that column, if it has one"
    lines = [
        "[[diaries]]",
        *_lines(plan, {key: marks[key] for key in marks if key not in _OF_ITEMS}, {"items", "events"}),
    ]
    for item in plan.items:
        lines += ["[[diaries.items]]", *_lines(item, {key: marks[key] for key in marks if key in _OF_ITEMS}, set())]
    return "\n".join(lines)


def _mark(ask: Ask) -> str:
    """Return the comment behind a key that is asked for."""
    if ask.key == "map":
        return "   # write the number that each word means"
    answers = [_answer(ask.key, answer) for answer in ask.answers if answer != ALL]
    more = "; for all, write one [[diaries.items]] each" if ALL in ask.answers else ""
    return f"   # choose: {', '.join(answers)}{more}"


def _answer(key: str, answer: str) -> str:
    if key == "scale":
        return _toml([float(end) for end in answer.rsplit("-", 1)])
    return answer if key == "year" else _toml(answer)


def question_advice(found: Conclusion) -> str:
    """Say what is asked of a diary, and which lines of ``study.toml`` answer it."""
    questions = " ".join(ask.question for ask in found.asked)
    block = block_of(found.draft, found.asked) if found.draft else ""
    return f"{questions} Paste this into study.toml, answer where it says so, and run again:\n\n{block}"


def _lines(table: DiaryPlan | ItemPlan, marks: dict[str, str], apart: set[str]) -> Iterable[str]:
    for key, described in type(table).model_fields.items():
        value = getattr(table, key)
        if (
            key in apart
            or value is None
            or (key not in _ALWAYS and value == described.get_default(call_default_factory=True))
        ):
            continue
        yield f"{key} = {_toml(value)}{marks.get(key, '')}"


def _toml(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            inside = ", ".join(
                f"{json.dumps(str(key), ensure_ascii=False)} = {_toml(each)}" for key, each in value.items()
            )
            return f"{{ {inside} }}"
        case list() | tuple():
            return f"[{', '.join(map(_toml, value))}]"
        case float():
            return f"{value:g}"
        case int():
            return str(value)
    return json.dumps(str(value), ensure_ascii=False)
