"""Settings as text and back: what a person typed, checked as one policy, with each fault at its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time
from typing import Any

from services.settings import FieldError, Policy
from views.settings.fields import GROUPS, SETTINGS, Setting
from views.words import THIN


def texts_of(policy: Policy) -> dict[str, str]:
    """Every setting of a policy as its field shows it."""
    return {setting.path: _text(setting, _value(policy, setting)) for setting in SETTINGS}


def check(policy: Policy, texts: Mapping[str, str]) -> tuple[Policy, dict[str, str]]:
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
            typed.setdefault(setting.top, {})[setting.path] = parse(setting, texts[setting.path])
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


def changes(before: Policy, after: Policy) -> dict[str, Any]:
    """The policy's fields that differ, with their new values."""
    tops = dict.fromkeys(setting.top for setting in SETTINGS)
    return {top: getattr(after, top) for top in tops if getattr(after, top) != getattr(before, top)}


def parse(setting: Setting, text: str) -> Any:
    """The value of a text.

    Raises
    ------
    FieldError
        With the reason as a person is told it.
    """
    text = text.strip()
    if setting.kind in ("number", "whole", "percent"):
        return _number(setting, text)
    if setting.kind == "choice":
        return int(text)
    if setting.kind == "time":
        return _time(setting, text)
    if setting.kind == "weekdays":
        return tuple(int(day) for day in text.split(",") if day)
    if setting.kind == "days":
        return tuple(sorted({_day(setting, line.strip()) for line in text.splitlines() if line.strip()}))
    return text.upper() if setting.kind == "currency" else text


def sum_of(texts: Mapping[str, str], top: str) -> float | None:
    """What the parts of a group add up to in percent, None while one of them is no number."""
    total = 0.0
    for setting in SETTINGS:
        if setting.top == top:
            try:
                total += 100 * float(parse(setting, texts[setting.path]))
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


def sentence(reason: str) -> str:
    """A reason as a sentence."""
    text = reason.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")


def _number(setting: Setting, text: str) -> float | int:
    bare = text.replace(",", ".").replace(THIN, "").replace(" ", "").removesuffix("%")
    try:
        value = float(bare)
    except ValueError:
        raise FieldError(setting.path, f"“{text}” is no number" if text else "a number is missing here") from None
    if setting.kind == "whole":
        if not value.is_integer():
            raise FieldError(setting.path, "must be a whole number")
        return int(value)
    if setting.kind == "percent":
        if not 0 <= value <= 100:
            raise FieldError(setting.path, f"must be between 0 and 100{THIN}%")
        return round(value / 100, 6)
    return value


def _time(setting: Setting, text: str) -> time:
    try:
        return time.fromisoformat(text if ":" in text else f"{int(text):02d}:00")
    except ValueError:
        raise FieldError(setting.path, f"“{text}” is no time; write one such as 09:00") from None


def _day(setting: Setting, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FieldError(setting.path, f"“{text}” is no day; write one such as 2026-12-25") from None


def _value(policy: Policy, setting: Setting) -> Any:
    value = getattr(policy, setting.top)
    return getattr(value, setting.leaf) if setting.path != setting.top else value


def _text(setting: Setting, value: Any) -> str:
    if setting.kind == "percent":
        return f"{100 * value:.6g}"
    if setting.kind in ("number", "whole"):
        return f"{value:g}"
    if setting.kind == "time":
        return f"{value:%H:%M}"
    if setting.kind == "weekdays":
        return ",".join(str(day) for day in value)
    if setting.kind == "days":
        return "\n".join(day.isoformat() for day in value)
    return str(value)


def _put_together(policy: Policy, top: str, values: Mapping[str, Any]) -> Any:
    if top in values:
        return values[top]
    return replace(getattr(policy, top), **{path.rpartition(".")[2]: value for path, value in values.items()})


def _path_of(field: str, top: str) -> str:
    """The path of the setting that a policy's error is about, or the group's where it is about all its parts."""
    candidates = (field, f"{top}.{field}", top)
    paths = {setting.path for setting in SETTINGS}
    return next((one for one in candidates if one in paths), top)
