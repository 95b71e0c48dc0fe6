"""Runs over a real store: who is due, what is written, what a day in the past sees."""

from __future__ import annotations

import json
import math
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from models.tables import (
    activities,
    conversations,
    email_events,
    opportunities,
    orders,
    reviews,
    stage_changes,
    surveys,
    tickets,
)
from models.values.changes import Changes
from models.values.errors import UserError
from services.scoring import as_of_day, score_as_of, score_due
from services.scoring.phrasing import confidence_in_words, reasons_in_words
from services.workspace import Workspace
from tests.services.scoring.books import Book, simulated_orders

pytestmark = pytest.mark.usefixtures("few_stumps", "few_draws")

FIRST, LAST = date(2025, 1, 1), date(2026, 11, 21)


def filled(book: Book, customers: int = 80) -> Book:
    book.add_customers(customers)
    book.add_orders(simulated_orders(customers, FIRST, LAST, seed=4))
    return book


def journal(workspace: Workspace) -> list[tuple[str, str]]:
    with workspace.store.read() as connection:
        return [
            (row[0], row[1]) for row in connection.exec_driver_sql("SELECT verb, actor_kind FROM journal ORDER BY id")
        ]


def day_of(scored: Book) -> str:
    return str(scored.scores()[1]["as_of"])


def fits(workspace: Workspace) -> list[tuple[str, str]]:
    with workspace.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT as_of, parameters FROM model_fits ORDER BY id")
        return [(row[0], row[1]) for row in rows]


def told(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "scored_at"}


def test_the_first_run_scores_everyone_as_of_the_last_day_of_data(book: Book) -> None:
    run = score_due(filled(book).workspace)
    scores = book.scores()
    last = max(row["last_order_on"] for row in scores.values() if row["last_order_on"])
    assert run.as_of == last
    assert (run.customers, run.scored, len(scores)) == (80, 80, 80)
    assert {row["as_of"] for row in scores.values()} == {last}
    assert all(0 <= row["churn_risk"] <= 1 for row in scores.values())
    at_risk = [row for row in scores.values() if row["value_at_risk_minor"] is not None]
    assert at_risk and {row["standing"] for row in at_risk} == {"active"}
    assert all(row["clv_minor"] + row["value_at_risk_minor"] == row["clv_if_stays_minor"] for row in at_risk)
    for row in scores.values():
        assert (row["clv_if_leaves_minor"] or 0) <= (row["clv_minor"] or 0) <= (row["clv_if_stays_minor"] or 0)
        if row["clv_minor"] is not None:  # by the risk that is displayed
            lost = row["churn_risk"] * (row["clv_if_stays_minor"] - row["clv_if_leaves_minor"])
            assert abs(row["clv_if_stays_minor"] - row["clv_minor"] - lost) <= 0.5
    assert all(json.loads(row["drivers"]) for row in scores.values() if row["purchase_days"])
    assert run.models["churn"] == "Additive v6 (rung 3)"
    assert journal(book.workspace)[-2:] == [("refit", "model"), ("score", "model")]


def test_nothing_is_due_after_a_run_and_nothing_is_written(scored: Book) -> None:
    before = journal(scored.workspace)
    run = score_due(scored.workspace, Changes(tables=frozenset({"customers"})))
    assert run.scored == 0
    assert journal(scored.workspace) == before


def test_a_change_scores_only_the_customers_that_changed(scored: Book) -> None:
    before = scored.scores()
    scored.add_orders([(7, date.fromisoformat(day_of(scored)), 9900)])
    after = score_due(scored.workspace, Changes(customers=frozenset({7})))
    assert after.scored == 1
    scores = scored.scores()
    assert scores[7]["last_order_on"] == day_of(scored)
    assert {who for who in scores if told(scores[who]) != told(before[who])} == {7}


def test_a_few_scored_by_themselves_get_what_a_full_run_gives_them(scored: Book) -> None:
    scored.add_orders([(7, date.fromisoformat(day_of(scored)), 9900)])
    score_due(scored.workspace, Changes(customers=frozenset({7})))
    apart = scored.scores()
    score_due(scored.workspace, force_all=True)
    together = scored.scores()
    assert {who: told(row) for who, row in apart.items()} == {who: told(row) for who, row in together.items()}


def test_an_order_that_was_cancelled_the_same_day_is_not_the_last(scored: Book) -> None:
    def scores_of_seven() -> dict[str, Any]:
        score_due(scored.workspace, Changes(customers=frozenset({7})))
        return {name: value for name, value in scored.scores()[7].items() if name not in ("scored_at", "changed")}

    scored.add_orders([(7, "2026-08-01", 100)])
    before = scores_of_seven()
    today = {"customer_id": 7, "ordered_on": day_of(scored), "currency": "USD"}
    scored.add("orders", [{**today, "amount_minor": 990_000, "kind": "purchase"}])
    assert scores_of_seven()["last_order_on"] == day_of(scored)
    scored.add("orders", [{**today, "amount_minor": -990_000, "kind": "cancellation"}])
    assert scores_of_seven() == before


def test_the_first_ticket_of_a_book_scores_everyone(scored: Book) -> None:
    scored.add("tickets", [{"customer_id": 9, "opened_on": day_of(scored), "sentiment": -0.9}])
    after = score_due(scored.workspace, Changes(customers=frozenset({9})))
    assert (after.scored, after.why) == (80, "a type of data was added or removed")


def test_a_customer_who_is_gone_again_is_no_one_to_score(scored: Book) -> None:
    assert score_due(scored.workspace, Changes(customers=frozenset({99_999}))).scored == 0


def test_a_day_to_come_is_refused_with_a_sentence(book: Book) -> None:
    with pytest.raises(UserError, match="2030-01-01 is in the future"):
        score_as_of(filled(book).workspace, date(2030, 1, 1))


def test_a_customer_without_a_score_is_due(scored: Book) -> None:
    scored.add("customers", [{"id": 500, "name": "New"}])
    assert score_due(scored.workspace).scored == 0  # a contact without purchases
    scored.add("opportunities", [{"customer_id": 500, "stage": "Proposal", "opened_on": "2026-01-02"}])
    assert score_due(scored.workspace).scored >= 1
    assert scored.scores()[500]["confidence"] == "low"


def test_a_new_day_of_data_scores_everyone_on_the_same_parameters(scored: Book) -> None:
    day = date.fromisoformat(day_of(scored)) + timedelta(days=1)
    scored.add("activities", [{"customer_id": 3, "kind": "login", "happened_on": str(day)}])
    after = score_due(scored.workspace, Changes(customers=frozenset({3})))
    assert (after.as_of, after.scored) == (str(day), 80)
    assert len(fits(scored.workspace)) == 1


def test_parameters_are_fitted_again_after_the_policys_interval(scored: Book) -> None:
    first = day_of(scored)
    day = date.fromisoformat(first) + timedelta(days=scored.workspace.policy.refit_days)
    scored.at(day + timedelta(days=1))
    scored.add("activities", [{"customer_id": 3, "kind": "login", "happened_on": str(day)}])
    score_due(scored.workspace, Changes(customers=frozenset({3})))
    assert [as_of for as_of, _ in fits(scored.workspace)] == [first, str(day)]


def test_a_book_that_grew_by_more_than_a_fifth_is_fitted_again(scored: Book) -> None:
    scored.add("customers", ({"id": 1000 + number, "name": "x"} for number in range(40)))
    scored.add_orders((1000 + number, "2026-05-05", 1000) for number in range(40))
    score_due(scored.workspace, Changes(customers=frozenset(range(1000, 1040))))
    assert len(fits(scored.workspace)) == 2


def test_the_same_scores_come_back_when_what_was_added_is_gone(scored: Book) -> None:
    before = scored.scores()
    scored.add("customers", ({"id": 1000 + number, "name": "x"} for number in range(60)))
    scored.add_orders((1000 + number, "2026-11-22", 1000 * number) for number in range(60))
    assert score_due(scored.workspace, Changes(everyone=True)).as_of == "2026-11-22"
    with scored.workspace.store.unit_of_work(scored.workspace.me, "undo-import", "1", at=scored.workspace.at) as work:
        for table in ("score_history", "customer_risk_scores", "orders"):
            work.sql(f"DELETE FROM {table} WHERE customer_id >= 1000")
        work.sql("DELETE FROM customers WHERE id >= 1000")
        work.digest("undone")
        work.commit()
    score_due(scored.workspace, Changes(everyone=True))
    assert score_due(scored.workspace, Changes(customers=frozenset({7}))).scored == 1
    after = scored.scores()
    assert {who: told(row) for who, row in after.items()} == {who: told(row) for who, row in before.items()}


def test_a_change_of_policy_scores_everyone(scored: Book) -> None:
    changes = scored.workspace.change_policy(churn_horizon_days=30)
    run = score_due(scored.at(date(2026, 11, 23)), changes)
    assert run.scored == 80
    assert {row["churn_horizon_days"] for row in scored.scores().values()} == {30}


def test_past_weeks_are_there_from_the_first_day_on(scored: Book) -> None:
    oldest = min(scored.scores().values(), key=lambda row: row["first_order_on"] or "9")
    kept = scored.history(oldest["customer_id"])
    assert len(kept) == 27
    assert kept[-1]["as_of"] == day_of(scored)
    assert kept[-1]["churn_risk"] == oldest["churn_risk"]
    days = [date.fromisoformat(row["as_of"]) for row in kept]
    assert {(late - early).days for early, late in pairwise(days)} == {7}


def test_a_large_book_is_written_as_a_small_one_and_keeps_its_indexes(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    def indexes() -> list[str]:
        with book.workspace.store.read() as connection:
            rows = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'index' ORDER BY name")
            return [row[0] for row in rows]

    before = indexes()
    monkeypatch.setattr("services.scoring.writing.REBUILD_FROM", 10)
    monkeypatch.setattr("services.scoring.history.REBUILD_FROM", 10)
    run = score_due(filled(book).workspace)
    assert (run.scored, len(book.scores())) == (80, 80)
    assert len(book.history(1)) > 1
    squeezed = [" ".join((text or "").split()) for text in indexes()]
    assert squeezed == [" ".join((text or "").split()) for text in before]


def test_history_agrees_with_a_run_of_that_day_on_the_same_parameters(scored: Book) -> None:
    back = date.fromisoformat(day_of(scored)) - timedelta(days=28)
    parameters = fits(scored.workspace)
    kept = {who: scored.history(who) for who in scored.scores()}
    with scored.workspace.store.unit_of_work(scored.workspace.me, "test", "fit", at=scored.workspace.at) as work:
        work.sql("UPDATE model_fits SET as_of = ?", (str(back),))
        work.digest("a fit of that day")
        work.commit()
    score_due(scored.at(back))
    assert fits(scored.workspace)[0][1] == parameters[0][1]
    for who, row in scored.scores().items():
        then = [old for old in kept[who] if old["as_of"] == str(back)]
        if then:
            for name in ("churn_risk", "engagement", "health", "clv_minor", "value_at_risk_minor"):
                assert then[0][name] == pytest.approx(row[name], abs=1e-9)


def test_a_history_that_began_earlier_is_computed_anew(scored: Book) -> None:
    who = next(who for who, row in scored.scores().items() if row["purchase_days"] > 3)
    before = scored.history(who)
    scored.add_orders((who, FIRST - timedelta(days=100 + 10 * step), 5000) for step in range(20))
    score_due(scored.workspace, Changes(customers=frozenset({who})))
    assert scored.history(who)[0]["churn_risk"] != before[0]["churn_risk"]
    assert len(scored.history(who)) == 27


def test_history_gets_a_row_a_week_or_when_a_score_moved(scored: Book) -> None:
    day = date.fromisoformat(day_of(scored))
    counts = {who: len(scored.history(who)) for who in scored.scores()}
    monday = day + timedelta(days=7 - day.weekday())
    scored.at(monday + timedelta(days=2))
    scored.add("activities", [{"customer_id": 3, "kind": "login", "happened_on": str(monday)}])
    score_due(scored.workspace)
    assert all(len(scored.history(who)) == count + 1 for who, count in counts.items())
    scored.add("activities", [{"customer_id": 3, "kind": "login", "happened_on": str(monday + timedelta(days=1))}])
    score_due(scored.workspace)
    moved = [who for who, count in counts.items() if len(scored.history(who)) > count + 1]
    assert len(moved) < 40


def every_later_event(day: date) -> list[tuple[Any, list[dict[str, Any]]]]:
    late = str(day + timedelta(days=1))
    return [
        (orders, [
            {"customer_id": who, "ordered_on": late, "amount_minor": 77_000, "currency": "USD", "kind": "purchase"}
            for who in range(1, 60)
        ]),
        (orders, [
            {"customer_id": 5, "ordered_on": late, "amount_minor": -900, "currency": "USD", "kind": kind,
             "of_external_id": of}
            for kind, of in (("return", "orders-85"), ("cancellation", "orders-90"), ("return", None))
        ]),
        (tickets, [{"customer_id": who, "opened_on": late, "sentiment": -1.0, "satisfaction": 1} for who in (1, 2)]),
        (reviews, [{"customer_id": 1, "reviewed_on": late, "rating": 1, "sentiment": -1.0}]),
        (surveys, [{"customer_id": 1, "answered_on": late, "kind": "nps", "score": 0, "scale": 10}]),
        (email_events, [
            {"customer_id": 1, "happened_on": late, "kind": kind, "message": "m"} for kind in ("sent", "clicked")
        ]),
        (activities, [{"customer_id": 1, "happened_on": late, "kind": "login"}]),
        (conversations, [{"customer_id": 1, "happened_on": late, "text": "x", "sentiment": -1.0}]),
        (opportunities, [{"id": 1, "customer_id": 1, "stage": "Lost", "opened_on": late}]),
        (stage_changes, [{"opportunity_id": 1, "to_stage": "Lost", "changed_on": late}]),
    ]  # fmt: skip


def test_events_of_any_table_after_the_day_change_nothing(book: Book) -> None:
    filled(book)
    book.add("tickets", [{"customer_id": 2, "opened_on": "2026-01-05", "resolved_on": "2026-01-09", "satisfaction": 2}])
    day = date(2026, 6, 30)
    run, before = score_as_of(book.workspace, day)
    for table, events in every_later_event(day):
        book.add(table, events)
    again, after = score_as_of(book.workspace, day)
    assert before == after
    assert (run.customers, run.stored) == (again.customers, False) == (80, False)


def test_a_run_of_an_earlier_day_leaves_the_book_as_it_is(scored: Book) -> None:
    before, entries, kept = scored.scores(), journal(scored.workspace), fits(scored.workspace)
    _, scores = score_as_of(scored.workspace, date(2026, 3, 1))
    known = {who for who, row in before.items() if (row["first_order_on"] or "9") <= "2026-03-01"}
    assert {score.customer_id for score in scores} == known and len(known) < 80
    assert {score.values["as_of"] for score in scores} == {"2026-03-01"}
    assert (scored.scores(), journal(scored.workspace), fits(scored.workspace)) == (before, entries, kept)


def test_an_earlier_day_is_scored_part_by_part_as_it_is_at_once(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(book)
    run, whole = score_as_of(book.workspace, date(2026, 3, 1))
    monkeypatch.setattr("services.scoring.run._PART", 17)
    assert score_as_of(book.workspace, date(2026, 3, 1))[1] == whole
    monkeypatch.setattr("services.scoring.run._HELD", 0)
    again, none = score_as_of(book.workspace, date(2026, 3, 1), keep=False)
    assert none == ()
    assert {**run.as_json(), "seconds": 0} == {**again.as_json(), "seconds": 0}


@pytest.mark.parametrize("held", [0, 10**6])
def test_features_that_are_kept_from_the_fit_give_the_scores_of_those_worked_out_again(
    book: Book, monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    monkeypatch.setattr("services.scoring.run._PART", 17)
    monkeypatch.setattr("services.scoring.run._HELD", held)
    score_due(filled(book).workspace)
    once = {who: told(row) for who, row in book.scores().items()}
    score_due(book.workspace, force_all=True)  # the fit is in force: nothing is kept of it
    assert {who: told(row) for who, row in book.scores().items()} == once


def test_days_after_today_are_not_covered(book: Book) -> None:
    filled(book)
    book.add_orders([(1, "2031-01-01", 100)])
    with book.workspace.store.read() as connection:
        covered = as_of_day(connection, book.workspace.clock.today())
    assert covered is not None
    assert covered <= LAST
    assert score_due(book.workspace).as_of == str(covered)


def test_a_book_of_deals_reaches_to_the_last_one_opened_or_closed_and_not_to_a_planned_close(book: Book) -> None:
    book.add_customers(2)
    book.add(
        "opportunities",
        [
            {"customer_id": 1, "stage": "Won", "opened_on": "2017-01-05", "closes_on": "2017-03-01", "amount_minor": 1},
            {
                "customer_id": 2,
                "stage": "Proposal",
                "opened_on": "2017-02-11",
                "closes_on": "2017-09-30",
                "amount_minor": 1,
            },
        ],
    )
    assert score_due(book.workspace).as_of == "2017-03-01"


def finite(row: dict[str, Any]) -> bool:
    return all(not isinstance(value, float) or math.isfinite(value) for value in row.values())


ODD_BOOKS: dict[str, list[tuple[int, str, int]]] = {
    "nobody ever ordered": [],
    "all orders on one day": [(who, "2026-05-05", 1000) for who in range(1, 61)],
    "one order each": [(who, f"2026-0{1 + who % 9}-11", 1000 + who) for who in range(1, 61)],
    "every total negative": [(who, f"2026-0{1 + step}-11", -500) for who in range(1, 61) for step in range(5)],
    "every total zero": [(who, f"2026-0{1 + step}-11", 0) for who in range(1, 61) for step in range(5)],
    "constant columns": [(who, f"2026-0{1 + step}-11", 500) for who in range(1, 61) for step in range(9)],
    "only days to come": [(who, "2031-01-01", 500) for who in range(1, 61)],
    "one customer alone": [(1, f"2026-0{1 + step}-11", 500) for step in range(9)],
    "amounts beyond reason": [(who, f"2026-0{1 + step}-11", 10**14) for who in range(1, 61) for step in range(5)],
    "one order of each day of a year": [(1, str(date(2026, 1, 1) + timedelta(days=n)), 500) for n in range(300)],
}


@pytest.mark.parametrize("bought", ODD_BOOKS.values(), ids=ODD_BOOKS)
def test_an_odd_book_gets_an_answer_with_its_reason(book: Book, bought: list[tuple[int, str, int]]) -> None:
    book.add_customers(60)
    book.add_orders(bought)
    run = score_due(book.workspace)
    scores = book.scores()
    assert run.scored == len(scores) == len({who for who, on, _ in bought if on < "2030"})
    for row in scores.values():
        assert finite(row)
        assert 0 <= row["churn_risk"] <= 1
        assert row["confidence"] != "high" or row["purchase_days"] >= 4
        assert row["confidence"] == "high" or json.loads(row["confidence_why"])
        assert (row["value_at_risk_minor"] or 0) <= (row["clv_if_stays_minor"] or 0)


def test_one_order_in_a_currency_without_a_rate_is_told_as_one(book: Book) -> None:
    filled(book)
    book.add_orders([(3, "2026-04-04", 100_000)], currency="JPY")
    told = score_due(book.workspace).warnings[0]
    assert told.startswith("1 order is in a currency without a rate to ") and "it counts as a purchase without" in told


def test_an_empty_book_has_nothing_to_score(book: Book) -> None:
    run = score_due(book.workspace)
    assert (run.customers, run.scored) == (0, 0)
    with book.workspace.store.read() as connection:
        assert as_of_day(connection, book.workspace.clock.today()) is None


def test_orders_in_a_currency_without_a_rate_count_without_their_value_and_are_told(book: Book) -> None:
    filled(book)
    book.add_orders([(3, "2026-04-04", 100_000), (3, "2026-05-04", 100_000)], currency="JPY")
    run = score_due(book.workspace)
    assert "2 orders are in a currency without a rate" in run.warnings[0]
    row = book.scores()[3]
    assert row["confidence"] != "high"
    assert any("no exchange rate" in sentence for sentence in confidence_in_words(row["confidence_why"]))
    changes = book.workspace.change_policy(
        reporting_currency="USD", exchange_rates=[{"currency": "JPY", "rate": "0.01"}]
    )
    run = score_due(book.at(date(2026, 11, 23)), changes)
    assert run.warnings == ()
    assert book.scores()[3]["spend_total_minor"] == row["spend_total_minor"] + 200_000


def test_a_book_of_activity_alone_is_scored_by_activity(book: Book) -> None:
    book.add_customers(70)
    days = simulated_orders(70, FIRST, LAST, seed=9, mean_gap_days=9)
    book.add("activities", ({"customer_id": who, "happened_on": str(day), "kind": "login"} for who, day, _ in days))
    run = score_due(book.workspace)
    scores = [row for row in book.scores().values() if row["last_activity_on"]]
    assert run.models["churn of activity"] == "Additive v6 (rung 3)"
    assert all(row["model"] == "Additive v6 on activity (rung 3)" for row in scores)
    assert all(row["clv_minor"] is None for row in scores)
    assert all(row["engagement"] is not None for row in scores)
    assert any("No activity for" in str(reasons_in_words(row["drivers"])) for row in scores)
