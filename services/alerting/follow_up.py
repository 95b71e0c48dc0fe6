"""What a person adds to an alert: notes and tasks; and the promise not to email a customer for a while."""

from __future__ import annotations

from datetime import date
from typing import Any

from models.store import UnitOfWork
from models.tables import alerts, customers, notes, tasks
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.words import day
from services.alerting.action import is_open, on_alerts, worked
from services.alerting.open_alerts import alerts_by_id
from services.workspace import Workspace


def add_note(workspace: Workspace, alert_id: int, text: str) -> Changes:
    """Write a note on an alert, closed ones too.

    Raises
    ------
    UserError
        For an empty note or an alert that does not exist.
    """
    words = text.strip()
    if not words:
        raise UserError("The note is empty. Write something, or leave it out.")
    with on_alerts(workspace, "note", [alert_id], lambda _alert: True, "") as action:
        (alert,) = action.open_alerts
        row = {"customer_id": alert.customer_id, "alert_id": alert.id, "text": words}
        action.work.insert(notes, {**row, "author": workspace.person, "written_at": workspace.at})
        action.work.update(alerts, alert.id, worked(alert, "seen", workspace.at))
        action.work.say(f"Added a note about {action.who()}")
        return action.work.commit()


def add_task(workspace: Workspace, alert_id: int, title: str, due_on: date | None = None) -> Changes:
    """Add a task to an alert; an open alert is in work from then on.

    Raises
    ------
    UserError
        Without a title, for a day that is past, or for an alert that is closed.
    """
    words = " ".join(title.split())
    if not words:
        raise UserError("The task has no title. Enter what needs doing.")
    if due_on is not None and due_on < workspace.clock.today():
        raise UserError("The task's date is in the past. Choose today or later.")
    with on_alerts(workspace, "task", [alert_id], is_open, "is closed; reopen it first") as action:
        (alert,) = action.open_alerts
        row = {"customer_id": alert.customer_id, "alert_id": alert.id, "title": words, "created_at": workspace.at}
        due = due_on.isoformat() if due_on is not None else None
        action.work.insert(tasks, {**row, "due_on": due, "owner": alert.owner or workspace.person})
        action.work.update(alerts, alert.id, worked(alert, "in_work", workspace.at))
        action.work.say(f"Added the task “{words}” for {action.who()}")
        return action.work.commit()


def take_up(work: UnitOfWork, alert_id: int) -> None:
    """Mark an alert as worked on, inside a unit of work of another room: an email is being written for it."""
    for alert in alerts_by_id(work.connection, [alert_id]):
        if is_open(alert) and not alert.touched:
            work.update(alerts, alert.id, worked(alert, "in_work", work.at))


def complete_task(workspace: Workspace, task_id: int) -> Changes:
    """Tick a task off.

    Raises
    ------
    UserError
        For a task that does not exist or is already done.
    """
    with workspace.store.unit_of_work(workspace.me, "complete-task", f"task:{task_id}", at=workspace.at) as work:
        found: Any = work.sql("SELECT title, done_at FROM tasks WHERE id = ?", (task_id,)).first()
        if found is None:
            raise UserError(f"There is no task {task_id}; it may have been undone.")
        if found[1] is not None:
            raise UserError(f"The task “{found[0]}” is already done.")
        work.update(tasks, task_id, {"done_at": workspace.at})
        work.say(f"Completed the task “{found[0]}”")
        return work.commit()


def suppress(workspace: Workspace, customer_id: int, *, until: date, why: str) -> Changes:
    """Keep a customer from being emailed until a day; alerts are raised all the same.

    Raises
    ------
    UserError
        For a day that is not ahead, without a reason, or for a customer that does not exist.
    """
    reason = " ".join(why.split())
    if not reason:
        raise UserError("Give a short reason why they should not be emailed; it is shown next to the date.")
    if until <= workspace.clock.today():
        raise UserError("Choose a day after today.")
    with workspace.store.unit_of_work(workspace.me, "suppress", f"customer:{customer_id}", at=workspace.at) as work:
        name = work.sql("SELECT name FROM customers WHERE id = ?", (customer_id,)).scalar()
        if name is None:
            raise UserError(f"There is no customer {customer_id}; they may have been removed.")
        work.update(customers, customer_id, {"suppressed_until": until.isoformat(), "suppressed_why": reason})
        work.say(f"No email to {name} until {day(until, workspace.clock.today())}: {reason}")
        return work.commit()
