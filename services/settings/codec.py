"""Frozen dataclasses to JSON values and back, with the field and the reason of whatever does not fit.

Policy, preferences and IT's managed file share this: people write those files, so each mistake is named by
its path (``engagement_weights.recency``) and said in one sentence.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, time
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from models.values.errors import UserError

T = TypeVar("T")


class FieldError(UserError):
    """One field does not fit.

    Attributes
    ----------
    field
        Path of the field, such as ``sla_hours.critical``.
    reason
        What is wrong with it and what would be right, without the field's name.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}.")
        self.field = field
        self.reason = reason

    def __reduce__(self) -> tuple[type[FieldError], tuple[str, str]]:
        """Survive the way from a child process."""
        return FieldError, (self.field, self.reason)

    def inside(self, outer: str) -> FieldError:
        """Return the same error as seen from the value that holds ``outer``."""
        return FieldError(f"{outer}.{self.field}", self.reason)


@cache
def hints_of(kind: type) -> dict[str, Any]:
    """Return the resolved field types of a dataclass."""
    return get_type_hints(kind)


def to_json(value: object) -> Any:
    """Turn a frozen dataclass (or anything that one may hold) into values that ``json`` writes."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return value


def from_json(kind: type[T], raw: object, *, path: str = "") -> T:
    """Build a ``kind`` from JSON values.

    Missing fields take their defaults; unknown fields are an error.

    Raises
    ------
    FieldError
        Naming the first field that does not fit, and why.
    """
    return cast(T, _decode(kind, raw, path))


def decode_field(kind: type, name: str, raw: object) -> Any:
    """Build the value of one field of the dataclass ``kind``; values of the right type pass as they are."""
    if name not in hints_of(kind):
        raise FieldError(name, "there is no setting with this name")
    return _decode(hints_of(kind)[name], raw, name)


def _decode(kind: Any, raw: object, path: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _decode_optional(kind, raw, path)
    if origin is tuple:
        return _decode_tuple(kind, raw, path)
    if origin is Mapping:
        return _decode_mapping(kind, raw, path)
    if is_dataclass(kind):
        return _decode_dataclass(cast(type, kind), raw, path)
    return _decode_scalar(kind, raw, path)


def _decode_optional(kind: Any, raw: object, path: str) -> Any:
    choices = get_args(kind)
    if raw is None and type(None) in choices:
        return None
    wanted = [choice for choice in choices if choice is not type(None)]
    for choice in wanted:
        if isinstance(choice, type) and type(raw) is choice:
            return raw
    return _decode(wanted[0], raw, path)


def _decode_tuple(kind: Any, raw: object, path: str) -> tuple[Any, ...]:
    if not isinstance(raw, list | tuple):
        raise FieldError(path, "must be a list")
    item_kinds = get_args(kind)
    if len(item_kinds) == 2 and item_kinds[1] is Ellipsis:
        return tuple(_decode(item_kinds[0], item, f"{path}[{at}]") for at, item in enumerate(raw))
    if len(raw) != len(item_kinds):
        raise FieldError(path, f"must have {len(item_kinds)} values")
    pairs = zip(item_kinds, raw, strict=True)
    return tuple(_decode(one, item, f"{path}[{at}]") for at, (one, item) in enumerate(pairs))


def _decode_mapping(kind: Any, raw: object, path: str) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        raise FieldError(path, "must be a table of names and values")
    value_kind = get_args(kind)[1]
    return {str(key): _decode(value_kind, item, f"{path}.{key}") for key, item in raw.items()}


def _decode_dataclass(kind: type, raw: object, path: str) -> Any:
    if isinstance(raw, kind):
        return raw
    if not isinstance(raw, Mapping):
        raise FieldError(path or kind.__name__.lower(), "must be a table of names and values")
    prefix = f"{path}." if path else ""
    known = hints_of(kind)
    values: dict[str, Any] = {}
    for name, item in raw.items():
        if name not in known:
            raise FieldError(f"{prefix}{name}", "there is no setting with this name")
        values[str(name)] = _decode(known[name], item, f"{prefix}{name}")
    for field in fields(kind):
        if field.name not in values and field.default is MISSING and field.default_factory is MISSING:
            raise FieldError(f"{prefix}{field.name}", "is missing")
    try:
        return kind(**values)
    except FieldError as error:
        raise (error.inside(path) if path else error) from None


def _decode_scalar(kind: Any, raw: object, path: str) -> Any:
    if kind is object or kind is Any:
        return raw
    if kind is float and isinstance(raw, int | float) and not isinstance(raw, bool):
        return float(raw)
    if kind is int and isinstance(raw, float) and raw.is_integer():
        return int(raw)
    if kind in (int, bool, str) and type(raw) is kind:
        return raw
    if kind is date and type(raw) is date:
        return raw
    if kind is time and isinstance(raw, time):
        return raw
    if kind in (date, time) and isinstance(raw, str):
        return _decode_moment(kind, raw, path)
    raise FieldError(path, f"must be {_NAMES.get(kind, 'of another kind')}, not {_shown(raw)}")


def _decode_moment(kind: Any, raw: str, path: str) -> Any:
    try:
        return kind.fromisoformat(raw)
    except ValueError:
        raise FieldError(path, f"must be {_NAMES[kind]}, not {_shown(raw)}") from None


_NAMES: dict[Any, str] = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "text",
    date: "a day such as 2026-12-25",
    time: "a time such as 09:00",
}


def _shown(raw: object) -> str:
    text = repr(raw)
    return text if len(text) <= 40 else text[:39] + "…"
