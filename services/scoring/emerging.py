"""Emerging issues: what the customers of a book complain of more than they used to.

A topic (a kind of ticket, words of a subject, a product that tickets name) is counted week by week like a channel of a
customer, and its newest weeks are held against its own past by the same tests (`anomaly`): the last four weeks, and the
weighted last thirteen; a topic that there never was before has the others' rates for its own. A product's bad reviews
(2 of 5 or worse) are counted against all of its reviews. Issues that are told of by the same tickets are one: the one
that is least likely to be chance.

A customer counts once a week and topic, and nothing is an issue of the book that fewer than three customers speak of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from sqlalchemy import Connection

from models.store import UnitOfWork
from models.tables import score_reports
from models.values.emerging import MOST_CUSTOMERS, About, EmergingIssue, EmergingReport
from services.scoring.anomaly import chances, learn, summed
from services.scoring.channels import WEEKS, Channel, Weekly, counts_by_week, fresh_ends
from services.scoring.events import EPOCH, Series, day_number, fetch
from services.scoring.poisson_gamma import change_day, expected, largest_discovery
from services.scoring.rows import day_text
from services.scoring.topics import Topic, names_of, overlap, topics_of

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
class Mention:
    """One ticket, or review, that is of a topic; `number` is unique among tickets, and among reviews."""

    number: int
    day: int
    customer: int | None
    said: str


@dataclass
class _Source:
    """All that is said in tickets, or in reviews: mentions by topic, and of reviews the days of all of each product."""

    last: int
    first: int
    mentions: dict[Topic, list[Mention]] = field(default_factory=dict)
    reviewed: dict[Topic, list[int]] = field(default_factory=dict)

    def add(self, topic: Topic, mention: Mention) -> None:
        """Take in that a ticket or review is of a topic."""
        self.mentions.setdefault(topic, []).append(mention)


#: An issue with the numbers of its tickets, or reviews.
_Found = tuple[EmergingIssue, frozenset[int]]


def write_emerging(work: UnitOfWork, as_of: int) -> EmergingReport:
    """Look for issues at the end of a day and keep them in the place of what was kept of this day or a later one."""
    report = find_emerging(work.connection, as_of)
    work.sql("DELETE FROM score_reports WHERE kind = ? AND as_of >= ?", (KIND, report.as_of))
    text = json.dumps(report.as_json(), ensure_ascii=False)
    work.execute(score_reports.insert().values(kind=KIND, as_of=report.as_of, report=text, made_at=work.at))
    # Customers' own words stay out of the journal.
    work.digest(f"{KIND}:{hashlib.sha256(text.encode()).hexdigest()}")
    work.touch(tables=("score_reports",))
    return report


def find_emerging(connection: Connection, as_of: int) -> EmergingReport:
    """Issues of the book at the end of the day number `as_of`; nothing later is read."""
    ends = fresh_ends(connection, as_of)
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
    source = _Source(last, _begin(connection, "tickets", "opened_on", days[rows[-1][2]] + 1 if cut else first))
    for number, customer, opened, kind, subject, text in rows:
        if days[opened] < source.first:
            continue
        mention = Mention(number, days[opened], customer, subject)
        for topic in topics_of(kind, subject, text, names):
            source.add(topic, mention)
    return source


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
    days = _Days()
    source = _Source(last, _begin(connection, "reviews", "reviewed_on", first))
    for number, customer, reviewed, rating, name, title in rows:
        topic: Topic = ("product reviews", name)
        source.reviewed.setdefault(topic, []).append(days[reviewed])
        if rating <= _BAD_RATING:
            source.add(topic, Mention(number, days[reviewed], customer, title))
    return source


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
    once = {topic: _once_a_week(source, mentions) for topic, mentions in source.mentions.items()}
    topics = sorted(topic for topic, mentions in once.items() if len(mentions) >= _FEWEST)
    if not topics:
        return [], 0
    counted = _weekly(source, topics, once)
    of = summed(counted)
    usual = learn(of)
    many = chances(of, usual).many
    limit = largest_discovery(many, FALSE_DISCOVERIES)
    level = max(usual.levels[0], 1.0)
    found = []
    for place in np.flatnonzero(many <= limit).tolist():
        told = _told(source, topics[place], once[topics[place]], float(many[place]), level, usual.priors[0])
        if told is not None:
            found.append(told)
    found.sort(key=lambda one: (one[0].p, one[0].title))
    return _apart(found), len(topics)


def _once_a_week(source: _Source, mentions: Iterable[Mention]) -> list[Mention]:
    """Of each customer's mentions in a week the newest, the newest first; of nobody known, each."""
    seen = set()
    kept = []
    for one in sorted(mentions, key=lambda one: (-one.day, one.number)):
        key = (one.customer if one.customer is not None else -one.number, (source.last - one.day) // 7)
        if key not in seen:
            seen.add(key)
            kept.append(one)
    return kept


def _weekly(source: _Source, topics: list[Topic], once: dict[Topic, list[Mention]]) -> Weekly:
    every = np.arange(len(topics))
    events = _series((place, one.day) for place, topic in enumerate(topics) for one in once[topic])
    channel = Channel("topics", events, source.last)
    counts = counts_by_week(channel, channel.within(events), every, len(topics))
    known = np.full(len(topics), float((source.last - source.first + 1) // 7))
    if not source.reviewed:
        return Weekly(every, counts, known)
    units = _series((place, day) for place, topic in enumerate(topics) for day in source.reviewed[topic])
    return Weekly(every, counts, known, counts_by_week(channel, channel.within(units), every, len(topics)))


def _series(pairs: Iterator[tuple[int, int]]) -> Series:
    found = np.array(sorted(pairs), np.int64).reshape(-1, 2)
    return Series(found[:, 0], found[:, 1])


def _told(
    source: _Source, topic: Topic, mentions: list[Mention], p: float, level: float, of_all: tuple[float, float]
) -> _Found | None:
    """The issue in figures, None where it is too small to matter."""
    about, name = topic
    days = np.array(sorted(one.day for one in mentions), np.int64)
    units = np.array(sorted(source.reviewed[topic]), np.int64) if source.reviewed else None
    since = change_day(days, source.first, source.last, source.last - _NEWS_DAYS, down=False, units=units)
    newest = [one for one in mentions if one.day >= since]
    customers = list(dict.fromkeys(one.customer for one in newest if one.customer is not None))
    before = np.array(float((days < since).sum()))
    if units is None:
        past, coming = np.array((since - source.first) / 7.0), np.array((source.last + 1 - since) / 7.0)
    else:
        past, coming = np.array(float((units < since).sum())), np.array(float((units >= since).sum()))
    usual = float(level * expected(before, past, coming, of_all))
    if len(newest) < _FEWEST or len(customers) < _FEWEST_CUSTOMERS or len(newest) < _TIMES * usual:
        return None
    issue = EmergingIssue(
        about=about,
        name=name,
        title=_TITLES[about].format(name),
        since=day_text(since),
        seen=len(newest),
        expected=round(usual, 2),
        of=None if units is None else int(coming),
        window_days=source.last + 1 - since,
        p=float(f"{p:.3g}"),
        customer_count=len(customers),
        customers=tuple(sorted(customers[:MOST_CUSTOMERS])),
        example=newest[0].said,
    )
    return issue, frozenset(one.number for one in newest)


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
