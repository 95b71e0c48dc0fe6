"""What is otherwise than it was, found and written in a scoring run's unit of work: anomalies and emerging issues.

A run over everyone learns (what is usual in each channel, and from which chance on something is a discovery) and keeps
that; a run over a few customers holds them against it. Emerging issues are of the book as a whole: they are looked for
in runs over everyone, and where what is said in tickets and reviews changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from models.queries.kept_values import keep_value, kept_value
from models.store import UnitOfWork
from models.values import words
from models.values.anomalies import EMAILS, NO_ACTIVITY, ORDER_VALUE, Anomaly, about, channel_events
from services.scoring import emerging
from services.scoring.amounts import Latest, OrderValues, book_spread, joined, latest_of, order_values
from services.scoring.anomaly_detection import (
    FALSE_DISCOVERIES,
    FEWEST_EVENTS,
    LearnedChannel,
    chances,
    learn,
    summary_of,
)
from services.scoring.channels import Channel, read_channels, weekly
from services.scoring.events import BookEvents, Series
from services.scoring.ledger import purchase_days
from services.scoring.poisson_gamma import change_day, expected, largest_discovery
from services.scoring.rows import day_text
from services.scoring.writing import insert_rows

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

#: Where issues of the book are found.
SAID_IN = frozenset({"tickets", "reviews", "products"})
_KEPT = "anomalies"
#: What is smaller is no matter, however certain it is: events, or order value, against those to be expected.
_FALLEN, _RISEN = 0.7, 1.5
_LEAST_MORE = 3.0
#: An earlier change is no news.
_NEWS_DAYS = 182
_YEAR_DAYS = 371
#: Purchase days of so many customers are held at once.
_AT_ONCE = 100_000
_COLUMNS = "customer_id, channel, as_of, since, direction, seen, expected, window_days, p, evidence"


@dataclass(frozen=True)
class Learned:
    """What the last run over the whole book found usual.

    Attributes
    ----------
    channels
        By their names.
    spread
        Of order values, see `book_spread`.
    fall, rise
        The largest chances that are discoveries.
    """

    channels: dict[str, LearnedChannel] = field(default_factory=dict)
    spread: float = 0.5
    fall: float = 0.0
    rise: float = 0.0

    @staticmethod
    def from_json(values: dict[str, Any]) -> Learned:
        """The inverse of `dataclasses.asdict` through JSON."""
        channels = {name: LearnedChannel.from_json(one) for name, one in values["channels"].items()}
        return Learned(channels, values["spread"], values["fall"], values["rise"])


def write_anomalies(work: UnitOfWork, book: BookEvents, *, everyone: bool, said: bool) -> int:
    """Find and write what is otherwise with the customers of `book`, and return how many anomalies there are.

    Parameters
    ----------
    book
        Events through the run's day: of everyone, or of those who are scored.
    everyone
        Whether this is a run over the whole book.
    said
        Whether tickets, reviews or products changed.
    """
    if everyone or said:
        emerging.write_emerging(work, book.as_of, anew=everyone)
    learned = None if everyone else read_learned(work.connection)
    if not everyone and (learned is None or not book.customer_ids.size):
        return 0
    found, learned = find_anomalies(work.connection, book, learned)
    if everyone:
        work.sql("DELETE FROM anomalies")
        _keep_learned(work, learned)
    else:
        work.sql("DELETE FROM anomalies WHERE customer_id = ?", [(one,) for one in book.customer_ids.tolist()])
    rows = [tuple(asdict(one)[name] for name in _COLUMNS.split(", ")) for one in found]
    insert_rows(work, f"INSERT INTO anomalies ({_COLUMNS}) VALUES ({', '.join('?' * len(_COLUMNS.split(', ')))})", rows)
    work.digest(f"anomalies:{hashlib.sha256(repr(rows).encode()).hexdigest()}")
    work.touch(tables=("anomalies",))
    return len(found)


def read_learned(connection: Connection) -> Learned | None:
    """What the last run over the whole book found usual, None before the first."""
    text = kept_value(connection, _KEPT)
    return Learned.from_json(json.loads(text)) if text else None


def _keep_learned(work: UnitOfWork, learned: Learned) -> None:
    keep_value(work, _KEPT, json.dumps(asdict(learned), sort_keys=True))


@dataclass(frozen=True)
class _Tested:
    """A channel with the chances of its customers, and what is usual in it."""

    channel: Channel
    row: Whole
    few: Floats
    many: Floats
    usual: LearnedChannel


def find_anomalies(
    connection: Connection, book: BookEvents, learned: Learned | None = None
) -> tuple[list[Anomaly], Learned]:
    """Anomalies of the customers of `book` at the end of its day, by customer and channel.

    Parameters
    ----------
    learned
        Of the last run over the whole book; None: `book` is the whole book, and is learned from.
    """
    bought, latest = _purchases(book)
    kinds = None if learned is None else [name for name in learned.channels if name not in NO_ACTIVITY]
    channels = read_channels(connection, book, bought, kinds)
    tested = list(_test(channels, book.customer_ids.size, learned))
    spread = book_spread(latest) if learned is None else learned.spread
    values = order_values(latest, book.as_of, spread)
    if learned is None:
        rises = sum(_customers(one.channel) for one in tested) + values.row.size
        learned = Learned(
            {one.channel.name: one.usual for one in tested},
            spread,
            _largest([*(one.few for one in tested), values.few]),
            _largest([*(one.many for one in tested), values.many], rises),
        )
    found = [one for each in tested for one in _of_channel(each, book, learned)]
    found += _of_values(values, book, learned)
    return sorted(found, key=lambda one: (one.customer_id, one.channel)), learned


def _customers(channel: Channel) -> int:
    """How many customers did anything in a channel: a rise was looked for with each of them."""
    row = channel.events.row
    return int(np.count_nonzero(row[1:] != row[:-1])) + min(row.size, 1)


def _purchases(book: BookEvents) -> tuple[Series, Latest]:
    """Purchase days of the newest year, and what all of them tell of order values; some customers at a time."""
    since = (book.newest_order or book.as_of) - _YEAR_DAYS
    days, latest = [], []
    for first in range(0, max(book.customer_ids.size, 1), _AT_ONCE):
        part = book.part(first, first + _AT_ONCE)
        bought, _ = purchase_days(part, part.as_of)
        newest = bought.day > since
        days.append((bought.row[newest] + first, bought.day[newest]))
        latest.append(latest_of(bought, part.customer_ids.size, first))
    rows, on = (np.concatenate(column) for column in zip(*days, strict=True))
    return Series(rows, on), joined(latest)


def _largest(found: list[Floats], tests: int | None = None) -> float:
    return largest_discovery(np.concatenate(found), FALSE_DISCOVERIES, tests)


def _test(channels: list[Channel], customers: int, learned: Learned | None) -> Iterator[_Tested]:
    for channel in channels:
        of = summary_of(weekly(channel, customers, FEWEST_EVENTS))
        if of is None:
            continue
        usual = learn(of) if learned is None else learned.channels.get(channel.name)
        if usual is None:
            continue
        told = chances(of, usual)
        yield _Tested(channel, of.row, told.few, told.many, usual)


def _discovered(few: Floats, many: Floats, learned: Learned) -> Iterator[tuple[int, bool, float]]:
    """Places of the discoveries, whether each is a fall, and its chance."""
    # A part in a thousand million: the same chance may come out so much higher among fewer customers.
    for chance, limit, down in ((few, learned.fall, True), (many, learned.rise, False)):
        for place in np.flatnonzero(chance <= limit * (1.0 + 1e-9)).tolist():
            yield place, down, float(chance[place])


def _of_channel(one: _Tested, book: BookEvents, learned: Learned) -> Iterator[Anomaly]:
    channel = one.channel
    of_all = one.usual.priors[0]
    for place, down, chance in _discovered(one.few, one.many, learned):
        level = min(one.usual.levels[0], 1.0) if down else max(one.usual.levels[0], 1.0)
        row = int(one.row[place])
        days, units = channel.days_of(row)
        first = channel.first if units is not None or days[0] < channel.first + 28 else int(days[0]) + 1
        since = change_day(days, first, channel.last, channel.last - _NEWS_DAYS, down=down, units=units)
        before, seen = int(((days >= first) & (days < since)).sum()), int((days >= since).sum())
        if units is None:
            past, coming = (since - first) / 7.0, (channel.last + 1 - since) / 7.0
        else:
            past, coming = float((units < since).sum()), float((units >= since).sum())
        usual = round(float(level * expected(np.array(before), np.array(past), np.array(coming), of_all)), 2)
        if not _matters(seen, usual, down):
            continue
        window = channel.last + 1 - since
        yield Anomaly(
            customer_id=int(book.customer_ids[row]),
            channel=channel.name,
            as_of=day_text(channel.last),
            since=day_text(since),
            direction="down" if down else "up",
            seen=float(seen),
            expected=usual,
            window_days=window,
            p=float(f"{chance:.3g}"),
            evidence=_evidence(channel.name, seen, usual, window, None if units is None else int(coming)),
        )


def _matters(seen: float, usual: float, down: bool) -> bool:
    if down:
        return seen <= _FALLEN * usual
    return seen >= _RISEN * usual and seen - usual >= _LEAST_MORE


def _evidence(channel: str, seen: int, usual: float, window: int, mails: int | None) -> str:
    over = words.count(window, "day")
    if channel == EMAILS and mails is not None:
        return f"{seen:,} of {words.count(mails, 'email')} clicked or answered in {over}, {about(usual)} expected"
    return f"{channel_events(channel, seen)} in {over}, {about(usual)} expected"


def _of_values(values: OrderValues, book: BookEvents, learned: Learned) -> Iterator[Anomaly]:
    for place, down, chance in _discovered(values.few, values.many, learned):
        seen, usual = float(values.latest[place]), float(values.earlier[place])
        since = int(values.since[place])
        if not _matters(seen, usual, down):
            continue
        now, then = (words.money(round(amount), book.currency) for amount in (seen, usual))
        yield Anomaly(
            customer_id=int(book.customer_ids[values.row[place]]),
            channel=ORDER_VALUE,
            as_of=day_text(book.as_of),
            since=day_text(since),
            direction="down" if down else "up",
            seen=round(seen),
            expected=round(usual),
            window_days=book.as_of + 1 - since,
            p=float(f"{max(chance, 1e-300):.3g}"),
            evidence=f"the last 3 orders at about {now}, those before at {then}",
        )
