"""Small real stores for the tests of scoring, filled row by row past the importer."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Table, insert

from models.tables import customers, metadata
from models.values.journal import Actor
from services.workspace import Recipe, Workspace, open_workspace
from tests.contracts import without_contract

MOMENT = "2026-11-23T09:00:00+00:00"


@dataclass
class Book:
    """A store on disk and the workspace over it. Rows get ids and keys of their own unless they bring them."""

    path: Path
    moment: str = MOMENT
    workspace: Workspace = field(init=False)
    _keys: int = 0

    def __post_init__(self) -> None:
        self.workspace = open_workspace(Recipe(str(self.path), "Ada", self.moment))

    @classmethod
    def copied(cls, of: Path, path: Path, moment: str = MOMENT) -> Book:
        """A copy of a closed book; rows that are added to it have keys of their own."""
        shutil.copyfile(of, path)
        book = cls(path, moment)
        book._keys = 1_000_000
        return book

    def at(self, day: date) -> Workspace:
        """The same store as seen on another day."""
        self.workspace.close()
        self.moment = f"{day.isoformat()}T09:00:00+00:00"
        self.workspace = open_workspace(Recipe(str(self.path), "Ada", self.moment))
        return self.workspace

    def add(self, table: Table | str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows as an import would, in one unit of work."""
        into = metadata.tables[table] if isinstance(table, str) else table
        full = []
        contracts = []
        for row in rows:
            self._keys += 1
            if into is customers:
                row, contract = without_contract(row)
                contracts += [{"customer_id": row["id"], **contract}] if contract else []
            full.append({"source": "test", "external_id": f"{into.name}-{self._keys}", **row})
        actor = Actor("import", "test")
        with self.workspace.store.unit_of_work(actor, "import", "test", at=self.workspace.at) as work:
            if full:
                work.execute(insert(into), full)
            work.digest(f"{len(full)} rows")
            work.commit()
        if contracts:
            self.add("contracts", contracts)

    def add_customers(self, count: int) -> list[int]:
        """Insert customers 1 to count."""
        self.add(customers, ({"id": number, "name": f"Customer {number}"} for number in range(1, count + 1)))
        return list(range(1, count + 1))

    def add_orders(self, orders: Iterable[tuple[int, date | str, int]], **more: Any) -> None:
        """Insert purchases of (customer, day, minor units)."""
        self.add(
            "orders",
            (
                {
                    "customer_id": who,
                    "ordered_on": str(day),
                    "amount_minor": minor,
                    "currency": "USD",
                    "kind": "purchase",
                }
                | more
                for who, day, minor in orders
            ),
        )

    def scores(self) -> dict[int, dict[str, Any]]:
        """The public table by customer."""
        with self.workspace.store.read() as connection:
            rows = connection.exec_driver_sql("SELECT * FROM customer_risk_scores").mappings().all()
        return {row["customer_id"]: dict(row) for row in rows}

    def history(self, customer: int) -> list[dict[str, Any]]:
        """The history of one customer, oldest first."""
        with self.workspace.store.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT * FROM score_history WHERE customer_id = ? ORDER BY as_of", (customer,)
            )
            return [dict(row) for row in rows.mappings()]


def simulated_orders(
    count: int, first: date, last: date, seed: int, mean_gap_days: float = 25.0
) -> list[tuple[int, date, int]]:
    """Purchases of `count` customers who buy at rates of their own and drop out, as the model has it."""
    rng = np.random.default_rng(seed)
    span = (last - first).days
    orders = []
    for customer in range(1, count + 1):
        rate, leaves = rng.gamma(2.0, 0.5) / mean_gap_days + 1e-4, rng.beta(1.0, 12.0)
        level = float(rng.gamma(5.0, 1200.0))
        day = float(rng.integers(0, max(span * 3 // 4, 1)))
        while day <= span:
            orders.append((customer, date.fromordinal(first.toordinal() + int(day)), int(level * rng.gamma(6, 1 / 6))))
            if rng.random() < leaves:
                break
            day += max(rng.exponential(1 / rate), 1.0)
    return orders
