"""The exports are what a retailer's systems would write: complete, consistent, and the same from the same seed."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sample import SampleTruth, write_exports
from tests.examples import examples
from tests.services.sample.exports import DIALECTS, read_export

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exports")


@pytest.fixture(scope="module")
def truth(folder: Path) -> SampleTruth:
    return write_exports(folder, today=TODAY)


def day_of(text: str) -> date:
    if text[2:3] == ".":
        return date(int(text[6:10]), int(text[3:5]), int(text[:2]))
    return date.fromisoformat(text[:10])


def digest(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def test_the_book_has_the_size_that_it_promises(folder: Path, truth: SampleTruth) -> None:
    assert [path.name for path in truth.paths] == list(DIALECTS)
    counts = {name: len(read_export(folder, name)) for name in DIALECTS}
    assert counts == dict(truth.rows)
    assert counts["customers.csv"] == len(truth.customers) == 400
    assert counts["tickets.csv"] >= 800
    assert counts["reviews.csv"] >= 600
    assert counts["email_events.tsv"] >= 2_000
    assert counts["opportunities.csv"] >= 300
    assert 60 <= counts["products.csv"] <= 120
    kinds = {row["Kind"] for row in read_export(folder, "activities.csv.gz")}
    assert {"store_visit", "web_session", "login"} <= kinds
    customers = read_export(folder, "customers.csv")
    for name, least in (("fit_scans.csv", 0.3), ("surveys.csv", 0.5), ("conversations.csv", 0.5)):
        assert len({row["Customer ID"] for row in read_export(folder, name)}) >= least * len(customers), name
    assert sum(bool(row["Phone"]) for row in customers) >= 0.8 * len(customers)
    assert truth.signals["words_of_leaving"]


def test_no_event_is_after_the_as_of_day_and_orders_reach_it(folder: Path, truth: SampleTruth) -> None:
    columns = {
        "orders.csv": ("Ordered at",),
        "returns.csv": ("Returned on",),
        "tickets.csv": ("Opened at", "Resolved at"),
        "reviews.csv": ("Reviewed on",),
        "email_events.tsv": ("At",),
        "opportunities.csv": ("Opened on",),
        "stage_changes.csv": ("Changed at",),
        "activities.csv.gz": ("At",),
        "fit_scans.csv": ("Scanned at",),
        "surveys.csv": ("Answered on",),
        "conversations.csv": ("At",),
        "customers.csv": ("Signed up on", "Consent since"),
        "contacts.csv": ("Consent since",),
    }
    assert truth.as_of == TODAY - timedelta(days=2)
    for name, wanted in columns.items():
        days = [day_of(row[c]) for row in read_export(folder, name) for c in wanted if row[c]]
        assert max(days) <= truth.as_of, name
        if name not in ("customers.csv", "tickets.csv"):
            assert min(days) >= truth.first_on, name
    assert max(day_of(row["Ordered at"]) for row in read_export(folder, "orders.csv")) == truth.as_of
    mailed = max(day_of(row["At"]) for row in read_export(folder, "email_events.tsv"))
    assert mailed == truth.email_events_end_on == TODAY - timedelta(days=18)


def test_every_reference_is_found(folder: Path, truth: SampleTruth) -> None:
    customers = {row["Customer ID"] for row in read_export(folder, "customers.csv")}
    skus = {row["SKU"] for row in read_export(folder, "products.csv")}
    orders = {row["Order ID"]: row["Customer ID"] for row in read_export(folder, "orders.csv")}
    deals = {row["Opportunity ID"] for row in read_export(folder, "opportunities.csv")}
    assert len(customers) == len(truth.customers)
    for name in DIALECTS:
        for row in read_export(folder, name):
            assert row.get("Customer ID", next(iter(customers))) in customers
            assert row.get("SKU", next(iter(skus))) in skus
    for row in read_export(folder, "returns.csv"):
        assert orders[row["Order ID"]] == row["Customer ID"]
    assert {row["Opportunity ID"] for row in read_export(folder, "stage_changes.csv")} == deals


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("customers.csv", "Customer ID"),
        ("customers.csv", "Email"),
        ("customers.csv", "Phone"),
        ("customers.csv", "Company"),
        ("contacts.csv", "Contact ID"),
        ("contacts.csv", "Email"),
        ("products.csv", "SKU"),
        ("returns.csv", "Return ID"),
        ("tickets.csv", "Ticket ID"),
        ("reviews.csv", "Review ID"),
        ("email_events.tsv", "Event ID"),
        ("opportunities.csv", "Opportunity ID"),
        ("activities.csv.gz", "Activity ID"),
        ("fit_scans.csv", "Scan ID"),
        ("surveys.csv", "Response ID"),
        ("conversations.csv", "Conversation ID"),
    ],
)
def test_what_identifies_is_given_once(folder: Path, truth: SampleTruth, name: str, column: str) -> None:
    values = [row[column] for row in read_export(folder, name) if row[column]]
    assert len(values) == len(set(values)) > 0


def test_the_columns_of_an_order_agree_on_all_of_its_lines(folder: Path, truth: SampleTruth) -> None:
    seen: dict[str, tuple[str, ...]] = {}
    for row in read_export(folder, "orders.csv"):
        own = (row["Customer ID"], row["Ordered at"], row["Channel"], row["Currency"])
        assert seen.setdefault(row["Order ID"], own) == own
        whole = int(row["Quantity"]) * Decimal(row["Unit price"])
        assert Decimal(row["Line total"]) == whole - Decimal(row["Discount"]) > 0
        assert Decimal(row["Discount"]) >= 0


def test_what_comes_back_was_bought_and_is_no_more_than_that(folder: Path, truth: SampleTruth) -> None:
    bought: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in read_export(folder, "orders.csv"):
        bought[row["Order ID"], row["SKU"]] += Decimal(row["Line total"])
    for row in read_export(folder, "returns.csv"):
        bought[row["Order ID"], row["SKU"]] -= Decimal(row["Refund amount"])
    assert min(bought.values()) >= 0


def test_a_deals_history_leads_to_its_stage(folder: Path, truth: SampleTruth) -> None:
    stage: dict[str, str] = {}
    at: dict[str, str] = {}
    for row in read_export(folder, "stage_changes.csv"):
        deal = row["Opportunity ID"]
        assert row["From stage"] == stage.get(deal, "")
        assert row["Changed at"] >= at.get(deal, "")
        stage[deal], at[deal] = row["To stage"], row["Changed at"]
    assert stage == {row["Opportunity ID"]: row["Stage"] for row in read_export(folder, "opportunities.csv")}
    assert set(stage.values()) == {"Identified", "Qualified", "Proposal", "Negotiation", "Won", "Lost"}


def test_nobody_is_mailed_without_consent(folder: Path, truth: SampleTruth) -> None:
    consent = {row["Customer ID"]: row for row in read_export(folder, "customers.csv")}
    states = Counter(row["Email consent"] for row in consent.values())
    assert set(states) == {"given", "withdrawn", "unknown"}
    for row in read_export(folder, "email_events.tsv"):
        customer = consent[row["Customer ID"]]
        assert customer["Email consent"] != "unknown"
        assert customer["Email"] == row["Email"] != ""
        if customer["Email consent"] == "withdrawn" and row["Event"] == "sent":
            assert day_of(row["At"]) <= day_of(customer["Consent since"])


def test_the_words_vary(folder: Path, truth: SampleTruth) -> None:
    tickets = [row["Description"] for row in read_export(folder, "tickets.csv")]
    assert len(set(tickets)) > 0.8 * len(tickets)
    assert any("\n" in text for text in tickets)
    assert not any("{" in text for text in tickets)
    reviews = [row["Review"] for row in read_export(folder, "reviews.csv")]
    assert len(set(reviews)) > 0.6 * len(reviews)
    stars = Counter(int(row["Rating"]) for row in read_export(folder, "reviews.csv"))
    assert set(stars) == {1, 2, 3, 4, 5}


def test_the_same_seed_gives_the_same_bytes_in_every_zone_and_locale(
    project: Path, python: str, folder: Path, truth: SampleTruth, tmp_path: Path
) -> None:
    script = (
        "import sys; from datetime import date; from pathlib import Path; from services.sample import write_exports;"
        f"write_exports(Path(sys.argv[1]), today=date({TODAY.year}, {TODAY.month}, {TODAY.day}))"
    )
    environment = {**os.environ, "TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "5"}
    command = [python, "-c", script, str(tmp_path / "elsewhere")]
    subprocess.run(command, cwd=project, env=environment, check=True, timeout=600)
    assert digest(tmp_path / "elsewhere") == digest(folder)


def test_another_seed_gives_another_book(folder: Path, truth: SampleTruth, tmp_path: Path) -> None:
    write_exports(tmp_path, seed=truth.seed + 1, today=TODAY)
    assert digest(tmp_path) != digest(folder)


def test_without_a_day_the_clock_is_asked(tmp_path: Path) -> None:
    before = datetime.now().astimezone().date()
    truth = write_exports(tmp_path, customers=3)
    assert before <= truth.today <= datetime.now().astimezone().date()


def test_a_book_needs_a_customer(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one customer"):
        write_exports(tmp_path, customers=0, today=TODAY)


@settings(max_examples=examples(5), deadline=None)
@given(
    customers=st.integers(1, 60),
    seed=st.integers(0, 2**31),
    today=st.dates(date(2020, 1, 1), date(2032, 12, 31)),
)
def test_books_of_any_size_seed_and_day_hold_together(
    tmp_path_factory: pytest.TempPathFactory, customers: int, seed: int, today: date
) -> None:
    folder = tmp_path_factory.mktemp("any")
    truth = write_exports(folder, customers=customers, seed=seed, today=today)
    counts = {path.name: len(read_export(folder, path.name)) for path in truth.paths}
    assert counts == {name: rows for name, rows in truth.rows.items() if rows}
    assert sorted(path.name for path in folder.iterdir()) == sorted(counts), "a file without rows is not written"
    assert counts["customers.csv"] == customers
    days = [day_of(row["Ordered at"]) for row in read_export(folder, "orders.csv")]
    assert not days or max(days) <= truth.as_of
    assert all(truth.first_on <= day for day in days)
