"""What the page asks the book, each a call into the public face of `services.insight`, run in the pool."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from models.values.alerts import AlertDetail, QueueFilter, QueueOrder, QueuePage, QueueTab, Tile, TimelineRow
from models.values.anomalies import TrendWords
from models.values.changes import Changes
from models.values.customers import FilterChoices
from services import insight
from services.workspace import Workspace
from views.lists.keyset_model import Page
from views.shell.book import Book

if TYPE_CHECKING:
    from views.alerts.queue_pane import QueuePane


@dataclass(frozen=True, slots=True)
class TimelineQuestion:
    """One customer's timeline (or one alert's, for an alert of the book), of one kind or of all ('')."""

    workspace: Workspace
    customer_id: int | None
    kind: str


def queue(
    workspace: Workspace, tab: QueueTab, wanted: QueueFilter, beyond_budget: bool, order: QueueOrder
) -> QueuePage:
    """The queue of one tab."""
    return insight.queue(workspace, tab, wanted, beyond_budget=beyond_budget, order=order)


def export_of(pane: QueuePane) -> Callable[[Workspace, Path], int]:
    """What writes the list that a pane shows to a file."""
    from services.exporting import write_alerts_list

    return partial(
        write_alerts_list, tab=pane.tab, wanted=pane.filter, beyond_budget=pane.beyond_budget, order=pane.order
    )


def at_risk(workspace: Workspace) -> Tile:
    """The money at risk; it adds up the book, so it comes after the queue."""
    return insight.today_tiles(workspace)[1]


def detail(workspace: Workspace, alert_id: int, order: Sequence[int]) -> AlertDetail | None:
    """Everything about an alert; None if it is gone. ``order`` are the ids of the queue as it is shown."""
    return insight.alert_detail(workspace, alert_id, order=order)


def trends(book: Book, customer_id: int) -> TrendWords:
    """Where each channel of a customer is heading."""
    return insight.customer_trends(book.workspace, customer_id)


def choices(workspace: Workspace) -> FilterChoices:
    """What the filters can offer."""
    return insight.filter_choices(workspace)


def filter_of_tile(key: str) -> tuple[QueueTab, QueueFilter] | None:
    """Tab and filter that list what a tile counts; None for a tile that leads elsewhere."""
    found = insight.filter_of_tile(key)
    if found is None:
        return None
    tab, wanted = found
    return cast(QueueTab, tab), wanted


def mark_seen(workspace: Workspace, alert_ids: Sequence[int]) -> Changes:
    """Note that a person looked at an alert."""
    from services.alerting import mark_seen as mark

    return mark(workspace, alert_ids)


def timeline(question: TimelineQuestion, key: tuple[str, str] | None) -> Page[TimelineRow]:
    """One page of a customer's timeline, with the counts of every kind."""
    if question.customer_id is None:
        return Page((), None, {})
    kind = question.kind or None
    found = insight.timeline(question.workspace, question.customer_id, kind=kind, after=key)
    return Page(found.rows, found.next_key, found.counts)
