"""The list on screen as a file: the same rows in the same order, numbers as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from models.values import words
from models.values.alerts import AlertRow, QueueFilter, QueueOrder, QueueTab
from models.values.customers import CustomerFilter, CustomerRow, SortColumn
from models.values.outbox import OutboxRow
from services.exporting.tables import write_table
from services.insight import queue
from services.insight.customers import read_customers
from services.insight.reader import Reader, reading
from services.workspace import Workspace

CUSTOMER_COLUMNS = (
    "name", "tier", "segment", "churn_risk", "value_at_risk", "currency", "engagement", "last_order_on",
    "days_since_last_order", "next_action", "owner", "confidence",
    "said_leaving",
)  # fmt: skip
ALERT_COLUMNS = (
    "customer", "severity", "reason", "due", "value_at_risk", "upside", "currency", "churn_risk", "tier", "owner",
    "state", "said_leaving", "at_stake", "left_before",
)  # fmt: skip
EMAIL_COLUMNS = ("customer", "subject", "state", "state_words", "when", "written_by", "approved_by", "fault")
_PAGE = 2_000


def write_customers_list(
    workspace: Workspace, path: Path, wanted: CustomerFilter, sort: SortColumn, *, descending: bool
) -> int:
    """Write the customers of a filter, in an order, to a .csv or .xlsx file and return how many there are.

    Raises
    ------
    UserError, EnvironmentFault
        As `write_table` does.
    """
    with reading(workspace) as reader:
        rows = (_customer(row) for row in _walk(reader, wanted, sort, descending))
        return write_table(CUSTOMER_COLUMNS, rows, path, title="customers")


def write_alerts_list(
    workspace: Workspace, path: Path, tab: QueueTab, wanted: QueueFilter, *, beyond_budget: bool, order: QueueOrder
) -> int:
    """Write the alerts of a tab of the queue, in its order, to a .csv or .xlsx file and return how many there are.

    Raises
    ------
    UserError, EnvironmentFault
        As `write_table` does.
    """
    alerts = queue(workspace, tab, wanted, beyond_budget=beyond_budget, order=order).rows
    return write_table(ALERT_COLUMNS, map(_alert, alerts), path, title="alerts")


def write_emails_list(emails: Iterable[OutboxRow], path: Path) -> int:
    """Write emails of the outbox to a .csv or .xlsx file and return how many there are.

    Raises
    ------
    UserError, EnvironmentFault
        As `write_table` does.
    """
    rows = (
        (one.customer, one.subject, one.state, one.state_words, one.when, one.writer_words, one.approved_by, one.fault)
        for one in emails
    )
    return write_table(EMAIL_COLUMNS, rows, path, title="emails")


def _walk(reader: Reader, wanted: CustomerFilter, sort: SortColumn, descending: bool) -> Iterator[CustomerRow]:
    after: tuple[object, int] | None = None
    while True:
        page = read_customers(reader, wanted, sort, descending=descending, after=after, limit=_PAGE)
        yield from page.rows
        after = page.next_key
        if after is None:
            return


def _customer(row: CustomerRow) -> tuple[Any, ...]:
    return (
        row.name, row.tier, row.segment, row.churn_risk, _major(row.value_at_risk_minor, row.currency), row.currency,
        row.engagement, row.last_order_on, row.days_since_last_order, row.next_action.replace("–", ""), row.owner,
        row.confidence, row.said_leaving,
    )  # fmt: skip


def _alert(row: AlertRow) -> tuple[Any, ...]:
    return (
        row.customer, row.severity.name.lower(), row.reason, row.due_at, _major(row.value_at_risk_minor, row.currency),
        _major(row.upside_minor, row.currency), row.currency, row.churn_risk, row.tier, row.owner, row.state,
        row.said, _major(row.at_stake_minor if row.kind == "risk" else None, row.currency), row.left_before,
    )  # fmt: skip


def _major(amount_minor: int | None, currency: str) -> float | None:
    return None if amount_minor is None else float(words.major(amount_minor, currency))
