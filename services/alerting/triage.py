"""What a person does with cards: every action is one journalled unit of work, for one card or many, and can be undone.

States: open → seen → in work → waiting (the clock of the limit stops) or snoozed (it runs on) → resolved or not
useful. Cards to which an action does not apply are left as they are and named in ``Changes.kept``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from models.store import UnitOfWork
from models.tables import alerts, customers, notes, tasks
from models.values.alerts import Severity
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.journal import Actor
from services.alerting.cards import CLOSED, cards_by_id, moment_of, stored
from services.alerting.life import closing_values, open_values
from services.alerting.merge import Card
from services.alerting.sla import DueTimes, due_after
from services.insight.words import count, day
from services.workspace import Workspace

OUTCOMES: Final = {"came_back": "came back", "saved": "saved", "lost": "lost", "no_issue": "no issue"}
SNOOZE_CONDITIONS: Final = {"next_order": "the next order", "worse": "it gets worse"}
WAIT_CONDITIONS: Final = {"reply": "they reply", "next_order": "the next order"}
TO_DO: Final = frozenset({"open", "seen", "in_work"})
RESTING: Final = frozenset({"waiting", "snoozed"})


@dataclass(frozen=True, slots=True)
class _Action:
    """A unit of work over some cards."""

    work: UnitOfWork
    cards: tuple[Card, ...]
    names: dict[int, str]
    due: DueTimes
    now: datetime
    today: date

    def who(self) -> str:
        """The cards in words: a customer's name, or their number."""
        if len(self.cards) == 1:
            return self.names[self.cards[0].id]
        return count(len(self.cards), "card")


def mark_seen(workspace: Workspace, alert_ids: Sequence[int]) -> Changes:
    """Note that a person looked at open cards.

    Looking is no action: the entry is the program's, so that "undo" still means what the person did before.
    """
    actor = Actor("system", workspace.person)
    with _action(workspace, "see", alert_ids, lambda card: card.state == "open", "", actor=actor) as action:
        for card in action.cards:
            action.work.update(alerts, card.id, {"state": "seen", "seen_at": workspace.at})
        return action.work.commit()


def snooze(
    workspace: Workspace,
    alert_ids: Sequence[int],
    *,
    until: date | datetime | None = None,
    condition: str | None = None,
) -> Changes:
    """Put cards away until a date, or until something happens and until a date at the latest. The clock runs on.

    Parameters
    ----------
    workspace
        Store, policy, clock and person.
    alert_ids
        Cards to snooze.
    until
        A day (its opening hour) or a moment; with a condition the latest one, by default the policy's.
    condition
        ``next_order`` or ``worse``, or None.

    Raises
    ------
    UserError
        For a date that is past, an unknown condition, or cards that are all closed.
    """
    _known(condition, SNOOZE_CONDITIONS)
    with _action(workspace, "snooze", alert_ids, _is_open, "is closed; reopen it first") as action:
        for card in action.cards:
            moment = _until(workspace, action, card, until, condition)
            resumed = open_values(card, "snoozed", action.due, action.now)
            action.work.update(alerts, card.id, {**resumed, **_resting(action, card, "snoozed", moment, condition)})
        action.work.say(f"Snoozed {action.who()} {_until_words(action, moment, condition, SNOOZE_CONDITIONS)}")
        return action.work.commit()


def wait(
    workspace: Workspace,
    alert_ids: Sequence[int],
    *,
    until: date | datetime | None = None,
    condition: str | None = "reply",
) -> Changes:
    """Wait for the customer, until something happens and until a date at the latest. The clock of the limit stops.

    Parameters
    ----------
    workspace
        Store, policy, clock and person.
    alert_ids
        Cards that wait.
    until
        A day or a moment; by default the policy's latest date.
    condition
        ``reply`` or ``next_order``, or None.

    Raises
    ------
    UserError
        For a date that is past, an unknown condition, or cards that are all closed.
    """
    _known(condition, WAIT_CONDITIONS)
    with _action(workspace, "wait", alert_ids, _is_open, "is closed; reopen it first") as action:
        for card in action.cards:
            moment = _until(workspace, action, card, until, condition or "date")
            values = _resting(action, card, "waiting", moment, condition)
            values["clock_stopped_at"] = card.clock_stopped_at or workspace.at
            action.work.update(alerts, card.id, values)
        action.work.say(f"Waiting for {action.who()} {_until_words(action, moment, condition, WAIT_CONDITIONS)}")
        return action.work.commit()


def resolve(workspace: Workspace, alert_ids: Sequence[int], outcome: str) -> Changes:
    """Close cards with an outcome: came_back, saved, lost or no_issue.

    Raises
    ------
    UserError
        For an unknown outcome, or cards that are all closed already.
    """
    if outcome not in OUTCOMES:
        raise UserError(f"“{outcome}” is no outcome; choose one of: {', '.join(OUTCOMES.values())}.")
    with _action(workspace, "resolve", alert_ids, _is_open, "is closed already") as action:
        for card in action.cards:
            values = closing_values(card, workspace.at, outcome=outcome, by="person")
            action.work.update(alerts, card.id, {**values, "touched": 1})
        action.work.say(f"Resolved {action.who()}: {OUTCOMES[outcome]}")
        return action.work.commit()


def not_useful(workspace: Workspace, alert_ids: Sequence[int], reason: str) -> Changes:
    """Close cards that were not useful, with the reason; it counts against their rule.

    Raises
    ------
    UserError
        Without a reason, or for cards that are all closed already.
    """
    why = " ".join(reason.split())
    if not why:
        raise UserError("Say in a word why the alert was not useful: that is what the rule is judged by.")
    with _action(workspace, "not-useful", alert_ids, _is_open, "is closed already") as action:
        for card in action.cards:
            values = closing_values(card, workspace.at, outcome=why, by="person", state="not_useful")
            action.work.update(alerts, card.id, {**values, "touched": 1})
        action.work.say(f"Marked {action.who()} as not useful: {why}")
        return action.work.commit()


def reopen(workspace: Workspace, alert_ids: Sequence[int]) -> Changes:
    """Bring cards back to what is to be done, from closed, waiting or snoozed; a stopped clock runs on.

    Raises
    ------
    UserError
        Where none of the cards is closed, waiting or snoozed.
    """
    with _action(
        workspace, "reopen", alert_ids, lambda card: card.state not in TO_DO, "is to be done already"
    ) as action:
        for card in action.cards:
            if card.state in CLOSED and _has_open_card(action.work, card):
                action.work.keep(f"{action.names[card.id]} has another open card already; this one stays closed.")
                continue
            values = open_values(card, "seen", action.due, action.now)
            closed = {"outcome": None, "closed_at": None, "closed_by": None, "in_time": None}
            action.work.update(alerts, card.id, {**values, **(closed if card.state in CLOSED else {}), "touched": 1})
        action.work.say(f"Reopened {action.who()}")
        return action.work.commit()


def assign(workspace: Workspace, alert_ids: Sequence[int], owner: str) -> Changes:
    """Hand cards to another person; the due time stays.

    Raises
    ------
    UserError
        Without a name, or for cards that are all closed.
    """
    name = " ".join(owner.split())
    if not name:
        raise UserError("Name the person who takes the card over.")
    with _action(workspace, "assign", alert_ids, _is_open, "is closed; reopen it first") as action:
        for card in action.cards:
            action.work.update(alerts, card.id, {"owner": name, "touched": 1})
        action.work.say(f"Assigned {action.who()} to {name}")
        return action.work.commit()


def escalate(workspace: Workspace, alert_ids: Sequence[int]) -> Changes:
    """Raise cards to critical; they are due within the limit of critical ones from now, or earlier as before.

    Raises
    ------
    UserError
        For cards that are all closed or critical already.
    """
    with _action(
        workspace,
        "escalate",
        alert_ids,
        lambda card: _is_open(card) and card.severity < Severity.CRITICAL,
        "is closed or critical already",
    ) as action:
        for card in action.cards:
            due = action.due.of(Severity.CRITICAL, card.owner)
            values = {"severity": int(Severity.CRITICAL), "due_at": min(card.due_at or due, due), "touched": 1}
            action.work.update(alerts, card.id, values)
        action.work.say(f"Escalated {action.who()} to critical")
        return action.work.commit()


def add_note(workspace: Workspace, alert_id: int, text: str) -> Changes:
    """Write a note on a card, closed ones too.

    Raises
    ------
    UserError
        For an empty note or a card that does not exist.
    """
    words = text.strip()
    if not words:
        raise UserError("The note is empty. Write something, or leave it out.")
    with _action(workspace, "note", [alert_id], lambda _card: True, "") as action:
        (card,) = action.cards
        row = {"customer_id": card.customer_id, "alert_id": card.id, "text": words}
        action.work.insert(notes, {**row, "author": workspace.person, "written_at": workspace.at})
        action.work.update(alerts, card.id, _worked(card, "seen", workspace.at))
        action.work.say(f"Noted something about {action.who()}")
        return action.work.commit()


def add_task(workspace: Workspace, alert_id: int, title: str, due_on: date | None = None) -> Changes:
    """Add a task to a card; an open card is in work from then on.

    Raises
    ------
    UserError
        Without a title, for a day that is past, or for a card that is closed.
    """
    words = " ".join(title.split())
    if not words:
        raise UserError("The task has no title. Write what is to be done.")
    if due_on is not None and due_on < workspace.clock.today():
        raise UserError("The task's day is past. Choose today or a later day.")
    with _action(workspace, "task", [alert_id], _is_open, "is closed; reopen it first") as action:
        (card,) = action.cards
        row = {"customer_id": card.customer_id, "alert_id": card.id, "title": words, "created_at": workspace.at}
        due = due_on.isoformat() if due_on is not None else None
        action.work.insert(tasks, {**row, "due_on": due, "owner": card.owner or workspace.person})
        action.work.update(alerts, card.id, _worked(card, "in_work", workspace.at))
        action.work.say(f"Added the task “{words}” for {action.who()}")
        return action.work.commit()


def complete_task(workspace: Workspace, task_id: int) -> Changes:
    """Tick a task off.

    Raises
    ------
    UserError
        For a task that does not exist or is done already.
    """
    with workspace.store.unit_of_work(workspace.me, "complete-task", f"task:{task_id}", at=workspace.at) as work:
        found: Any = work.sql("SELECT title, done_at FROM tasks WHERE id = ?", (task_id,)).first()
        if found is None:
            raise UserError(f"There is no task {task_id}; it may have been undone.")
        if found[1] is not None:
            raise UserError(f"The task “{found[0]}” is done already.")
        work.update(tasks, task_id, {"done_at": workspace.at})
        work.say(f"Completed the task “{found[0]}”")
        return work.commit()


def suppress(workspace: Workspace, customer_id: int, *, until: date, why: str) -> Changes:
    """Keep a customer from being emailed until a day; cards are raised all the same.

    Raises
    ------
    UserError
        For a day that is not ahead, without a reason, or for a customer that does not exist.
    """
    reason = " ".join(why.split())
    if not reason:
        raise UserError("Say in a word why they are not to be emailed; it is shown beside the date.")
    if until <= workspace.clock.today():
        raise UserError("Choose a day after today.")
    with workspace.store.unit_of_work(workspace.me, "suppress", f"customer:{customer_id}", at=workspace.at) as work:
        name = work.sql("SELECT name FROM customers WHERE id = ?", (customer_id,)).scalar()
        if name is None:
            raise UserError(f"There is no customer {customer_id}; they may have been removed.")
        work.update(customers, customer_id, {"suppressed_until": until.isoformat(), "suppressed_why": reason})
        work.say(f"No email to {name} until {day(until, workspace.clock.today())}: {reason}")
        return work.commit()


@contextmanager
def _action(
    workspace: Workspace,
    verb: str,
    alert_ids: Sequence[int],
    applies: Callable[[Card], bool],
    otherwise: str,
    *,
    actor: Actor | None = None,
) -> Iterator[_Action]:
    """Open a unit of work over the cards to which the action applies; the others are named as kept.

    Raises
    ------
    UserError
        Where it applies to none, unless `otherwise` is empty.
    """
    subject = f"alert:{alert_ids[0]}" if len(alert_ids) == 1 else f"alerts:{len(alert_ids)}"
    with workspace.store.unit_of_work(actor or workspace.me, verb, subject, at=workspace.at) as work:
        found = cards_by_id(work.connection, alert_ids)
        names = _names(work, found)
        if not found:
            raise UserError("The alert is no longer there: its import was undone. Reload the queue.")
        fitting = tuple(card for card in found if applies(card))
        for card in found:
            if otherwise and not applies(card):
                work.keep(f"{names[card.id]} {otherwise}.")
        if not fitting and otherwise:
            what = f"{names[found[0].id]} {otherwise}" if len(found) == 1 else f"Each of the {len(found)} {otherwise}"
            raise UserError(f"{what}. Nothing was changed.")
        now = workspace.clock.now()
        yield _Action(work, fitting, names, DueTimes(workspace.policy, now), now, workspace.clock.today())


def _names(work: UnitOfWork, cards: Sequence[Card]) -> dict[int, str]:
    ids = json.dumps([card.id for card in cards])
    rows: list[Any] = list(
        work.sql(
            "SELECT a.id, c.name FROM alerts a LEFT JOIN customers c ON c.id = a.customer_id"
            " WHERE a.id IN (SELECT value FROM json_each(?))",
            (ids,),
        )
    )
    return {row[0]: row[1] or "The card" for row in rows}


def _is_open(card: Card) -> bool:
    return card.state not in CLOSED


def _has_open_card(work: UnitOfWork, card: Card) -> bool:
    found = work.sql(
        "SELECT 1 FROM alerts WHERE customer_id = ? AND id <> ? AND state NOT IN ('resolved', 'not_useful')",
        (card.customer_id, card.id),
    )
    return found.first() is not None


def _worked(card: Card, state: str, at: str) -> dict[str, Any]:
    """Fields of a card that someone worked on; only what is to be done moves on, never backwards."""
    order = ("open", "seen", "in_work")
    values: dict[str, Any] = {"touched": 1}
    if card.state in order and order.index(card.state) < order.index(state):
        values["state"] = state
        if card.state == "open":
            values["seen_at"] = at
    return values


def _resting(action: _Action, card: Card, state: str, until: datetime, condition: str | None) -> dict[str, Any]:
    as_of = max((signal.raised_as_of for signal in card.signals), default="")
    book_day = action.work.sql("SELECT max(as_of) FROM customer_risk_scores").scalar() or ""
    baseline = {
        "at": action.work.at,
        "as_of": max(as_of, book_day),
        "measures": {signal.rule: signal.measure for signal in card.signals if signal.measure is not None},
    }
    return {
        "state": state,
        "until": stored(until),
        "until_condition": condition,
        "condition_baseline": json.dumps(baseline, sort_keys=True),
        "touched": 1,
    }


def _until(
    workspace: Workspace, action: _Action, card: Card, until: date | datetime | None, condition: str | None
) -> datetime:
    if until is None:
        if condition is None:
            raise UserError("Choose until when the card is put away: a day, or a condition.")
        until = action.today + timedelta(days=workspace.policy.snooze_latest_days)
    if isinstance(until, datetime):
        moment = until.astimezone(UTC)
    else:
        zone = workspace.policy.zone_of(card.owner)
        begins = datetime.combine(until, time(0), zone).astimezone(UTC)
        # The first working moment of that day, or of the next working day.
        moment = due_after(begins, timedelta(seconds=1), action.due.calendar(card.owner)) - timedelta(seconds=1)
    if moment <= action.now:
        raise UserError("That date is past. Choose a later one.")
    return moment


def _until_words(action: _Action, moment: datetime, condition: str | None, known: dict[str, str]) -> str:
    zone = action.due.calendar(action.cards[0].owner).zone
    local = moment_of(stored(moment)).astimezone(zone).date()
    latest = day(local, action.today)
    return f"until {known[condition]}, {latest} at the latest" if condition else f"until {latest}"


def _known(condition: str | None, known: dict[str, str]) -> None:
    if condition is not None and condition not in known:
        raise UserError(f"“{condition}” is no condition; choose one of: {', '.join(known.values())}.")
