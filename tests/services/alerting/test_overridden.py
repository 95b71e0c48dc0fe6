"""What people know better than a model: a risk set by hand, and a segment's own threshold, reach the alerts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.values.changes import Changes
from models.values.journal import Actor
from models.values.words import THIN
from services.alerting import evaluate
from services.scoring import end_override, set_override
from services.settings import SegmentFigure
from tests.services.alerting.book import Book


@pytest.fixture
def book(store_path: Path) -> Iterator[Book]:
    """A book of forty customers like any other."""
    made = Book(store_path)
    made.crowd(40)
    made.evaluate()
    yield made
    made.close()


def rules_of(book: Book, customer: int) -> set[str]:
    return {rule for alert in book.open_alerts(customer) for rule in book.signals(alert["id"])}


def set_by_hand(book: Book, customer: int, figure: str, value: float) -> Changes:
    """Set a figure of a customer for a month."""
    until = book.today + timedelta(days=30)
    return set_override(book.workspace, customer, figure, value, reason="known better", until=until)


def test_a_risk_that_a_person_set_raises_the_customers_alert(book: Book) -> None:
    known = book.customer("Known", value_at_risk_minor=30_000)
    assert not evaluate(book.workspace).opened
    changes = set_by_hand(book, known, "churn_risk", 0.9)
    assert len(evaluate(book.workspace, changes).opened) == 1
    assert rules_of(book, known) == {"likely_to_leave"}
    assert "90" in book.alert(known)["reason"]


def test_a_risk_set_low_raises_none(book: Book) -> None:
    known = book.customer("Known", value_at_risk_minor=30_000, churn_risk=0.9)
    set_by_hand(book, known, "churn_risk", 0.02)
    evaluate(book.workspace)
    assert not book.open_alerts(known)
    changes = end_override(book.workspace, known, "churn_risk")
    assert len(evaluate(book.workspace, changes).opened) == 1


def test_an_alert_that_the_set_figure_contradicts_stays_and_says_so(book: Book) -> None:
    known = book.customer("Known", value_at_risk_minor=30_000, churn_risk=0.9)
    evaluate(book.workspace)
    before = book.alert(known)
    changes = set_by_hand(book, known, "churn_risk", 0.02)
    outcome = evaluate(book.workspace, changes)
    after = book.alert(known)
    assert after["reason"].startswith(f"Overridden to 2{THIN}%; model: 90{THIN}% · ")
    assert after["reason"].endswith(before["reason"])
    assert (after["state"], after["churn_risk"], after["id"] in outcome.changes.alerts) == ("open", 0.02, True)
    assert evaluate(book.workspace, changes).changes.alerts == frozenset()
    evaluate(book.workspace, end_override(book.workspace, known))
    assert book.alert(known)["reason"] == before["reason"]


def test_what_still_holds_leads_an_alert_before_what_a_person_overrode(book: Book) -> None:
    book.bear_out_spending()
    known = book.customer("Known", mean_last_3_minor=5_000, value_at_risk_minor=30_000, churn_risk=0.81)
    evaluate(book.workspace)
    before = book.alert(known)
    assert (before["rule"], before["reason"]) == (
        "likely_to_leave",
        f"Last 3 days with orders (25 Oct to 14 Nov) averaged $50, the 6 before $100: down 50{THIN}%",
    )
    changes = set_by_hand(book, known, "churn_risk", 0.02)
    evaluate(book.workspace, changes)
    after = book.alert(known)
    assert (after["rule"], after["reason"]) == ("spend_falling", before["reason"])
    evaluate(book.workspace)
    assert book.alert(known)["rule"] == "spend_falling"
    evaluate(book.workspace, end_override(book.workspace, known))
    assert (book.alert(known)["rule"], book.alert(known)["reason"]) == ("likely_to_leave", before["reason"])


def test_what_still_stands_leads_even_where_no_rule_holds_now(book: Book) -> None:
    book.bear_out_spending()
    known = book.customer("Known", mean_last_3_minor=5_000, value_at_risk_minor=30_000, churn_risk=0.81)
    evaluate(book.workspace)
    set_by_hand(book, known, "churn_risk", 0.02)
    book.score(known, mean_last_3_minor=10_000)
    evaluate(book.workspace)
    assert book.alert(known)["rule"] == "spend_falling"


def test_another_figure_than_the_risk_is_named_where_it_overrules(book: Book) -> None:
    known = book.customer("Known", value_at_risk_minor=30_000, churn_risk=0.9)
    evaluate(book.workspace)
    before = book.alert(known)["reason"]
    evaluate(book.workspace, set_by_hand(book, known, "clv", 10))
    said = book.alert(known)["reason"]
    assert said.startswith("Lifetime value overridden to $0; model: ")
    assert said.endswith(f" · {before}")
    evaluate(book.workspace, end_override(book.workspace, known))
    assert book.alert(known)["reason"] == before


def test_words_with_a_figure_of_their_own_that_look_overridden_are_not(book: Book) -> None:
    known = book.customer("Known", value_at_risk_minor=30_000, churn_risk=0.9)
    evaluate(book.workspace)
    alert, words = book.alert(known), "The deal “Overridden to €5; model: A · B” stands still"
    with book.workspace.store.unit_of_work(Actor("person", "Ada"), "edit", "alert", at=book.workspace.at) as work:
        work.sql("UPDATE alert_signals SET reason = ? WHERE alert_id = ?", (words, alert["id"]))
        work.sql("UPDATE alerts SET reason = ? WHERE id = ?", (words, alert["id"]))
        work.commit()
    book.score(known, churn_risk=0.03, value_at_risk_minor=5)
    evaluate(book.workspace)
    assert book.alert(known)["reason"] == words


def test_a_figure_that_a_rule_does_not_read_overrules_nothing(book: Book) -> None:
    known = book.customer("Known", value_at_risk_minor=30_000, churn_risk=0.9)
    evaluate(book.workspace)
    before = book.alert(known)["reason"]
    book.score(known, churn_risk=0.02)
    changes = set_by_hand(book, known, "health", 90)
    evaluate(book.workspace, changes)
    assert book.alert(known)["reason"] == before


def test_when_it_is_over_and_the_rule_holds_no_more_the_words_are_those_of_before(book: Book) -> None:
    known = book.customer("Known", value_at_risk_minor=30_000, churn_risk=0.9)
    evaluate(book.workspace)
    before = book.alert(known)["reason"]
    evaluate(book.workspace, set_by_hand(book, known, "churn_risk", 0.02))
    changes = end_override(book.workspace, known)
    book.score(known, churn_risk=0.03, value_at_risk_minor=5)
    evaluate(book.workspace, changes)
    assert book.alert(known)["reason"] == before


def test_a_segment_with_a_threshold_of_its_own_is_held_against_that(book: Book) -> None:
    champion = book.customer("Champion", segment="Champion", churn_risk=0.11, value_at_risk_minor=30_000)
    once = book.customer("Once", segment="One-time", churn_risk=0.6, value_at_risk_minor=30_000)
    thresholds = (SegmentFigure("Champion", 0.1), SegmentFigure("One-time", 0.8))
    plain = book.workspace
    book.workspace = replace(plain, policy=replace(plain.policy, churn_threshold_by_segment=thresholds))
    evaluate(book.workspace)
    assert rules_of(book, champion) == {"likely_to_leave"}
    assert not book.open_alerts(once)
    book.workspace = plain
    evaluate(book.workspace)
    assert rules_of(book, once) == {"likely_to_leave"}


def test_little_at_risk_raises_no_alert_whatever_the_threshold(book: Book) -> None:
    small = book.customer("Small", segment="Champion", churn_risk=0.4, value_at_risk_minor=1)
    policy = replace(book.workspace.policy, churn_threshold_by_segment=(SegmentFigure("Champion", 0.1),))
    book.workspace = replace(book.workspace, policy=policy)
    evaluate(book.workspace)
    assert not book.open_alerts(small)
