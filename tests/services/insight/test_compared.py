"""The customer's figures beside the segment's median: those of the catalogue, and of a count by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median

import pytest

from models import sqlite
from models.values.metrics import Condition, Query
from models.values.words import in_unit
from services.insight import medians_of
from services.metrics import Metrics
from services.workspace import Workspace
from tests.views.books import opened, sample_copy


@pytest.fixture
def workspace(store_path: Path) -> Iterator[Workspace]:
    made = opened(sample_copy(store_path))
    yield made
    made.close()


def query(path: Path, sql: str) -> list[tuple[int, float]]:
    with closing(sqlite.connect(path)) as driver:
        return driver.execute(sql).fetchall()


def test_each_figure_is_that_of_the_catalogue_and_its_median_that_of_the_segment(
    workspace: Workspace, store_path: Path
) -> None:
    segments = dict(query(store_path, "SELECT customer_id, segment FROM customer_risk_scores"))
    spent: dict[int, float] = defaultdict(float)
    sign = "CASE kind WHEN 'purchase' THEN amount_minor ELSE -abs(amount_minor) END"
    for customer, amount in query(store_path, f"SELECT customer_id, {sign} FROM orders WHERE amount_minor <> 0"):
        spent[customer] += amount
    rated: dict[int, list[float]] = defaultdict(list)
    for customer, rating in query(store_path, "SELECT customer_id, rating FROM reviews"):
        rated[customer].append(rating)
    metrics, medians = Metrics(workspace), medians_of(workspace)
    seen = 0
    for customer in sorted(rated)[:8]:
        found = medians.compare(customer)
        lines = dict(line.split(" · ", 1) for line in found.lines)
        own = (Condition("customer_number", "=", customer),)
        total = metrics.answer(Query(("revenue",), where=own)).totals["revenue"]
        peers = [one for one in spent if segments.get(one) == segments[customer]]
        assert found.segment == segments[customer]
        assert lines["Total spend"].startswith(in_unit(total, "money", "USD"))  # type: ignore[arg-type]
        if len(peers) >= 3:
            said = f"median {in_unit(median(spent[one] for one in peers), 'money', 'USD')}"
            assert lines["Total spend"].endswith(said)
        means = [sum(each) / len(each) for one, each in rated.items() if segments.get(one) == segments[customer]]
        if len(means) >= 3:
            mine = sum(rated[customer]) / len(rated[customer])
            assert lines["Reviews"] == f"{mine:.1f}, median {median(means):.1f}"
            seen += 1
    assert seen


def test_who_has_nothing_has_no_figures_and_the_medians_are_kept_for_a_state_of_the_book(
    workspace: Workspace, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Query] = []
    answer = Metrics.answer

    def counting(self: Metrics, query: Query, *more: object) -> object:
        asked.append(query)
        return answer(self, query, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(Metrics, "answer", counting)
    medians = medians_of(workspace)
    customers = [row[0] for row in query(store_path, "SELECT customer_id, 0 FROM customer_risk_scores"
                 " WHERE segment = (SELECT segment FROM customer_risk_scores LIMIT 1)")]  # fmt: skip
    medians.compare(customers[0])
    first = sum(one.by == ("customer",) for one in asked)
    medians.compare(customers[1])
    assert first == 6 and sum(one.by == ("customer",) for one in asked) == first
    nobody = medians.compare(10**9)
    assert (nobody.segment, nobody.lines, nobody.about) == ("", (), ())
