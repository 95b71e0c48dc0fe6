"""What the composer opens with: a customer's facts and a first draft, or an email as it is stored, in one reading."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

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
from services.outreach.gate import may_send
from services.outreach.manner import goal_of_alert, goal_of_facts, tone_of
from services.outreach.messages import find_open, message_of, read_versions
from services.outreach.model import masking_of
from services.outreach.quiet import first_moment
from services.outreach.templates.shelf import templates_of
from services.outreach.templates.write import draft_of
from services.settings import Policy
from services.workspace import Workspace

REMIND_DAYS: Final = 7
_MORNINGS: Final = 2
#: The stage after each that an email may bring about; winning and losing are not an email's doing.
_NEXT_STAGE: Final = {"Identified": "Qualified", "Qualified": "Proposal", "Proposal": "Negotiation"}


def compose(
    workspace: Workspace, customer_id: int, alert_id: int | None = None, *, goal: str = "", tone: str = ""
) -> Composition:
    """Return what the composer opens with: the open draft, or a new one by template that is not stored yet.

    Without a goal, the alert's recommendation decides, else what is known of the customer; without a tone, the segment.
    An open draft is returned as it is where no other goal or tone is asked for.

    Raises
    ------
    UserError
        There is no such customer, or the alert is not this customer's.
    """
    with reading(workspace) as reader:
        customer = _customer(reader, customer_id)
        alert = _alert(reader, customer_id, alert_id)
        known = find_open(reader.driver, customer_id, alert.id if alert else None)
        if known is not None:
            message = message_of(reader.driver, known)
            if goal in ("", message.goal) and tone in ("", message.tone):
                return _reopened(workspace, reader, customer, alert, message)
        goal = goal or (goal_of_alert(reader, alert.id) if alert else "")
        if goal not in GOALS:
            goal = goal_of_facts(reader, find_facts(reader, customer_id, "check_in"))
        tone = tone if tone in TONES else tone_of(reader, customer)
        found = find_facts(reader, customer_id, goal, rule=alert.rule if alert else "")
        edit, note = _first_draft(reader, customer, alert, found, goal, tone)
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
        customer = _customer(reader, message.customer_id)
        alert = read_alert_row(reader, message.alert_id) if message.alert_id is not None else None
        return _reopened(workspace, reader, customer, alert, message)


def mornings(policy: Policy, owner: str | None, now: datetime, count: int = _MORNINGS) -> tuple[tuple[str, str], ...]:
    """Return the next working mornings as (moment, words), in the owner's zone and outside quiet hours."""
    zone, hours = policy.zone_of(owner), policy.business_hours
    day = now.astimezone(zone).date()
    found: list[tuple[str, str]] = []
    for _ in range(count):
        day = working_day(policy, day + timedelta(days=1))
        moment = first_moment(policy, owner, datetime.combine(day, hours.opens, zone).astimezone(UTC))
        local = moment.astimezone(zone)
        day = local.date()
        said = f"{words.WEEKDAYS[local.weekday()]} {local.day} {words.MONTHS[local.month - 1]}, {local:%H:%M}"
        found.append((words.stored(moment), said))
    return tuple(found)


def working_day(policy: Policy, day: date) -> date:
    """Return a day, or the first working day after it; the day itself where holidays leave none within a year."""
    hours = policy.business_hours
    for later in range(366):
        one = day + timedelta(days=later)
        if one.weekday() in hours.weekdays and one not in hours.holidays:
            return one
    return day


# -- parts --------------------------------------------------------------------------------------------------------


def _customer(reader: Reader, customer_id: int) -> sqlite3.Row:
    customer = reader.row("SELECT * FROM customers WHERE id = ?", (customer_id,))
    if customer is None:
        raise UserError("This customer is no longer in the book; an undo or an erasure took it out.")
    return customer


def _alert(reader: Reader, customer_id: int, alert_id: int | None) -> AlertRow | None:
    """Return the card that an email answers; None without one, or for a card that an undo took out meanwhile."""
    alert = read_alert_row(reader, alert_id) if alert_id is not None else None
    if alert is not None and alert.customer_id != customer_id:
        raise UserError("This alert is about another customer; open the email from that customer's alert.")
    return alert


def _first_draft(
    reader: Reader, customer: sqlite3.Row, alert: AlertRow | None, found: Sequence[Found], goal: str, tone: str
) -> tuple[Edit, str]:
    """Return a draft by template that is not stored, or where none fits an empty one with the sentence why."""
    alert_id = alert.id if alert is not None else None
    try:
        draft = draft_of(reader, customer["id"], found, goal=goal, tone=tone)
    except UserError as fault:
        greeting = names_of(customer["name"], customer["company"]).greeting(tone)
        ticked = tuple(one.fact.key for one in found if one.fact.ticked)
        return Edit(0, customer["id"], alert_id, goal, tone, "person", "", greeting, "", ticked), str(fault)
    return (
        Edit(0, customer["id"], alert_id, goal, tone, draft.writer, draft.subject, draft.greeting, draft.body,
             draft.facts),
        draft.note,
    )  # fmt: skip


def _reopened(
    workspace: Workspace, reader: Reader, customer: sqlite3.Row, alert: AlertRow | None, message: Message
) -> Composition:
    found = _ticked_as(find_facts(reader, customer["id"], message.goal, keep=message.facts), message.facts)
    came_back = (message.fault or "") if message.state in WRITABLE else ""
    return _composition(workspace, reader, customer, alert, found, message.edit, message, came_back)


def _ticked_as(found: Sequence[Found], keys: Collection[str]) -> tuple[Found, ...]:
    return tuple(replace(one, fact=replace(one.fact, ticked=one.fact.key in keys)) for one in found)


def _composition(
    workspace: Workspace,
    reader: Reader,
    customer: sqlite3.Row,
    alert: AlertRow | None,
    found: Sequence[Found],
    edit: Edit,
    message: Message | None,
    note: str,
) -> Composition:
    policy, owner = workspace.policy, customer["owner"]
    permission = _permission(reader, policy, customer["id"], message)
    deal, stage = _deal(reader, customer["id"])
    local_day = reader.now.astimezone(policy.zone_of(owner)).date()
    return Composition(
        customer_id=customer["id"],
        customer=words.name_of(customer["name"] or customer["company"], customer["external_id"]),
        to_address=customer["email"] or "",
        from_address=workspace.preferences.mail.from_address,
        consent_words=permission.lines[0][1][:1].lower() + permission.lines[0][1][1:],
        edit=edit,
        message=message,
        facts=tuple(one.fact for one in found),
        versions=read_versions(reader.driver, message.id) if message is not None else (),
        templates=templates_of(reader.driver),
        permission=permission,
        masking=masking_of(workspace, customer["id"]),
        alert=alert,
        deal=deal,
        deal_stage=stage,
        remind_on=working_day(policy, local_day + timedelta(days=REMIND_DAYS)).isoformat(),
        scheduled=mornings(policy, owner, reader.now),
        recall_minutes=policy.recall_minutes,
        note=note,
        owner=owner or "",
    )


def _permission(reader: Reader, policy: Policy, customer_id: int, message: Message | None) -> Permission:
    """Return what the gate says of this email."""
    answer = may_send(
        reader.driver, policy, customer_id, at=reader.now, message_id=message.id if message is not None else None
    )
    return Permission(answer.allowed, answer.verdict, answer.lines)


def _deal(reader: Reader, customer_id: int) -> tuple[WorkItem | None, str]:
    """Return the largest open deal, and the stage after its own that could be set with the email."""
    deal = next((one for one in read_open_work(reader, customer_id) if one.kind == "deal"), None)
    if deal is None:
        return None, ""
    stage = reader.value("SELECT stage FROM opportunities WHERE id = ?", (deal.id,))
    return deal, _NEXT_STAGE.get(stage, "")
