"""The truth of a sample book agrees with its exports, and never lies among them."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from services.sample import SampleTruth, write_exports
from tests.services.sample.exports import DIALECTS, read_export

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exports")


@pytest.fixture(scope="module")
def truth(folder: Path) -> SampleTruth:
    return write_exports(folder, today=TODAY)


def purchase_days(folder: Path) -> dict[str, list[date]]:
    days: dict[str, set[date]] = defaultdict(set)
    for row in read_export(folder, "orders.csv"):
        days[row["Customer ID"]].add(date.fromisoformat(row["Ordered at"][:10]))
    return {customer: sorted(found) for customer, found in days.items()}


def test_the_truth_is_written_nowhere(folder: Path, truth: SampleTruth) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted(DIALECTS)


def test_it_can_be_written_for_a_look(truth: SampleTruth) -> None:
    document = json.loads(truth.to_json())
    assert len(document["customers"]) == 400
    assert document["as_of"] == truth.as_of.isoformat()


def test_last_orders_and_usual_gaps_are_those_of_the_orders(folder: Path, truth: SampleTruth) -> None:
    days = purchase_days(folder)
    for customer in truth.customers:
        own = days.get(customer.customer_id, [])
        assert customer.purchase_days == len(own)
        assert customer.last_order_on == (own[-1] if own else None)
        assert customer.first_order_on == (own[0] if own else None)
        if len(own) > 2:
            gaps = [(b - a).days for a, b in pairwise(own)]
            assert customer.usual_gap_days == median(gaps)


def test_planted_declines_are_regular_customers_worth_keeping_who_fell_silent(truth: SampleTruth) -> None:
    assert 12 <= len(truth.planted) <= 24
    assert {c.cause for c in truth.planted} == {"silent", "late_delivery", "faulty_product", "price"}
    for customer in truth.planted:
        assert customer.stopped and customer.worth_keeping
        assert customer.purchase_days >= 4
        assert customer.last_order_on is not None and customer.last_order_on < truth.as_of
    silent_for = [(truth.as_of - c.last_order_on).days / c.usual_gap_days for c in truth.planted if c.last_order_on]
    assert sum(gaps > 3 for gaps in silent_for) >= 5, "some are long due"
    assert sum(gaps < 3 for gaps in silent_for) >= 3, "some are not yet due"


def test_most_customers_stay_and_others_leave_unplanted(truth: SampleTruth) -> None:
    left = [c for c in truth.customers if c.stopped and not c.planted]
    assert 100 <= len(left) < len(truth.customers) / 2
    assert {c.cause for c in truth.customers if not c.stopped} == {""}
    assert {"left"} <= {c.cause for c in left} <= {"left", "late_delivery"}


def test_a_planted_story_can_be_read_in_the_tickets(folder: Path, truth: SampleTruth) -> None:
    unhappy: dict[str, list[str]] = defaultdict(list)
    for row in read_export(folder, "tickets.csv"):
        if row["Sentiment"] == "negative":
            unhappy[row["Customer ID"]].append(row["Type"])
    kind = {"late_delivery": "Delivery", "faulty_product": "Quality", "price": "Billing"}
    for customer in truth.planted:
        if customer.cause in kind:
            assert kind[customer.cause] in unhappy[customer.customer_id]


def test_planted_occasions_can_be_found(folder: Path, truth: SampleTruth) -> None:
    as_of = truth.as_of
    tickets = read_export(folder, "tickets.csv")
    waiting = {row["Customer ID"] for row in tickets if row["Sentiment"] == "negative" and row["Resolved at"] == ""}
    assert set(truth.signals["open_unhappy_ticket"]) <= waiting
    bad = {
        row["Customer ID"]
        for row in read_export(folder, "reviews.csv")
        if int(row["Rating"]) <= 2 and date.fromisoformat(row["Reviewed on"]) > as_of - timedelta(days=21)
    }
    assert set(truth.signals["bad_review"]) <= bad
    unsubscribed = {
        row["Customer ID"] for row in read_export(folder, "email_events.tsv") if row["Event"] == "unsubscribed"
    }
    assert set(truth.signals["unsubscribed_lately"]) <= unsubscribed
    changed: dict[str, str] = {}
    for row in read_export(folder, "stage_changes.csv"):
        changed[row["Opportunity ID"]] = row["Changed at"][:10]
    stalled = {
        row["Customer ID"]
        for row in read_export(folder, "opportunities.csv")
        if row["Stage"] == "Proposal" and date.fromisoformat(changed[row["Opportunity ID"]]) < as_of - timedelta(14)
    }
    assert set(truth.signals["stalled_deal"]) <= stalled
    renews = {row["Customer ID"]: row["Renews on"] for row in read_export(folder, "customers.csv")}
    for customer in truth.signals["renewal_near"]:
        assert as_of < date.fromisoformat(renews[customer]) <= as_of + timedelta(days=60)


def test_the_faulty_batch_is_sent_back_and_reviewed_badly(folder: Path, truth: SampleTruth) -> None:
    spell = next(spell for spell in truth.spells if spell.kind == "faulty_product")
    sold_in: dict[bool, set[str]] = {True: set(), False: set()}
    for row in read_export(folder, "orders.csv"):
        if row["SKU"] == spell.sku:
            inside = spell.first_on <= date.fromisoformat(row["Ordered at"][:10]) <= spell.last_on
            sold_in[inside].add(row["Order ID"])
    back = {row["Order ID"] for row in read_export(folder, "returns.csv") if row["SKU"] == spell.sku}
    rate = {inside: len(back & sold) / len(sold) for inside, sold in sold_in.items()}
    assert rate[True] > 3 * rate[False]


def test_shops_that_dropped_out_of_the_portal_had_come_most_weeks(folder: Path, truth: SampleTruth) -> None:
    logins: dict[str, list[date]] = defaultdict(list)
    for row in read_export(folder, "activities.csv.gz"):
        if row["Kind"] == "login":
            logins[row["Customer ID"]].append(date.fromisoformat(row["At"][:10]))
    assert truth.signals["portal_logins_dropped"]
    for customer in truth.signals["portal_logins_dropped"]:
        days = logins[customer]
        lately = [day for day in days if day > truth.as_of - timedelta(days=24)]
        before = [day for day in days if truth.as_of - timedelta(days=150) < day <= truth.as_of - timedelta(days=38)]
        assert len(lately) <= 3 and len(before) >= 30, customer
