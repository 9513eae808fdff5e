"""The page of commands and options, from the argument parser."""

from __future__ import annotations

import argparse

from painstats.cli import _parser
from reference_pages.markdown import code, page, table

INTRODUCTION = """
Every command takes `--help`, which says the same as this page, and `--json`, which prints its result as JSON. Results
go to standard output, progress and errors to standard error. What a command ended with is its
[exit code](exit_codes.md). `painstats --debug COMMAND …` shows where an unexpected error happened.
"""


def command_line_page() -> str:
    """Return the page."""
    commands = _commands(_parser())
    listed = [[f"[{name}](#painstats-{name.replace(' ', '-')})", text] for name, (_, text) in commands.items()]
    sections = [_section(name, parser) for name, (parser, _) in commands.items()]
    return page("# Commands", INTRODUCTION, table(["command", "what it does"], listed), *sections)


def _commands(parser: argparse.ArgumentParser) -> dict[str, tuple[argparse.ArgumentParser, str]]:
    """Return each command's parser and its one-line help, in the order of ``--help``; groups of commands by parts."""
    found: dict[str, tuple[argparse.ArgumentParser, str]] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            texts = {each.dest: each.help or "" for each in action._choices_actions}
            for name, each in action.choices.items():
                below = {f"{name} {part}": command for part, command in _commands(each).items()}
                found |= below or {name: (each, texts[name])}
    return found


def _section(name: str, parser: argparse.ArgumentParser) -> str:
    actions = [action for action in parser._actions if action.dest not in ("help", "json")]
    places = [action for action in actions if not action.option_strings]
    options = [action for action in actions if action.option_strings]
    usage = f"painstats {name} " + " ".join(
        [*map(_word, places), *(_needed(each) for each in options if each.required)]
    )
    shown = f"```text\n{usage.strip()}{' [OPTIONS]' if len(options) > _required(options) else ''}\n```"
    rows = [[code(_name(action)), _meaning(action, parser)] for action in (*places, *options)]
    rest = table(["argument", "meaning"], rows) if rows else ""
    return page(f"## painstats {name}", parser.description or "", shown, rest)


def _required(options: list[argparse.Action]) -> int:
    return sum(option.required for option in options)


def _word(action: argparse.Action) -> str:
    word = _value(action)
    if action.nargs == "?":
        return f"[{word}]"
    several = {"+": f"{word} [{word} …]", "*": f"[{word} …]"}
    return several.get(str(action.nargs), word)


def _needed(action: argparse.Action) -> str:
    return f"{action.option_strings[-1]} {_value(action)}"


def _value(action: argparse.Action) -> str:
    if isinstance(action.metavar, tuple):
        return " ".join(action.metavar)
    if action.choices:
        return "|".join(map(str, action.choices))
    return action.metavar or action.dest.upper()


def _name(action: argparse.Action) -> str:
    if not action.option_strings:
        return _value(action)
    names = ", ".join(action.option_strings)
    return names if action.nargs == 0 else f"{names} {_value(action)}"


def _meaning(action: argparse.Action, parser: argparse.ArgumentParser) -> str:
    text = (action.help or "") % {**vars(action), "prog": parser.prog}
    return f"{text} (required)" if action.option_strings and action.required else text
