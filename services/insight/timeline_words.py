"""What a row of the timeline says: a few bold words, the rest, its tone and the id that its source knows it by."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from models.values import words
from models.values.alerts import TimelineRow
from models.values.outbox import OWN_SOURCE
from models.values.overrides import FIGURES, stored_value, value_words
from services.insight.reader import Reader, marks

Tone = Literal["neutral", "bad", "good"]
Said = tuple[str, str, Tone]

#: An order within this time after an email is named beside it. A sequence in time, no effect.
_ORDERED_AFTER_DAYS = 30
#: Opens and clicks arrive over some days; before that, silence says nothing.
_OPENS_KNOWN_AFTER_DAYS = 3
_LONGEST_ID = 24
#: What a row without an id of its own is known by: a hash of its text, numbered where it occurs again.
_HASH = re.compile(r"[0-9a-f]{16,}(#\d+)?")
_UNHAPPY = 2
_ACTIVITIES = {
    "login": "Portal login",
    "document_view": "Document viewed",
    "feature_use": "Feature used",
    "web_session": "Web session",
    "store_visit": "Store visit",
    "fit_scan": "Fit scan",
}
_OUTCOMES = {"came_back": "they ordered again", "saved": "saved", "lost": "lost", "no_issue": "no issue"}


@dataclass(frozen=True, slots=True)
class Context:
    """What rows need beside themselves.

    Attributes
    ----------
    lines
        Lines of each order shown.
    unread
        Of each message by its key, how many before it and with it were not opened in a row.
    mail_through
        The last day of the book's email events: later mails' opens are not known.
    signals
        Titles of the rules whose signals joined each card.
    """

    customer_id: int
    lines: dict[int, int]
    unread: dict[str, int]
    mail_through: date | None
    signals: dict[int, tuple[str, ...]]


def context_of(reader: Reader, customer_id: int, entries: list[tuple[str, sqlite3.Row]]) -> Context:
    """Read what the rows of one page need, in one query a kind."""
    kinds = {kind for kind, _ in entries}
    orders = [row["id"] for kind, row in entries if kind in ("order", "return")]
    lines: dict[int, int] = {}
    if orders:
        lines = dict(
            reader.driver.execute(
                f"SELECT order_id, COUNT(*) FROM order_lines WHERE order_id IN ({marks(orders)}) GROUP BY order_id",
                orders,
            ).fetchall()
        )
    cards = [row["id"] for kind, row in entries if kind == "alert"]
    return Context(
        customer_id=customer_id,
        lines=lines,
        unread=_unread(reader, customer_id) if "email" in kinds else {},
        mail_through=mail_through(reader) if "email" in kinds else None,
        signals=rules_of_cards(reader, cards) if cards else {},
    )


def mail_through(reader: Reader) -> date | None:
    """Return the last day of the email events that files brought: of our own emails nothing tells who opened them."""
    # From the end of the index on the day, past the few of our own.
    found = "SELECT happened_on FROM email_events WHERE source <> ? ORDER BY happened_on DESC LIMIT 1"
    return words.day_of(reader.value(found, (OWN_SOURCE,)))


def describe(reader: Reader, context: Context, kind: str, row: sqlite3.Row) -> TimelineRow:
    """Return a row of the timeline in words."""
    bold, rest, tone = _SAYS[kind](reader, context, row)
    return TimelineRow(
        kind=kind,
        at=row["at"],
        when_words=words.when(
            row["day"] if kind not in ("alert", "task", "note") else row["at"], reader.today, reader.zone
        ),
        bold=bold,
        rest=rest,
        tone=tone,
        reference=reference(kind, row["id"], row["external_id"]),
        key=row["key"],
    )


def reference(kind: str, row_id: int, external_id: str | int | None) -> str:
    """Return the source's id in a few letters; an id that is a hash of its row gives way to the book's own number."""
    known = str(external_id or "")
    noun = {"return": "order", "left": "customer"}.get(kind, kind)
    told = 0 < len(known) <= _LONGEST_ID and not _HASH.fullmatch(known)
    return f"{noun} #{known if told else row_id}"


def rules_of_cards(reader: Reader, alert_ids: list[int]) -> dict[int, tuple[str, ...]]:
    """Return the titles of the rules whose signals joined each card after the one that raised it."""
    found: dict[int, tuple[str, ...]] = {}
    for row in reader.rows(
        f"""SELECT g.alert_id, g.rule, r.definition FROM alert_signals g JOIN alerts a ON a.id = g.alert_id
              LEFT JOIN rules r ON r.code = g.rule
             WHERE g.alert_id IN ({marks(alert_ids)}) AND g.rule <> a.rule ORDER BY g.id""",
        alert_ids,
    ):
        title = rule_title(row["rule"], row["definition"])
        before = found.get(row["alert_id"], ())
        found[row["alert_id"]] = before if title in before else (*before, title)
    return found


def rule_title(code: str, definition: str | None) -> str:
    """Return a rule's title, made from its code where its definition is not in the book."""
    if definition:
        title = json.loads(definition).get("title")
        if title:
            return str(title)
    return words.capital(code.replace("_", " "))


def _unread(reader: Reader, customer_id: int) -> dict[str, int]:
    streaks: dict[str, int] = {}
    streak = 0
    for key, read in reader.driver.execute(
        """SELECT printf('email:%012d', MIN(id)), MAX(kind IN ('opened', 'clicked', 'replied', 'converted'))
             FROM email_events WHERE customer_id = ? AND source <> ?
            GROUP BY COALESCE(message, campaign, external_id) ORDER BY MIN(happened_on), MIN(id)""",
        (customer_id, OWN_SOURCE),
    ):
        streak = 0 if read else streak + 1
        streaks[key] = streak
    return streaks


def _order(reader: Reader, context: Context, row: sqlite3.Row) -> Said:
    lines = context.lines.get(row["id"], 0)
    parts = [words.count(lines, "item")] if lines else []
    parts += [row["channel"]] if row["channel"] else []
    return words.money_exact(row["amount_minor"], row["currency"]), " · ".join(parts), "neutral"


def _returned(reader: Reader, context: Context, row: sqlite3.Row) -> Said:
    _, rest, _ = _order(reader, context, row)
    what = "Cancelled" if row["kind"] == "cancellation" else "Returned"
    amount = words.money_exact(abs(row["amount_minor"]), row["currency"])
    return f"{what} {amount}", rest, "neutral"


def _ticket(reader: Reader, context: Context, row: sqlite3.Row) -> Said:
    parts = []
    opened, resolved = words.moment_of(row["opened_at"]), words.moment_of(row["resolved_at"])
    first, last = words.day_of(row["day"]), words.day_of(row["resolved_on"])
    if opened and resolved and resolved - opened < timedelta(days=3):
        parts.append(f"resolved in {max(1, round((resolved - opened).total_seconds() / 3600))} h")
    elif first and last:
        parts.append(
            f"resolved in {words.count((last - first).days, 'day')}" if last > first else "resolved the same day"
        )
    elif row["status"] == "solved":
        parts.append("resolved")
    elif first:
        days = (reader.today - first).days
        parts.append(f"{row['status'] or 'open'} for {words.count(days, 'day')}" if days > 0 else "opened today")
    rating = row["satisfaction"]
    if rating is not None:
        parts.append(f"rated {rating} of 5")
    unhappy = rating is not None and rating <= _UNHAPPY
    return words.shortened(row["subject"] or "Ticket", 60), " · ".join(parts), "bad" if unhappy else "neutral"


def _email(reader: Reader, context: Context, row: sqlite3.Row) -> Said:
    if row["own_subject"] is not None:
        return _own_email(reader, context, row)
    parts = ["sent"] if row["sent"] else []
    tone: Tone = "neutral"
    sent_on = words.day_of(row["day"])
    known_from = context.mail_through - timedelta(days=_OPENS_KNOWN_AFTER_DAYS) if context.mail_through else None
    if row["unsubscribed"]:
        parts.append("unsubscribed")
        tone = "bad"
    elif row["bounced"]:
        parts.append("bounced")
        tone = "bad"
    elif row["replied"]:
        parts.append("answered")
    elif row["clicked"] or row["converted"]:
        parts.append("clicked")
    elif row["opened"]:
        parts.append("opened")
    elif sent_on is not None and known_from is not None and sent_on > known_from:
        parts.append("opens not known yet")
    else:
        in_a_row = context.unread.get(row["key"], 0)
        parts.append("not opened" + (f", {_nth(in_a_row)} in a row" if in_a_row > 1 else ""))
    if sent_on is not None and (row["opened"] or row["clicked"] or row["replied"]):
        parts += _ordered_after(reader, context.customer_id, sent_on)
    return words.shortened(row["campaign"] or "Email", 60), " · ".join(parts), tone


def _own_email(reader: Reader, context: Context, row: sqlite3.Row) -> Said:
    """An email of this program: nothing tracks whether it was read, only what followed."""
    who = "You" if reader.is_mine(row["own_by"]) else row["own_by"] or "You"
    sent_on = words.day_of(row["day"])
    after = _ordered_after(reader, context.customer_id, sent_on) if sent_on is not None else []
    return f"{who} emailed", " · ".join([f"“{words.shortened(row['own_subject'], 70)}”", *after]), "neutral"


def _ordered_after(reader: Reader, customer_id: int, sent_on: date) -> list[str]:
    until = sent_on + timedelta(days=_ORDERED_AFTER_DAYS)
    on = words.day_of(
        reader.value(
            "SELECT MIN(ordered_on) FROM orders WHERE customer_id = ? AND kind = 'purchase' "
            "AND ordered_on BETWEEN ? AND ?",
            (customer_id, sent_on.isoformat(), until.isoformat()),
        )
    )
    if on is None:
        return []
    days = (on - sent_on).days
    return [f"ordered after {words.count(days, 'day')}" if days else "ordered the same day"]


def _nth(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _review(reader: Reader, context: Context, row: sqlite3.Row) -> Said:
    said = row["title"] or row["text"]
    parts = [f"“{words.shortened(said, 70)}”"] if said else []
    parts += [row["product_name"]] if row["product_name"] else []
    if row["rating"] is None:
        return "Review", " · ".join(parts), "neutral"
    return f"{row['rating']} of 5", " · ".join(parts), "bad" if row["rating"] <= _UNHAPPY else "neutral"


def _deal(reader: Reader, context: Context, row: sqlite3.Row) -> Said:
    amount = (
        words.money(row["amount_minor"], row["currency"] or reader.currency) if row["amount_minor"] is not None else ""
    )
    moved = f"moved to {row['to_stage']}" if row["to_stage"] else "deal opened"
    if row["to_stage"] in ("Won", "Lost"):
        moved = row["to_stage"].lower()
    tone: Tone = {"Won": "good", "Lost": "bad"}.get(row["to_stage"] or "", "neutral")  # type: ignore[assignment]
    return words.shortened(row["name"] or "Deal", 60), " · ".join(part for part in (moved, amount) if part), tone


def _activity(reader: Reader, context: Context, row: sqlite3.Row) -> Said:
    known = _ACTIVITIES.get(row["kind"], words.capital(row["kind"].replace("_", " ")))
    parts = [words.shortened(row["subject"], 70)] if row["subject"] else []
    if row["duration_s"]:
        parts.append(f"{round(row['duration_s'] / 60)} min" if row["duration_s"] >= 90 else f"{row['duration_s']} s")
    return known, " · ".join(parts), "neutral"


def _alert(reader: Reader, context: Context, row: sqlite3.Row) -> Said:
    if row["verb"] == "raised":
        joined = "".join(f" · merged with “{title}”" for title in context.signals.get(row["id"], ()))
        return "Alert raised", f"{row['reason']}{joined}", "neutral"
    if row["verb"] == "closed":
        return "Alert closed", _OUTCOMES.get(row["reason"] or "", "no longer holds"), "neutral"
    said = json.loads(row["said"]).get("words", "") if row["said"] else ""
    by = _who(reader, row["actor"])
    return words.shortened(said or words.capital(row["verb"].replace("-", " ")), 80), f"by {by}", "neutral"


def _task(reader: Reader, context: Context, row: sqlite3.Row) -> Said:
    done, due = words.moment_of(row["done_at"]), words.day_of(row["due_on"])
    rest = ""
    if done is not None:
        rest = f"done {words.when(row['done_at'], reader.today, reader.zone)}"
    elif due is not None:
        rest = f"due {words.soon(due, reader.today)}" if due >= reader.today else words.soon(due, reader.today)
    return words.shortened(row["title"], 70), rest, "neutral"


def _note(reader: Reader, context: Context, row: sqlite3.Row) -> Said:
    by = "You" if row["author"] == reader.me else row["author"]
    return by, f"noted “{words.shortened(row['text'], 140)}”", "neutral"


def _override(reader: Reader, context: Context, row: sqlite3.Row) -> Said:
    """A score that a person set, set anew or took back, or whose last day is over: never without who and until when."""
    figure, until = row["figure"], words.day_of(row["expires_on"])
    title = words.capital(FIGURES.get(figure, figure.replace("_", " ")))
    value = _set_value(reader, figure, row["value"])
    last = reader.day(until) if until is not None else ""
    if row["verb"] == "expired":
        return (
            f"{title}: the model’s counts again",
            f"{value}, set by {_who(reader, row['made_by'])}, ended {last}",
            "neutral",
        )
    if row["verb"] == "ended":
        by = f" by {_who(reader, row['actor'])}" if row["actor"] else ""
        return f"{title}: the model’s counts again", f"{value} taken back{by}", "neutral"
    before = _set_value(reader, figure, row["before"]) if row["before"] is not None else None
    if before is None:
        what = f"{title} set to {value}"
    else:
        what = f"{title} changed from {before} to {value}" if before != value else f"{title} set to {value} again"
    reason = words.shortened(row["reason"], 100)
    return what, f"by {_who(reader, row['made_by'])} until {last}: {reason}", "neutral"


def _set_value(reader: Reader, figure: str, text: str) -> str:
    return value_words(figure, stored_value(figure, text), reader.currency) if figure in FIGURES else text


def _who(reader: Reader, person: str) -> str:
    return "you" if person == reader.me else person


def _survey(reader: Reader, context: Context, row: sqlite3.Row) -> Said:
    comment = f"“{words.shortened(row['comment'], 70)}”" if row["comment"] else ""
    if row["score"] is None:
        return row["kind"].upper(), comment, "neutral"
    scale = row["scale"] or (10 if row["kind"] == "nps" else 5)
    low = row["score"] <= (6 if row["kind"] == "nps" else scale * 0.4)
    return f"{row['kind'].upper()} {row['score']:g} of {scale}", comment, "bad" if low else "neutral"


def _conversation(reader: Reader, context: Context, row: sqlite3.Row) -> Said:
    who = {"from_customer": "from them", "to_customer": "from us"}.get(row["direction"] or "", "")
    bold = " ".join(part for part in (words.capital(row["channel"] or "conversation"), who) if part)
    return bold, f"“{words.shortened(row['text'], 100)}”" if row["text"] else "", "neutral"


def _left(reader: Reader, context: Context, row: sqlite3.Row) -> Said:
    day, signed = words.day_of(row["day"]), words.day_of(row["contract_starts_on"])
    if day is None or signed is None or signed > day:
        return "Left", "", "bad"
    return "Left", f"their contract ended after {words.span((day - signed).days)}", "bad"


_SAYS = {
    "order": _order,
    "return": _returned,
    "ticket": _ticket,
    "email": _email,
    "review": _review,
    "deal": _deal,
    "activity": _activity,
    "alert": _alert,
    "task": _task,
    "note": _note,
    "override": _override,
    "survey": _survey,
    "conversation": _conversation,
    "left": _left,
}
