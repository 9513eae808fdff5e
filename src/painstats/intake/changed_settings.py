"""Import everything again when the time zones or mappings have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from painstats.archive.archive import Archive, open_archive
from painstats.errors import ExportRefused, StudyError
from painstats.intake.inbox import list_inbox
from painstats.intake.inbox_file import InboxFile
from painstats.intake.owner import owner_of
from painstats.intake.parts import parts_of_zip
from painstats.intake.read_settings import reading_hash, settings_of
from painstats.sources.contract import ReadSettings
from painstats.store import Store
from painstats.store.ledger import loaded_exports, lost_when_read_again
from painstats.store.stages import clear_records


def clear_if_settings_changed(store: Store, say: Callable[[str], None]) -> None:
    """Start over from the inbox if the time zones or mappings changed.

    Raises
    ------
    StudyError
        A file that was imported is no longer in the inbox.
    """
    loaded = loaded_exports(store)
    identities = [export.identity for export in loaded]
    if all(known.reading_hash == reading_hash(store.study, known.participant_id) for known in identities):
        return
    names = [known.file_name for known in identities]
    present = {content for file in list_inbox(store.study) for content in _contents(store, file, names)}
    absent = sorted(lost_when_read_again(loaded, present))
    if absent:
        raise StudyError(
            "time zones or mappings in study.toml changed, so everything must be read again, but files imported "
            f"before are no longer in {store.study.inbox}: {', '.join(absent[:5])}{' …' if absent[5:] else ''}. "
            "Put them back or undo the change; or, to do without a file, withdraw it with: "
            f"painstats forget-import {store.study.folder} FILE; or import only what is there: painstats rebuild"
        )
    say("time zones or mappings changed: everything is read again")
    clear_records(store)


def _contents(store: Store, file: InboxFile, names: Sequence[str]) -> Iterator[str]:
    """Hash the exports that a file is now, and those that it was when it was read under other mappings.

    A diary in an unpacked archive or zip is an export of its own from the day on which it is declared.
    """
    try:
        archive = file.open()
    except ExportRefused:
        return
    yield from _hash_or_nothing(archive)
    if file.is_joined:
        for entry in archive.entries:
            yield from _hash_or_nothing(archive.single(entry))
        return
    for part in _own_exports(archive, settings_of(store.study, owner_of(store, file))):
        yield from _hash_or_nothing(part)
    inside = f"{file.name}/"
    before = {name.removeprefix(inside) for name in names if name.startswith(inside)}
    if archive.is_folder:  # with all of its files: those that are exports of their own now need not have been
        archive = open_archive(file.path)
        yield from _hash_or_nothing(archive.without(before))
    for entry in archive.entries:
        if entry.name in before:
            yield from _hash_or_nothing(archive.single(entry))


def _own_exports(archive: Archive, settings: ReadSettings) -> list[Archive]:
    try:
        return [part for part in parts_of_zip(archive, settings).own.values() if part]
    except Exception:  # whatever is wrong with an entry is reported when it is read
        return []


def _hash_or_nothing(archive: Archive) -> Iterator[str]:
    with suppress(ExportRefused):
        yield archive.content_hash
