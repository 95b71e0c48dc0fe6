"""What to do about an alert, as it is read: the playbook's words with the day, the matter and how to reach them.

The playbook's entry is chosen when the alert is raised; the day of the week, a phone number or a consent that comes
later changes what can be done, so these are filled in at reading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from models import sqlite
from models.queries.open_tickets import AS_OF, is_open
from models.values import words
from models.values.outbox import OWN_SOURCE
from models.values.reaching import FirstStep
from services.book.kept_records import COMPLAINTS, CONTACTS, last_contact
from services.book.playbook import recommendation_words
from services.distress.complaints import read_voices
from services.distress.matters import Matter, read_open, read_waiting
from services.insight.alert_context import near_words, pleased_words, won_words
from services.insight.approach import Footing
from services.insight.open_work import deal_parts, read_deals
from services.insight.reach import ASK, Reach, Wanted, read_reach
from services.insight.reader import Reader
from services.insight.timeline_formatting import deal_name
from services.settings import Policy

#: Entries of the playbook that sell, praise or ask how things are: none is right while a matter waits.
ANSWER_FIRST: Final = frozenset({
    "channel_note", "deal_next_step", "deal_call", "engagement_draft", "engagement_note", "renewal_agree",
    "renewal_review", "vip_call", "vip_personal",
    "check_in", "check_in_call", "check_in_deal", "check_in_deal_call", "spend_review", "spend_call", "other_channel",
    "win_back", "win_back_call", "adoption", "adoption_note", "grow", "grow_call",
})  # fmt: skip
_ANSWER: Final = {
    "title": "Deal with this first: {reach}",
    "why": "{matter} Everything else can wait until they have an answer. {deal}",
    "goal": "refer to what they wrote or rated, apologise, and ask for a time to talk",
    "goal_code": "apologise",
}
_FIND_AND_CALL: Final = "find a phone number and call"
_CONTACT: Final[dict[FirstStep, str]] = {"call": "call them", "draft": "write to them"}
#: Fields of a title that come to a call where one can be made.
_LEADS_TO_CALL: Final = ("{reach}", "{call}")
_NO_OFFER: Final = {"incentive_minor": 0, "incentive_words": ""}
#: A call to the customer that was logged here as answered.
_SPOKEN: Final = (
    "SELECT 1 FROM conversations WHERE customer_id = ? AND source = ? AND channel = 'call' AND happened_on = ?"
    " AND direction = 'to_customer'"
)
#: Whether a ticket is over, and its file does not say that it is open.
_IS_SOLVED: Final = f"SELECT NOT {is_open(AS_OF)} AND coalesce(status, 'solved') = 'solved' FROM tickets WHERE id = ?"
#: So much of what else waits for an answer is named.
_NAMED: Final = 2


def read_advice(
    reader: Reader, text: str | None, rule: str, customer: sqlite.Row | None, due_at: str | None = None
) -> tuple[dict[str, Any] | None, Footing | None]:
    """Return a recommendation as stored with an alert, its fields filled, and what it stands on; None without one.

    Parameters
    ----------
    text
        The JSON that the alert keeps.
    customer
        A row of ``customers`` with all its columns; None for an alert of the book.
    due_at
        When the alert is due: on a later day, that is the day by which to act.
    """
    if not text:
        return None, None
    advice = recommendation_words(text)
    if customer is None:
        return advice, None
    matter, *others = read_waiting(reader.driver, customer["id"], reader.present, rule) or (None,)
    tickets = () if matter is not None else read_open(reader.driver, customer["id"], reader.present)
    all_waiting = (matter, *others) if matter is not None else tickets
    spoken = bool(reader.value(_SPOKEN, (customer["id"], OWN_SOURCE, reader.today.isoformat())))
    is_email = bool(advice["goal_code"]) and not any(field in advice["title"] for field in _LEADS_TO_CALL)
    wanted = Wanted(
        waits=bool(all_waiting), phoned=matter is not None and matter.phoned and not spoken, by_email=is_email or spoken
    )
    reach = read_reach(reader, customer, wanted)
    if matter is not None:
        advice |= _NO_OFFER | (_ANSWER if advice["code"] in ANSWER_FIRST else {})
    # What the title says first is not asked for again.
    reached = reach.words_found if _finds(advice["title"], reach) else reach.words
    fields: dict[str, Callable[[], str]] = {  # what an entry does not name is not read
        "{deal}": lambda: f"{won_words(reader, customer['id'])} {_deal(reader, customer)}".strip(),
        "{silence}": lambda: "" if won_words(reader, customer["id"]) else "They have not ordered since.",
        "{pleased}": lambda: pleased_words(reader, customer["id"]),
        "{unspoken}": lambda: _unspoken(reader, customer["id"]),
        "{complaint}": lambda: _complaint(reader, customer["id"]),
        "{reach}": lambda: _reached(reach, matter, reader.today),
        "{day}": lambda: (
            (not _term(matter) and _later(reader, due_at))
            or day_words(reader.policy, customer["owner"], reader.now, _term(matter))
        ),
        "{call}": lambda: {"call": "call", "draft": "email"}.get(
            reach.first, "answer" if _can_answer_there(matter) else _FIND_AND_CALL
        ),
        "{contact}": lambda: _CONTACT.get(reach.first, "get in touch with them"),
        "{matter}": lambda: (
            _all_told(reader, customer["id"], matter, others)
            if matter is not None
            else _complaint(reader, customer["id"])
        ),
        "{manager}": lambda: reader.policy.service_manager or "the service manager",
        "{solve}": lambda: _solved(reader.policy) if matter is not None and matter.is_open else "",
    }
    for name in ("title", "why", "goal"):
        said = str(advice[name])
        for field, value in fields.items():
            said = said.replace(field, value()) if field in said else said
        advice[name] = words.capital(said.strip())
    # What is to be noted besides comes after what saves the customer.
    asked = ASK if ASK in reached else ""
    reached = reached.replace(ASK, "")
    waiting = f"Also unanswered: {_listed(tickets, reader.today)}." if tickets else ""
    if spoken:
        told = fields["{matter}"]()
        advice |= {"title": "You reached them today", "why": f"{told} {waiting}".strip()}
        return advice, Footing(reach, all_waiting)
    advice["why"] = " ".join(f"{reached} {advice['why']} {waiting} {asked}".split())
    return advice, Footing(reach, all_waiting)


def _solved(policy: Policy) -> str:
    """Who solves the ticket of a customer in distress: the service manager, where the policy names one."""
    named = policy.service_manager
    return (
        f": hand their ticket to {named}, and say by when"
        if named
        else ": say who will resolve their ticket, and by when"
    )


def _complaint(reader: Reader, customer_id: int) -> str:
    voices = read_voices(reader.driver, [customer_id], reader.present).get(customer_id, ())
    last = next((one for one in voices if one.bad), None)
    if last is not None:
        solved = last.kind == "ticket" and reader.value(_IS_SOLVED, (last.row_id,))
        said = f"Last complaint: {last.told(reader.today)}{', solved' if solved else ''}."
        praise = next((one for one in voices if one.good and one.rated and one.last_on > last.last_on), None)
        return f"{said} Since then they {praise.praise(reader.today)}." if praise is not None else said
    return "No complaint in the past year." if reader.value(f"SELECT {COMPLAINTS}") else ""


def _unspoken(reader: Reader, customer_id: int) -> str:
    """Say when somebody last spoke with the customer or wrote to them since their last order, or that nobody did."""
    last = last_contact("s.customer_id", "s.last_order_on", "?", "?")
    at = words.stored(reader.now)
    found = reader.value(
        f"SELECT {last} FROM customer_risk_scores s WHERE s.customer_id = ?",
        (*(reader.today.isoformat(),) * 2, at, at, customer_id),
    )
    day = words.day_of(found)
    if day is not None:
        return f"; the last contact was on {reader.day(day)}"
    return ", and no contact is on record since" if reader.value(f"SELECT {CONTACTS}") else ""


def _deal(reader: Reader, customer: sqlite.Row) -> str:
    """Name the open deal that is most worth a call, and whose it is where another than the customer's owner has it."""
    deal = next(iter(read_deals(reader, customer["id"])), None)
    if deal is None:
        return ""
    said = f"Open deal: {', '.join([deal_name(deal), *deal_parts(reader, deal)])}."
    if not deal["owner"] or deal["owner"] == customer["owner"] or reader.is_mine(deal["owner"]):
        return said
    # Some systems export the number of a person only.
    who = deal["owner"] if not deal["owner"].isdigit() else f"The person with the ID {deal['owner']}"
    return f"{said} {who} owns this deal and should get in touch."


def _all_told(reader: Reader, customer_id: int, matter: Matter, others: Sequence[Matter]) -> str:
    """Say what an alert is about, what stands near it, and what else waits for an answer."""
    waiting = f"Also unanswered: {_listed(others, reader.today)}." if others else ""
    told = (matter.told(reader.today), near_words(reader, customer_id, matter, (matter, *others)), waiting)
    return " ".join(one for one in told if one)


def _listed(matters: Sequence[Matter], today: date) -> str:
    """Name the first two, and say how many more there are."""
    named = [one.listed(today) for one in matters[:_NAMED]]
    return "; ".join([*named, *([f"{len(matters) - _NAMED} more"] if len(matters) > _NAMED else [])])


def day_words(policy: Policy, owner: str | None, now: datetime, until: date | None = None) -> str:
    """Return "today", or on a free day and after closing time the next working day: "on Monday".

    Who named a term that ends before is spoken with today.
    """
    hours, local = policy.business_hours, now.astimezone(policy.zone_of(owner))
    today = local.date()
    closed = local.time().replace(tzinfo=None) >= hours.closes
    day = hours.working_day(today + timedelta(days=closed))
    if not hours.works_on(day) or day == today or (until is not None and today <= until < day):
        return "today"
    near = (day - today).days < 7
    return f"on {words.WEEKDAYS_LONG[day.weekday()] if near else words.day(day, today)}"


def _later(reader: Reader, due_at: str | None) -> str:
    """Return "by Tuesday" for what is due on a later day; '' for what is due today or late."""
    due = words.moment_of(due_at)
    day = reader.local_day(due) if due is not None else reader.today
    if day <= reader.today:
        return ""
    return f"by {words.WEEKDAYS_LONG[day.weekday()] if (day - reader.today).days < 7 else words.day(day, reader.today)}"


def _term(matter: Matter | None) -> date | None:
    """The last day of the term that who speaks of leaving named."""
    return matter.departure.until if matter is not None and matter.departure is not None else None


def _finds(title: str, reach: Reach) -> bool:
    """Whether a title, its fields not filled yet, comes to finding a number or a way to reach them."""
    if reach.first in _CONTACT:
        return False
    return "{call}" in title or ("{reach}" in title and not reach.has_address)


def _reached(reach: Reach, matter: Matter | None, today: date) -> str:
    """The first words of what to do: call, or without a number what leads to a call; and until when."""
    departure = matter.departure if matter is not None else None
    ends = departure is not None and (departure.decides or departure.month_ends)
    by = departure.by(today) if departure is not None and ends else ""
    day = f"{{day}}, {by}" if by else "{day}"
    if reach.first in _CONTACT:
        return f"{_CONTACT[reach.first]}{' back' if reach.phoned else ''} {day}"
    if _can_answer_there(matter):
        return f"answer in their ticket {day}"
    return f"answer them {day}" if reach.has_address else f"find a way to reach them {day}"


def _can_answer_there(matter: Matter | None) -> bool:
    """Whether an answer goes where they wrote, which needs no number and is no mailing: a ticket that is open."""
    return matter is not None and matter.is_open and not matter.phoned
