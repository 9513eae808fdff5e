"""Notice an inbox that was lost, such as a share that is not mounted, before it is taken for one without news."""

from __future__ import annotations

from painstats.errors import StudyError
from painstats.intake.inbox import is_hidden
from painstats.store import Store


class InboxLost(StudyError):
    """The inbox is missing or empty, although files were imported from it."""


def check_inbox(store: Store) -> None:
    """Check that the inbox is what it was: there, and not empty if files were imported from it.

    ``inbox_may_be_empty`` under ``[nightly]`` allows an inbox that is emptied after each import.

    Raises
    ------
    InboxLost
        It is missing or empty; the message says how many files were imported from it.
    """
    inbox, n_imported = store.study.inbox, _imported(store)
    if not inbox.is_dir():
        raise InboxLost(
            f"{inbox} is missing{_although(n_imported)}; "
            + (_MOUNT if n_imported else "create it and put the exported files into it")
        )
    is_empty = all(is_hidden(path.name) for path in inbox.iterdir())
    if is_empty and n_imported and not store.study.plan.nightly.inbox_may_be_empty:
        raise InboxLost(
            f"{inbox} is empty{_although(n_imported)}; {_MOUNT}. "
            "If you empty it on purpose, write inbox_may_be_empty = true under [nightly] in study.toml"
        )


_MOUNT = "check that its disk or network share is mounted, and run again"


def _although(n_imported: int) -> str:
    return f", but {n_imported:,} file(s) were imported from it" if n_imported else ""


def _imported(store: Store) -> int:
    row = store.connection.execute("SELECT count(*) FROM import WHERE status = 'loaded'").fetchone()
    return int(row[0]) if row else 0
