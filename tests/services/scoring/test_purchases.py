"""A book of a sales team: won deals are its purchases, agents its owners, strangers' tickets are no customers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import run_command
from models.values.customers import CONTACT, CustomerFilter
from services.insight import count_customers, reading
from services.scoring import score_due
from tests.app.conftest import ask, moment
from tests.services.scoring.books import Book

__all__ = ["ask", "moment"]

MONTHS = range(1, 10)


@pytest.fixture
def sold(book: Book) -> Book:
    """Sixty accounts with a won deal each month, one that is still open, and 200 strangers with a ticket each."""
    book.add_customers(260)
    won = [
        {"customer_id": who, "stage": "Won", "opened_on": f"2026-0{month}-01", "closes_on": f"2026-0{month}-{day:02}",
         "amount_minor": 50_000 + who, "currency": "USD", "owner": "Ines"}
        for who in range(1, 61) for month in MONTHS for day in (1 + who % 27,)
    ]  # fmt: skip
    book.add("opportunities", won)
    book.add("opportunities", [{"customer_id": 1, "stage": "Proposal", "opened_on": "2026-09-03"}])
    tickets = [{"customer_id": who, "opened_on": "2026-11-02", "subject": "Help"} for who in range(61, 261)]
    book.add("tickets", tickets)
    return book


def count_customers_of(book: Book, standing: str) -> int:
    with reading(book.workspace) as reader:
        return count_customers(reader, CustomerFilter(standings=frozenset({standing}))).matching


def test_won_deals_are_purchases_of_a_book_without_orders(sold: Book) -> None:
    run = score_due(sold.workspace)
    scores = sold.scores()
    assert run.as_of == "2026-09-27"
    assert all(scores[who]["purchase_days"] == len(MONTHS) for who in range(1, 61))
    assert scores[1]["last_order_on"] == "2026-09-02" and scores[1]["value_at_risk_minor"] is not None
    assert any("won deals count as purchases" in said for said in run.warnings)


def test_strangers_with_a_ticket_are_counted_and_not_scored_and_do_not_move_the_day(sold: Book) -> None:
    run = score_due(sold.workspace)
    assert sorted(sold.scores()) == list(range(1, 61))
    assert (run.customers, run.scored) == (60, 60)
    assert any("200 contacts without purchases are not scored" in said for said in run.warnings)
    assert score_due(sold.workspace).scored == 0
    contacts = count_customers_of(sold, CONTACT)
    assert contacts == 200
    sold.add_orders([(61, "2026-09-20", 900)])
    score_due(sold.workspace)
    assert 61 in sold.scores()


def test_the_policy_can_leave_won_deals_out(sold: Book) -> None:
    sold.workspace.change_policy(won_deals_count=False)
    run = score_due(sold.workspace.with_policy(sold.workspace.read_policy()))
    assert not any("won deals" in said for said in run.warnings)
    assert all(row["purchase_days"] == 0 for row in sold.scores().values())


def test_orders_take_the_place_of_deals(sold: Book) -> None:
    sold.add_orders([(1, "2026-08-20", 900)])
    run = score_due(sold.workspace)
    assert not any("won deals" in said for said in run.warnings)
    assert sold.scores()[2]["purchase_days"] == 0


@pytest.mark.usefixtures("moment")
def test_agents_become_owners_deals_have_their_products_name_and_undo_takes_both_back(
    ask: Any, tmp_path: Path, store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts, deals = tmp_path / "accounts.csv", tmp_path / "sales_pipeline.csv"
    head = "account,sector,year_established,revenue,employees,office_location,subsidiary_of"
    accounts.write_text(f"{head}\nHalden,retail,1996,10.5,12,Riga,\nRidgeway,retail,2001,3.1,4,Oslo,\n")
    head = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value"
    rows = [
        "A1,Moses Frase,GTX Pro,Halden,Won,2026-01-02,2026-02-03,4821",
        "A2,Moses Frase,GTX Basic,Halden,Won,2026-03-02,2026-04-03,550",
        "A3,Ines Roth,GTX Basic,Halden,Lost,2026-05-02,2026-06-03,0",
        "A4,Ines Roth,GTX Basic,Ridgeway,Engaging,2026-06-02,,",
    ]
    deals.write_text("\n".join([head, *rows, ""]))
    ask("import", str(accounts))
    before = ask("verify")[1]["content_hash"]
    number = ask("import", str(deals))[1][0]["import_id"]
    owners = {row["name"]: row["owner"] for row in ask("customers")[1]["customers"]}
    assert owners == {"Halden": "Ines Roth", "Ridgeway": "Ines Roth"}
    run_command(["customer", "Halden", "--store", str(store_path)])
    told = capsys.readouterr().out
    assert "GTX Pro · won · $4,821" in told
    assert json.dumps(ask("import", str(deals))[1][0]["rows"]["unchanged"]) == "4"
    ask("undo-import", str(number))
    assert ask("verify")[1]["content_hash"] == before
