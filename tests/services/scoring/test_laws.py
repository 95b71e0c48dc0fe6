"""Laws of scoring over a real store: nothing later than the day moves a score, nor does the order of rows."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.tables import CONTENT_TABLES
from services.scoring import score_as_of, score_due
from services.scoring.events import day_number, read_events
from services.scoring.features import features_at
from services.scoring.habit_series import HABITS, LEAVING
from services.scoring.ledger import Ledger
from services.scoring.model_selection import frame_at
from services.scoring.parameters import fit_parameters
from tests.examples import examples
from tests.services.scoring.books import Book, simulated_orders

pytestmark = pytest.mark.usefixtures("few_stumps")

FIRST, DAY, LAST = date(2025, 1, 1), date(2026, 5, 31), date(2026, 11, 20)
CUSTOMERS = 70

#: The column with the day of each table's events; of a ticket and a deal also the day of their end.
DAY_COLUMNS = {
    "orders": ("ordered_on",),
    "tickets": ("opened_on", "resolved_on"),
    "reviews": ("reviewed_on",),
    "email_events": ("happened_on",),
    "activities": ("happened_on",),
    "surveys": ("answered_on",),
    "conversations": ("happened_on",),
    "opportunities": ("opened_on", "closes_on"),
    "stage_changes": ("changed_on",),
    "contracts": ("ends_on", "starts_on"),
    "invoices": ("issued_on", "due_on", "paid_on"),
}
#: Tables of the content that hold no events of their own.
WITHOUT_EVENTS = {"customers", "identities", "products", "order_lines", "contacts", "documents"}
WORDS = ("x", "We are cancelling our contract.")
#: Customers under contract: too few for scores of their own, so that everybody is scored by orders.
UNDER_CONTRACT = 24


def events(seed: int, last: date) -> dict[str, list[dict[str, Any]]]:
    """Rows of every event table from `FIRST` to `last`, with keys of their own."""
    rng = random.Random(seed)
    span = (last - FIRST).days

    def on() -> str:
        return str(FIRST + timedelta(days=rng.randrange(span + 1)))

    def who() -> int:
        return rng.randrange(1, CUSTOMERS + 1)

    bought = simulated_orders(CUSTOMERS, FIRST, last, seed=seed)
    orders: list[dict[str, Any]] = [
        {"customer_id": customer, "ordered_on": str(day), "amount_minor": minor, "currency": "USD", "kind": "purchase",
         "id": place + 1, "external_id": f"o{place}", "discount_minor": rng.choice((None, 0, minor // 5))}
        for place, (customer, day, minor) in enumerate(bought)
    ]  # fmt: skip
    lines = [
        {"order_id": order["id"], "product_name": f"Product {rng.randrange(6)}", "amount_minor": 100}
        for order in orders
        for _ in range(rng.randrange(3))
    ]
    for place in range(0, len(bought), 9):
        customer, day, minor = bought[place]
        back = day + timedelta(days=rng.randrange(1, 60))
        kind = rng.choice(("return", "cancellation"))
        orders.append(
            {"customer_id": customer, "ordered_on": str(back), "amount_minor": -minor // 2, "currency": "USD",
             "id": len(bought) + place + 1, "discount_minor": None, "kind": kind,
             "of_external_id": rng.choice((f"o{place}", None)), "external_id": f"b{place}"}
        )  # fmt: skip
    tickets = []
    for _ in range(60):
        opened = FIRST + timedelta(days=rng.randrange(span + 1))
        closed = opened + timedelta(days=rng.randrange(0, 90)) if rng.random() < 0.7 else None
        rated = rng.choice((1, 3, 5) if closed else (2, None))
        tickets.append(
            {"customer_id": who(), "opened_on": str(opened), "resolved_on": str(closed) if closed else None,
             "sentiment": round(rng.uniform(-1, 1), 2), "satisfaction": rated,
             "status": "solved" if closed else "open"}
        )  # fmt: skip
    mails = []
    for number in range(200):
        sent, customer = FIRST + timedelta(days=rng.randrange(span + 1)), who()
        mails.append({"customer_id": customer, "happened_on": str(sent), "kind": "sent", "message": f"m{number}"})
        if rng.random() < 0.4:
            answered = str(sent + timedelta(days=rng.randrange(0, 9)))
            kind = rng.choice(("opened", "clicked", "replied"))
            mails.append({"customer_id": customer, "happened_on": answered, "kind": kind, "message": f"m{number}"})
    deals = [
        {"id": number, "customer_id": who(), "stage": rng.choice(("Won", "Lost", "Proposal")), "opened_on": on(),
         "closes_on": on(), "amount_minor": 1000, "currency": "USD"}
        for number in range(1, 20)
    ]  # fmt: skip
    return {
        "orders": orders,
        "order_lines": lines,
        "tickets": tickets,
        "reviews": [
            {"customer_id": who(), "reviewed_on": on(), "rating": rng.randrange(1, 6), "sentiment": rng.uniform(-1, 1)}
            for _ in range(40)
        ],
        "email_events": mails,
        "activities": [
            {
                "customer_id": who(),
                "happened_on": on(),
                "kind": rng.choice(("login", "visit", "renewal", "usage")),
                "subject": None,
            }
            for _ in range(200)
        ]
        + [
            {"customer_id": who(), "happened_on": on(), "kind": "feature_use", "subject": f"feature {rng.randrange(5)}"}
            for _ in range(200)
        ],
        "surveys": [
            {"customer_id": who(), "answered_on": on(), "kind": "nps", "score": rng.randrange(11), "scale": 10}
            for _ in range(20)
        ],
        "conversations": [
            {"customer_id": who(), "happened_on": on(), "text": WORDS[number % 2], "sentiment": rng.uniform(-1, 1)}
            for number in range(20)
        ],
        "opportunities": deals,
        "stage_changes": [
            {"opportunity_id": rng.randrange(1, 20), "to_stage": "Proposal", "changed_on": on()} for _ in range(30)
        ],
        "invoices": [
            {
                "customer_id": who(),
                "issued_on": on(),
                "due_on": on(),
                "paid_on": rng.choice((None, on())),
                "amount_minor": 5000,
                "currency": "USD",
            }
            for _ in range(30)
        ],
    }


def put(book: Book, rows: Mapping[str, list[dict[str, Any]]]) -> None:
    for table, added in rows.items():
        book.add(table, added)


def sign_contracts(book: Book, seed: int) -> None:
    rng = random.Random(seed)
    span = (LAST - FIRST).days
    for who in range(1, UNDER_CONTRACT + 1):
        start = FIRST + timedelta(days=rng.randrange(span))
        left = start + timedelta(days=rng.randrange(20, 400)) if who % 2 else None
        change(book, "UPDATE customers SET signed_up_on = ? WHERE id = ?", str(start), who)
        contract = {"starts_on": str(start), "ends_on": str(left) if left is not None else None}
        book.add("contracts", [{"customer_id": who, "status": "ended" if left is not None else None, **contract}])


Told = dict[int, dict[str, Any]]


def as_of_the_day(book: Book) -> Told:
    """Scores as of the day, and with them every column that a model may know."""
    _, scores = score_as_of(book.workspace, DAY)
    with book.workspace.store.read() as connection:
        ledger = Ledger(read_events(connection, DAY, currency="USD"), day_number(DAY))
    parameters = fit_parameters(features_at(ledger), "USD")
    frame = frame_at(ledger, features_at(ledger, parameters.gaps), parameters, 90)
    columns = {name: np.nan_to_num(frame.column(name), nan=-999.0).tolist() for name in frame.names}
    return {
        score.customer_id: score.values | {name: column[score.customer_id - 1] for name, column in columns.items()}
        for score in scores
        if score.customer_id <= CUSTOMERS
    }


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Book, Told]]:
    """A book with events of every kind before and after the day, and its scores as of the day."""
    book = Book(tmp_path_factory.mktemp("laws") / "book.db")
    book.add_customers(CUSTOMERS)
    put(book, events(3, LAST))
    sign_contracts(book, 3)
    yield book, as_of_the_day(book)
    book.workspace.close()


def test_every_event_table_is_under_the_law() -> None:
    assert set(DAY_COLUMNS) | WITHOUT_EVENTS == {table.name for table in CONTENT_TABLES}


def test_the_day_has_events_of_every_kind_before_and_after_it(known: tuple[Book, Told]) -> None:
    book, _ = known
    with book.workspace.store.read() as connection:
        for table, (column, *_) in DAY_COLUMNS.items():
            for sign in ("<=", ">"):
                query = f"SELECT count(*) FROM {table} WHERE {column} {sign} ?"
                assert connection.exec_driver_sql(query, (str(DAY),)).scalar(), (table, sign)


def test_the_day_knows_every_habit(known: tuple[Book, Told]) -> None:
    book, _ = known
    with book.workspace.store.read() as connection:
        assert read_events(connection, DAY, currency="USD").known_sources >= {*HABITS, LEAVING}


some_days = st.integers(1, 900)
customer = st.integers(1, CUSTOMERS + 2)
share = st.floats(-1, 1)


def later(days: int) -> str:
    return str(DAY + timedelta(days=days))


late_rows = st.one_of(
    st.tuples(
        st.just("orders"),
        st.fixed_dictionaries(
            {
                "customer_id": customer,
                "ordered_on": some_days.map(later),
                "amount_minor": st.integers(-(10**7), 10**7),
                "currency": st.sampled_from(["USD", "EUR", "JPY"]),
                "discount_minor": st.sampled_from([None, 0, 500]),
                "kind": st.sampled_from(["purchase", "return", "cancellation"]),
                "of_external_id": st.one_of(st.none(), st.integers(0, 300).map(lambda number: f"o{number}")),
            }
        ),
    ),
    st.tuples(
        st.just("tickets"),
        st.fixed_dictionaries(
            {
                "customer_id": customer,
                "opened_on": some_days.map(later),
                "resolved_on": st.one_of(st.none(), some_days.map(later)),
                "sentiment": share,
                "text": st.sampled_from(WORDS),
                "satisfaction": st.integers(1, 5),
            }
        ),
    ),
    st.tuples(
        st.just("reviews"),
        st.fixed_dictionaries(
            {
                "customer_id": customer,
                "reviewed_on": some_days.map(later),
                "rating": st.integers(1, 5),
                "sentiment": share,
            }
        ),
    ),
    st.tuples(
        st.just("email_events"),
        st.fixed_dictionaries(
            {
                "customer_id": customer,
                "happened_on": some_days.map(later),
                "kind": st.sampled_from(["sent", "delivered", "opened", "clicked", "replied", "unsubscribed"]),
                "message": st.integers(0, 220).map(lambda number: f"m{number}"),
            }
        ),
    ),
    st.tuples(
        st.just("activities"),
        st.fixed_dictionaries(
            {
                "customer_id": customer,
                "happened_on": some_days.map(later),
                "kind": st.sampled_from(["login", "visit", "renewal", "usage", "feature_use"]),
                "subject": st.sampled_from([None, "feature 1", "feature 9"]),
            }
        ),
    ),
    st.tuples(
        st.just("surveys"),
        st.fixed_dictionaries(
            {
                "customer_id": customer,
                "answered_on": some_days.map(later),
                "kind": st.sampled_from(["nps", "csat"]),
                "score": st.integers(0, 10),
                "scale": st.just(10),
            }
        ),
    ),
    st.tuples(
        st.just("conversations"),
        st.fixed_dictionaries(
            {
                "customer_id": customer,
                "happened_on": some_days.map(later),
                "text": st.sampled_from(WORDS),
                "sentiment": share,
            }
        ),
    ),
    st.tuples(
        st.just("opportunities"),
        st.fixed_dictionaries(
            {
                "customer_id": customer,
                "opened_on": some_days.map(later),
                "closes_on": some_days.map(later),
                "stage": st.sampled_from(["Won", "Lost", "Proposal"]),
            }
        ),
    ),
    st.tuples(
        st.just("stage_changes"),
        st.fixed_dictionaries(
            {
                "opportunity_id": st.integers(1, 19),
                "changed_on": some_days.map(later),
                "to_stage": st.sampled_from(["Won", "Lost"]),
            }
        ),
    ),
)


@given(st.lists(late_rows, min_size=1, max_size=25))
@settings(max_examples=examples(5), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_added_after_the_day_changes_no_score(
    known: tuple[Book, Told], rows: list[tuple[str, dict[str, Any]]]
) -> None:
    book, before = known
    with book.workspace.store.read() as connection:
        newest = int(connection.exec_driver_sql("SELECT max(id) FROM customers").scalar() or 0)
    if newest == CUSTOMERS:  # somebody may become a customer after the day
        book.add("customers", [{"id": CUSTOMERS + more, "name": f"New {more}"} for more in (1, 2)])
    for table, row in rows:
        book.add(table, [row])
    assert as_of_the_day(book) == before


def change(book: Book, statement: str, *parameters: Any) -> int:
    with book.workspace.store.unit_of_work(book.workspace.me, "test", "rows", at=book.workspace.at) as work:
        changed = work.sql(statement, parameters).rowcount
        work.digest(statement)
        work.commit()
    return int(changed)


@pytest.mark.parametrize("table", DAY_COLUMNS)
@given(days=st.integers(1, 700))
@settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_shifting_what_came_after_the_day_changes_no_score(known: tuple[Book, Told], table: str, days: int) -> None:
    book, before = known
    moved = "UPDATE {table} SET {column} = date({column}, '+{days} days') WHERE {column} > ?"
    statements = (moved.format(table=table, column=column, days=days) for column in DAY_COLUMNS[table])
    assert sum(change(book, statement, str(DAY)) for statement in statements) > 0
    assert as_of_the_day(book) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE customers SET tier = 'Gold', region = 'West', owner = 'Ada', email_consent = 'withdrawn'",
        "UPDATE tickets SET status = 'solved', priority = 'high', agent = 'Ada'",
        "UPDATE tickets SET satisfaction = 1 WHERE resolved_on > '{day}'",
        "UPDATE tickets SET resolved_on = '{later}', satisfaction = 1 WHERE resolved_on IS NULL AND"
        " satisfaction IS NULL AND opened_on <= '{day}'",
        "UPDATE opportunities SET probability = 0.9, amount_minor = 7, owner = 'Ada'",
    ],
    ids=["who they are", "the state of a ticket", "a later rating", "a later close", "the state of a deal"],
)
def test_what_has_no_day_or_a_later_one_is_no_feature(known: tuple[Book, Told], statement: str) -> None:
    book, before = known
    assert change(book, statement.format(day=DAY, later=DAY + timedelta(days=3))) > 0
    assert as_of_the_day(book) == before


def test_taking_away_all_that_came_after_the_day_changes_no_score(known: tuple[Book, Told]) -> None:
    book, before = known
    for table, (column, *_) in DAY_COLUMNS.items():
        if table == "orders":
            later = "SELECT id FROM orders WHERE ordered_on > ?"
            assert change(book, f"DELETE FROM order_lines WHERE order_id IN ({later})", str(DAY)) > 0
        if table == "contracts":
            for one in DAY_COLUMNS[table]:
                assert change(book, f"UPDATE contracts SET {one} = NULL WHERE {one} > ?", str(DAY)) > 0
        elif table != "opportunities":  # stage changes refer to them
            assert change(book, f"DELETE FROM {table} WHERE {column} > ?", str(DAY)) > 0
    assert as_of_the_day(book) == before


def plain(book: Book) -> Told:
    return {who: {name: value for name, value in row.items() if name != "scored_at"} for who, row in
            book.scores().items()}  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_and_of_customers_changes_no_score(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    rows = events(9, LAST)
    named = list(range(1, CUSTOMERS + 1))
    rng.shuffle(named)
    mixed = {
        table: rng.sample(
            [{**row, "customer_id": named[row["customer_id"] - 1]} if "customer_id" in row else row for row in added],
            len(added),
        )
        for table, added in rows.items()
    }
    found = []
    for name, filled in (("one", rows), ("other", mixed)):
        book = Book(tmp_path / f"{name}.db")
        book.add_customers(CUSTOMERS)
        put(book, filled)
        score_due(book.workspace)
        found.append(plain(book))
        book.workspace.close()
    one, other = found
    for who, row in one.items():
        again = other[named[who - 1]]
        assert {**again, "customer_id": who} == row


@pytest.mark.usefixtures("fits_anew")
def test_the_same_book_gives_the_same_scores_on_every_run(tmp_path: Path) -> None:
    book = Book(tmp_path / "book.db")
    book.add_customers(CUSTOMERS)
    put(book, events(9, LAST))
    score_due(book.workspace)
    once = plain(book)
    score_due(book.workspace, force_all=True)
    assert plain(book) == once
    book.workspace.close()


def test_a_book_that_is_scored_in_parts_gets_the_same_scores_and_past(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for name, part in (("whole", 10**6), ("parts", 17)):
        monkeypatch.setattr("services.scoring.run._PART", part)
        book = Book(tmp_path / f"{name}.db")
        book.add_customers(CUSTOMERS)
        put(book, events(9, LAST))
        score_due(book.workspace)
        found.append((plain(book), {who: book.history(who) for who in range(1, CUSTOMERS + 1)}))
        book.workspace.close()
    assert found[0] == found[1]
