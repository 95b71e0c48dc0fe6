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
from services.alerting.cards import CLOSED, cards_by_id
from services.alerting.merge import Card
from services.alerting.sla import DueTimes
from services.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Action:
    """A unit of work over some alerts."""

    work: UnitOfWork
    cards: tuple[Card, ...]
    names: dict[int, str]
    due: DueTimes
    now: datetime
    today: date

    def who(self) -> str:
        """The alerts in words: a customer's name, or their number."""
        if len(self.cards) == 1:
            return self.names[self.cards[0].id]
        return count(len(self.cards), "alert")


@contextmanager
def on_cards(
    workspace: Workspace,
    verb: str,
    alert_ids: Sequence[int],
    applies: Callable[[Card], bool],
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
        found = cards_by_id(work.connection, alert_ids)
        names = _names(work, found)
        if not found:
            raise UserError("The alert is gone because its import was undone. Refresh the queue.")
        fitting = tuple(card for card in found if applies(card))
        for card in found:
            if otherwise and not applies(card):
                work.keep(f"{names[card.id]} {otherwise}.")
        if not fitting and otherwise:
            what = f"{names[found[0].id]} {otherwise}" if len(found) == 1 else f"Each of the {len(found)} {otherwise}"
            raise UserError(f"{what}. Nothing was changed.")
        yield _action(workspace, work, fitting, names)


def within(workspace: Workspace, work: UnitOfWork, alert_ids: Sequence[int], applies: Callable[[Card], bool]) -> Action:
    """Return an action over the alerts to which it applies, as a part of a unit of work that is open."""
    fitting = tuple(card for card in cards_by_id(work.connection, alert_ids) if applies(card))
    return _action(workspace, work, fitting, _names(work, fitting))


def _action(workspace: Workspace, work: UnitOfWork, cards: tuple[Card, ...], names: dict[int, str]) -> Action:
    now = workspace.clock.now()
    return Action(work, cards, names, DueTimes(workspace.policy, now), now, workspace.clock.today())


def is_open(card: Card) -> bool:
    """Whether an alert is not closed."""
    return card.state not in CLOSED


def worked(card: Card, state: str, at: str) -> dict[str, Any]:
    """Fields of an alert that someone worked on; only what is to be done moves on, never backwards."""
    order = ("open", "seen", "in_work")
    values: dict[str, Any] = {"touched": 1}
    if card.state in order and order.index(card.state) < order.index(state):
        values["state"] = state
        if card.state == "open":
            values["seen_at"] = at
    return values


def _names(work: UnitOfWork, cards: Sequence[Card]) -> dict[int, str]:
    ids = json.dumps([card.id for card in cards])
    rows: list[Any] = list(
        work.sql(
            "SELECT a.id, c.name FROM alerts a LEFT JOIN customers c ON c.id = a.customer_id"
            " WHERE a.id IN (SELECT value FROM json_each(?))",
            (ids,),
        )
    )
    return {row[0]: row[1] or "The alert" for row in rows}
