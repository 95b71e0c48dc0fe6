"""Who said that they leave: their words count instead of the model, as long as they stand, by how likely they do it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from models.values.changes import Changes
from models.values.journal import Actor
from services.alerting import evaluate, reopen, resolve
from services.audit import redo_last, undo_last
from services.distress import leaving_marks
from services.distress.carried_out import Chances
from services.pipeline import after_change
from services.scoring import end_override, run, score_due, set_override, words_out_of_date
from tests.services.scoring.books import Book

pytestmark = pytest.mark.usefixtures("few_stumps", "few_draws")

TODAY = date(2026, 11, 23)
WORDS = "We are leaving you at the end of the month."
FIGURES = (
    "churn_risk", "clv_minor", "clv_if_stays_minor", "clv_if_leaves_minor", "value_at_risk_minor",
    "value_at_risk_low_minor", "value_at_risk_high_minor", "said_leaving", "overridden", "health",
)  # fmt: skip


def active(book: Book) -> int:
    """An active customer with little at risk, in a book that knows the days up to today."""
    neutral = {"happened_on": TODAY.isoformat(), "channel": "Chat", "text": "Thank you.", "customer_id": 1}
    book.add("conversations", [neutral])
    renew(book, 1)
    rows = [row for row in book.scores().values() if row["standing"] == "active" and row["value_at_risk_minor"]]
    return int(min(rows, key=lambda row: row["churn_risk"])["customer_id"])


def says(
    book: Book, customer: int, text: str = WORDS, *, ago: int = 1, table: str = "conversations", **more: Any
) -> None:
    """Let a customer say something, and score them."""
    day = (TODAY - timedelta(days=ago)).isoformat()
    columns = {
        "conversations": {"happened_on": day, "channel": "Chat", "direction": "from_customer"},
        "tickets": {"opened_on": day, "status": "open"},
        "reviews": {"reviewed_on": day},
    }[table]
    book.add(table, [{"customer_id": customer, "text": text, **columns, **more}])
    renew(book, customer)


def renew(book: Book, *customers: int) -> None:
    after_change(book.workspace, Changes(customers=frozenset(customers), tables=frozenset({"conversations"})))


def figures(book: Book, customer: int) -> dict[str, Any]:
    row = book.scores()[customer]
    return {name: row[name] for name in FIGURES}


def counts_words(row: Mapping[str, Any]) -> bool:
    """Whether a row says in every figure that they leave; none where it does in some."""
    told = {
        row["churn_risk"] is None,
        row["said_leaving"] is not None,
        row["clv_if_leaves_minor"] == 0,
    }
    assert len(told) == 1
    return told.pop()


def rate(book: Book, rating: int) -> None:
    """Solve the ticket and let its customer rate it, as a further export does."""
    with book.workspace.store.unit_of_work(Actor("import", "test"), "import", "test", at=book.workspace.at) as work:
        work.sql("UPDATE tickets SET status = 'solved', resolved_on = ?, satisfaction = ?", (TODAY.isoformat(), rating))
        work.digest(str(rating))
        work.commit()


def alert_of(book: Book, customer: int) -> int:
    with book.workspace.store.read() as connection:
        query = "SELECT id FROM alerts WHERE customer_id = ? ORDER BY id DESC LIMIT 1"
        return int(connection.exec_driver_sql(query, (customer,)).scalar() or 0)


def test_nine_tenths_of_what_they_would_bring_is_at_risk_with_its_range_and_adds_up(scored: Book) -> None:
    who = active(scored)
    before = figures(scored, who)
    says(scored, who)
    row = figures(scored, who)
    assert counts_words(row)
    assert row["clv_minor"] + row["value_at_risk_minor"] == row["clv_if_stays_minor"] == before["clv_if_stays_minor"]
    assert row["value_at_risk_minor"] == round(0.9 * row["clv_if_stays_minor"])
    assert 0 <= row["value_at_risk_low_minor"] <= row["value_at_risk_high_minor"]
    assert row["value_at_risk_high_minor"] > before["value_at_risk_high_minor"]
    said = json.loads(row["said_leaving"])
    assert (said["on"], said["leaves"]) == ("2026-11-22", True)
    assert said["computed"]["churn_risk"] == pytest.approx(before["churn_risk"], abs=0.02)
    others = {number: row for number, row in scored.scores().items() if number != who}
    assert not any(row["said_leaving"] for row in others.values())


def test_words_that_leave_it_open_count_as_such(scored: Book) -> None:
    who = active(scored)
    says(scored, who, "Should this happen again, I will look for another supplier.")
    row = figures(scored, who)
    assert not json.loads(row["said_leaving"])["leaves"]
    assert row["value_at_risk_minor"] == round(0.4 * row["clv_if_stays_minor"]), "a thought is no decision"
    assert row["clv_minor"] + row["value_at_risk_minor"] == row["clv_if_stays_minor"]


def test_who_said_so_before_and_stayed_tells_how_likely_it_is(scored: Book) -> None:
    """Words of eight months ago; who bought within 90 days of them stayed."""
    who, before = active(scored), date(2026, 3, 20)
    with scored.workspace.store.read() as connection:
        window = (str(before - timedelta(days=180)), str(before), str(before), str(before + timedelta(days=90)))
        query = """SELECT customer_id, max(ordered_on > ? AND ordered_on <= ?), max(ordered_on > ? AND ordered_on <= ?)
            FROM orders WHERE kind = 'purchase' AND amount_minor > 0 GROUP BY customer_id"""
        rows = connection.exec_driver_sql(query, window).fetchall()
    found = {customer: bool(after) for customer, earlier, after in rows if earlier and customer != who}
    some = list(found)[:40]
    text = "Should this happen again, I will look for another supplier."
    chat = {"happened_on": str(before), "channel": "Chat", "direction": "from_customer", "text": text}
    scored.add("conversations", [{**chat, "customer_id": customer} for customer in some])
    says(scored, who, text)
    score_due(scored.workspace, force_all=True)
    left = sum(not found[customer] for customer in some)
    row = figures(scored, who)
    chance = json.loads(row["said_leaving"])["chance"]
    assert chance == pytest.approx((4 + left) / (10 + len(some)), abs=1e-4) and chance != 0.4
    assert row["value_at_risk_minor"] == pytest.approx(chance * row["clv_if_stays_minor"], abs=10)


def test_a_bad_rating_is_no_word_of_leaving(scored: Book) -> None:
    who = active(scored)
    says(scored, who, "Not good, the zip broke.", table="reviews", rating=1)
    assert not counts_words(figures(scored, who))


def test_scored_one_by_one_or_all_at_once_it_is_the_same(scored: Book) -> None:
    who = active(scored)
    says(scored, who)
    alone = figures(scored, who)
    score_due(scored.workspace, force_all=True)
    assert figures(scored, who) == alone
    assert words_out_of_date(scored.workspace) == frozenset()


def test_a_ticket_that_was_solved_to_their_content_takes_it_back(scored: Book) -> None:
    who = active(scored)
    says(scored, who, table="tickets")
    assert counts_words(figures(scored, who))
    rate(scored, 3)
    renew(scored, who)
    assert counts_words(figures(scored, who)), "closed, but nobody is content"
    rate(scored, 5)
    renew(scored, who)
    assert not counts_words(figures(scored, who))


def test_a_risk_that_a_person_set_comes_first_and_gives_way_again(scored: Book) -> None:
    who = active(scored)
    plain = scored.scores()[who]
    says(scored, who)
    said = figures(scored, who)
    until = TODAY + timedelta(days=30)
    changes = set_override(scored.workspace, who, "churn_risk", 0.4, reason="they renewed", until=until)
    row = figures(scored, who)
    modelled = json.loads(said["said_leaving"])["computed"]
    lost = round(0.4 * (plain["clv_if_stays_minor"] - modelled["clv_if_leaves_minor"]))
    assert (row["churn_risk"], row["said_leaving"], row["value_at_risk_minor"]) == (0.4, None, lost)
    assert row["clv_minor"] + row["value_at_risk_minor"] == row["clv_if_stays_minor"]
    assert json.loads(row["overridden"])["churn_risk"]["computed"] == modelled["churn_risk"]
    after_change(scored.workspace, changes)
    assert figures(scored, who) == row
    assert words_out_of_date(scored.workspace) == frozenset()
    end_override(scored.workspace, who)
    assert figures(scored, who) == said
    undo_last(scored.workspace)
    assert figures(scored, who)["churn_risk"] in (0.4, None)
    renew(scored, who)
    assert figures(scored, who) == row


def test_a_lifetime_value_that_a_person_set_is_what_is_at_risk_with_who_leaves(scored: Book) -> None:
    who = active(scored)
    says(scored, who)
    said = figures(scored, who)
    until = TODAY + timedelta(days=30)
    set_override(scored.workspace, who, "clv", 500_000, reason="a larger order is planned", until=until)
    row = figures(scored, who)
    assert (row["clv_minor"], row["value_at_risk_minor"], row["churn_risk"]) == (500_000, 450_000, None)
    set_override(scored.workspace, who, "churn_risk", 0.5, reason="they think again", until=until)
    end_override(scored.workspace, who, "churn_risk")
    assert figures(scored, who)["value_at_risk_minor"] == 450_000
    end_override(scored.workspace, who)
    assert figures(scored, who) == said


def test_words_stand_for_thirty_days_and_for_as_long_as_their_alert_is_open(scored: Book) -> None:
    who = active(scored)
    says(scored, who, ago=29)
    assert counts_words(figures(scored, who))
    alert = alert_of(scored, who)
    later = scored.at(TODAY + timedelta(days=3))
    score_due(later, force_all=True, as_of=TODAY + timedelta(days=3))
    assert counts_words(figures(scored, who)), "nobody has answered"
    resolve(later, [alert], "lost")
    assert words_out_of_date(later) == {who}
    score_due(later, force_all=True, as_of=TODAY + timedelta(days=3))
    assert not counts_words(figures(scored, who))


@pytest.mark.parametrize("outcome", ["saved", "known"])
def test_an_alert_that_was_closed_as_answered_takes_them_back_and_undo_returns_them(scored: Book, outcome: str) -> None:
    who = active(scored)
    says(scored, who)
    said = figures(scored, who)
    alert = alert_of(scored, who)
    resolve(scored.workspace, [alert], outcome)
    assert counts_words(figures(scored, who)) == (outcome == "known")
    assert words_out_of_date(scored.workspace) == frozenset()
    undo_last(scored.workspace)
    assert figures(scored, who) == said
    redo_last(scored.workspace)
    assert counts_words(figures(scored, who)) == (outcome == "known")
    after_change(scored.workspace, reopen(scored.workspace, [alert]))
    assert figures(scored, who) == said
    evaluate(scored.workspace)
    assert words_out_of_date(scored.workspace) == frozenset()


def test_the_history_keeps_the_risk_of_the_model_and_the_money_that_counts(scored: Book) -> None:
    who = active(scored)
    says(scored, who)
    row, last = scored.scores()[who], scored.history(who)[-1]
    assert last["as_of"] == row["as_of"]
    assert last["churn_risk"] == json.loads(row["said_leaving"])["computed"]["churn_risk"]
    assert last["value_at_risk_minor"] == row["value_at_risk_minor"]


@pytest.fixture
def another_list(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the program have another word list from then on."""

    def change() -> None:
        for reader in (leaving_marks, run):
            monkeypatch.setattr(reader, "edition", lambda: "another")

    return change


def test_another_word_list_counts_anew_how_likely_words_are_carried_out(
    scored: Book, monkeypatch: pytest.MonkeyPatch, another_list: Callable[[], None]
) -> None:
    who = active(scored)
    says(scored, who)
    monkeypatch.setattr(run, "read_chances", lambda *_: Chances(0.75))
    renew(scored, who)
    assert json.loads(figures(scored, who)["said_leaving"])["chance"] == 0.9, "the past is asked once a fit"
    another_list()
    score_due(scored.workspace)
    assert json.loads(figures(scored, who)["said_leaving"])["chance"] == 0.75


def test_a_value_that_a_person_set_is_at_risk_by_the_whole_chance(
    scored: Book, monkeypatch: pytest.MonkeyPatch, another_list: Callable[[], None]
) -> None:
    who = active(scored)
    monkeypatch.setattr(run, "read_chances", lambda *_: Chances(2 / 3))
    another_list()
    score_due(scored.workspace)
    says(scored, who)
    until = TODAY + timedelta(days=30)
    set_override(scored.workspace, who, "clv", 90_000_000, reason="a larger order is planned", until=until)
    assert figures(scored, who)["value_at_risk_minor"] == 60_000_000
