"""Equal facts give equal scores and alerts, whatever the order in which the files came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from models.values.outbox import OWN_SOURCE
from services.alerting import evaluate
from services.scoring import score_due
from services.scoring.basis import rows_through, same_past
from tests.services.scoring.books import Book, simulated_orders

FIRST, LAST = date(2025, 3, 1), date(2026, 2, 20)
ORDERS = simulated_orders(60, FIRST, LAST, seed=5)
TICKETS = [
    {"customer_id": who, "opened_on": str(day + timedelta(days=1)), "status": "open", "sentiment": -0.8, "text": "Bad"}
    for who, day, _ in ORDERS[::9]
    if day < LAST
]
REVIEWS = [{"customer_id": who, "reviewed_on": str(day), "rating": 1 + day.day % 5} for who, day, _ in ORDERS[::7]]


def brought(path: Path, kinds: Sequence[str]) -> tuple[Any, Any]:
    """Scores and open alerts of a book that got its files one by one, scored after each."""
    book = Book(path, "2026-02-21T12:00:00+00:00")
    book.add_customers(60)
    for kind in kinds:
        if kind == "orders":
            book.add_orders(ORDERS)
        else:
            book.add(kind, TICKETS if kind == "tickets" else REVIEWS)
        score_due(book.workspace)
        evaluate(book.workspace)
    names = ("churn_risk", "engagement", "health", "clv_minor", "value_at_risk_minor", "segment", "confidence")
    scores = {who: [row[name] for name in names] for who, row in book.scores().items()}
    with book.workspace.store.read() as connection:
        alerts = connection.exec_driver_sql(
            "SELECT a.customer_id, a.rule, a.severity, a.reason, g.rule, g.severity FROM alerts a JOIN alert_signals g"
            " ON g.alert_id = a.id AND g.cleared_at IS NULL WHERE a.state NOT IN ('resolved', 'not_useful')"
            " ORDER BY a.customer_id, g.rule"
        ).fetchall()
    book.workspace.close()
    return scores, [tuple(row) for row in alerts]


def test_files_in_any_order_end_in_the_same_scores_and_alerts(tmp_path: Path) -> None:
    orders = (("orders", "tickets", "reviews"), ("tickets", "reviews", "orders"), ("reviews", "orders", "tickets"))
    first, *others = (brought(tmp_path / f"{kinds[0]}.db", kinds) for kinds in orders)
    assert first[1]
    for other in others:
        assert other[1] == first[1]
        assert other[0] == first[0]


def test_a_few_late_rows_later_days_and_our_own_mails_leave_the_past_the_same(book: Book) -> None:
    book.add_customers(60)
    book.add_orders(ORDERS)
    day = "2026-01-31"
    with book.workspace.store.read() as connection:
        known = rows_through(connection, day)
    book.add_orders([(1, "2026-02-20", 100)] * 30)
    book.add_orders([(1, "2026-01-20", 100)] * 2)
    own = {"customer_id": 1, "kind": "sent", "happened_on": "2026-01-20", "source": OWN_SOURCE}
    book.add("email_events", [{**own, "external_id": f"own {number}"} for number in range(9)])
    with book.workspace.store.read() as connection:
        assert same_past(connection, known, day)
    book.add_orders([(1, "2026-01-10", 100)] * 40)
    with book.workspace.store.read() as connection:
        assert not same_past(connection, known, day)
        assert not same_past(connection, {**known, "orders": 1}, day)
