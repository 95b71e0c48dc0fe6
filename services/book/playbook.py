"""The playbook: what to do about an alert, as data, and the words of a recommendation that the store keeps as codes.

A recommendation is stored as {code, incentive_minor, …}: the entry that was chosen, with the figures of its incentive
(``cap_minor``, ``share``, ``currency``) and how often it had ``helped`` by then. What an earlier version stored in
words beside the code is shown as it is, where the playbook has no such entry any more.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from models.values.errors import UserError
from models.values.words import money, percent
from services.book.alert_phrasing import RULE_FILES

PLAYBOOK_FILE: Final = RULE_FILES / "playbook.toml"
WORK: Final = frozenset({"ticket", "deal", "task", "complaint"})
#: Below so many cases nothing is said of how often an entry helped, and below so many with a reserve.
_LEAST_CASES, _FEW_CASES = 10, 50
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


@lru_cache(maxsize=1)
def _by_code() -> Mapping[str, Entry]:
    return {entry.code: entry for entry in read_playbook()}


def playbook_goals() -> dict[str, str]:
    """Return the composer's goal that each entry of the playbook means, by its code; '' for calls."""
    return {code: entry.goal_code for code, entry in _by_code().items()}


def recommendation_words(stored: str) -> dict[str, Any]:
    """Return a stored recommendation in words: the fields of `models.values.alerts.Recommendation`, and the code.

    Fields of its words that are in braces are filled where the customer is known (`services.insight.advice`).
    """
    kept: dict[str, Any] = json.loads(stored)
    entry = _by_code().get(kept.get("code", ""))
    said = {"title": "", "why": "", "goal": "", "goal_code": ""}
    if entry is not None:
        said = {"title": entry.title, "why": entry.why, "goal": entry.goal, "goal_code": entry.goal_code}
    else:
        said |= {name: kept[name] for name in said if name in kept}
    return {
        "code": kept.get("code", ""),
        "title": said["title"],
        "why": said["why"],
        "evidence": kept.get("evidence") or _helped(kept.get("helped")),
        "goal": said["goal"],
        "goal_code": said["goal_code"],
        "incentive_minor": kept.get("incentive_minor", 0),
        "incentive_words": kept.get("incentive_words") or _offer(kept),
    }


def _offer(kept: Mapping[str, Any]) -> str:
    """The largest incentive that may be offered without asking, in words; '' for none."""
    amount, cap = kept.get("incentive_minor", 0), kept.get("cap_minor", 0)
    if not amount or not cap:
        return ""
    offer, of_value = money(amount, kept["currency"]), f"{percent(kept['share'])} of yearly value"
    if cap <= amount:
        return f"Offer up to {offer}: the cap is {of_value}."
    return f"Offer up to {offer}. More needs a manager; the cap is {money(cap, kept['currency'])}, {of_value}."


def _helped(helped: Mapping[str, int] | None) -> str:
    """How often it helped, as counts; nothing below 10 cases."""
    if helped is None or helped["worked"] < _LEAST_CASES:
        return ""
    said = f"{helped['worked_ordered']} of {helped['worked']} ordered again within {helped['days']} days"
    if helped["left"]:
        said += f"; {helped['left_ordered']} of {helped['left']} without contact"
    return said + (". Small numbers: a hint, not proof" if helped["worked"] < _FEW_CASES else "")


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
    from models.values.outreach import GOALS  # not on the way to the first page

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
