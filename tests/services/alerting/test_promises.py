"""What cards about leaving promise, against what came; also on a book from another process than models assume."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

import pytest
from sqlalchemy import insert

from models.tables import score_history
from services.alerting import evaluate, rule_records
from services.alerting.precision import Promise
from services.scoring import score_due
from tests.measured import Tell
from tests.services.alerting.book import Book
from tests.services.scoring.books import Book as Store
from tests.services.scoring.other_process import AS_OF, simulated

HORIZON = 90
#: Days on which the rules look, so far apart that few of them speak of the same silence.
BACK = (180, 90, 0)


@dataclass(frozen=True)
class Kept:
    """Each card about leaving: the risk on its day, and whether the customer ordered nothing within the horizon."""

    risk: float
    left: bool


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> tuple[Kept, ...]:
    """Cards of three days of a book whose customers die at any time, have seasons and meet shocks."""
    truth = simulated(21, 1_000)
    store = Store(tmp_path_factory.mktemp("promises") / "book.db")
    truth.put_into(store)
    days = {customer: [] for customer in range(1, truth.customers + 1)}
    for row in truth.orders:
        days[row["customer_id"]].append(date.fromisoformat(row["ordered_on"]))
    for customer, later in truth.first_later.items():
        days[customer].append(AS_OF + timedelta(days=later))
    found = []
    for back in BACK:
        day = AS_OF - timedelta(days=back)
        workspace = store.at(day)
        score_due(workspace, force_all=True)
        evaluate(workspace)
        with workspace.store.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT s.customer_id, s.churn_risk FROM customer_risk_scores s JOIN alert_signals g"
                " ON g.customer_id = s.customer_id WHERE g.rule = 'likely_to_leave' AND g.raised_as_of = ?",
                (day.isoformat(),),
            ).fetchall()
        end = day + timedelta(days=HORIZON)
        found += [Kept(risk, not any(day < one <= end for one in days[customer])) for customer, risk in rows]
    store.workspace.close()
    return tuple(found)


def test_as_many_leave_as_the_cards_promise(cards: tuple[Kept, ...], tell: Tell) -> None:
    told = sum(card.risk for card in cards) / len(cards)
    left = sum(card.left for card in cards) / len(cards)
    spread = sqrt(sum(card.risk * (1.0 - card.risk) for card in cards)) / len(cards)
    tell(f"another process: {len(cards)} cards, told {told:.0%} on average, {left:.0%} left")
    assert len(cards) >= 20
    assert abs(told - left) <= 2.5 * spread


def leaving(book: Book, **fields: object) -> int:
    """A customer of great value who is far likelier to leave than the others."""
    return book.customer("Leaving", **{"churn_risk": 0.7, "value_at_risk_minor": 80_000, **fields})


def test_who_orders_as_seldom_as_the_horizon_is_long_is_not_leaving_for_that(book: Book) -> None:
    book.crowd(18)
    usual = leaving(book, gap=109, ago=0)
    late = leaving(book, gap=109, ago=130)
    book.evaluate()
    assert book.cards(usual) == []
    assert book.card(late)["rule"] == "likely_to_leave"
    assert book.card(late)["reason"] == "70\u202f% likely to order nothing within 90 days, $800 at risk"


def test_who_is_scored_by_their_contract_is_told_of_the_contract(book: Book) -> None:
    book.crowd(18)
    under = leaving(book, gap=400, ago=5, model="Additive v2 on contracts (rung 3)")
    book.evaluate()
    assert book.card(under)["reason"] == "70\u202f% likely to leave the contract within 90 days, $800 at risk"


def promised(book: Book) -> Promise | None:
    (record,) = [one for one in rule_records(book.workspace) if one.code == "likely_to_leave"]
    return record.promise


def remembered(book: Book, customer: int, risk: float) -> None:
    """Keep today's risk in the history of scores, as scoring does."""
    with book.writing() as work:
        row = {"customer_id": customer, "as_of": book.day(0), "churn_risk": risk, "model": "test"}
        work.connection.execute(insert(score_history).values(**row))


def test_what_a_rule_promised_stands_beside_what_came_once_the_horizon_is_over(book: Book) -> None:
    book.crowd(40)
    came, stayed_away, forgotten = (leaving(book, churn_risk=risk) for risk in (0.7, 0.8, 0.75))
    book.evaluate()
    assert {book.card(one)["rule"] for one in (came, stayed_away, forgotten)} == {"likely_to_leave"}
    for customer, risk in ((came, 0.7), (stayed_away, 0.8)):
        remembered(book, customer, risk)
    book.move(days=30)
    book.order(came, 0)
    assert promised(book) is None
    book.move(days=60)
    book.order(stayed_away, -1)
    assert promised(book) == Promise(2, 0.75, 1, 90)
    (record,) = [one for one in rule_records(book.workspace) if one.code == "likely_to_leave"]
    assert record.words.endswith("; of 2 cards whose 90 days are over 50\u202f% left, told were 75\u202f%")
    assert {one.promise for one in rule_records(book.workspace) if one.code != "likely_to_leave"} == {None}


def test_of_a_contract_its_end_is_what_was_promised(book: Book) -> None:
    book.crowd(40)
    ended = leaving(book, contract_starts_on=book.day(400), churned_on=book.day(-40))
    runs = leaving(book, contract_starts_on=book.day(400))
    for customer in (ended, runs):
        remembered(book, customer, 0.6)
    book.evaluate()
    book.move(days=90)
    assert promised(book) == Promise(2, 0.6, 1, 90)
