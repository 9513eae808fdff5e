"""An interrupted transaction stores nothing, and a commit that stored nothing is not reported as done."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from painstats.batch import Ignored
from painstats.errors import StorageError
from painstats.store import load_records
from painstats.store.connection import transaction
from painstats.store.ledger import ExportIdentity
from tests.conftest import table

IDENTITY = ExportIdentity("steps.csv", "hash", "settings", "ann")


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, MemoryError, ValueError])
def test_any_interruption_rolls_back_and_leaves_the_connection_usable(store, interruption):
    def interrupted():
        with transaction(store) as connection:
            connection.execute("INSERT INTO ignored VALUES (1, 'a.csv', 5, 'not used')")
            raise interruption

    with pytest.raises(interruption):
        interrupted()
    assert table(store, "SELECT * FROM ignored") == []
    with transaction(store) as connection:  # DuckDB would refuse to begin inside the interrupted one
        connection.execute("INSERT INTO ignored VALUES (2, 'b.csv', 5, 'not used')")
    assert table(store, "SELECT import_id FROM ignored") == [{"import_id": 2}]


class SwallowsAnErrorBeforeEachCommit:
    """A connection on which a statement fails unnoticed just before COMMIT, which then stores nothing and succeeds."""

    def __init__(self, connection):
        self.connection = connection

    def __getattr__(self, name):
        return getattr(self.connection, name)

    def execute(self, query, parameters=None):
        if query == "COMMIT":
            with pytest.raises(duckdb.ConstraintException):
                self.connection.execute("INSERT INTO import (import_id) VALUES (NULL)")
        return self.connection.execute(query, parameters)


def test_an_import_that_the_commit_did_not_store_is_an_error(store):
    swallowing = replace(store, connection=SwallowsAnErrorBeforeEachCommit(store.connection))
    with pytest.raises(StorageError, match="was not stored; run again"):
        load_records(swallowing, IDENTITY, "test", [Ignored("steps.csv", 9, "not used")], "0")
    assert table(store, "SELECT * FROM import") == []
    summary = load_records(store, IDENTITY, "test", [Ignored("steps.csv", 9, "not used")], "0")
    assert summary.ignored == 9
