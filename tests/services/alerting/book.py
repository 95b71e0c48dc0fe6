"""A small book for the tests of alerting: customers with scores and events, written straight into a real store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, select

from models.store import UnitOfWork, open_store
from models.tables import (
    alert_signals,
    alerts,
    contracts,
    customer_risk_scores,
    customers,
    email_events,
    opportunities,
    orders,
    reviews,
    score_history,
    tickets,
)
from models.values.journal import Actor
from models.values.rule_records import RULE_RECORDS, SPENT_LESS, PastRecord
from services.alerting import evaluate
from services.book.alert_phrasing import reason_words
from services.book.playbook import recommendation_words
from services.settings import BusinessHours, Policy
from services.workspace import FixedClock, Recipe, SessionKeyring, Workspace
from tests.contracts import without_contract

#: A Thursday, in the morning.
NOW = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
POLICY = Policy(business_hours=BusinessHours(time_zone="UTC"), reporting_currency="USD")


class Book:
    """A store with a workspace whose clock can be moved."""

    def __init__(self, path: Path, now: datetime = NOW) -> None:
        recipe = Recipe(store=str(path), person="Ada", moment=now.isoformat())
        self.workspace = Workspace(open_store(path), POLICY, FixedClock(now), SessionKeyring(), "Ada", "Ada", recipe)
        self._keys = 0
        self._work: UnitOfWork | None = None

    @property
    def today(self) -> date:
        return self.workspace.clock.today()

    def day(self, ago: int) -> str:
        """The calendar day so many days before today."""
        return (self.today - timedelta(days=ago)).isoformat()

    def close(self) -> None:
        self.workspace.close()

    def move(self, **delta: float) -> None:
        """Let time pass; the book's day goes along."""
        now = self.workspace.clock.now() + timedelta(**delta)
        self.workspace = replace(self.workspace, clock=FixedClock(now))
        with self.writing() as work:
            work.sql("UPDATE customer_risk_scores SET as_of = ?", (now.date().isoformat(),))

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        """One unit of work; what is written within it is part of it."""
        if self._work is not None:
            yield self._work
            return
        with self.workspace.store.unit_of_work(
            Actor("system", "test"), "prepare", "test", at=self.workspace.at
        ) as work:
            self._work = work
            try:
                yield work
            finally:
                self._work = None
            work.digest("prepared")
            work.touch(everyone=True)
            work.commit()

    def add(self, table: Table, **values: Any) -> int:
        """Insert a row, with a key of its own where the table has one."""
        self._keys += 1
        if "external_id" in table.c:
            values = {"source": "test", "external_id": f"{self._keys}", **values}
        with self.writing() as work:
            key = work.connection.execute(insert(table).values(**values)).inserted_primary_key
        assert key is not None
        return int(key[0])

    def customer(self, name: str = "Linden Supply", *, ago: int = 5, gap: float = 30, **fields: Any) -> int:
        """A customer with scores: last order `ago` days ago, usual gap `gap`; fields of either table may be given."""
        with self.writing():
            return self._customer(name, ago, gap, fields)

    def _customer(self, name: str, ago: int, gap: float, fields: dict[str, Any]) -> int:
        fields, contract = without_contract(fields)
        own = {key: fields.pop(key) for key in list(fields) if key in customers.c}
        late = ago > 3 * gap  # a silence that is improbable for them; of high value, with little at risk
        customer = self.add(customers, **{"name": name, "email": f"c{self._keys}@example.org", **own})
        if contract:
            self.add(contracts, customer_id=customer, **contract)
        scores: dict[str, Any] = {
            "as_of": self.today.isoformat(),
            "engagement": 70.0,
            "health": 75.0,
            "churn_risk": 0.5 if late else 0.1,
            "churn_horizon_days": 90,
            "clv_minor": 50_000,
            "clv_if_stays_minor": 70_000 if late else 60_000,
            "clv_if_leaves_minor": 0,
            "clv_horizon_months": 12,
            "currency": "USD",
            "value_at_risk_minor": 50 if late else 5_000,
            "segment": "Loyal",
            "confidence": "high",
            "model": "test",
            "scored_at": self.workspace.at,
            "purchase_days": 10,
            "order_count": 10,
            "first_order_on": self.day(700),
            "last_order_on": self.day(ago),
            "days_since_last_order": ago,
            "usual_gap_days": gap,
            "spend_total_minor": 100_000,
            "spend_12m_minor": 60_000,
            "orders_6m": 3,
            "orders_6m_before": 3,
            "mean_last_3_minor": 10_000,
            "mean_6_before_minor": 10_000,
            "standing": "active" if ago <= max(180, 3 * gap) else "win_back",
            "silence_p": 0.04 if late else 0.6,
        }
        scores["customer_id"] = customer
        self.add(customer_risk_scores, **{**scores, **fields})
        if "mean_last_3_minor" in fields:  # the orders that these figures are of
            for number in range(9):
                amount = scores["mean_6_before_minor"] if number < 6 else fields["mean_last_3_minor"]
                self.order(customer, ago + 10 * (8 - number), amount)
        return customer

    def crowd(self, number: int, **fields: Any) -> list[int]:
        """Unremarkable customers, each a little different: what the quantiles are taken over."""
        with self.writing():
            return [
                self.customer(
                    f"Crowd {n}",
                    **{
                        "churn_risk": 0.1 + 0.001 * n,
                        "value_at_risk_minor": 100 + n,
                        "clv_minor": 1_000 + n,
                        **fields,
                    },
                )
                for n in range(number)
            ]

    def order(self, customer: int, ago: int = 0, amount_minor: int = 10_000, kind: str = "purchase") -> int:
        day = self.day(ago)
        values = {"ordered_on": day, "amount_minor": amount_minor, "currency": "USD", "kind": kind}
        return self.add(orders, customer_id=customer, **values)

    def ticket(self, customer: int, ago: int = 3, sentiment: float = -0.7, **fields: Any) -> int:
        day = self.day(ago)
        values: dict[str, Any] = {"opened_on": day, "opened_at": f"{day}T08:00:00Z", "status": "open"}
        return self.add(tickets, customer_id=customer, sentiment=sentiment, **{**values, **fields})

    def review(self, customer: int, rating: int, ago: int = 3) -> int:
        return self.add(reviews, customer_id=customer, rating=rating, reviewed_on=self.day(ago))

    def email(self, customer: int, kind: str = "sent", ago: int = 3, **fields: Any) -> int:
        return self.add(email_events, customer_id=customer, kind=kind, happened_on=self.day(ago), **fields)

    def deal(self, customer: int, stage: str = "Proposal", ago: int = 20, amount_minor: int = 45_000) -> int:
        values = {"stage": stage, "opened_on": self.day(ago), "amount_minor": amount_minor, "currency": "USD"}
        return self.add(opportunities, customer_id=customer, name="Winter restock", **values)

    def engaged_before(self, customer: int, engagement: float, ago: int = 60) -> None:
        values = {"as_of": self.day(ago), "engagement": engagement, "model": "test"}
        with self.writing() as work:
            work.connection.execute(insert(score_history).values(customer_id=customer, **values))

    def score(self, customer: int, **values: Any) -> None:
        """Change a customer's scores."""
        with self.writing() as work:
            table = customer_risk_scores
            work.connection.execute(table.update().where(table.c.customer_id == customer).values(**values))

    def keep_records(self, **records: PastRecord) -> None:
        """Keep what a replay of the past would have found of the rules."""
        text = json.dumps({"rules": {code: record.as_json() for code, record in records.items()}})
        with self.writing() as work:
            work.sql("INSERT OR REPLACE INTO book (key, value) VALUES (?, ?)", (RULE_RECORDS, text))

    def bear_out_spending(self) -> None:
        """Let the past say that whose spend fell goes on to spend less."""
        self.keep_records(spend_falling=PastRecord(SPENT_LESS, 40, 36, 100, 50, "active customers"))

    def evaluate(self) -> Any:
        return evaluate(self.workspace)

    def open_alerts(self, customer: int | None = None) -> list[dict[str, Any]]:
        """All alerts, or a customer's, oldest first; reason and recommendation in words."""
        query = select(alerts).order_by(alerts.c.id)
        if customer is not None:
            query = query.where(alerts.c.customer_id == customer)
        with self.workspace.store.read() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        for row in rows:
            row["reason"] = reason_words(row["reason"], self.today)
            row["recommendation"] = recommendation_words(row["recommendation"]) if row["recommendation"] else {}
        return rows

    def alert(self, customer: int) -> dict[str, Any]:
        """The customer's only alert."""
        (alert,) = self.open_alerts(customer)
        return alert

    def signals(self, alert: int) -> list[str]:
        """The rules of an alert's signals."""
        query = select(alert_signals.c.rule).where(alert_signals.c.alert_id == alert).order_by(alert_signals.c.id)
        with self.workspace.store.read() as connection:
            return list(connection.execute(query).scalars())
