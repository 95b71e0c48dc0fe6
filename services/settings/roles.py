"""Roles: who may do what, where IT assigns people to them; without such an assignment everybody may do everything.

Every change of a book is one unit of work with a verb, so that one table of verbs holds for window, command line and
whatever comes later. Roles guard the program, not the file: who has the file and its key can read all of it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, get_args

from models.values.errors import NotAllowed
from models.values.words import capital
from services.settings.codec import FieldError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from models.values.journal import Actor

Role = Literal["administrator", "manager", "account manager", "analyst"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that people do with a book.

    Attributes
    ----------
    words
        What it is, after "may".
    verbs
        Of the journal's entries: each stands in one duty.
    roles
        Who may.
    own
        Whether an account manager may only where a customer is theirs, or nobody's.
    """

    words: str
    verbs: tuple[str, ...]
    roles: tuple[Role, ...]
    own: bool = False


_TEAM: Final[tuple[Role, ...]] = ("administrator", "manager", "account manager")
_LEAD: Final[tuple[Role, ...]] = ("administrator", "manager")
DUTIES: Final = (
    Duty("open books, with the names and addresses in them", ("open", "encrypt"), _TEAM),
    Duty("keep dashboards and views of their own", (
        "add-dashboard", "change-dashboard", "remove-dashboard", "save-view", "rename-view", "remove-view",
    ), _TEAM),
    Duty("undo and redo what they did", ("undo", "redo"), _TEAM),
    Duty("work on alerts and tasks", (
        "see", "snooze", "wait", "resolve", "not-useful", "reopen", "assign", "escalate", "call", "meeting", "note",
        "task", "complete-task", "suppress",
    ), _TEAM, own=True),
    Duty("change customers, contacts and deals", (
        "add-customer", "edit-customer", "add-contact", "edit-contact", "edit-deals", "record-consent", "override",
        "end-override",
    ), _TEAM, own=True),
    Duty("write and approve emails", (
        "draft", "review", "approve", "recall", "reschedule", "retry", "settle", "hand-over", "hand-out", "discard",
        "sourced", "confirmed", "warned", "read", "unread",
    ), _TEAM, own=True),
    Duty("import files and undo imports", ("import", "undo-import"), _TEAM),
    Duty("restore backups", ("restore",), _TEAM),
    Duty("merge and delete customers", (
        "merge-customers", "keep-apart", "decide-later", "delete-customer",
    ), _LEAD),
    Duty("change rules, watches and the book’s settings", (
        "change-policy", "switch-on-rule", "switch-off-rule", "add-watch", "change-watch", "remove-watch",
        "switch-on-watch", "switch-off-watch",
    ), _LEAD),
    Duty("change email templates and documents", (
        "save-template", "reset-template", "add-documents", "remove-document",
    ), _LEAD),
    Duty("write files for other systems", ("write-back",), _LEAD),
    Duty("approve incentives above the limit", ("approve-incentive",), _LEAD),
    Duty("erase customers for good", ("erase-customer",), _LEAD),
)  # fmt: skip
_OF_VERB: Final = {verb: duty for duty in DUTIES for verb in duty.verbs}
_UNKNOWN: Final = Duty("do this", (), ("administrator",))


@dataclass(frozen=True, slots=True)
class Roles:
    """Who has which role: login names, or groups of the operating system with "@" before them.

    Attributes
    ----------
    administrators
        May do everything.
    managers
        Work on the whole team's customers, set rules, approve incentives above the limit.
    account_managers
        Work on their own customers and on those without an owner. "nora=Nora Whitfield" says as which owner customers
        name an account; without that a person's own name counts, which they can change.
    analysts
        Open no book, as books have names: they work with what a manager exports for them.
    everyone_else
        The role of whoever is not named: administrator, manager, account manager or analyst. Where nobody has a role,
        everybody may do everything.
    """

    administrators: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    account_managers: tuple[str, ...] = ()
    analysts: tuple[str, ...] = ()
    everyone_else: str = ""

    def __post_init__(self) -> None:
        if self.everyone_else and self.everyone_else not in ROLES:
            raise FieldError("everyone_else", f"{self.everyone_else!r} is none of {', '.join(ROLES)}")
        for name in ("administrators", "managers", "account_managers", "analysts"):
            for one in getattr(self, name):
                if not one.strip("@ "):
                    raise FieldError(name, f"{one!r} is neither a login name nor a group such as @sales")

    @property
    def are_set(self) -> bool:
        """Whether IT has assigned roles at all."""
        return self != Roles()

    def of(self, login: str, groups: Iterable[str]) -> Role | None:
        """Return the role of an account, the one with the most rights where it has several; None without roles."""
        if not self.are_set:
            return None
        names = {login.casefold(), *(f"@{one.casefold()}" for one in groups)}
        named = (self.administrators, self.managers, self.account_managers, self.analysts)
        for role, members in zip(ROLES, named, strict=True):
            if names & {_account_of(one) for one in members}:
                return role
        return next((one for one in ROLES if one == self.everyone_else), "analyst")

    def owner_of(self, login: str) -> str:
        """Return the owner that an account is in the book; '' where IT does not say."""
        for one in self.account_managers:
            if _account_of(one) == login.casefold():
                return one.partition("=")[2].strip()
        return ""


def _account_of(member: str) -> str:
    return member.partition("=")[0].strip().casefold()


@dataclass(frozen=True, slots=True)
class Permit:
    """What one person may do; without a role everything.

    Attributes
    ----------
    names
        As customers name them as their owner.
    """

    role: Role | None = None
    names: tuple[str, ...] = field(default=())

    def why_not(self, verb: str) -> str:
        """Return why a person may not do something, as a sentence; '' where they may."""
        duty = _OF_VERB.get(verb, _UNKNOWN)
        if self.role is None or self.role in duty.roles:
            return ""
        *others, last = [f"{'an' if one[0] == 'a' else 'a'} {one}" for one in duty.roles]
        whom = f"{', '.join(others)} or {last}" if others else last
        return f"Only {whom} may {duty.words}. Your role is {self.role}; ask your IT to change it."

    def refuse(self, verb: str) -> None:
        """Refuse what this person may not do.

        Raises
        ------
        NotAllowed
            Saying who may.
        """
        if why := self.why_not(verb):
            raise NotAllowed(why)

    def begin(self, actor: Actor, verb: str) -> None:
        """Refuse a unit of work that this person may not do; what the program does by itself goes on."""
        if actor.kind in ("person", "import") or verb in ("restore", "erase-customer"):
            self.refuse(verb)

    def commit(self, connection: Connection, actor: Actor, verb: str, owners: Mapping[int, str | None]) -> None:
        """Refuse a unit of work of an account manager that changes a colleague's customers.

        Parameters
        ----------
        owners
            Who owned each customer before: whoever takes one over owned them neither.

        Raises
        ------
        NotAllowed
            Naming the first of them and their owner.
        """
        duty = _OF_VERB.get(verb, _UNKNOWN)
        if self.role != "account manager" or actor.kind != "person" or not duty.own:
            return
        own = {one.casefold() for one in self.names}
        for number, owner in sorted(owners.items()):
            if owner and owner.casefold() not in own:
                found = connection.exec_driver_sql("SELECT name FROM customers WHERE id = ?", (number,)).scalar()
                raise NotAllowed(f"{found} is {owner}’s customer. Ask {owner} or a manager.")


@cache
def account() -> tuple[str, tuple[str, ...]]:
    """Return the login name and the groups of who runs the program, as the operating system knows them.

    Environment variables, which anybody can set, are not asked.
    """
    if sys.platform == "win32":
        return os.getlogin(), _windows_groups()
    import grp
    import pwd

    try:
        login = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        login = str(os.getuid())
    groups = []
    for number in {os.getgid(), *os.getgroups()}:
        try:
            groups.append(grp.getgrgid(number).gr_name)
        except KeyError:
            continue
    return login, tuple(sorted(groups))


def _windows_groups() -> tuple[str, ...]:
    """The groups of the account, with and without their domain."""
    import csv
    import subprocess

    try:
        said = subprocess.run(["whoami", "/groups", "/fo", "csv", "/nh"], capture_output=True, text=True, timeout=10,
                              check=True).stdout  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ()
    names = [row[0] for row in csv.reader(said.splitlines()) if row]
    return tuple(dict.fromkeys(part for name in names for part in (name, name.rpartition("\\")[2])))


def roles_table() -> str:
    """Return who may do what as a table in Markdown, for the documentation."""
    head = f"| What | {' | '.join(capital(one) for one in ROLES)} |\n|---|{'---|' * len(ROLES)}"
    lines = []
    for duty in DUTIES:
        cells = ["own customers" if duty.own and one == "account manager" and one in duty.roles else
                 "yes" if one in duty.roles else "–" for one in ROLES]  # fmt: skip
        lines.append(f"| {capital(duty.words)} | {' | '.join(cells)} |")
    return "\n".join([head, *lines])
