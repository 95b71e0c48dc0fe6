"""A meeting about an alert: kept as a task of its day, and written as an invitation that any calendar opens."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from models.private import make_file, make_folder
from models.store import meetings_folder
from models.tables import alerts, tasks
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.words import day
from services.alerting.action import is_open, on_alerts, worked
from services.workspace import Workspace

_LINE = 73


def add_meeting(workspace: Workspace, alert_id: int, title: str, begins: datetime) -> Changes:
    """Add a task for a meeting to an open alert, due on the day of the meeting.

    Parameters
    ----------
    begins
        An aware moment that lies ahead; its own clock is the one that the task names.

    Raises
    ------
    UserError
        Without a title, for a moment that is past, or for an alert that is closed.
    """
    words = " ".join(title.split())
    if not words:
        raise UserError("The meeting has no title. Enter what it is about.")
    if begins <= workspace.clock.now():
        raise UserError("That time is past. Choose a later one.")
    with on_alerts(workspace, "meeting", [alert_id], is_open, "is closed; reopen it first") as action:
        (alert,) = action.open_alerts
        action.work.insert(tasks, {
            "customer_id": alert.customer_id, "alert_id": alert.id, "title": f"{words}, {begins:%H:%M}",
            "due_on": begins.date().isoformat(), "owner": alert.owner or workspace.person, "created_at": workspace.at,
        })  # fmt: skip
        action.work.update(alerts, alert.id, worked(alert, "in_work", workspace.at))
        action.work.say(f"Planned a meeting with {action.who()} for {day(begins.date(), action.today)}, {begins:%H:%M}")
        return action.work.commit()


def write_invitation(workspace: Workspace, title: str, begins: datetime, minutes: int, about: str) -> Path:
    """Write an iCalendar file (RFC 5545) of one meeting and return its path; only this person can read it.

    It lies beside the book until the book is opened again.

    Parameters
    ----------
    begins
        An aware moment.
    about
        Its description: whom to meet, and how to reach them.
    """
    ends = begins + timedelta(minutes=minutes)
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Bellwether//Meeting//EN", "BEGIN:VEVENT",
        f"UID:{uuid.uuid4()}@bellwether", f"DTSTAMP:{_utc(workspace.clock.now())}",
        f"DTSTART:{_utc(begins)}", f"DTEND:{_utc(ends)}",
        f"SUMMARY:{_escaped(title)}", f"DESCRIPTION:{_escaped(about)}", "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    folder = meetings_folder(Path(workspace.store.path))
    make_folder(folder)
    path = folder / f"meeting-{begins.astimezone(UTC):%Y%m%d-%H%M}-{uuid.uuid4().hex[:6]}.ics"
    make_file(path)
    path.write_bytes("".join(f"{_folded(line)}\r\n" for line in lines).encode())
    return path


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> str:
    """Split a line into pieces of at most 75 bytes, never within a character."""
    pieces, piece = [], ""
    for sign in line:
        if len((piece + sign).encode()) > _LINE:
            pieces.append(piece)
            piece = ""
        piece += sign
    return "\r\n ".join([*pieces, piece])
