"""The two sentences of "why now" after the first: what did not come, what went wrong last, what else speaks for it.

Facts of the record only, the most telling first; what the alert's own reason already says is not said again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from models.queries.open_tickets import AS_OF, is_open, is_unhappy
from models.queries.purchases import LAST_KEPT
from models.values import words
from models.values.alerts import AlertRow, ScoreFigures
from models.values.anomalies import ORDER_VALUE, ORDERS, channel_title
from models.values.scores import missed_orders
from services.insight.anomalies import anomaly_words, is_bad, read_anomalies, shared_issue_words
from services.insight.reader import Reader

_SENTENCES = 2
_RECENT_DAYS = 90
#: A review of so many of 5 or fewer is unhappy, as for rules and scores.
_UNHAPPY_RATING = 2
_FALLEN = 10
_MOST_SPELLED = 12
_SILENT_WORDS = ("no order", "last order")
#: Parts of a reason, each a fact.
_PARTS = re.compile(r"[,;] ")
_DEAL = "; open deal: "
_OPEN_TICKET = re.compile(r"\btickets?\b.*\bopen\b")
#: From so many missed orders on, a churn risk that tells nobody apart would be believed or doubted wrongly.
_SILENT = 2
_QUOTE = re.compile("“([^“”]+)”")
_REST = 200
#: What a customer wrote or said of late, the newest first.
_WRITTEN = """
SELECT text FROM (
    SELECT happened_on AS day, text FROM conversations
     WHERE customer_id = :customer AND coalesce(direction, '') <> 'to_customer'
    UNION ALL SELECT opened_on, text FROM tickets WHERE customer_id = :customer
    UNION ALL SELECT answered_on, comment FROM surveys WHERE customer_id = :customer
    UNION ALL SELECT reviewed_on, text FROM reviews WHERE customer_id = :customer)
WHERE text <> '' ORDER BY day DESC LIMIT 50"""


def read_story(reader: Reader, alert: AlertRow, figures: ScoreFigures | None) -> str:
    """Return up to two sentences that go with the alert's reason, and one on a risk that tells nobody apart."""
    if alert.customer_id is None:
        return ""
    said = [*_went_on(reader, alert), *_other_signals(reader, alert)]
    said += _silence(f"{alert.reason} {' '.join(said)}".casefold(), alert, figures)
    before = f"{alert.reason} {' '.join(said)}".casefold()
    if alert.kind == "risk":
        said += _returned(reader, alert, figures)
    more: tuple[tuple[tuple[str, ...], Callable[[], list[str]]], ...] = (
        (("ticket", "complaint"), lambda: _ticket(reader, alert, before)),
        (("review", "rating"), lambda: _review(reader, alert, before)),
        ((), lambda: _shared(reader, alert)),
        ((), lambda: _unusual(reader, alert, before)),
        (("engagement", *_SILENT_WORDS), lambda: _fall(figures)),  # by a silence alone it falls
        (("days with orders", "spend"), lambda: _spend(reader, alert)),
        (("lifetime value",), lambda: _worth(figures)),
    )
    for topics, tell in more:
        if len(said) < _SENTENCES and not any(topic in before for topic in topics):
            said += tell()
    return " ".join(words.sentence(one) for one in [*said[:_SENTENCES], *_alike(alert, figures)])


def _went_on(reader: Reader, alert: AlertRow) -> list[str]:
    """What else they said in the message that the reason quotes a sentence of: by when they decide, for example."""
    quote = _QUOTE.search(alert.reason)
    if quote is None:
        return []
    for row in reader.rows(_WRITTEN, {"customer": alert.customer_id}):
        before, found, after = " ".join(row["text"].split()).partition(quote[1].rstrip("…"))
        rest = " … ".join(part.strip() for part in (before, after) if part.strip(" .!?"))
        if found and rest:
            return [f"They also said: “{words.shortened(rest.strip('“”'), _REST)}”"]
    return []


def _other_signals(reader: Reader, alert: AlertRow) -> list[str]:
    found = reader.rows(
        "SELECT reason FROM alert_signals WHERE alert_id = ? AND rule <> ? AND cleared_at IS NULL "
        "ORDER BY severity DESC, id",
        (alert.id, alert.rule),
    )
    return [new for row in found if (new := _untold(row["reason"], alert.reason))][:1]


def _untold(reason: str, before: str) -> str:
    """What a reason says beyond another: without the facts at its beginning that were given; '' if nothing is left.

    What quotes the same sentence, or says of a ticket that it is open where that was said, gives the same fact.
    """
    if any(quote in before for quote in _QUOTE.findall(reason)) or (_is_open(reason) and _is_open(before)):
        return ""
    given = f"{before},".casefold()
    rest = reason.partition(_DEAL)[0] if given.startswith("open deal") else reason
    while rest:
        part = _PARTS.split(rest, maxsplit=1)[0]
        if f"{part},".casefold() not in given.replace(";", ","):
            break
        rest = rest[len(part) + 2 :]
    return words.capital(rest)


def _is_open(reason: str) -> bool:
    return _OPEN_TICKET.search(reason) is not None and "deal" not in reason


def _silence(before: str, alert: AlertRow, figures: ScoreFigures | None) -> list[str]:
    """Say how long no order came against the usual gap; where the first was said, how many orders that is."""
    if alert.kind != "risk" or figures is None or not figures.own_rhythm:
        return []
    missing = missed_orders(figures.days_since_last_order, figures.usual_gap_days)
    if not missing:
        return []
    if "the usual gap is" in before:
        return []
    if not any(said in before for said in _SILENT_WORDS):
        gap = words.whole(figures.usual_gap_days or 0)
        return [f"No order for {words.count(figures.days_since_last_order or 0, 'day')}; the usual gap is {gap}"]
    if missing > _MOST_SPELLED:
        return []
    return [f"{words.spelled(missing)} expected {'order' if missing == 1 else 'orders'} did not come"]


def _returned(reader: Reader, alert: AlertRow, figures: ScoreFigures | None) -> list[str]:
    """Say of an order that came back whole that it was none, and which was the last that they kept."""
    on = words.day_of(figures.last_order_on) if figures is not None else None
    if figures is None or on is None or not figures.last_returned:
        return []
    kept = words.day_of(reader.value(LAST_KEPT, (alert.customer_id,)))
    before = (
        f"the last order they kept was on {reader.day(kept)}" if kept is not None else "they have kept no earlier order"
    )
    if "returned" in alert.reason:
        return [words.capital(before)]
    return [f"The order of {reader.day(on)} was returned; {before}"]


def _alike(alert: AlertRow, figures: ScoreFigures | None) -> list[str]:
    """Say of a silence what the churn risk is worth where the model tells nobody apart: a low one looks believable."""
    if alert.kind != "risk" or figures is None or not figures.risk_note:
        return []
    if missed_orders(figures.days_since_last_order, figures.usual_gap_days) < _SILENT:
        return []
    risk = figures.model_risk if figures.said_leaving else figures.churn_risk
    return [f"Churn risk {words.chance(risk or 0.0)}: {figures.risk_note}"]


def _ticket(reader: Reader, alert: AlertRow, before: str) -> list[str]:
    """Say what became of the last unhappy ticket, unless it was spoken of."""
    since = (reader.present - timedelta(days=_RECENT_DAYS)).isoformat()
    row = reader.row(
        f"SELECT coalesce(subject, kind) AS subject, satisfaction, {is_open(AS_OF)} AS open, opened_on FROM tickets "
        f"WHERE customer_id = ? AND opened_on >= ? AND {is_unhappy(AS_OF)} "
        "ORDER BY opened_on DESC, id DESC LIMIT 1",
        (alert.customer_id, since),
    )
    if row is None:
        return []
    subject = words.shortened(row["subject"] or "unhappy ticket", 50)
    if subject.casefold() in before:
        return []
    if row["satisfaction"] is not None:
        return [f"The ticket “{subject}” was rated {row['satisfaction']} of 5"]
    if row["open"]:
        opened = words.day_of(row["opened_on"])
        days = (reader.present - opened).days if opened is not None else 0
        return [f"The ticket “{subject}” has been open for {words.count(days, 'day')}"]
    return [f"The ticket “{subject}” was unhappy"]


def _review(reader: Reader, alert: AlertRow, before: str) -> list[str]:
    since = (reader.present - timedelta(days=_RECENT_DAYS)).isoformat()
    row = reader.row(
        "SELECT rating, reviewed_on FROM reviews WHERE customer_id = ? AND reviewed_on >= ? AND rating <= ? "
        "ORDER BY reviewed_on DESC, id DESC LIMIT 1",
        (alert.customer_id, since, _UNHAPPY_RATING),
    )
    day = words.day_of(row["reviewed_on"]) if row is not None else None
    if row is None or day is None or f"rated {row['rating']} of 5 on {reader.day(day)}".casefold() in before:
        return []
    return [f"Their review of {reader.day(day)} gave {row['rating']} of 5"]


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
    way = "above" if change > 0 else "below"
    return [f"The last three days with orders are {words.percent(abs(change))} {way} the six before"]


def _worth(figures: ScoreFigures | None) -> list[str]:
    if figures is None or figures.clv_if_stays_minor is None or figures.clv_if_stays_minor <= 0:
        return []
    expected, worth = (
        words.money(minor or 0, figures.currency) for minor in (figures.clv_minor, figures.clv_if_stays_minor)
    )
    months = words.count(figures.clv_horizon_months, "month")
    return [f"Lifetime value over {months}: {expected} of {worth} if they stay"]
