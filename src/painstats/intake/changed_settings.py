"""Import everything again when what reading depends on has changed: time zones or diary mappings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from painstats.archive.archive import content_hash
from painstats.errors import ExportRefused, StudyError
from painstats.intake.inbox import InboxFile, exports_in_zip, list_inbox
from painstats.intake.load_files import reading_hash, settings_of
from painstats.intake.owner import owner_of
from painstats.store import Store
from painstats.store.ledger import loaded_exports, lost_when_read_again
from painstats.store.stages import clear_records


def clear_if_settings_changed(store: Store, say: Callable[[str], None]) -> None:
    """Start again from the inbox if time zones or diary mappings changed.

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
            "time zones or diary mappings in study.toml changed, so that everything must be read again, but files "
            f"read before are no longer in {store.study.inbox}: {', '.join(absent[:5])}{' …' if absent[5:] else ''}. "
            "Put them back or undo the change; or, to do without a file, withdraw it with: "
            f"painstats forget-import {store.study.folder} FILE; or import only what is there: painstats rebuild"
        )
    say("time zones or diary mappings changed: everything is read again")
    clear_records(store)


def _contents(store: Store, file: InboxFile, names: Sequence[str]) -> Iterator[str | None]:
    """Hash the exports that a file is now, and those that it was when it was read under other mappings.

    A diary in an unpacked archive or zip is an export of its own from the day on which it is declared.
    """
    yield from map(_content_or_none, exports_in_zip(file, settings_of(store.study, owner_of(store, file))))
    inside = f"{file.name}/"
    before = frozenset(name.removeprefix(inside) for name in names if name.startswith(inside))
    if file.path.is_dir():
        yield _content_or_none(replace(file, without=before))
        yield from (_content_or_none(replace(file, path=file.path / name, without=frozenset())) for name in before)
    else:
        yield from (_content_or_none(replace(file, only=frozenset({name}))) for name in before)


def _content_or_none(file: InboxFile) -> str | None:
    try:
        return content_hash(file.path, file.without, file.only)
    except ExportRefused:
        return None
