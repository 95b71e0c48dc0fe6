"""How far the data reach under a metric: figures of days that no file covers say nothing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from models.store.driver import driver_of
from models.values.words import day_of
from services.book.sources import SOURCES, SourceAge, source_ages
from services.metrics.catalogue import Catalogue, Metric
from services.workspace import Workspace

if TYPE_CHECKING:
    from models.values.metrics import Period

#: The kind of data on which an entity's figures rest, where it is another than its own name; scores rest on orders.
_RESTS_ON: Final = {
    "order_lines": "orders", "returns": "orders", "customers": "orders", "scores": "orders", "emails": "email_events",
    "deals": "stage_changes", "deal_stages": "stage_changes",
}  # fmt: skip
_TABLES: Final = {table: (words, day) for words, table, day in SOURCES}


class Coverage:
    """Reads of each kind of data its first day, and how old it is on a day."""

    def __init__(self, workspace: Workspace, catalogue: Catalogue) -> None:
        self._workspace, self._catalogue = workspace, catalogue
        self._begun: dict[str, date | None] = {}  # of each table its first day
        self._ages: dict[date, dict[str, SourceAge]] = {}  # on each day, by what the sources are called

    def of(self, metric: Metric, day: date) -> tuple[date | None, SourceAge | None]:
        """Return the first day of the data on which a metric rests, and how old these are on a day."""
        source = self._catalogue.entities[self._catalogue.basis(metric).entity].source
        table = _RESTS_ON.get(source, source)
        if table not in _TABLES:
            return None, None
        words, column = _TABLES[table]
        if table not in self._begun or day not in self._ages:
            with self._workspace.store.read() as connection:
                if table not in self._begun:
                    found = connection.exec_driver_sql(f"SELECT min({column}) FROM {table}").scalar()
                    self._begun[table] = day_of(found)
                if day not in self._ages:
                    ages = source_ages(driver_of(connection), day, self._workspace.policy)
                    self._ages[day] = {one.words: one for one in ages}
        return self._begun[table], self._ages[day].get(words)

    def begins(self, metric: Metric, period: Period) -> bool:
        """Whether the data reach back to the beginning of a period; of a state, to its day."""
        first, _ = self.of(metric, period.last)
        day = period.last if metric.kind == "as_of" else period.first
        return first is None or day is None or first <= day
