"""One action of a person over some alerts: the unit of work, the alerts to which it applies, and the words for them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models.store import UnitOfWork
from models.values.errors import UserError
from models.values.journal import Actor
from models.values.words import count
from services.alerting.merge import OpenAlert
from services.alerting.open_alerts import CLOSED, alerts_by_id
from services.alerting.sla import DueTimes
from services.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Action:
    """A unit of work over some alerts."""

    work: UnitOfWork
    open_alerts: tuple[OpenAlert, ...]
    names: dict[int, str]
    due: DueTimes
    now: datetime
    today: date

    def who(self) -> str:
        """The alerts in words: a customer's name, or their number."""
        if len(self.open_alerts) == 1:
            return self.names[self.open_alerts[0].id]
        return count(len(self.open_alerts), "alert")


@contextmanager
def on_alerts(
    workspace: Workspace,
    verb: str,
    alert_ids: Sequence[int],
    applies: Callable[[OpenAlert], bool],
    otherwise: str,
    *,
    actor: Actor | None = None,
) -> Iterator[Action]:
    """Open a unit of work over the alerts to which the action applies; the others are named as kept.

    Raises
    ------
    UserError
        Where it applies to none, unless `otherwise` is empty.
    """
    subject = f"alert:{alert_ids[0]}" if len(alert_ids) == 1 else f"alerts:{len(alert_ids)}"
    with workspace.store.unit_of_work(actor or workspace.me, verb, subject, at=workspace.at) as work:
        found = alerts_by_id(work.connection, alert_ids)
        names = _names(work, found)
        if not found:
            raise UserError("The alert is gone because its import was undone. Refresh the queue.")
        fitting = tuple(alert for alert in found if applies(alert))
        for alert in found:
            if otherwise and not applies(alert):
                work.keep(f"{names[alert.id]} {otherwise}.")
        if not fitting and otherwise:
            which = names[found[0].id] if len(found) == 1 else f"Each of the {len(found)} alerts"
            raise UserError(f"{which} {otherwise}. Nothing was changed.")
        yield _action(workspace, work, fitting, names)


def within(
    workspace: Workspace, work: UnitOfWork, alert_ids: Sequence[int], applies: Callable[[OpenAlert], bool]
) -> Action:
    """Return an action over the alerts to which it applies, as a part of a unit of work that is open."""
    fitting = tuple(alert for alert in alerts_by_id(work.connection, alert_ids) if applies(alert))
    return _action(workspace, work, fitting, _names(work, fitting))


def _action(
    workspace: Workspace, work: UnitOfWork, open_alerts: tuple[OpenAlert, ...], names: dict[int, str]
) -> Action:
    now = workspace.clock.now()
    return Action(work, open_alerts, names, DueTimes(workspace.policy, now), now, workspace.clock.today())


def is_open(alert: OpenAlert) -> bool:
    """Whether an alert is not closed."""
    return alert.state not in CLOSED


def worked(alert: OpenAlert, state: str, at: str) -> dict[str, Any]:
    """Fields of an alert that someone worked on; only what is to be done moves on, never backwards."""
    order = ("open", "seen", "in_work")
    values: dict[str, Any] = {"touched": 1}
    if alert.state in order and order.index(alert.state) < order.index(state):
        values["state"] = state
        if alert.state == "open":
            values["seen_at"] = at
    return values


def _names(work: UnitOfWork, open_alerts: Sequence[OpenAlert]) -> dict[int, str]:
    ids = json.dumps([alert.id for alert in open_alerts])
    rows: list[Any] = list(
        work.sql(
            "SELECT a.id, c.name FROM alerts a LEFT JOIN customers c ON c.id = a.customer_id"
            " WHERE a.id IN (SELECT value FROM json_each(?))",
            (ids,),
        )
    )
    return {row[0]: row[1] or "The alert" for row in rows}
