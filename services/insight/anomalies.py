"""What is otherwise than it was, read for people: a customer's anomalies, and the issues of the book that they share.

Scoring finds and dates them (`services.scoring.anomalies`); here they become sentences.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Final

from models.values import words
from models.values.anomalies import (
    EMAILS,
    ORDER_VALUE,
    ORDERS,
    TICKETS,
    Anomaly,
    ChannelTrend,
    TrendWords,
    about,
    channel_events,
    channel_title,
    some_usual,
)
from models.values.emerging import EmergingIssue, EmergingReport
from services.insight.reader import Reader

_COLUMNS: Final = "customer_id, channel, as_of, since, direction, seen, expected, window_days, p, evidence"
_NO_TREND: Final = "Not enough activity for a trend"
#: Of which more is no good sign.
_BETTER_FEWER: Final = frozenset({TICKETS})


def read_anomalies(reader: Reader, customer_id: int) -> tuple[Anomaly, ...]:
    """Return what a customer does otherwise than their own past says, the least likely to be chance first."""
    rows = reader.driver.execute(
        f"SELECT {_COLUMNS} FROM anomalies WHERE customer_id = ? ORDER BY p, channel", (customer_id,)
    )
    return tuple(Anomaly(*row) for row in rows)


def read_emerging(reader: Reader) -> EmergingReport | None:
    """Return the issues of the book as of the last scoring of everyone; None before it."""
    text = reader.value("SELECT report FROM score_reports WHERE kind = 'emerging' ORDER BY id DESC LIMIT 1")
    if not text:
        return None
    try:
        return EmergingReport.from_json(json.loads(text))
    except (KeyError, TypeError, ValueError):  # of another version of the program: worked out anew by the next scoring
        return None


def is_bad(one: Anomaly) -> bool:
    """Return whether an anomaly is bad news."""
    return (one.direction == "up") == (one.channel in _BETTER_FEWER)


def anomaly_headline(one: Anomaly) -> str:
    """Return an anomaly in three words: ``Portal logins fell``."""
    return f"{channel_title(one.channel)} {'fell' if one.direction == 'down' else 'rose'}"


def anomaly_words(reader: Reader, one: Anomaly) -> str:
    """Return an anomaly as a line: ``Portal logins fell 85 % since 24 Oct: 2 in 27 days, about 13 expected``."""
    since = words.day_of(one.since)
    by = f" {words.percent(abs(one.change))}" if one.direction == "down" else ""
    when = f" since {reader.day(since)}" if since is not None else ""
    return f"{anomaly_headline(one)}{by}{when}: {_shortened(one)}"


def _shortened(one: Anomaly) -> str:
    """The evidence without the noun that the headline has said."""
    if one.channel in (ORDER_VALUE, EMAILS):
        return one.evidence
    if one.channel == ORDERS:
        seen = channel_events(ORDERS, round(one.seen)) if one.seen else "none"
        return f"{seen} in {words.count(one.window_days, 'day')}{_earlier(one) if one.seen else ''}"
    return f"{round(one.seen):,} in {words.count(one.window_days, 'day')}, {about(one.expected)} expected"


def trend_words(trends: Sequence[ChannelTrend], today: date) -> TrendWords:
    """Return where a customer's channels are heading, in words; what moved comes first, orders before the others."""
    if not trends:
        return TrendWords(_NO_TREND)
    ordered = sorted(trends, key=lambda one: (one.since is None, one.channel != ORDERS, channel_title(one.channel)))
    steady = [one for one in ordered if one.since is None]
    usual = [channel_title(one.channel) for one in steady if not _too_few(one)]
    few = [_lowered(channel_title(one.channel)) for one in steady if _too_few(one)]
    said = [
        *_moved(ordered, today),
        *([f"{words.listed([usual[0], *map(_lowered, usual[1:])])} as usual"] if usual else []),
        *([f"Not enough {words.listed(few)} for a trend"] if few else []),
    ]
    more = tuple(f"{_heading(one, today)}: {_seen(one)}" for one in ordered)
    return TrendWords("; ".join([said[0], *map(_lowered, said[1:])]), more)


def _too_few(trend: ChannelTrend) -> bool:
    """Whether nothing came of what was expected, which chance explains: that is no "as usual"."""
    return not trend.seen and some_usual(trend.expected)


def _moved(trends: Sequence[ChannelTrend], today: date) -> list[str]:
    """What moved, those that went the same way together: "Orders down since 26 May, web visits since 21 May"."""
    found: dict[str, str] = {}
    for one in trends:
        since = words.day_of(one.since)
        if since is None:
            continue
        if one.direction in found:
            found[one.direction] += f", {_lowered(channel_title(one.channel))} since {words.day(since, today)}"
        else:
            found[one.direction] = _heading(one, today)
    return list(found.values())


def _earlier(one: Anomaly | ChannelTrend) -> str:
    """Orders as the rate of before the change makes them; how many were *expected* is what their usual gap says."""
    return f", {about(one.expected)} at their earlier rate"


def _heading(trend: ChannelTrend, today: date) -> str:
    since = words.day_of(trend.since)
    if trend.direction == "silent" and since is not None:
        return f"No order since {words.day(since, today)}"
    if since is None and _too_few(trend):
        return f"Not enough {_lowered(channel_title(trend.channel))} for a trend"
    way = {"falling": "down", "rising": "up"}.get(trend.direction, "as usual")
    when = f" since {words.day(since, today)}" if since is not None else ""
    return f"{channel_title(trend.channel)} {way}{when}"


def _seen(trend: ChannelTrend) -> str:
    over = words.count(trend.window_days, "day")
    if trend.direction == "silent":
        return f"{trend.expected:,.0f} expected in {over}"
    seen = f"{trend.seen:,.0f}" if trend.seen else "none"
    if trend.channel != ORDERS:
        return f"{seen} in {over}, {about(trend.expected)} expected"
    counted = channel_events(ORDERS, round(trend.seen)) if trend.seen else seen  # the heading does not say what
    return f"{counted} in {over}{_earlier(trend)}"


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def issue_words(reader: Reader, issue: EmergingIssue) -> str:
    """Return an issue as a line: ``Tickets about Harbor Tee: 26 since 20 Aug, about 2 expected, from 24 customers``."""
    since = words.day_of(issue.since)
    when = f" since {reader.day(since)}" if since is not None else ""
    share = f"{issue.seen:,}" if issue.of is None else f"{issue.seen:,} of {issue.of:,} reviews"
    usual, customers = about(issue.expected), words.count(issue.customer_count, "customer")
    return f"{issue.title}: {share}{when}, {usual} expected, from {customers}"


def shared_issue_words(reader: Reader, customer_id: int) -> str:
    """Return the surest issue that a customer shares with others, as a line; '' where there is none."""
    report = read_emerging(reader)
    if report is None:
        return ""
    issue = next((one for one in report.issues if customer_id in one.customers), None)
    if issue is None or issue.customer_count < 2:
        return ""
    since = words.day_of(issue.since)
    when = f" since {reader.day(since)}" if since is not None else ""
    others = words.count(issue.customer_count - 1, "other customer")
    said = {
        "ticket kind": f"sent tickets of the kind “{issue.name}”",
        "ticket words": f"sent tickets with “{issue.name}”",
        "product in tickets": f"sent tickets about {issue.name}",
        "product reviews": f"given {issue.name} a bad review",
    }[issue.about]
    have = "has" if issue.customer_count == 2 else "have"
    return f"{others} {have} {said}{when}, more than usual"
