"""Compare readers of exports: from the zip to daily rows in the database, unpacking only, and other programs.

    python -m benchmarks.ingest --megabytes 1000 3000
    python -m benchmarks.ingest --megabytes 200 1000 --peers PATH/bin
    python -m benchmarks.ingest --megabytes --fitbit-years 10
    python -m benchmarks.ingest --megabytes --participants 1000

``--peers`` is the folder of a virtual environment with any of the programs ``healthkit-to-sqlite``, ``vitalog`` and
``apple-health-export-mcp``, which store an Apple export in a database too.

All readers get the same simulated export, one after the other, each in a process of its own. Seconds are those of the
work, without starting Python; for a program that is run as a command, those of the whole command. Memory is the peak of
the whole process. Ratios are to unpacking the same bytes from the zip and discarding them, with Python's zlib and with
the program ``unzip`` if it is installed, in elapsed and in CPU seconds: if the machine is shared with other work, CPU
seconds vary less.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HIGHEST_RATIO = 2.0
LEAST_TIMES_FASTER = 5.0
MOST_MEGABYTES = 250
STORING = "read, check, load"
MEGABYTES_EACH = 10
STUDY = '[study]\ntime_zone = "Europe/London"\n'
EXPORT_XML = "apple_health_export/export.xml"
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Measured:
    """The cost of a reader: elapsed and CPU seconds of each of its steps, and its peak memory."""

    clock: dict[str, float]
    processors: dict[str, float]
    peak_megabytes: float
    found: dict[str, int] = field(default_factory=dict)

    @property
    def total_clock(self) -> float:
        """Elapsed seconds."""
        return sum(self.clock.values())

    @property
    def total_processors(self) -> float:
        """CPU seconds."""
        return sum(self.processors.values())


class Stopwatch:
    """Seconds of the steps of a reader."""

    def __init__(self) -> None:
        self.clock: dict[str, float] = {}
        self.processors: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure the ``with`` block."""
        clock, processors = time.perf_counter(), time.process_time()
        yield
        self.clock[name] = time.perf_counter() - clock
        self.processors[name] = time.process_time() - processors


# --- readers, each run in a process of its own ---


def read_painstats(path: Path, watch: Stopwatch) -> dict[str, int]:
    """Read an export, check it, load it and build the daily table."""
    from painstats.archive.archive import open_archive
    from painstats.daily import build_daily_table
    from painstats.intake.reading import read_export
    from painstats.plan.study import read_study
    from painstats.sources import ReadSettings
    from painstats.store import load_records, open_store
    from painstats.store.ledger import ExportIdentity

    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        (Path(folder) / "study.toml").write_text(STUDY, encoding="utf-8")
        study = read_study(Path(folder))
        with open_store(study) as store:
            with watch.step(STORING):
                archive = open_archive(path)
                identity = ExportIdentity(path.name, archive.content_hash, "", "ann")
                source, batches = read_export(archive, ReadSettings("ann", study.time_zones))
                summary = load_records(store, identity, source, batches, "benchmark")
            with watch.step("daily table"):
                n_days = build_daily_table(store).days
    return {"rows": summary.read, "kept": summary.new, "days": n_days}


def read_alone(path: Path, watch: Stopwatch) -> dict[str, int]:
    """Read and check an export, and keep nothing."""
    from painstats.batch import Rows
    from painstats.intake.reading import read_export  # not timed
    from painstats.plan.time_zones import TimeZones
    from painstats.sources import ReadSettings

    settings = ReadSettings("ann", TimeZones("Europe/London", {}, {}))
    with watch.step("read, check"):
        _, batches = read_export(path, settings)
        kept = sum(batch.accepted.height for batch in batches if isinstance(batch, Rows))
    return {"kept": kept}


def unpack(path: Path, watch: Stopwatch) -> dict[str, int]:
    """Unpack every file of a zip and discard the bytes."""
    n_bytes = 0
    with watch.step("unpack"), zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            with archive.open(member) as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    n_bytes += len(chunk)
    return {"bytes": n_bytes}


def iterate_elements(path: Path, watch: Stopwatch) -> dict[str, int]:
    """Parse the records from the XML one element at a time, as most programs do."""
    from lxml.etree import iterparse

    kept = 0
    with watch.step("iterparse"), zipfile.ZipFile(path) as archive, archive.open(EXPORT_XML) as stream:
        for _, element in iterparse(stream, tag="Record"):
            kept += element.get("type") == "HKQuantityTypeIdentifierStepCount"
            element.clear()
            while element.getprevious() is not None:  # else the tree grows to the size of the document
                del element.getparent()[0]
    return {"steps": kept}


def read_cohort(folder: Path, watch: Stopwatch) -> dict[str, int]:
    """Read the exports of all participants, in several processes if useful, and build the daily table."""
    from painstats.daily import build_daily_table
    from painstats.intake.inbox import list_inbox
    from painstats.plan.study import read_study
    from painstats.run import load_files
    from painstats.store import open_store

    study = read_study(folder)
    with open_store(study) as store:
        with watch.step(STORING):
            outcomes = load_files(store, list_inbox(study), lambda _: None)
        with watch.step("daily table"):
            n_days = build_daily_table(store).days
    rows = sum(outcome.summary.read for outcome in outcomes if outcome.summary)
    return {"files": len(outcomes), "rows": rows, "days": n_days}


READERS: dict[str, Callable[[Path, Stopwatch], dict[str, int]]] = {
    "unpack": unpack,
    "painstats": read_painstats,
    "painstats, reading only": read_alone,
    "lxml iterparse": iterate_elements,
    "cohort": read_cohort,
}


def _make_apple(path: Path, megabytes: int) -> tuple[int, int]:
    from benchmarks.apple_export import write_export

    return 1, write_export(path, megabytes)


def _make_fitbit(path: Path, years: int) -> tuple[int, int]:
    from benchmarks.fitbit_export import write_archive

    return write_archive(path, years)


def _make_cohort(folder: Path, participants: int) -> tuple[int, int]:
    from benchmarks.apple_export import write_export

    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    n_bytes = 0
    for number in range(participants):
        inbox = folder / "inbox" / f"P{number:04}"
        inbox.mkdir(parents=True)
        n_bytes += write_export(inbox / "export.zip", MEGABYTES_EACH, seed=number)
    return participants, n_bytes


MAKERS: dict[str, Callable[[Path, int], tuple[int, int]]] = {
    "apple": _make_apple,
    "fitbit": _make_fitbit,
    "cohort": _make_cohort,
}


def _made(name: str, path: Path, size: int) -> tuple[int, int]:
    """Make an export in a process of its own: a child's peak memory begins at its parent's."""
    command = [sys.executable, "-m", "benchmarks.ingest", "--make", name, "--size", str(size), "--export", str(path)]
    n_files, n_bytes = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return n_files, n_bytes


def _read_here(name: str, path: Path) -> None:
    """Run one reader and print its cost."""
    watch = Stopwatch()
    found = READERS[name](path, watch)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([watch.clock, watch.processors, peak, found]))


def _measured(name: str, path: Path) -> Measured:
    command = [sys.executable, "-m", "benchmarks.ingest", "--reader", name, "--export", str(path)]
    return Measured(*json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))


def _measured_command(name: str, *command: str) -> Measured:
    """Run another program and measure the whole command."""
    clock = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{name} failed")
    clock = time.perf_counter() - clock
    return Measured({name: clock}, {name: usage.ru_utime + usage.ru_stime}, usage.ru_maxrss / 1024)


# --- printing ---


def _print_row(name: str, took: Measured, unpacked: Measured, megabytes: float) -> None:
    clock, processors = _ratios(took, unpacked)
    print(
        f"| {name} | {took.total_clock:.2f} | {took.total_processors:.2f} | {megabytes / took.total_clock:,.0f} | "
        f"{clock:.1f} | {processors:.1f} | {took.peak_megabytes:,.0f} |",
        flush=True,
    )


def _print_head(title: str) -> None:
    print(f"\n{title}\n")
    print("| reader | s | CPU s | MB/s | ratio to zlib | CPU ratio | peak MB |")
    print("|---|---:|---:|---:|---:|---:|---:|", flush=True)


def _print_steps(took: Measured) -> None:
    steps = ", ".join(
        f"{name} {seconds:.2f} s (CPU {took.processors[name]:.2f} s)" for name, seconds in took.clock.items()
    )
    print(f"painstats: {steps}; {', '.join(f'{number:,} {name}' for name, number in took.found.items())}")


def _compare_apple(path: Path, megabytes: float, options: argparse.Namespace) -> None:
    packed = path.stat().st_size / 1e6
    _print_head(f"Apple Health, {megabytes:,.0f} MB of XML in {packed:,.0f} MB, load {os.getloadavg()[0]:.1f}")
    unpacked, by_unzip = _unpacked(path, megabytes)
    ours = _measured("painstats", path)
    _print_row("**painstats**, to daily rows", ours, unpacked, megabytes)
    _print_row("painstats, reading only", _measured("painstats, reading only", path), unpacked, megabytes)
    if not options.without_iterparse:
        _print_row("lxml iterparse, records counted", _measured("lxml iterparse", path), unpacked, megabytes)
    peers = _peers(path, options.peers) if options.peers else {}
    for name, theirs in peers.items():
        _print_row(name, theirs, unpacked, megabytes)
    print()
    _print_steps(ours)
    _judge(ours, unpacked, by_unzip, peers)


def _unpacked(path: Path, megabytes: float) -> tuple[Measured, Measured | None]:
    """Unpack with Python's zlib, and with the usual program."""
    unpacked = _measured("unpack", path)
    _print_row("unpacking only, zlib", unpacked, unpacked, megabytes)
    if not shutil.which("unzip"):
        return unpacked, None
    by_unzip = _measured_command("unzip", "unzip", "-p", str(path))
    _print_row("unpacking only, `unzip -p`", by_unzip, unpacked, megabytes)
    return unpacked, by_unzip


PEERS: dict[str, tuple[str, ...]] = {
    "healthkit-to-sqlite": ("healthkit-to-sqlite", "--silent", "{export}", "{folder}/health.db"),
    "vitalog": ("vitalog", "load", "apple", "--file", "{export}", "--db", "{folder}/vitalog.duckdb"),
    "apple-health-export-mcp": ("apple-health-export-mcp-ingest", "--db", "{folder}/health.db", "{export}"),
}
"""Other programs that store an Apple export in a database: the command of each."""


def _peers(path: Path, programs: Path) -> dict[str, Measured]:
    """Measure the programs that are in a folder."""
    found = {}
    for name, (program, *arguments) in PEERS.items():
        if (programs / program).exists():
            with tempfile.TemporaryDirectory(dir=path.parent) as folder:
                filled = [argument.format(export=path, folder=folder) for argument in arguments]
                found[name] = _measured_command(name, str(programs / program), *filled)
    return found


def _judge(ours: Measured, unpacked: Measured, by_unzip: Measured | None, peers: dict[str, Measured]) -> None:
    for name, alone in (("zlib", unpacked), ("unzip", by_unzip)):
        if alone:
            ratio, ratio_cpu = _ratios(ours, alone)
            holds = _yes(ratio <= HIGHEST_RATIO)
            print(
                f"ratio to unpacking with {name} {ratio:.1f}, CPU {ratio_cpu:.1f} (at most {HIGHEST_RATIO:g}: {holds})"
            )
    is_small = ours.peak_megabytes < MOST_MEGABYTES
    print(f"peak memory {ours.peak_megabytes:,.0f} MB (under {MOST_MEGABYTES}: {_yes(is_small)})")
    for name, theirs in peers.items():
        whole = theirs.total_processors
        stored, rows = whole / ours.processors[STORING], whole / ours.total_processors
        holds = _yes(stored >= LEAST_TIMES_FASTER)
        print(
            f"{name}: CPU ratio to storing {stored:.1f} (at least {LEAST_TIMES_FASTER:g}: {holds}), to all {rows:.1f}"
        )


def _ratios(one: Measured, other: Measured) -> tuple[float, float]:
    return one.total_clock / other.total_clock, one.total_processors / other.total_processors


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def _compare_fitbit(path: Path, n_files: int, megabytes: float) -> None:
    packed = path.stat().st_size / 1e6
    _print_head(f"Fitbit, {n_files:,} files, {megabytes:,.0f} MB in {packed:,.0f} MB, load {os.getloadavg()[0]:.1f}")
    unpacked, by_unzip = _unpacked(path, megabytes)
    ours = _measured("painstats", path)
    _print_row("**painstats**, to daily rows", ours, unpacked, megabytes)
    _print_row("painstats, reading only", _measured("painstats, reading only", path), unpacked, megabytes)
    print()
    _print_steps(ours)
    _judge(ours, unpacked, by_unzip, {})


def _read_cohort(folder: Path, n_participants: int, megabytes: float) -> None:
    took = _measured("cohort", folder)
    print(
        f"\n{n_participants:,} participants, "
        f"an Apple export of {megabytes / n_participants:.0f} MB each, load {os.getloadavg()[0]:.1f}"
    )
    print(f"{n_participants / took.clock[STORING]:,.0f} exports/s, {megabytes / took.total_clock:,.0f} MB/s")
    _print_steps(took)
    print(f"peak memory of the process that writes {took.peak_megabytes:,.0f} MB")


def main() -> None:
    """Make the exports, run all readers, and print the ratios."""
    options = _options()
    if options.reader:
        _read_here(options.reader, options.export)
        return
    if options.make:
        print(json.dumps(MAKERS[options.make](options.export, options.size)))
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for megabytes in options.megabytes:
            path = Path(folder) / f"export-{megabytes}.zip"
            _, n_bytes = _made("apple", path, megabytes)
            _compare_apple(path, n_bytes / 1e6, options)
            path.unlink()
        if options.fitbit_years:
            path = Path(folder) / "MyFitbitData.zip"
            n_files, n_bytes = _made("fitbit", path, options.fitbit_years)
            _compare_fitbit(path, n_files, n_bytes / 1e6)
            path.unlink()
        if options.participants:
            n_participants, n_bytes = _made("cohort", Path(folder), options.participants)
            _read_cohort(Path(folder), n_participants, n_bytes / 1e6)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, nargs="*", default=[1000], help="sizes of the XML of Apple exports")
    parser.add_argument("--fitbit-years", type=int, default=0, help="length of a Fitbit archive")
    parser.add_argument("--participants", type=int, default=0, help="how many participants are read in one run")
    parser.add_argument("--peers", type=Path, help="folder of other programs to compare with, such as PATH/bin")
    parser.add_argument("--without-iterparse", action="store_true")
    parser.add_argument("--folder", default=None, help="where the exports are made, and deleted again")
    parser.add_argument("--reader", choices=READERS, help=argparse.SUPPRESS)
    parser.add_argument("--make", choices=MAKERS, help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--export", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
