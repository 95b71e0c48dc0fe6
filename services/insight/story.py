"""The two sentences of "why now" after the first: what did not come, what went wrong last, what else speaks for it.

Facts of the record only, the most telling first; what the alert's own reason already says is not said again: reasons
name the facts that they tell (`services.book.alert_phrasing`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from models.queries.open_tickets import AS_OF, is_open, is_unhappy
from models.queries.purchases import LAST_KEPT
from models.values import words
from models.values.alerts import AlertRow, ScoreFigures
from models.values.anomalies import ORDER_VALUE, ORDERS, TICKETS
from models.values.scores import missed_orders
from services.book.alert_phrasing import Clause, Fact, reason_clauses
from services.distress.complaints import read_voices
from services.insight.anomalies import anomaly_words, is_bad, read_anomalies, shared_issue_words
from services.insight.lines import OPEN_DEAL
from services.insight.purchase_facts import SILENT
from services.insight.reader import Reader

_SENTENCES = 2
_RECENT_DAYS = 90
#: A review of so many of 5 or fewer is unhappy, as for rules and scores.
_UNHAPPY_RATING = 2
_FALLEN = 10
_MOST_SPELLED = 12
#: From so many missed orders on, a churn risk that tells nobody apart would be believed or doubted wrongly.
_SILENT = 2
_REST = 200
_SUBJECT = 50
_OF_SILENCE = frozenset({"days_since_order", "usual_gap", "longest_gap"})
_DEAL = frozenset({"deal_amount", "largest_open_deal"})
_OPEN_TICKETS = frozenset({"unhappy_open_days", "urgent_tickets", "pressing_tickets"})
#: By topic, the measures of which one tells of it.
_TOPICS: Final = {
    TICKETS: _OPEN_TICKETS | {"unhappy_tickets_60d", "open_tickets"},
    "ratings": frozenset({"rating_recent"}),
    "engagement": frozenset({"engagement", "days_since_order"}),  # by a silence alone it falls
    "spend": frozenset({"spend_last"}),
    "value": frozenset({"lifetime_value"}),
    ORDERS: frozenset({"days_since_order", "spend_last"}),
}
#: What a customer wrote or said of late, the newest first.
_WRITTEN = """
SELECT text FROM (
    SELECT happened_on AS day, text FROM conversations
     WHERE customer_id = :customer AND coalesce(direction, '') <> 'to_customer'
    UNION ALL SELECT opened_on, text FROM tickets WHERE customer_id = :customer
    UNION ALL SELECT answered_on, comment FROM surveys WHERE customer_id = :customer
    UNION ALL SELECT reviewed_on, text FROM reviews WHERE customer_id = :customer)
WHERE text <> '' ORDER BY day DESC LIMIT 50"""


class _Told:
    """The facts that were told so far, each a measure with its value."""

    def __init__(self, clauses: tuple[Clause, ...]) -> None:
        self.facts: set[Fact] = {fact for clause in clauses for fact in clause.facts}
        self.rows: frozenset[tuple[str, int]] = frozenset()
        self.names_deal = False  # with its amount and its close date

    def of(self, name: str) -> list[object]:
        """The known values of a measure."""
        return [value for known, value in self.facts if known == name and value is not None]

    def any_of(self, names: frozenset[str]) -> bool:
        """Whether one of these measures was told."""
        return any(name in names for name, _ in self.facts)

    def speaks_of(self, topic: str) -> bool:
        """Whether a topic was touched."""
        if topic == TICKETS and any(rated[5] == "tickets" and not rated[4] for rated in self.ratings):
            return True
        if topic == ORDERS and (("activity_beside", ORDERS) in self.facts or self._of_orders_to_come):
            return True
        return self.any_of(_TOPICS[topic])

    @property
    def _of_orders_to_come(self) -> bool:
        return bool(self.of("churn_horizon")) and not self.any_of(frozenset({"scored_by_contract"}))

    @property
    def ratings(self) -> list[tuple[float, float, str, int, str | None, str]]:
        """What they rated: marks, scale, day, whether that is the day of the rating, of what, and where."""
        return [value for name, value in self.facts if name == "rated" and value]

    @property
    def is_of_open_ticket(self) -> bool:
        return self.any_of(_OPEN_TICKETS) and not self.of("deal_amount")


def read_story(reader: Reader, alert: AlertRow, reason: str, figures: ScoreFigures | None) -> str:
    """Return up to two sentences that go with the alert's reason, and one on a risk that tells nobody apart.

    Parameters
    ----------
    reason
        The alert's reason as it is stored.
    """
    if alert.customer_id is None:
        return ""
    told = _Told(reason_clauses(reason, reader.today))
    told.rows = alert.names
    starts = [part.casefold() for part in alert.parts]
    if figures is not None and any(part.startswith(SILENT) for part in starts):
        told.facts.add(("days_since_order", figures.days_since_last_order))
    told.names_deal = any(part.startswith(OPEN_DEAL) for part in starts)
    said = [*_went_on(reader, alert, told), *_other_signals(reader, alert, told)]
    said += _silence(alert, figures, told)
    if alert.kind == "risk":
        said += _returned(reader, alert, figures, told)
    more: tuple[tuple[str, Callable[[], list[str]]], ...] = (
        (TICKETS, lambda: _ticket(reader, alert, told)),
        ("ratings", lambda: _review(reader, alert, told)),
        ("", lambda: _shared(reader, alert)),
        ("", lambda: _unusual(reader, alert, told)),
        ("engagement", lambda: _fall(figures)),
        ("spend", lambda: _spend(reader, alert)),
        ("value", lambda: _worth(figures)),
    )
    for topic, tell in more:
        if len(said) < _SENTENCES and not (topic and told.speaks_of(topic)):
            said += tell()
    return " ".join(words.sentence(one) for one in [*said[:_SENTENCES], *_alike(alert, figures)])


def _went_on(reader: Reader, alert: AlertRow, told: _Told) -> list[str]:
    """What else they said in the message that the reason quotes a sentence of: by when they decide, for example."""
    quotes = told.of("said")
    if not quotes:
        return []
    for row in reader.rows(_WRITTEN, {"customer": alert.customer_id}):
        before, found, after = " ".join(row["text"].split()).partition(str(quotes[0]).rstrip("…"))
        rest = " … ".join(part.strip() for part in (before, after) if part.strip(" .!?"))
        if found and rest:
            return [f"They also said: “{words.shortened(rest.strip('“”'), _REST)}”"]
    return []


def _other_signals(reader: Reader, alert: AlertRow, told: _Told) -> list[str]:
    """The first signal of another rule that says more than was told, without what was; it is told from now on."""
    found = reader.rows(
        "SELECT reason FROM alert_signals WHERE alert_id = ? AND rule <> ? AND cleared_at IS NULL "
        "ORDER BY severity DESC, id",
        (alert.id, alert.rule),
    )
    for row in found:
        clauses = _untold(reason_clauses(row["reason"], reader.today), told)
        if clauses:
            told.facts |= _Told(clauses).facts
            first, *rest = clauses
            return [words.capital(first.words + "".join(one.between + one.words for one in rest))]
    return []


def _untold(clauses: tuple[Clause, ...], told: _Told) -> tuple[Clause, ...]:
    """What a reason says beyond what was told: without the facts at its beginning that were given.

    What quotes the same sentence, or says of a ticket that it is open where that was said, gives the same fact.
    """
    new = _Told(clauses)
    if set(new.of("said")) & set(told.of("said")) or (new.is_of_open_ticket and told.is_of_open_ticket):
        return ()
    if told.names_deal and new.any_of(_DEAL):
        return ()
    if new.facts and told.of("days_since_order") and {name for name, value in new.facts if value} <= _OF_SILENCE:
        return ()
    if told.of("deal_amount"):
        clauses = tuple(one for one in clauses if all(name != "largest_open_deal" for name, _ in one.facts))
    while clauses and clauses[0].facts and clauses[0].facts <= told.facts:
        clauses = clauses[1:]
    return clauses


def _silence(alert: AlertRow, figures: ScoreFigures | None, told: _Told) -> list[str]:
    """Say how long no order came against the usual gap; where the first was said, how many orders that is."""
    if alert.kind != "risk" or figures is None or not figures.own_rhythm:
        return []
    days, gap = figures.days_since_last_order, figures.usual_gap_days
    missing = missed_orders(days, gap)
    if not missing or told.of("usual_gap"):
        return []
    if not told.of("days_since_order"):
        told.facts |= {("days_since_order", days), ("usual_gap", gap)}
        return [f"No order for {words.count(days or 0, 'day')}; the usual gap is {words.whole(gap or 0)}"]
    if missing > _MOST_SPELLED:
        return []
    return [f"{words.spelled(missing)} expected {'order' if missing == 1 else 'orders'} did not come"]


def _returned(reader: Reader, alert: AlertRow, figures: ScoreFigures | None, told: _Told) -> list[str]:
    """Say of an order that came back whole that it was none, and which was the last that they kept."""
    on = words.day_of(figures.last_order_on) if figures is not None else None
    if figures is None or on is None or not figures.last_returned:
        return []
    kept = words.day_of(reader.value(LAST_KEPT, (alert.customer_id,)))
    before = (
        f"the last order they kept was on {reader.day(kept)}" if kept is not None else "they have kept no earlier order"
    )
    if any(told.of("last_returned")):
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


def _ticket(reader: Reader, alert: AlertRow, told: _Told) -> list[str]:
    """Say what became of the last unhappy ticket, unless it was spoken of."""
    since = (reader.present - timedelta(days=_RECENT_DAYS)).isoformat()
    row = reader.row(
        f"SELECT id, coalesce(subject, kind) AS subject, satisfaction, {is_open(AS_OF)} AS open, opened_on "
        "FROM tickets "
        f"WHERE customer_id = ? AND opened_on >= ? AND {is_unhappy(AS_OF)} "
        "ORDER BY opened_on DESC, id DESC LIMIT 1",
        (alert.customer_id, since),
    )
    if row is None or ("tickets", row["id"]) in told.rows:
        return []
    if not row["open"] and _pleased_since(reader, alert, row["opened_on"]):
        return []
    subject = words.shortened(row["subject"] or "unhappy ticket", _SUBJECT)
    if any(words.shortened(rated[4] or "", _SUBJECT) == subject for rated in told.ratings):
        return []
    if row["satisfaction"] is not None:
        return [f"The ticket “{subject}” was rated {row['satisfaction']} of 5"]
    if row["open"]:
        days = reader.days_since(words.day_of(row["opened_on"]))
        return [f"The ticket “{subject}” has been open for {words.count(days, 'day')}"]
    return [f"They were unhappy about “{subject}”"]


def _review(reader: Reader, alert: AlertRow, told: _Told) -> list[str]:
    since = (reader.present - timedelta(days=_RECENT_DAYS)).isoformat()
    row = reader.row(
        "SELECT id, rating, reviewed_on FROM reviews WHERE customer_id = ? AND reviewed_on >= ? AND rating <= ? "
        "ORDER BY reviewed_on DESC, id DESC LIMIT 1",
        (alert.customer_id, since, _UNHAPPY_RATING),
    )
    day = words.day_of(row["reviewed_on"]) if row is not None else None
    if (
        row is None
        or day is None
        or ("reviews", row["id"]) in told.rows
        or (row["rating"], row["reviewed_on"]) in [(one[0], one[2]) for one in told.ratings]
    ):
        return []
    if _pleased_since(reader, alert, row["reviewed_on"]):
        return []
    return [f"Their review of {reader.day(day)} gave {row['rating']} of 5"]


def _pleased_since(reader: Reader, alert: AlertRow, day: str) -> bool:
    """Whether they rated something well after a day: what was wrong before is no open grievance any more."""
    voices = read_voices(reader.driver, [alert.customer_id or 0], reader.present).get(alert.customer_id or 0, ())
    return any(one.good and one.rated and one.last_on.isoformat() > day for one in voices)


def _shared(reader: Reader, alert: AlertRow) -> list[str]:
    """Say that others complain of the same."""
    said = shared_issue_words(reader, alert.customer_id) if alert.customer_id is not None else ""
    return [said] if said else []


def _unusual(reader: Reader, alert: AlertRow, told: _Told) -> list[str]:
    """Say in which channel they do otherwise than before: for a risk what is bad news, else what is good."""
    found = read_anomalies(reader, alert.customer_id) if alert.customer_id is not None else ()
    fitting = (one for one in found if is_bad(one) == (alert.kind == "risk"))
    new = (one for one in fitting if not _told_of(one.channel, told))
    return [anomaly_words(reader, one) for one in new][:1]


def _told_of(channel: str, told: _Told) -> bool:
    """Whether the channel was spoken of."""
    topic = ORDERS if channel == ORDER_VALUE else channel
    return channel in told.of("activity_channel") or (topic in _TOPICS and told.speaks_of(topic))


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
    way = "more" if change > 0 else "less"
    return [f"On their last three order days they spent {words.percent(abs(change))} {way} than on the six before"]


def _worth(figures: ScoreFigures | None) -> list[str]:
    if figures is None or figures.clv_if_stays_minor is None or figures.clv_if_stays_minor <= 0:
        return []
    expected, worth = (
        words.money(minor or 0, figures.currency) for minor in (figures.clv_minor, figures.clv_if_stays_minor)
    )
    months = words.count(figures.clv_horizon_months, "month")
    return [f"Lifetime value over {months}: {expected} of {worth} if they stay"]
