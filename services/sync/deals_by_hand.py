"""Deals worked by hand, one or several: one journalled unit of work, with a change of stage in the deals' history."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from sqlalchemy import Connection, Row, text

from models.queries.deals import DEAL_NAME, closed_on
from models.store import UnitOfWork
from models.tables import opportunities, stage_changes, tasks
from models.values.changes import Changes
from models.values.deals import CLOSED, LOST, STAGES, DealFields
from models.values.errors import UserError
from models.values.outbox import OWN_SOURCE
from models.values.words import count, day_of, full_day, major, percent
from services.entities import ENTITIES
from services.sync.by_hand import value_of
from services.sync.owners import owner_named
from services.sync.written import number_of

if TYPE_CHECKING:
    from services.workspace import Workspace

#: What a form or a command may set of a deal, with its label. The last three are no columns: the day of a close, and
#: the text and day of a task. Only a lost deal has a reason for it.
FIELDS: Final = {
    "stage": "Stage", "amount": "Amount", "probability": "Probability", "closes_on": "Close date",
    "owner": "Owner", "lost_reason": "Lost reason",
    "closed_on": "Closed on", "next_step": "Next step", "next_step_on": "Due",
}  # fmt: skip
_KINDS: Final = {one.name: one for one in ENTITIES["opportunities"].fields}
_DEALS: Final = f"""SELECT o.id, o.customer_id, o.stage, o.amount_minor, o.currency, o.opened_on, o.closes_on, o.owner,
    o.probability, o.lost_reason,
    {DEAL_NAME} AS name, o.external_id, c.name AS customer, (SELECT max(h.changed_on) FROM stage_changes h
    WHERE h.opportunity_id = o.id) AS since, (SELECT max(h.changed_on) FROM stage_changes h
    WHERE h.opportunity_id = o.id AND h.to_stage <> o.stage) AS before
    FROM opportunities o LEFT JOIN customers c ON c.id = o.customer_id LEFT JOIN products p ON p.id = o.product_id
    WHERE {{which}} ORDER BY o.stage IN ('Won', 'Lost'), coalesce(o.amount_minor, 0) DESC, o.id"""
_BY_ID: Final = _DEALS.format(which="o.id IN (SELECT value FROM json_each(:ids))")
#: The commonest probability of the open deals of each stage, where at least three and half of them share it. One that
#: is decided keeps its own: months before count it by that.
_USUAL: Final = """SELECT stage, probability FROM (SELECT stage, probability, count(*) AS shared,
    sum(count(*)) OVER (PARTITION BY stage) AS deals FROM opportunities
    WHERE stage NOT IN ('Won', 'Lost') GROUP BY stage, probability)
    WHERE probability IS NOT NULL AND shared >= 3 AND shared * 2 >= deals ORDER BY shared, probability"""
_OF_CUSTOMER: Final = _DEALS.format(which="o.customer_id = :customer")


def deals_to_edit(
    workspace: Workspace, deal_ids: Sequence[int] = (), customer_id: int | None = None
) -> tuple[DealFields, ...]:
    """Return these deals, or all of a customer: the open ones first, the largest first."""
    with workspace.store.read() as connection:
        found = (
            connection.execute(text(_BY_ID), {"ids": json.dumps(list(deal_ids))})
            if customer_id is None
            else connection.execute(text(_OF_CUSTOMER), {"customer": customer_id})
        ).all()
        usual = {stage: _percent(chance) for stage, chance in usual_chances(connection).items()}
    currency = workspace.read_currency()
    return tuple(_fields(one, one.currency or currency, usual) for one in found)


def usual_chances(connection: Connection) -> dict[str, float]:
    """Return the probability that the open deals of a stage share, by stage; a stage without one is not there."""
    return {stage: float(chance) for stage, chance in connection.execute(text(_USUAL))}


def _percent(chance: float | None) -> str:
    return "" if chance is None else f"{round(chance * 100, 2):g}"


def _fields(deal: Row[Any], currency: str, usual: Mapping[str, str]) -> DealFields:
    amount = str(major(deal.amount_minor, currency)) if deal.amount_minor is not None else ""
    return DealFields(
        deal.id, _called(deal), deal.customer or "", deal.stage, amount, currency, deal.closes_on or "",
        deal.owner or "", _percent(deal.probability), usual, deal.lost_reason or "",
    )  # fmt: skip


def edit_deals(
    workspace: Workspace, deal_ids: Sequence[int], fields: Mapping[str, str], *, new_owner: bool = False
) -> Changes:
    """Change fields of deals.

    Parameters
    ----------
    workspace : Workspace
    deal_ids : sequence of int
    fields : mapping of str to str
        Field name to its new text; an empty text clears the field. With a stage the probability becomes the usual one
        of its deals, if it is not said. Money is in each deal's own currency. Who wins or
        loses a deal may say on which day (``closed_on``), by default today; who loses one, why (``lost_reason``), which
        goes when the deal is opened again. ``next_step`` adds a task a deal, due on ``next_step_on``.
    new_owner : bool
        Whether ``owner`` may be somebody who owns nothing in the book yet.

    Returns
    -------
    Changes
        Without an entry where nothing changed.

    Raises
    ------
    UserError
        There is no such deal, nobody is called like the owner, a field is not known, or its text does not fit one of
        the deals.
    """
    said = _said(workspace, fields)
    if said.get("owner"):
        said["owner"] = owner_named(workspace, said["owner"], new=new_owner)
    with workspace.store.unit_of_work(workspace.me, "edit-deals", _subject(deal_ids), at=workspace.at) as work:
        deals, usual = _read(work, deal_ids), usual_chances(work.connection)
        changed: dict[str, None] = {}
        touched = set()
        for deal in deals:
            did = _edit(workspace, work, deal, said, usual)
            if said.get("next_step"):
                _add_task(workspace, work, deal, said["next_step"], said.get("next_step_on"))
                did = [*did, "next_step"]
            changed.update(dict.fromkeys(did))
            if did:
                touched.add(deal.id)
        if not changed:
            return Changes()
        work.touch(customers=[one.customer_id for one in deals if one.id in touched and one.customer_id is not None])
        work.say(_words(list(changed), said, usual, [one for one in deals if one.id in touched]))
        return work.commit()


def add_deal_tasks(workspace: Workspace, deal_ids: Sequence[int], title: str, due_on: str) -> Changes:
    """Add a task for each of these deals, all with the same text and due day: one unit of work.

    Raises
    ------
    UserError
        Without a text, for a day that is past, or for a deal that is not there.
    """
    if not title.strip():
        raise UserError("The task has no title. Enter what needs doing.")
    return edit_deals(workspace, deal_ids, {"next_step": title, "next_step_on": due_on})


def move_deal(work: UnitOfWork, deal: int, stage: str, from_stage: str, day: date, usual: Mapping[str, float]) -> None:
    """Move a deal to another stage inside a unit of work, with its line in the history of stages.

    `usual` is the probability that deals of a stage have; where it knows none, the deal keeps its own.
    """
    closing = {"closes_on": day.isoformat()} if stage in CLOSED else {}
    chance = {"probability": usual[stage]} if stage in usual else {}
    work.update(opportunities, deal, {"stage": stage, **closing, **chance})
    key = {"opportunity_id": deal, "source": OWN_SOURCE, "external_id": uuid4().hex}
    moved = {"from_stage": from_stage, "to_stage": stage, "changed_on": day.isoformat(), "changed_at": work.at}
    work.insert(stage_changes, {**key, **moved})


def _subject(deal_ids: Sequence[int]) -> str:
    return f"deal:{deal_ids[0]}" if len(deal_ids) == 1 else f"deals:{len(deal_ids)}"


def _read(work: UnitOfWork, deal_ids: Sequence[int]) -> Sequence[Row[Any]]:
    found = work.connection.execute(text(_BY_ID), {"ids": json.dumps(list(deal_ids))}).all()
    missing = sorted(set(deal_ids) - {one.id for one in found})
    if missing or not found:
        raise UserError(f"There is no deal {missing[0] if missing else ''}; it may have been undone. Refresh the list.")
    return found


def _said(workspace: Workspace, fields: Mapping[str, str]) -> dict[str, Any]:
    """Read the fields that mean the same for every deal; an amount stays text."""
    said: dict[str, Any] = {}
    today = workspace.clock.today()
    for name, given in fields.items():
        if name not in FIELDS:
            raise UserError(f"Deals have no field “{name}”. Choose one of {', '.join(FIELDS)}.")
        word = " ".join(given.split())
        if name == "stage":
            said[name] = _stage(word)
        elif name in ("closes_on", "closed_on", "next_step_on"):
            said[name] = _day(workspace, name, word)
        elif name == "probability":
            said[name] = _chance(workspace, word)
        else:
            said[name] = word or None
    closed = said.get("closed_on")
    if closed is not None and said.get("stage") not in CLOSED:
        raise UserError("A deal has a closing day once it is won or lost. Choose the stage Won or Lost with it.")
    if closed is not None and closed > today.isoformat():
        raise UserError(f"Closed on {full_day(date.fromisoformat(closed))} is in the future. Enter a date up to today.")
    due = said.get("next_step_on")
    if due is not None and due < today.isoformat():
        raise UserError("The task's date is in the past. Choose today or later.")
    if due is not None and not said.get("next_step"):
        raise UserError("The next step has a date but no text. Enter what needs doing.")
    return said


def _stage(word: str) -> str:
    known = {one.lower(): one for one in STAGES}
    if word.lower() not in known:
        raise UserError(f"“{word}” is not a stage. Choose {', '.join(STAGES[:-1])} or {STAGES[-1]}.")
    return known[word.lower()]


def _chance(workspace: Workspace, word: str) -> float | None:
    """A percentage, with or without its sign; a bare share of one could mean either."""
    try:
        bare = number_of(word, fraction=True)[0] if word else ""
        found: float | None = value_of(workspace, _KINDS["probability"], f"{bare}%" if word else "")
    except UserError:
        found = -1
    if found is not None and (found < 0 or ("%" not in word and 0 < found < 0.01)):
        raise UserError(f"Probability “{word}” is not clear. Enter a percentage from 0 to 100, such as 75.")
    return found


def _day(workspace: Workspace, name: str, word: str) -> str | None:
    try:
        found: str | None = value_of(workspace, _KINDS["closes_on"], word)
    except UserError as error:
        raise UserError(str(error).replace(_KINDS["closes_on"].label, FIELDS[name], 1)) from None
    return found


def _edit(
    workspace: Workspace, work: UnitOfWork, deal: Row[Any], said: Mapping[str, Any], usual: Mapping[str, float]
) -> list[str]:
    """Change one deal; the fields that changed."""
    values: dict[str, Any] = {}
    if "amount" in said:
        values["amount_minor"] = _amount(workspace, deal, said["amount"])
    values |= {name: said[name] for name in ("closes_on", "owner", "probability", "lost_reason") if name in said}
    if "probability" in said:
        usual = {}
    stage = said.get("stage", deal.stage)
    if said.get("lost_reason") and stage != LOST:
        raise UserError(f"{_called(deal)} is not lost. Choose the stage Lost with its reason.")
    if deal.stage == LOST != stage:
        values["lost_reason"] = None
    if stage in CLOSED:
        if "closes_on" in said and said["closes_on"] is None and deal.stage == stage and deal.closes_on:
            raise UserError(f"{_called(deal)} is {stage}: its close date cannot be empty. Enter the day it closed.")
        values.pop("closes_on", None)
    elif deal.stage in CLOSED and (deal.closes_on or "") <= workspace.clock.today().isoformat():
        values.setdefault("closes_on", None)  # the day it closed is no plan
    changed = [name for name, value in values.items() if getattr(deal, name) != value]
    work.update(opportunities, deal.id, values)
    if stage in CLOSED:
        day = said.get("closed_on") or said.get("closes_on")
        changed += _close(workspace, work, deal, stage, day, usual)
    elif stage != deal.stage:
        move_deal(work, deal.id, stage, deal.stage, workspace.clock.today(), usual)
        changed.append("stage")
    return [name.removesuffix("_minor") for name in changed]


def _close(
    workspace: Workspace, work: UnitOfWork, deal: Row[Any], stage: str, day: str | None, usual: Mapping[str, float]
) -> list[str]:
    """Win or lose a deal on a day, or correct the day on which it was; the fields that changed."""
    if deal.stage == stage and (day is None or day == deal.closes_on):
        return []
    closed = day_of(day) or workspace.clock.today()
    if closed > workspace.clock.today():
        raise UserError(f"{_called(deal)} is {stage.lower()}: its closing day cannot be after today.")
    began = max(filter(None, (deal.opened_on, deal.since if deal.stage != stage else deal.before)), default="")
    if closed.isoformat() < began:
        since = full_day(date.fromisoformat(began))
        raise UserError(f"{_called(deal)} was not {stage} before {since}. Enter a closing date from then on.")
    if deal.stage != stage:
        move_deal(work, deal.id, stage, deal.stage, closed, usual)
        return ["stage"]
    work.update(opportunities, deal.id, {"closes_on": closed.isoformat()})
    own = text(
        "SELECT id FROM stage_changes WHERE opportunity_id = :deal AND source = :own AND to_stage = :stage"
        " ORDER BY changed_on DESC, id DESC LIMIT 1"
    )
    row = work.connection.execute(own, {"deal": deal.id, "own": OWN_SOURCE, "stage": stage}).scalar()
    if row is not None:
        work.update(stage_changes, row, {"changed_on": closed.isoformat()})
    counted = f"SELECT {closed_on('o')} FROM opportunities o WHERE o.id = :deal"
    found = work.connection.execute(text(counted), {"deal": deal.id}).scalar()
    if found != closed.isoformat():
        told = f", which says {full_day(date.fromisoformat(found))}" if found else ""
        raise UserError(f"The closing day of {_called(deal)} comes from its system{told}. Correct it there.")
    return ["closes_on"]


def _amount(workspace: Workspace, deal: Row[Any], given: str | None) -> int | None:
    """The amount in minor units of the deal's own currency."""
    currency = deal.currency or workspace.read_currency()
    try:
        amount: int | None = value_of(workspace, _KINDS["amount"], given or "", currency)
    except UserError as error:
        if "not a number" not in str(error):
            raise
        raise UserError(f"Amount “{given}” is not a number. Enter one such as 1250.50, or leave it empty.") from None
    if amount is not None and amount < 0:
        raise UserError(f"Amount “{given}” is below zero. Enter what the deal is worth, or leave it empty.")
    return amount


def _add_task(workspace: Workspace, work: UnitOfWork, deal: Row[Any], title: str, due_on: str | None) -> None:
    named = f"{title} ({deal.name})" if deal.name else title
    whose = {"customer_id": deal.customer_id, "owner": deal.owner or workspace.person}
    work.insert(tasks, {**whose, "title": named, "due_on": due_on, "created_at": work.at})


def _called(deal: Row[Any]) -> str:
    return str(deal.name or f"Deal {deal.external_id}")


def _words(
    changed: Sequence[str], said: Mapping[str, Any], usual: Mapping[str, float], deals: Sequence[Row[Any]]
) -> str:
    """What was done: "Moved Refit to Proposal, probability 50 %", "Changed owner of 3 deals", "Added 3 tasks"."""
    whose = _called(deals[0]) if len(deals) == 1 else count(len(deals), "deal")
    fields: Collection[str] = [name for name in changed if name not in ("stage", "next_step")]
    parts = [f"moved {whose} to {said['stage']}"] if "stage" in changed else []
    open_now = (
        bool(parts) and said["stage"] not in CLOSED and "probability" not in said
    )  # of others nothing is expected
    if open_now and said["stage"] in usual:
        parts[0] += f", probability {percent(usual[said['stage']])}"
    parts += [f"changed {', '.join(FIELDS[name].lower() for name in fields)} of {whose}"] if fields else []
    if "next_step" in changed:
        parts.append(f"added {count(len(deals), 'task')}: {said['next_step']}")
    words = " and ".join(parts)
    if open_now and said["stage"] not in usual and any(one.probability is not None for one in deals):
        words += f"; the probability stays, as deals in {said['stage']} share no usual one"
    return words[:1].upper() + words[1:]
