"""When a customer wants to be called: the hours noted with their contact, else what a note or they themselves said.

Only a preference counts ("prefers calls before noon", "call me after 2 pm"), no report ("called before noon, no
answer") and no single appointment ("please call tomorrow before noon"). A refusal turns the time round.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from models.values import words
from models.values.reaching import CallTimes
from services.insight.reader import Reader
from services.settings import Policy

_DAYS_BACK: Final = 730
_NOON: Final = time(12)
_PARTS: Final = {
    "morning": (None, _NOON), "vormittag": (None, _NOON), "matin": (None, _NOON),
    "afternoon": (_NOON, None), "nachmittag": (_NOON, None), "après-midi": (_NOON, None),
}  # fmt: skip
_CLOCK: Final = r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?(?![\d%/])"
_BETWEEN: Final = re.compile(rf"\b{_CLOCK}\s*(?:-|–|to|and|until)\s*{_CLOCK}", re.I)
_EDGE: Final = re.compile(rf"\b(before|until|by|till|after|from)\s+(?:(noon|midday|lunch)\b|{_CLOCK})", re.I)
#: In running text a bare number is no time of day ("2 to 3 pallets", "after 12 months"), unless the clause ends there.
_MARKED: Final = re.compile(r"[ap]\.?m\b|\d(?::|h)\d\d|noon|midday|lunch", re.I)
_MARK_FOLLOWS: Final = re.compile(r"\s*(?:uhr\b|o['’]clock\b)", re.I)
_CLAUSE_ENDS: Final = re.compile(r"\s*(?:$|[,.:)]|(?:please|on|or|if|as|because|when|but|for)\b)", re.I)
_PART: Final = re.compile(r"\b(morning|afternoon|vormittag|nachmittag|matin|après-midi)s?\b", re.I)
_WEEKDAY: Final = r"(mon|tue|wed|thu|fri|sat|sun)(?:s?day|nesday|rsday|urday)?s?\b"
_WEEKDAYS: Final = re.compile(rf"\b{_WEEKDAY}(?:\s*(?:-|–|to)\s*{_WEEKDAY})?", re.I)
_NAMES: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CALLS: Final = re.compile(r"\b(?:call|phone|ring|reach)(?:s|ed|able|ing)?\b", re.I)
_PREFERS: Final = re.compile(
    r"\bprefer|\bbest\b|\bplease\b|\bonly\b|\balways\b|\brather\b|\beasier\b|\breachable\b|\bnever\b"
    r"|\b(?:call|phone|ring|reach) (?:me|us|her|him|them)\b|\b(?:asks?|asked|wants?) (?:for|us|me|to be)\b"
    r"|(?:\bnot|n.t) call\b",
    re.I,
)
_ONCE: Final = re.compile(
    rf"\b(?:today|tomorrow|tonight|this (?:morning|afternoon|week)|next week|{_WEEKDAY}"
    r"|\d{1,2} (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))",
    re.I,
)
_REPORT: Final = re.compile(
    r"\b(?:i|we) (?:called|phoned|rang|tried|will call|'ll call)\b|\bcalled (?:her|him|them)\b", re.I
)
_REFUSED: Final = re.compile(r"\bnot\b|\bnever\b|\bno calls?\b|n['’]t\b", re.I)
_CLAUSES: Final = re.compile(r"[,;]|\bbut\b", re.I)
_SENTENCE_END: Final = re.compile(r"[!?\n;]|\.(?=\s+[A-Z]|\s*$)")
#: The hours of who is called; of a firm's own number those of the primary contact, or of the first who gave any.
_HOURS: Final = (
    "SELECT preferred_hours FROM contacts WHERE customer_id = ? AND coalesce(preferred_hours, '') <> ''"
    " AND id = coalesce(?, id) ORDER BY is_primary DESC, id LIMIT 1"
)
_SAID: Final = """
SELECT day, text FROM (
    SELECT substr(written_at, 1, 10) AS day, written_at AS at, text FROM notes WHERE customer_id = :customer
    UNION ALL
    SELECT happened_on, coalesce(happened_at, happened_on), text FROM conversations
    WHERE customer_id = :customer AND text <> '' AND coalesce(direction, '') <> 'to_customer')
WHERE day > :since ORDER BY at DESC LIMIT 200"""


def read_call_times(reader: Reader, customer_id: int, contact_id: int | None = None) -> CallTimes | None:
    """Return when the customer, or the contact who is called, wants to be; None where nobody said it in two years."""
    hours = reader.value(_HOURS, (customer_id, contact_id))
    found = of_hours(hours) if hours else None
    if found is not None:
        return found
    since = (reader.today - timedelta(days=_DAYS_BACK)).isoformat()
    for row in reader.rows(_SAID, {"customer": customer_id, "since": since}):
        found = said_in(row["text"] or "")
        if found is not None:
            return found
    return None


def of_hours(text: str) -> CallTimes | None:
    """Read what stands in a field for hours: ``before 10``, ``afternoons``, ``Mon to Wed``, ``not before 10``."""
    begins, ends = None, None
    days, never = set[int](), set[int]()
    for clause in _CLAUSES.split(text):
        refused = _REFUSED.search(clause)
        wanted = clause[: refused.start()] if refused else clause
        days |= _weekdays(wanted)
        edges = _edges(wanted)
        if refused and edges == (None, None):
            edges = _turned(_edges(clause[refused.start() :]))
            never |= _weekdays(clause[refused.start() :]) if edges == (None, None) else set()
        first, last = begins or edges[0], ends or edges[1]
        if not (first and last and first >= last):
            begins, ends = first, last
    if never:
        days = (days or set(range(7))) - never
    found = CallTimes(begins, ends, tuple(sorted(days)))
    return found if found != CallTimes() else None


def _weekdays(text: str) -> set[int]:
    days = set[int]()
    for match in _WEEKDAYS.finditer(text):
        first = _NAMES.index(match[1].lower())
        last = _NAMES.index(match[2].lower()) if match[2] else first
        days |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    return days


def said_in(text: str) -> CallTimes | None:
    """Read a preference out of a note or of what they said; None where there is none."""
    for sentence in _SENTENCE_END.split(text):
        if not (_CALLS.search(sentence) and _PREFERS.search(sentence)):
            continue
        if _ONCE.search(sentence) or _REPORT.search(sentence):
            continue
        begins, ends = _edges(sentence, in_prose=True)
        if _REFUSED.search(sentence):
            begins, ends = _turned((begins, ends))
        if begins or ends:
            return CallTimes(begins, ends)
    return None


def call_day(policy: Policy, owner: str | None, now: datetime, times: CallTimes | None) -> date:
    """Return the day on which the next call can be made: today while the hours last, else the next working day."""
    hours, local = policy.business_hours, now.astimezone(policy.zone_of(owner))
    day = hours.working_day(local.date() + timedelta(days=local.time() >= _last_call(policy, times)))
    for _ in range(7):
        if times is None or not times.weekdays or day.weekday() in times.weekdays:
            break
        day = hours.working_day(day + timedelta(days=1))
    return day


def call_until(policy: Policy, owner: str | None, day: date, times: CallTimes | None) -> datetime:
    """Return the moment at which the hours of a call on ``day`` end."""
    return datetime.combine(day, _last_call(policy, times), policy.zone_of(owner))


def _last_call(policy: Policy, times: CallTimes | None) -> time:
    closes = policy.business_hours.closes
    return min(closes, times.ends) if times is not None and times.ends is not None else closes


def when_words(day: date, today: date, times: CallTimes | None) -> str:
    """Return ``Tuesday before 12:00``: the day where it is not today, and the hours where some are known."""
    near = (day - today).days < 7
    on = "" if day == today else words.WEEKDAYS_LONG[day.weekday()] if near else words.day(day, today)
    return " ".join(part for part in (on, times.words if times is not None else "") if part)


def call_words(phone: str, when: str, *, back: bool = False) -> str:
    """Return ``Call before 12:00: +1 303 555 0105``; of who phoned ``Call back …``; '' without a number."""
    if not phone:
        return ""
    call = "Call back" if back else "Call"
    return f"{call} {when}: {phone}" if when else f"{call} {phone}"


def _edges(text: str, *, in_prose: bool = False) -> tuple[time | None, time | None]:
    """From when until when, as far as the text says it; in prose a number has to be told apart from a quantity."""
    for between in _BETWEEN.finditer(text):
        if in_prose and not _is_clock(between, text, ("between", "from")):
            continue
        later = between[6] or between[3]
        begins, ends = _time(between[1], between[2], between[3] or later), _time(between[4], between[5], later)
        if begins is not None and ends is not None and begins < ends:
            return begins, ends
    for edge in _EDGE.finditer(text):
        if in_prose and not _is_clock(edge, text, ("",)):
            continue
        at = _NOON if edge[2] else _time(edge[3], edge[4], edge[5])
        if at is not None:
            return (at, None) if edge[1].lower() in ("after", "from") else (None, at)
    part = _PART.search(text)
    return _PARTS[part[1].lower()] if part is not None else (None, None)


def _turned(refused: tuple[time | None, time | None]) -> tuple[time | None, time | None]:
    """The hours left beside refused ones; of a refused span nothing is left but two halves, so none."""
    begins, ends = refused
    return (None, None) if begins and ends else (ends, begins)


def _is_clock(found: re.Match[str], text: str, leads: tuple[str, ...]) -> bool:
    """Whether numbers are a time: one is marked as such, or the clause ends with them after one of the ``leads``."""
    if _MARKED.search(found[0]) or _MARK_FOLLOWS.match(text, found.end()):
        return True
    return text[: found.start()].rstrip().lower().endswith(leads) and bool(_CLAUSE_ENDS.match(text, found.end()))


def _time(hour: str, minute: str | None, half: str | None) -> time | None:
    """A time of day; an hour from 1 to 6 without am or pm is one of the afternoon: nobody is called before seven."""
    at, past = int(hour), int(minute or 0)
    if half:
        at = at % 12 + (12 if half.lower().startswith("p") else 0)
    elif 1 <= at <= 6:
        at += 12
    return time(at, past) if at < 24 and past < 60 else None
