"""What alerts about leaving promise, against what came; also on a book from another process than models assume."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import insert

from models.tables import score_history
from models.values.scores import as_of_model
from services.alerting import evaluate, rule_records
from services.alerting.precision import Promise
from services.scoring import score_due
from services.scoring.model_selection.measures import auc, ece15
from tests.measured import Tell
from tests.services.alerting.book import Book
from tests.services.scoring.books import Book as Store
from tests.services.scoring.other_process import AS_OF, simulated

HORIZON = 90
#: Days on which the rules look, so far apart that few of them speak of the same silence.
BACK = (180, 90, 0)


@dataclass(frozen=True)
class Kept:
    """A customer's risk on a day, its confidence, whether an alert stood, and whether they ordered nothing after."""

    risk: float
    confidence: str
    alert: bool
    left: bool


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Kept, ...]:
    """Buyers on three days of a book whose customers die at any time, have seasons and meet shocks."""
    truth = simulated(21, 1_000)
    store = Store(tmp_path_factory.mktemp("promises") / "book.db")
    truth.put_into(store)
    days: dict[int, list[date]] = {customer: [] for customer in range(1, truth.customers + 1)}
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
                "SELECT customer_id, churn_risk, confidence, EXISTS (SELECT 1 FROM alert_signals g"
                " WHERE g.customer_id = s.customer_id AND g.rule = 'likely_to_leave' AND g.raised_as_of = s.as_of)"
                " FROM customer_risk_scores s WHERE purchase_days > 0"
            ).fetchall()
        end = day + timedelta(days=HORIZON)
        for customer, risk, sure, alert in rows:
            found.append(Kept(risk, sure, bool(alert), not any(day < one <= end for one in days[customer])))
    store.workspace.close()
    return tuple(found)


def columns(kept: Iterable[Kept]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Risks, and who left."""
    found = list(kept)
    return np.array([one.risk for one in found]), np.array([one.left for one in found])


def test_as_many_leave_as_the_alerts_promise(told: tuple[Kept, ...], tell: Tell) -> None:
    risk, left = columns(one for one in told if one.alert)
    spread = float(np.sqrt((risk * (1.0 - risk)).sum())) / risk.size
    tell(f"another process: {risk.size} alerts, told {risk.mean():.0%} on average, {left.mean():.0%} left")
    assert risk.size >= 20
    assert abs(risk.mean() - left.mean()) <= 2.5 * spread


def test_a_risk_is_worth_its_confidence(told: tuple[Kept, ...], tell: Tell) -> None:
    """Of higher confidence, it tells better who leaves; of high confidence, it is the share of them who do."""
    apart = {}
    for name in ("low", "medium", "high"):
        risk, left = columns(one for one in told if one.confidence == name)
        apart[name] = auc(risk, left) or 0.0
        off = ece15(risk, left) or 0.0
        tell(f"confidence {name}: {risk.size} risks, AUC {apart[name]:.2f}, off by {off:.1%} of customers (ECE)")
    assert apart["low"] < apart["high"]
    risk, left = columns(one for one in told if one.confidence == "high")
    assert abs(float(risk.mean() - left.mean())) < 0.05


def leaving(book: Book, **fields: object) -> int:
    """A customer of great value who is far likelier to leave than the others."""
    return book.customer("Leaving", **{"churn_risk": 0.7, "value_at_risk_minor": 80_000, **fields})


def test_who_orders_as_seldom_as_the_horizon_is_long_is_not_leaving_for_that(book: Book) -> None:
    book.crowd(18)
    usual = leaving(book, gap=109, ago=0)
    late = leaving(book, gap=109, ago=130)
    book.evaluate()
    assert book.open_alerts(usual) == []
    assert book.alert(late)["rule"] == "likely_to_leave"
    assert book.alert(late)["reason"] == "70\u202f% likely not to order within 90 days, $800 at risk"


def test_who_is_scored_by_their_contract_is_told_of_the_contract(book: Book) -> None:
    book.crowd(18)
    under = leaving(book, gap=400, ago=5, model="Additive v2 on contracts (rung 3)")
    book.evaluate()
    assert book.alert(under)["reason"] == "70\u202f% likely to end the contract within 90 days, $800 at risk"


def promised(book: Book) -> Promise | None:
    (record,) = [one for one in rule_records(book.workspace) if one.code == "likely_to_leave"]
    return record.promise


def remembered(book: Book, customer: int, risk: float, model: str = "test") -> None:
    """Keep today's risk in the history of scores, as scoring does."""
    with book.writing() as work:
        row = {"customer_id": customer, "as_of": book.day(0), "churn_risk": risk, "model": model}
        work.connection.execute(insert(score_history).values(**row))


def test_what_a_rule_promised_stands_beside_what_came_once_the_horizon_is_over(book: Book) -> None:
    book.crowd(40)
    came, stayed_away, forgotten = (leaving(book, churn_risk=risk) for risk in (0.7, 0.8, 0.75))
    book.evaluate()
    assert {book.alert(one)["rule"] for one in (came, stayed_away, forgotten)} == {"likely_to_leave"}
    for customer, risk in ((came, 0.7), (stayed_away, 0.8)):
        remembered(book, customer, risk)
    book.move(days=30)
    book.order(came, 0)
    assert promised(book) is None
    book.move(days=60)
    book.order(stayed_away, -1)
    assert promised(book) == Promise(2, 0.75, 1, 90)
    (record,) = [one for one in rule_records(book.workspace) if one.code == "likely_to_leave"]
    assert record.words.endswith("; 2 alerts after 90 days: predicted 75\u202f%, actual 50\u202f%")
    assert {one.promise for one in rule_records(book.workspace) if one.code != "likely_to_leave"} == {None}


def test_what_a_later_model_makes_of_the_day_of_an_alert_promised_nothing(book: Book) -> None:
    book.crowd(40)
    told, worked_out = (leaving(book, churn_risk=risk) for risk in (0.7, 0.8))
    book.evaluate()
    remembered(book, told, 0.7)
    remembered(book, worked_out, 0.8, as_of_model("test", "2026-12-31"))
    book.move(days=91)
    found = promised(book)
    assert found is not None and (found.open_alerts, found.told) == (1, 0.7)


def test_of_a_contract_its_end_is_what_was_promised(book: Book) -> None:
    book.crowd(40)
    ended = leaving(book, contract_starts_on=book.day(400), churned_on=book.day(-40))
    runs = leaving(book, contract_starts_on=book.day(400))
    for customer in (ended, runs):
        remembered(book, customer, 0.6)
    book.evaluate()
    book.move(days=90)
    assert promised(book) == Promise(2, 0.6, 1, 90)


def test_the_words_of_an_alert_follow_the_horizon_also_where_its_rule_holds_no_longer(book: Book) -> None:
    book.crowd(18)
    one = leaving(book, gap=80, ago=90)
    book.evaluate()
    assert "within 90 days, $800 at risk" in book.alert(one)["reason"]
    with book.writing() as work:
        work.sql("UPDATE customer_risk_scores SET churn_horizon_days = 30")
        work.sql(
            "UPDATE customer_risk_scores SET churn_risk = 0.82, value_at_risk_minor = 90000 WHERE customer_id = ?",
            (one,),
        )
    outcome = book.evaluate()
    alert = book.alert(one)
    assert alert["reason"] == "82\u202f% likely not to order within 30 days, $900 at risk"
    assert alert["id"] in outcome.changes.alerts
    assert book.evaluate().changes.alerts == frozenset()
