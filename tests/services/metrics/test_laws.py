"""Laws of every metric and every dimension that it allows: parts, rows, earlier days, the same answer again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models import sqlite
from models.values.metrics import Condition, Query, Value
from services.metrics import Metrics, the_catalogue
from services.metrics.catalogue import TIME
from services.metrics.statements import Statements
from services.sync import undo_import
from tests.services.sync.book import Book
from tests.views.books import opened, sample_copy

METRICS = tuple(the_catalogue().metrics)
#: Not made of other metrics, whose rows are theirs.
OF_ROWS = tuple(one.name for one in the_catalogue().metrics.values() if one.kind in ("simple", "ratio", "as_of"))
#: Scores of an earlier day come from a look back.
OF_ANY_DAY = tuple(one.name for one in the_catalogue().metrics.values() if not the_catalogue().of_scores(one))
#: What every customer has: the same join and the same column for each metric.
OF_CUSTOMERS = tuple(one.name for one in the_catalogue().entities["customers"].fields.values() if one.everywhere)


def dimensions(name: str, *, all_of_them: bool) -> tuple[str, ...]:
    """Of time a line and the weekday; of the customer's dimensions another one for each metric, or all."""
    allowed = the_catalogue().dimensions_of(the_catalogue().metric(name))
    turn = METRICS.index(name)
    shared = [one for one in OF_CUSTOMERS if one in allowed]
    kept = set(shared if all_of_them else shared[turn % len(shared) :][:1])
    own = {one for one in allowed if one not in OF_CUSTOMERS and (one not in TIME or one in ("month", "weekday"))}
    return tuple(one for one in allowed if one in kept | own)


BY = {name: dimensions(name, all_of_them=False) for name in METRICS}
EARLIER = date(2026, 6, 30)
#: What a later day adds to a row that was there before, and what it was without.
LATER = {
    "tickets": {"resolved_on": ("resolved_on", "resolved_at", "satisfaction", "resolution_hours"),
                "substr(first_answer_at, 1, 10)": ("first_answer_at",)},
}  # fmt: skip
DAYS = {
    "email_events": "happened_on", "activities": "happened_on", "surveys": "answered_on", "reviews": "reviewed_on",
    "conversations": "happened_on", "stage_changes": "changed_on", "tickets": "opened_on",
}  # fmt: skip


def alike(one: Value, other: Value) -> bool:
    return one == other if one is None or other is None else one == pytest.approx(other)


@pytest.mark.parametrize("name", METRICS)
def test_parts_make_the_total_where_the_catalogue_says_so(asking: Metrics, name: str) -> None:
    parts_make_total(asking, name, BY[name])


def parts_make_total(asking: Metrics, name: str, every: tuple[str, ...]) -> None:
    metric, catalogue = asking.catalogue.metric(name), asking.catalogue
    total = asking.answer(Query((name,), period="12m")).totals[name]
    for by in every:
        if catalogue.adds_up(metric, by):
            found = asking.answer(Query((name,), (by,), period="12m"))
            assert alike(sum(row[1] or 0 for row in found.rows), total), by


@pytest.mark.parametrize("name", [one.name for one in the_catalogue().metrics.values() if one.kind == "derived"])
def test_what_is_made_of_others_has_the_same_total_by_every_dimension(asking: Metrics, name: str) -> None:
    total = asking.answer(Query((name,), period="12m")).totals[name]
    for by in BY[name]:
        assert alike(asking.answer(Query((name,), (by,), period="12m")).totals[name], total), by


@pytest.mark.parametrize("name", OF_ROWS)
def test_the_rows_behind_a_figure_give_it_again(asking: Metrics, name: str) -> None:
    rows_give_figures(asking, name, BY[name])


@pytest.mark.soak
@pytest.mark.parametrize("name", METRICS)
def test_the_laws_hold_for_every_dimension_that_a_metric_allows(asking: Metrics, name: str) -> None:
    every = dimensions(name, all_of_them=True)
    parts_make_total(asking, name, every)
    if name in OF_ROWS:
        rows_give_figures(asking, name, every)


def rows_give_figures(asking: Metrics, name: str, every: tuple[str, ...]) -> None:
    for by in ((), *((one,) for one in every)):
        query = Query((name,), by, period="3m")
        found = asking.answer(query)
        for at in {0, len(found.rows) - 1 if by == ("month",) else 0} if found.rows else ():
            behind = asking.rows(asking.rows_of(query, name, found.cells(at)))
            assert alike(behind.figure, found.cells(at)[name]), (by, found.cells(at))
            metric = asking.catalogue.metric(name)
            if metric.measure == "sum" and metric.unit == "money":
                added = [row[-1] for row in behind.rows if row[-1] is not None]
                assert added == sorted(added, reverse=True), by


@pytest.fixture(scope="module")
def then(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Metrics]:
    """The same book as it was on an earlier day: nothing later is in it."""
    path = sample_copy(tmp_path_factory.mktemp("then") / "then.bellwether")
    with closing(sqlite.connect(path)) as driver:
        driver.execute("PRAGMA foreign_keys = OFF")
        for table, day in DAYS.items():
            driver.execute(f"DELETE FROM {table} WHERE {day} > ?", (EARLIER.isoformat(),))
        driver.execute(
            "DELETE FROM order_lines WHERE order_id IN (SELECT id FROM orders WHERE ordered_on > ?)", (str(EARLIER),)
        )
        driver.execute("DELETE FROM orders WHERE ordered_on > ?", (str(EARLIER),))
        # A deal is known from its first change of stage; how it ended, from the last one that there was.
        driver.execute(
            "DELETE FROM opportunities WHERE opened_on > ? OR id NOT IN (SELECT opportunity_id FROM stage_changes)",
            (str(EARLIER),),
        )
        driver.execute(
            "UPDATE opportunities SET stage = (SELECT to_stage FROM stage_changes h WHERE h.opportunity_id ="
            " opportunities.id ORDER BY changed_on DESC, changed_at DESC, id DESC LIMIT 1)"
        )
        for table, later in LATER.items():
            for day, columns in later.items():
                unset = ", ".join(f"{column} = NULL" for column in columns)
                driver.execute(f"UPDATE {table} SET {unset} WHERE {day} > ?", (EARLIER.isoformat(),))
        driver.execute("UPDATE tickets SET status = 'open' WHERE resolved_on IS NULL AND status = 'solved'")
        driver.commit()
    workspace = opened(path)
    yield Metrics(workspace)
    workspace.close()


@pytest.mark.parametrize("name", OF_ANY_DAY)
def test_an_earlier_day_asked_for_today_is_that_day(asking: Metrics, then: Metrics, name: str) -> None:
    by = "month" if "month" in BY[name] else "tier"
    query = Query((name,), (by,), period="6m", as_of=EARLIER)
    assert asking.answer(query).rows == then.answer(query).rows


@pytest.mark.parametrize("by", ["tier", "churn_band", "month", "weekday"])
@pytest.mark.parametrize("name", ["revenue", "mean_order_value", "open_rate", "buying_customers", "median_order_value"])
def test_rows_that_are_added_up_first_give_the_figures_of_all_rows(
    asking: Metrics, monkeypatch: pytest.MonkeyPatch, name: str, by: str
) -> None:
    query = Query((name,), (by,), period="6m")
    found = Metrics(asking._workspace).answer(query)
    monkeypatch.setattr(Statements, "_step", lambda *_: None)
    plain = Metrics(asking._workspace).answer(query)
    apart = name == "median_order_value" or (name == "buying_customers" and by in TIME)
    assert (plain.sql == found.sql) == apart  # a customer may have bought on several days
    assert [row[0] for row in found.rows] == [row[0] for row in plain.rows]
    assert all(alike(one[1], other[1]) for one, other in zip(found.rows, plain.rows, strict=True))


@pytest.mark.parametrize("limit", [1, 4, 10_000])
@pytest.mark.parametrize(
    ("names", "by"),
    [
        (("revenue_at_risk",), ("customer",)),
        (("tickets",), ("customer",)),  # many have as many
        (("returned_revenue",), ("customer",)),
        (("revenue",), ("category",)),  # an order has parts in several
        (("customers_with_tickets", "tickets", "mean_satisfaction"), ("tier",)),
        (("negative_tickets", "tickets"), ("agent", "channel")),
        (("revenue_at_risk_then",), ("owner",)),
    ],
)
def test_the_largest_groups_are_the_first_of_all_groups(
    asking: Metrics, names: tuple[str, ...], by: tuple[str, ...], limit: int
) -> None:
    every = Query(names, by, period="12m", order=(f"-{names[0]}",))
    found, few = asking.answer(every), asking.answer(replace(every, limit=limit))
    assert few.rows == found.rows[:limit]
    assert all(alike(few.totals[name], found.totals[name]) for name in names)
    assert len(few.sql) > len(found.sql)


def test_the_same_question_is_answered_at_once_until_the_book_changes(sample: Path, tmp_path: Path) -> None:
    workspace = opened(sample_copy(tmp_path / "book.bellwether"))
    try:
        asking, query = Metrics(workspace), Query(("orders", "tickets"), ("tier",), period="90d")
        first = asking.answer(query)
        assert asking.answer(query) is first
        workspace.change_policy(card_budget=24)
        again = asking.answer(query)
        assert again is not first
        assert again == first
        mine = Metrics(workspace, owners=("Priya Raman",)).answer(query)
        assert mine.totals["orders"] == asking.answer(
            Query(("orders",), where=(Condition("owner", "=", "Priya Raman"),), period="90d")
        ).totals["orders"]  # fmt: skip
    finally:
        workspace.close()


def test_the_order_of_imports_and_an_import_that_is_undone_change_no_figure(tmp_path: Path) -> None:
    files = {
        "orders": ["order_id,customer_id,date,amount", "W1,C00001,2026-11-16,120.00", "W2,C00002,2026-11-15,80.50"],
        "tickets": ["ticket_id,customer_id,opened_at,status,subject", "W1,C00002,2026-11-16,open,Where is my order?"],
    }
    found, every = list[Mapping[str, Value]](), Query(OF_ANY_DAY, period="90d")
    for turn, order in enumerate((("orders", "tickets"), ("tickets", "orders"))):
        workspace = opened(sample_copy(tmp_path / f"{turn}.bellwether"))
        try:
            asking = Metrics(workspace)
            before = asking.answer(every).totals
            for name in order:
                head, *rows = files[name]
                path = tmp_path / f"{name}.csv"
                path.write_text("\n".join([head, *(rows if turn else reversed(rows))]), encoding="utf-8")
                Book(workspace).bring(path, source="sample")
            found.append(asking.answer(every).totals)
            more = {name: int(str(found[-1][name])) - int(str(before[name])) for name in files}
            assert more == {"orders": 2, "tickets": 1}
            for number in (16, 15):
                undo_import(workspace, number)
            assert asking.answer(every).totals == before
        finally:
            workspace.close()
    assert found[0] == found[1]


def test_scores_then_are_the_last_of_each_customer_also_of_who_was_not_scored_again(tmp_path: Path) -> None:
    path = sample_copy(tmp_path / "book.bellwether")
    with closing(sqlite.connect(path)) as driver:
        driver.execute("DELETE FROM score_history WHERE customer_id % 3 = 0 AND substr(as_of, 6, 2) % 2 = 0")
        driver.commit()
        rows = driver.execute(
            "SELECT customer_id, as_of, value_at_risk_minor, segment FROM score_history ORDER BY as_of"
        ).fetchall()
    workspace = opened(path)
    try:
        found = Metrics(workspace).answer(Query(("scored_customers", "revenue_at_risk_then"), ("month",), period="6m"))
    finally:
        workspace.close()
    apart = 0
    for month, number, at_risk in found.rows:
        known = {row[0]: row for row in rows if row[1][:7] <= str(month)}
        assert number == len(known)
        counted = [row for row in known.values() if row[3] not in ("New", "One-time")]
        assert at_risk == (sum(row[2] or 0 for row in counted) if counted else None)
        apart += len({row[1] for row in known.values()}) > 1
    assert apart


def test_revenue_at_risk_over_time_ends_with_the_revenue_at_risk_in_force(tmp_path: Path) -> None:
    path = sample_copy(tmp_path / "book.bellwether")
    with closing(sqlite.connect(path)) as driver:  # scored again: what moved little is not in the history
        driver.execute("UPDATE customer_risk_scores SET value_at_risk_minor = value_at_risk_minor + 7")
        driver.commit()
    workspace = opened(path)
    try:
        metrics = Metrics(workspace)
        now = metrics.answer(Query(("revenue_at_risk",))).totals["revenue_at_risk"]
        months = metrics.answer(Query(("revenue_at_risk_then",), ("month",), period="3m")).rows
        assert metrics.answer(Query(("revenue_at_risk_then",))).totals["revenue_at_risk_then"] == now == months[-1][1]
        behind = metrics.rows(metrics.rows_of(Query(("revenue_at_risk_then",)), "revenue_at_risk_then"))
        assert behind.figure == now and behind.total == len([row for row in behind.rows if row[-1] is not None])
    finally:
        workspace.close()
