"""The book's events as arrays (see `series`): orders, what was said and done, contracts, and habits of all kinds.

Nothing after `as_of` is read. A row without a customer or without a day belongs to nobody's features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from models.queries.churn_status import departures, relations
from models.queries.deals import CLOSED_HERE, closed_on
from models.queries.purchases import WON_DEALS, cancelled_order, no_contacts
from models.values.outbox import OWN_SOURCE
from services.book.sources import FROM_FILES, SOURCES
from services.distress.matters import SURVEY_RATING
from services.scoring.freshness import old_sources
from services.scoring.habit_series import habits_known, read_habits
from services.scoring.series import (
    EPOCH,
    NEVER,
    Series,
    SeriesReader,
    day_number,
    decode_days,
    decode_numbers,
    fetch,
    money_of,
    nothing,
)
from services.scoring.traits import OWN, fields_of, traits_of

__all__ = [
    "EPOCH",
    "BookEvents",
    "Series",
    "day_number",
    "decode_days",
    "decode_numbers",
    "fetch",
    "last_day_covered",
    "newest_days",
    "read_events",
]


_NO_EVENT, _NO_VALUE, _NO_KIND = nothing(), nothing("value"), nothing("kind")
_NO_CONTRACT, _NO_LEAVING, _NO_DEAL = nothing("left"), nothing("back"), nothing("deal", "step")
_NO_WORDS = nothing("glad")


@dataclass(frozen=True)
class BookEvents:
    """All that scoring knows of a set of customers, through `as_of` and no further. Money in minor units.

    Attributes
    ----------
    customer_ids
        Shape (customers,), rising.
    orders
        One event a purchase: value (nan: in a currency without a rate).
    linked_returns
        Returns and cancellations whose order is known: `day` is their own; original: the order's day; value
        (negative); cancels: 1 for a cancellation, 2 for one of the whole order.
    loose_returns
        Those that do not: value (negative); and orders of charges alone (positive), which are revenue and no purchase.
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
        Habits (see `habit_series`) are among them by their own names.
    newest_order, old_sources
        Of the whole book: its newest order's day number, and by how many days its old sources end before the others.
    contracts
        One event a customer with a contract, on the day of its start; left: the day on which they left it (far future:
        not by `as_of`).
    departures
        One event a customer on the day on which they left; back: the day on which they came back (far future: not by
        `as_of`).
    deals
        Steps of deals: deal (its number), step (see `habit_series`).
    leaving
        Words of leaving: glad, the day on which their writer rated well after them (far future: not by `as_of`).
    mix, uses
        Products that were bought and features that were used: kind (its number). One event a kind and day, ordered by
        customer, kind and day.
    discounted
        The orders that had a discount: value.
    leaving
        Texts in which they say that they leave, on the days on which these were written.
    visits, renewals
        Of the other activity, visits of any kind, and renewals of a contract.
    traits
        Fields of customers under contract by name, shape (customers,) each (see `traits`).
    later_orders
        How many orders (and returns) of the whole book are of a later day than `as_of`: they count from that day on.
    contacts
        How many contacts without purchases the book has, who are not scored; 0 where only some customers are read.
    of_deals
        The purchases are won deals, as the book has no orders.
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
    contracts: Series = _NO_CONTRACT
    old_sources: Mapping[str, int] | None = None
    deals: Series = _NO_DEAL
    mix: Series = _NO_KIND
    discounted: Series = _NO_VALUE
    visits: Series = _NO_EVENT
    uses: Series = _NO_KIND
    renewals: Series = _NO_EVENT
    departures: Series = _NO_LEAVING
    later_orders: int = 0
    leaving: Series = _NO_WORDS
    traits: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    contacts: int = 0
    of_deals: bool = False

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
        traits = {name: column[kept] for name, column in self.traits.items()}
        return replace(self, customer_ids=self.customer_ids[kept], traits=traits, **chosen)  # type: ignore[arg-type]

    def part(self, first: int, stop: int) -> BookEvents:
        """The same book with its customers from place `first` up to, not including, `stop`."""
        if first <= 0 and stop >= self.customer_ids.size:
            return self
        chosen: dict[str, Series] = {name: getattr(self, name).part(first, stop) for name in _SERIES}
        traits = {name: column[first:stop] for name, column in self.traits.items()}
        ids = self.customer_ids[first:stop]
        return replace(self, customer_ids=ids, traits=traits, **chosen)  # type: ignore[arg-type]

    def said_leaving(self, day: int) -> Series:
        """The words of leaving up to and including `day` whose writer had not rated well by then."""
        said = self.leaving.until(day)
        return said.where(said.values["glad"] > day)

    def first_day(self) -> int | None:
        """Day number of the first order or other activity, in a book of neither of the first contract; None without."""
        rhythms = (self.orders, self.activities)
        series = rhythms if any(one.day.size for one in rhythms) else (self.contracts,)
        return min((int(one.day.min()) for one in series if one.day.size), default=None)


_SERIES = (
    "orders", "linked_returns", "loose_returns", "tickets", "surveys", "reviews", "mails", "answers", "own_mails",
    "activities", "contracts", "deals", "mix", "discounted", "visits", "uses", "renewals",
    "departures", "leaving",
)  # fmt: skip


#: One event a mail, however often it was clicked.
_ANSWERED = """(SELECT customer_id, min(happened_on) AS happened_on FROM email_events
    WHERE kind IN ('clicked', 'replied', 'converted') AND happened_on <= :day AND customer_id IS NOT NULL{only}
    GROUP BY customer_id, coalesce(message, id))"""
#: Found by the key's index, so that the mails themselves are still read from theirs alone.
_OWN = f"(SELECT id FROM email_events WHERE source = '{OWN_SOURCE}')"
_SCORE_OF_5 = f"coalesce({SURVEY_RATING}, 'nan')"
_RATED = {"score": "coalesce(rating, 'nan')", "sentiment": "coalesce(sentiment, 'nan')"}
_TICKET = {
    "resolved": f"coalesce(resolved_on, '{NEVER}')",
    "sentiment": "coalesce(sentiment, 'nan')",
    "satisfaction": "coalesce(satisfaction, 'nan')",
}
# Few orders are returns: the covering index finds them, and only then is the table looked at.
_RETURNS = f"""orders AS r INDEXED BY ix_orders_customer LEFT JOIN orders AS o
    ON r.kind <> 'purchase' AND o.id = {cancelled_order("r")}"""
#: A deal's events are its opening and, once it is won or lost, its close; before, that is a plan.
_DEAL_DAYS = f"""(SELECT opened_on AS day FROM opportunities
    UNION ALL SELECT {closed_on("o")} FROM opportunities o WHERE stage IN ('Won', 'Lost')
        AND o.id NOT IN {CLOSED_HERE})"""


def read_events(
    connection: Connection,
    as_of: date,
    *,
    currency: str,
    rates: dict[str, float] | None = None,
    customers: Sequence[int] | None = None,
    habits: bool = True,
) -> BookEvents:
    """Read the events through the end of `as_of`.

    Parameters
    ----------
    currency, rates
        The reporting currency, and minor units of it for one minor unit of each other currency.
    customers
        Ids of the customers to read; all by default.
    habits
        Also deals, products, discounts, visits, use of features, renewals and words of leaving, if the book has them.
    """
    reader = SeriesReader(connection, as_of, customers)
    newest = newest_days(connection, as_of)
    money = money_of(currency, rates or {})
    orders = reader.series(
        "orders" if _has_orders(connection) else WON_DEALS, "ordered_on", {"value": money}, "kind = 'purchase'"
    )
    linked, loose = _returns(reader, money_of(currency, rates or {}, "r."))
    known = habits_known(connection, as_of, newest) if habits else frozenset()
    contracts = _contracts(connection, reader, as_of, with_orders="orders" in newest)
    return BookEvents(
        customer_ids=reader.customer_ids,
        as_of=day_number(as_of),
        orders=orders,
        linked_returns=linked,
        loose_returns=loose,
        activities=reader.series("activities", "happened_on", {}),
        currency=currency,
        unconverted=int(np.isnan(orders.values.get("value", np.empty(0))).sum()),
        known_sources=frozenset(newest) | known,
        newest_order=day_number(newest["orders"]) if "orders" in newest else None,
        contracts=contracts,
        traits=_traits(connection, reader, as_of, contracts, orders, with_orders="orders" in newest),
        departures=reader.series(departures(":day"), "gone", {"back": "back"}),
        old_sources=old_sources(connection, newest, as_of),
        later_orders=_count(connection, "orders WHERE ordered_on > :day", as_of),
        contacts=0 if customers is not None else _count(connection, "customers", as_of) - reader.customer_ids.size,
        of_deals="orders" in newest and not _has_orders(connection),
        **_said(reader),
        **read_habits(reader, known, money),
    )


def _said(reader: SeriesReader) -> dict[str, Series]:
    """What customers wrote and rated, and the mails to them."""
    return {
        "tickets": reader.series("tickets", "opened_on", _TICKET),
        "surveys": reader.series("surveys", "answered_on", {"score": _SCORE_OF_5}, "kind <> 'ces'"),
        "reviews": reader.series("reviews", "reviewed_on", _RATED),
        "mails": _mails(reader),
        "answers": reader.series(_ANSWERED, "happened_on", {}),
        "own_mails": reader.series("email_events", "happened_on", {}, f"kind = 'sent' AND id IN {_OWN}"),
    }


def _contracts(connection: Connection, reader: SeriesReader, as_of: date, *, with_orders: bool) -> Series:
    """Contracts by the day of their start; in a book without orders that customers leave, by that of signing up.

    Of those alone who have left, a day of signing up would tell that they are going to.
    """
    left = "SELECT 1 FROM contracts WHERE status = 'ended' AND ends_on <= :day LIMIT 1"
    by_sign_up = not with_orders and bool(fetch(connection, left, {"day": str(as_of)}))
    contracts = relations(":day", "c.signed_up_on" if by_sign_up else "NULL")
    return reader.series(contracts, "since", {"left": "ended"})


def _traits(
    connection: Connection, reader: SeriesReader, as_of: date, contracts: Series, orders: Series, *, with_orders: bool
) -> dict[str, NDArray[np.float64]]:
    """Fields of those under contract, chosen by the whole book whoever is read.

    A fit reads everybody, and then a field that counts what they bought is none; later no model asks for it.
    """
    if not contracts.row.size:
        return {}
    everybody, counted = reader, _bought(orders, reader.customer_ids.size)
    if not reader.everyone:
        everybody, counted = SeriesReader(connection, as_of, None), []
        contracts = _contracts(connection, everybody, as_of, with_orders=with_orders)
    day, left, size = day_number(as_of), contracts.values["left"], everybody.customer_ids.size
    if not (left <= day).any():
        return {}
    rows = fetch(connection, f"SELECT id, attributes, {', '.join(OWN)} FROM customers", {})
    fields = {row[0]: fields_of(row[1], row[2:]) for row in rows}
    days, ended = np.full(size, np.nan), np.zeros(size, np.bool_)
    days[contracts.row], ended[contracts.row] = np.minimum(left, day) - contracts.day, left <= day
    found = traits_of([fields[who] for who in everybody.customer_ids.tolist()], days, ended, counted)
    here = np.searchsorted(everybody.customer_ids, reader.customer_ids)
    return {name: column[here] for name, column in found.items()}


def _bought(orders: Series, customers: int) -> list[NDArray[np.float64]]:
    """How many orders customers had, and what they spent; shape (customers,) each."""
    value = np.nan_to_num(orders.values["value"])
    return [np.bincount(orders.row, each, customers).astype(np.float64) for each in (np.ones(value.size), value)]


def _returns(reader: SeriesReader, money: str) -> tuple[Series, Series]:
    """Returns and cancellations of a known order of the book, and the others."""
    columns = {
        "original": f"coalesce(o.ordered_on, '{NEVER}')",
        "value": money,
        "cancels": "(r.kind = 'cancellation')"
        " * (1 + coalesce(o.amount_minor > 0 AND -r.amount_minor >= o.amount_minor, 0))",
    }
    both = reader.series(_RETURNS, "r.ordered_on", columns, "r.kind <> 'purchase'", "r.")
    named = both.values["original"] < day_number(date.fromisoformat(NEVER))
    loose = both.where(~named)
    return both.where(named), Series(loose.row, loose.day, {"value": loose.values["value"]})


def _mails(reader: SeriesReader) -> Series:
    """Mails by the day they were sent; of customers for whom a source reports deliveries only, by those."""
    files = f"kind IN ('sent', 'delivered') AND id NOT IN {_OWN}"
    both = reader.series("email_events", "happened_on", {"sent": "kind = 'sent'"}, files)
    sent = both.values["sent"] > 0
    reported = np.zeros(reader.customer_ids.size, np.bool_)
    reported[both.row[sent]] = True
    kept = both.where(sent | ~reported[both.row])
    return Series(kept.row, kept.day)


def newest_days(connection: Connection, until: date, *, contacts: bool = False) -> dict[str, date]:
    """The newest day of each source of the whole book that files have any of, not after `until`.

    What contacts without purchases write or read tells nothing of how far the book of the customers reaches, unless
    `contacts` are asked for too, or the book has nothing else. In a book without orders, won deals are its orders.
    """
    found = {}
    sources = [
        (table, table, day, FROM_FILES + ("" if contacts else no_contacts(table, ":day"))) for _, table, day in SOURCES
    ]
    deals = [("opportunities", _DEAL_DAYS, "day", "1")]
    deals += [] if _has_orders(connection) else [("orders", WON_DEALS, "ordered_on", f"id NOT IN {CLOSED_HERE}")]
    for name, source, day, kept in [*sources, *deals]:
        query = f"SELECT {day} FROM {source} AS e WHERE {day} <= :day AND {kept} ORDER BY {day} DESC LIMIT 1"
        for (newest,) in fetch(connection, query, {"day": str(until)}):
            found[name] = date.fromisoformat(newest)
    found = found or _newest_contract(connection, until)
    return found if found or contacts else newest_days(connection, until, contacts=True)


def _newest_contract(connection: Connection, until: date) -> dict[str, date]:
    """In a book of contracts alone, the newest day on which one began or was left."""
    days = "SELECT starts_on AS day FROM contracts UNION ALL SELECT ends_on FROM contracts WHERE status = 'ended'"
    ((newest,),) = fetch(connection, f"SELECT max(day) FROM ({days}) WHERE day <= :day", {"day": str(until)})
    return {"contracts": date.fromisoformat(newest)} if newest is not None else {}


def _count(connection: Connection, rows: str, day: date) -> int:
    return int(fetch(connection, f"SELECT count(*) FROM {rows}", {"day": str(day)})[0][0])


def _has_orders(connection: Connection) -> bool:
    return bool(fetch(connection, "SELECT 1 FROM orders LIMIT 1", {}))


def last_day_covered(connection: Connection, today: date) -> date | None:
    """The last day that any event file of the book covers, not after `today`; None for a book without events."""
    return max(newest_days(connection, today).values(), default=None)
