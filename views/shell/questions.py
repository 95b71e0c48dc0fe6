"""What the shell asks the book: freshness, what is to do, customers by name. Run in the pool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.values.alerts import Freshness
from models.values.customers import CustomerRow
from services import insight
from services.workspace import Workspace
from views.shell.book import Book
from views.shell.ranking import rank

#: Where nothing is found, the first two letters of each word are believed and the rest may be a typing mistake; where
#: nothing is found then, only the first one.
LEAST_TO_MISTYPE, SURE_LETTERS = 4, (2, 1)
NEAR_ROWS, FOUND_ROWS = 200, 8


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands around every page."""

    freshness: Freshness
    due_today: int
    owners: tuple[tuple[str, int], ...] = ()


def freshness(workspace: Workspace, with_owners: bool = False) -> Standing:
    """How far the data reach, how many alerts are due today, and where asked for, who owns customers."""
    owners = insight.filter_choices(workspace).owners if with_owners else ()
    return Standing(insight.freshness(workspace), insight.day_progress(workspace).left, owners)


def alert_of(book: Book, customer_id: int) -> int | None:
    """The alert that a customer has open, None without one."""
    alert = insight.customer_profile(book.workspace, customer_id).alert
    return alert.id if alert is not None else None


def find(book: Book, text: str) -> Sequence[CustomerRow]:
    """Customers whose name, e-mail, city or id begins so; without any, those whose name was nearly typed."""
    found = insight.search(book.workspace, text)
    if found or len(text.strip()) < LEAST_TO_MISTYPE:
        return found
    for sure in SURE_LETTERS:
        beginning = " ".join(word[:sure] for word in text.split())
        near = [(rank(text, row.name), row) for row in insight.search(book.workspace, beginning, limit=NEAR_ROWS)]
        near = sorted((line for line in near if line[0] > 0), key=lambda line: -line[0])
        if near:
            return [row for _fit, row in near[:FOUND_ROWS]]
    return []
