"""Query module: what each customer did in each channel over the last year, as events and as weekly counts.

Channels are purchase days, each kind of activity as the book has it, emails clicked or answered, tickets and
conversations. A channel ends with the last day that its own source tells of: where email events are eighteen days old,
eighteen silent days are no silence of a customer. Answers are counted against the mails that were sent, so that who
gets no mail is not thought to have fallen silent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from models.values.anomalies import CONVERSATIONS, EMAILS, NO_ACTIVITY, ORDERS, TICKETS
from services.scoring.events import (
    EPOCH,
    BookEvents,
    Series,
    day_number,
    decode_days,
    decode_numbers,
    fetch,
    newest_days,
)

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

WEEKS = 52
_DAYS = 7 * WEEKS
_MONTH = 4
#: Weekly counts of so many customers are held at once.
_AT_ONCE = 50_000
#: Kinds of activity that are looked at: the most frequent ones.
_MOST_KINDS = 12
#: A mail of the last days has had no time to be answered.
_ANSWER_DAYS = 3
_FRESH_DAYS = 91


@dataclass(frozen=True)
class Channel:
    """Events of one channel through `last`, the day number up to which its source tells.

    `units` are what events come from where that is not time: the mails that may be answered.
    """

    name: str
    events: Series
    last: int
    units: Series | None = None

    @property
    def first(self) -> int:
        """Day number of the first day of the oldest week that is looked at."""
        return self.last - _DAYS + 1

    def week_of(self, day: Whole) -> Whole:
        """Number of the week that a day falls into, 0 the oldest and 51 the newest."""
        return (day - self.first) // 7

    def days_of(self, row: int) -> tuple[Whole, Whole | None]:
        """Day numbers of a customer's events within these weeks, and of the units they could come from."""
        return self._days_of(self.events, row), None if self.units is None else self._days_of(self.units, row)

    def _days_of(self, series: Series, row: int) -> Whole:
        begin, end = np.searchsorted(series.row, (row, row + 1)).tolist()
        days = series.day[begin:end]
        return days[(days >= self.first) & (days <= self.last)]

    def within(self, series: Series) -> Series:
        """The events of the weeks that are looked at."""
        return series.where((series.day >= self.first) & (series.day <= self.last))


@dataclass(frozen=True)
class Weekly:
    """Weekly counts of the customers of one channel that can be told, oldest week first.

    Attributes
    ----------
    row
        Shape (n,): index into the book's customers, rising.
    counts
        Shape (n, 52).
    known
        Shape (n,): for how many of the weeks the customer is known in this channel. Before somebody's first event in
        it there was nobody to count; that event itself is then left out, as it is not part of the rate.
    units
        Shape (n, 52): what each week's events could come from; None: time itself.
    """

    row: Whole
    counts: Floats
    known: Floats
    units: Floats | None = None


def weekly(channel: Channel, customers: int, fewest: int) -> Iterator[Weekly]:
    """Weekly counts of the customers with at least `fewest` events in the year, some thousands at a time."""
    events = channel.within(channel.events)
    units = channel.within(channel.units) if channel.units is not None else None
    enough = np.flatnonzero(np.bincount(events.row, minlength=customers) >= fewest)
    for begin in range(0, enough.size, _AT_ONCE):
        chosen = enough[begin : begin + _AT_ONCE]
        counts = counts_by_week(channel, events, chosen, customers)
        if units is not None:
            everybody = np.full(chosen.size, float(WEEKS))
            yield Weekly(chosen, counts, everybody, counts_by_week(channel, units, chosen, customers))
            continue
        first = np.argmax(counts > 0, axis=1)
        # Who was there in the first month of the year was there before it, too.
        new = first >= _MONTH
        counts[np.flatnonzero(new), first[new]] -= 1.0
        yield Weekly(chosen, counts, np.where(new, WEEKS - first, WEEKS).astype(np.float64))


def counts_by_week(channel: Channel, events: Series, chosen: Whole, customers: int) -> Floats:
    """Events of each week of the `chosen` (rising places among so many customers), shape (chosen, 52).

    `events` are within the weeks of the channel, by customer and day.
    """
    begin, end = np.searchsorted(events.row, (chosen[0], chosen[-1] + 1)).tolist()
    row, day = events.row[begin:end], events.day[begin:end]
    place = np.full(customers, -1)
    place[chosen] = np.arange(chosen.size)
    at = place[row]
    kept = at >= 0
    key = at[kept] * WEEKS + channel.week_of(day[kept])
    return np.bincount(key, minlength=chosen.size * WEEKS).reshape(-1, WEEKS).astype(np.float64)


def read_channels(
    connection: Connection, book: BookEvents, bought: Series, kinds: Sequence[str] | None = None
) -> list[Channel]:
    """The channels of the book's customers at the end of its day.

    Parameters
    ----------
    bought
        Their purchase days of the newest year, or of more.
    kinds
        Kinds of activity to look at; None: the most frequent ones of the book's last year.
    """
    day = book.as_of
    ends = fresh_ends(connection, day)
    found = []
    if "orders" in ends:
        found.append(Channel(ORDERS, bought, ends["orders"]))
    if "tickets" in ends:
        found.append(Channel(TICKETS, _bare(book.tickets.until(day)), ends["tickets"]))
    if "email_events" in ends and book.mails.row.size:
        last = ends["email_events"]
        mails = _bare(book.mails.until(last - _ANSWER_DAYS))
        found.append(Channel(EMAILS, _bare(book.answers.until(last)), last, mails))
    reader = _Reader(connection, book.customer_ids)
    if "conversations" in ends:
        last = ends["conversations"]
        said = reader.events("conversations", last, "direction = 'from_customer'", {})
        found.append(Channel(CONVERSATIONS, said[0], last))
    if "activities" in ends:
        last = ends["activities"]
        named = reader.kinds(last) if kinds is None else list(kinds)
        if named:
            marks = {f"kind_{number}": kind for number, kind in enumerate(named)}
            series = reader.events("activities", last, f"kind IN ({', '.join(f':{name}' for name in marks)})", marks)
            found += [Channel(kind, one, last) for kind, one in zip(named, series, strict=True)]
    return found


def fresh_ends(connection: Connection, day: int, *, contacts: bool = False) -> dict[str, int]:
    """The last day number that each source tells of by `day`; what ended long before it has no news.

    With `contacts`, what contacts without purchases wrote or read counts too.
    """
    newest = newest_days(connection, _date(day), contacts=contacts)
    ends = {name: day_number(last) for name, last in newest.items()}
    return {name: end for name, end in ends.items() if day - end <= _FRESH_DAYS}


def _date(day: int) -> date:
    return EPOCH + timedelta(days=day)


def _bare(series: Series) -> Series:
    return Series(series.row, series.day)


class _Reader:
    """Reads a year of events of the customers that are scored."""

    def __init__(self, connection: Connection, customer_ids: Whole) -> None:
        self._connection = connection
        self._ids = customer_ids
        everyone = fetch(connection, "SELECT count(*) FROM customers", {})[0][0] == customer_ids.size
        self._only = "" if everyone else "AND customer_id IN (SELECT value FROM json_each(:ids))"
        self._parameters: dict[str, object] = {} if everyone else {"ids": json.dumps(customer_ids.tolist())}

    def kinds(self, last: int) -> list[str]:
        """The most frequent kinds of activity of the whole book's year, by name."""
        rows = fetch(
            self._connection,
            "SELECT kind FROM activities WHERE customer_id IS NOT NULL AND +happened_on BETWEEN :first AND :last "
            "GROUP BY kind ORDER BY count(*) DESC, kind LIMIT :most",
            {**self._days(last), "most": _MOST_KINDS},
        )
        return sorted(row[0] for row in rows if row[0] not in NO_ACTIVITY)

    def events(self, table: str, last: int, where: str, kinds: Mapping[str, str]) -> list[Series]:
        """Events of a table by customer and day, one series for each of the `kinds` in their order, or one of all."""
        cases = " ".join(f"WHEN :{name} THEN {number}" for number, name in enumerate(kinds))
        kind = f"CASE kind {cases} END" if kinds else "0"
        # The plus keeps SQLite on the covering index by customer.
        query = (
            f"SELECT group_concat(customer_id), group_concat(happened_on), group_concat({kind}) FROM {table} "
            f"WHERE customer_id IS NOT NULL AND +happened_on BETWEEN :first AND :last AND {where} {self._only}"
        )
        parameters = {**self._days(last), **self._parameters, **kinds}
        ((owners, days, which),) = fetch(self._connection, query, parameters)
        day = decode_days(days or "")
        if not day.size:
            return [Series(np.empty(0, np.int64), np.empty(0, np.int64)) for _ in range(max(len(kinds), 1))]
        row = np.searchsorted(self._ids, decode_numbers(owners, np.int64, day.size))
        code = decode_numbers(which, np.int64, day.size)
        order = np.lexsort((day, row))
        row, day, code = row[order], day[order], code[order]
        return [Series(row[code == number], day[code == number]) for number in range(max(len(kinds), 1))]

    def _days(self, last: int) -> dict[str, object]:
        return {"first": _date(last - _DAYS + 1).isoformat(), "last": _date(last).isoformat()}
