"""What changed is told where it is more than chance, with the group that changed most."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from models import sqlite
from models.values.dashboards import Change, Filters, TileSpec
from services.metrics import Metrics, drill, the_catalogue, tile_answer
from services.metrics.dashboards import load_dashboard
from tests.views.books import opened, sample_copy

WATCHED = ["satisfied_share", "tickets", "revenue", "mean_satisfaction"]


def tile_of(*metrics: str) -> TileSpec:
    tile = {"title": "What changed", "form": "changes", "metrics": list(metrics), "parts": ["kind", "segment"]}
    (found,) = load_dashboard("one", {"title": "One", "rows": [[tile]]}, the_catalogue()).tiles
    return found


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return sample_copy(tmp_path / "sample.bellwether")


def rate(book: Path, rating: str) -> None:
    """Rate every ticket of the last half year; the first 60 of these 90 days and the first 60 of the days before."""
    with closing(sqlite.connect(book)) as driver, driver:
        driver.execute("UPDATE tickets SET satisfaction = NULL")
        last = driver.execute("SELECT max(ordered_on) FROM orders").fetchone()[0]
        for age in (0, 90):
            driver.execute(
                f"""WITH of AS (SELECT id, row_number() OVER (ORDER BY opened_on, id) AS place FROM tickets)
                    UPDATE tickets SET opened_on = date(:last, '-' || :age || ' days'), opened_at = NULL,
                           kind = CASE WHEN place % 2 THEN 'Delivery' ELSE 'Billing' END, satisfaction = {rating}
                      FROM of WHERE of.id = tickets.id AND place BETWEEN :age + 1 AND :age + 60""",
                {"last": last, "age": age + 10},
            )


def changes_of(book: Path, *metrics: str) -> Iterator[Change]:
    workspace = opened(book)
    try:
        yield from tile_answer(Metrics(workspace), tile_of(*metrics), Filters()).changes
    finally:
        workspace.close()


def test_a_fall_is_told_with_the_group_that_fell_most(book: Path) -> None:
    rate(book, "CASE WHEN :age < 90 AND place % 2 THEN 1 ELSE 5 END")
    first = next(changes_of(book, *WATCHED))
    assert (first.metric, first.good, first.now, first.before) == ("satisfied_share", False, 0.5, 1.0)
    assert first.part is not None
    assert (first.part.cell, first.part.now, first.part.before) == ((("kind", "Delivery"),), 0.0, 1.0)


def test_chance_is_no_change(book: Path) -> None:
    seeds = random.Random(7)
    told = 0
    for _ in range(20):
        rate(book, f"CASE WHEN abs(random() + {seeds.randrange(99)}) % 10 < 7 THEN 5 ELSE 2 END")
        told += sum(one.metric == "satisfied_share" for one in changes_of(book, "satisfied_share"))
    assert told <= 2


def test_without_a_comparison_nothing_is_told_to_have_changed(asking: Metrics) -> None:
    assert tile_answer(asking, tile_of(*WATCHED), Filters("all", None)).changes == ()
    assert tile_answer(asking, tile_of(*WATCHED), Filters("90d", None)).changes == ()


def test_the_rows_of_a_change_and_of_its_group_make_its_figure(book: Path) -> None:
    rate(book, "CASE WHEN :age < 90 AND place % 2 THEN 1 ELSE 5 END")
    workspace = opened(book)
    metrics, tile = Metrics(workspace), tile_of("satisfied_share", "revenue", "pipeline_value")
    told = set()
    for period in ("30d", "90d", "12m"):
        shown = tile_answer(metrics, tile, Filters(period))
        for one in shown.changes:
            for at in filter(None, (one, one.part)):
                way = drill(metrics, tile, shown.query, at.metric, dict(at.cell))
                assert metrics.rows(way.rows).figure == pytest.approx(at.now)
                told.add((at.metric, at.cell))
    workspace.close()
    assert {("satisfied_share", ()), ("satisfied_share", (("kind", "Delivery"),)), ("pipeline_value", ())} <= told


def test_customers_are_not_compared_as_their_scores_are_of_one_day(asking: Metrics) -> None:
    assert tile_answer(asking, tile_of("new_customers", "active_customers"), Filters("12m")).changes == ()


def test_a_period_that_the_data_cover_in_part_is_no_change(book: Path) -> None:
    rate(book, "CASE WHEN :age < 90 AND place % 2 THEN 1 ELSE 5 END")
    with closing(sqlite.connect(book)) as driver, driver:
        last = driver.execute("SELECT max(opened_on) FROM tickets").fetchone()[0]
        driver.execute("DELETE FROM tickets WHERE opened_on < date(?, '-100 days')", (last,))
    assert "satisfied_share" not in {one.metric for one in changes_of(book, *WATCHED)}
    assert "tickets" not in {one.metric for one in changes_of(book, *WATCHED)}


def test_under_a_filter_only_figures_that_it_applies_to_are_compared(asking: Metrics) -> None:
    filters = Filters(category="Footwear")
    shown = tile_answer(asking, tile_of(*WATCHED), filters)
    assert shown.query.metrics == ("revenue",)
    figure = replace(tile_of("revenue"), form="figure")
    assert shown.answer.totals["revenue"] == tile_answer(asking, figure, filters).answer.totals["revenue"]
