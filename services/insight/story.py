"""The two sentences of "why now" after the first: what did not come, what went wrong last, what else speaks for it.

Facts of the record only, the most telling first; what the card's own reason already says is not said again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from models.values import words
from models.values.alerts import AlertRow, ScoreFigures
from models.values.anomalies import ORDER_VALUE, ORDERS, channel_title
from services.insight.reader import Reader
from services.insight.rhythm import missed_orders
from services.insight.unusual import anomaly_words, is_bad, read_anomalies, shared_issue_words

_SENTENCES = 2
_RECENT_DAYS = 90
#: A rating of 2 or worse, or without one a sentiment (-1 … 1) below this, is unhappy; as for rules and scores.
UNHAPPY_RATING = 2
UNHAPPY_SENTIMENT = -0.25
_FALLEN = 10
_MOST_SPELLED = 12


def read_story(reader: Reader, alert: AlertRow, figures: ScoreFigures | None) -> str:
    """Return up to two sentences that go with the card's reason."""
    if alert.customer_id is None:
        return ""
    said = _other_signals(reader, alert)
    before = f"{alert.reason} {' '.join(said)}".casefold()
    said += _silence(before, alert, figures)
    more: tuple[tuple[tuple[str, ...], Callable[[], list[str]]], ...] = (
        (("ticket", "complaint"), lambda: _ticket(reader, alert)),
        (("review", "rating"), lambda: _review(reader, alert)),
        ((), lambda: _shared(reader, alert)),
        ((), lambda: _unusual(reader, alert, before)),
        (("engagement",), lambda: _fall(figures)),
        (("average order", "spend"), lambda: _spend(reader, alert)),
        ((), lambda: _worth(figures)),
    )
    for topics, tell in more:
        if len(said) < _SENTENCES and not any(topic in before for topic in topics):
            said += tell()
    return " ".join(words.sentence(one) for one in said[:_SENTENCES])


def _other_signals(reader: Reader, alert: AlertRow) -> list[str]:
    found = reader.rows(
        "SELECT reason FROM alert_signals WHERE alert_id = ? AND rule <> ? AND cleared_at IS NULL "
        "ORDER BY severity DESC, id LIMIT 1",
        (alert.id, alert.rule),
    )
    return [row["reason"] for row in found if row["reason"] != alert.reason]


def _silence(before: str, alert: AlertRow, figures: ScoreFigures | None) -> list[str]:
    """Say how long no order came, or where that was said, what it amounts to."""
    if alert.kind != "risk" or figures is None:
        return []
    missing = missed_orders(figures.days_since_last_order, figures.usual_gap_days)
    if not missing:
        return []
    if "no order" not in before and "last order" not in before:
        gap = words.whole(figures.usual_gap_days or 0)
        return [f"No order for {words.count(figures.days_since_last_order or 0, 'day')}; the usual gap is {gap}"]
    if missing > _MOST_SPELLED:
        return []
    return [f"{words.spelled(missing)} expected {'order' if missing == 1 else 'orders'} did not come"]


def _ticket(reader: Reader, alert: AlertRow) -> list[str]:
    """Say what became of the last unhappy ticket."""
    since = (reader.present - timedelta(days=_RECENT_DAYS)).isoformat()
    row = reader.row(
        "SELECT subject, satisfaction, resolved_on, opened_on FROM tickets WHERE customer_id = ? AND opened_on >= ? "
        "AND (satisfaction <= ? OR (satisfaction IS NULL AND sentiment < ?)) ORDER BY opened_on DESC, id DESC LIMIT 1",
        (alert.customer_id, since, UNHAPPY_RATING, UNHAPPY_SENTIMENT),
    )
    if row is None:
        return []
    subject = words.shortened(row["subject"] or "unhappy ticket", 50)
    if row["satisfaction"] is not None:
        return [f"The ticket “{subject}” was rated {row['satisfaction']} of 5"]
    if row["resolved_on"] is None:
        opened = words.day_of(row["opened_on"])
        days = (reader.present - opened).days if opened is not None else 0
        return [f"The ticket “{subject}” is open for {words.count(days, 'day')}"]
    return [f"The ticket “{subject}” was unhappy"]


def _review(reader: Reader, alert: AlertRow) -> list[str]:
    since = (reader.present - timedelta(days=_RECENT_DAYS)).isoformat()
    row = reader.row(
        "SELECT rating, reviewed_on FROM reviews WHERE customer_id = ? AND reviewed_on >= ? AND rating <= ? "
        "ORDER BY reviewed_on DESC, id DESC LIMIT 1",
        (alert.customer_id, since, UNHAPPY_RATING),
    )
    day = words.day_of(row["reviewed_on"]) if row is not None else None
    return (
        [f"Their review of {reader.day(day)} gave {row['rating']} of 5"] if row is not None and day is not None else []
    )


def _shared(reader: Reader, alert: AlertRow) -> list[str]:
    """Say that others complain of the same."""
    said = shared_issue_words(reader, alert.customer_id) if alert.customer_id is not None else ""
    return [said] if said else []


def _unusual(reader: Reader, alert: AlertRow, before: str) -> list[str]:
    """Say in which channel they do otherwise than before: for a risk what is bad news, else what is good."""
    found = read_anomalies(reader, alert.customer_id) if alert.customer_id is not None else ()
    told = (one for one in found if is_bad(one) == (alert.kind == "risk"))
    new = (one for one in told if not _told_of(one.channel, before))
    return [anomaly_words(reader, one) for one in new][:1]


def _told_of(channel: str, before: str) -> bool:
    """Whether what was said already is about the channel: of orders, any word of them."""
    return "order" in before if channel in (ORDERS, ORDER_VALUE) else channel_title(channel).casefold() in before


def _fall(figures: ScoreFigures | None) -> list[str]:
    if figures is None or figures.engagement is None or figures.engagement_change is None:
        return []
    if figures.engagement_change > -_FALLEN:
        return []
    fallen = words.whole(-figures.engagement_change)
    return [f"Engagement fell by {fallen} to {words.whole(figures.engagement)} in {figures.change_days} days"]


def _spend(reader: Reader, alert: AlertRow) -> list[str]:
    row = reader.row(
        "SELECT mean_last_3_minor AS last, mean_6_before_minor AS before "
        "FROM customer_risk_scores WHERE customer_id = ?",
        (alert.customer_id,),
    )
    if row is None or not row["before"] or row["last"] is None:
        return []
    change = row["last"] / row["before"] - 1
    if abs(change) < 0.25:
        return []
    return [
        f"The last three orders are {words.percent(abs(change))} {'above' if change > 0 else 'below'} the six before"
    ]


def _worth(figures: ScoreFigures | None) -> list[str]:
    if figures is None or figures.clv_if_stays_minor is None or figures.clv_if_stays_minor <= 0:
        return []
    worth = words.money(figures.clv_if_stays_minor, figures.currency)
    return [f"They are worth about {worth} over {words.count(figures.clv_horizon_months, 'month')} if they stay"]
