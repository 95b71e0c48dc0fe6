"""A small book written row by row, so that each test says what it looks at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.store import connect
from services.insight import Reader, reading
from services.workspace import Recipe, Workspace, open_workspace
from tests.contracts import without_contract

NOW = "2026-11-20T09:00:00+00:00"  # a Friday
TODAY = date(2026, 11, 20)


def days_ago(days: int) -> str:
    """Return a day before the present one."""
    return (TODAY - timedelta(days=days)).isoformat()


def minutes(later: float) -> str:
    """Return the moment so many minutes after the present one."""
    return (datetime.fromisoformat(NOW) + timedelta(minutes=later)).strftime("%Y-%m-%dT%H:%M:%SZ")


def reason(rule: str, text: str = "", **figures: Any) -> str:
    """A reason as alerts keep it."""
    return json.dumps({"rule": rule, "text": text, "figures": figures, "currency": "USD"}, ensure_ascii=False)


class SmallBook:
    """Rows go straight into the tables; numbers are given by the book, the rest has plain values."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._driver = connect(workspace.store.path)
        self._next = 0

    def close(self) -> None:
        self._driver.close()

    def insert(self, table: str, **values: Any) -> int:
        """Insert one row and return its id."""
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        cursor = self._driver.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))
        return int(cursor.lastrowid or 0)

    def run(self, sql: str, *parameters: Any) -> None:
        self._driver.execute(sql, parameters)

    def _id(self) -> str:
        self._next += 1
        return str(self._next)

    def customer(self, name: str = "Linden Supply", **values: Any) -> int:
        values, contract = without_contract(values)
        row = {"source": "crm", "external_id": f"C{self._id()}", "name": name, **values}
        number = self.insert("customers", **row)
        if contract:
            self.event("contracts", number, **{"source": row["source"], **contract})
        self.insert(
            "identities", customer_id=number, kind="external_id", source=row["source"], value=row["external_id"]
        )
        return number

    def score(self, customer: int, **values: Any) -> None:
        row = {
            "as_of": TODAY.isoformat(),
            "engagement": 50.0,
            "churn_risk": 0.3,
            "churn_horizon_days": 90,
            "clv_horizon_months": 12,
            "currency": "USD",
            "value_at_risk_minor": 10_000,
            "standing": "active",
            "purchase_days": 10,
            "confidence": "high",
            "model": "mbg_nbd/1",
            "scored_at": minutes(-12),
            **values,
        }
        self.insert("customer_risk_scores", customer_id=customer, **row)

    def order(self, customer: int, on: str, amount_minor: int = 10_000, **values: Any) -> int:
        row = {"source": "shop", "external_id": self._id(), "currency": "USD", "kind": "purchase", **values}
        return self.insert("orders", customer_id=customer, ordered_on=on, amount_minor=amount_minor, **row)

    def event(self, table: str, customer: int, **values: Any) -> int:
        return self.insert(table, customer_id=customer, **{"source": "x", "external_id": self._id(), **values})

    def alert(self, customer: int | None, **values: Any) -> int:
        row = {
            "kind": "risk",
            "rule": "gap_beyond_usual",
            "severity": 3,
            "state": "open",
            "reason": reason("gap_beyond_usual", days_since_order=74, usual_gap=21),
            "opened_at": minutes(-58),
            "opened_as_of": TODAY.isoformat(),
            "due_at": minutes(120),
            "value_at_risk_minor": 10_000,
            "currency": "USD",
            **values,
        }
        row.setdefault("expected_value_minor", row["value_at_risk_minor"])
        return self.insert("alerts", customer_id=customer, **row)

    def email(self, customer: int, alert: int | None = None, **values: Any) -> int:
        """An email that was sent, by default two days ago."""
        row = {
            "state": "sent",
            "goal": "check_in",
            "tone": "warm",
            "writer": "person",
            "subject": "Your September order",
            "sent_at": minutes(-2 * 1440),
            "created_at": minutes(-2 * 1440),
            "created_by": "Ada",
            "changed_at": minutes(-2 * 1440),
            "message_id": f"<{self._id()}@shop.example>",
            **values,
        }
        return self.insert("messages", customer_id=customer, alert_id=alert, **row)

    def rule(self, code: str, title: str, **more: Any) -> None:
        definition = json.dumps({"code": code, "title": title, **more})
        self.insert("rules", code=code, version=1, enabled=1, definition=definition, changed_at=minutes(0))


@pytest.fixture
def workspace(store_path: Path) -> Iterator[Workspace]:
    workspace = open_workspace(Recipe(str(store_path), "Ada", NOW))
    yield workspace
    workspace.close()


@pytest.fixture
def book(workspace: Workspace) -> Iterator[SmallBook]:
    book = SmallBook(workspace)
    yield book
    book.close()


@pytest.fixture
def reader(book: SmallBook) -> Iterator[_Fresh]:
    yield _Fresh(book.workspace)


class _Fresh:
    """Gives each call a reader of its own, so that a test may write between two looks."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def __call__(self, query: Any, *arguments: Any, **named: Any) -> Any:
        with reading(self.workspace) as reader:
            return query(reader, *arguments, **named)


Fresh = _Fresh
__all__ = ["NOW", "TODAY", "Fresh", "Reader", "SmallBook", "days_ago", "minutes"]
