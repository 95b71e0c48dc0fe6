"""A customer's figures beside the median of their segment, each asked of the catalogue of metrics.

The medians are over the customers of the segment who have such a figure, namesakes as one. They are worked out once for
a state of the book and kept, as they are the same for every customer of the segment.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from statistics import median
from typing import Final

from models.values.customers import ComparedFigures
from models.values.metrics import Condition, Query, RowsQuery, Value
from models.values.words import day_of, full_day, in_unit, listed, percent
from services.book.sources import UNANSWERED
from services.metrics import Metrics
from services.workspace import Workspace

#: Metrics with what they are called here, and whether they are of all time or the state of now.
_FIGURES: Final = (
    ("revenue", "Total spend"), ("pipeline_value", "Open deals"), ("open_rate", "Open rate"),
    ("click_rate", "Click rate"), ("mean_rating", "Reviews"), ("mean_satisfaction", "Satisfaction with tickets"),
)  # fmt: skip
_NUMBER: Final = "customer_number"
#: A median of fewer customers is none.
_FEWEST: Final = 3
_FAVOURITES: Final = 2
_CHANNELS: Final = 3
_LATEST: Final = 60


class Medians:
    """Compares customers with their segments; keeps the medians of the book's present state."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._kept: dict[str, dict[str, tuple[float, int] | None]] = {}
        self._state: tuple[object, ...] = ()

    def compare(self, customer_id: int) -> ComparedFigures:
        """Return a customer's figures beside the medians of their segment."""
        metrics, own = Metrics(self._workspace), (Condition(_NUMBER, "=", customer_id),)
        with self._workspace.store.read() as connection:
            segment = connection.exec_driver_sql(
                "SELECT segment FROM customer_risk_scores WHERE customer_id = ?", (customer_id,)
            ).scalar()
            head = connection.exec_driver_sql("SELECT max(id) FROM journal").scalar()
        medians = self._of(metrics, str(segment), (head, self._workspace.clock.today())) if segment else {}
        lines = []
        for name, title in _FIGURES:
            answer = metrics.answer(Query((name,), where=own))
            value, unit = answer.totals[name], metrics.catalogue.metric(name).unit
            if not isinstance(value, int | float) or (not value and unit == "money"):
                continue
            said = in_unit(value, unit, answer.currency)
            interval = answer.intervals.get(name, (None,))[0]
            if interval is not None:
                said = f"{percent(value)} of {interval.rows:,}"
            against = medians.get(name)
            if against is not None:
                said += f", median {in_unit(against[0], unit, answer.currency)}"
            lines.append(f"{title} · {said}")
        return ComparedFigures(str(segment or ""), tuple(lines), _about(metrics, own))

    def _of(self, metrics: Metrics, segment: str, state: tuple[object, ...]) -> dict[str, tuple[float, int] | None]:
        with self._lock:  # several readers ask at the same time
            if state != self._state:
                self._state, self._kept = state, {}
            if segment not in self._kept:
                self._kept[segment] = {name: _median(metrics, name, segment) for name, _ in _FIGURES}
            return self._kept[segment]


def _median(metrics: Metrics, name: str, segment: str) -> tuple[float, int] | None:
    found = metrics.answer(Query((name,), ("customer",), (Condition("segment", "=", segment),)))
    values = [row[1] for row in found.rows if isinstance(row[1], int | float)]
    return (float(median(values)), len(values)) if len(values) >= _FEWEST else None


def _about(metrics: Metrics, own: tuple[Condition, ...]) -> tuple[str, ...]:
    """What is no figure: the categories that they spend most on, and the last contact by channel."""
    bought = metrics.answer(
        Query(("product_revenue",), ("category",), own, order=("-product_revenue",), limit=_FAVOURITES)
    )
    categories = [str(row[0]) for row in bought.rows if row[0] is not None and row[1]]
    contacts = _contacts(metrics, own)
    lines = [f"Favourite categories · {listed(categories)}"] if categories else []
    return (*lines, *([f"Last contact · {', '.join(contacts)}"] if contacts else []))


def _contacts(metrics: Metrics, own: tuple[Condition, ...]) -> Sequence[str]:
    """The last day of each channel, the newest first."""
    latest: dict[str, str] = {}
    reached = Condition("channel", "!=", UNANSWERED)
    for entity, channel, day in (("conversations", "channel", "happened_on"), ("emails", "", "sent_on")):
        rows = metrics.rows(RowsQuery(entity, (*own, reached) if channel else own, limit=_LATEST))
        names = [column.name for column in rows.columns]
        for row in rows.rows:
            of: Value = row[names.index(channel)] if channel else "email"
            when = row[names.index(day)]
            if when is not None and str(when) > latest.get(str(of or "other"), ""):
                latest[str(of or "other")] = str(when)
    newest = sorted(latest.items(), key=lambda one: one[1], reverse=True)[:_CHANNELS]
    return [f"{channel} {full_day(on)}" for channel, when in newest if (on := day_of(when)) is not None]
