"""The store: one SQLite file, opened by one ``connect()``, written by one unit of work at a time.

Opening looks at the header, the version and the tables by hand (1 ms) and imports Alembic only when a migration is due.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.store.connect import connect
from models.store.convert import sweep_converted
from models.store.staging import (
    meetings_folder,
    remove_staging,
    runs,
    staging_path,
    sweep_meetings,
    sweep_staging,
    trial_folder,
)
from models.store.store import Store, open_store

if TYPE_CHECKING:
    from models.store.unit_of_work import UnitOfWork


def __getattr__(name: str) -> Any:
    """Import the unit of work, and SQLAlchemy with it, at its first use: the first page only reads."""
    if name == "UnitOfWork":
        from models.store.unit_of_work import UnitOfWork

        return UnitOfWork
    raise AttributeError(name)
