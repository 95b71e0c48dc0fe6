"""Settings as text and back: what a person typed, checked as one policy, with each fault at its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.settings import FieldError, Policy
from views.settings.fields import GROUPS, SETTINGS, Setting
from views.settings.typed import parse, shown
from views.words import sentence


def texts_of(policy: Policy, currency: str = "USD") -> dict[str, str]:
    """Every setting of a policy as its field shows it; amounts in ``currency``, the book’s ("": not known yet)."""
    return {setting.path: shown(setting, _value(policy, setting), currency) for setting in SETTINGS}


def check(policy: Policy, texts: Mapping[str, str], currency: str = "USD") -> tuple[Policy, dict[str, str]]:
    """The policy with these texts, and the fault of each setting that does not fit (then that one is as before).

    Returns
    -------
    tuple of Policy and dict
        Faults by path; one of a whole group under the path of its field, such as ``engagement_weights``.
    """
    faults: dict[str, str] = {}
    typed: dict[str, dict[str, Any]] = {}
    for setting in SETTINGS:
        try:
            typed.setdefault(setting.top, {})[setting.path] = _typed(policy, setting, texts[setting.path], currency)
        except FieldError as error:
            faults[setting.path] = sentence(error.reason)
    values: dict[str, Any] = {}
    for top, parts in typed.items():
        try:
            values[top] = _put_together(policy, top, parts)
        except FieldError as error:
            faults[_path_of(error.field, top)] = sentence(error.reason)
    # All at once, as some are judged against one another; then without those that do not fit.
    while values:
        try:
            return replace(policy, **values), faults
        except FieldError as error:
            path = _path_of(error.field, error.field.partition(".")[0])
            faults[path] = sentence(error.reason)
            if values.pop(path.partition(".")[0], None) is None:
                break
    return policy, faults


def _typed(policy: Policy, setting: Setting, text: str, currency: str) -> Any:
    """The value of a text, without reading what nobody changed.

    How many minor units an amount is cannot be said before the currency is known.
    """
    before = _value(policy, setting)
    if text == shown(setting, before, currency):
        return before
    if setting.kind != "money" or currency:
        return parse(setting, text, currency)
    raise FieldError(setting.path, "the book’s currency is still loading; wait a moment")


def changes(before: Policy, after: Policy) -> dict[str, Any]:
    """The policy's fields that differ, with their new values."""
    tops = dict.fromkeys(setting.top for setting in SETTINGS)
    return {top: getattr(after, top) for top in tops if getattr(after, top) != getattr(before, top)}


def sum_of(texts: Mapping[str, str], top: str) -> float | None:
    """What the parts of a group add up to in percent, None while one of them is not a number."""
    total = 0.0
    for setting in SETTINGS:
        if setting.top == top:
            try:
                total += 100 * float(parse(setting, texts[setting.path], ""))
            except FieldError:
                return None
    return total


def groups_of(faults: Mapping[str, str]) -> frozenset[str]:
    """Keys of the groups that have a fault."""
    return frozenset(
        group.key
        for group in GROUPS
        if any(fault == group.sums_to or any(one.path == fault for one in group.settings) for fault in faults)
    )


def _value(policy: Policy, setting: Setting) -> Any:
    value = getattr(policy, setting.top)
    return getattr(value, setting.leaf) if setting.path != setting.top else value


def _put_together(policy: Policy, top: str, values: Mapping[str, Any]) -> Any:
    if top in values:
        return values[top]
    return replace(getattr(policy, top), **{path.rpartition(".")[2]: value for path, value in values.items()})


def _path_of(field: str, top: str) -> str:
    """The path of the setting that a policy's error is about, or the group's where it is about all its parts."""
    candidates = (field, f"{top}.{field}", top)
    paths = {setting.path for setting in SETTINGS}
    return next((one for one in candidates if one in paths), top)
