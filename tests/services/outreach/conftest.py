"""The sample book for tests of outreach, and customers in it who are worth looking at."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from models.queries.churn_status import renews_on
from models.store import connect
from services.insight import Reader
from services.outreach import reviewing
from services.outreach.facts import Found, find_facts
from services.workspace import Workspace
from tests.views.books import opened, sample_copy

_RENEWAL = renews_on("'2026-11-20'")
_GIVEN = "c.email_consent = 'given' AND c.suppressed_until IS NULL AND c.email <> ''"
_PERSON = "c.company IS NULL AND instr(c.name, ' ') > 0"
#: Which customers of the sample book a name means, the first of each: SQL over ``customers c`` beside their score.
_WANTED = {
    "given": f"{_GIVEN} AND {_PERSON} AND s.order_count >= 5",
    "withdrawn": "c.email_consent = 'withdrawn'",
    "unknown": "c.email_consent = 'unknown'",
    "company": f"{_GIVEN} AND c.company <> '' AND s.order_count >= 5",
    "ticketed": f"{_GIVEN} AND EXISTS (SELECT 1 FROM tickets t WHERE t.customer_id = c.id AND t.sentiment < 0"
    " AND t.resolved_on >= '2026-01-01')",
    "reviewed": f"{_GIVEN} AND EXISTS (SELECT 1 FROM reviews r WHERE r.customer_id = c.id AND r.rating >= 4)",
    "unhappy": f"{_GIVEN} AND EXISTS (SELECT 1 FROM reviews r WHERE r.customer_id = c.id AND r.rating <= 2)",
    "dealt": f"{_GIVEN} AND EXISTS (SELECT 1 FROM opportunities o WHERE o.customer_id = c.id"
    " AND o.stage IN ('Qualified', 'Proposal'))",
    "renewing": f"{_GIVEN} AND {_RENEWAL} IS NOT NULL",
    "alerted": f"{_GIVEN} AND EXISTS (SELECT 1 FROM alerts a WHERE a.customer_id = c.id AND a.state = 'open')",
}


@dataclass(frozen=True)
class SampleCustomers:
    """Ids of customers by what is known of them.

    ``given`` is a person with consent and orders, ``company`` one without a first name, ``bare`` one without orders,
    without anything else on record, and with consent; ``nameless`` has no name at all.
    """

    given: int
    withdrawn: int
    unknown: int
    company: int
    ticketed: int
    reviewed: int
    unhappy: int
    dealt: int
    renewing: int
    alerted: int
    bare: int
    nameless: int


@pytest.fixture
def book(store_path: Path) -> Iterator[Workspace]:
    """The sample book, a copy for this test, on a Thursday morning that does not pass."""
    workspace = opened(sample_copy(store_path))
    yield workspace
    workspace.close()


@pytest.fixture
def customers(book: Workspace) -> SampleCustomers:
    """Customers of the book who are worth testing; two of them are added to it."""
    driver = connect(book.store.path)
    try:
        found = {
            name: driver.execute(
                "SELECT c.id FROM customers c JOIN customer_risk_scores s ON s.customer_id = c.id"
                f" WHERE {condition} ORDER BY c.id LIMIT 1"
            ).fetchone()[0]
            for name, condition in _WANTED.items()
        }
        for name, called in (("bare", "Ines Marchetti"), ("nameless", "")):
            cursor = driver.execute(
                "INSERT INTO customers (source, external_id, name, email, email_consent, email_consent_since)"
                " VALUES ('hand', ?, ?, ?, 'given', '2026-01-05')",
                (f"H-{name}", called, f"{name}@letterbox.example"),
            )
            found[name] = int(cursor.lastrowid or 0)
    finally:
        driver.close()
    assert found.keys() == {field.name for field in fields(SampleCustomers)}
    return SampleCustomers(**found)


@pytest.fixture
def facts_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for by files that review hundreds of texts of a book which stands still: its facts are the same for all."""
    found: dict[tuple[object, ...], tuple[Found, ...]] = {}

    def once(reader: Reader, customer_id: int, goal: str, *, keep: Collection[str]) -> tuple[Found, ...]:
        key = (customer_id, goal, tuple(keep))
        if key not in found:
            found[key] = find_facts(reader, customer_id, goal, keep=keep)
        return found[key]

    monkeypatch.setattr(reviewing, "find_facts", once)
