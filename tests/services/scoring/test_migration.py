"""Moves between segments: counted over the whole book at each full scoring, and read without numbers of arrays."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.values.migration import MigrationReport
from models.values.scores import SEGMENTS
from services.pipeline import do_round
from services.scoring import last_migration, score_due, segments
from services.scoring.events import day_number, read_events
from services.scoring.features import features_at
from services.scoring.ledger import Ledger
from services.scoring.segments import MIGRATION_DAYS, Membership, Moves, replay
from tests.services.scoring.books import Book, simulated_orders

FIRST, LAST = date(2025, 1, 1), date(2026, 11, 21)
COUNTS = st.lists(st.lists(st.integers(0, 50), min_size=10, max_size=10), min_size=10, max_size=10)


def filled(book: Book, customers: int = 80) -> Book:
    book.add_customers(customers)
    book.add_orders(simulated_orders(customers, FIRST, LAST, seed=4))
    return book


def test_a_full_scoring_keeps_who_moved_from_where_to_where(book: Book) -> None:
    assert last_migration(filled(book).workspace) is None
    run = score_due(book.workspace)
    report = last_migration(book.workspace)
    assert report is not None
    assert (report.as_of, report.days) == (run.as_of, MIGRATION_DAYS)
    assert date.fromisoformat(report.since) + timedelta(days=MIGRATION_DAYS) == date.fromisoformat(report.as_of)
    segments = [row["segment"] for row in book.scores().values()]
    for one in report.segments:
        assert one.now == segments.count(one.segment)
        assert one.share is None or 0 <= one.share <= 1
    assert sum(one.customers for one in report.moves) == sum(segment is not None for segment in segments)
    assert 0 < (report.stability or 0) <= 1


def test_it_is_kept_once_a_day_and_not_after_a_few_changes(book: Book) -> None:
    score_due(filled(book).workspace)
    score_due(book.workspace, force_all=True)
    before = rows(book)
    assert len(before) == 1
    book.add("customers", [{"id": 500, "name": "New"}])
    do_round(book.workspace)
    assert rows(book) == before


def rows(book: Book) -> list[tuple[str, str]]:
    with book.workspace.store.read() as connection:
        found = connection.exec_driver_sql("SELECT as_of, report FROM score_reports WHERE kind = 'migration'")
        return [(row[0], row[1]) for row in found]


def test_the_segments_of_then_are_those_that_were_scored_then(book: Book) -> None:
    with filled(book).workspace.store.read() as connection:
        events = read_events(connection, LAST, currency="USD")
    day = day_number(LAST)
    ledger = Ledger(events, day)
    gap = features_at(ledger).usual_gap
    worth = np.linspace(0, 2, gap.size)
    now = replay(ledger, gap, worth)
    then = replay(Ledger(events, day - MIGRATION_DAYS), gap, worth)
    # Marks lie on fixed days, so looking back from today and scoring then differ by the year of marks at most.
    assert (now.earlier == then.now).mean() >= 0.95
    assert now.earlier.shape == now.now.shape


def test_the_margin_keeps_segments_stable(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    with filled(book, 200).workspace.store.read() as connection:
        events = read_events(connection, LAST, currency="USD")
    gap = features_at(Ledger(events, day_number(LAST))).usual_gap
    worth = np.linspace(0, 2, gap.size)

    def moved_in_a_year() -> int:
        days = range(day_number(LAST) - 364, day_number(LAST) + 1, 14)
        found = [replay(Ledger(events, day), gap, worth).now for day in days]
        return sum(int((one != other).sum()) for one, other in pairwise(found))

    with_margin = moved_in_a_year()
    monkeypatch.setattr(segments, "_MARGIN", 0.0)
    assert with_margin < 0.95 * moved_in_a_year()


@given(COUNTS)
def test_counts_add_up(counts: list[list[int]]) -> None:
    report = MigrationReport.of("2026-11-20", "2026-08-22", 90, counts)
    total = sum(map(sum, counts)) - counts[-1][-1]  # who had no segment and has none is not told
    assert sum(one.customers for one in report.moves) == total
    assert sum(one.now for one in report.segments) == sum(sum(row[:-1]) for row in counts)
    assert sum(one.before for one in report.segments) == sum(map(sum, counts[:-1]))
    had, kept = sum(map(sum, counts[:-1])), sum(counts[at][at] for at in range(9))
    assert report.stability == (kept / had if had else None)
    assert report.joined == sum(counts[-1][:-1])
    assert MigrationReport.from_json(json.loads(json.dumps(report.as_json()))) == report


@given(st.lists(st.tuples(st.integers(-1, 8), st.integers(-1, 8)), max_size=60))
def test_parts_of_a_book_count_like_the_whole(pairs: list[tuple[int, int]]) -> None:
    def member(chosen: list[tuple[int, int]]) -> Membership:
        both = np.array(chosen, np.int64).reshape(-1, 2)
        nothing = np.full(len(chosen), -1)
        return Membership(both[:, 1], nothing, nothing, both[:, 0])

    whole, parts = Moves(), Moves()
    whole.add(member(pairs))
    for start in range(0, len(pairs), 7):
        parts.add(member(pairs[start : start + 7]))
    assert (whole.counts == parts.counts).all()
    assert whole.counts.sum() == len(pairs)


@pytest.mark.parametrize(
    ("counts", "said"),
    [({}, "No customer had a segment 90 days before."), ({(7, 7): 8, (7, 5): 2}, "80\N{NARROW NO-BREAK SPACE}%")],
)
def test_it_says_what_matters(counts: dict[tuple[int, int], int], said: str) -> None:
    table = [[counts.get((row, column), 0) for column in range(10)] for row in range(10)]
    words = MigrationReport.of("2026-11-20", "2026-08-22", 90, table).words()
    assert said in words
    if counts:
        assert words.endswith(f"Most moves: 2 from {SEGMENTS[7]} to {SEGMENTS[5]}.")


def test_the_window_reads_it_without_arrays() -> None:
    ask = "import sys, services.scoring as s, services.scoring.migration, services.scoring.overrides"
    done = subprocess.run([sys.executable, "-c", f"{ask}; sys.exit('numpy' in sys.modules)"], check=False, timeout=600)
    assert done.returncode == 0
