"""What a customer wrote or rated that is to be answered: one meaning of it, for the rules, the advice and the drafts.

A sign of distress is an urgent, unhappy ticket that is open, words of leaving, an urgent complaint whatever its
priority, or a bad rating. Words and ratings are those of 30 days; a ticket stays a sign while it is open, and words
of leaving for half a year while their customer neither ordered again 14 days later or more nor rated our service well:
silence answers nobody. A complaint counts while its ticket is open, elsewhere for 14 days unless they ordered or rated
well since. A ticket that was solved to their content (rated 4 or better) is none. A bad rating is over once they rated
well, or ordered again 14 days later or more while its ticket is not open any more: a standing order that runs on does
not tell that they are content. Besides, an unhappy ticket that is open and a strongly negative mention are matters too;
they raise alerts of their own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Final, Literal

from models import sqlite
from models.queries.open_tickets import is_open, is_unhappy, rating
from models.queries.products import product_called
from models.values import words
from models.values.facts import RATED_WELL
from models.values.spoken import spoken_in
from services.distress import leaving_marks
from services.distress.answer_day import read_answer_day
from services.distress.departure import Departure
from services.distress.lexicon import urgency
from services.distress.said_leaving import rated_since
from services.distress.urgent_complaint import urgent_complaint

Kind = Literal["leaving", "urgent", "rated", "open", "said"]

#: Below this sentiment (-1 … 1) a mention is an alert of its own.
STRONG: Final = -0.6
#: SQL of what was given in a survey, on the scale of 1 to 5 that ratings have.
SURVEY_RATING: Final = "((kind = 'nps') + (5.0 - (kind = 'nps')) * score / scale)"
#: SQL of the day from which on an order says that they got over a bad rating of a day.
STANDS_UNTIL: Final = "date({}, '+14 days')"
#: SQL of the rows to look at: of 30 days, and of half a year those with words of leaving, or that nobody has read yet.
_LATELY: Final = "({0} > :day_30 OR {0} > :day_180 AND leaving IS NOT 0)"
_SIGNS: Final = f"""
SELECT * FROM (SELECT *,
       CASE WHEN spoken IS NOT NULL AND (day > :day_30 OR {STANDS_UNTIL.format("day")} > coalesce(ordered_on, '')
                                           AND NOT {rated_since("g", ":as_of")}) THEN spoken END AS said,
       CASE WHEN is_open OR day >= coalesce(ordered_on, '') AND day >= coalesce(glad_on, '')
            THEN complaint END AS complained,
       CASE WHEN rating <= 2 AND rated_on >= coalesce(glad_on, '')
                                   AND (is_open OR {STANDS_UNTIL.format("rated_on")} > coalesce(ordered_on, ''))
                              THEN rating END AS bad
FROM (SELECT h.*, f.last_order_on AS ordered_on,
             max(CASE WHEN rating > 3 THEN rated_on END) OVER (PARTITION BY h.customer_id) AS glad_on
FROM (
    SELECT customer_id, opened_on AS day,
           {is_unhappy(":as_of")} AND {is_open(":as_of")} AND urgency(priority) >= 2 AS urgent,
           CASE WHEN leaving IS NOT 0 AND coalesce({rating(":as_of")}, 0) < 4
                THEN wrote_leaving(leaving, 0, subject, text) END AS spoken,
           CASE WHEN coalesce(resolved_on, opened_on) > :day_30 THEN {rating(":as_of")} END AS rating,
           coalesce(resolved_on, opened_on) AS rated_on, 5 AS scale, satisfaction AS given,
           coalesce(nullif(subject, ''), kind) AS what, {is_open(":as_of")} AS is_open,
           resolved_on IS NOT NULL AS dated, 'tickets' AS origin, id, channel,
           CASE WHEN opened_on > :day_30 AND {is_open(":as_of")} AND coalesce({rating(":as_of")}, 0) < 4
                THEN urgent_complaint(subject, text) END AS complaint
    FROM tickets WHERE customer_id IS NOT NULL AND opened_on > :day_180 AND opened_on <= :as_of {{scope}}
    UNION ALL
    SELECT customer_id, reviewed_on, 0, wrote_leaving(leaving, {RATED_WELL["reviews"]}, title, text),
           CASE WHEN reviewed_on > :day_30 THEN rating END, reviewed_on, 5, rating, {product_called("reviews")}, 0, 1,
           'reviews', id, NULL,
           CASE WHEN reviewed_on > :day_14 AND NOT {RATED_WELL["reviews"]} THEN urgent_complaint(title, text) END
    FROM reviews WHERE customer_id IS NOT NULL AND {_LATELY.format("reviewed_on")} AND reviewed_on <= :as_of {{scope}}
    UNION ALL
    SELECT customer_id, answered_on, 0, wrote_leaving(leaving, {RATED_WELL["surveys"]}, comment),
           CASE WHEN kind IN ('csat', 'nps') AND scale > 0 AND answered_on > :day_30
                THEN {SURVEY_RATING} END,
           answered_on, scale, score, 'survey', 0, 1, 'surveys', id, NULL,
           CASE WHEN answered_on > :day_14 AND NOT {RATED_WELL["surveys"]} THEN urgent_complaint(comment) END
    FROM surveys WHERE customer_id IS NOT NULL AND {_LATELY.format("answered_on")} AND answered_on <= :as_of {{scope}}
    UNION ALL
    SELECT customer_id, happened_on, 0, wrote_leaving(leaving, 0, text), NULL, happened_on, NULL, NULL, channel, 0, 1,
           'conversations', id, channel, CASE WHEN happened_on > :day_14 THEN urgent_complaint(text) END
    FROM conversations WHERE customer_id IS NOT NULL AND {_LATELY.format("happened_on")} AND happened_on <= :as_of
         AND coalesce(direction, '') <> 'to_customer' {{scope}}) h
LEFT JOIN <facts> f ON f.customer_id = h.customer_id) g)
WHERE urgent OR said IS NOT NULL OR bad IS NOT NULL OR complained IS NOT NULL"""

_OPEN: Final = f"""
SELECT id, opened_on, coalesce(nullif(subject, ''), kind), {is_unhappy(":as_of")} AS unhappy, channel
FROM tickets WHERE customer_id = :customer AND opened_on <= :as_of AND {is_open(":as_of")}
ORDER BY opened_on DESC, id DESC"""
_SAID: Final = """
SELECT id, happened_on, channel FROM conversations
WHERE customer_id = :customer AND happened_on > :day_14 AND happened_on <= :as_of
      AND coalesce(direction, '') <> 'to_customer' AND sentiment <= :strong
ORDER BY happened_on DESC, id DESC LIMIT 1"""
#: Where words of leaving stand, and those of a bad review.
TEXT: Final = {
    "tickets": "SELECT coalesce(subject || char(10), '') || coalesce(text, '') FROM tickets WHERE id = ?",
    "reviews": "SELECT coalesce(title || '. ', '') || coalesce(text, '') FROM reviews WHERE id = ?",
    "surveys": "SELECT comment FROM surveys WHERE id = ?",
    "conversations": "SELECT text FROM conversations WHERE id = ?",
}
_ORDER: Final[tuple[Kind, ...]] = ("leaving", "urgent", "rated", "open", "said")
#: What the alerts of a rule are about, where that is not the order above.
_FIRST: Final[dict[str, tuple[Kind, ...]]] = {
    "bad_review": ("rated",),
    "unhappy_tickets": ("open", "urgent"),
    "urgent_ticket": ("urgent", "open"),
    "unhappy_mention": ("leaving", "said"),
}
_SHOWN: Final = 60
_QUOTED: Final = 240
#: Rules whose alerts are about what a customer wrote or rated.
ABOUT_WORDS: Final = frozenset({"distress", "urgent_ticket", "unhappy_tickets", "unhappy_mention", "bad_review"})


@dataclass(frozen=True)
class Matter:
    """What is to be answered: the row it stands in, its day, and what it is about.

    Attributes
    ----------
    what
        The subject of a ticket, the product of a review, the channel of a conversation; '' where it is not known.
    rated
        As they rated it, "1 of 5"; '' of what is no rating.
    is_open
        It is a ticket, and this very ticket is open.
    dated
        The day of a rating is known; of a ticket without a day of resolution ``day`` is that on which it came.
    text
        What was written or said; '' of a bad rating that is no review.
    channel
        Through which a ticket or a message came, as the data name it; '' where it is not known.
    departure
        What is said of leaving, None of what are no words of leaving.
    """

    kind: Kind
    origin: Literal["tickets", "reviews", "surveys", "conversations"]
    row_id: int
    day: date
    what: str = ""
    rated: str = ""
    is_open: bool = False
    dated: bool = True
    text: str = ""
    channel: str = ""
    departure: Departure | None = None

    @property
    def phoned(self) -> bool:
        """They said it on the phone, and are called back; a rating is given later, and elsewhere."""
        return self.kind != "rated" and spoken_in(self.channel) == "phone"

    @cached_property
    def thing(self) -> str:
        """What it is, without saying whose: ticket “Zip is stuck”, review of the Harbor rain jacket."""
        if self.origin == "tickets":
            return f"ticket “{self.what}”" if self.what else "ticket"
        if self.origin == "reviews":
            return f"review of {self.what}" if self.what else "review"
        return "survey" if self.origin == "surveys" else "conversation"

    @cached_property
    def answer_by(self) -> date | None:
        """The day by which they asked for an answer, None where they named none."""
        return read_answer_day(self.text, self.day) if self.text else None

    @cached_property
    def named(self) -> str:
        """What it is called in a sentence: their ticket “Zip is stuck”, our survey, a conversation."""
        whose = {"surveys": "our", "conversations": "a"}.get(self.origin, "their")
        return f"{whose} {self.thing}"

    def listed(self, today: date) -> str:
        """What it is called in a list of what else waits: open ticket “Zip is stuck”, 16 Nov."""
        if self.origin == "surveys":
            named = f"rating of {self.rated} in our survey" if self.rated else "answer to our survey"
        else:
            named = self.thing
        return f"{'open ' if self.is_open else ''}{named}, {words.day(self.day, today)}"

    def told(self, today: date) -> str:
        """Say what happened, in a sentence to the account manager."""
        day = words.day(self.day, today)
        still = " That ticket is still open." if self.is_open else ""
        if self.departure is not None:
            where = "" if self.origin == "conversations" else f" in {self.named}"
            return f"On {day} they said{where} {self.departure.told(today)}.{still}"
        if self.kind == "rated":
            if self.origin == "tickets":
                said = f"{self.rated} on {day}" if self.dated else f"of {day} {self.rated}"
                return f"They rated the {self.thing} {said}.{still}"
            wrote = words.shortened(self.text, _QUOTED)
            return words.sentence(f"They gave {self.rated} on {day} in {self.named}{f': “{wrote}”' if wrote else ''}")
        if self.kind == "said":
            return f"They complained about you on {day}{f' ({self.what})' if self.what else ''}."
        return f"Their {'urgent ' if self.kind == 'urgent' else ''}{self.thing} of {day} is still open."


def signs(facts: str) -> str:
    """SQL of every sign of distress with its day; ``bad`` is a bad rating that is not over.

    Parameters
    ----------
    facts
        The table that knows of each ``customer_id`` the ``last_order_on`` by the day that is asked for.
    """
    return _SIGNS.replace("<facts>", facts)


def teach(driver: sqlite.Connection) -> None:
    """Let the statements of a connection ask the lexicon, and keep what was rated and said."""
    leaving_marks.teach(driver)
    sqlite.give_function(driver, "urgency", 1, urgency)
    sqlite.give_function(driver, "urgent_complaint", -1, _urgent_complaint)
    sqlite.give_function(driver, "rated", 6, _rated)
    sqlite.give_function(driver, "quoted", 5, _quoted)


def _urgent_complaint(*texts: str | None) -> str | None:
    """Return the sentence of a text with its title that needs a person most, None of one that does not."""
    return urgent_complaint(". ".join(filter(None, texts)))


def _rated(given: float | None, scale: float | None, on: str | None, dated: int, what: str | None, origin: str) -> str:
    """Return a rating as reasons of alerts keep it, '' for none."""
    return "" if given is None or on is None else json.dumps([given, scale, on, dated, what, origin])


def _quoted(said: str | None, origin: str, what: str | None, on: str, channel: str | None) -> str | None:
    """Return a customer's words as reasons of alerts keep them, with where and when they were said."""
    return json.dumps([said, origin, what, on, channel]) if said is not None else None


def read_matters(driver: sqlite.Connection, customer_id: int, as_of: date, rule: str = "") -> tuple[Matter, ...]:
    """Return what a customer wrote or rated that is to be answered, what an alert of the rule is about first.

    Of each kind the newest, of the ratings the worst.
    """
    teach(driver)
    asked = _asked(customer_id, as_of)
    cursor = driver.cursor()
    cursor.row_factory = sqlite.Row
    query = signs("customer_risk_scores").format(scope="AND customer_id = :customer")
    rows = sorted(cursor.execute(query, asked), key=lambda row: (row["day"], row["id"]), reverse=True)
    found: dict[Kind, Matter] = {}
    for row in rows:
        kind = _kind_of(row)
        if kind != "rated" and kind not in found:
            found[kind] = _of_sign(kind, row, _text(driver, row["origin"], row["id"]))
            if kind == "leaving":
                words_read = leaving_marks.read_words(driver, row["origin"], row["id"], row["day"])
                found[kind] = replace(found[kind], departure=words_read.departure if words_read else None)
    rated = [row for row in rows if row["bad"] is not None]
    if rated:
        newest = sorted(rated, key=lambda row: (row["rated_on"], row["id"]), reverse=True)
        worst = min(newest, key=lambda row: row["bad"])
        text = _text(driver, "reviews", worst["id"]) if worst["origin"] == "reviews" else ""
        found["rated"] = _of_sign("rated", worst, text)
    unhappy = next((row for row in driver.execute(_OPEN, asked) if row[3]), None)
    if unhappy is not None:
        found["open"] = _of_ticket(unhappy, _text(driver, "tickets", unhappy[0]))
    said = driver.execute(_SAID, asked).fetchone()
    if said is not None and "said" not in found:
        found["said"] = Matter("said", "conversations", said[0], date.fromisoformat(said[1]), _flat(said[2]),
                                text=_text(driver, "conversations", said[0]), channel=said[2] or "")  # fmt: skip
    order = (*_FIRST.get(rule, ()), *_ORDER)
    return tuple(found[kind] for kind in dict.fromkeys(order) if kind in found)


def _kind_of(row: sqlite.Row) -> Kind:
    """What a sign is; an urgent complaint that no ticket holds was only said."""
    if row["said"] is not None:
        return "leaving"
    if row["urgent"] or (row["complained"] is not None and row["is_open"]):
        return "urgent"
    return "said" if row["complained"] is not None and row["bad"] is None else "rated"


def read_waiting(driver: sqlite.Connection, customer_id: int, as_of: date, rule: str = "") -> tuple[Matter, ...]:
    """Return all that an answer has to speak of: the matters, each row once, and every further ticket that is open.

    The first is what it is about; behind it the open tickets come first, each kind with the newest first. Without a
    matter, nothing: an open ticket of a customer who is content needs no apology.
    """
    matters = read_matters(driver, customer_id, as_of, rule)
    if not matters:
        return ()
    others = sorted((*matters[1:], *read_open(driver, customer_id, as_of)), key=lambda one: one.day, reverse=True)
    others.sort(key=lambda one: not one.is_open)
    found: dict[tuple[str, int], Matter] = {}
    for one in (matters[0], *others):
        found.setdefault((one.origin, one.row_id), one)
    return tuple(found.values())


def read_open(driver: sqlite.Connection, customer_id: int, as_of: date) -> tuple[Matter, ...]:
    """Return the tickets that are open, also those of a customer who is content, the newest first."""
    return tuple(_of_ticket(row) for row in driver.execute(_OPEN, _asked(customer_id, as_of)))


def _asked(customer_id: int, as_of: date) -> dict[str, object]:
    return {
        "customer": customer_id, "as_of": as_of.isoformat(), "strong": STRONG,
        **{f"day_{back}": (as_of - timedelta(days=back)).isoformat() for back in (14, 30, 180)},
    }  # fmt: skip


def _of_ticket(row: tuple[int, str, str | None, int | None, str | None], text: str = "") -> Matter:
    day, channel = date.fromisoformat(row[1]), row[4] or ""
    return Matter("open", "tickets", row[0], day, _flat(row[2]), is_open=True, text=text, channel=channel)


def _of_sign(kind: Kind, row: sqlite.Row, text: str = "") -> Matter:
    day = date.fromisoformat(row["rated_on"] if kind == "rated" else row["day"])
    rated = f"{row['given']:g} of {row['scale']:g}" if kind == "rated" else ""
    return Matter(
        kind, row["origin"], row["id"], day, _flat(row["what"]), rated, bool(row["is_open"]), bool(row["dated"]), text,
        row["channel"] or "",
    )  # fmt: skip


def _text(driver: sqlite.Connection, origin: str, row_id: int) -> str:
    return driver.execute(TEXT[origin], (row_id,)).fetchone()[0] or ""


def _flat(text: str | None) -> str:
    return words.shortened(text or "", _SHOWN)
