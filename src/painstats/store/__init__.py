"""The only package that opens DuckDB: database, migrations, import ledger, quarantine, publishing, erasure."""

from painstats.store.connection import Store, open_store, transaction
from painstats.store.load import ImportSummary, load_records

__all__ = ["ImportSummary", "Store", "load_records", "open_store", "transaction"]
