"""The questions that the program was asked for, each beside a count in plain Python over the plain rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from statistics import mean
from typing import Any

import pytest

from models.values.assistant import Response
from services.assistant import Assistant
from tests.services.metrics.conftest import Tables

AS_OF = date(2026, 11, 17)


def since(days: int) -> str:
    """The first of so many days that end with the as-of day."""
    return (AS_OF - timedelta(days=days - 1)).isoformat()


def pairs(found: Response) -> dict[Any, Any]:
    """The rows of two columns as a mapping."""
    return {row[0]: row[1] for row in found.tables[0].rows}


def test_tickets_of_30_days_with_negative_sentiment(assistant: Assistant, tables: Tables) -> None:
    found = assistant.ask("Show all tickets from the last 30 days with negative sentiment")
    wanted = {row["external_id"] for row in tables["tickets"]
              if since(30) <= row["opened_on"] <= AS_OF.isoformat() and (row["sentiment"] or 0) < -0.05}  # fmt: skip
    assert {row[0] for row in found.tables[0].rows} == wanted
    assert wanted and found.tables[0].total == len(wanted)


def test_satisfaction_by_ticket_type(assistant: Assistant, tables: Tables) -> None:
    rated = defaultdict(list)
    for row in tables["tickets"]:
        if row["satisfaction"] is not None and row["opened_on"] <= AS_OF.isoformat():
            rated[row["kind"]].append(row["satisfaction"])
    found = assistant.ask("What is the average satisfaction by ticket type?")
    assert pairs(found) == {kind: pytest.approx(mean(each)) for kind, each in rated.items()}


def test_customers_with_three_tickets_in_60_days(assistant: Assistant, tables: Tables) -> None:
    counts = Counter(row["customer_id"] for row in tables["tickets"]
                     if since(60) <= row["opened_on"] <= AS_OF.isoformat())  # fmt: skip
    found = assistant.ask("Which customers have opened 3+ tickets in the last 60 days?")
    wanted = {customer for customer, number in counts.items() if number >= 3}
    assert set(found.tables[0].customers) == wanted and wanted


def test_five_stars_and_no_order_in_90_days(assistant: Assistant, tables: Tables) -> None:
    happy = {row["customer_id"] for row in tables["reviews"]
             if row["rating"] == 5 and row["reviewed_on"] <= AS_OF.isoformat()}  # fmt: skip
    bought = {row["customer_id"] for row in tables["orders"]
              if row["kind"] == "purchase" and since(90) <= row["ordered_on"] <= AS_OF.isoformat()}  # fmt: skip
    found = assistant.ask("Find customers who left 5-star reviews but haven't purchased in 90 days")
    assert set(found.tables[0].customers) == happy - bought != set()


def test_conversion_by_campaign_type(assistant: Assistant, tables: Tables) -> None:
    mailed: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for row in tables["email_events"]:
        if row["happened_on"] <= AS_OF.isoformat():
            mailed[row["message"], row["address"]][row["kind"]] = row["campaign_kind"]
    sent, converted = Counter[str](), Counter[str]()
    for kinds in mailed.values():
        if "sent" in kinds and "bounced" not in kinds:
            sent[kinds["sent"]] += 1
            converted[kinds["sent"]] += "converted" in kinds
    found = assistant.ask("What is the conversion rate of email campaigns by campaign type?")
    assert pairs(found) == {kind: pytest.approx(converted[kind] / sent[kind]) for kind in sent}


def test_open_deals_with_probability_and_value(assistant: Assistant, tables: Tables) -> None:
    wanted = {row["external_id"] for row in tables["opportunities"]
              if row["stage"] not in ("Won", "Lost") and (row["probability"] or 0) > 0.7
              and (row["amount_minor"] or 0) > 200_00}  # fmt: skip
    found = assistant.ask("Show open opportunities with probability > 70% and value > $200")
    assert {row[0] for row in found.tables[0].rows} == wanted


def test_everything_about_customer_42(assistant: Assistant, tables: Tables) -> None:
    found = assistant.ask("Give me a 360-degree view of customer 42: purchases, tickets, reviews, fit scans")
    figures = pairs(found)
    own = [
        row for row in tables["customers"] if row["external_id"].endswith("42") and int(row["external_id"][1:]) == 42
    ]
    customer = own[0]["id"]

    def count(table: str, day: str, **wanted: str) -> str:
        own = (row for row in tables[table] if row["customer_id"] == customer and row[day] <= AS_OF.isoformat())
        return str(sum(all(row[name] == value for name, value in wanted.items()) for row in own))

    assert found.readings[0].question.customer == customer
    assert figures["Orders"] == count("orders", "ordered_on", kind="purchase")
    assert figures["Tickets"] == count("tickets", "opened_on")
    assert figures["Reviews"] == count("reviews", "reviewed_on")
    assert figures["Fit scans"] == count("activities", "happened_on", kind="fit_scan")


def test_reasons_for_negative_reviews_of_the_last_quarter(assistant: Assistant, tables: Tables) -> None:
    found = assistant.ask("What are the top 3 reasons for negative reviews in the last quarter?")
    bad = [
        row for row in tables["reviews"] if row["rating"] <= 2 and "2026-07-01" <= row["reviewed_on"] <= "2026-09-30"
    ]
    rows = found.tables[0].rows
    assert len(rows) == 3
    assert f"of {len(bad)} reviews" in found.sentence
    counts = [int(str(row[1])) for row in rows]
    assert counts == sorted(counts, reverse=True)
    texts = [f"{row['title']}. {row['text']}" for row in bad]
    assert all(any(str(row[2]).strip("“”…")[:40] in text for text in texts) for row in rows)


def test_fit_scan_users_who_returned(assistant: Assistant, tables: Tables) -> None:
    scanned = {row["customer_id"] for row in tables["activities"]
               if row["kind"] == "fit_scan" and row["happened_on"] <= AS_OF.isoformat()}  # fmt: skip
    returned = {row["customer_id"] for row in tables["orders"]
                if row["kind"] == "return" and row["ordered_on"] <= AS_OF.isoformat()}  # fmt: skip
    found = assistant.ask(
        "Which customers used the fit scan but returned their purchase, and what are the common issues?"
    )
    assert set(found.tables[0].customers) == scanned & returned != set()
    assert [column.name for column in found.tables[1].columns] == ["reason", "texts", "example"]


def test_gold_customers_who_did_not_engage_for_60_days(assistant: Assistant, tables: Tables) -> None:
    engaged: dict[int, str] = {}
    emailed = set()
    for row in tables["email_events"]:
        if row["happened_on"] <= AS_OF.isoformat():
            emailed.add(row["customer_id"])
            if row["kind"] in ("opened", "clicked", "replied", "converted"):
                engaged[row["customer_id"]] = max(engaged.get(row["customer_id"], ""), row["happened_on"])
    bound = (AS_OF - timedelta(days=60)).isoformat()
    wanted = {row["id"] for row in tables["customers"]
              if row["tier"] == "Gold" and row["id"] in emailed and engaged.get(row["id"], "") < bound}  # fmt: skip
    found = assistant.ask("Which Gold customers haven't engaged with any email in 60 days?")
    assert set(found.tables[0].customers) == wanted != set()
