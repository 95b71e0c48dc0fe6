"""The line of an alert: its reason, and with it what decides whether to act today, and how.

The reason is the rule's own. Beside it stand facts of the record that the rule does not look at: a deal that closes
within days, the end of a contract and the last day of its notice, the worst and the newest unhappy ticket, what became
of a complaint, what they rated well since, and the purchases behind the money (`services.insight.purchase_facts`).
Whatever ends soon comes first, but after their own words. Days that pass or come are counted from the book's as-of day.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final, NamedTuple, cast

from models import sqlite
from models.queries.deals import ALERTED, DEAL_NAME, STAGE_NAME, list_price
from models.queries.open_tickets import is_open, is_unhappy
from models.values import words
from models.values.metrics import RowList
from services.book.alert_phrasing import Clause, reason_clauses, reason_words
from services.distress.complaints import Voice, read_voices
from services.distress.leaving_marks import read_words
from services.distress.matters import ABOUT_WORDS, TEXT, teach
from services.insight.open_work import DUE_DAYS, closing_words
from services.insight.purchase_facts import PurchaseFacts, read_purchase_facts
from services.insight.reader import Reader, reading
from services.insight.timeline_formatting import deal_name
from services.workspace import Workspace

#: So many days before its end a contract is told, and so many before the last day of its notice.
_END_DAYS, _NOTICE_DAYS = 60, 30
#: So many days ahead a deal, or the end or notice of a contract, stands before the reason.
_DEAL_FIRST, _CONTRACT_FIRST = 7, 30
_COMPLAINT_DAYS: Final = 180
#: What is said of a closed alert is what held then.
_CLOSED: Final = frozenset({"resolved", "not_useful"})
_UNHAPPY_DAYS: Final = 60
#: A ticket so many days before a bad rating is of the same trouble.
_NEAR_DAYS: Final = 14
_YEAR: Final = 365
_SHOWN, _QUOTED = 60, 160
#: A sign that may end a sentence, and the word before it.
_END: Final = re.compile(r"(\S*?)([.!?]+)[\"”’)]*(?=\s|$)")
#: What a full stop shortens; words with a capital, such as titles, are told by their length.
_SHORT: Final = frozenset({
    *("approx", "dept", "est", "etc", "ext", "fig", "incl", "max", "min", "pic", "vs"),
    *("bzw", "ca", "evtl", "ggf", "inkl", "lt", "nr", "usw", "vgl", "zzgl", "env", "resp", "aprox"),
})  # fmt: skip
_TITLE: Final = 4
#: What one ticket is called by the measure that a reason names it by.
_OPEN_TICKET: Final = {
    "urgent_tickets": "urgent ticket",
    "pressing_tickets": "high-priority ticket",
    "unhappy_open_days": "unhappy ticket",
}
#: Measures of reasons that speak of unhappy tickets without naming one.
_OF_TICKETS: Final = frozenset({"unhappy_tickets_60d", *_OPEN_TICKET})
#: Rules that the last complaint may explain: they bought, did or liked less.
_LESS: Final = frozenset({
    *("likely_to_leave", "gap_beyond_usual", "spend_falling", "activity_dropped", "win_back_due"),
    *("engagement_below", "satisfaction_falling", "renewal_near"),
})  # fmt: skip
_OF_DEAL: Final = frozenset({"deal_at_risk", "deal_stalled"})
#: With these words a line names a deal that its rule is not about.
OPEN_DEAL: Final = "open deal: "
#: Rules that are not about what a customer did lately, or that say what they are worth themselves.
_NOT_OF_WORTH: Final = frozenset({"win_back_due", "repeated_trouble", "ready_for_more", "not_adopted"})
_ALERTS: Final = "SELECT id, customer_id, state, rule, reason FROM alerts WHERE id IN (SELECT value FROM json_each(?))"
_TICKETS: Final = f"""
SELECT id, customer_id, coalesce(nullif(subject, ''), kind, '') AS subject, opened_on, resolved_on, satisfaction,
       coalesce(status, 'solved') <> 'solved' AS marked_open, {is_open(":day")} AS open,
       {is_unhappy(":day")} AS unhappy, urgency(priority) AS urgency
FROM tickets WHERE customer_id IN (SELECT value FROM json_each(:ids)) AND opened_on <= :day
     AND (opened_on > date(:day, '-{_COMPLAINT_DAYS} days') OR {is_open(":day")})
ORDER BY opened_on DESC, id DESC"""
_DEALS: Final = f"""
SELECT o.id, o.customer_id, {DEAL_NAME} AS name, o.kind, {STAGE_NAME} AS stage, o.closes_on, {ALERTED} AS alerted,
       coalesce(o.amount_minor, 0) = 0 AS about, coalesce(nullif(o.amount_minor, 0), <price>) AS worth_minor,
       iif(coalesce(o.amount_minor, 0) = 0, coalesce(p.currency, o.currency), o.currency) AS currency
FROM opportunities o LEFT JOIN products p ON p.id = o.product_id
WHERE o.customer_id IN (SELECT value FROM json_each(:ids)) AND o.stage NOT IN ('Won', 'Lost')"""
_CONTRACTS: Final = f"""
SELECT customer_id, ends_on, notice_days, value_per_year_minor, currency, renews FROM contracts
WHERE customer_id IN (SELECT value FROM json_each(:ids)) AND status IS NOT 'ended' AND ends_on >= :day
      AND ends_on <= date(:day, '+{_END_DAYS} days', '+' || coalesce(notice_days, 0) || ' days')
ORDER BY ends_on DESC, id"""


class Line(NamedTuple):
    """The parts of an alert's line, the most telling first, and the rows (table, id) that they name."""

    parts: tuple[str, ...]
    rows: frozenset[tuple[str, int]] = frozenset()
    record: str = ""  # what became of others so silent, where more is lost by that than the model expects

    @property
    def words(self) -> str:
        """The parts in one line."""
        return " · ".join(self.parts)


@dataclass
class _Known:
    """What is known of a customer beside their alert: newest tickets first, alerted and large deals first."""

    tickets: list[sqlite.Row] = field(default_factory=list)
    deals: list[sqlite.Row] = field(default_factory=list)
    contract: sqlite.Row | None = None
    voices: tuple[Voice, ...] = ()
    purchases: PurchaseFacts = field(default_factory=PurchaseFacts)


def read_lines(reader: Reader, alerts: Iterable[sqlite.Row]) -> dict[int, Line]:
    """Return the lines of alerts by their ids; of one that was closed, or is about the book, its reason alone.

    Parameters
    ----------
    alerts
        Rows with ``id``, ``customer_id``, ``state``, ``rule`` and the stored ``reason``.
    """
    alerts = list(alerts)
    present = [row for row in alerts if row["customer_id"] is not None and row["state"] not in _CLOSED]
    known = _read_known(reader, sorted({row["customer_id"] for row in present}))
    lines = {
        row["id"]: _Writer(reader, row["rule"], row["reason"], known[row["customer_id"]]).line() for row in present
    }
    past = {row["id"]: row["reason"] for row in alerts if row["id"] not in lines}
    return lines | {number: Line((reason_words(reason, reader.today),)) for number, reason in past.items()}


def with_lines(workspace: Workspace, found: RowList) -> RowList:
    """Return a list of alerts with their lines in place of the stored reasons; other lists, and past days, as they are.

    What is known now says nothing about a past day.
    """
    names = [column.name for column in found.columns]
    if found.entity != "alerts" or found.as_of != workspace.clock.today() or "reason" not in names:
        return found
    at = names.index("reason")
    with reading(workspace) as reader:
        alerts = reader.rows(_ALERTS, (json.dumps([row[0] for row in found.rows]),))
        lines = {number: line.words for number, line in read_lines(reader, alerts).items()}
    rows = ((*row[:at], lines.get(cast("int", row[0]), row[at]), *row[at + 1 :]) for row in found.rows)
    return replace(found, rows=tuple(rows))


def _read_known(reader: Reader, ids: Sequence[int]) -> Mapping[int, _Known]:
    known = {one: _Known() for one in ids}
    if not ids:
        return known
    teach(reader.driver)
    asked = {"ids": json.dumps(list(ids)), "day": reader.present.isoformat()}
    for row in reader.rows(_TICKETS, asked):
        known[row["customer_id"]].tickets.append(row)
    deals = reader.rows(_DEALS.replace("<price>", list_price(reader.currency)), asked)
    for row in sorted(deals, key=lambda one: (not one["alerted"], -_worth(reader, one), one["id"])):
        known[row["customer_id"]].deals.append(row)
    for row in reader.rows(_CONTRACTS, asked):
        known[row["customer_id"]].contract = row
    for customer, voices in read_voices(reader.driver, ids, reader.present).items():
        known[customer].voices = voices
    for customer, purchases in read_purchase_facts(reader, ids).items():
        known[customer].purchases = purchases
    return known


class _Writer:
    """Writes the line of one alert."""

    def __init__(self, reader: Reader, rule: str, reason: str, known: _Known) -> None:
        self._reader, self._rule, self._known = reader, rule, known
        self._clauses = list(reason_clauses(reason, reader.today))
        self._told: dict[str, Any] = dict(fact for clause in self._clauses for fact in clause.facts)
        self._rows: set[tuple[str, int]] = set()

    def line(self) -> Line:
        """Return the line: the reason first where it has their words, else what ends soon."""
        soon, later = self._deadlines()
        reason = words.capital("".join(one.between + one.words for one in self._reason_clauses()))
        trouble = [*self._trouble()]  # after the reason, which may name a ticket
        is_theirs = self._rule in ABOUT_WORDS or "rated" in self._told
        purchases = [*self._purchases()]
        parts = [reason, *soon] if is_theirs else [*soon, reason]
        parts += [*purchases, *trouble, *later]
        parts[0] = words.capital(parts[0])
        return Line(tuple(dict.fromkeys(parts)), frozenset(self._rows), self._known.purchases.record)

    # -- the reason itself --------------------------------------------------------------------------------------

    def _reason_clauses(self) -> Iterator[Clause]:
        """The reason, naming the ticket that it is about; a large deal is told beside it, with amount and stage."""
        for clause in self._clauses:
            names = {name for name, _ in clause.facts}
            if "largest_open_deal" in names and self._known.deals:
                continue
            yield self._dealt(clause, names) or self._named(clause, names) or clause

    def _dealt(self, clause: Clause, names: set[str]) -> Clause | None:
        """The same clause with the name and the stage of the deal whose amount it tells, None for others."""
        deal = next(iter(self._known.deals), None)
        if "deal_amount" not in names or deal is None or not deal["alerted"] or deal["worth_minor"] is None:
            return None
        amount = words.money(deal["worth_minor"], deal["currency"] or self._reader.currency)
        name = words.shortened(deal_name(deal), _SHOWN)
        return Clause(clause.between, f"open deal: {name}, {amount}, {deal['stage']}", clause.facts)

    def _named(self, clause: Clause, names: set[str]) -> Clause | None:
        """The same clause with the subject of the ticket that it counts, None where it counts several or none."""
        measure = next((one for one in _OPEN_TICKET if one in names), None)
        if measure is None or (measure != "unhappy_open_days" and self._told[measure] != 1):
            return None
        ticket = self._open_ticket(measure)
        if ticket is None:
            return None
        if not ticket["subject"]:
            return Clause(clause.between, clause.words + _rated(ticket), clause.facts)
        self._rows.add(("tickets", ticket["id"]))
        lead = "and an " if clause.between else ""
        working = words.count(self._told["pressing_days"], "working day") if measure == "pressing_tickets" else ""
        lasts = f"open for {working}" if working else self._open_for(ticket)
        said = f"{lead}{_OPEN_TICKET[measure]} {_subject(ticket)} {lasts}{_rated(ticket)}"
        passed = words.day_of(self._told.get("deal_close_passed")) if "deal_close_passed" in names else None
        if passed is not None:
            said += f"; close date {self._reader.day(passed)} has passed"
        return Clause(clause.between, said, clause.facts)

    def _open_ticket(self, measure: str) -> sqlite.Row | None:
        """The ticket that a reason counts as open, of several the oldest."""
        least = {"urgent_tickets": 2, "pressing_tickets": 1}.get(measure, 0)
        found = [one for one in self._known.tickets if one["open"] and one["unhappy"] and one["urgency"] >= least]
        return found[-1] if found else None

    def _purchases(self) -> Iterator[str]:
        """The silence where the reason does not tell it, what went back lately, and the money behind the severity."""
        known = self._known.purchases
        if "days_since_order" not in self._told:
            yield from known.silence()
        if "returned" not in self._told:
            yield from known.went_back()
        if self._rule not in _NOT_OF_WORTH:
            yield from known.worth()
        if known.noticed:
            if "notice_since" not in self._told:
                yield f"gave notice on {self._reader.day(known.said_on)}"
        elif self._rule not in ABOUT_WORDS and known.said:
            yield f"on {self._reader.day(known.said_on)} they said that {known.said}"

    # -- what became of it --------------------------------------------------------------------------------------

    def _trouble(self) -> Iterator[str]:
        if self._told.get("rated"):
            yield from self._of_rating(self._told["rated"])
        elif "said" in self._told:
            yield from self._of_quote()
        elif _OF_TICKETS & self._told.keys():
            yield from self._unhappy()
        elif self._rule in _LESS:
            yield from self._complaint()

    def _of_rating(self, rated: Sequence[Any]) -> Iterator[str]:
        given, _scale, on, _dated, what, origin = rated
        day = date.fromisoformat(on)
        if origin == "tickets":
            for ticket in self._known.tickets:
                same = ticket["subject"] == (what or "") and ticket["satisfaction"] == given
                if same and on in (ticket["resolved_on"], ticket["opened_on"]):
                    self._rows.add(("tickets", ticket["id"]))
                    still = "still open" if ticket["open"] else "marked open" if ticket["marked_open"] else "solved"
                    yield f"ticket {still}"
                    break
        yield from self._unhappy(after=day)
        yield from self._good_since(day)
        for voice in self._known.voices:
            if origin == "reviews" and (voice.kind, voice.last_on, voice.given) == ("review", day, given):
                self._rows.add(("reviews", voice.row_id))
                text = self._reader.value(TEXT["reviews"], (voice.row_id,)) or ""
                if text.strip():
                    yield f"“{_whole_sentences(text)}”"
                break

    def _of_quote(self) -> Iterator[str]:
        """What became of the ticket that was quoted, and what they rated well since."""
        day = words.day_of(self._told.get("said_on"))
        if day is None:
            return
        for ticket in self._known.tickets if self._told["said_in"] == "tickets" else ():
            if ticket["opened_on"] == day.isoformat() and ticket["unhappy"] and self._quotes(ticket):
                self._rows.add(("tickets", ticket["id"]))
                yield f"ticket {self._state(ticket)}"
                break
        yield from self._good_since(day)

    def _quotes(self, ticket: sqlite.Row) -> bool:
        """Whether the words that the reason quotes are those of a ticket: two may come on one day."""
        found = read_words(self._reader.driver, "tickets", ticket["id"], ticket["opened_on"])
        return found is not None and found.sentence == self._told["said"]

    def _unhappy(self, after: date | None = None) -> Iterator[str]:
        """The worst of the unhappy tickets, and the newest where that is another."""
        first = after - timedelta(days=_NEAR_DAYS) if after else self._reader.present - timedelta(days=_UNHAPPY_DAYS)
        since, told = first.isoformat(), self._rows
        found = [
            one for one in self._known.tickets
            if one["unhappy"] and (one["open"] or one["opened_on"] >= since) and ("tickets", one["id"]) not in told
        ]  # fmt: skip
        named = [one for one in found if one["subject"]]
        if not named:
            return
        worst = min(named, key=_badness)
        for ticket in dict.fromkeys((worst["id"], named[0]["id"])):
            row = next(one for one in named if one["id"] == ticket)
            self._rows.add(("tickets", ticket))
            later = after is not None and row["opened_on"] > after.isoformat()
            lead = "since then: " if later else "newest: " if ticket != worst["id"] else ""
            yield f"{lead}{_subject(row)}, {self._dated_state(row)}"
        if after is None and not any(one["open"] and one["unhappy"] for one in self._known.tickets):
            last = max(one["resolved_on"] or one["opened_on"] for one in named)
            yield from self._good_since(date.fromisoformat(last))

    def _complaint(self) -> Iterator[str]:
        """The newest complaint of half a year that nothing made good."""
        since = self._reader.present - timedelta(days=_COMPLAINT_DAYS)
        bad = next((one for one in self._known.voices if one.bad and one.last_on > since), None)
        if bad is None or any(one.good and one.last_on > bad.last_on for one in self._known.voices):
            return
        self._rows.add((f"{bad.kind}s", bad.row_id))
        ticket = next((one for one in self._known.tickets if bad.kind == "ticket" and one["id"] == bad.row_id), None)
        if ticket is not None and ticket["subject"]:
            yield f"unhappy ticket {_subject(ticket)}, {self._dated_state(ticket)}"
        else:
            text = self._reader.value(TEXT["conversations"], (bad.row_id,)) if bad.kind == "conversation" else ""
            yield f"complaint: {bad.told(self._reader.today)}{f': “{_whole_sentences(text)}”' if text else ''}"

    def _good_since(self, day: date) -> Iterator[str]:
        """What they rated well, or ordered, after a complaint: it is no open grievance any more, or less of one."""
        ordered = self._known.purchases.ordered_since(day, self._reader.today)
        later = [one for one in self._known.voices if one.good and one.rated and one.last_on > day]
        praise = max(later, key=lambda one: one.last_on).praise(self._reader.today) if later else ""
        if ordered or praise:
            yield f"since then {'; '.join(filter(None, (ordered, praise)))}"

    # -- what ends ----------------------------------------------------------------------------------------------

    def _deadlines(self) -> tuple[list[str], list[str]]:
        """What ends within days, and what ends later or is only named."""
        soon: list[str] = []
        later: list[str] = []
        for said, days, first in (*self._contract(), *self._deal()):
            (soon if days <= first else later).append(said)
        return soon, later

    def _deal(self) -> Iterator[tuple[str, int, int]]:
        """Tell the deal that the alert is about, else one that closes within days or that the reason names."""
        reader, deals = self._reader, self._known.deals
        due = {one["id"]: (day - reader.present).days for one in deals if (day := words.day_of(one["closes_on"]))}
        near = [one for one in deals if -_DEAL_FIRST <= due.get(one["id"], -_YEAR) <= DUE_DAYS]
        about = [one for one in deals[:1] if self._rule in _OF_DEAL and one["alerted"]]
        named = deals[:1] if "largest_open_deal" in self._told else []
        deal = next(iter(about or sorted(near, key=lambda one: abs(due[one["id"]])) or named), None)
        if deal is None:
            return
        days = due.get(deal["id"], -_YEAR)
        told = "deal_close_passed" in self._told and days < 0  # by the reason
        closes = "" if told or days < -_DEAL_FIRST else closing_words(reader, words.day_of(deal["closes_on"]))
        parts = [words.shortened(deal_name(deal), _SHOWN)]
        if deal["worth_minor"] is not None:
            amount = words.money(deal["worth_minor"], deal["currency"] or reader.currency)
            parts.append(f"about {amount}" if deal["about"] else amount)
        parts.append(deal["stage"])
        said = [*([] if about else parts), *([closes] if closes else [])]  # the reason names the deal that it is about
        if said:
            yield ("" if about else OPEN_DEAL) + ", ".join(said), days if closes else DUE_DAYS, _DEAL_FIRST

    def _contract(self) -> Iterator[tuple[str, int, int]]:
        """The end of the contract, and until when notice can be given."""
        reader, row = self._reader, self._known.contract
        ends = words.day_of(row["ends_on"]) if row is not None else None
        if row is None or ends is None:
            return
        days = (ends - reader.present).days
        notice = ends - timedelta(days=row["notice_days"]) if row["notice_days"] else None
        to_notice = (notice - reader.present).days if notice is not None else -1
        if days > _END_DAYS and not 0 <= to_notice <= _NOTICE_DAYS:
            return
        named = "days_to_renewal" in self._told
        how = "to" if named else "renews" if row["renews"] else "ends"
        parts = [
            f"contract {how} {reader.day(ends)}",
            *([] if named or reader.present != reader.today else [words.within(days)]),
        ]
        if row["value_per_year_minor"] is not None:
            parts.append(f"{words.money(row['value_per_year_minor'], row['currency'] or reader.currency)} a year")
        if notice is not None:
            parts.append(f"notice {'by' if to_notice >= 0 else 'was due by'} {reader.day(notice)}")
        first = 0 if named else _CONTRACT_FIRST
        yield ", ".join(parts), to_notice if to_notice >= 0 else days, first

    # -- tickets ------------------------------------------------------------------------------------------------

    def _open_for(self, ticket: sqlite.Row) -> str:
        days = self._reader.days_since(words.day_of(ticket["opened_on"]))
        return f"open for {words.count(days, 'day')}" if days else f"opened {self._reader.ahead(self._reader.present)}"

    def _dated_state(self, ticket: sqlite.Row) -> str:
        """Its day, unless it is open, and what became of it: 7 Nov, solved 9 Nov, rated 3 of 5."""
        opened = words.day_of(ticket["opened_on"])
        day = f"{self._reader.day(opened)}, " if opened is not None and not ticket["open"] else ""
        return f"{day}{self._state(ticket)}"

    def _state(self, ticket: sqlite.Row) -> str:
        rated = _rated(ticket)
        if ticket["open"]:
            return f"{self._open_for(ticket)}{rated}"
        solved = words.day_of(ticket["resolved_on"])
        if ticket["marked_open"]:  # the file contradicts itself: both are said, and nobody is told that it is over
            return f"marked open{f' but resolved {self._reader.day(solved)}' if solved else ''}{rated}"
        on = f" {self._reader.day(solved)}" if solved and ticket["resolved_on"] != ticket["opened_on"] else ""
        return f"solved{on}{rated}"


def _worth(reader: Reader, deal: sqlite.Row) -> int:
    """What a deal is worth in the currency of the book; 0 where that is not known."""
    worth = deal["worth_minor"]
    return (reader.converted(worth, deal["currency"]) or 0) if worth is not None else 0


def _subject(ticket: sqlite.Row) -> str:
    return f"“{words.shortened(ticket['subject'], _SHOWN)}”"


def _rated(ticket: sqlite.Row) -> str:
    return f", rated {ticket['satisfaction']} of 5" if ticket["satisfaction"] is not None else ""


def _badness(ticket: sqlite.Row) -> tuple[bool, int, int, str]:
    """The order of tickets from the worst on: open ones by urgency and wait, then badly rated ones."""
    rated = ticket["satisfaction"] if ticket["satisfaction"] is not None else 3
    if ticket["open"]:
        return False, -ticket["urgency"], rated, ticket["opened_on"]
    return True, 0, rated, ""


def _whole_sentences(text: str) -> str:
    """Return the first whole sentences that fit the line; only a very long first one is cut."""
    flat = " ".join(text.split())
    if len(flat) <= _QUOTED:
        return flat
    ends = [found.end() for found in _END.finditer(flat, 0, _QUOTED) if _is_end(found)]
    return flat[: ends[-1]] if ends else words.shortened(flat, _QUOTED)


def _is_end(found: re.Match[str]) -> bool:
    """Whether a sentence ends there: not within a figure, a name or a short form, nor before a small letter.

    In doubt it goes on: what is quoted ends earlier then, with a sentence that is whole.
    """
    if found.string[found.end() : found.end() + 2].strip()[:1].islower():
        return False
    before = found[1].strip("(\"“‘'")
    if found[2] != ".":
        return True
    is_short = len(before) < 2 or not before.isalpha() or before.lower() in _SHORT
    return not (is_short or (before[0].isupper() and len(before) <= _TITLE))
