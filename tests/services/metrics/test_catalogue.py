"""The files of the catalogue: what cannot be compiled is refused with its place, and what must be there is there."""

from __future__ import annotations

import re
import shutil
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from models import sqlite
from models.values.errors import Cancelled, UserError
from models.values.metrics import Condition, Query, RowsQuery
from services.insight import customers_count, outcome_tiles, today_tiles
from services.metrics import Metrics, condition_of, load_catalogue, the_catalogue
from services.metrics.load import FOLDER
from tests.services.metrics.conftest import Tables
from tests.views.books import opened, sample_copy

MUST = {
    "month", "week", "weekday", "tier", "segment", "owner", "region", "category", "channel", "kind", "status",
    "priority", "sentiment", "stage", "origin", "campaign", "campaign_kind", "product", "agent", "verified", "rating",
}  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "file_and_key"),
    [
        ('of = "amount"', 'of = "amuont"', "orders.toml, metrics.revenue.of"),
        ('kind = "derived"\nexpression = "returns / orders"', 'kind = "derived"\nexpression = "return_rate / orders"',
         "orders.toml, metrics.return_rate.expression: it is made of itself"),
        ('expression = "returns / orders"', 'expression = "returns / ordres"',
         "orders.toml, metrics.return_rate.expression: “ordres”"),
        ('expression = "returns / orders"', 'expression = "exit(1)"', "orders.toml, metrics.return_rate.expression"),
        ('column = "discount_minor"', 'column = "discount); DROP TABLE orders"', "orders.toml, fields.discount.column"),
        ('hook = "discounted"', 'hook = "1=1"', "orders.toml, fields.discounted.hook"),
        ('where = [["kind", "=", "purchase"], ["cancelled", "=", false]]', 'where = [["kind", "is", "x"]]',
         "orders.toml, metrics.orders.where"),
        ('source = "orders"', 'source = "sqlite_master"', "orders.toml, source"),
        ("least = 5", "lest = 5", "orders.toml, metrics.discounted_share.lest"),
        ('unit = "money"', 'unit = "euro"', "orders.toml, metrics.revenue.unit"),
        ("[metrics.revenue]", "[metrics.revenue", "orders.toml: this is not TOML"),
        ("[metrics.revenue]", "[metrics.tier]", "orders.toml, metrics.tier: a dimension has this name"),
    ],
)  # fmt: skip
def test_a_definition_that_cannot_be_compiled_is_refused(tmp_path: Path, old: str, new: str, file_and_key: str) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "metrics")
    text = (folder / "orders.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / "orders.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(UserError) as told:
        load_catalogue(folder)
    assert str(told.value).startswith(file_and_key)


#: What stands for the letters in the filters that definitions name, as the metric itself has it.
OWN_BOUNDS = {
    "without_contact": {"N": "90"}, "not_engaged": {"N": "60"}, "repeated_tickets": {"N": "3"},
    "stalled_deals": {"N": "30"}, "high_value_open_deals": {"P": "0.7", "V": "200"},
}  # fmt: skip


def test_the_filter_that_a_definition_names_gives_the_figure_again(asking: Metrics) -> None:
    metrics = the_catalogue().metrics.values()
    named = {one.name: one.counts for one in metrics if re.search("For other [a-z]+:", one.counts)}
    assert set(named) == set(OWN_BOUNDS)
    for name, counts in named.items():
        entity, conditions = re.split("For other [a-z]+: ", counts)[1].removesuffix(".").split(" where ")
        for letter, bound in OWN_BOUNDS[name].items():
            conditions = re.sub(rf"\b{letter}\b", bound, conditions)
        where = tuple(condition_of(one) for one in conditions.split(" and "))
        figure = asking.answer(Query((name,))).totals[name]
        assert asking.count_rows(RowsQuery(entity, where)) == figure, (name, conditions)


def test_the_dimensions_that_other_programs_rely_on() -> None:
    known = {name for metric in the_catalogue().metrics.values() for name in the_catalogue().dimensions_of(metric)}
    assert known >= MUST


def test_every_metric_says_what_it_counts() -> None:
    for one in the_catalogue().metrics.values():
        assert one.counts.endswith("."), one.name
        assert one.title[0].isupper(), one.name


def test_the_figures_that_pages_have_are_the_same(sample: Path, asking: Metrics) -> None:
    workspace = opened(sample)
    try:
        counted = customers_count(workspace)
        totals = asking.answer(
            Query(("customers", "revenue_at_risk", "revenue_at_risk_once", "win_back_customers"))
        ).totals
        assert totals == {
            "customers": counted.total, "revenue_at_risk": counted.value_at_risk_minor,
            "revenue_at_risk_once": counted.once_minor, "win_back_customers": counted.win_back,
        }  # fmt: skip
        past = asking.answer(Query(("revenue_at_risk_then",))).totals["revenue_at_risk_then"]
        assert past == counted.value_at_risk_minor
        at_risk = today_tiles(workspace)[1]
        assert f"{counted.win_back:,} win-back" in at_risk.line
        assert outcome_tiles(workspace)[0].figure == "–"
        assert asking.answer(Query(("alerts_in_time",), period="30d")).totals["alerts_in_time"] is None
    finally:
        workspace.close()


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (Query(("revenu",)), "The nearest: revenue"),
        (Query(("satisfaction",)), "Did you mean mean_satisfaction?"),
        (Query(("open_pipeline",)), "Did you mean pipeline_value?"),
        (Query(("revenue",), ("teir",)), "The nearest: tier"),
        (Query(("revenue",), ("stage",)), "“Revenue” cannot be shown by “stage”"),
        (Query(("revenue",), where=(Condition("colour", "=", "red"),)), "“colour” is not a field of orders"),
        (Query(("revenue",), period="soon"), "“soon” is not a period"),
        (Query(("revenue",), order=("-profit",)), "Order by one of revenue"),
        (Query(("revenue",), ("month", "week")), "by month or by week, not by both"),
        (Query(("revenue",), compare="year"), "needs a period with a beginning"),
        (Query(("revenue",), where=(Condition("amount", ">", "many"),)), "“many” is not a number"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_in_a_sentence(asking: Metrics, query: Query, told: str) -> None:
    with pytest.raises(UserError, match=None) as error:
        asking.answer(query)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("metrics", "where", "said"),
    [
        ("revenue", Condition("tier", "=", "Golden"), ["No orders of the book have “Golden” as their tier."]),
        ("at_risk_share", Condition("tier", "=", "Golden"), ["No customers of the book have “Golden” as their tier."]),
        ("tickets", Condition("channel", "in", ("fax", "telex")),
         ["No tickets of the book have “fax” and “telex” as their channel."]),
        ("tickets", Condition("channel", "in", ("fax", "PHONE")), []),
        ("revenue", Condition("tier", "=", "gold"), []),
        ("deals_created", Condition("name", "=", "nothing of the kind"), []),
    ],
    ids=str,
)  # fmt: skip
def test_a_word_that_no_row_has_is_said_and_looks_like_no_figure_of_zero(
    asking: Metrics, metrics: str, where: Condition, said: list[str]
) -> None:
    notes = asking.answer(Query((metrics,), where=(where,))).notes
    assert [note for note in notes if "of the book" in note] == said


def test_a_condition_as_people_write_it() -> None:
    assert condition_of("tier=Gold") == Condition("tier", "=", "Gold")
    assert condition_of("rating >= 4") == Condition("rating", ">=", "4")
    assert condition_of("status in open, pending") == Condition("status", "in", ("open", "pending"))
    assert condition_of("owner is-empty") == Condition("owner", "is-empty")
    assert condition_of("subject contains 'in transit'") == Condition("subject", "contains", "in transit")
    for wrong in ("tier", "tier ~ Gold", "tier =", ""):
        with pytest.raises(UserError):
            condition_of(wrong)


def test_nothing_that_somebody_writes_reaches_the_database_as_sql(asking: Metrics, tables: Tables) -> None:
    evil = "x' OR 1=1; DROP TABLE orders --"
    assert asking.rows(RowsQuery("orders", (Condition("channel", "=", evil),))).total == 0
    assert asking.rows(RowsQuery("orders", (Condition("channel", "contains", "%"),))).total == 0
    assert asking.rows(RowsQuery("orders")).total == sum(row["ordered_on"] <= "2026-11-17" for row in tables["orders"])


def test_a_question_ends_when_it_is_cancelled_or_takes_too_long(sample: Path) -> None:
    workspace = opened(sample)
    try:
        query = Query(("activities", "revenue"), ("customer",))
        with pytest.raises(Cancelled):
            Metrics(workspace).answer(query, cancelled=lambda: True)
        with pytest.raises(UserError, match="No answer within"):
            Metrics(workspace, seconds=0.0).answer(query)
        assert Metrics(workspace).answer(query).rows
    finally:
        workspace.close()


def test_cancelled_orders_other_currencies_and_few_rows(tmp_path: Path) -> None:
    path = sample_copy(tmp_path / "book.bellwether")
    with closing(sqlite.connect(path)) as driver:
        insert = ("INSERT INTO orders (customer_id, source, external_id, ordered_on, amount_minor, currency, kind,"
                  " of_external_id) VALUES (1, 'x', ?, ?, ?, ?, ?, ?)")  # fmt: skip
        driver.execute(insert, ("A", "2020-01-05", 10_000, "USD", "purchase", None))
        driver.execute(insert, ("B", "2020-02-05", -10_000, "USD", "cancellation", "A"))
        driver.execute(insert, ("C", "2020-01-06", 5_000, "CHF", "purchase", None))
        driver.execute(insert, ("D", "2020-01-07", 3_000, "USD", "charge", None))
        driver.commit()
    workspace = opened(path)
    try:
        asking = Metrics(workspace)
        first = Query(("orders", "revenue", "reorder_rate", "discounted_share"), period="2020-01-01..2020-03-31")
        found = asking.answer(first)
        assert found.totals["orders"] == 1
        assert found.totals["revenue"] == 3_000
        assert any("1 row in a currency without a rate" in note for note in found.notes)
        assert found.few["discounted_share"] == (0,)
        by_month = asking.answer(Query(("revenue",), ("month",), period="2020-01-01..2020-03-31"))
        assert by_month.rows == (("2020-01", 13_000), ("2020-02", -10_000), ("2020-03", 0))
        # On the day before the cancellation the order stood.
        then = asking.answer(Query(("orders",), period="2020-01", as_of=date(2020, 2, 4)))
        assert then.totals["orders"] == 2
        workspace.change_policy(exchange_rates=[{"currency": "CHF", "rate": "1.1"}])
        rated = Metrics(workspace.with_policy(workspace.read_policy()))
        assert rated.answer(first).totals["revenue"] == 3_000 + 5_500
    finally:
        workspace.close()


def test_bands_and_months_keep_their_order_and_names_come_by_their_figure(asking: Metrics) -> None:
    bands = [row[0] for row in asking.answer(Query(("customers",), ("churn_band",))).rows if row[0] is not None]
    assert bands == [one for one in ("low", "medium", "high", "very high") if one in bands]
    months = [str(row[0]) for row in asking.answer(Query(("open_deals",), ("close_month",))).rows]
    assert months == sorted(months)
    tiers = [row[1] for row in asking.answer(Query(("orders",), ("tier",))).rows]
    assert tiers == sorted(tiers, reverse=True)  # type: ignore[type-var]
    first = asking.answer(Query(("orders",), ("owner",), order=("owner",), limit=2)).rows
    assert [row[0] for row in first] == sorted(str(row[0]) for row in first)


def test_a_status_of_today_is_not_compared_with_that_of_an_earlier_period(asking: Metrics) -> None:
    found = asking.answer(Query(("active_customers",), period="90d", compare="previous"))
    assert found.cells(0)["active_customers_before"] is None
    assert "“Active customers” comes from scores, which have no previous period." in found.notes
    with pytest.raises(UserError, match="cannot be shown by “month”"):
        asking.answer(Query(("active_customers",), ("month",), period="12m"))


@pytest.mark.parametrize("metric", ["revenue_at_risk", "revenue_at_risk_once", "revenue_at_risk_then"])
def test_the_rows_behind_revenue_at_risk_are_of_customers_who_have_it(asking: Metrics, metric: str) -> None:
    query = Query((metric,))
    behind = asking.rows(asking.rows_of(query, metric))
    assert behind.rows and all(row[-1] is not None for row in behind.rows), "win-back customers have none"
    assert behind.figure == asking.answer(query).totals[metric]


def test_a_month_under_way_is_said_and_only_like_parts_are_compared(asking: Metrics) -> None:
    found = asking.answer(Query(("orders",), ("month",), period="12m", compare="year"))
    assert [found.cut(row) for row in range(len(found.rows))] == ["in part", *[""] * 11, "so far"]
    assert all(found.cells(row)["orders_before"] is not None for row in range(len(found.rows))), "day for day"
    found = asking.answer(Query(("orders",), ("week",), period="30d", compare="previous"))
    before = [found.cells(row)["orders_before"] for row in range(len(found.rows))]
    # The 30 days before begin and end on other weekdays, so that whole weeks would stand beside parts of weeks.
    assert None in before and any(value is not None for value in before)
    assert any(note.startswith("Not compared") for note in found.notes)


def test_before_the_first_scores_revenue_at_risk_is_not_known(asking: Metrics) -> None:
    found = asking.answer(Query(("revenue_at_risk_then",), ("month",), period="2019-01-01..2019-03-31"))
    assert [row[1] for row in found.rows] == [None, None, None]
    found = asking.answer(Query(("revenue_at_risk_then",), ("segment",), as_of=date(2019, 3, 31)))
    assert found.totals == {"revenue_at_risk_then": None}


@pytest.mark.parametrize("order", [(), ("-tickets",), ("-tickets", "customer"), ("tickets",), ("customer",)])
def test_the_first_few_are_the_first_of_all(asking: Metrics, order: tuple[str, ...]) -> None:
    every = asking.answer(Query(("tickets",), ("customer",), order=order)).rows
    for limit in (1, 5, 30, 1_000):
        assert asking.answer(Query(("tickets",), ("customer",), order=order, limit=limit)).rows == every[:limit]
