"""Few rows: one customer, a month without orders, no emails, another currency, days to come: said, never divided by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from math import isfinite
from pathlib import Path

import pytest

from models import sqlite
from models.values.dashboards import FIGURE_FORMS, Filters, TileAnswer
from models.values.metrics import Query
from services.metrics import Metrics, the_dashboards, tile_answer
from tests.views.books import opened, sample_copy

TILES = [tile for dashboard in the_dashboards() for tile in dashboard.tiles]
#: Tables with a column customer_id, the one customer's last.
OF_CUSTOMERS = (
    "alerts", "activities", "surveys", "conversations", "email_events", "reviews", "tickets", "opportunities",
    "contracts", "orders", "customer_risk_scores", "score_history",
)  # fmt: skip
ONE = (
    "PRAGMA foreign_keys = OFF", *(f"DELETE FROM {table} WHERE customer_id <> 1" for table in OF_CUSTOMERS),
    "DELETE FROM order_lines WHERE order_id NOT IN (SELECT id FROM orders)", "DELETE FROM customers WHERE id <> 1",
)  # fmt: skip
LATER = tuple(
    f"UPDATE {table} SET {day} = '2027-0' || (1 + id % 9) || '-11' WHERE id % 5 = 0"
    for table, day in (("orders", "ordered_on"), ("tickets", "opened_on"), ("reviews", "reviewed_on"))
)

Book = Callable[..., AbstractContextManager[Metrics]]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """The sample book after some statements."""

    @contextmanager
    def changed(*statements: str) -> Iterator[Metrics]:
        path = sample_copy(tmp_path / f"{len(list(tmp_path.iterdir()))}.bellwether")
        with closing(sqlite.connect(path)) as driver:
            for one in statements:
                driver.execute(one)
            driver.commit()
        workspace = opened(path)
        try:
            yield Metrics(workspace)
        finally:
            workspace.close()

    return changed


def figures_of(shown: TileAnswer) -> list[float]:
    return [float(one) for row in shown.answer.rows for one in row if isinstance(one, int | float)]


@pytest.mark.parametrize(
    "statements",
    [
        ONE,
        ("DELETE FROM email_events",),
        ("DELETE FROM order_lines", "DELETE FROM orders WHERE substr(ordered_on, 1, 7) = '2026-09'"),
        (
            "UPDATE orders SET currency = 'CHF' WHERE id % 2 = 0",
            "UPDATE opportunities SET currency = 'JPY' WHERE id % 2",
        ),
        LATER,
    ],
    ids=["one customer", "no emails", "a month without orders", "two currencies", "days to come"],
)
@pytest.mark.parametrize("filters", [Filters(), Filters("30d", "year", tier="Gold")], ids=["90d", "30d"])
def test_every_tile_has_figures_or_says_in_words_why_it_has_none(
    book: Book, statements: tuple[str, ...], filters: Filters
) -> None:
    with book(*statements) as metrics:
        for tile in TILES:
            shown = tile_answer(metrics, tile, filters)
            assert all(map(isfinite, figures_of(shown))), tile.title
            if not shown.empty:
                assert figures_of(shown), f"{tile.title}: an axis without data"
            elif tile.form not in FIGURE_FORMS:
                assert shown.empty.endswith("."), shown.empty


def test_a_rate_of_one_of_one_is_no_figure(book: Book) -> None:
    with book("DELETE FROM tickets WHERE id NOT IN (SELECT id FROM tickets WHERE satisfaction = 5 LIMIT 1)") as metrics:
        found = metrics.answer(Query(("satisfied_share", "tickets")))
        assert found.cells(0) == {"satisfied_share": 1.0, "tickets": 1}
        assert found.few["satisfied_share"] == (0,)


def test_a_chart_whose_groups_all_have_too_few_rows_says_so_in_place_of_an_empty_axis(book: Book) -> None:
    with book("DELETE FROM tickets WHERE id NOT IN (SELECT id FROM tickets WHERE satisfaction = 5 LIMIT 1)") as metrics:
        by_title = {tile.title: tile_answer(metrics, tile, Filters("all", None)) for tile in TILES}
        by_month = next(tile for tile in TILES if tile.title == "Rated 4 or 5 by month")
        assert by_title["Rated 4 or 5 by type"].empty == (
            "Tickets rated 4 or 5: too few to tell. Each type has fewer than 5 rows."
        )
        assert by_title["Tickets by channel"].empty == ""
    with book("DELETE FROM tickets WHERE id NOT IN (SELECT max(id) FROM tickets WHERE satisfaction = 5)") as metrics:
        assert "Each month has fewer than" in tile_answer(metrics, by_month, Filters("all", None)).empty


def test_groups_that_no_row_has_are_said_to_be_missing_with_the_way_to_get_them(book: Book) -> None:
    by_title = {tile.title: tile for tile in TILES}
    said = "{} emails in the last 90 days, none with a value for {}. Import a file that has it on the Data page."
    for change, title, field in (
        ("UPDATE emails SET campaign_kind = NULL", "Campaign types", "campaign type"),
        ("UPDATE customers SET tier = NULL", "Open rate by tier", "tier"),
    ):
        with book("SELECT 1") as metrics:
            assert not tile_answer(metrics, by_title[title], Filters()).empty, "the sample book has them"
        with book(change) as metrics:
            sent = metrics.answer(Query(("emails_sent",), period="90d")).totals["emails_sent"]
            assert tile_answer(metrics, by_title[title], Filters()).empty == said.format(sent, field)
            for other in "Open rate by weekday", "Customers by segment":
                assert not tile_answer(metrics, by_title[other], Filters()).empty, other


def test_a_month_without_orders_is_a_month_of_nothing_and_none_without_a_mean(book: Book) -> None:
    with book("DELETE FROM order_lines", "DELETE FROM orders WHERE substr(ordered_on, 1, 7) = '2026-09'") as metrics:
        found = metrics.answer(Query(("orders", "revenue", "mean_order_value"), ("month",), period="6m"))
        empty = next(row for row in found.rows if row[0] == "2026-09")
        assert empty == ("2026-09", 0, 0, None)


def test_what_is_of_days_to_come_is_not_counted_yet(book: Book) -> None:
    gone = tuple(one.replace("UPDATE", "DELETE FROM").split(" SET ")[0] + " WHERE id % 5 = 0" for one in LATER)
    asked = Query(("orders", "revenue"), ("month",), period="12m"), Query(("tickets",)), Query(("reviews",))
    with book(*LATER) as later, book("DELETE FROM order_lines", *gone) as never:
        for query in asked:
            assert later.answer(query).rows == never.answer(query).rows


def test_what_has_no_rate_is_said_and_not_added(book: Book) -> None:
    half = "DELETE FROM order_lines", "DELETE FROM orders WHERE id % 2 = 0"
    with book("UPDATE orders SET currency = 'CHF' WHERE id % 2 = 0") as metrics, book(*half) as without:
        query = Query(("revenue",), ("month",), period="12m")
        found = metrics.answer(query)
        assert any("without a rate" in note for note in found.notes)
        assert found.rows == without.answer(query).rows
