"""What IT can set, read from the declarations themselves: policy, preferences, limits and roles, field by field.

The registry, `bellwether policy show`, and the schema and templates in `packaging/policy` are all made from this.
"""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from typing import Any, Final, Union, get_args, get_origin

from models.values.tones import TONES
from services.settings.codec import hints_of
from services.settings.limits import Limits
from services.settings.mail import KINDS, SECURITIES
from services.settings.policy import CHURN_HORIZONS_DAYS, LIMITS, LOOK_FROM, Policy
from services.settings.preferences import TEXT_SIZES, THEMES, Preferences
from services.settings.roles import ROLES, Roles

SECTIONS: Final[Mapping[str, type]] = {
    "policy": Policy, "preferences": Preferences, "limits": Limits, "roles": Roles,
}  # fmt: skip
#: What a computer remembers of its person, and nobody sets for it.
NOT_MANAGED: Final = frozenset(
    {
        "unknown",
        "window_geometry",
        "splitters",
        "last_page",
        "last_folder",
        "export_folder",
        "write_back_folder",
        "store_path",
        "saved_filters",
        "me",
        "asked_me",
        "earlier_names",
        "recent_commands",
        "recent_books",
        "insights_filters",
        "queue_order",
    }
)
#: The only values that a field of a class may have.
CHOICES: Final[Mapping[tuple[str, str], tuple[Any, ...]]] = {
    ("Policy", "churn_horizon_days"): CHURN_HORIZONS_DAYS,
    ("Policy", "look_from"): LOOK_FROM,
    ("SegmentTone", "tone"): tuple(TONES),
    ("Preferences", "theme"): THEMES,
    ("Preferences", "text_size"): TEXT_SIZES,
    ("MailAccount", "security"): SECURITIES,
    ("ModelProfile", "kind"): KINDS,
    ("Roles", "everyone_else"): ("", *ROLES),
}
#: Lowest and highest figure of a field of a class.
RANGES: Final[Mapping[tuple[str, str], tuple[float, float]]] = {
    **{("Policy", name): (low, high) for name, low, high, _unit in LIMITS},
    ("AutoDrafts", "per_day"): (1, 200),
    ("MailAccount", "port"): (1, 65535),
    ("ModelProfile", "timeout_s"): (1, 600),
}


@dataclass(frozen=True, slots=True)
class Declared:
    """One setting that IT can set.

    Attributes
    ----------
    section, path
        The table that it lies in, and its name there, with dots where it lies inside another value.
    kind
        Its type; that of its value where it may also be unset.
    default
        What holds where nobody sets it.
    says
        What it is, from the declaration.
    choices, span
        The only values, and the lowest and highest figure; empty and None where there are none.
    """

    section: str
    path: str
    kind: Any
    default: Any
    says: str
    choices: tuple[Any, ...] = ()
    span: tuple[float, float] | None = None

    @property
    def top(self) -> str:
        """The field that is locked with it."""
        return self.path.partition(".")[0]


@cache
def declared() -> tuple[Declared, ...]:
    """Return every setting that IT can set, in the order of their declaration."""
    return tuple(one for section, kind in SECTIONS.items() for one in _of(section, kind, kind(), ""))


def _of(section: str, kind: Any, value: Any, prefix: str, outer: str = "") -> Iterator[Declared]:
    words, hints = described(kind), hints_of(kind)
    for field in fields(kind):
        if not prefix and field.name in NOT_MANAGED:
            continue
        path, inner, now = prefix + field.name, without_none(hints[field.name]), getattr(value, field.name)
        if is_dataclass(inner) and is_filled(inner):
            yield from _of(section, inner, now, f"{path}.", words.get(field.name, ""))
            continue
        at = (kind.__name__, field.name)
        says = words.get(field.name, outer)
        yield Declared(section, path, inner, now, says, CHOICES.get(at, ()), RANGES.get(at))


def is_filled(kind: Any) -> bool:
    """Return whether every field of a dataclass has a default, so that its parts can be set one by one."""
    return all(one.default is not MISSING or one.default_factory is not MISSING for one in fields(kind))


def without_none(kind: Any) -> Any:
    """Return a type without the None that stands for "not set"."""
    if get_origin(kind) not in (Union, types.UnionType):
        return kind
    wanted = [one for one in get_args(kind) if one is not type(None)]
    return wanted[0] if len(wanted) == 1 else Any


@cache
def described(kind: type) -> Mapping[str, str]:
    """Return what a class says of its fields, from its docstring's list of attributes."""
    text = inspect.getdoc(kind) or ""
    listed = text.partition("Attributes\n----------\n")[2]
    found: dict[str, str] = {}
    for names, said in re.findall(r"^(\w[\w, ]*)\n((?:    .*\n?)+)", listed, re.MULTILINE):
        words = " ".join(said.replace("``", "").replace("`", "").split())
        found |= dict.fromkeys((name.strip() for name in names.split(",")), words)
    return found
