"""The store: one SQLite file, opened by one ``connect()``, written by one unit of work at a time.

Opening looks at the header, the version and the tables by hand (1 ms) and imports Alembic only when a migration is due.
"""

from __future__ import annotations

from models.store.connect import connect, staging_path
from models.store.store import Store, open_store
from models.store.unit_of_work import UnitOfWork

__all__ = ["Store", "UnitOfWork", "connect", "open_store", "staging_path"]
