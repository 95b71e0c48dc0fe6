"""What to do next for an alert: a playbook entry chosen by reason, segment, consent and open work.

The incentive never exceeds the policy's cap (a share of yearly value, by segment) nor what may be given without a
manager's approval. "How often it helped" is said from 10 cases on, as counts.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from models.queries.open_tickets import is_open, is_unhappy
from models.queries.purchases import PURCHASES
from models.values.errors import UserError
from models.values.outreach import GOALS
from models.values.words import money, percent
from services.alerting.driver import tuples
from services.alerting.measures import STAGE_AS_OF
from services.alerting.rules import RULE_FILES
from services.distress.complaints import IN_MIND, window
from services.settings import Policy

PLAYBOOK_FILE: Final = RULE_FILES / "playbook.toml"
WORK: Final = frozenset({"ticket", "deal", "task", "complaint"})
LEAST_CASES: Final = 10
_KEYS: Final = frozenset(
    {
        *("code", "groups", "also", "sign", "segments", "may_email", "open", "incentive"),
        *("title", "goal", "goal_code", "why"),
    }
)


@dataclass(frozen=True)
class Entry:
    """One thing to do, and when it is the right one."""

    code: str
    title: str
    goal: str
    why: str
    groups: frozenset[str]
    also: frozenset[str]
    segments: frozenset[str]
    may_email: bool | None
    open_work: str | None
    incentive: bool
    goal_code: str = ""
    sign: str = ""

    def fits(self, case: Case) -> bool:
        """Whether the entry is right for an alert."""
        return (
            case.group in self.groups
            and (not self.also or bool(self.also & case.others))
            and (not self.sign or self.sign == case.sign)
            and (not self.segments or case.segment in self.segments)
            and (self.may_email is None or self.may_email == case.may_email)
            and (self.open_work is None or self.open_work in case.open_work)
        )


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


@dataclass(frozen=True)
class Record:
    """How closed alerts with an entry ended: orders within the watch time among those worked on, and the others."""

    worked: int
    worked_ordered: int
    left: int
    left_ordered: int


@lru_cache(maxsize=4)
def read_playbook(path: Path = PLAYBOOK_FILE) -> tuple[Entry, ...]:
    """The playbook's entries in their order.

    Raises
    ------
    UserError
        With the entry and the field that is wrong.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("entry", [])
    except tomllib.TOMLDecodeError as fault:
        raise UserError(f"{path.name} cannot be read as TOML: {fault}. Correct the file.") from None
    return tuple(_entry(definition, path.name) for definition in entries)


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
        self._plain: dict[str, str] = {}

    def advise(self, case: Case) -> str | None:
        """The JSON of a recommendation: the fields of `models.values.alerts.Recommendation` and the entry's code."""
        key = case[:_CHOSEN_BY]
        if key not in self._chosen:
            self._chosen[key] = next((one for one in self._playbook if one.fits(case)), None)
        entry = self._chosen[key]
        if entry is None:  # the playbook may leave a reason without advice
            return None
        if entry.code not in self._plain:
            self._plain[entry.code] = self._document(entry)
        amount, words = incentive(case, self._policy) if entry.incentive else (0, "")
        return f'{self._plain[entry.code]}, "incentive_minor": {amount}, "incentive_words": {quoted(words)}}}'

    def _document(self, entry: Entry) -> str:
        """The JSON of what an entry says to every customer, left open for the incentive."""
        fields = {
            "code": entry.code,
            "title": entry.title,
            "why": entry.why,
            "evidence": evidence(self._records.get(entry.code), self._policy.watch_days),
            "goal": entry.goal,
            "goal_code": entry.goal_code,
        }
        return json.dumps(fields, ensure_ascii=False).removesuffix("}")


def incentive(case: Case, policy: Policy) -> tuple[int, str]:
    """The largest incentive that may be offered without asking, in minor units, and the words for it."""
    share = policy.incentive_share_of(case.segment)
    cap = int(max(case.yearly_value_minor, 0) * share)
    return _offer(cap, policy.incentive_approval_minor, share, case.currency)


@lru_cache(maxsize=4096)
def _offer(cap: int, approval: int, share: float, currency: str) -> tuple[int, str]:
    amount = min(cap, approval)
    if amount <= 0:
        return 0, ""
    of_value = f"{percent(share)} of yearly value"
    if cap <= approval:
        return amount, f"Offer up to {money(amount, currency)}: the cap is {of_value}."
    return amount, (
        f"Offer up to {money(amount, currency)}. More needs a manager; the cap is {money(cap, currency)}, {of_value}."
    )


def evidence(record: Record | None, watch_days: int) -> str:
    """How often it helped, as counts; nothing below 10 cases."""
    if record is None or record.worked < LEAST_CASES:
        return ""
    words = f"{record.worked_ordered} of {record.worked} ordered again within {watch_days} days"
    if record.left:
        words += f"; {record.left_ordered} of {record.left} without contact"
    return words + (". Small numbers: a hint, not proof" if record.worked < 50 else "")


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


def _entry(definition: Mapping[str, Any], where: str) -> Entry:
    code = definition.get("code")
    if not isinstance(code, str) or not code:
        raise UserError(f"{where}: each entry needs a “code”.")
    unknown = sorted(set(definition) - _KEYS)
    if unknown:
        raise UserError(f"{where}: “{unknown[0]}” of “{code}” is not a field of an entry; remove or correct it.")
    for name in ("title", "why"):
        if not isinstance(definition.get(name), str) or not definition[name]:
            raise UserError(f"{where}: “{name}” of “{code}” must be a text.")
    open_work = definition.get("open")
    if open_work is not None and open_work not in WORK:
        raise UserError(f"{where}: “open” of “{code}” must be one of {', '.join(sorted(WORK))}.")
    goal_code = definition.get("goal_code", "")
    if goal_code and goal_code not in GOALS:
        raise UserError(f"{where}: “goal_code” of “{code}” must be one of {', '.join(GOALS)}.")
    if not definition.get("groups"):
        raise UserError(f"{where}: “groups” of “{code}” must name at least one reason.")
    return Entry(
        code=code,
        title=definition["title"],
        goal=definition.get("goal", ""),
        why=definition["why"],
        groups=frozenset(definition["groups"]),
        also=frozenset(definition.get("also", ())),
        segments=frozenset(definition.get("segments", ())),
        may_email=definition.get("may_email"),
        open_work=open_work,
        incentive=bool(definition.get("incentive", False)),
        goal_code=goal_code,
        sign=definition.get("sign", ""),
    )
