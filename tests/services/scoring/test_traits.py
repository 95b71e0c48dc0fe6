"""Fields of customers under contract: what tells who leaves is a feature, what only they could have known is not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.values.backtest import ADDITIVE, PRIOR
from services.scoring import backtest, score_due
from services.scoring.events import BookEvents, Series, read_events
from services.scoring.model_selection import judge
from services.scoring.traits import traits_of
from tests.services.scoring.books import Book
from tests.services.scoring.made_up import made_up_book

TODAY = date(2026, 11, 20)
AS_OF = 20_000
NEVER = 3_000_000
#: Features of `subscribers` that do not leak who left.
TELLING = {"field Contract: Monthly", "field Contract: Yearly", "field Monthly charge"}


def subscribers(count: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64], list[dict[str, str]]]:
    """Days before today on which contracts began and ended (negative: not yet), and fields.

    Whether a month is the last depends on the kind of contract, the charge and something that no field says.
    """
    rng = np.random.default_rng(seed)
    begun, ended, fields = rng.integers(40, 1_500, count), np.full(count, -1), []
    for one in range(count):
        kind, charge = str(rng.choice(["Monthly", "Yearly"])), float(rng.normal(60.0, 20.0))
        odds = -5.2 + (2.4 if kind == "Monthly" else 0.0) + 0.04 * (charge - 60.0) + rng.normal(0.0, 0.4)
        months = int(rng.geometric(1.0 / (1.0 + np.exp(-odds))))
        ended[one] = max(begun[one] - 30 * months, -1)
        ran = (begun[one] - max(ended[one], 0)) / 30.0
        fields.append(
            {
                "Contract": kind,
                "Monthly charge": f"{charge:.2f}",
                "Total charges": f"{charge * ran:.2f}",
                "Account": f"A-{one}",
                "Risk score": f"{rng.normal(9.0 if ended[one] >= 0 else 1.0):.1f}",
            }
            | ({"Reason for leaving": str(rng.choice(["Price", "Service"]))} if ended[one] >= 0 else {})
        )
    return begun, ended, fields


def subscriber_book(count: int, seed: int) -> BookEvents:
    begun, ended, fields = subscribers(count, seed)
    gone = ended >= 0
    days = (begun - np.maximum(ended, 0)).astype(float)
    contracts = Series(np.arange(count), AS_OF - begun, {"left": np.where(gone, AS_OF - ended, NEVER).astype(float)})
    return replace(made_up_book(count, AS_OF), contracts=contracts, traits=traits_of(fields, days, gone))


def test_fields_that_only_leaving_explains_are_no_features() -> None:
    assert set(subscriber_book(900, 1).traits) == TELLING


def test_of_a_book_in_which_nobody_left_no_field_is_a_feature() -> None:
    _, _, fields = subscribers(100, 2)
    assert traits_of(fields, np.full(100, 90.0), np.zeros(100, np.bool_)) == {}
    assert traits_of([], np.empty(0), np.empty(0, np.bool_)) == {}


def test_contracts_alone_are_judged_and_their_fields_tell_who_leaves() -> None:
    book = subscriber_book(900, 3)
    judged = judge(book, AS_OF, 90, label="contract", tests=2, most_windows=6, with_references=False)
    assert judged.used == ADDITIVE
    means = {report.name: report.mean for report in judged.reports}
    assert (means[ADDITIVE].auc or 0.0) > 0.7
    assert (means[ADDITIVE].log_loss or 9.0) < (means[PRIOR].log_loss or 0.0)
    without = judge(replace(book, traits={}), AS_OF, 90, label="contract", tests=2, most_windows=6)
    assert (means[ADDITIVE].auc or 0.0) > max(report.mean.auc or 0.0 for report in without.reports) + 0.05


def _fill(book: Book, count: int, seed: int, first: int = 1) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Customers from id `first` on with fields and contracts; days before today on which these began and ended."""
    begun, ended, fields = subscribers(count, seed)
    people = [
        {"id": one + first, "name": f"Customer {one}", "attributes": json.dumps(fields[one])} for one in range(count)
    ]
    book.add("customers", people)
    contracts = [
        {
            "customer_id": one + first,
            "starts_on": str(TODAY - timedelta(days=int(begun[one]))),
            "ends_on": str(TODAY - timedelta(days=int(ended[one]))) if ended[one] >= 0 else None,
            "status": "ended" if ended[one] >= 0 else "active",
        }
        for one in range(count)
    ]
    book.add("contracts", contracts)
    return begun, ended


def _read(book: Book, customers: list[int] | None = None) -> BookEvents:
    with book.workspace.store.read() as connection:
        return read_events(connection, TODAY, currency="USD", customers=customers)


def test_contacts_without_a_contract_hide_no_field_that_leaks(store_path: Path) -> None:
    book = Book(store_path)
    book.add("customers", [{"id": one, "name": f"Contact {one}"} for one in range(1, 31)])
    book.add("tickets", [{"customer_id": one, "opened_on": str(TODAY)} for one in range(1, 31)])
    _fill(book, 400, 4, first=31)
    _, _, fields = subscribers(400, 4)
    found = _read(book)
    assert set(found.traits) == TELLING
    charge = [float(one["Monthly charge"]) for one in fields]
    np.testing.assert_array_equal(found.traits["field Monthly charge"], charge)
    np.testing.assert_array_equal(_read(book, [33, 99]).traits["field Monthly charge"], [charge[2], charge[68]])
    book.workspace.close()


def test_customers_who_are_invoiced_have_fields_too_but_none_that_counts_invoices(store_path: Path) -> None:
    book = Book(store_path)
    begun, ended = _fill(book, 400, 4)
    rng = np.random.default_rng(4)
    bought = {one: rng.integers(0, 40) for one in range(400)}
    book.add_orders(
        (one + 1, TODAY - timedelta(days=int(begun[one]) - 30 * place % int(begun[one] - max(ended[one], 0))), 1_000)
        for one, count in bought.items()
        for place in range(count)
    )
    _, _, fields = subscribers(400, 4)
    with book.workspace.store.unit_of_work(book.workspace.me, "edit", "book", at=book.workspace.at) as work:
        for one, count in bought.items():
            kept = json.dumps({**fields[one], "Invoices": str(count), "Spent": f"{count * 10.0:.2f}"})
            work.sql("UPDATE customers SET attributes = ? WHERE id = ?", (kept, one + 1))
        work.digest("counted")
        work.commit()
    assert set(_read(book).traits) == TELLING
    book.workspace.close()


def test_a_book_of_contracts_alone_is_scored_and_back_tested_through_its_last_day(store_path: Path) -> None:
    book = Book(store_path)
    begun, ended = _fill(book, 400, 4)
    everybody, some = _read(book), _read(book, [3, 9])
    assert "field Monthly charge" in everybody.traits
    for name, column in everybody.traits.items():
        np.testing.assert_array_equal(column[[2, 8]], some.traits[name])
    run = score_due(book.workspace)
    assert run.as_of == str(TODAY - timedelta(days=int(ended[ended >= 0].min())))
    scores = book.scores()
    running = [scores[one + 1]["churn_risk"] for one in range(begun.size) if ended[one] < 0]
    assert all(0.0 <= risk <= 1.0 for risk in running) and np.std(running) > 0.01
    report = backtest(book.workspace)
    assert report.label == "contract" and report.used == ADDITIVE
    book.workspace.close()
