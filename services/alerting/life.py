"""What happens to open alerts by itself: orders and closed deals answer them, dates wake them, undo withdraws them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.store import UnitOfWork
from models.tables import alerts
from models.values.alerts import RULE_OFF
from models.values.words import stored
from services.alerting import cards as queries
from services.alerting.criticals import is_budgeted
from services.alerting.evaluate_rule import Fired, Subject
from services.alerting.merge import Card, Signal
from services.alerting.rules import SEVERITIES, Rule
from services.alerting.sla import DueTimes, due_when_resumed, remaining
from services.book.alert_phrasing import with_part


@dataclass(frozen=True, slots=True)
class Answered:
    """Alerts that an order or the end of a deal resolved, and single signals so answered on alerts that stay open."""

    resolved: tuple[int, ...]
    signals: frozenset[int]


def answer(
    work: UnitOfWork,
    cards: Mapping[Subject, Card],
    rules: Mapping[str, Rule],
    holding: frozenset[tuple[str, int | None]],
    ended: Mapping[int, str],
    *,
    as_of: str,
    watch_days: int,
    scoped: bool,
) -> Answered:
    """Resolve alerts whose every signal was followed by an order within the watch time ("came back"), or is over.

    An order answers silence at once. It answers a complaint, a falling spend or a deal only when that rule holds no
    longer: buying again does not solve a ticket. A customer who was emailed for the alert and bought afterwards came
    back, whatever raised it. A deal that was closed or moved on solves what was said of it.

    Parameters
    ----------
    work
        The run's unit of work.
    cards
        Open alerts.
    rules
        Rules in force by their code.
    holding
        (rule, customer) that fired in this run.
    ended
        Signals whose deal is over, with its stage.
    as_of, watch_days
        The book's day, and how long an order counts.
    scoped
        Only the customers of the run's scope are looked at.
    """
    ordered = queries.ordered_since(work.connection, as_of, watch_days, scoped=scoped)
    emailed = queries.came_back_after_email(work.connection, as_of, watch_days, scoped=scoped)
    resolved: list[int] = []
    cleared: set[int] = set()
    for card in cards.values():
        bought = {signal.id for signal in card.signals if _is_over(signal, card.customer_id, rules, holding, ordered)}
        over = bought | {signal.id for signal in card.signals if signal.id in ended}
        if card.id in emailed or (over and len(over) == len(card.signals)):
            came_back = card.customer_id is not None and (card.id in emailed or bought)
            off = card.customer_id is None and not any(signal.rule in rules for signal in card.signals)
            outcome = "came_back" if came_back else RULE_OFF if off else "solved"
            work.update(alerts, card.id, closing_values(card, work.at, outcome=outcome, by="rule"))
            if outcome == "solved":
                _say_ended(work, card, ended)
            resolved.append(card.id)
        else:
            cleared.update(over)
    queries.clear_signals(work, cleared)
    return Answered(tuple(resolved), frozenset(cleared))


def _say_ended(work: UnitOfWork, card: Card, ended: Mapping[int, str]) -> None:
    """Say on an alert what became of the deal that it was about, if it was about one."""
    changed = {
        signal.id: (with_part(signal.reason, ended=ended[signal.id]), signal.overridden)
        for signal in card.signals
        if signal.id in ended
    }
    if changed:
        queries.give_reasons(work, card, changed)


def _is_over(
    signal: Signal,
    customer: int | None,
    rules: Mapping[str, Rule],
    holding: frozenset[tuple[str, int | None]],
    ordered: Mapping[int, str],
) -> bool:
    """Whether an order, or of the book fresh data, answers a signal."""
    if customer is None:
        return (signal.rule, None) not in holding  # fresh data is what answers a stale source
    if signal.id not in ordered:
        return False
    rule = rules.get(signal.rule)
    return rule is None or rule.order_resolves or (signal.rule, customer) not in holding


def closing_values(card: Card, at: str, *, outcome: str, by: str, state: str = "resolved") -> dict[str, Any]:
    """Fields of an alert that is closed now; the clock of its limit stops."""
    in_time = card.due_at is None or card.clock_stopped_at is not None or at <= card.due_at
    return {
        "state": state,
        "outcome": outcome,
        "closed_at": at,
        "closed_by": by,
        "in_time": None if outcome == RULE_OFF else int(in_time),
        "clock_stopped_at": card.clock_stopped_at or at,
        "until": None,
        "until_condition": None,
    }


def open_values(card: Card, state: str, due: DueTimes, now: datetime) -> dict[str, Any]:
    """Fields of an alert that is to be done again; a clock that stood runs on with what was left."""
    values: dict[str, Any] = {"state": state, "until": None, "until_condition": None, "condition_baseline": None}
    if card.clock_stopped_at is not None:
        values["clock_stopped_at"] = None
        if card.due_at is not None:
            calendar = due.calendar(card.owner)
            at = queries.moment_of(card.due_at)
            left = remaining(queries.moment_of(card.clock_stopped_at), at, calendar)
            values["due_at"] = stored(due_when_resumed(now, at, left, calendar))
    return values


def wake(
    work: UnitOfWork, cards: Mapping[Subject, Card], worse: Iterable[Card], due: DueTimes, now: datetime
) -> list[int]:
    """Bring back snoozed and waiting alerts whose date or condition came, and those that got worse."""
    worse_ids = {card.id for card in worse}
    woken = []
    for card in cards.values():
        if card.state not in ("snoozed", "waiting"):
            continue
        if card.id in worse_ids or _is_due(work, card, now):
            # A signal that joined in this run may have brought the due time forward already.
            due_at = work.sql("SELECT due_at FROM alerts WHERE id = ?", (card.id,)).scalar()
            work.update(alerts, card.id, open_values(card._replace(due_at=due_at), "open", due, now))
            woken.append(card.id)
    return woken


def _is_due(work: UnitOfWork, card: Card, now: datetime) -> bool:
    if card.until is not None and queries.moment_of(card.until) <= now:
        return True
    if card.customer_id is None:
        return False
    if card.until_condition == "next_order":
        return queries.bought_since(work.connection, card.customer_id, card.baseline.get("as_of", ""))
    if card.until_condition == "reply":
        return queries.replied_since(work.connection, card.customer_id, card.baseline.get("at", ""))
    return False


def reopen_unanswered(work: UnitOfWork, on_again: Sequence[int], *, scoped: bool) -> list[int]:
    """Open again what a rule resolved for an order that an undo took out of the book, or a deal that it opened."""
    reopened = [*queries.came_back_without_order(work.connection, scoped=scoped), *dict.fromkeys(on_again)]
    for card in reopened:
        touched = work.sql("SELECT touched FROM alerts WHERE id = ?", (card,)).scalar()
        values = {
            "state": "seen" if touched else "open",
            "outcome": None,
            "closed_at": None,
            "closed_by": None,
            "in_time": None,
            "clock_stopped_at": None,
        }
        work.update(alerts, card, values)
    return reopened


def withdraw(
    work: UnitOfWork, cards: Mapping[Subject, Card], fired: Sequence[Fired], since: str
) -> tuple[dict[Subject, Card], list[int]]:
    """After the undo of an import: take back the alerts that its data had raised and that no person touched.

    Parameters
    ----------
    work
        The run's unit of work.
    cards
        Open alerts.
    fired
        What holds without the import.
    since
        When the import was written; older signals stay.

    Returns
    -------
    tuple
        The alerts that are left, and the ids of those that are gone.
    """
    holding = {(one.rule, one.customer_id) for one in fired}
    worked_on = queries.worked_on(work.connection, [card.id for card in cards.values() if not card.touched])
    left: dict[Subject, Card] = {}
    gone: list[int] = []
    for subject, card in cards.items():
        standing = tuple(
            signal for signal in card.signals if (signal.rule, card.customer_id) in holding or signal.raised_at < since
        )
        if card.touched or card.id in worked_on or len(standing) == len(card.signals):
            left[subject] = card
        elif standing:
            work.sql(
                "DELETE FROM alert_signals WHERE id = ?",
                [(signal.id,) for signal in card.signals if signal not in standing],
            )
            left[subject] = _settled(work, card, standing)
        else:
            gone.append(card.id)
    queries.delete_cards(work, gone)
    return left, gone


def raise_anew(
    work: UnitOfWork, cards: Mapping[Subject, Card], fired: Sequence[Fired], rules: Mapping[str, Rule]
) -> tuple[dict[Subject, Card], list[int]]:
    """After the book's past was completed: alerts that no person touched say what holds now, as if raised only now.

    Returns
    -------
    tuple
        The alerts that are left, and the ids of those that are gone.
    """
    severities = {(one.rule, one.customer_id): one.severity for one in fired}
    worked_on = queries.worked_on(work.connection, [card.id for card in cards.values() if not card.touched])
    left: dict[Subject, Card] = {}
    gone: list[int] = []
    for subject, card in cards.items():
        if card.touched or card.id in worked_on:
            left[subject] = card
            continue
        standing = []
        for signal in card.signals:
            severity = severities.get((signal.rule, card.customer_id))
            if severity is None:
                work.sql("DELETE FROM alert_signals WHERE id = ?", (signal.id,))
                continue
            if is_budgeted(rules[signal.rule]):
                severity = min(severity, SEVERITIES["high"])  # the day's budget decides again
            standing.append(signal._replace(severity=severity))
            work.sql("UPDATE alert_signals SET severity = ? WHERE id = ?", (severity, signal.id))
        if standing:
            work.sql("UPDATE alerts SET upside_minor = 0 WHERE id = ?", (card.id,))
            left[subject] = _settled(work, card._replace(upside_minor=0), tuple(standing))
        else:
            gone.append(card.id)
    queries.delete_cards(work, gone)
    return left, gone


def _settled(work: UnitOfWork, card: Card, standing: tuple[Signal, ...]) -> Card:
    lead = max(standing, key=lambda signal: (signal.severity, -signal.id))
    due_at = min((signal.due_at for signal in standing if signal.due_at), default=card.due_at)
    work.sql(
        "UPDATE alerts SET severity = ?, rule = ?, reason = ?, due_at = ? WHERE id = ?",
        (lead.severity, lead.rule, lead.reason, due_at, card.id),
    )
    return card._replace(signals=standing, severity=lead.severity, rule=lead.rule, reason=lead.reason, due_at=due_at)
