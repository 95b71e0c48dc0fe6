"""The commands of the current alert or the ticked ones: what each does, and when it can do anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from models.values.alerts import AlertDetail, AlertRow, Severity
from views.actions import Actions, Command
from views.alerts.detail_pane import id_menu
from views.alerts.triage import Triage

#: What a call came to, as the room of alerts calls it.
_CALLS = {Command.REACHED: "reached", Command.VOICEMAIL: "voicemail", Command.NO_ANSWER: "no_answer"}
ALERT_COMMANDS = (
    Command.TASK,
    Command.MEETING,
    Command.SNOOZE,
    Command.RESOLVE,
    Command.NOT_USEFUL,
    Command.NOTE,
    Command.WAIT,
    Command.ASSIGN,
    Command.ESCALATE,
    Command.SUPPRESS,
    Command.REOPEN,
    Command.OVERRIDE,
    Command.RECORD_CONSENT,
    Command.ADD_PHONE,
    *_CALLS,
)


@dataclass(frozen=True, slots=True)
class Target:
    """What a command acts on: the current alert, the alerts it is meant for, and where its panel opens."""

    current: AlertRow
    open_alerts: Sequence[AlertRow]
    detail: AlertDetail | None
    anchor: QWidget


def run(command: Command, triage: Triage, target: Target) -> None:
    """Do a command."""
    current, open_alerts, anchor = target.current, target.open_alerts, target.anchor
    match command:
        case Command.TASK:
            triage.task(current, target.detail, anchor)
        case Command.MEETING:
            triage.meeting(current, target.detail, anchor)
        case Command.RECORD_CONSENT:
            triage.consent(current, anchor)
        case Command.REACHED | Command.VOICEMAIL | Command.NO_ANSWER:
            triage.log_call(current, _CALLS[command], anchor)
        case Command.ADD_PHONE:
            triage.add_phone(current, anchor)
        case Command.NOTE:
            triage.note(current, anchor)
        case Command.SNOOZE:
            triage.snooze(open_alerts, anchor)
        case Command.WAIT:
            triage.wait(open_alerts, anchor)
        case Command.RESOLVE:
            triage.resolve(open_alerts, anchor)
        case Command.NOT_USEFUL:
            triage.not_useful(open_alerts, anchor)
        case Command.ASSIGN:
            triage.assign(open_alerts, anchor)
        case Command.ESCALATE:
            triage.escalate(open_alerts)
        case Command.SUPPRESS:
            triage.suppress(current, anchor)
        case Command.REOPEN:
            triage.reopen(open_alerts)
        case Command.OVERRIDE:
            triage.override(current, target.detail, anchor)


def alert_menu(parent: QWidget, actions: Actions, more: Sequence[Command], detail: AlertDetail | None) -> QMenu:
    """A menu of everything that can be done with an alert; it goes when it is closed."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for command in (
        Command.CALL,
        Command.DRAFT,
        *ALERT_COMMANDS[:6],
        *more,
        Command.REOPEN,
        Command.TICK,
        Command.OPEN,
    ):
        menu.addAction(actions[command])
    if detail is not None and detail.ids:
        menu.addSeparator()
        inner = id_menu(detail.ids, menu)
        inner.setTitle("Copy an ID")
        menu.addMenu(inner)
    return menu


def enable(actions: Actions, alert: AlertRow | None, detail: AlertDetail | None = None) -> None:
    """Switch off what cannot do anything with the current alert, in menu, button and key alike.

    While its detail is on the way, what needs no detail is on: a key pressed right after the one before it is not lost.
    """
    closed = alert is None or alert.state in ("resolved", "not_useful")
    customer = alert is not None and alert.customer_id is not None
    approach = detail.approach if detail is not None else None
    enabled = dict.fromkeys(ALERT_COMMANDS, not closed)
    enabled[Command.NOTE] = alert is not None
    enabled[Command.REOPEN] = alert is not None and alert.state in ("resolved", "not_useful", "waiting", "snoozed")
    enabled[Command.ESCALATE] = not closed and alert is not None and alert.severity != Severity.CRITICAL
    enabled[Command.SUPPRESS] = enabled[Command.OVERRIDE] = customer
    enabled[Command.OPEN] = customer or (detail is not None and detail.watched_rows is not None)
    enabled[Command.DRAFT] = customer and not closed
    enabled[Command.RECORD_CONSENT] = approach is not None and approach.can_consent and not closed
    enabled[Command.CALL] = approach is not None and bool(approach.phone) and not closed
    enabled[Command.ADD_PHONE] = customer and not closed and not enabled[Command.CALL]
    for outcome in _CALLS:  # the number may stand elsewhere than in the book
        enabled[outcome] = customer and not closed
    for command, on in enabled.items():
        actions[command].setEnabled(on)
