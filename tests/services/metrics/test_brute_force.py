"""Each metric against a count in plain Python over the plain rows of the tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from statistics import mean, median

import pytest

from models.values.metrics import Answer, Condition, Query, Value
from services.metrics import Metrics
from tests.services.metrics.conftest import Row, Tables

AS_OF = "2026-11-17"
#: The 90 days that end with the as-of day.
FIRST = "2026-08-20"


def asked(asking: Metrics, *names: str, period: str = "90d", by: tuple[str, ...] = (), **how: object) -> Answer:
    return asking.answer(Query(names, by, period=period, **how))  # type: ignore[arg-type]


def total(asking: Metrics, name: str, **how: object) -> Value:
    return asked(asking, name, **how).totals[name]  # type: ignore[arg-type]


def within(rows: list[Row], day: str, first: str = FIRST) -> list[Row]:
    return [row for row in rows if row[day] is not None and first <= row[day] <= AS_OF]


def hours(row: Row, begin: str, end: str) -> float:
    return (datetime.fromisoformat(row[end]) - datetime.fromisoformat(row[begin])).total_seconds() / 3600


def is_open(row: Row) -> bool:
    if row["resolved_on"] is not None:
        return bool(row["resolved_on"] > AS_OF)
    answered_above = 0 if row["status"] is None else 2
    return row["status"] != "solved" and (row["satisfaction"] or 0) <= answered_above


def by_name(found: Answer) -> dict[Value, Value]:
    return {row[0]: row[1] for row in found.rows}


def test_orders_and_revenue(asking: Metrics, tables: Tables) -> None:
    rows = within(tables["orders"], "ordered_on")
    bought = [row for row in rows if row["kind"] == "purchase"]
    back = [row for row in rows if row["kind"] == "return"]
    assert back, "the sample book has returns, and no cancellations"
    assert {row["kind"] for row in tables["orders"]} == {"purchase", "return"}
    assert total(asking, "orders") == len(bought)
    assert total(asking, "revenue") == sum(row["amount_minor"] for row in rows)
    assert total(asking, "gross_revenue") == sum(row["amount_minor"] for row in bought)
    assert total(asking, "mean_order_value") == pytest.approx(mean(row["amount_minor"] for row in bought))
    assert total(asking, "median_order_value") == pytest.approx(median(row["amount_minor"] for row in bought))
    assert total(asking, "buying_customers") == len({row["customer_id"] for row in bought})
    assert total(asking, "returns") == len(back)
    assert total(asking, "returned_revenue") == sum(row["amount_minor"] for row in back)
    assert total(asking, "return_rate") == pytest.approx(len(back) / len(bought))
    discounted = sum((row["discount_minor"] or 0) > 0 for row in bought)
    assert total(asking, "discounted_share") == pytest.approx(discounted / len(bought))


def test_orders_by_the_customer_and_by_the_day(asking: Metrics, tables: Tables) -> None:
    people = {row["id"]: row for row in tables["customers"]}
    bought = [row for row in within(tables["orders"], "ordered_on") if row["kind"] == "purchase"]
    for dimension in ("tier", "owner", "region"):
        counted = Counter(people[row["customer_id"]][dimension] for row in bought)
        assert by_name(asked(asking, "orders", by=(dimension,))) == counted
    weekdays = Counter(f"{date.fromisoformat(row['ordered_on']):%a}" for row in bought)
    assert list(by_name(asked(asking, "orders", by=("weekday",))).items()) == [
        (day, weekdays[day]) for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    ]
    weeks = Counter(date.fromisoformat(row["ordered_on"]).isocalendar()[:2] for row in bought)
    found = by_name(asked(asking, "orders", by=("week",)))
    assert {date.fromisoformat(str(week)).isocalendar()[:2]: number for week, number in found.items()} == weeks
    quarters = Counter(f"{row['ordered_on'][:4]}-Q{(int(row['ordered_on'][5:7]) + 2) // 3}" for row in bought)
    assert by_name(asked(asking, "orders", by=("quarter",))) == quarters


def test_orders_by_what_was_bought(asking: Metrics, tables: Tables) -> None:
    """An order counts in each category of its lines; its money is split among them to the cent."""
    categories = {row["id"]: row["category"] for row in tables["products"]}
    rows = {row["id"]: row for row in within(tables["orders"], "ordered_on")}
    orders, money = defaultdict(set), Counter[str | None]()
    rest = {one: row["amount_minor"] for one, row in rows.items()}
    for line in tables["order_lines"]:
        if line["order_id"] in rows:
            category = categories.get(line["product_id"])
            money[category] += line["amount_minor"]
            rest[line["order_id"]] -= line["amount_minor"]
            if rows[line["order_id"]]["kind"] == "purchase":
                orders[category].add(line["order_id"])
    money[None] += sum(rest.values())
    found = asked(asking, "revenue", "orders", by=("category",))
    assert {row[0]: row[1] for row in found.rows} == {name: amount for name, amount in money.items() if amount}
    assert {row[0]: row[2] for row in found.rows if row[2]} == {name: len(ids) for name, ids in orders.items()}
    assert any("do not add up" in note and "Orders" in note for note in found.notes)


def test_tickets(asking: Metrics, tables: Tables) -> None:
    rows = within(tables["tickets"], "opened_on")
    solved = [row for row in rows if row["resolved_on"] is not None and row["resolved_on"] <= AS_OF]
    assert total(asking, "tickets") == len(rows)
    for dimension in ("kind", "channel", "priority", "agent"):
        assert by_name(asked(asking, "tickets", by=(dimension,))) == Counter(row[dimension] for row in rows)
    still = [row for row in tables["tickets"] if row["opened_on"] <= AS_OF and is_open(row)]
    assert total(asking, "open_tickets") == len(still)
    assert total(asking, "tickets_resolved") == len(within(tables["tickets"], "resolved_on"))
    spent = [row["resolution_hours"] or hours(row, "opened_at", "resolved_at") for row in solved]
    assert total(asking, "resolution_time") == pytest.approx(mean(spent), abs=0.001)
    assert total(asking, "median_resolution_time") == pytest.approx(median(spent), abs=0.001)
    rated = [row["satisfaction"] for row in solved if row["satisfaction"] is not None]
    assert total(asking, "mean_satisfaction") == pytest.approx(mean(rated))
    assert total(asking, "rated_tickets") == len(rated)
    assert total(asking, "satisfied_share") == pytest.approx(sum(one >= 4 for one in rated) / len(rated))
    felt = [row["sentiment"] for row in rows if row["sentiment"] is not None]
    assert total(asking, "mean_sentiment") == pytest.approx(mean(felt))
    assert total(asking, "negative_tickets") == sum(one < -0.25 for one in felt)
    assert total(asking, "negative_share") == pytest.approx(sum(one < -0.25 for one in felt) / len(felt))
    again = [row["reopens"] for row in rows if row["reopens"] is not None]
    assert total(asking, "reopened_tickets") == sum(one > 0 for one in again) > 0
    assert total(asking, "reopened_share") == pytest.approx(sum(one > 0 for one in again) / len(again))
    assert total(asking, "customers_with_tickets") == len({row["customer_id"] for row in rows} - {None})


def test_customers_with_three_tickets_in_sixty_days(asking: Metrics, tables: Tables) -> None:
    recent = Counter(row["customer_id"] for row in within(tables["tickets"], "opened_on", "2026-09-19"))
    many = {customer for customer, number in recent.items() if number >= 3}
    assert total(asking, "repeated_tickets") == len(many)
    grouped = asked(asking, "tickets", by=("customer",), period="60d", having=(Condition("tickets", ">=", "3"),))
    assert len(grouped.rows) == len(many)


def test_customers_and_scores(asking: Metrics, tables: Tables) -> None:
    scores = tables.scores().values()
    active = [row for row in scores if row["standing"] == "active"]
    assert total(asking, "customers") == len(tables["customers"])
    assert total(asking, "active_customers") == len(active)
    assert total(asking, "churned") == sum(row["standing"] == "lost" for row in scores)
    assert total(asking, "win_back_customers") == sum(row["standing"] == "win_back" for row in scores)
    risky = [row for row in active if row["said_leaving"] or row["churn_risk"] >= 0.40]
    assert total(asking, "at_risk_customers") == len(risky)
    assert total(asking, "at_risk_share") == pytest.approx(len(risky) / len(active))
    worth = sum(row["value_at_risk_minor"] or 0 for row in scores if row["segment"] not in ("New", "One-time"))
    assert total(asking, "revenue_at_risk") == worth
    assert total(asking, "lifetime_value") == sum(row["clv_minor"] or 0 for row in scores)
    assert total(asking, "engagement") == pytest.approx(mean(row["engagement"] for row in active))
    assert total(asking, "health") == pytest.approx(mean(row["health"] for row in active if row["health"] is not None))
    buyers = [row for row in scores if row["purchase_days"] > 0]
    assert total(asking, "repeat_rate") == pytest.approx(sum(row["purchase_days"] > 1 for row in buyers) / len(buyers))
    assert total(asking, "new_customers") == len(within(list(scores), "first_order_on"))
    scanned = {row["customer_id"] for row in tables["activities"] if row["kind"] == "fit_scan"}
    assert total(asking, "fit_scan_share") == pytest.approx(len(scanned) / len(tables["customers"]))


def test_what_customers_of_a_year_ago_bring_now(asking: Metrics, tables: Tables) -> None:
    now, before = Counter[int](), Counter[int]()
    for row in tables["orders"]:
        if "2025-11-17" < row["ordered_on"] <= AS_OF:
            now[row["customer_id"]] += row["amount_minor"]
        elif "2024-11-17" < row["ordered_on"] <= "2025-11-17":
            before[row["customer_id"]] += row["amount_minor"]
    cohort = {one: amount for one, amount in before.items() if amount > 0}
    brought = sum(cohort.values())
    assert total(asking, "net_revenue_retention") == pytest.approx(sum(now[one] for one in cohort) / brought)
    kept = sum(min(now[one], amount) for one, amount in cohort.items())
    assert total(asking, "gross_revenue_retention") == pytest.approx(kept / brought)
    assert total(asking, "retention_rate") == pytest.approx(sum(now[one] > 0 for one in cohort) / len(cohort))


def test_a_line_over_time_to_date_and_what_follows(asking: Metrics, tables: Tables) -> None:
    bought = [row for row in tables["orders"] if row["kind"] == "purchase" and row["ordered_on"] <= AS_OF]
    found = by_name(asked(asking, "cumulative_orders", by=("month",), period="6m"))
    assert found == {month: sum(row["ordered_on"][:7] <= str(month) for row in bought) for month in found}
    days = defaultdict(list)
    for row in bought:
        days[row["customer_id"]].append(date.fromisoformat(row["ordered_on"]))
    pairs = [(row["customer_id"], date.fromisoformat(row["ordered_on"])) for row in bought]
    over = [(customer, day) for customer, day in pairs if (date.fromisoformat(AS_OF) - day).days >= 90]
    again = sum(any(0 < (other - day).days <= 90 for other in days[customer]) for customer, day in over)
    assert total(asking, "reorder_rate", period="all") == pytest.approx(again / len(over))
