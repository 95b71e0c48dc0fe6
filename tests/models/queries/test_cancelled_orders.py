"""Which order a cancellation takes back: the one that it names, else the newest of its amount that still stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from models import sqlite
from models.queries.purchases import cancelled_order, is_cancelled, not_ordered_again
from models.tables import orders


@dataclass
class Shop:
    """Orders of one customer, written straight into the store's own table."""

    driver: sqlite.Connection
    number: int = field(default=0)

    def add(self, kind: str, on: str, amount: int = 500, *, of: int | None = None, time: str | None = None) -> int:
        self.number += 1
        row = (self.number, 1, "shop", f"A{self.number}", on, f"{on}T{time}:00Z" if time else None,
               amount if kind == "purchase" else -amount, "GBP", kind, f"A{of}" if of else None)  # fmt: skip
        self.driver.execute(
            "INSERT INTO orders (id, customer_id, source, external_id, ordered_on, ordered_at, amount_minor, currency,"
            " kind, of_external_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        return self.number

    def cancelled(self) -> list[int]:
        sql = f"SELECT id FROM orders o WHERE kind = 'purchase' AND {is_cancelled('o')} ORDER BY id"
        taken = [row[0] for row in self.driver.execute(sql)]
        bought = [row[0] for row in self.driver.execute("SELECT id FROM orders WHERE kind = 'purchase'")]
        standing = self.driver.execute(f"SELECT id FROM orders o WHERE kind = 'purchase' AND NOT {is_cancelled('o')}")
        assert {row[0] for row in standing} == set(bought) - set(taken), "an order stands or is cancelled"
        return taken

    def taken_by(self, cancellation: int) -> int | None:
        found = self.driver.execute(f"SELECT {cancelled_order('r')} FROM orders r WHERE id = ?", (cancellation,))
        taken: int | None = found.fetchone()[0]
        return taken

    def gone_back(self) -> list[int]:
        sql = f"SELECT {not_ordered_again('r')} FROM orders r WHERE kind <> 'purchase' ORDER BY id"
        return [row[0] for row in self.driver.execute(sql)]


@pytest.fixture
def shop() -> Iterator[Shop]:
    engine = create_engine("sqlite://", module=sqlite.dbapi)
    with engine.connect() as connection:
        orders.create(connection)
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite.Connection)
        yield Shop(driver)
    engine.dispose()


def test_an_order_is_cancelled_by_its_name_or_by_its_amount(shop: Shop) -> None:
    named, kept, taken = (shop.add("purchase", f"2026-11-{day}", amount) for day, amount in ((10, 5), (11, 6), (19, 7)))
    shop.add("cancellation", "2026-11-20", 5, of=named)
    shop.add("cancellation", "2026-11-20", 7)
    assert shop.cancelled() == [named, taken]
    assert kept not in shop.cancelled()


def test_what_takes_back_a_part_or_comes_too_late_cancels_nothing(shop: Shop) -> None:
    order = shop.add("purchase", "2026-05-01", 500)
    for part, of in ((200, order), (200, None)):
        shop.add("cancellation", "2026-05-02", part, of=of)
    late = shop.add("cancellation", "2026-09-01", 500)
    returned = shop.add("return", "2026-05-03", 500)
    assert shop.cancelled() == []
    assert shop.taken_by(late) is None and shop.taken_by(returned) is None


def test_what_is_ordered_again_on_the_day_of_the_cancellation_stands(shop: Shop) -> None:
    wrong = shop.add("purchase", "2026-11-18", time="15:00")
    cancellation = shop.add("cancellation", "2026-11-19", time="09:00")
    shop.add("purchase", "2026-11-19", time="09:10")
    assert shop.cancelled() == [wrong] and shop.taken_by(cancellation) == wrong


@pytest.mark.parametrize(
    ("events", "gone"),
    [
        ([("cancellation", 1, 1000), ("purchase", 3, 950)], [50]),
        ([("cancellation", 1, 1000), ("cancellation", 1, 1000), ("purchase", 3, 1000)], [1000, 0]),
        ([("cancellation", 1, 1000), ("purchase", 2, 1000), ("cancellation", 5, 1000), ("purchase", 6, 1000)], [0, 0]),
        ([("cancellation", 1, 900), ("cancellation", 2, 1000), ("purchase", 3, 950)], [900, 50]),
        # A weekly order of something else, and one that comes too late, are none of it.
        ([("cancellation", 1, 1000), ("purchase", 2, 200), ("purchase", 7, 200), ("purchase", 9, 1000)], [1000]),
        ([("return", 1, 1000), ("purchase", 2, 1000)], [1000]),
    ],
)
def test_what_is_ordered_anew_in_place_of_a_cancelled_order_is_counted_once(
    shop: Shop, events: list[tuple[str, int, int]], gone: list[int]
) -> None:
    for kind, day, amount in events:
        shop.add(kind, f"2026-11-{day:02}", amount)
    assert shop.gone_back() == gone


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 2), st.integers(1, 2)), max_size=12))
def test_each_cancellation_takes_the_newest_order_of_its_amount_that_still_stands(
    shop: Shop, events: list[tuple[bool, int, int]]
) -> None:
    shop.driver.execute("DELETE FROM orders")
    standing: dict[int, list[int]] = {1: [], 2: []}
    taken = []
    for cancels, day, amount in sorted(events, key=lambda one: (one[1], one[0])):
        row = shop.add("cancellation" if cancels else "purchase", f"2026-11-1{day}", amount)
        if not cancels:
            standing[amount].append(row)
        elif standing[amount]:
            taken.append(standing[amount].pop())
            assert shop.taken_by(row) == taken[-1]
        else:
            assert shop.taken_by(row) is None
    assert shop.cancelled() == sorted(taken)
