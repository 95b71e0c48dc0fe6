"""The book's events as arrays: the one place of this room that reads event tables.

SQLite walks each table's covering index once and packs each column into one text (a thousand million characters at
most: ninety million events of a kind), which is decoded here by arithmetic on digits. That reads a million orders in a
quarter of the time of their rows, needs no window functions in SQL, and leaves every day at hand: the same arrays give
the features of today, of an earlier day and of past weeks.

Nothing after `as_of` is read. A row without a customer or without a day belongs to nobody's features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from models.values.errors import StoreDamaged
from models.values.outbox import OWN_SOURCE
from services.scoring.freshness import old_sources
from services.sources import FROM_FILES, SOURCES

Floats = NDArray[np.float64]
Days = NDArray[np.int64]

EPOCH = date(1970, 1, 1)
_NEVER = "9999-12-31"


def day_number(day: date) -> int:
    """Days since 1970-01-01, the time axis of all arrays of this room."""
    return (day - EPOCH).days


@dataclass(frozen=True)
class Series:
    """Events of one kind, ordered by customer and day.

    Attributes
    ----------
    row
        Shape (events,): index into the book's customers.
    day
        Shape (events,): day number.
    values
        Further columns by name, shape (events,) each, nan where the table has nothing.
    """

    row: NDArray[np.int64]
    day: Days
    values: dict[str, Floats] = field(default_factory=dict)

    def until(self, day: int) -> Series:
        """The events up to and including `day`."""
        return self.where(self.day <= day)

    def where(self, kept: NDArray[np.bool_]) -> Series:
        """The events for which `kept` holds."""
        if kept.all():
            return self
        return Series(self.row[kept], self.day[kept], {name: column[kept] for name, column in self.values.items()})

    def part(self, first: int, stop: int) -> Series:
        """The events of the customers from place `first` up to, not including, `stop`."""
        begin, end = np.searchsorted(self.row, (first, stop)).tolist()
        values = {name: column[begin:end] for name, column in self.values.items()}
        return Series(self.row[begin:end] - first, self.day[begin:end], values)


@dataclass(frozen=True)
class BookEvents:
    """All that scoring knows of a set of customers, through `as_of` and no further. Money in minor units.

    Attributes
    ----------
    customer_ids
        Shape (customers,), rising.
    orders
        One event a purchase: value (nan: in a currency without a rate), discount.
    linked_returns
        Returns and cancellations that name their order: `day` is their own; original: the order's day; value
        (negative); cancels: 1 for a cancellation.
    loose_returns
        Those that do not: value (negative).
    tickets
        resolved: day number (far future while open), sentiment, satisfaction.
    surveys, reviews
        score on 1 to 5; reviews also sentiment.
    mails, answers
        Mails of which files tell what became of them; mails that were clicked or replied to, once a mail.
    own_mails
        Mails that this program sent: contact, and never unread, as nothing tracks them.
    activities
        Everything else that a customer did.
    currency, unconverted
        The reporting currency, and how many orders could not be converted to it.
    known_sources
        Kinds of event that anybody in the book has had by `as_of`: a customer without a ticket is a good sign only
        where tickets are recorded.
    newest_order, old_sources
        Of the whole book: its newest order's day number, and by how many days its old sources end before the others.
    contracts
        One event a customer with a contract, on the day of its start; left: the day on which they left it (far future:
        not by `as_of`).
    """

    customer_ids: NDArray[np.int64]
    as_of: int
    orders: Series
    linked_returns: Series
    loose_returns: Series
    tickets: Series
    surveys: Series
    reviews: Series
    mails: Series
    answers: Series
    own_mails: Series
    activities: Series
    currency: str
    unconverted: int
    known_sources: frozenset[str]
    newest_order: int | None
    contracts: Series = Series(np.empty(0, np.int64), np.empty(0, np.int64), {"left": np.empty(0)})
    old_sources: Mapping[str, int] | None = None

    def only(self, kept: NDArray[np.bool_]) -> BookEvents:
        """The same book with some of the customers; `kept` has shape (customers,)."""
        if kept.all():
            return self
        place = np.cumsum(kept) - 1
        chosen: dict[str, Series] = {}
        for name in _SERIES:
            series: Series = getattr(self, name)
            among = series.where(kept[series.row])
            chosen[name] = replace(among, row=place[among.row])
        return replace(self, customer_ids=self.customer_ids[kept], **chosen)  # type: ignore[arg-type]

    def part(self, first: int, stop: int) -> BookEvents:
        """The same book with its customers from place `first` up to, not including, `stop`."""
        if first <= 0 and stop >= self.customer_ids.size:
            return self
        chosen: dict[str, Series] = {name: getattr(self, name).part(first, stop) for name in _SERIES}
        return replace(self, customer_ids=self.customer_ids[first:stop], **chosen)  # type: ignore[arg-type]

    def first_day(self) -> int | None:
        """Day number of the first order or other activity, None without any."""
        firsts = [int(series.day.min()) for series in (self.orders, self.activities) if series.day.size]
        return min(firsts, default=None)


_SERIES = (
    "orders", "linked_returns", "loose_returns", "tickets", "surveys", "reviews", "mails", "answers", "own_mails",
    "activities", "contracts",
)  # fmt: skip


def decode_days(text: str) -> Days:
    """Day numbers of comma-separated ISO days, shape (days,).

    Raises
    ------
    StoreDamaged
        If a day is not written as YYYY-MM-DD.
    """
    if not text:
        return np.empty(0, np.int64)
    digits = np.frombuffer((text + ",").encode("ascii", "replace"), np.uint8)
    if digits.size % 11 or np.any(digits[4::11] != 45) or np.any(digits[10::11] != 44):
        raise StoreDamaged(
            "An event of the book has a day that is no calendar day. Run `bellwether verify`, or restore a copy."
        )
    place = digits.reshape(-1, 11).T - np.uint8(48)
    year = place[0] * np.int32(1000) + place[1] * np.int32(100) + place[2] * np.int32(10) + place[3]
    month = (year - 1970) * 12 + place[5] * np.int32(10) + place[6] - 1
    first, last = int(month.min()), int(month.max())
    starts = np.arange(first, last + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return np.asarray(starts[month - first] + place[8] * np.int64(10) + place[9] - 1)


def decode_numbers(text: str, kind: type[np.float64] | type[np.int64], count: int) -> NDArray[Any]:
    """Comma-separated numbers, shape (count,).

    Raises
    ------
    StoreDamaged
        If one of them is no number, or there are fewer or more.
    """
    try:
        numbers = np.fromstring(text, dtype=kind, sep=",")
    except ValueError:
        numbers = np.empty(0, kind)
    if numbers.size != count:
        raise StoreDamaged(
            "An event of the book has an amount that is no number. Run `bellwether verify`, or restore a copy."
        )
    return numbers


def fetch(connection: Connection, query: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
    """Rows of a query as plain tuples of the driver: a hundred thousand of them cost a third."""
    driver = connection.connection.cursor()
    try:
        driver.execute(query, parameters)
        return list(driver.fetchall())
    finally:
        driver.close()


class _Reader:
    """Reads one series after the other for the same customers and the same day."""

    def __init__(self, connection: Connection, as_of: date, ids: Sequence[int] | None) -> None:
        self._connection = connection
        self._day = as_of.isoformat()
        self._only = "" if ids is None else " AND {0}customer_id IN (SELECT value FROM json_each(:ids))"
        self._parameters: dict[str, object] = {"day": self._day}
        if ids is not None:
            self._parameters["ids"] = "[" + ",".join(map(str, ids)) + "]"
        self.customer_ids = self._customers(ids)

    def _customers(self, ids: Sequence[int] | None) -> NDArray[np.int64]:
        only = "" if ids is None else "WHERE id IN (SELECT value FROM json_each(:ids)) "
        rows = fetch(self._connection, f"SELECT id FROM customers {only}ORDER BY id", self._parameters)
        return np.array([row[0] for row in rows], np.int64)

    def series(self, source: str, day: str, columns: dict[str, str], where: str = "1", prefix: str = "") -> Series:
        """Events of `source` with their day and further SQL expressions, each of which has a value for every event."""
        owner = f"{prefix}customer_id"
        packed = ", ".join(f"group_concat({expression})" for expression in (owner, day, *columns.values()))
        # The plus keeps SQLite from the index by day, which would lead it to every row of the table in turn.
        query = (
            f"SELECT {packed} FROM {source.format(only=self._only.format(''))} WHERE +{day} <= :day "
            f"AND {owner} IS NOT NULL AND ({where}){self._only.format(prefix)}"
        )
        ((owners, days, *rest),) = fetch(self._connection, query, self._parameters)
        if owners is None:
            nothing = np.empty(0, np.int64)
            return Series(nothing, nothing, {name: np.empty(0) for name in columns})
        day_numbers = decode_days(days)
        values = {name: _values(name, text, day_numbers.size) for name, text in zip(columns, rest, strict=True)}
        return _ordered(Series(self._rows(decode_numbers(owners, np.int64, day_numbers.size)), day_numbers, values))

    def _rows(self, owners: NDArray[np.int64]) -> NDArray[np.int64]:
        """Index into the customers of each event's owner; looked up once for each run of the same one."""
        first = np.flatnonzero(np.concatenate(([True], owners[1:] != owners[:-1])))
        index = np.searchsorted(self.customer_ids, owners[first])
        return np.repeat(index, np.diff(np.append(first, owners.size)))


_DAY_COLUMNS = frozenset({"resolved", "original", "left"})
#: In a column of money: an amount in a currency without a rate.
_NO_RATE = np.iinfo(np.int64).min


def _values(name: str, text: str, count: int) -> Floats:
    if name in _DAY_COLUMNS:
        return decode_days(text).astype(np.float64)
    if name != "value":
        return decode_numbers(text, np.float64, count)
    amounts = decode_numbers(text, np.int64, count)
    return np.where(amounts == _NO_RATE, np.nan, amounts)


def _ordered(series: Series) -> Series:
    """By customer and day. An index mostly delivers this order already; SQL does not promise it."""
    key = series.row * (1 << 24) + series.day
    if np.all(key[1:] >= key[:-1]):
        return series
    order = np.argsort(key, kind="stable")
    values = {name: column[order] for name, column in series.values.items()}
    return Series(series.row[order], series.day[order], values)


def _money(currency: str, rates: dict[str, float], prefix: str = "") -> str:
    """SQL for an amount in whole minor units of the reporting currency; `_NO_RATE` where there is no rate."""
    known = [(currency, 1.0), *((other, rate) for other, rate in sorted(rates.items()) if other != currency)]
    cases = []
    for code, rate in known:
        if not (code.isascii() and code.isalpha()):
            raise ValueError(f"{code!r} is no currency code")
        amount = f"{prefix}amount_minor" if rate == 1.0 else f"CAST(round({prefix}amount_minor * {rate!r}) AS INT)"
        cases.append(f"WHEN '{code}' THEN {amount}")
    return f"CASE {prefix}currency {' '.join(cases)} ELSE {_NO_RATE} END"


#: One event a mail, however often it was clicked.
_ANSWERED = """(SELECT customer_id, min(happened_on) AS happened_on FROM email_events
    WHERE kind IN ('clicked', 'replied', 'converted') AND happened_on <= :day AND customer_id IS NOT NULL{only}
    GROUP BY customer_id, coalesce(message, id))"""
#: Found by the key's index, so that the mails themselves are still read from theirs alone.
_OWN = f"(SELECT id FROM email_events WHERE source = '{OWN_SOURCE}')"
_CONTRACTS = """(SELECT id AS customer_id, coalesce(contract_starts_on, signed_up_on) AS since, churned_on
    FROM customers WHERE coalesce(contract_starts_on, churned_on) IS NOT NULL)"""
# Few orders are returns: the covering index finds them, and only then is the table looked at.
_RETURNS = """orders AS r INDEXED BY ix_orders_customer LEFT JOIN orders AS o
    ON o.source = r.source AND o.external_id = r.of_external_id AND o.kind = 'purchase'"""
#: A deal's events are its opening and, once it is won or lost, its close; before, that is a plan.
_DEAL_DAYS = """(SELECT opened_on AS day FROM opportunities
    UNION ALL SELECT closes_on FROM opportunities WHERE stage IN ('Won', 'Lost'))"""


def read_events(
    connection: Connection,
    as_of: date,
    *,
    currency: str,
    rates: dict[str, float] | None = None,
    customers: Sequence[int] | None = None,
) -> BookEvents:
    """Read the events through the end of `as_of`.

    Parameters
    ----------
    currency, rates
        The reporting currency, and minor units of it for one minor unit of each other currency.
    customers
        Ids of the customers to read; all by default.
    """
    reader = _Reader(connection, as_of, customers)
    newest = newest_days(connection, as_of)
    money = _money(currency, rates or {})
    orders = reader.series("orders", "ordered_on", {"value": money}, "kind = 'purchase'")
    tickets = {
        "resolved": f"coalesce(resolved_on, '{_NEVER}')",
        "sentiment": "coalesce(sentiment, 'nan')",
        "satisfaction": "coalesce(satisfaction, 'nan')",
    }
    linked, loose = _returns(reader, _money(currency, rates or {}, "r."))
    scaled = "coalesce((kind = 'nps') + (5.0 - (kind = 'nps')) * score / nullif(scale, 0), 'nan')"
    return BookEvents(
        customer_ids=reader.customer_ids,
        as_of=day_number(as_of),
        orders=orders,
        linked_returns=linked,
        loose_returns=loose,
        tickets=reader.series("tickets", "opened_on", tickets),
        surveys=reader.series("surveys", "answered_on", {"score": scaled}, "kind <> 'ces'"),
        reviews=reader.series(
            "reviews",
            "reviewed_on",
            {"score": "coalesce(rating, 'nan')", "sentiment": "coalesce(sentiment, 'nan')"},
        ),
        mails=_mails(reader),
        answers=reader.series(_ANSWERED, "happened_on", {}),
        own_mails=reader.series("email_events", "happened_on", {}, f"kind = 'sent' AND id IN {_OWN}"),
        activities=reader.series("activities", "happened_on", {}),
        currency=currency,
        unconverted=int(np.isnan(orders.values.get("value", np.empty(0))).sum()),
        known_sources=frozenset(newest),
        newest_order=day_number(newest["orders"]) if "orders" in newest else None,
        contracts=reader.series(
            _CONTRACTS, "since", {"left": f"iif(churned_on <= :day, churned_on, '{_NEVER}')"}, "since IS NOT NULL"
        ),
        old_sources=old_sources(connection, newest, as_of),
    )


def _returns(reader: _Reader, money: str) -> tuple[Series, Series]:
    """Returns and cancellations that name an order of the book, and those that do not."""
    columns = {
        "original": f"coalesce(o.ordered_on, '{_NEVER}')",
        "value": money,
        "cancels": "r.kind = 'cancellation'",
    }
    both = reader.series(_RETURNS, "r.ordered_on", columns, "r.kind <> 'purchase'", "r.")
    named = both.values["original"] < day_number(date.fromisoformat(_NEVER))
    loose = both.where(~named)
    return both.where(named), Series(loose.row, loose.day, {"value": loose.values["value"]})


def _mails(reader: _Reader) -> Series:
    """Mails by the day they were sent; of customers for whom a source reports deliveries only, by those."""
    files = f"kind IN ('sent', 'delivered') AND id NOT IN {_OWN}"
    both = reader.series("email_events", "happened_on", {"sent": "kind = 'sent'"}, files)
    sent = both.values["sent"] > 0
    reported = np.zeros(reader.customer_ids.size, np.bool_)
    reported[both.row[sent]] = True
    kept = both.where(sent | ~reported[both.row])
    return Series(kept.row, kept.day)


def newest_days(connection: Connection, until: date) -> dict[str, date]:
    """The newest day of each source of the whole book that files have any of, not after `until`."""
    found = {}
    sources = [(table, table, day, FROM_FILES) for _, table, day in SOURCES]
    for name, source, day, kept in [*sources, ("opportunities", _DEAL_DAYS, "day", "1")]:
        query = f"SELECT max({day}) FROM {source} WHERE {day} <= :day AND {kept}"
        ((newest,),) = fetch(connection, query, {"day": str(until)})
        if newest is not None:
            found[name] = date.fromisoformat(newest)
    return found


def last_day_covered(connection: Connection, today: date) -> date | None:
    """The last day that any event file of the book covers, not after `today`; None for a book without events."""
    return max(newest_days(connection, today).values(), default=None)
