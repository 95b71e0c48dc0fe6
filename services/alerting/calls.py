"""A call that was made about an alert: logged as a conversation, and the alert put away where nobody was reached."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from models.tables import alerts, conversations
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.outbox import OWN_SOURCE
from models.values.words import clock, day
from services.alerting.action import Action, is_open, on_alerts
from services.alerting.life import open_values
from services.alerting.merge import OpenAlert
from services.alerting.triage import WAIT_CONDITIONS, put_to_waiting, resting
from services.book.sources import UNANSWERED
from services.workspace import Workspace

CallOutcome = Literal["reached", "voicemail", "no_answer"]
OUTCOMES: Final[dict[CallOutcome, str]] = {
    "reached": "reached them",
    "voicemail": "left a voicemail",
    "no_answer": "no answer",
}
#: After a call that nobody took, the next one is tried as much later.
_AGAIN_AFTER: Final = timedelta(hours=2)


def log_call(workspace: Workspace, alert_id: int, outcome: CallOutcome, note: str = "") -> Changes:
    """Log a call, with what the person noted of it, as a conversation with the customer of an open alert.

    Who was reached was answered: the alert waits until they reply, and the time limit stops. After a voicemail the
    alert is snoozed to the next working day, after no answer for two hours, or to the next working day where these end
    after hours or on a day off; the limit runs on. Only who was reached counts as contacted.

    Raises
    ------
    UserError
        For another outcome, an alert about no customer, or one that is closed or gone.
    """
    if outcome not in OUTCOMES:
        raise UserError(f"Not a call outcome: “{outcome}”. Choose one of: {', '.join(OUTCOMES.values())}.")
    with on_alerts(workspace, "call", [alert_id], is_open, "is closed; reopen it first") as action:
        (alert,) = action.open_alerts
        if alert.customer_id is None:
            raise UserError("This alert has no customer to call.")
        action.work.insert(conversations, {
            "customer_id": alert.customer_id, "source": OWN_SOURCE, "external_id": uuid.uuid4().hex,
            "channel": "call" if outcome == "reached" else UNANSWERED, "direction": "to_customer",
            "text": f"{workspace.person} called, {OUTCOMES[outcome]}{f': {note}' if note else ''}", "leaving": 0,
            "happened_on": action.today.isoformat(), "happened_at": workspace.at,
        })  # fmt: skip
        said = f"Called {action.who()}: {OUTCOMES[outcome]}"
        if outcome == "reached":
            put_to_waiting(workspace, action, alert, None, "reply")
            said += f"; waiting until {WAIT_CONDITIONS['reply']}"
        else:
            until = _again(workspace, action, alert, outcome)
            resumed = open_values(alert, "snoozed", action.due, action.now)
            values: dict[str, Any] = {**resumed, **resting(action, alert, "snoozed", until, None)}
            action.work.update(alerts, alert.id, values)
            said += f"; snoozed until {_when(action, alert, until)}"
        action.work.say(said)
        return action.work.commit()


def _again(workspace: Workspace, action: Action, alert: OpenAlert, outcome: CallOutcome) -> datetime:
    """The moment of the next try."""
    calendar = action.due.calendar(alert.owner)
    later = (action.now + _AGAIN_AFTER).astimezone(calendar.zone)
    here = action.now.astimezone(calendar.zone).date()
    hours = workspace.policy.business_hours
    in_hours = hours.works_on(here) and later.date() == here and later.time().replace(tzinfo=None) < calendar.closes
    if outcome == "no_answer" and in_hours:
        return later.astimezone(UTC)
    following = hours.working_day(here + timedelta(days=1))
    return datetime.combine(following, calendar.opens, calendar.zone).astimezone(UTC)


def _when(action: Action, alert: OpenAlert, until: datetime) -> str:
    zone = action.due.calendar(alert.owner).zone
    on = until.astimezone(zone).date()
    return clock(until, zone) if on == action.today else day(on, action.today)
