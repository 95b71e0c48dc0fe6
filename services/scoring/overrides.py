"""Overrides: a person's figure in place of a computed one, with its reason, until a day.

The public table holds the figure that counts, and beside it, in the column ``overridden``, what was computed; value at
risk follows. Whoever is scored anew, in a full run or by themselves, gets their overrides laid over the new figures, so
that these survive every recomputation. The history of scores keeps what was computed: it is what a model is judged by,
what ``--as-of`` computes again, and a figure that a person sets and takes back is no movement of the customer.

An override counts through its last day by this computer's calendar, and is over by itself: customers whose public row
holds another set of overrides than is in force are `out_of_date`, and the pipeline scores them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, update

from models.queries.churn_status import left_on
from models.tables import customer_risk_scores, score_overrides
from models.values import words
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.overrides import (
    FIGURES,
    LONGEST_DAYS,
    MOST_REASON,
    Override,
    Value,
    checked_value,
    stored_value,
    value_words,
)
from models.values.said_leaving import without_words
from services.settings import reporting_currency

if TYPE_CHECKING:
    from models.store import UnitOfWork
    from services.workspace import Workspace

#: The column of the public table that holds each figure.
COLUMNS: Final = {
    "churn_risk": "churn_risk",
    "health": "health",
    "engagement": "engagement",
    "segment": "segment",
    "clv": "clv_minor",
}
_AT_RISK: Final = ("value_at_risk_minor", "value_at_risk_low_minor", "value_at_risk_high_minor")
_RANGE: Final = ("clv_low_minor", "clv_high_minor", "clv_median_minor")
#: Columns that follow a figure: of one that a person set the model knows no range.
_FOLLOW: Final = {
    "churn_risk": (*_AT_RISK, *_RANGE, "clv_minor"),
    "clv": (*_AT_RISK, *_RANGE, "clv_if_stays_minor", "clv_if_leaves_minor"),
    "segment": ("segment_before", "segment_since"),
}
#: What is foreseen of customers; of who has left, nothing is, by a person neither.
FORESEEN: Final = ("churn_risk", "clv")
#: All columns that an override may change, and the one that decides whether anything is at risk, whatever was set.
TOUCHED: Final = tuple(
    sorted({*COLUMNS.values(), *(name for names in _FOLLOW.values() for name in names), "standing", "said_leaving"})
)

Laid = dict[str, Override]


# -- what a person does ---------------------------------------------------------------------------------------------


def set_override(
    workspace: Workspace, customer_id: int, figure: str, value: Value, *, reason: str, until: date
) -> Changes:
    """Let a person's figure of a customer count instead of the computed one, through the day `until`.

    Parameters
    ----------
    figure, value
        One of `models.values.overrides.FIGURES`; a share of 1, a score of 100, a segment, or minor units.

    Raises
    ------
    UserError
        For a value outside its bounds, a day that is past or too far away, a missing reason, or an unknown customer.
    """
    kept = checked_value(figure, value)
    why = _checked_reason(reason)
    today = workspace.clock.today()
    _check_until(until, today)
    with workspace.store.unit_of_work(workspace.me, "override", f"customer:{customer_id}", at=workspace.at) as work:
        name = _name_of(work.connection, customer_id)
        _check_customer(work.connection, customer_id, figure, name, today)
        before = in_force(work.connection, workspace.at, today, (customer_id,)).get(customer_id, {}).get(figure)
        if before is not None:
            if (before.value, before.reason, before.expires_on) == (kept, why, until.isoformat()):
                return Changes(words=f"The {FIGURES[figure]} of {name} is already set to that")
            work.update(score_overrides, before.id, {"ended_at": workspace.at})
        work.insert(
            score_overrides,
            {
                "customer_id": customer_id,
                "figure": figure,
                "value": str(kept),
                "reason": why,
                "made_at": workspace.at,
                "made_by": workspace.person,
                "expires_on": until.isoformat(),
            },
        )
        _refresh(work, workspace, customer_id)
        shown = value_words(figure, kept, reporting_currency(work.connection, workspace.policy))
        work.say(f"Set the {FIGURES[figure]} of {name} to {shown} until {words.day(until, today)}")
        return work.commit()


def end_override(workspace: Workspace, customer_id: int, figure: str | None = None) -> Changes:
    """Let the computed figure of a customer count again: of one figure, or of all that are set (None).

    Raises
    ------
    UserError
        Nothing of it is set, or there is no such customer or figure.
    """
    if figure is not None and figure not in FIGURES:
        raise UserError(f"“{figure}” cannot be overridden; choose one of: {', '.join(FIGURES.values())}.")
    today = workspace.clock.today()
    with workspace.store.unit_of_work(workspace.me, "end-override", f"customer:{customer_id}", at=workspace.at) as work:
        name = _name_of(work.connection, customer_id)
        laid = in_force(work.connection, workspace.at, today, (customer_id,)).get(customer_id, {})
        ending = [one for one in laid.values() if figure in (None, one.figure)]
        if not ending:
            what = FIGURES[figure] if figure is not None else "figure"
            raise UserError(f"The {what} of {name} has no override.")
        for one in ending:
            work.update(score_overrides, one.id, {"ended_at": workspace.at})
        _refresh(work, workspace, customer_id)
        work.say(f"Removed the override of {' and '.join(FIGURES[one.figure] for one in ending)} for {name}")
        return work.commit()


def overrides_of(workspace: Workspace, customer_id: int) -> tuple[Override, ...]:
    """Return the overrides of a customer that count today, in the order of `FIGURES`."""
    with workspace.store.read() as connection:
        laid = in_force(connection, workspace.at, workspace.clock.today(), (customer_id,)).get(customer_id, {})
    return tuple(laid[figure] for figure in FIGURES if figure in laid)


# -- what counts now ------------------------------------------------------------------------------------------------


def in_force(connection: Connection, at: str, today: date, customers: Collection[int] | None = None) -> dict[int, Laid]:
    """Return the overrides that count, by customer and figure; of one that was set twice the later one.

    What a person foresaw of a customer rests while that one has left.

    Parameters
    ----------
    at, today
        The moment, as the store writes moments, and its calendar day: what was made or ended after it is not known yet.
    customers
        Of these only; None: of everyone.
    """
    only = "" if customers is None else " AND customer_id IN (SELECT value FROM json_each(:ids))"
    rows = connection.exec_driver_sql(
        "SELECT id, customer_id, figure, value, reason, made_at, made_by, expires_on FROM score_overrides "
        "WHERE expires_on >= :today AND made_at <= :at AND (ended_at IS NULL OR ended_at > :at)"
        f" AND (figure NOT IN {FORESEEN} OR customer_id NOT IN (SELECT c.id FROM customers c"
        f" WHERE {left_on(':today')} IS NOT NULL)){only} ORDER BY id",
        {"today": today.isoformat(), "at": at, "ids": json.dumps(list(customers or ()))},
    )
    found: dict[int, Laid] = {}
    for number, customer, figure, value, *rest in rows:
        if figure in FIGURES:
            one = Override(number, customer, figure, stored_value(figure, value), *rest)
            found.setdefault(customer, {})[figure] = one
    return found


def out_of_date(workspace: Workspace) -> frozenset[int]:
    """Return the customers whose public row shows an override that is over, or lacks one that counts."""
    with workspace.store.read() as connection:
        laid = in_force(connection, workspace.at, workspace.clock.today())
        shown = connection.exec_driver_sql(
            "SELECT customer_id, overridden FROM customer_risk_scores "
            "WHERE customer_id IN (SELECT customer_id FROM score_overrides)"
        )
        return frozenset(customer for customer, text in shown if _numbers(text) != _ids(laid.get(customer, {})))


def next_end(workspace: Workspace) -> date | None:
    """Return the first day on which an override that counts now counts no more; None without one."""
    with workspace.store.read() as connection:
        laid = in_force(connection, workspace.at, workspace.clock.today())
    ends = [one.expires_on for figures in laid.values() for one in figures.values()]
    return date.fromisoformat(min(ends)) + timedelta(days=1) if ends else None


def _numbers(overridden: str | None) -> set[int]:
    return {int(mark["id"]) for mark in json.loads(overridden).values()} if overridden else set()


def _ids(laid: Laid) -> set[int]:
    return {one.id for one in laid.values()}


# -- laying over ----------------------------------------------------------------------------------------------------


def laid_over(columns: dict[str, list[Any]], laid: Mapping[int, Laid]) -> dict[str, list[Any]]:
    """Return the public table's columns with overrides laid over the computed figures; what is not changed is shared.

    Parameters
    ----------
    columns
        Every column by name, a value a customer each, as computed.
    laid
        As `in_force` has them.
    """
    if not laid:
        return columns
    places = [(at, customer) for at, customer in enumerate(columns["customer_id"]) if customer in laid]
    if not places:
        return columns
    found = {**columns, **{name: list(columns[name]) for name in (*TOUCHED, "overridden")}}
    for at, customer in places:
        for name, value in effective({name: columns[name][at] for name in TOUCHED}, laid[customer]).items():
            found[name][at] = value
    return found


def effective(computed: Mapping[str, Any], laid: Laid) -> dict[str, Any]:
    """Return the columns of a customer that overrides change, the column ``overridden`` among them.

    Parameters
    ----------
    computed
        The columns `TOUCHED` as they were computed.
    """
    modelled = without_words(computed)
    changed: dict[str, Any] = dict(modelled) if "churn_risk" in laid and computed["said_leaving"] else {}
    changed |= {COLUMNS[figure]: one.value for figure, one in laid.items()}
    if "segment" in laid:
        changed |= {"segment_before": None, "segment_since": laid["segment"].made_at[:10]}
    if "churn_risk" in laid or "clv" in laid:
        changed |= _worth({**computed, **changed}, changed["clv_minor"] if "clv" in laid else None)
    marks = {figure: _mark(computed, modelled, one) for figure, one in laid.items()}
    changed["overridden"] = json.dumps(marks) if laid else None
    return changed


def computed_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns `TOUCHED` of a public row as they were computed, without its overrides."""
    found = {name: row[name] for name in TOUCHED}
    for figure, mark in json.loads(row["overridden"] or "{}").items():
        found |= {COLUMNS[figure]: mark["computed"], **mark["also"]}
    return found


def _mark(computed: Mapping[str, Any], modelled: Mapping[str, Any], one: Override) -> dict[str, Any]:
    also = _FOLLOW.get(one.figure, ())
    if computed["said_leaving"] and one.figure in FORESEEN:
        also = (*also, "said_leaving", *json.loads(computed["said_leaving"])["computed"])
    return {
        "computed": modelled[COLUMNS[one.figure]],
        "value": one.value,
        "reason": one.reason,
        "until": one.expires_on,
        "by": one.made_by,
        "id": one.id,
        "also": {name: computed[name] for name in also},
    }


def _worth(now: Mapping[str, Any], wanted: int | None) -> dict[str, Any]:
    """What follows a churn risk or a lifetime value that a person set: expected + at risk = if they stay.

    Parameters
    ----------
    now
        The figures that count, with the value of both ways as computed.
    wanted
        The lifetime value that a person set. What is at risk moves with it in proportion; of a customer of whom the
        model expects less, it is at the least the risk's share of the value.
    """
    risk, stays, leaves = now["churn_risk"], now["clv_if_stays_minor"], now["clv_if_leaves_minor"]
    found: dict[str, Any] = dict.fromkeys((*_AT_RISK, *_RANGE))
    if now["said_leaving"]:  # the value that a person set is what they would bring
        chance = json.loads(now["said_leaving"]).get("chance", 1.0)
        at_risk = round(chance * wanted) if now["standing"] == "active" and wanted is not None else None
        return {**found, "clv_if_stays_minor": wanted, "value_at_risk_minor": at_risk}
    lost = round(risk * (stays - leaves)) if None not in (risk, stays, leaves) else None
    if wanted is not None:
        expected = None if lost is None else stays - lost
        share = round((risk or 0.0) * wanted)
        lost = min(round(lost * wanted / expected), max(lost, share)) if lost is not None and expected else share
        found |= {"clv_if_stays_minor": wanted + lost, "clv_if_leaves_minor": None}
    elif lost is not None:
        found["clv_minor"] = stays - lost
    if now["standing"] not in ("win_back", "lost") and risk is not None:
        found["value_at_risk_minor"] = lost
    return found


def _refresh(work: UnitOfWork, workspace: Workspace, customer_id: int) -> None:
    """Lay the overrides that count now over a customer's public row; who was never scored has none yet."""
    found = work.connection.exec_driver_sql(
        "SELECT * FROM customer_risk_scores WHERE customer_id = ?", (customer_id,)
    ).mappings()
    row = found.first()
    if row is None:
        return
    laid = in_force(work.connection, workspace.at, workspace.clock.today(), (customer_id,)).get(customer_id, {})
    computed = computed_of(dict(row))
    values = {**computed, **effective(computed, laid)}
    work.execute(update(customer_risk_scores).where(customer_risk_scores.c.customer_id == customer_id).values(**values))
    work.touch(customers=(customer_id,), tables=("customer_risk_scores",))


def _name_of(connection: Connection, customer_id: int) -> str:
    row = connection.exec_driver_sql("SELECT name, external_id FROM customers WHERE id = ?", (customer_id,)).first()
    if row is None:
        raise UserError(f"There is no customer {customer_id}. “bellwether customers” lists them.")
    return words.name_of(row[0], row[1])


def _checked_reason(reason: str) -> str:
    why = " ".join(reason.split())
    if not why:
        raise UserError("Give a short reason: it is shown next to the score.")
    if len(why) > MOST_REASON:
        raise UserError(f"Give a reason in {MOST_REASON} characters at most: it is shown next to the score.")
    return why


def _check_customer(connection: Connection, customer_id: int, figure: str, name: str, today: date) -> None:
    if figure not in FORESEEN:
        return
    query = f"SELECT {left_on(':today')} FROM customers c WHERE c.id = :customer"
    left = connection.exec_driver_sql(query, {"today": today.isoformat(), "customer": customer_id}).scalar()
    if left is not None:
        raise UserError(
            f"{name} {words.left_words(left)}: there is no {FIGURES[figure]} to set. "
            "If they have signed again, import the new contract first."
        )


def _check_until(until: date, today: date) -> None:
    if until < today:
        raise UserError(f"{words.full_day(until)} is in the past. Choose today or a later day.")
    latest = today + timedelta(days=LONGEST_DAYS)
    if until > latest:
        raise UserError(f"An override lasts a year at most. Choose a last day up to {words.full_day(latest)}.")
