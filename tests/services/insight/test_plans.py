"""What keeps the pages quick on a large book: every hot query walks an index, and each call asks few questions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from models import sqlite
from models.values.alerts import QueueFilter
from models.values.customers import CustomerFilter
from services.insight.customers import count_customers, find_customers, read_choices, read_customers
from services.insight.detail import read_detail
from services.insight.freshness import read_freshness
from services.insight.profile import read_profile
from services.insight.queue_rows import read_queue
from services.insight.reader import Reader, reading
from services.insight.tile_figures import read_outcome_tiles, read_today_tiles
from services.insight.timeline_rows import all_sources, read_timeline
from services.workspace import Recipe, Workspace, open_workspace
from tests.benchmarks.big_book import BigBook, big_book
from tests.services.insight.conftest import NOW

#: Tables that grow with the book; a walk over their rows (not over an index of theirs) is a fault on a hot path.
BIG = {
    "customers", "c", "identities", "orders", "o", "order_lines", "l", "tickets", "reviews", "email_events",
    "activities", "opportunities", "stage_changes", "h", "surveys", "conversations", "customer_risk_scores", "s", "t",
    "score_history", "journal_payloads", "p", "w", "alerts", "a", "alert_signals", "g", "notes",
}  # fmt: skip

HOT: dict[str, tuple[Callable[[Reader], Any], int]] = {
    # One asks for the newest alert: whether alerts came, or only their order changed.
    "queue": (read_queue, 17),
    "queue, filtered": (lambda reader: read_queue(reader, "todo", QueueFilter(text="marlow", need_today=True)), 20),
    "queue, done": (lambda reader: read_queue(reader, "done", QueueFilter(done_days=30)), 11),
    "tiles of today": (read_today_tiles, 12),
    "tiles of outcomes": (read_outcome_tiles, 8),
    "freshness": (read_freshness, 15),
    "detail": (lambda reader: read_detail(reader, 1, order=(1,)), 47),
    # One for each kind, entities that declare one included.
    "timeline": (lambda reader: read_timeline(reader, 5), 6 + len(all_sources())),
    "profile": (lambda reader: read_profile(reader, 5), 32),
    "customers": (lambda reader: read_customers(reader), 6),
    "customers by name": (lambda reader: read_customers(reader, None, "name", descending=False), 6),
    "customers, second page": (lambda reader: read_customers(reader, after=(1000, 77)), 8),  # into those who came once
    "customers, text": (lambda reader: read_customers(reader, CustomerFilter(text="marl pi")), 9),
    "customers, one letter": (lambda reader: read_customers(reader, CustomerFilter(text="m")), 9),
    "customers, nothing found": (lambda reader: read_customers(reader, CustomerFilter(text="zzz")), 9),
    "customers, filtered": (
        lambda reader: read_customers(
            reader,
            CustomerFilter(
                tiers=frozenset({"Gold"}),
                owners=frozenset({""}),
                churn_from=0.5,
                open_alert=True,
                renews_within_days=60,
            ),
        ),
        12,
    ),
    "count": (lambda reader: count_customers(reader, CustomerFilter(regions=frozenset({"West"}))), 6),
    "choices": (read_choices, 4),
    "search": (lambda reader: find_customers(reader, "C0001"), 9),
}


@pytest.fixture(scope="module")
def large() -> Iterator[Workspace]:
    path = big_book(BigBook(customers=3_000, orders=20_000, alerts=200))
    workspace = open_workspace(Recipe(str(path), "Ada Lindqvist", NOW))
    yield workspace
    workspace.close()


@pytest.mark.parametrize("name", HOT)
def test_a_hot_query_walks_an_index_and_asks_little(large: Workspace, name: str) -> None:
    query, most = HOT[name]
    with reading(large) as reader:
        asked: list[str] = []
        reader.driver.set_trace_callback(asked.append)
        try:
            query(reader)
        finally:
            reader.driver.set_trace_callback(None)
        statements = [text for text in asked if not text.startswith("--")]
        assert 0 < len(statements) <= most, f"{len(statements)} queries"
        for statement in statements:
            # The first row of a table is no walk through it.
            if not re.fullmatch(r"SELECT \w+ FROM \w+ LIMIT 1", statement):
                assert _walks(reader.driver, statement) == [], statement


def _walks(driver: sqlite.Connection, statement: str) -> list[str]:
    """Return the steps of a statement's plan that read a big table from its first row to its last."""
    # The first row of a table is no walk through it.
    statement = re.sub(r"\(SELECT \w+ FROM \w+ LIMIT 1\)", "NULL", statement)
    plan = [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}")]
    return [step for step in plan if (found := re.match(r"SCAN (\w+)$", step)) and found[1] in BIG]


def test_the_store_has_the_indexes_that_lists_are_walked_by(large: Workspace) -> None:
    from services.insight.customers import _SORTS

    with reading(large) as reader:
        known = {row[0] for row in reader.driver.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    assert {sort.index for sort in _SORTS.values()} <= known


def test_the_made_up_book_is_the_same_every_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    small = BigBook(customers=50, orders=400, alerts=10)
    sums = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / folder))
        driver = sqlite.connect(big_book(small))
        sums.append(driver.execute("SELECT COUNT(*), SUM(amount_minor), MAX(ordered_on) FROM orders").fetchone())
        sums.append(
            driver.execute("SELECT SUM(churn_risk), SUM(value_at_risk_minor) FROM customer_risk_scores").fetchone()
        )
        driver.close()
    assert sums[:2] == sums[2:] and sums[0][0] >= 350
