"""A made-up book of any size, written straight into the store's tables: for benches of the window and its queries.

Deterministic by its parameters and kept in a folder for temporary files, so that a second bench does not wait. It
goes around the importer on purpose: what it measures is reading. It holds scores, history and alerts as the rooms
would write them; figures of one customer agree with its orders.

    python -m tests.benchmarks.big_book [--customers N] [--orders N] [--alerts N]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from models import sqlite
from models.queries.emails import FILL_EMAILS
from models.store import connect, open_store
from models.store.schema import schema_ddl

TIERS = ("Gold", "Silver", "Platinum", "Bronze")
REGIONS = ("Northwest", "West", "Midwest", "South", "Northeast", "Europe")
OWNERS = ("Ada Lindqvist", "West team", "Key accounts", "Tomas Reyes", "June Okoye", None)
SEGMENTS = ("New", "Promising", "Loyal", "Champion", "Cooling VIP", "At risk", "Hibernating", "Lost", "One-time")
STANDINGS = {"Hibernating": "win_back", "Lost": "lost"}
STEMS = ("Marlow", "Pike", "Harbor", "Delacroix", "Brightwell", "Okafor", "Sundqvist", "Tanaka", "Northgate", "Ashford")
ENDS = (
    "Outfitters",
    "Interiors",
    "Dental Group",
    "Studio",
    "Foods",
    "Print Works",
    "Cycles",
    "Optics",
    "Marine",
    "Café",
)
CITIES = ("Portland", "Seattle", "Denver", "Austin", "Boston", "Leeds", "Malmö", "Lyon")
STAGES = ("Identified", "Qualified", "Proposal", "Negotiation", "Won", "Lost")
RULES = ("gap_beyond_usual", "likely_to_leave", "unhappy_tickets", "engagement_below", "deal_stalled", "ready_for_more")


@dataclass(frozen=True)
class BigBook:
    """How large the book is.

    Attributes
    ----------
    as_of
        The last day of its data.
    scored
        With scores, history and alerts.
    tickets, emails
        How many a customer has; one email in four has a second event.
    """

    customers: int = 100_000
    orders: int = 1_000_000
    alerts: int = 6_000
    as_of: str = "2026-11-20"
    seed: int = 7
    version: int = 3
    scored: bool = True
    tickets: float = 0.6
    emails: float = 2.0

    @property
    def path(self) -> Path:
        """Return where this book is kept, named by its parameters."""
        made_of = json.dumps([asdict(self), schema_ddl()], sort_keys=True)
        key = hashlib.sha256(made_of.encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"bellwether-big-{os.getuid()}" / f"{self.customers}-{key}.bellwether"


def big_book(book: BigBook = BigBook()) -> Path:
    """Return the path of the book, building it where it is not there yet."""
    if book.path.exists():
        return book.path
    book.path.parent.mkdir(mode=0o700, exist_ok=True)
    half = book.path.with_suffix(f".half-{os.getpid()}")
    half.unlink(missing_ok=True)
    open_store(half).close()
    connection = connect(half)
    try:
        _fill(connection, book)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    half.replace(book.path)
    return book.path


def _fill(connection: sqlite.Connection, book: BigBook) -> None:
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    # The search index and emails follow by triggers; one rebuild is quicker than a million of them.
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    world = _World(book)
    for table, columns, rows in world.tables():
        marks = ",".join("?" * len(columns.split(",")))
        connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
    for _, statement in (*indexes, *triggers):
        connection.execute(statement)
    connection.execute("INSERT INTO customers_search(customers_search) VALUES ('rebuild')")
    connection.execute(FILL_EMAILS)
    connection.execute("COMMIT")


Rows = Iterable[tuple[Any, ...]]


class _World:
    """The made-up facts, vectorised; each table is a generator of tuples."""

    def __init__(self, book: BigBook) -> None:
        self.book = book
        self.random = np.random.default_rng(book.seed)
        self.end = date.fromisoformat(book.as_of)
        self.days = [(self.end - timedelta(days=back)).isoformat() for back in range(1500)]
        n, random = book.customers, self.random
        share = random.gamma(0.8, 1.0, n) + 0.02
        counts = np.maximum(1, (share / share.sum() * book.orders).round().astype(int))
        self.order_customer = np.repeat(np.arange(1, n + 1), counts)
        silent = (random.random(n) ** 3 * 400).astype(int)
        total = int(counts.sum())
        tenure = 30 + random.integers(0, 1000, n)
        self.order_back = np.repeat(silent, counts) + (random.random(total) * np.repeat(tenure, counts)).astype(int)
        level = np.exp(random.normal(9.2, 0.7, n))
        self.order_amount = (np.repeat(level, counts) * np.exp(random.normal(0, 0.35, total))).astype(int) + 100
        starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
        self.counts = counts
        self.last_back = np.minimum.reduceat(self.order_back, starts)
        self.first_back = np.maximum.reduceat(self.order_back, starts)
        self.spend = np.add.reduceat(self.order_amount, starts)
        self.gap = np.maximum(3, (self.first_back - self.last_back) / np.maximum(1, counts - 1))
        self.churn = np.clip(1 - np.exp(-self.last_back / (3 * self.gap)) + random.normal(0, 0.05, n), 0.01, 0.99)
        self.stays = (self.spend / np.maximum(120, self.first_back) * 365).astype(int)
        self.at_risk = (self.churn * self.stays).astype(int)
        self.engagement = np.clip(100 - 70 * self.churn + random.normal(0, 8, n), 0, 100)
        self.segment = random.integers(0, len(SEGMENTS), n)
        self.tier = random.integers(0, len(TIERS), n)
        self.owner = random.integers(0, len(OWNERS), n)
        self.open_alerts = np.sort(random.choice(n, min(book.alerts, n), replace=False))

    def tables(self) -> Iterator[tuple[str, str, Rows]]:
        """Yield each table's name, its columns and its rows."""
        yield (
            "customers",
            "id,source,external_id,import_id,name,email,phone,company,city,region,country,tier,owner,"
            "signed_up_on,email_consent,email_consent_since",
            self._customers(),
        )
        yield "contracts", "customer_id,source,external_id,import_id,ends_on", self._contracts()
        yield "identities", "customer_id,kind,source,value,confidence,import_id", self._identities()
        yield (
            "orders",
            "id,customer_id,source,external_id,import_id,ordered_on,ordered_at,amount_minor,currency,channel,kind",
            self._orders(),
        )
        yield (
            "tickets",
            "customer_id,source,external_id,import_id,subject,kind,status,sentiment,opened_on,resolved_on,satisfaction",
            self._tickets(),
        )
        yield (
            "reviews",
            "customer_id,source,external_id,import_id,product_name,rating,title,reviewed_on",
            self._reviews(),
        )
        yield (
            "email_events",
            "customer_id,source,external_id,import_id,message,campaign,kind,happened_on",
            self._emails(),
        )
        yield (
            "opportunities",
            "customer_id,source,external_id,import_id,name,stage,amount_minor,currency,opened_on,closes_on",
            self._deals(),
        )
        yield (
            "imports",
            "file_name,file_path,file_sha256,file_bytes,source,recognised_as,started_at,finished_at,seconds,actor,"
            "rows_read,rows_inserted,rows_updated,rows_unchanged,rows_rejected,rows_ignored,receipt,journal_id",
            self._imports(),
        )
        if self.book.scored:
            yield from self._computed()

    def _computed(self) -> Iterator[tuple[str, str, Rows]]:
        """Yield what the program works out of the facts."""
        yield "customer_risk_scores", ",".join(_SCORE_COLUMNS), self._scores()
        yield (
            "score_history",
            "customer_id,as_of,engagement,health,churn_risk,clv_minor,value_at_risk_minor,segment,model",
            self._history(),
        )
        yield (
            "alerts",
            "id,customer_id,kind,rule,severity,state,reason,value_at_risk_minor,upside_minor,expected_value_minor,"
            "currency,churn_risk,opened_at,opened_as_of,due_at,until,owner,outcome,closed_at,closed_by,in_time,touched",
            self._alerts(),
        )
        yield (
            "alert_signals",
            "alert_id,customer_id,rule,severity,reason,measure,raised_at,raised_as_of",
            self._signals(),
        )
        yield "tasks", "customer_id,alert_id,title,due_on,owner,created_at", self._tasks()

    def _name(self, i: int) -> str:
        first, second = STEMS[i % 10], STEMS[(i // 10) % 10]
        return f"{first} & {second} {ENDS[(i // 100) % 10]} {i // 1000}"

    def _customers(self) -> Rows:
        consent = self.random.integers(0, 4, self.book.customers)
        for i in range(self.book.customers):
            name, city = self._name(i), CITIES[i % 8]
            yield (
                i + 1, "crm", f"C{i + 1:06d}", 1, name, f"orders{i}@{STEMS[i % 10].lower()}.example",
                f"+1 503 555 {i % 10000:04d}", name, city, REGIONS[i % 6], "US", TIERS[self.tier[i]],
                OWNERS[self.owner[i]], self.days[min(1499, int(self.first_back[i]))],
                ("given", "given", "unknown", "withdrawn")[consent[i]], self.days[600],
            )  # fmt: skip

    def _contracts(self) -> Rows:
        for i in range(0, self.book.customers, 40):
            yield i + 1, "crm", f"customer:C{i + 1:06d}", 1, self.days[0][:5] + f"12-{1 + i % 28:02d}"

    def _identities(self) -> Rows:
        for i in range(self.book.customers):
            yield i + 1, "external_id", "crm", f"C{i + 1:06d}", "exact", 1
            if i % 3 == 0:
                yield i + 1, "external_id", "shop", f"S{i + 1}", "exact", 2

    def _orders(self) -> Rows:
        channels = ("web", "store", "phone")
        people, backs, amounts = self.order_customer.tolist(), self.order_back.tolist(), self.order_amount.tolist()
        for i, (customer, back, amount) in enumerate(zip(people, backs, amounts, strict=True)):
            day = self.days[min(back, 1499)]
            yield (
                i + 1, customer, "shop", str(i + 1), 2, day, f"{day}T12:00:00Z", amount, "USD", channels[i % 3],
                "purchase",
            )  # fmt: skip

    def _some(self, share: float) -> tuple[list[int], list[int]]:
        size = int(self.book.customers * share)
        who = self.random.integers(1, self.book.customers + 1, size)
        return who.tolist(), self.random.integers(0, 700, size).tolist()

    def _tickets(self) -> Rows:
        subjects = ("Late delivery", "Wrong size", "Invoice question", "Broken zip")
        for i, (customer, back) in enumerate(zip(*self._some(self.book.tickets), strict=True)):
            closed = i % 9 != 0 or back > 60
            yield (
                customer, "desk", f"T{i}", 3, subjects[i % 4], "question", "solved" if closed else "open",
                -0.6 if i % 3 == 0 else 0.4, self.days[back], self.days[max(0, back - 2)] if closed else None,
                1 + i % 5 if closed else None,
            )  # fmt: skip

    def _reviews(self) -> Rows:
        for i, (customer, back) in enumerate(zip(*self._some(0.4), strict=True)):
            rating = 1 + i % 5
            yield customer, "shop", f"R{i}", 4, "Rain jacket", rating, "Great fit, fast exchange", self.days[back]

    def _emails(self) -> Rows:
        for i, (customer, back) in enumerate(zip(*self._some(self.book.emails), strict=True)):
            name = f"Newsletter {back // 14}"
            yield customer, "mail", f"E{i}s", 5, f"M{i}", name, "sent", self.days[back + 18]
            if i % 4 == 0:
                kind = "clicked" if i % 8 == 0 else "opened"
                yield customer, "mail", f"E{i}o", 5, f"M{i}", name, kind, self.days[back + 17]

    def _deals(self) -> Rows:
        for i, (customer, back) in enumerate(zip(*self._some(0.2), strict=True)):
            yield (
                customer, "crm", f"D{i}", 1, "Winter restock", STAGES[i % 6], 20_000 + 37 * i % 900_000, "USD",
                self.days[back], self.days[max(0, back - 60)],
            )  # fmt: skip

    def _scores(self) -> Rows:
        scored_at = f"{self.book.as_of}T08:48:00Z"
        rhythm = self.random.integers(0, 9, (self.book.customers, 16))
        for i in range(self.book.customers):
            stays, churn, at_risk = int(self.stays[i]), float(self.churn[i]), int(self.at_risk[i])
            last, gap = int(self.last_back[i]), float(self.gap[i])
            drivers = [
                {"code": "gap", "phrase": "gap", "figures": [last, round(gap), True, False],
                 "points": round(60 * churn), "kind": "raises"},
                {"code": "orders", "phrase": "orders", "figures": [int(self.counts[i]), 4, False],
                 "points": -round(20 * (1 - churn)), "kind": "lowers"},
            ]  # fmt: skip
            yield (
                i + 1, self.book.as_of, float(self.engagement[i]), float(min(100, self.engagement[i] + 8)), 5, churn,
                90, stays - at_risk // 2, int(stays * 0.4), int(stays * 1.3), stays, 12, "USD", at_risk,
                int(at_risk * 0.7), int(at_risk * 1.35), SEGMENTS[self.segment[i]],
                SEGMENTS[(self.segment[i] + 2) % 9], self.days[80],
                "falling" if churn > 0.5 else "steady", "low" if self.counts[i] == 1 else "high", "[]",
                json.dumps(drivers), "mbg_nbd/1", scored_at, int(self.counts[i]), int(self.counts[i]),
                self.days[min(1499, int(self.first_back[i]))], self.days[min(1499, last)],
                int(self.spend[i] // self.counts[i]), last, gap, int(self.spend[i]), stays,
                json.dumps(rhythm[i].tolist()), STANDINGS.get(SEGMENTS[self.segment[i]], "active"),
            )  # fmt: skip

    def _history(self) -> Rows:
        steps = [(back, self.days[back]) for back in (90, 60, 30, 7, 0)]
        for i in range(self.book.customers):
            engagement, churn, at_risk = float(self.engagement[i]), float(self.churn[i]), int(self.at_risk[i])
            for back, day in steps:
                drift = 1 - back / 400
                yield (
                    i + 1, day, min(100.0, engagement / drift), min(100.0, engagement / drift), churn * drift,
                    int(self.stays[i]), int(at_risk * drift), SEGMENTS[self.segment[i]], "mbg_nbd/1",
                )  # fmt: skip

    def _alerts(self) -> Rows:
        opened = datetime.fromisoformat(f"{self.book.as_of}T08:02:00")
        for k, who in enumerate(self.open_alerts.tolist()):
            rule = k % len(RULES)
            severity = (3, 4, 3, 2, 2, 1)[rule] if k % 40 else 4
            if severity == 4 and k % 40:
                severity = 3
            state = ("open", "open", "seen", "in_work", "open", "waiting", "snoozed", "resolved")[k % 8]
            closed = state == "resolved"
            born = opened - timedelta(days=k % 50) if closed else opened
            due = born + timedelta(minutes=30 + 97 * (k % 120))
            reason = self._reason(RULES[rule], who)
            upside = int(self.stays[who] // 3) if rule == 5 else 0
            at_risk = 0 if rule == 5 else int(self.at_risk[who])
            end = (born + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
            yield (
                k + 1, who + 1, "opportunity" if rule == 5 else "risk", RULES[rule], severity, state, reason, at_risk,
                upside, at_risk or upside, "USD", float(self.churn[who]), born.strftime("%Y-%m-%dT%H:%M:%SZ"),
                self.book.as_of, due.strftime("%Y-%m-%dT%H:%M:%SZ"),
                (born + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ") if state in ("waiting", "snoozed") else None,
                OWNERS[self.owner[who]], ("came_back", "saved", "no_issue")[k // 8 % 3] if closed else None,
                end if closed else None, "person" if closed else None, k // 8 % 5 > 0 if closed else None,
                int(state in ("in_work", "waiting", "resolved")),
            )  # fmt: skip

    def _signals(self) -> Rows:
        at = f"{self.book.as_of}T08:02:00Z"
        for k, who in enumerate(self.open_alerts.tolist()):
            for rule, severity, measure in ((RULES[k % 6], 3, 3.5), (RULES[(k + 3) % 6], 2, 41.0)):
                if severity == 3 or k % 3 == 0:
                    yield k + 1, who + 1, rule, severity, self._reason(rule, who), measure, at, self.book.as_of

    def _reason(self, rule: str, who: int) -> str:
        """The reason of an alert as the store keeps it."""
        text, figures = {
            "gap_beyond_usual": ("", {"days_since_order": int(self.last_back[who]), "usual_gap": int(self.gap[who])}),
            "likely_to_leave": ("", {"churn_risk": float(self.churn[who]), "churn_horizon": 90, "value_at_risk": 100}),
            "unhappy_tickets": ("", {"unhappy_tickets_60d": 2}),
            "engagement_below": ("", {"engagement": round(self.engagement[who])}),
            "deal_stalled": ("untouched", {"deal_named": "Proposal", "deal_age": int(self.last_back[who])}),
            "ready_for_more": ("activity", {"activity_growth": 0.6}),
        }[rule]
        return json.dumps({"rule": rule, "text": text, "figures": figures, "currency": "USD"})

    def _tasks(self) -> Rows:
        for k, who in enumerate(self.open_alerts[::5].tolist()):
            due = (self.end + timedelta(days=k % 9 - 1)).isoformat()
            yield who + 1, 5 * k + 1, "Call the store manager", due, OWNERS[0], f"{self.book.as_of}T08:30:00Z"

    def _imports(self) -> Rows:
        at = f"{self.book.as_of}T08:47:00Z"
        for number, source in enumerate(("crm", "shop", "desk", "shop", "mail"), start=1):
            yield (
                f"{source}.csv", f"/exports/{source}.csv", f"{number:064d}", 1, source, source, at, at, 1.0, "Ada",
                1, 1, 0, 0, 0, 0, "{}", number,
            )  # fmt: skip


_SCORE_COLUMNS = (
    "customer_id", "as_of", "engagement", "health", "health_coverage", "churn_risk", "churn_horizon_days", "clv_minor",
    "clv_low_minor", "clv_high_minor", "clv_if_stays_minor", "clv_horizon_months", "currency", "value_at_risk_minor",
    "value_at_risk_low_minor", "value_at_risk_high_minor", "segment", "segment_before", "segment_since", "trend",
    "confidence", "confidence_why", "drivers", "model", "scored_at", "purchase_days", "order_count", "first_order_on",
    "last_order_on", "last_order_amount_minor", "days_since_last_order", "usual_gap_days", "spend_total_minor",
    "spend_12m_minor", "sparkline", "standing",
)  # fmt: skip


def main() -> None:
    """Build the book and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("customers", "orders", "alerts"):
        parser.add_argument(f"--{name}", type=int, default=getattr(BigBook, name))
    started = time.perf_counter()
    path = big_book(BigBook(**vars(parser.parse_args())))
    print(f"{path}  {path.stat().st_size / 1e6:.0f} MB  {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
