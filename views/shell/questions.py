"""What the shell asks the book: freshness, criticals, customers by name. Run in the pool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.values.alerts import Freshness, QueueFilter, Severity
from models.values.customers import CustomerRow
from services import insight
from services.workspace import Workspace
from views.shell.book import Book


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands around every page."""

    freshness: Freshness
    critical: int


def freshness(workspace: Workspace) -> Standing:
    """How far the data reach, and how many critical cards are to be done."""
    critical = insight.queue(workspace, "todo", QueueFilter(severities=frozenset({int(Severity.CRITICAL)})))
    return Standing(insight.freshness(workspace), len(critical.rows))


def find(book: Book, text: str) -> Sequence[CustomerRow]:
    """Customers whose name or e-mail begins so."""
    return insight.search(book.workspace, text)
