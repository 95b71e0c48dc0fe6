"""What else an approval does: the alert waits for an answer, a reminder is set, a deal moves on."""

from __future__ import annotations

from datetime import date
from typing import Any

from models.store import UnitOfWork
from models.tables import tasks
from models.values.deals import STAGES
from models.values.errors import UserError
from models.values.outreach import After, Message
from services.alerting import wait_within
from services.sync import move_deal, usual_chances
from services.workspace import Workspace


def do_afterwards(workspace: Workspace, work: UnitOfWork, message: Message, after: After) -> None:
    """Let the alert wait, set a reminder and move the deal, as was chosen with the approval.

    Raises
    ------
    UserError
        The day of the reminder is past, or the deal is no longer as it was.
    """
    remind = _day(after.remind_on)
    waits = False
    if after.wait and message.alert_id is not None:
        waits = wait_within(workspace, work, message.alert_id, until=remind, condition="next_order")
    if remind is not None and not waits:
        if remind <= workspace.clock.today():
            raise UserError("The reminder date is in the past. Choose a later one.")
        row = {"customer_id": message.customer_id, "alert_id": message.alert_id, "due_on": remind.isoformat()}
        title = f"See whether {message.customer} ordered after your email"
        work.insert(tasks, {**row, "title": title, "owner": workspace.person, "created_at": work.at})
    if after.deal_id is not None and after.deal_stage:
        _move_deal(workspace, work, message, after.deal_id, after.deal_stage)


def _move_deal(workspace: Workspace, work: UnitOfWork, message: Message, deal: int, stage: str) -> None:
    found: Any = work.sql("SELECT stage, customer_id FROM opportunities WHERE id = ?", (deal,)).first()
    if found is None or found[1] != message.customer_id or stage not in STAGES:
        raise UserError("The deal has changed. Leave it out and approve again.")
    if found[0] == stage:
        return
    move_deal(work, deal, stage, found[0], workspace.clock.today(), usual_chances(work.connection))


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"“{text}” is not a date; write one such as 2026-12-04.") from None
