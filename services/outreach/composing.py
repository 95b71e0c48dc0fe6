"""What the composer opens with: a customer's facts and a first draft, or an email as it is stored, in one reading."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from models import sqlite
from models.queries.contacts import contact_named, contacts_of
from models.values import words
from models.values.alerts import AlertRow, Permission, WorkItem
from models.values.errors import UserError
from models.values.outreach import GOALS, TONES, WRITABLE, Composition, Edit, Message
from services.insight import (
    Reader,
    read_alert_row,
    read_open_work,
    reading,
)
from services.outreach.facts import Found, find_facts, names_of
from services.outreach.manner import goal_of_alert, goal_of_facts, tone_of
from services.outreach.messages import find_open, message_of, read_versions
from services.outreach.model import masking_of
from services.outreach.send_policy import answer_for
from services.outreach.templates.library import templates_of
from services.outreach.templates.write import draft_of
from services.outreach.unwanted import why_not_drafted
from services.permission.answer import recipient_of
from services.permission.ledger import history
from services.permission.quiet import first_moment
from services.permission.recipient import addressed
from services.settings import Policy
from services.workspace import Workspace

REMIND_DAYS: Final = 7
_MORNINGS: Final = 2
#: The stage after each that an email may bring about; winning and losing are not an email's doing.
_NEXT_STAGE: Final = {"Identified": "Qualified", "Qualified": "Proposal", "Proposal": "Negotiation"}


def compose(
    workspace: Workspace,
    customer_id: int,
    alert_id: int | None = None,
    *,
    goal: str = "",
    tone: str = "",
    contact: str = "",
) -> Composition:
    """Return what the composer opens with: the open draft, or a new one by template that is not stored yet.

    Without a goal, the alert's recommendation decides, else what is known of the customer; without a tone, the segment.
    An open draft is returned as it is where no other goal, tone or contact (a name, address or number) is asked for.

    Raises
    ------
    UserError
        There is no such customer, or the alert is not this customer's.
    """
    with reading(workspace) as reader:
        asked = contact_named(reader.driver, customer_id, contact) if contact else None
        contact_id = asked or recipient_of(reader.driver, workspace.policy, customer_id, at=reader.now)
        customer = addressed(reader.driver, customer_id, contact_id)
        alert = _alert(reader, customer_id, alert_id)
        known = find_open(reader.driver, customer_id, alert.id if alert else None)
        if known is not None:
            message = message_of(reader.driver, known)
            if goal in ("", message.goal) and tone in ("", message.tone) and asked in (None, message.contact_id):
                customer = addressed(reader.driver, customer_id, message.contact_id)
                return _reopened(workspace, reader, customer, alert, message)
        goal = goal or (goal_of_alert(reader, alert.id) if alert else "")
        if goal not in GOALS:
            goal = goal_of_facts(reader, customer_id, find_facts(reader, customer_id, "check_in"))
        tone = tone if tone in TONES else tone_of(reader, customer)
        found = find_facts(reader, customer_id, goal, rule=alert.rule if alert else "")
        unwanted = why_not_drafted(reader, customer_id, contact_id)
        if unwanted:
            edit, note = _unwritten(customer, alert, (), goal, tone, contact_id), unwanted
        else:
            edit, note = _first_draft(reader, customer, alert, found, goal, tone, contact_id)
        if known is not None:
            edit = replace(edit, id=known)
        return _composition(workspace, reader, customer, alert, found, edit, None if known is None else message, note)


def reopen(workspace: Workspace, message_id: int) -> Composition:
    """Return what the composer opens with for an email that is stored, in whatever state.

    Raises
    ------
    UserError
        There is none of this number.
    """
    with reading(workspace) as reader:
        message = message_of(reader.driver, message_id)
        customer = addressed(reader.driver, message.customer_id, message.contact_id)
        alert = read_alert_row(reader, message.alert_id) if message.alert_id is not None else None
        return _reopened(workspace, reader, customer, alert, message)


def readdress(workspace: Workspace, edit: Edit, contact_id: int | None) -> Composition:
    """Return the composition of a text that goes to another contact, or to the customer (None), greeted by name.

    Nothing is stored.

    Raises
    ------
    UserError
        The customer or the contact is no longer in the book.
    """
    with reading(workspace) as reader:
        customer = addressed(reader.driver, edit.customer_id, contact_id)
        greeting = names_of(customer["name"], customer["company"]).greeting(edit.tone)
        found = _ticked_as(find_facts(reader, edit.customer_id, edit.goal, keep=edit.facts), edit.facts)
        alert = read_alert_row(reader, edit.alert_id) if edit.alert_id is not None else None
        message = message_of(reader.driver, edit.id) if edit.id else None
        to_them = replace(edit, contact_id=contact_id, greeting=greeting)
        return _composition(workspace, reader, customer, alert, found, to_them, message, "")


def mornings(policy: Policy, owner: str | None, now: datetime, count: int = _MORNINGS) -> tuple[tuple[str, str], ...]:
    """Return the next working mornings as (moment, words), in the owner's zone and outside quiet hours."""
    zone, hours = policy.zone_of(owner), policy.business_hours
    day = now.astimezone(zone).date()
    found: list[tuple[str, str]] = []
    for _ in range(count):
        day = hours.working_day(day + timedelta(days=1))
        moment = first_moment(policy, owner, datetime.combine(day, hours.opens, zone).astimezone(UTC))
        local = moment.astimezone(zone)
        day = local.date()
        said = f"{words.WEEKDAYS[local.weekday()]} {local.day} {words.MONTHS[local.month - 1]}, {local:%H:%M}"
        found.append((words.stored(moment), said))
    return tuple(found)


# -- parts --------------------------------------------------------------------------------------------------------


def _alert(reader: Reader, customer_id: int, alert_id: int | None) -> AlertRow | None:
    """Return the alert that an email answers; None without one, or for an alert that an undo took out meanwhile."""
    alert = read_alert_row(reader, alert_id) if alert_id is not None else None
    if alert is not None and alert.customer_id != customer_id:
        raise UserError("This alert is about another customer; open the email from that customer's alert.")
    return alert


def _first_draft(
    reader: Reader,
    customer: sqlite.Row,
    alert: AlertRow | None,
    found: Sequence[Found],
    goal: str,
    tone: str,
    contact_id: int | None,
) -> tuple[Edit, str]:
    """Return a draft by template that is not stored, or where none fits an empty one with the sentence why."""
    alert_id = alert.id if alert is not None else None
    try:
        draft = draft_of(reader, customer["id"], found, goal=goal, tone=tone, contact_id=contact_id)
    except UserError as fault:
        ticked = tuple(one.fact.key for one in found if one.fact.ticked)
        return _unwritten(customer, alert, ticked, goal, tone, contact_id), str(fault)
    return (
        Edit(0, customer["id"], alert_id, goal, tone, draft.writer, draft.subject, draft.greeting, draft.body,
             draft.facts, contact_id=contact_id),
        draft.note,
    )  # fmt: skip


def _unwritten(
    customer: sqlite.Row, alert: AlertRow | None, ticked: tuple[str, ...], goal: str, tone: str, contact_id: int | None
) -> Edit:
    """Return an email that has a greeting and no text yet."""
    greeting = names_of(customer["name"], customer["company"]).greeting(tone)
    alert_id = alert.id if alert is not None else None
    return Edit(0, customer["id"], alert_id, goal, tone, "person", "", greeting, "", ticked, contact_id=contact_id)


def _reopened(
    workspace: Workspace, reader: Reader, customer: sqlite.Row, alert: AlertRow | None, message: Message
) -> Composition:
    found = _ticked_as(find_facts(reader, customer["id"], message.goal, keep=message.facts), message.facts)
    came_back = (message.fault or "") if message.state in WRITABLE else ""
    return _composition(workspace, reader, customer, alert, found, message.edit, message, came_back)


def _ticked_as(found: Sequence[Found], keys: Collection[str]) -> tuple[Found, ...]:
    return tuple(replace(one, fact=replace(one.fact, ticked=one.fact.key in keys)) for one in found)


def _composition(
    workspace: Workspace,
    reader: Reader,
    customer: sqlite.Row,
    alert: AlertRow | None,
    found: Sequence[Found],
    edit: Edit,
    message: Message | None,
    note: str,
) -> Composition:
    policy, owner = workspace.policy, customer["owner"]
    answer = answer_for(reader, policy, edit)
    consent = answer.lines[0][1]
    company = customer["name"] if edit.contact_id is None else customer["company"]
    deal, stage = _deal(reader, customer["id"])
    local_day = reader.now.astimezone(policy.zone_of(owner)).date()
    return Composition(
        customer_id=customer["id"],
        customer=words.name_of(company or customer["company"], customer["external_id"]),
        to_address=customer["email"] or "",
        from_address=workspace.preferences.mail.from_address,
        consent_words=consent[:1].lower() + consent[1:],
        edit=edit,
        message=message,
        facts=tuple(one.fact for one in found),
        versions=read_versions(reader.driver, message.id) if message is not None else (),
        templates=templates_of(reader.driver),
        permission=Permission(answer.allowed, answer.verdict, answer.lines_now),
        masking=masking_of(workspace, customer["id"]),
        alert=alert,
        deal=deal,
        deal_stage=stage,
        remind_on=policy.business_hours.working_day(local_day + timedelta(days=REMIND_DAYS)).isoformat(),
        scheduled=mornings(policy, owner, reader.now),
        recall_minutes=policy.recall_minutes,
        note=note,
        recipients=contacts_of(reader.driver, customer["id"]),
        own_address=reader.value("SELECT email FROM customers WHERE id = ?", (customer["id"],)) or "",
        owner=owner or "",
        consent_history=history(reader.driver, policy, answer.address),
    )


def _deal(reader: Reader, customer_id: int) -> tuple[WorkItem | None, str]:
    """Return the largest open deal, and the stage after its own that could be set with the email."""
    deal = next((one for one in read_open_work(reader, customer_id) if one.kind == "deal"), None)
    if deal is None:
        return None, ""
    stage = reader.value("SELECT stage FROM opportunities WHERE id = ?", (deal.id,))
    return deal, _NEXT_STAGE.get(stage, "")
