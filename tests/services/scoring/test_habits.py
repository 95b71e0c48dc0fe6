"""Figures of habits: what a customer buys and uses, at what price, how their deals stand, and where a book has none."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import cast

import numpy as np
import pytest

from models import sqlite
from services.scoring import score_as_of, score_due
from services.scoring.events import BookEvents, read_events
from services.scoring.features import Features, features_at, joined
from services.scoring.habit_series import HABITS, LOST, MOVED, OPENED, WON
from services.scoring.habits import HABIT_FIGURES
from services.scoring.ledger import Ledger
from services.scoring.parameters import fit_parameters
from services.scoring.phrasing import reasons_in_words
from services.scoring.reasons import contributions, drivers_json
from services.scoring.series import day_number
from tests.services.scoring.books import Book
from tests.services.scoring.made_up import NEVER, Event, made_up_book

TODAY = date(2026, 11, 20)


def seen(day: int, customers: int = 1, as_of: int = 1_000, **events: list[Event]) -> Features:
    orders = [(who, 1, 100) for who in range(customers)]
    return features_at(Ledger(made_up_book(customers, as_of, **{"orders": orders, **events}), day))


def test_a_deal_counts_by_the_last_step_that_it_took_by_the_day() -> None:
    steps = [(0, 800, 7, OPENED), (0, 830, 7, MOVED), (0, 900, 7, LOST), (0, 850, 8, OPENED), (0, 950, 8, WON)]
    told = [
        (found.deals_open[0], found.deal_still_days[0], found.deals_lost_6m[0])
        for found in (seen(day, deals=steps) for day in (840, 899, 910))
    ]
    assert told == [(1, 10, 0), (2, 49, 0), (1, 60, 1)]
    after = seen(1_000, deals=steps)
    assert (after.deals_open[0], after.deals_lost_6m[0]) == (0, 1) and np.isnan(after.deal_still_days[0])
    assert seen(1_090, as_of=1_090, deals=steps).deals_lost_6m[0] == 0  # lost over half a year ago


def facts(day: int = 1_000, **events: list[Event]) -> list[str]:
    """The facts beside the model of the one customer of a book of two, as words."""
    orders = [(who, on, 5_000.0) for who in (0, 1) for on in range(500, 1_000, 50)]
    found = seen(day, 2, **{"orders": orders, **events})
    fitted = fit_parameters(found, "USD")
    drivers = reasons_in_words(
        drivers_json(found, contributions(fitted.orders, found, 90), fitted.orders, fitted.activity)[0]
    )
    return [f"{one['label']}: {one['evidence']}" for one in drivers if one["points"] is None]


def test_a_deal_lost_where_another_for_the_same_thing_was_won_is_no_bad_sign() -> None:
    lost = [(0, 900, 7, OPENED), (0, 920, 7, LOST)]
    assert facts(deals=lost) == ["Deal lost: 1 in 6 months, none won, none open"]
    assert facts(deals=[*lost, (0, 900, 8, OPENED), (0, 920, 8, WON)]) == []
    twice = [*lost, (0, 900, 8, OPENED), (0, 920, 8, WON), (0, 900, 9, OPENED), (0, 930, 9, LOST)]
    assert facts(deals=twice) == ["Deals lost: 2 in 6 months, 1 won, none open"]


def test_who_gives_much_back_is_told_so_and_an_order_that_was_cancelled_whole_is_no_return() -> None:
    back = [(0, on + 9, on, -900.0, 0) for on in (750, 850, 900)]
    assert facts(linked_returns=back) == ["Returns: 3 for 7 purchase days in 12 months"]
    assert facts(linked_returns=back[:2]) == []
    assert facts(linked_returns=back[:2], loose_returns=[(0, 930, -500.0)]) != []
    assert facts(linked_returns=back[:2], loose_returns=[(0, 930, 500.0)]) == []  # postage
    whole = [(0, on + 9, on, -5_000.0, 2) for on in (750, 850, 900)]
    at_once = [(0, on, on, -900.0, 1) for on in (750, 850, 900)]
    assert facts(linked_returns=whole) == facts(linked_returns=at_once) == []


def test_a_lost_deal_that_is_taken_up_again_is_open() -> None:
    found = seen(1_000, deals=[(0, 900, 7, OPENED), (0, 920, 7, LOST), (0, 940, 7, MOVED)])
    assert (found.deals_open[0], found.deal_still_days[0], found.deals_lost_6m[0]) == (1, 60, 0)


def test_products_are_counted_once_a_window_and_new_ones_told_apart() -> None:
    bought = [(0, 700, 1), (0, 700, 2), (0, 720, 1), (0, 900, 1), (0, 950, 1), (0, 950, 9), (1, 600, 4)]
    found = seen(1_000, customers=3, mix=bought)
    assert found.kinds_6m[:2].tolist() == [2, 0] and np.isnan(found.kinds_6m[2])
    assert found.kinds_6m_before[:2].tolist() == [2, 0]
    assert found.new_kinds_6m[0] == 1 and np.isnan(found.new_kinds_6m[1])
    assert found.top_kind_share[0] == pytest.approx(4 / 6)
    assert np.isnan(found.top_kind_share[1])


def test_the_discounted_share_is_of_revenue_and_not_known_without_any() -> None:
    orders = [(0, 600, 900.0), (0, 700, 100.0), (0, 900, 300.0), (0, 950, 100.0), (1, 900, 100.0)]
    found = seen(1_000, customers=3, orders=orders, discounted=[(0, 700, 100.0), (0, 900, 300.0)])
    assert found.discount_share_6m[:2].tolist() == [0.75, 0.0]
    assert found.discount_share_before[0] == pytest.approx(0.1)
    assert np.isnan(found.discount_share_before[1]) and np.isnan(found.discount_share_6m[2])


def test_visits_of_the_month_stand_beside_those_of_the_three_before() -> None:
    found = seen(1_000, customers=2, visits=[(0, day) for day in (880, 881, 900, 970, 971, 999)])
    assert (found.last_visit[0], found.visits_30d[0], found.visits_90d_before[0]) == (999, 2, 3)
    assert np.isnan(found.last_visit[1]) and found.visits_30d[1] == 0


def test_features_that_are_still_used_are_told_of_those_that_were() -> None:
    uses = [(0, 900, feature) for feature in range(5)] + [(0, 980, 1), (0, 990, 1), (0, 991, 4), (0, 992, 7)]
    found = seen(1_000, customers=2, uses=uses)
    assert (found.features_used[0], found.features_kept[0], found.features_before[0]) == (3, 2, 5)
    assert (found.features_used[1], found.features_before[1]) == (0, 0)


def test_a_contract_runs_from_its_start_until_it_is_left() -> None:
    contracts = [(0, 600, NEVER), (1, 600, 900.0), (2, 950, NEVER)]
    assert seen(920, customers=3, contracts=contracts).contract_days[0] == 320
    assert np.isnan(seen(920, customers=3, contracts=contracts).contract_days[1:]).all()
    assert seen(899, customers=3, contracts=contracts).contract_days[1] == 299


def test_the_next_renewal_is_due_after_as_long_as_the_last_one_took() -> None:
    contracts, renewals = (
        [(0, 100, NEVER), (1, 500, NEVER)],
        [
            (
                0,
                300,
            ),
            (0, 500),
            (1, 800),
            (2, 900),
        ],
    )
    found = seen(950, customers=4, contracts=contracts, renewals=renewals)
    assert found.renewed_days[:3].tolist() == [450, 150, 50] and np.isnan(found.renewed_days[3])
    assert found.renewal_due_days[:3].tolist() == [-250, 150, 315]  # the third's is taken for a contract of a year


def test_a_book_without_habits_holds_nothing_of_them_in_memory() -> None:
    found = seen(1_000, customers=50)
    assert all(np.isnan(getattr(found, name)).all() for name in HABIT_FIGURES)
    both = joined([found, found])
    assert all(getattr(both, name).strides == (0,) and getattr(both, name).size == 100 for name in HABIT_FIGURES)


def ago(days: int) -> str:
    return str(TODAY - timedelta(days=days))


def fill(book: Book) -> None:
    book.add_customers(3)
    book.add(
        "orders",
        (
            {"id": number, "customer_id": who, "ordered_on": ago(days), "amount_minor": 1000, "currency": "USD",
             "kind": "purchase", "discount_minor": discount}
            for number, (who, days, discount) in enumerate(
                [(1, 300, None), (1, 100, 0), (1, 20, 200), (2, 50, None), (3, 10, 50)], 1
            )
        ),
    )  # fmt: skip
    book.add("products", [{"id": 5, "name": "Lamp"}])
    book.add(
        "order_lines",
        (
            dict(zip(("order_id", "product_id", "sku", "product_name", "amount_minor"), (*line, 1), strict=True))
            for line in [
                (1, 5, None, None),
                (2, None, "", "Desk\x1f, oak"),
                (3, None, "K-1", "Chair"),
                (3, None, "K-1", "Chair, blue"),
                (3, None, "POST", "Postage"),  # a charge is no product
                (3, None, None, "Delivery charge"),
                (4, None, None, None),
            ]
        ),
    )
    book.add(
        "activities",
        (
            {"customer_id": who, "happened_on": ago(days), "kind": kind, "subject": subject}
            for who, days, kind, subject in [
                (1, 5, "feature_use", "reports, monthly"), (1, 60, "Feature-used", "exports"),
                (1, 61, "feature_use", ""),
                (2, 3, "login", None), (2, 40, "Web session", None), (1, 7, "document_view", "prices"),
                (3, 90, "Contract renewed", None),
            ]
        ),
    )  # fmt: skip
    book.add(
        "opportunities",
        [
            {"id": 1, "customer_id": 1, "stage": "Lost", "opened_on": ago(90), "closes_on": ago(30)},
            {"id": 2, "customer_id": 2, "stage": "Proposal", "opened_on": ago(80), "closes_on": ago(10)},
            {"id": 3, "customer_id": 2, "stage": "Won", "opened_on": ago(70), "closes_on": ago(-20)},
            {"id": 4, "customer_id": None, "stage": "Won", "opened_on": ago(70), "closes_on": ago(60)},
            {"id": 5, "customer_id": 3, "stage": "Proposal", "opened_on": None, "closes_on": None},
        ],
    )
    book.add(
        "stage_changes",
        [
            {"opportunity_id": 2, "from_stage": "Identified", "to_stage": "Qualified", "changed_on": ago(41)},
            {"opportunity_id": 3, "from_stage": "Identified", "to_stage": "Won", "changed_on": ago(-5)},
        ],
    )


def read(book: Book, customers: list[int] | None = None) -> BookEvents:
    with book.workspace.store.read() as connection:
        return read_events(connection, TODAY, currency="USD", customers=customers)


def test_habits_are_read_from_what_has_a_day(book: Book) -> None:
    fill(book)
    events = read(book)
    assert events.known_sources >= set(HABITS)
    found = features_at(Ledger(events, day_number(TODAY)))
    assert found.deals_open.tolist() == [0, 2, 0]  # the third deal is open until the day on which it was won
    assert found.deal_still_days[1] == 41 and found.deals_lost_6m.tolist() == [1, 0, 0]
    assert found.kinds_6m[0] == 2 and found.kinds_6m_before[0] == 1 and np.isnan(found.kinds_6m[1])
    assert found.discount_share_6m.tolist() == [0.5, 0.0, 1.0]
    assert found.visits_30d.tolist() == [0, 1, 0] and found.visits_90d_before.tolist() == [0, 1, 0]
    assert (found.features_used[0], found.features_before[0]) == (1, 1)
    assert found.renewed_days[2] == 90


def test_a_customer_who_is_read_alone_has_the_same_habits(book: Book) -> None:
    fill(book)
    everyone, known = read(book), read(book).known_sources
    together = features_at(Ledger(everyone, day_number(TODAY)))
    for place, who in enumerate((1, 2, 3)):
        one = read(book, [who])
        assert one.known_sources == known
        alone = features_at(Ledger(one, day_number(TODAY)))
        for name in HABIT_FIGURES:
            np.testing.assert_array_equal(getattr(alone, name), getattr(together, name)[[place]], err_msg=name)


def test_many_lines_are_read_in_parts(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(book)
    whole = read(book)
    monkeypatch.setattr("services.scoring.series._TEXTS_AT_ONCE", 2)
    parts = read(book)
    np.testing.assert_array_equal(whole.mix.row, parts.mix.row)
    np.testing.assert_array_equal(whole.mix.day, parts.mix.day)
    assert np.unique(parts.mix.values["kind"]).size == 3 and parts.uses.row.size == whole.uses.row.size == 2


def test_names_of_codes_are_looked_up_once_however_many_there_are(book: Book) -> None:
    book.add_customers(1)
    book.add_orders([(1, ago(3), 100)], id=1)
    codes = [("POST", "Postage"), ("POST", "Chair"), ("OAK", "Desk"), ("ELM", "Shelf"), ("ASH", "Lamp")]
    names = ("order_id", "amount_minor", "sku", "product_name")
    book.add("order_lines", (dict(zip(names, (1, 100, *one), strict=True)) for one in codes))
    asked: list[str] = []
    with book.workspace.store.read() as connection:
        driver = cast(sqlite.Connection, connection.connection.driver_connection)
        driver.set_trace_callback(asked.append)
        found = read_events(connection, TODAY, currency="USD")
        driver.set_trace_callback(None)
    assert np.unique(found.mix.values["kind"]).size == 3  # postage is no product
    assert len([one for one in asked if "SELECT sku, product_name" in one or "sku = " in one]) == 1


def test_only_visits_are_no_channel_of_their_own(book: Book) -> None:
    book.add_customers(2)
    book.add("activities", [{"customer_id": 1, "happened_on": ago(3), "kind": "login"}])
    assert not read(book).known_sources & set(HABITS)


def test_orders_of_a_later_day_are_counted_and_left_out(book: Book) -> None:
    book.add_customers(1)
    book.add_orders([(1, ago(5), 100), (1, ago(-1), 100), (1, ago(-40), 100)])
    events = read(book)
    assert (events.orders.row.size, events.later_orders) == (1, 2)
    run = score_due(book.at(TODAY))
    assert run.warnings[0] == "2 orders dated after 15 Nov 2026 are left out until their day."
    with book.workspace.store.read() as connection:
        said = (
            connection.exec_driver_sql("SELECT after FROM journal_payloads WHERE operation = 'words'").scalars().all()
        )
    assert any("; 2 orders dated after 15 Nov 2026 are left out until their day" in one for one in said)
    day = score_as_of(book.workspace, TODAY - timedelta(days=5))[0]
    assert not any("left out" in warning for warning in day.warnings)  # that day was asked for


def test_a_day_of_leaving_alone_puts_nobody_under_contract(book: Book) -> None:
    """Of who is still to leave, that they have a day of leaving is not known yet: it must not tell them apart."""
    dates = [(1, ago(300), None, ago(20)), (2, ago(300), None, None), (3, ago(300), ago(200), None)]
    names = ("id", "signed_up_on", "contract_starts_on", "churned_on")
    book.add("customers", (dict(zip(names, row, strict=True)) for row in dates))
    book.add_orders([(who, ago(30), 100) for who in (1, 2, 3)])
    assert read(book).contracts.row.tolist() == [2]


def test_in_a_book_without_orders_that_customers_leave_signing_up_begins_the_contract(book: Book) -> None:
    names = ("id", "signed_up_on", "contract_starts_on", "churned_on")
    dates = [
        (1, ago(300), None, ago(20)),
        (2, ago(250), None, ago(-3)),
        (3, ago(300), ago(200), None),
        (4, None, None, None),
    ]
    book.add("customers", (dict(zip(names, row, strict=True)) for row in dates))
    contracts = read(book).contracts
    assert contracts.row.tolist() == [0, 1, 2]
    today = day_number(TODAY)
    assert (contracts.values["left"] <= today).tolist() == [True, False, False]
    assert (today - contracts.day).tolist() == [300, 250, 200]


def test_where_a_file_is_overdue_nobody_has_stayed_away(book: Book) -> None:
    """Orders go on for forty days after the last activity and the last deal that anybody has told of."""
    book.add_customers(2)
    book.add_orders((who, ago(days), 100) for who in (1, 2) for days in range(0, 300, 6))
    came = [(days, "login", None) for days in range(42, 200, 4)] + [(days, "document_view", None) for days in (43, 60)]
    used = [(days, "feature_use", f"feature {number}") for days in range(41, 150, 9) for number in range(4)]
    book.add(
        "activities",
        (
            {"customer_id": who, "happened_on": ago(days), "kind": kind, "subject": subject}
            for who in (1, 2)
            for days, kind, subject in [*came, *used]
        ),
    )
    opened = {"customer_id": 1, "stage": "Proposal", "opened_on": ago(50), "closes_on": None}
    lost = {"customer_id": 2, "stage": "Lost", "opened_on": ago(90), "closes_on": ago(45)}
    book.add("opportunities", [opened, lost])
    events = read(book)
    assert events.old_sources == {"activities": 41, "opportunities": 45}
    today = Ledger(events, day_number(TODAY))
    found = features_at(today)
    assert found.visits_30d.tolist() == [8, 8] and found.visit_gap_days.tolist() == [1, 1]
    assert found.features_used.tolist() == [4, 4] and found.deal_still_days[0] == 5
    month_ago = features_at(Ledger(events, day_number(TODAY) - 60))
    assert month_ago.visit_gap_days[0] == 2  # told up to a day, an earlier one is as it was
    parameters = fit_parameters(found, "USD")
    drivers = drivers_json(found, contributions(parameters.orders, found, 90), parameters.orders, parameters.activity)
    assert not {"visits", "use"} & {one["code"] for one in json.loads(drivers[0])}
