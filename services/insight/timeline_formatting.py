"""What a row of the timeline says: a few bold words, the rest, its tone and the id that its source knows it by."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from models import sqlite
from models.queries.purchases import PURCHASES
from models.values import words
from models.values.alerts import TimelineRow
from models.values.outbox import OWN_SOURCE
from models.values.overrides import FIGURES, stored_value, value_words
from services.book.alert_phrasing import ended_words, reason_words
from services.insight import declared
from services.insight.mails import became, furthest, mail_through, names_by_address, unread_streaks
from services.insight.measurements import details_of, in_words, measured
from services.insight.reader import Reader, marks

Tone = Literal["neutral", "bad", "good"]
Said = tuple[str, str, Tone]

#: An order within this time after an email is named beside it. A sequence in time, no effect.
_ORDERED_AFTER_DAYS = 30
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
_PAGES = re.compile(r"(page[ _]?views?|pages?( |_|$).*|seiten|páginas.*|pages_vues)", re.IGNORECASE)
_SHOWN_AS_IS = re.compile(r"device([ _]type)?|gerät|appareil|dispositivo|outcome|result", re.IGNORECASE)
#: What rows of a kind are asked for besides their words: name in documents to column.
_DETAILS = {
    "ticket": {"type": "kind", "channel": "channel", "priority": "priority"},
    "email": {"campaign": "campaign", "campaign_type": "campaign_kind", "address": "address"},
    "deal": {"type": "kind"},
    "activity": {"subject": "subject"},
}
_OUTCOMES = {
    "came_back": "they ordered again",
    "solved": "solved",
    "saved": "saved",
    "lost": "lost",
    "no_issue": "no issue",
    "known": "known already",
}


_UNTIL = {"next_order": "the next order", "reply": "they reply", "worse": "it gets worse"}
_DONE = {
    "reopen": "Alert reopened",
    "escalate": "Alert escalated to critical",
}


@dataclass(frozen=True, slots=True)
class Context:
    """What rows need beside themselves.

    Attributes
    ----------
    items
        What each order shown has, in words: ``3,906 items``; what is not counted in whole pieces, ``2 products``.
    unread
        Of each message by its key, how many before it and with it were not opened in a row.
    mail_through
        The last day of the book's email events: later mails' opens are not known.
    signals
        Titles of the rules whose signals joined each alert.
    contacts
        Names of the customer's contacts by their address.
    mostly
        What visits of a kind and month were about most often.
    """

    customer_id: int
    items: dict[int, str]
    unread: dict[str, int]
    mail_through: date | None
    signals: dict[int, tuple[str, ...]]
    contacts: dict[str, str]
    mostly: dict[tuple[str, str], str]


def context_of(reader: Reader, customer_id: int, entries: list[tuple[str, sqlite.Row]]) -> Context:
    """Read what the rows of one page need, in one query a kind."""
    kinds = {kind for kind, _ in entries}
    orders = [row["id"] for kind, row in entries if kind in ("order", "return")]
    open_alerts = [row["id"] for kind, row in entries if kind == "alert"]
    folded = any(kind == "activity" and row["times"] > 1 for kind, row in entries)
    return Context(
        customer_id=customer_id,
        items=_items(reader, orders) if orders else {},
        unread=unread_streaks(reader, customer_id) if "email" in kinds else {},
        mail_through=mail_through(reader) if "email" in kinds else None,
        signals=rules_of_alerts(reader, open_alerts) if open_alerts else {},
        contacts=names_by_address(reader, customer_id) if "email" in kinds else {},
        mostly=_mostly(reader, customer_id) if folded else {},
    )


def _mostly(reader: Reader, customer_id: int) -> dict[tuple[str, str], str]:
    rows = reader.driver.execute(
        """SELECT kind, substr(happened_on, 1, 7), subject FROM activities WHERE customer_id = ? AND subject <> ''
            GROUP BY 1, 2, 3 ORDER BY COUNT(*), subject DESC""",
        (customer_id,),
    )
    return {(kind, month): subject for kind, month, subject in rows}


def _items(reader: Reader, orders: list[int]) -> dict[int, str]:
    rows = reader.driver.execute(
        f"""SELECT order_id, COUNT(*), SUM(abs(COALESCE(quantity, 1))),
                   MIN(COALESCE(quantity, 1) <> 0 AND COALESCE(quantity, 1) = CAST(COALESCE(quantity, 1) AS INTEGER))
              FROM order_lines WHERE order_id IN ({marks(orders)}) GROUP BY order_id""",
        orders,
    )
    return {
        order: words.count(int(pieces), "item") if whole else words.count(lines, "product")
        for order, lines, pieces, whole in rows
    }


def describe(reader: Reader, context: Context, kind: str, row: sqlite.Row) -> TimelineRow:
    """Return a row of the timeline in words."""
    bold, rest, tone = _SAYS[kind](reader, context, row) if kind in _SAYS else _declared(reader, kind, row)
    times = row["times"] if kind == "activity" else 1
    return TimelineRow(
        kind=kind,
        at=row["at"],
        when_words=words.when(
            row["day"] if kind not in ("alert", "task", "note") else row["at"], reader.today, reader.zone
        ),
        bold=bold,
        rest=rest,
        tone=tone,
        reference="" if times > 1 else reference(kind, row["id"], row["external_id"]),
        key=row["key"],
        details=() if times > 1 else _details(kind, row),
        times=times,
    )


def _details(kind: str, row: sqlite.Row) -> tuple[tuple[str, str], ...]:
    known = [(name, row[column]) for name, column in _DETAILS.get(kind, {}).items()]
    known += details_of(row["attributes"]).items() if kind == "activity" else ()
    return tuple((name, value) for name, value in known if value)


def reference(kind: str, row_id: int, external_id: str | int | None) -> str:
    """Return the source's id in a few letters; an id that is a hash of its row gives way to the book's own number."""
    known = str(external_id or "")
    noun = {"return": "order", "left": "customer"}.get(kind, kind)
    told = 0 < len(known) <= _LONGEST_ID and not _HASH.fullmatch(known)
    return f"{noun} #{known if told else row_id}"


def rules_of_alerts(reader: Reader, alert_ids: list[int]) -> dict[int, tuple[str, ...]]:
    """Return the titles of the rules whose signals joined each alert after the one that raised it."""
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


def _order(reader: Reader, context: Context, row: sqlite.Row) -> Said:
    parts = [context.items.get(row["id"]), row["channel"]]
    parts += ["cancelled"] if row["kind"] == "purchase" and row["cancelled"] else []
    parts += ["charges, no goods"] if row["kind"] == "charge" else []
    return words.money_exact(row["amount_minor"], row["currency"]), " · ".join(filter(None, parts)), "neutral"


def _returned(reader: Reader, context: Context, row: sqlite.Row) -> Said:
    _, rest, _ = _order(reader, context, row)
    what = "Cancelled" if row["kind"] == "cancellation" else "Returned"
    amount = words.money_exact(abs(row["amount_minor"]), row["currency"])
    return f"{what} {amount}", rest, "neutral"


def _ticket(reader: Reader, context: Context, row: sqlite.Row) -> Said:
    subject, kind = row["subject"], row["kind"] or ""
    parts = [kind] if subject and kind and kind.casefold() not in subject.casefold() else []
    parts += _course(reader, row)
    rating = row["satisfaction"]
    if rating is not None:
        parts.append(f"rated {rating} of 5")
    unhappy = rating is not None and rating <= _UNHAPPY
    return words.shortened(subject or kind or "Ticket", 60), " · ".join(parts), "bad" if unhappy else "neutral"


def _course(reader: Reader, row: sqlite.Row) -> list[str]:
    """What became of a ticket; a day of solving that is still to come solves nothing."""
    opened, resolved = words.moment_of(row["opened_at"]), words.moment_of(row["resolved_at"])
    first, last = words.day_of(row["day"]), words.day_of(row["resolved_on"])
    if row["is_open"]:
        days = reader.days_since(first)
        status = "open" if row["status"] == "solved" else row["status"] or "open"
        came = "opened today" if first == reader.today else status
        return [f"{status} for {words.count(days, 'day')}" if days > 0 else came]
    if last and row["status"] not in (None, "", "solved"):
        return [f"resolved {reader.day(last)} by its date, not by its status"]
    if row["status"] not in (None, "", "solved"):
        return ["answered"]
    if opened and resolved and resolved - opened < timedelta(days=3):
        return [f"resolved in {max(1, round((resolved - opened).total_seconds() / 3600))} h"]
    if first and last:
        return [f"resolved in {words.count((last - first).days, 'day')}" if last > first else "resolved the same day"]
    return ["resolved"]


def _email(reader: Reader, context: Context, row: sqlite.Row) -> Said:
    if row["own_subject"] is not None:
        return _own_email(reader, context, row)
    parts, bad = became(row, context.mail_through, context.unread.get(row["key"], 0))
    sent_on = words.day_of(row["day"])
    if sent_on is not None and furthest(row):
        parts += _ordered_after(reader, context.customer_id, sent_on)
    campaign, kind = row["campaign"] or "", row["campaign_kind"] or ""
    said = [kind] if campaign and kind and kind.casefold() not in campaign.casefold() else []
    said += [f"to {name}"] if (name := _addressee(context, row)) else []
    return words.shortened(campaign or kind or "Email", 60), " · ".join(said + parts), "bad" if bad else "neutral"


def _addressee(context: Context, row: sqlite.Row) -> str:
    """The contact to whom a mail went, '' where that is not known."""
    return words.shortened(context.contacts.get((row["address"] or "").lower(), ""), 40)


def _own_email(reader: Reader, context: Context, row: sqlite.Row) -> Said:
    """An email of this program: nothing tracks whether it was read, only what followed."""
    who = "You" if reader.is_mine(row["own_by"]) else row["own_by"] or "You"
    sent_on = words.day_of(row["day"])
    after = _ordered_after(reader, context.customer_id, sent_on) if sent_on is not None else []
    return (
        f"{who} emailed {_addressee(context, row)}".strip(),
        " · ".join([f"“{words.shortened(row['own_subject'], 70)}”", *after]),
        "neutral",
    )


def _ordered_after(reader: Reader, customer_id: int, sent_on: date) -> list[str]:
    until = sent_on + timedelta(days=_ORDERED_AFTER_DAYS)
    on = words.day_of(
        reader.value(
            f"SELECT MIN(ordered_on) FROM {PURCHASES} WHERE customer_id = ? AND ordered_on BETWEEN ? AND ?",
            (customer_id, sent_on.isoformat(), until.isoformat()),
        )
    )
    if on is None:
        return []
    days = (on - sent_on).days
    return [f"ordered after {words.count(days, 'day')}" if days else "ordered the same day"]


def _review(reader: Reader, context: Context, row: sqlite.Row) -> Said:
    said = row["title"] or row["text"]
    parts = [f"“{words.shortened(said, 70)}”"] if said else []
    parts += [row["product_name"]] if row["product_name"] else []
    if row["rating"] is None:
        return "Review", " · ".join(parts), "neutral"
    return f"{row['rating']} of 5", " · ".join(parts), "bad" if row["rating"] <= _UNHAPPY else "neutral"


def _deal(reader: Reader, context: Context, row: sqlite.Row) -> Said:
    amount = words.money(row["amount_minor"], row["currency"] or reader.currency) if row["amount_minor"] else ""
    moved = f"moved to {row['to_stage']}" if row["to_stage"] else "deal opened" if row["name"] else "opened"
    if row["to_stage"] in ("Won", "Lost"):
        moved = row["to_stage"].lower()
    tone: Tone = {"Won": "good", "Lost": "bad"}.get(row["to_stage"] or "", "neutral")  # type: ignore[assignment]
    now = f"now {row['now']}" if row["now"] else ""
    parts = (row["kind"] if row["name"] else "", moved, amount, now)
    return words.shortened(deal_name(row), 60), " · ".join(part for part in parts if part), tone


def deal_name(deal: sqlite.Row) -> str:
    """Return what a deal is called: by its name, else by its kind."""
    kind = deal["kind"] or ""
    return deal["name"] or ("Deal" if not kind else kind if "deal" in kind.casefold() else f"{kind} deal")


def _activity(reader: Reader, context: Context, row: sqlite.Row) -> Said:
    known = _ACTIVITIES.get(row["kind"], words.capital(row["kind"].replace("_", " ")))
    if row["times"] > 1:
        first, last = (date.fromisoformat(row[name]) for name in ("since", "day"))
        days = f", {first.day}–{words.day(last, reader.today)}" if first != last else ""
        mostly = context.mostly.get((row["kind"], row["day"][:7]))
        return words.count(row["times"], known.lower()) + days, f"mostly {mostly}" if mostly else "", "neutral"
    parts = [words.shortened(row["subject"], 70)] if row["subject"] else []
    if row["duration_s"]:
        parts.append(f"{round(row['duration_s'] / 60)} min" if row["duration_s"] >= 90 else f"{row['duration_s']} s")
    return known, " · ".join(parts + _said_of(details_of(row["attributes"]))), "neutral"


def _said_of(details: dict[str, str]) -> list[str]:
    """What is short and telling among the details of an activity: a size, measurements, pages, the device."""
    size, measures = measured(details)
    found = [f"size {size}"] if size else []
    found += [in_words(measures)] if measures else []
    for name, value in details.items():
        if _PAGES.fullmatch(name) and value.isdecimal():
            found.append(words.count(int(value), "page"))
        elif _SHOWN_AS_IS.fullmatch(name):
            found.append(words.shortened(value, 30))
    return found


def _alert(reader: Reader, context: Context, row: sqlite.Row) -> Said:
    if row["verb"] == "raised":
        joined = "".join(f" · merged with “{title}”" for title in context.signals.get(row["id"], ()))
        return "Alert raised", f"{reason_words(row['reason'], reader.today)}{joined}", "neutral"
    if row["verb"] == "closed":
        why = ended_words(row["said"]) if row["said"] else _OUTCOMES.get(row["reason"] or "", "no longer holds")
        return "Alert closed", why, "neutral"
    said = _done_to_alert(reader, row["verb"], json.loads(row["reason"] or "{}"))
    if not said and row["said"]:
        said = json.loads(row["said"]).get("words", "")
    by = _who(reader, row["actor"])
    return words.shortened(said or words.capital(row["verb"].replace("-", " ")), 80), f"by {by}", "neutral"


def _done_to_alert(reader: Reader, verb: str, after: Mapping[str, Any]) -> str:
    """Say what an action on several alerts did to this one; '' where the action's own words are about one alert."""
    outcome = after.get("outcome") or ""
    match verb:
        case "snooze" | "wait":
            latest = words.when(after.get("until") or "", reader.today, reader.zone)
            event = _UNTIL.get(after.get("until_condition") or "", "")
            ends = f"{event}, {latest} at the latest" if event and latest else event or latest
            return f"Alert {'snoozed' if verb == 'snooze' else 'put on hold'}{f' until {ends}' if ends else ''}"
        case "resolve":
            return f"Alert resolved: {_OUTCOMES.get(outcome, outcome)}"
        case "not-useful":
            return f"Alert marked as not useful: {outcome}"
        case "assign":
            return f"Alert assigned to {after.get('owner', '')}"
    return _DONE.get(verb, "")


def _task(reader: Reader, context: Context, row: sqlite.Row) -> Said:
    done, due = words.moment_of(row["done_at"]), words.day_of(row["due_on"])
    rest = ""
    if done is not None:
        rest = f"done {words.when(row['done_at'], reader.today, reader.zone)}"
    elif due is not None:
        rest = f"due {words.soon(due, reader.today)}" if due >= reader.today else words.soon(due, reader.today)
    return words.shortened(row["title"], 70), rest, "neutral"


def _note(reader: Reader, context: Context, row: sqlite.Row) -> Said:
    by = "You" if reader.is_mine(row["author"]) else row["author"]
    return by, f"noted “{words.shortened(row['text'], 140)}”", "neutral"


def _override(reader: Reader, context: Context, row: sqlite.Row) -> Said:
    """A score that a person set, set anew or took back, or whose last day is over: never without who and until when."""
    figure, until = row["figure"], words.day_of(row["expires_on"])
    title = words.capital(FIGURES.get(figure, figure.replace("_", " ")))
    value = _set_value(reader, figure, row["value"])
    last = reader.day(until) if until is not None else ""
    if row["verb"] == "expired":
        return (
            f"{title}: back to the model’s score",
            f"{value}, set by {_who(reader, row['made_by'])}, ended {last}",
            "neutral",
        )
    if row["verb"] == "ended":
        by = f" by {_who(reader, row['actor'])}" if row["actor"] else ""
        return f"{title}: back to the model’s score", f"{value} override removed{by}", "neutral"
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
    return "you" if reader.is_mine(person) else person


def _survey(reader: Reader, context: Context, row: sqlite.Row) -> Said:
    comment = f"“{words.shortened(row['comment'], 70)}”" if row["comment"] else ""
    if row["score"] is None:
        return row["kind"].upper(), comment, "neutral"
    scale = row["scale"] or (10 if row["kind"] == "nps" else 5)
    low = row["score"] <= (6 if row["kind"] == "nps" else scale * 0.4)
    return f"{row['kind'].upper()} {row['score']:g} of {scale}", comment, "bad" if low else "neutral"


def _conversation(reader: Reader, context: Context, row: sqlite.Row) -> Said:
    if row["source"] == OWN_SOURCE:  # a call that was logged here: "Ada called, left a voicemail"
        return "Call from us", row["text"], "neutral"
    who = {"from_customer": "from them", "to_customer": "from us"}.get(row["direction"] or "", "")
    bold = " ".join(part for part in (words.capital(row["channel"] or "conversation"), who) if part)
    return bold, f"“{words.shortened(row['text'], 100)}”" if row["text"] else "", "neutral"


def _left(reader: Reader, context: Context, row: sqlite.Row) -> Said:
    ends = words.day_of(row["ends_on"])
    if ends is not None:
        return "Gave notice", f"contract to {words.full_day(ends)}", "bad"
    day, signed = words.day_of(row["day"]), words.day_of(row["starts_on"])
    if day is None or signed is None or signed > day:
        return "Left", "", "bad"
    return "Left", f"their contract ended after {words.span((day - signed).days)}", "bad"


def _declared(reader: Reader, kind: str, row: sqlite.Row) -> Said:
    told = declared.timelines()[kind]
    bold, rest = declared.said(reader, (told.bold,), row), declared.said(reader, told.words, row)
    return "".join(bold), " · ".join(rest), row["tone"]


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
