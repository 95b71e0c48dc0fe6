"""What to do next for an alert: a playbook entry chosen by reason, segment, consent and open work.

The incentive never exceeds the policy's cap (a share of yearly value, by segment) nor what may be given without a
manager's approval. "How often it helped" is said from 10 cases on, as counts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from models.queries.open_tickets import is_open, is_unhappy
from models.queries.purchases import PURCHASES
from services.alerting.driver import tuples
from services.alerting.measures import STAGE_AS_OF
from services.book.playbook import Entry
from services.distress.complaints import IN_MIND, window
from services.settings import Policy


class Case(NamedTuple):
    """What the choice depends on."""

    group: str
    others: frozenset[str]
    segment: str | None
    may_email: int  # 0 or 1
    open_work: frozenset[str]
    sign: str | None
    yearly_value_minor: int
    currency: str


#: So many of a case's fields decide which entry is chosen; the others only how much may be offered.
_CHOSEN_BY: Final = 6


class Record(NamedTuple):
    """How closed alerts with an entry ended: orders within the watch time among those worked on, and the others."""

    worked: int
    worked_ordered: int
    left: int
    left_ordered: int


class Adviser:
    """Chooses the entry for each alert of a run; what many alerts have in common is worked out once.

    Parameters
    ----------
    playbook
        Entries in their order; the first that fits is taken.
    policy
        Caps of incentives.
    records
        How earlier alerts with each entry ended.
    """

    def __init__(self, playbook: Sequence[Entry], policy: Policy, records: Mapping[str, Record]) -> None:
        self._playbook = playbook
        self._policy = policy
        self._records = records
        self._chosen: dict[tuple[object, ...], Entry | None] = {}

    def advise(self, case: Case) -> str | None:
        """The JSON of a recommendation: the entry's code and the figures of `services.book.playbook`."""
        key = case[:_CHOSEN_BY]
        if key not in self._chosen:
            self._chosen[key] = next((one for one in self._playbook if fits(one, case)), None)
        entry = self._chosen[key]
        if entry is None:  # the playbook may leave a reason without advice
            return None
        kept: dict[str, Any] = {"code": entry.code}
        record = self._records.get(entry.code)
        if record is not None:
            kept["helped"] = {**record._asdict(), "days": self._policy.watch_days}
        return json.dumps(kept | (incentive(case, self._policy) if entry.incentive else {}))


def fits(entry: Entry, case: Case) -> bool:
    """Whether an entry of the playbook is right for an alert."""
    return (
        case.group in entry.groups
        and (not entry.also or bool(entry.also & case.others))
        and (not entry.sign or entry.sign == case.sign)
        and (not entry.segments or case.segment in entry.segments)
        and (entry.may_email is None or entry.may_email == case.may_email)
        and (entry.open_work is None or entry.open_work in case.open_work)
    )


def incentive(case: Case, policy: Policy) -> dict[str, Any]:
    """The largest incentive that may be offered without asking, with the cap that it comes from; {} for none."""
    share = policy.incentive_share_of(case.segment)
    cap = int(max(case.yearly_value_minor, 0) * share)
    amount = min(cap, policy.incentive_approval_minor)
    if amount <= 0:
        return {}
    return {"incentive_minor": amount, "cap_minor": cap, "share": share, "currency": case.currency}


def read_records(connection: Connection, as_of: str, watch_days: int) -> dict[str, Record]:
    """How closed alerts ended whose watch time is over, by playbook entry."""
    rows = connection.exec_driver_sql(
        "SELECT json_extract(a.recommendation, '$.code'), a.touched,"
        f" EXISTS (SELECT 1 FROM {PURCHASES} o WHERE o.customer_id = a.customer_id AND o.kind = 'purchase'"
        "   AND o.ordered_on > a.opened_as_of AND o.ordered_on <= date(a.opened_as_of, :watch)"
        "   AND o.ordered_on <= :as_of)"
        " FROM alerts a WHERE a.closed_at >= date(:as_of, '-365 days') AND a.customer_id IS NOT NULL"
        " AND a.recommendation IS NOT NULL AND date(a.opened_as_of, :watch) <= :as_of",
        {"as_of": as_of, "watch": f"+{watch_days} days"},
    )
    counts: dict[str, list[int]] = {}
    for code, touched, ordered in rows:
        one = counts.setdefault(code, [0, 0, 0, 0])
        at = 0 if touched else 2
        one[at] += 1
        one[at + 1] += ordered
    return {code: Record(*numbers) for code, numbers in counts.items()}


def read_open_work(connection: Connection, as_of: str, now: str) -> Mapping[int | None, frozenset[str]]:
    """The kinds of work under way, by customer: tasks now; deals, unhappy tickets, complaints as of the book's day."""
    found: dict[int | None, frozenset[str]] = {}
    for kind, query in (
        (
            "task",
            "SELECT customer_id FROM tasks WHERE created_at <= :now AND (done_at IS NULL OR done_at > :now)",
        ),
        (
            "deal",
            "SELECT o.customer_id FROM opportunities o WHERE o.opened_on <= :as_of"
            f" AND {STAGE_AS_OF} NOT IN ('Won', 'Lost')",
        ),
        (
            "ticket",
            f"SELECT customer_id FROM tickets WHERE opened_on <= :as_of AND {is_open(':as_of')}"
            f" AND {is_unhappy(':as_of')}",
        ),
        ("complaint", IN_MIND.format(scope="")),
    ):
        # One set for all customers with the same work: there are few such sets, and many customers.
        more = {known: known | {kind} for known in {frozenset[str](), *found.values()}}
        for (customer,) in tuples(connection, query, {**window(date.fromisoformat(as_of)), "now": now}):
            known = found.get(customer, frozenset())
            found[customer] = more.get(known, known)
    found.pop(None, None)
    return found
