"""Managed policy: what IT sets on a computer. It is locked there: nobody changes it in the program.

Its sources (a file, Group Policy, a configuration profile) have four tables: ``policy`` and ``preferences``, whose
keys are the fields of ``Policy`` and ``Preferences``, ``limits`` and ``roles``. A mistake is named by
place and reason, and no book is opened until it is fixed: half a policy would be none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from models.values.errors import NotAllowed
from services.settings.codec import FieldError, decode_field, to_json
from services.settings.limits import Limits
from services.settings.managed_sources import Source, read_source
from services.settings.policy import Policy
from services.settings.preferences import Preferences
from services.settings.roles import Permit, Roles, account


@dataclass(frozen=True, slots=True)
class Managed:
    """What IT has set: nothing, where there is no source.

    Attributes
    ----------
    policy, preferences
        Fields that are locked, with their values.
    limits
        What IT allows at most.
    roles
        Who may do what.
    origins
        Each field that is set, of whichever table, to the name of the source that sets it.
    """

    policy: Mapping[str, Any] = field(default_factory=dict)
    preferences: Mapping[str, Any] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    roles: Roles = field(default_factory=Roles)
    origins: Mapping[str, str] = field(default_factory=dict)

    def permit(self, *names: str) -> Permit:
        """Return what the account that runs the program may do; without roles everything.

        Parameters
        ----------
        *names
            What the person is called; where IT names the owner that they are, that holds instead.
        """
        if not self.roles.are_set:
            return Permit()
        login, groups = account()
        owner = self.roles.owner_of(login)
        return Permit(self.roles.of(login, groups), (owner,) if owner else names)

    def is_locked(self, name: str) -> bool:
        """Whether the field ``name`` may not be changed here."""
        return name in self.policy or name in self.preferences

    def why_locked(self, name: str) -> str:
        """Return the words that the window shows beside a setting that IT has set, '' beside any other."""
        return f"Set by your organisation ({self.origins[name]})" if name in self.origins else ""

    def refuse_change(self, name: str, title: str) -> None:
        """Refuse to change a field that IT has set; ``title`` is what people call it.

        Raises
        ------
        NotAllowed
            Naming where it is set.
        """
        if self.is_locked(name):
            raise NotAllowed(f"{title} cannot be changed here. {self.why_locked(name)}.")

    def lines(self) -> tuple[SetByIT, ...]:
        """Return what is set, in the order of its tables, without secrets."""
        limits = {one.name: getattr(self.limits, one.name) for one in fields(Limits) if one.name in self.origins}
        roles = {one.name: getattr(self.roles, one.name) for one in fields(Roles) if one.name in self.origins}
        tables = {"policy": self.policy, "preferences": self.preferences, "limits": limits, "roles": roles}
        return tuple(
            SetByIT(section, name, without_secrets(to_json(value)), self.origins[name])
            for section, table in tables.items()
            for name, value in table.items()
        )

    def apply(self, policy: Policy) -> Policy:
        """Return the policy in force: the book's own, with IT's fields in their place.

        Where a figure of the book does not fit beside IT's (a warning above the critical risk), the default takes its
        place: IT's holds, and the book can be opened.
        """
        if not self.policy:
            return policy
        try:
            return replace(policy, **self.policy)
        except FieldError:
            return self._with_what_fits(policy)

    def _with_what_fits(self, policy: Policy) -> Policy:
        found = replace(Policy(), **self.policy)
        for one in fields(Policy):
            if one.name not in self.policy:
                try:
                    found = replace(found, **{one.name: getattr(policy, one.name)})
                except FieldError:
                    continue
        return found

    def apply_preferences(self, preferences: Preferences) -> Preferences:
        """Return the preferences in force; folders that may not be watched are not."""
        found = replace(preferences, **self.preferences) if self.preferences else preferences
        if self.limits.watched_folders is None:
            return found
        return replace(found, watched=tuple(one for one in found.watched if self.limits.may_watch(Path(one.path))))

    def unlocked(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Return those changes to preferences that a person may make."""
        return {name: value for name, value in changes.items() if name not in self.preferences}


@dataclass(frozen=True, slots=True)
class SetByIT:
    """One setting that IT has set.

    Attributes
    ----------
    section, name
        The table, and the field in it.
    value
        As JSON has it.
    origin
        The source that sets it.
    """

    section: str
    name: str
    value: Any
    origin: str

    @property
    def words(self) -> str:
        """The value in words."""
        return _in_words(self.value)


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(map(_in_words, value)) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_in_words(one)}" for name, one in value.items() if one not in ("", None))
    return str(value)


def without_secrets(value: Any) -> Any:
    """Return a JSON value in which no secret can be read."""
    if isinstance(value, list):
        return [without_secrets(one) for one in value]
    if isinstance(value, dict):
        return {name: "•••" if "secret" in name and one else without_secrets(one) for name, one in value.items()}
    return value


def load_managed(*sources: str | Path) -> Managed:
    """Read what IT has set; no source, or one that is not there, sets nothing.

    Parameters
    ----------
    *sources
        Paths of files, and `REGISTRY`; of a field that two of them set, the first one's value holds.

    Raises
    ------
    UserError
        Naming source, line and reason.
    EnvironmentFault
        A source is there and cannot be read.
    """
    found = [source for one in sources if (source := read_source(str(one))) is not None]
    if not found:
        return Managed()
    return _merged(found)


def _merged(sources: Iterable[Source]) -> Managed:
    from services.settings.declared import SECTIONS

    values: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    set_by: dict[str, Source] = {}
    for source in sources:
        for section, table in source.document.items():
            if section not in SECTIONS or not isinstance(table, Mapping):
                raise source.mistake(
                    section, section, "is unknown: there are the tables policy, preferences, limits and roles"
                )
            for name, raw in table.items():
                value = _checked(source, section, name, raw)
                if name not in set_by:
                    values[section][name], set_by[name] = value, source
    origins = {name: source.name for name, source in set_by.items()}
    for section, kind in SECTIONS.items():
        try:
            kind(**values[section])
        except FieldError as error:
            top = error.field.partition(".")[0]
            raise set_by.get(top, next(iter(set_by.values()))).mistake(section, error.field, error.reason) from None
    limits, roles = Limits(**values["limits"]), Roles(**values["roles"])
    return Managed(values["policy"], values["preferences"], limits, roles, origins)


def _checked(source: Source, section: str, name: str, raw: object) -> Any:
    from services.settings.declared import NOT_MANAGED, SECTIONS

    if name in NOT_MANAGED:
        raise source.mistake(section, name, "belongs to this computer and cannot be set for it")
    try:
        value = decode_field(SECTIONS[section], name, raw)
    except FieldError as error:
        raise source.mistake(section, error.field, error.reason) from None
    if value is None:
        raise source.mistake(section, name, "must have a value")
    return value
