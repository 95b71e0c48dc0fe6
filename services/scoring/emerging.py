"""Emerging issues: what the customers of a book complain of more than they used to.

A topic (a kind of ticket, words of a subject, a product that tickets name) is counted week by week like a channel of a
customer, and its newest weeks are compared with its own past by the same tests (`anomaly`): the last four weeks, and
the weighted last thirteen; a topic that there never was before has the others' rates for its own. A product's bad
reviews (2 of 5 or worse) are counted against all of its reviews. Issues that the same tickets name are one: the one
that is least likely to be chance.

A customer counts once a week and topic, and nothing is an issue of the book that fewer than three customers speak of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from models.store import UnitOfWork
from models.tables import score_reports
from models.values.emerging import MOST_CUSTOMERS, About, EmergingIssue, EmergingReport
from services.scoring.anomaly_detection import chances, learn, summed
from services.scoring.channels import WEEKS, Channel, Weekly, counts_by_week, fresh_ends
from services.scoring.events import EPOCH, Series, day_number, fetch
from services.scoring.poisson_gamma import change_day, expected, largest_discovery
from services.scoring.rows import day_text
from services.scoring.topics import Topic, names_of, overlap, topics_of

Whole = NDArray[np.int64]

KIND = "emerging"
FALSE_DISCOVERIES = 0.01
_FEWEST, _FEWEST_CUSTOMERS = 4, 3
_TIMES = 1.5
_SAME = 0.6
_AS_SURE = 1000.0
#: The newest tickets, and the products, that are looked at: more would take minutes.
_MOST_TICKETS, _MOST_PRODUCTS = 100_000, 5_000
_READ_LETTERS = 400
_BAD_RATING = 2
_NEWS_DAYS = 182
_TITLES: dict[About, str] = {
    "ticket kind": "Tickets of the kind “{}”",
    "ticket words": "Tickets with “{}”",
    "product in tickets": "Tickets about {}",
    "product reviews": "Bad reviews of {}",
}
#: Of issues that are told of by the same tickets and as sure, the one that says most.
_SAYS_MOST: dict[About, int] = {"product reviews": 0, "product in tickets": 1, "ticket words": 2, "ticket kind": 3}


@dataclass(frozen=True)
class _Source:
    """All that is said in the tickets, or reviews, of a year, the newest first.

    Attributes
    ----------
    last, first
        The days between which something could be said.
    number, who, day
        Shape (rows,): what is unique among tickets, and among reviews; the customer, of nobody known the number below
        zero; the day.
    said
        A text a row.
    topics
        All that there is.
    topic, row
        Shape (mentions,): which of the topics, and in which row, rising.
    reviewed
        Of reviews all of each of the topics; None of tickets.
    """

    last: int
    first: int
    number: Whole
    who: Whole
    day: Whole
    said: list[str]
    topics: list[Topic]
    topic: Whole
    row: Whole
    reviewed: Series | None = None


#: An issue with the numbers of its tickets, or reviews.
_Found = tuple[EmergingIssue, frozenset[int]]


def write_emerging(work: UnitOfWork, as_of: int, *, anew: bool = True) -> EmergingReport:
    """Look for issues at the end of a day and keep them in the place of what was kept of this day or a later one.

    Unless they are to be kept `anew`, nothing is written where the same is kept of this day already.
    """
    report = find_emerging(work.connection, as_of)
    text = json.dumps(report.as_json(), ensure_ascii=False)
    same = "SELECT 1 FROM score_reports WHERE kind = ? AND as_of = ? AND report = ?"
    if not anew and work.sql(same, (KIND, report.as_of, text)).first():
        return report
    work.sql("DELETE FROM score_reports WHERE kind = ? AND as_of >= ?", (KIND, report.as_of))
    work.execute(score_reports.insert().values(kind=KIND, as_of=report.as_of, report=text, made_at=work.at))
    # Customers' own words stay out of the journal.
    work.digest(f"{KIND}:{hashlib.sha256(text.encode()).hexdigest()}")
    work.touch(tables=("score_reports",))
    return report


def find_emerging(connection: Connection, as_of: int) -> EmergingReport:
    """Issues of the book at the end of the day number `as_of`; nothing later is read."""
    ends = fresh_ends(connection, as_of, contacts=True)
    found: list[_Found] = []
    checked = 0
    for name, read in (("tickets", _read_tickets), ("reviews", _read_reviews)):
        if name in ends:
            issues, looked_at = _issues(read(connection, ends[name]))
            found += issues
            checked += looked_at
    issues_of_all = sorted((one for one, _ in found), key=lambda one: (one.p, one.title))
    return EmergingReport(day_text(as_of), checked, tuple(issues_of_all))


def _read_tickets(connection: Connection, last: int) -> _Source:
    first = last - 7 * WEEKS + 1
    products = fetch(
        connection, "SELECT DISTINCT name FROM products ORDER BY name LIMIT :most", {"most": _MOST_PRODUCTS}
    )
    names = names_of(row[0] for row in products)
    rows = fetch(
        connection,
        "SELECT id, customer_id, opened_on, kind, coalesce(subject, ''), substr(coalesce(text, ''), 1, :letters) "
        "FROM tickets WHERE opened_on BETWEEN :first AND :last ORDER BY opened_on DESC, id LIMIT :most",
        {"first": day_text(first), "last": day_text(last), "letters": _READ_LETTERS, "most": _MOST_TICKETS},
    )
    days = _Days()
    cut = len(rows) == _MOST_TICKETS
    begin = _begin(connection, "tickets", "opened_on", days[rows[-1][2]] + 1 if cut else first)
    told = [row for row in rows if days[row[2]] >= begin]
    known: dict[tuple[str | None, str, str], list[int]] = {}  # many tickets are worded alike
    places = _Places()
    topics = []
    for _number, _customer, _day, kind, subject, text in told:
        words = kind, subject, text
        if words not in known:
            known[words] = [places[topic] for topic in topics_of(kind, subject, text, names)]
        topics.append(known[words])
    return _Source(
        last,
        begin,
        *_columns(told, days),
        [row[4] for row in told],
        list(places),
        np.fromiter(chain.from_iterable(topics), np.int64),
        np.repeat(np.arange(len(told)), np.array([len(one) for one in topics], np.int64)),
    )


def _read_reviews(connection: Connection, last: int) -> _Source:
    first = last - 7 * WEEKS + 1
    rows = fetch(
        connection,
        "SELECT r.id, r.customer_id, r.reviewed_on, r.rating, coalesce(p.name, r.product_name), "
        "coalesce(r.title, substr(r.text, 1, 80), '') FROM reviews r LEFT JOIN products p ON p.id = r.product_id "
        "WHERE r.rating IS NOT NULL AND coalesce(p.name, r.product_name) IS NOT NULL "
        "AND r.reviewed_on BETWEEN :first AND :last ORDER BY r.reviewed_on DESC, r.id",
        {"first": day_text(first), "last": day_text(last)},
    )
    days, places = _Days(), _Places()
    topic = np.fromiter((places["product reviews", row[4]] for row in rows), np.int64, len(rows))
    number, who, day = _columns(rows, days)
    bad = np.flatnonzero(np.fromiter((row[3] <= _BAD_RATING for row in rows), np.bool_, len(rows)))
    by_topic = np.lexsort((day, topic))
    return _Source(
        last,
        _begin(connection, "reviews", "reviewed_on", first),
        *(number, who, day),
        [row[5] for row in rows],
        list(places),
        topic[bad],
        bad,
        Series(topic[by_topic], day[by_topic]),
    )


def _columns(rows: Sequence[tuple[Any, ...]], days: _Days) -> tuple[Whole, Whole, Whole]:
    """Number, who said it (see `_Source`) and day of rows that begin with number, customer and day."""
    number = np.array([row[0] for row in rows], np.int64)
    customer = np.array([row[1] or 0 for row in rows], np.int64)
    return number, np.where(customer > 0, customer, -number), np.array([days[row[2]] for row in rows], np.int64)


class _Places(dict[Topic, int]):
    """The place of each topic among those that were asked for, in the order of asking."""

    def __missing__(self, topic: Topic) -> int:
        self[topic] = len(self)
        return self[topic]


class _Days(dict[str, int]):
    """Day numbers of ISO days, each worked out once."""

    def __missing__(self, text: str) -> int:
        self[text] = day_number(date.fromisoformat(text))
        return self[text]


def _begin(connection: Connection, table: str, column: str, first: int) -> int:
    """The first day of the year that the table tells of: before its first row it tells nothing."""
    ((begun,),) = fetch(connection, f"SELECT min({column}) FROM {table}", {})
    return max(first, (date.fromisoformat(begun) - EPOCH).days)


def _issues(source: _Source) -> tuple[list[_Found], int]:
    """Issues with the numbers of their mentions, the surest first, and how many topics were looked at."""
    told = _once_a_week(source)
    count = np.bincount(source.topic[told], minlength=len(source.topics))
    asked = sorted(np.flatnonzero(count >= _FEWEST).tolist(), key=source.topics.__getitem__)
    if not asked:
        return [], 0
    mentions = _by_topic(source.topic[told], source.row[told], asked, len(source.topics))
    counted = _weekly(source, asked, mentions)
    of = summed(counted)
    usual = learn(of)
    many = chances(of, usual).many
    limit = largest_discovery(many, FALSE_DISCOVERIES)
    level = max(usual.levels[0], 1.0)
    found = []
    for place in np.flatnonzero(many <= limit).tolist():
        rows = mentions.day[slice(*np.searchsorted(mentions.row, (place, place + 1)).tolist())]
        issue = _told(source, asked[place], rows, float(many[place]), level, usual.priors[0])
        if issue is not None:
            found.append(issue)
    found.sort(key=lambda one: (one[0].p, one[0].title))
    return _apart(found), len(asked)


def _once_a_week(source: _Source) -> Whole:
    """Places of the mentions that count: of each customer's of a topic in a week the newest; of nobody known, each."""
    who, whose = np.unique(source.who, return_inverse=True)
    week = (source.last - source.day) // 7
    key = (source.topic * who.size + whose[source.row]) * WEEKS + week[source.row]
    return np.sort(np.unique(key, return_index=True)[1])


def _by_topic(topic: Whole, values: Whole, asked: list[int], topics: int) -> Series:
    """The values of the topics that are asked for, by their places in `asked`, those of each in their order."""
    place = np.full(topics, -1)
    place[asked] = np.arange(len(asked))
    at = place[topic]
    kept = np.flatnonzero(at >= 0)
    kept = kept[np.argsort(at[kept], kind="stable")]
    return Series(at[kept], values[kept])


def _weekly(source: _Source, asked: list[int], mentions: Series) -> Weekly:
    """Mentions of each topic by week; `mentions` are rows of the source."""
    every = np.arange(len(asked))
    events = Series(mentions.row, source.day[mentions.day])
    channel = Channel("topics", events, source.last)
    counts = counts_by_week(channel, channel.within(events), every, len(asked))
    known = np.full(len(asked), float((source.last - source.first + 1) // 7))
    if source.reviewed is None:
        return Weekly(every, counts, known)
    units = _by_topic(source.reviewed.row, source.reviewed.day, asked, len(source.topics))
    return Weekly(every, counts, known, counts_by_week(channel, channel.within(units), every, len(asked)))


def _told(
    source: _Source, topic: int, rows: Whole, p: float, level: float, of_all: tuple[float, float]
) -> _Found | None:
    """The issue in figures, None where it is too small to matter; `rows` of its mentions, the newest first."""
    about, name = source.topics[topic]
    days = source.day[rows][::-1]
    units = None
    if source.reviewed is not None:
        units = source.reviewed.day[slice(*np.searchsorted(source.reviewed.row, (topic, topic + 1)).tolist())]
    since = change_day(days, source.first, source.last, source.last - _NEWS_DAYS, down=False, units=units)
    newest = rows[source.day[rows] >= since]
    customers = [one for one in dict.fromkeys(source.who[newest].tolist()) if one > 0]
    before = np.array(float((days < since).sum()))
    if units is None:
        past, coming = np.array((since - source.first) / 7.0), np.array((source.last + 1 - since) / 7.0)
    else:
        past, coming = np.array(float((units < since).sum())), np.array(float((units >= since).sum()))
    usual = float(level * expected(before, past, coming, of_all))
    if newest.size < _FEWEST or len(customers) < _FEWEST_CUSTOMERS or newest.size < _TIMES * usual:
        return None
    issue = EmergingIssue(
        about=about,
        name=name,
        title=_TITLES[about].format(name),
        since=day_text(since),
        seen=int(newest.size),
        expected=round(usual, 2),
        of=None if units is None else int(coming),
        window_days=source.last + 1 - since,
        p=float(f"{p:.3g}"),
        customer_count=len(customers),
        customers=tuple(sorted(customers[:MOST_CUSTOMERS])),
        example=source.said[newest[0]],
    )
    return issue, frozenset(source.number[newest].tolist())


def _apart(found: list[_Found]) -> list[_Found]:
    """One issue for each group that is told of by most of the same tickets: of those as sure, what says most."""
    groups: list[list[_Found]] = []
    for issue, numbers in found:
        group = next((one for one in groups if overlap(numbers, one[0][1]) >= _SAME), None)
        if group is None:
            groups.append([(issue, numbers)])
        elif issue.p <= _AS_SURE * group[0][0].p:
            group.append((issue, numbers))
    return [min(group, key=lambda one: (_SAYS_MOST[one[0].about], -len(one[0].name), one[0].p)) for group in groups]
