"""Managed policy: IT's file. What it sets is locked, here and on every computer that has the file.

The file is TOML with two tables, ``[policy]`` and ``[preferences]``, whose keys are the fields of ``Policy``
and ``Preferences``. A mistake in it is named by line and reason; the program does not start on half a policy.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from models.values.errors import EnvironmentFault, UserError
from services.settings.codec import FieldError, decode_field
from services.settings.policy import Policy
from services.settings.preferences import Preferences

_SECTIONS: Mapping[str, type] = {"policy": Policy, "preferences": Preferences}
_NOT_MANAGED = frozenset(
    {
        "unknown",
        "window_geometry",
        "splitters",
        "last_page",
        "last_folder",
        "export_folder",
        "saved_filters",
        "me",
        "asked_me",
        "earlier_names",
        "recent_commands",
        "recent_books",
        "insights_filters",
    }
)


@dataclass(frozen=True, slots=True)
class Managed:
    """What IT has set: nothing, where there is no file.

    Attributes
    ----------
    path
        The file, None without one.
    policy, preferences
        Fields that are locked, with their values.
    """

    path: Path | None = None
    policy: Mapping[str, Any] = field(default_factory=dict)
    preferences: Mapping[str, Any] = field(default_factory=dict)

    def is_locked(self, name: str) -> bool:
        """Whether the field ``name`` of the policy or the preferences may not be changed here."""
        return name in self.policy or name in self.preferences

    def why_locked(self) -> str:
        """Return the words that the window shows beside a locked setting."""
        return f"Set by your organisation ({self.path.name})" if self.path else ""

    def apply(self, policy: Policy) -> Policy:
        """Return the policy in force: the book's own, with IT's fields in their place."""
        return replace(policy, **self.policy) if self.policy else policy

    def apply_preferences(self, preferences: Preferences) -> Preferences:
        """Return the preferences in force."""
        return replace(preferences, **self.preferences) if self.preferences else preferences


def load_managed(path: Path | None) -> Managed:
    """Read IT's file; no path or no file means nothing is managed.

    Raises
    ------
    UserError
        Naming the file, the line and the reason.
    EnvironmentFault
        If the file is there and cannot be read.
    """
    if path is None:
        return Managed()
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return Managed()
    except UnicodeDecodeError:
        raise UserError(f"{path} is not UTF-8 text; ask your IT to save it again as UTF-8.") from None
    except OSError as error:
        raise EnvironmentFault(f"{path} cannot be read ({error.strerror}); ask your IT.") from error
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path}: {error}. Ask your IT to fix the file.") from None
    sections: dict[str, dict[str, Any]] = {"policy": {}, "preferences": {}}
    for section, values in document.items():
        if section not in _SECTIONS or not isinstance(values, dict):
            raise _mistake(path, text, section, "only the tables [policy] and [preferences] are known")
        for name, raw in values.items():
            sections[section][name] = _checked(path, text, section, name, raw)
    managed = Managed(path, sections["policy"], sections["preferences"])
    try:
        managed.apply(Policy())
        managed.apply_preferences(Preferences())
    except FieldError as error:
        raise _mistake(path, text, error.field, error.reason) from None
    return managed


def _checked(path: Path, text: str, section: str, name: str, raw: object) -> Any:
    if name in _NOT_MANAGED:
        raise _mistake(path, text, name, "belongs to this computer and cannot be set for it")
    try:
        return decode_field(_SECTIONS[section], name, raw)
    except FieldError as error:
        raise _mistake(path, text, error.field, error.reason) from None


def _mistake(path: Path, text: str, name: str, reason: str) -> UserError:
    """Return the error with the line on which the innermost part of ``name`` is first written."""
    keys = [re.sub(r"\[\d+\]$", "", part) for part in name.split(".")]
    for key in reversed(keys):
        pattern = re.compile(rf"^\s*\[{{0,2}}[\w.\s\"-]*\b{re.escape(key)}\b")
        for number, line in enumerate(text.splitlines(), start=1):
            if pattern.match(line) or re.search(rf"\b{re.escape(key)}\s*=", line):
                return UserError(f"{path}, line {number}: {name} {reason}. Ask your IT to fix the file.")
    return UserError(f"{path}: {name} {reason}. Ask your IT to fix the file.")
