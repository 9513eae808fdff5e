"""The command line: each command is a function of the same name in ``painstats.commands``.

Nothing large is imported before a command needs it, so that ``--help`` is fast. Results go to standard
output (as JSON with ``--json``), progress and errors to standard error, and the exit code says what happened
(docs/reference/exit_codes.md).
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from pkgutil import resolve_name

from painstats.commands.my_arguments import ZONE_HELP, add_options, day
from painstats.errors import PainstatsError, StorageError, place_of, trace_of
from painstats.interruption import end_on_signals, interrupted, leave, private_temporary_folder

MOST_PROCESSES = 64
DASHBOARD_PORT = 8501
SERVER_PORT = 4200
NIGHTLY = "30 3 * * *"
"""Exists exactly once on every day of the year, also when the clocks change."""
HIGHEST_PORT = 65_535
WATCH_SECONDS = 10
LONGEST_NUMBER = 6


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments
        Words after ``painstats``; those of the process by default.

    Returns
    -------
    The exit code.
    """
    os.umask(0o077)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # the terminal may not be able to show a name
    # The models are many small matrix products: more threads than one make them slower, on a busy machine tenfold.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if arguments is not None:
        return _run_command(_parser().parse_args(arguments))
    end_on_signals()  # only in our own process, not in a program that calls this function
    options = _parser().parse_args()
    with private_temporary_folder():
        code = _run_command(options)
    return leave(code)


def _run_command(options: argparse.Namespace) -> int:
    try:
        given = {name: value for name, value in vars(options).items() if name not in ("command", "debug")}
        code = int(resolve_name(options.command)(**given))
        sys.stdout.flush()
    except PainstatsError as error:
        print(f"painstats: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return interrupted()
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        print(
            f"painstats: {error.filename or 'a file'}: {error.strerror}; check the path and the permissions",
            file=sys.stderr,
        )
        return StorageError.exit_code
    except SystemExit:
        raise
    except BaseException as error:  # polars' panics are not an Exception, and contain values too
        if "nterrupt" in str(error):  # DuckDB's way of passing Ctrl-C on
            return interrupted()
        return _bug(error, options.debug)
    return code


def _bug(error: BaseException, debug: bool) -> int:
    """Report an unforeseen error without its text, which may contain a participant's values."""
    if debug:
        print(trace_of(error), file=sys.stderr)
    print(
        f"painstats: a bug ({type(error).__name__} in {place_of(error)}); please report it. --debug shows where",
        file=sys.stderr,
    )
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="painstats",
        description="Do my activity and my sleep change my pain? painstats reads exported step counts and sleep "
        "and a pain diary, and reports a finding for each participant, or why there is none yet.",
    )
    parser.add_argument("--version", action="version", version=f"painstats {version('painstats')}")
    parser.add_argument("--debug", action="store_true", help="show where an unexpected error happened")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    init = _add(commands, "init", "create a study folder with a commented study.toml and an inbox")
    init.add_argument(
        "files",
        metavar="FILE",
        type=Path,
        nargs="*",
        help="exports and diaries that say the time zone and the format of the diary; they are not copied",
    )
    init.add_argument("--time-zone", help=f"{ZONE_HELP}, if no export names it")
    run = _add(commands, "run", "import new files from the inbox and update the reports")
    run.add_argument("--quiet", action="store_true", help="do not print progress")
    run.add_argument(
        "--unattended",
        action="store_true",
        help="for a timer: leave files that are still being written, and notify as [notify] says",
    )
    run.add_argument("--allow-quarantine", action="store_true", help="exit with 0 even if rows were rejected")
    run.add_argument(
        "--processes",
        type=_number_of_processes,
        help="number of processes (default: one per CPU)",
    )
    status = _add(commands, "status", "show what has been imported, valid days, and what is missing")
    status.add_argument("--files", action="store_true", help="list each file with its number")
    status.add_argument(
        "--watch",
        metavar="SECONDS",
        type=_seconds,
        nargs="?",
        const=WATCH_SECONDS,
        help=f"show it again every so many seconds (default: {WATCH_SECONDS}); stop with Ctrl-C",
    )
    _add(commands, "plan", "declare the plan in its ledger, and print it as a page to register")
    _add(commands, "history", "list the plans of a study and what each gave", module="plan")
    _add(commands, "treatments", "list the treatments of each participant, and from when they can be judged")
    analysis = _add(commands, "cohort", "analyse a cohort as its plan declares, and write tables to results/")
    analysis.add_argument("--timings", action="store_true", help="print the CPU seconds of each stage")
    _add_export(commands)
    _add_power(commands)
    board = _add(commands, "dashboard", "open a study in the browser, on this machine only")
    board.add_argument("--port", type=_port, default=DASHBOARD_PORT, help="port on this machine (default: %(default)s)")
    _add_nightly_commands(commands)
    _add(commands, "quarantine", "list rejected rows, each with its reason")
    again = _add(commands, "reread", "import one file, or all, again and update the reports")
    again.add_argument(
        "named",
        metavar="FILE|NUMBER",
        nargs="?",
        help="its name, or its number from painstats status --files (default: all)",
    )
    again.add_argument("--quiet", action="store_true", help="do not print progress")
    again.add_argument("--processes", type=_number_of_processes, help="number of processes (default: one per CPU)")
    withdraw = _add(commands, "forget-import", "withdraw one file, as if it had never been imported")
    withdraw.add_argument("named", metavar="FILE|NUMBER", help="its name, or its number from painstats status --files")
    withdraw.add_argument("--undo", action="store_true", help="restore it: the next run imports it again")
    forget = _add(commands, "forget", "delete a participant's data and verify that nothing is left")
    forget.add_argument("given", metavar="PARTICIPANT", help="the participant's id")
    forget.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    _add_backup_commands(commands)
    _add_experiment_commands(commands)
    _add_me(commands)
    look = _add(commands, "inspect", "show what a file contains, without importing it", study=False)
    look.add_argument("path", metavar="FILE", type=Path, help="a zip, a file or an unpacked folder, as exported")
    look.add_argument(
        "--study",
        dest="study_folder",
        metavar="STUDY",
        type=Path,
        help="a study folder: use its time zones and mappings",
    )
    look.add_argument("--zone", "--time-zone", help="the participant's time zone, such as Europe/London")
    _add(commands, "sources", "list the supported formats and how to export from each app", study=False)
    return parser


def _add_nightly_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    server = _add(commands, "server", "start a server for nightly runs, on this machine only", study=False)
    server.add_argument("--port", type=_port, default=SERVER_PORT, help="port on this machine (default: %(default)s)")
    serve = _add(commands, "serve", "run a study every night, scheduled by painstats server")
    serve.add_argument("--cron", default=NIGHTLY, help="when, as five cron fields (default: %(default)s)")
    serve.add_argument("--time-zone", help="the schedule's time zone (default: the study's)")
    serve.add_argument(
        "--exports", metavar="FOLDER", type=Path, help="also serve the report of one participant's exports, on request"
    )


def _add_export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    export = _add(commands, "export", "write what may be shared of a cohort analysis into a new folder")
    export.add_argument("--deidentify", action="store_true", help="without ids and dates; required")
    export.add_argument("--to", metavar="FOLDER", type=Path, help="the new folder (default: export/ in the study)")
    export.add_argument(
        "--bands", metavar="NAME=LIMITS", nargs="+", default=[], help="share a number in bands, such as age=30,50,70"
    )
    export.add_argument("--leave-out", metavar="NAME", nargs="+", default=[], help="baseline variables not to share")
    export.add_argument(
        "--dates", choices=["none", "shifted"], default="none",
        help="day numbers only (none), or also dates that are off by whole weeks (shifted) (default: %(default)s)",
    )  # fmt: skip


def _add_power(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    text = "show which effects numbers of participants and days can detect"
    power = _add(commands, "power", text, study=False)
    power.add_argument(
        "--study", dest="study_folder", metavar="STUDY", type=Path, help="take all variances from a study that was run"
    )
    power.add_argument("--exposure", default="sleep", help="exposure of the study (default: %(default)s)")
    numbers = {
        "slope-sd": ("SD of true slopes between participants", None),
        "exposure-sd": ("SD of the exposure within participants", None),
        "residual-sd": ("SD of the outcome around a participant's line", 1.2),
        "rho": ("correlation of residuals one day apart", 0.4),
        "white-share": ("share of white noise in the residuals", 0.0),
        "lag-correlation": ("correlation of the exposure with that of the day before", 0.0),
        "missing": ("share of days that are missing", 0.2),
        "gap": ("mean length of a gap in days", 2.0),
    }
    for name, (meaning, usual) in numbers.items():
        shown = "" if usual is None else " (default: %(default)s)"
        power.add_argument(f"--{name}", type=float, default=usual, help=meaning + shown)
    power.add_argument("--participants", type=_whole, nargs="+", default=[10, 20, 40, 80], help="numbers to plan for")
    power.add_argument("--days", type=_whole, nargs="+", default=[30, 60, 90, 180], help="days of each participant")
    power.add_argument(
        "--pilot",
        type=float,
        nargs=3,
        metavar=("PARTICIPANTS", "SE", "DF"),
        help="a pilot: its participants, and the standard error and degrees of freedom of its average slope",
    )
    power.add_argument("--pilot-days", type=_whole, help="days of each participant of the pilot")
    power.add_argument("--figure", type=Path, help="write a figure as SVG to this file")
    power.add_argument("--matters", type=float, help="the smallest effect of interest, drawn as a line")


def _add_experiment_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    text = "plan an experiment of your own, list those planned, or end one early"
    group = commands.add_parser("experiment", help=text, description=text[0].upper() + text[1:] + ".")
    actions = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    plan = _add(actions, "plan", "draw the order of blocks with and without a treatment", function="experiment:plan")
    plan.add_argument("--participant", help="the participant's id (default: the only one of the study)")
    plan.add_argument("--on", required=True, help="what is done in blocks with the treatment, in quotes")
    plan.add_argument("--off", required=True, help="what is done in the other blocks, such as nothing")
    plan.add_argument("--blocks", type=_whole, required=True, help="how many blocks: an even number, at least 8")
    plan.add_argument("--block-days", type=_whole, required=True, help="how many days each block has")
    plan.add_argument("--first-day", type=day, required=True, help="the first day, such as 2027-01-04; after today")
    plan.add_argument(
        "--onset-days", type=_whole, default=0, help="days until the treatment acts in full (default: %(default)s)"
    )
    plan.add_argument(
        "--carry-over-days",
        type=_whole,
        default=0,
        help="days on which it still acts after the last use (default: %(default)s)",
    )
    plan.add_argument("--medicine", action="store_true", help="the treatment is a medicine")
    plan.add_argument(
        "--agreed-with-prescriber",
        nargs=2,
        metavar=("DATE", "ROLE"),
        help="for a medicine: when the prescriber agreed, and who that is, such as a family doctor",
    )
    plan.add_argument("--dry-run", action="store_true", help="only say what it could show; draw nothing")
    plan.add_argument("--yes", action="store_true", help="do not ask before the order is drawn")
    _add(
        actions,
        "list",
        "show how far each experiment has come; results only after the last block",
        function="experiment:list_experiments",
    )
    end = _add(actions, "end", "end an experiment before its last day, without a test", function="experiment:end")
    end.add_argument("named", metavar="EXPERIMENT", help="the first letters of its fingerprint")
    end.add_argument("--yes", action="store_true", help="do not ask for confirmation")


def _add_backup_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    backup = _add(commands, "backup", "copy the database and verify the copy")
    backup.add_argument("destination", metavar="DESTINATION", type=Path, nargs="?", help="a new file, or its folder")
    restore = _add(commands, "restore", "replace the database with a backup", module="backup")
    restore.add_argument("source", metavar="BACKUP", type=Path, help="the file or folder that painstats backup made")
    rebuild = _add(
        commands, "rebuild", "set the database aside and import everything in the inbox again", module="backup"
    )
    rebuild.add_argument("--quiet", action="store_true", help="do not print progress")


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    text: str,
    *,
    module: str | None = None,
    function: str | None = None,
    study: bool = True,
) -> argparse.ArgumentParser:
    """Add a command; the names of its options are those of the parameters of its function.

    The function has the name of the command and is in a module of that name, unless ``module`` or ``function``, such as
    ``experiment:plan``, say otherwise.
    """
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    if study:
        parser.add_argument("folder", metavar="STUDY", type=Path, help="the study folder")
    parser.add_argument("--json", dest="as_json", action="store_true", help="print the result as JSON")
    usual = name.replace("-", "_")
    parser.set_defaults(command=f"painstats.commands.{function or f'{module or usual}:{usual}'}")
    return parser


def _add_me(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    me = _add(commands, "me", "write a report from your own exports and diary, without a study", study=False)
    add_options(me)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER):
        raise argparse.ArgumentTypeError("write a whole number")
    return int(text)


def _seconds(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError("write a number of seconds from 1")
    return number


def _number_of_processes(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_PROCESSES:
        raise argparse.ArgumentTypeError(f"write a number from 1 to {MOST_PROCESSES}")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"write a number from 1 to {HIGHEST_PORT}")
    return int(text)
