"""The retailer's own exports, asked in its own words; each answer beside a count of the files in plain Python."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from statistics import mean

import pytest

from models.values.assistant import Response
from services.assistant import Assistant
from services.workspace import Recipe, Workspace, open_workspace


class Files:
    """The exports as rows of text."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __getitem__(self, name: str) -> list[dict[str, str]]:
        with (self._folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def files(data_dir: Path) -> Files:
    return Files(data_dir / "engagement")


@pytest.fixture(scope="module")
def book(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    path = tmp_path_factory.mktemp("engagement") / "book.bellwether"
    files = map(str, sorted((data_dir / "engagement").glob("*.csv")))
    command = [sys.executable, "main.py", "import", *files, "--plain", "--store", str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    workspace = open_workspace(Recipe(str(path), "Ada", "2026-11-25T09:00:00+00:00"))
    yield workspace
    workspace.close()


@pytest.fixture(scope="module")
def ask(book: Workspace) -> Assistant:
    return Assistant(book)


def ids(found: Response) -> set[str]:
    return {str(row[0]) for row in found.tables[0].rows}


def day_of(found: Response) -> date:
    assert found.as_of is not None
    return found.as_of


def since(found: Response, days: int) -> str:
    """The first of so many days that end with the last day of the data."""
    return (day_of(found) - timedelta(days=days - 1)).isoformat()


def test_tickets_of_30_days_with_negative_sentiment(ask: Assistant, files: Files) -> None:
    found = ask.ask("Show all tickets from the last 30 days with negative sentiment")
    wanted = {row["ticket_id"] for row in files["customer_service_tickets"]
              if row["sentiment"] == "Negative" and since(found, 30) <= row["created_date"]}  # fmt: skip
    assert ids(found) == wanted != set()


def test_satisfaction_by_ticket_type(ask: Assistant, files: Files) -> None:
    found = ask.ask("What is the average satisfaction by ticket type?")
    rated = defaultdict(list)
    for row in files["customer_service_tickets"]:
        # Nobody rates a ticket before its resolution, which one export has after the last day of the data.
        if row["satisfaction_score"] and row["resolved_date"] <= day_of(found).isoformat():
            rated[row["ticket_type"]].append(float(row["satisfaction_score"]))
    assert dict(found.tables[0].rows) == {  # type: ignore[arg-type]
        kind: pytest.approx(mean(each)) for kind, each in rated.items()
    }


def test_customers_with_three_tickets_in_60_days(ask: Assistant, files: Files) -> None:
    found = ask.ask("Which customers have opened 3+ tickets in the last 60 days?")
    counts = Counter(row["customer_id"] for row in files["customer_service_tickets"]
                     if since(found, 60) <= row["created_date"])  # fmt: skip
    assert ids(found) == {customer for customer, number in counts.items() if number >= 3} != set()


def test_five_stars_and_no_order_in_90_days(ask: Assistant, files: Files) -> None:
    found = ask.ask("Find customers who left 5-star reviews but haven't purchased in 90 days")
    happy = {row["customer_id"] for row in files["product_reviews"] if row["rating"] == "5"}
    bought = {row["customer_id"] for row in files["transactions"] if since(found, 90) <= row["transaction_date"]}
    assert ids(found) == happy - bought != set()


def test_conversion_by_campaign_type(ask: Assistant, files: Files) -> None:
    sent, converted = Counter[str](), Counter[str]()
    for row in files["email_interactions"]:
        sent[row["campaign_type"]] += 1
        converted[row["campaign_type"]] += row["converted"] == "True"
    found = ask.ask("What is the conversion rate of email campaigns by campaign type?")
    assert dict(found.tables[0].rows) == {  # type: ignore[arg-type]
        kind: pytest.approx(converted[kind] / number) for kind, number in sent.items()
    }


def test_open_deals_with_probability_and_value(ask: Assistant, files: Files) -> None:
    found = ask.ask("open opportunities with probability > 70% and value > $200")
    wanted = {row["opportunity_id"] for row in files["sales_opportunities"]
              if row["stage"] not in ("Won", "Lost", "Closed Won", "Closed Lost") and float(row["probability"]) > 70
              and float(row["estimated_value"]) > 200}  # fmt: skip
    assert ids(found) == wanted != set()


def test_negative_tickets_of_yesterday(ask: Assistant, files: Files) -> None:
    found = ask.ask("Show me all negative tickets from yesterday")
    yesterday = (day_of(found) - timedelta(days=1)).isoformat()
    wanted = {row["ticket_id"] for row in files["customer_service_tickets"]
              if row["sentiment"] == "Negative" and row["created_date"] == yesterday}  # fmt: skip
    assert ids(found) == wanted != set()


def test_deals_in_proposal_count_from_their_creation_and_it_is_said(ask: Assistant, files: Files) -> None:
    found = ask.ask("Which opportunities have been in Proposal for more than 14 days, and when was the last contact?")
    before = (day_of(found) - timedelta(days=14)).isoformat()
    wanted = {row["opportunity_id"] for row in files["sales_opportunities"]
              if row["stage"] == "Proposal" and row["created_date"] < before}  # fmt: skip
    assert ids(found) == wanted != set()
    assert found.tables[0].columns[-1].title == "Days since contact"
    assert "no contact in the last 10 days" in found.notes[0] and "no dates of stage changes" in found.notes[1]


def test_everything_about_customer_127(ask: Assistant, files: Files) -> None:
    figures = dict(ask.ask("Give me a 360 degree view of customer 127").tables[0].rows)  # type: ignore[arg-type,var-annotated]
    for title, name in (("Tickets", "customer_service_tickets"), ("Reviews", "product_reviews"),
                        ("Fit scans", "fitmap_measurements"), ("Orders", "transactions")):  # fmt: skip
        assert figures[title] == str(sum(row["customer_id"] == "127" for row in files[name])), title


def test_what_to_do_for_customer_127_and_an_email_for_deal_245(ask: Assistant, files: Files) -> None:
    advice = ask.ask("What action should I take for customer 127?")
    assert advice.status == "answered" and set(advice.next_steps) == {"customer", "draft", "task"}
    whose = next(row["customer_id"] for row in files["sales_opportunities"] if row["opportunity_id"] == "245")
    lately = ask.ask("For opportunity 245, show me the customer's recent engagement")
    again = ask.ask("Draft a personal follow-up email for them", lately.readings[0].question)
    named = next(row for row in files["customers"] if row["customer_id"] == whose)
    assert named["last_name"] in lately.sentence and named["last_name"] in again.sentence
    assert any(named["first_name"] in str(row[1]) for row in again.tables[0].rows)
