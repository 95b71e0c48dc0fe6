"""Insight: what the book says, read for the pages, the command line and files. Nothing here writes.

Functions that take a ``Workspace`` open a reader of their own; those named ``read_…`` share one that ``reading`` gives,
so that all they return is of the same state of the book. Sentences come finished, in an account manager's words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from models.values.alerts import (
    AlertDetail,
    AlertRow,
    DayProgress,
    Freshness,
    QueueFilter,
    QueueOrder,
    QueuePage,
    QueueTab,
    Tile,
    TimelinePage,
)
from models.values.anomalies import TrendWords
from models.values.customers import (
    CustomerFilter,
    CustomerProfile,
    CustomerRow,
    CustomersCount,
    CustomersPage,
    FilterChoices,
    SortColumn,
)
from models.values.errors import UserError
from models.values.report_card import Reliance, ReportCard
from services.insight.anomalies import issue_words, read_emerging, trend_words
from services.insight.customers import (
    PAGE,
    count_customers,
    find_customers,
    read_choices,
    read_customers,
)
from services.insight.day_progress import read_progress
from services.insight.declared import timelines
from services.insight.detail import read_detail
from services.insight.figure_formatting import figure_lines, sure_words
from services.insight.freshness import read_freshness
from services.insight.naming import read_customer_named
from services.insight.open_work import read_open_work
from services.insight.queue_marks import read_beyond, read_to_do
from services.insight.queue_rows import read_alert, read_queue, read_waiting, waiting_words
from services.insight.reader import Reader, reading
from services.insight.tile_figures import filter_of_tile, read_need_today, read_outcome_tiles, read_today_tiles
from services.insight.timeline_formatting import reference
from services.insight.timeline_rows import read_timeline
from services.insight.value_check import read_totals
from services.workspace import Workspace

if TYPE_CHECKING:
    from services.insight.compared import Medians

__all__ = [
    "Reader",
    "alert_detail",
    "beyond_limit",
    "customer_named",
    "customer_profile",
    "customer_trends",
    "customers_count",
    "customers_page",
    "day_progress",
    "figure_lines",
    "filter_choices",
    "filter_of_tile",
    "freshness",
    "issue_words",
    "medians_of",
    "outcome_tiles",
    "queue",
    "read_alert_documents",
    "read_alert_ids",
    "read_alert_row",
    "read_customer_document",
    "read_customers",
    "read_emerging",
    "read_number_open",
    "read_open_work",
    "read_waiting",
    "reading",
    "reference",
    "reliance",
    "search",
    "sure_words",
    "timeline",
    "timeline_page",
    "timelines",
    "to_do",
    "today_tiles",
    "totals_words",
    "trend_words",
    "trust_in_scores",
    "waiting_words",
]


def queue(
    workspace: Workspace,
    tab: QueueTab = "todo",
    wanted: QueueFilter | None = None,
    *,
    beyond_budget: bool = False,
    order: QueueOrder = "due",
) -> QueuePage:
    """Return the queue of one tab in view order, with its groups, the counts of every tab, and how far the day is.

    Parameters
    ----------
    beyond_budget
        Show the alerts beyond today's limit too.
    order
        By due time they stand in groups by day, else in none.
    """
    with reading(workspace) as reader:
        page = read_queue(reader, tab, wanted, beyond_budget=beyond_budget, order=order)
        return replace(page, today=read_need_today(reader), progress=read_progress(reader))


def beyond_limit(workspace: Workspace) -> frozenset[int]:
    """Return the numbers of the open alerts that are beyond today's limit."""
    with reading(workspace) as reader:
        return read_beyond(reader)


def to_do(workspace: Workspace) -> int:
    """Return how many alerts are to do today: what the first tab of the queue shows."""
    with reading(workspace) as reader:
        return read_to_do(reader)


def today_tiles(workspace: Workspace) -> tuple[Tile, Tile]:
    """Return what today asks for: need action today, at risk."""
    with reading(workspace) as reader:
        return read_today_tiles(reader)


def outcome_tiles(workspace: Workspace) -> tuple[Tile, Tile]:
    """Return what came of the alerts: resolved in time, came back after outreach."""
    with reading(workspace) as reader:
        return read_outcome_tiles(reader)


def day_progress(workspace: Workspace) -> DayProgress:
    """Return how far today's work has come."""
    with reading(workspace) as reader:
        return read_progress(reader)


def freshness(workspace: Workspace) -> Freshness:
    """Return how far the data reach and how old each kind is."""
    with reading(workspace) as reader:
        return read_freshness(reader)


def alert_detail(
    workspace: Workspace, alert_id: int, *, order: Sequence[int] | None = None, wanted: QueueFilter | None = None
) -> AlertDetail | None:
    """Return everything about an alert, None if it is gone.

    Parameters
    ----------
    order
        The ids of the queue as it is shown: spares reading it again for the alert's place.
    wanted
        The queue's filter, where ``order`` is not given.
    """
    with reading(workspace) as reader:
        return read_detail(reader, alert_id, order=order, wanted=wanted)


def timeline(
    workspace: Workspace,
    customer_id: int,
    *,
    kind: str | None = None,
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> TimelinePage:
    """Return a page of a customer's timeline, of one kind or of all; ``after`` is the page before's ``next_key``."""
    return timeline_page(workspace, customer_id, kinds=(kind,) if kind else (), after=after, limit=limit)


def timeline_page(
    workspace: Workspace,
    customer_id: int,
    *,
    kinds: Collection[str] = (),
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> TimelinePage:
    """Return a page of a customer's timeline, of some kinds or of all."""
    with reading(workspace) as reader:
        return read_timeline(reader, customer_id, kinds, before=after, limit=limit)


def customers_page(
    workspace: Workspace,
    wanted: CustomerFilter | None = None,
    sort: SortColumn = "at_risk",
    *,
    descending: bool = True,
    after: tuple[object, int] | None = None,
    limit: int = PAGE,
) -> CustomersPage:
    """Return one page of the customers that a filter lets through; ``after`` is the page before's ``next_key``."""
    with reading(workspace) as reader:
        return read_customers(reader, wanted, sort, descending=descending, after=after, limit=limit)


def customers_count(workspace: Workspace, wanted: CustomerFilter | None = None) -> CustomersCount:
    """Return how many customers a filter lets through, of how many, and what is at risk with them."""
    with reading(workspace) as reader:
        return count_customers(reader, wanted)


def search(workspace: Workspace, text: str, limit: int = 8) -> tuple[CustomerRow, ...]:
    """Return the customers that a search in the top bar finds, the most at risk first."""
    with reading(workspace) as reader:
        return find_customers(reader, text, limit)


def filter_choices(workspace: Workspace) -> FilterChoices:
    """Return the values that filters can offer, each with its count."""
    with reading(workspace) as reader:
        return read_choices(reader)


def customer_named(workspace: Workspace, text: str) -> int:
    """Return the number of the customer that a person means: by number, id in its system, or exact name.

    Raises
    ------
    UserError
        Nobody is called so, or several are.
    """
    with reading(workspace) as reader:
        return read_customer_named(reader, text)


def customer_profile(workspace: Workspace, customer_id: int) -> CustomerProfile:
    """Return a customer's 360° page.

    Raises
    ------
    UserError
        The customer is not in the book (any more).
    """
    from services.insight.profile import read_profile

    with reading(workspace) as reader:
        profile = read_profile(reader, customer_id)
    if profile is None:
        raise UserError("This customer is no longer in the book; an undo or an erasure took it out.")
    return profile


def customer_trends(workspace: Workspace, customer_id: int) -> TrendWords:
    """Return where each channel of a customer is heading and since when, in words, as of the scores.

    It counts a year of events anew: some hundredths of a second, and the first time what loading the numbers takes.
    """
    from services.scoring import channel_trends

    return trend_words(channel_trends(workspace, customer_id), workspace.clock.today())


def medians_of(workspace: Workspace) -> Medians:
    """Return what compares customers with their segments; it keeps what it has worked out."""
    from services.insight.compared import Medians

    return Medians(workspace)


def totals_words(workspace: Workspace) -> str:
    """Return what is at risk in all, of how much, and how far off such totals were when last checked; '' unscored."""
    with reading(workspace) as reader:
        return read_totals(reader)


def trust_in_scores(workspace: Workspace) -> ReportCard:
    """Return how far the scores can be trusted, by the last check against the book's own past."""
    from services.insight.report_card import read_report_card

    with reading(workspace) as reader:
        return read_report_card(reader)


def reliance(workspace: Workspace) -> Reliance:
    """Return what the scores stand on: how fresh each kind of data is, and how many customers are too little known."""
    from services.insight.report_card import read_reliance

    with reading(workspace) as reader:
        return read_reliance(reader)


def read_alert_row(reader: Reader, alert_id: int) -> AlertRow | None:
    """Return one alert as its row in the queue, whatever its state; None if it is gone."""
    return read_alert(reader, alert_id)


def read_alert_ids(
    reader: Reader, *, everything: bool = False, rules: Collection[str] = (), order: QueueOrder = "due"
) -> list[int]:
    """Return the ids of the queue's alerts in view order; see ``services.insight.documents``."""
    from services.insight import documents

    return documents.read_alert_ids(reader, everything=everything, rules=rules, order=order)


def read_number_open(reader: Reader) -> int:
    """Return how many alerts are to do, those beyond today's limit with them."""
    from services.insight import documents

    return documents.read_number_open(reader)


def read_alert_documents(reader: Reader, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Return alerts one by one as documents for other programs; see ``services.insight.documents``."""
    from services.insight import documents

    return documents.read_alert_documents(reader, ids)


def read_customer_document(reader: Reader, customer_id: int, *, newest: int = 20) -> dict[str, Any] | None:
    """Return a customer as a document for other programs; see ``services.insight.documents``."""
    from services.insight import documents

    return documents.read_customer_document(reader, customer_id, newest=newest)
