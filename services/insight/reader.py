"""What every query of this room is given: one unchanging state of the book, the policy, and the moment.

Queries are text and run on the driver's own connection: the first page of a book must not wait for anything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any, cast

from models import sqlite
from models.values import words
from models.values.alerts import Lacks
from models.values.money import exponent
from services.book.unscored import is_stale
from services.settings import Policy, reporting_currency
from services.settings.local_zone import this_computers_zone
from services.workspace import Clock, FixedClock, Workspace


@dataclass(frozen=True)
class Reader:
    """A state of the book with the moment at which it is looked at.

    Attributes
    ----------
    driver
        The connection; it is in a read transaction.
    now, today, zone
        The present moment (UTC), the calendar day and the zone of this computer.
    currency
        The reporting currency: sums are in it.
    me, login
        The person at work as they are called, and as they log in: "yours" is what either owns.
    """

    driver: sqlite.Connection
    policy: Policy
    now: datetime
    today: date
    zone: tzinfo
    currency: str
    me: str
    login: str = ""

    def rows(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[sqlite.Row]:
        """Return all rows of a query."""
        cursor = self.driver.cursor()
        cursor.row_factory = sqlite.Row
        return cursor.execute(sql, parameters).fetchall()

    def each(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[sqlite.Row]:
        """Return the rows of a query one by one: for those that are too many to hold."""
        cursor = self.driver.cursor()
        cursor.row_factory = sqlite.Row
        return cast("Iterator[sqlite.Row]", cursor.execute(sql, parameters))

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite.Row | None:
        """Return the first row of a query, or None."""
        cursor = self.driver.cursor()
        cursor.row_factory = sqlite.Row
        return cast("sqlite.Row | None", cursor.execute(sql, parameters).fetchone())

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """Return the first value of a query's first row, None without one."""
        found = self.driver.execute(sql, parameters).fetchone()
        return None if found is None else found[0]

    @cached_property
    def as_of(self) -> date | None:
        """The day through which the scores know the book; None before the first scoring."""
        return words.day_of(self.value("SELECT as_of FROM customer_risk_scores LIMIT 1"))

    @cached_property
    def unscored(self) -> bool:
        """Whether something came into the book that may move its scores and alerts, and is not in them yet."""
        return is_stale(self.driver)

    @cached_property
    def lacks(self) -> Lacks:
        """What the book lacks before an empty queue is an all-clear."""
        if not self.value("SELECT EXISTS (SELECT 1 FROM customers)"):
            return "customers"
        if self.unscored:
            return "scoring"
        judged = "SELECT 1 FROM customer_risk_scores WHERE churn_risk IS NOT NULL OR left_on IS NOT NULL"
        return "" if self.value(f"SELECT EXISTS (SELECT 1 FROM alerts) OR EXISTS ({judged})") else "history"

    @property
    def present(self) -> date:
        """The day that "days since" count to: the book's as-of day, else today."""
        return self.as_of or self.today

    def days_since(self, day: date | None) -> int:
        """Return the days from one to the as-of day; 0 of what was done here since then, and of no day."""
        return max(0, (self.present - day).days) if day is not None else 0

    @property
    def at(self) -> str:
        """The present moment as the store writes moments."""
        return words.stored(self.now)

    def local_day(self, moment: datetime) -> date:
        """Return the calendar day of a moment on this computer."""
        return moment.astimezone(self.zone).date()

    def converted(self, amount_minor: int, currency: str | None) -> int | None:
        """Return an amount in the reporting currency, None where the policy has no rate for it."""
        if not currency or currency == self.currency:
            return amount_minor
        rate = self.policy.rate_of(currency)
        if rate is None:
            return None
        exact = words.major(amount_minor, currency) * rate
        scaled = exact.scaleb(exponent(self.currency)).quantize(Decimal(1), ROUND_HALF_UP)
        return int(scaled)

    def money(self, amount_minor: int, currency: str | None = None) -> str:
        """Return whole units in words, by default in the reporting currency."""
        return words.money(amount_minor, currency or self.currency)

    def day(self, value: date) -> str:
        """Return a day in words, as seen from today."""
        return words.day(value, self.today)

    def ahead(self, day: date) -> str:
        """Return when a day to come is, ``tomorrow`` or ``in 4 days``; where the data end before today, ``25 Nov``.

        What is past is counted to the as-of day, and nobody should have to count from two days at once.
        """
        return words.within((day - self.today).days) if self.present == self.today else self.day(day)

    def owned(self, owner: str | None) -> str:
        """Return whose customer it is: ``yours``, the owner's name, ``no owner``."""
        return "yours" if self.is_mine(owner) else owner or "no owner"

    def is_mine(self, owner: str | None) -> bool:
        """Return whether an owner, or who wrote something, is the person at work."""
        return bool(owner) and owner in (self.me, self.login)


@contextmanager
def reading(workspace: Workspace) -> Iterator[Reader]:
    """Yield a reader of the workspace's book; all its queries see the same state."""
    with workspace.store.snapshot() as connection:
        yield Reader(
            driver=connection,
            policy=workspace.policy,
            now=workspace.clock.now().astimezone(UTC),
            today=workspace.clock.today(),
            zone=zone_of(workspace.clock),
            currency=reporting_currency(connection, workspace.policy),
            me=workspace.person,
            login=workspace.login,
        )


def zone_of(clock: Clock) -> tzinfo:
    """Return the zone in which moments are shown: a fixed clock's own, else this computer's."""
    if isinstance(clock, FixedClock) and clock.moment.tzinfo is not None:
        return clock.moment.tzinfo
    return this_computers_zone()


def marks(values: Sequence[Any]) -> str:
    """Return ``?,?,?`` for as many values."""
    return ",".join("?" * len(values))
