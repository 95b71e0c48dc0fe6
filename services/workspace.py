"""The workspace: what every room is given. Built once by the composition root, handed on by constructor.

A ``Recipe`` is the plain value from which a workspace is opened; it is what crosses into a child process, which opens
the store by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

from models.store import Store, open_store
from models.store.book_key import BookKey
from models.values.changes import Changes
from models.values.errors import NotAllowed
from models.values.journal import Actor, OwnName
from services.settings import (
    Managed,
    Permit,
    Policy,
    Preferences,
    change_policy,
    load_managed,
    load_policy,
    reporting_currency,
    title_of,
)


class Clock(Protocol):
    """Tells the time; tests and runs "as of" a day bring their own."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""

    def today(self) -> date:
        """Return the calendar day on this computer."""


class Keyring(Protocol):
    """The operating system's keyring, or one that forgets at the end of the run."""

    @property
    def lasting(self) -> bool:
        """Return whether secrets outlive this run."""

    def get(self, name: str) -> str | None:
        """Return a secret, or None."""

    def set(self, name: str, secret: str) -> None:
        """Keep a secret; for this run only where there is no keyring that takes it."""

    def delete(self, name: str) -> None:
        """Forget a secret; it is well if there was none. A keyring that refuses raises an `EnvironmentFault`."""

    def lasts(self, name: str) -> bool:
        """Return whether there is a secret of this name that outlives this run.

        Raises
        ------
        EnvironmentFault
            The keyring stays locked, so that nobody knows.
        """


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The computer's clock and time zone."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """Return the calendar day in the computer's zone."""
        return datetime.now(UTC).astimezone().date()


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still: for tests and pictures, and for a child that must agree with its parent."""

    moment: datetime

    def now(self) -> datetime:
        """Return the fixed moment in UTC."""
        return self.moment.astimezone(UTC)

    def today(self) -> date:
        """Return the day of the fixed moment in its own zone."""
        return self.moment.date()


class SessionKeyring:
    """Keeps secrets for this run only: what is used where the computer has no keyring."""

    lasting = False

    def __init__(self) -> None:
        self._secrets: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        """Return a secret of this run, or None."""
        return self._secrets.get(name)

    def set(self, name: str, secret: str) -> None:
        """Keep a secret until the program ends."""
        self._secrets[name] = secret

    def delete(self, name: str) -> None:
        """Forget a secret."""
        self._secrets.pop(name, None)

    def lasts(self, name: str) -> bool:
        """Return False: nothing of this keyring outlives the run."""
        return False


@dataclass(frozen=True, slots=True)
class Recipe:
    """Plain values from which a workspace is opened, here or in a child process.

    Attributes
    ----------
    store
        Path of the book.
    person
        Who works, as the journal names them.
    moment
        A fixed moment (ISO, with zone) where the clock shall stand still; None: the computer's clock.
    managed
        Where IT's settings may be, as `load_managed` takes them.
    key
        The key of an encrypted book: it crosses into a child with the recipe, through the pipe between both.
    """

    store: str
    person: str
    moment: str | None = None
    managed: tuple[str, ...] = ()
    key: BookKey | None = None

    @property
    def clock(self) -> Clock:
        """Return the clock that this recipe asks for."""
        return FixedClock(datetime.fromisoformat(self.moment)) if self.moment else SystemClock()


@dataclass(frozen=True, slots=True)
class Workspace:
    """Store, policy, clock, keyring and the person at work.

    ``person`` signs what is done; ``login`` is how the operating system knows them, and ``permit`` says what they may
    do. ``preferences`` say what they are called, and how this computer reaches a mail server and language models.
    """

    store: Store
    policy: Policy
    clock: Clock
    keyring: Keyring
    person: str
    login: str
    recipe: Recipe
    managed: Managed = field(default_factory=Managed)
    preferences: Preferences = field(default_factory=Preferences)

    @property
    def me(self) -> Actor:
        """Return the person at work as the actor of a unit of work."""
        return Actor("person", self.person)

    @property
    def permit(self) -> Permit:
        """Return what the person at work may do."""
        return self.managed.permit(self.person, self.login)

    @property
    def own_names(self) -> tuple[OwnName, ...]:
        """Return this person's names in the journal, each for the time in which it was theirs; the login always is."""
        earlier, since = [], ""
        for one in self.preferences.earlier_names:
            earlier.append(OwnName(one.name, since, one.until))
            since = one.until
        return (OwnName(self.person, since), OwnName(self.login), *earlier)

    @property
    def at(self) -> str:
        """Return the present moment as the store writes moments: UTC, to the second."""
        return self.clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def read_policy(self) -> Policy:
        """Return the policy in force: the book's newest, with what IT has set in its place."""
        with self.store.snapshot() as connection:
            return self.managed.apply(load_policy(connection))

    def read_currency(self) -> str:
        """Return the currency in which the book adds up."""
        with self.store.snapshot() as connection:
            return reporting_currency(connection, self.managed.apply(load_policy(connection)))

    def change_policy(self, **changes: Any) -> Changes:
        """Write a new version of the policy with some fields changed.

        Parameters
        ----------
        **changes
            Field of ``Policy`` to its new value, as the dataclass holds it or as JSON has it.

        Returns
        -------
        Changes
            With the fields that changed, and with ``everyone``, as a figure may change any score; not so where only
            fields about emails changed. Without an entry where nothing did.

        Raises
        ------
        FieldError
            Naming the field that does not fit, and why.
        NotAllowed
            For a field that IT has set.
        """
        self.permit.refuse("change-policy")
        for name in changes:
            if self.managed.is_locked(name):
                title = title_of(name)
                raise NotAllowed(f"The setting “{title}” is set by your organisation; ask your IT to change it.")
        return change_policy(self.store, self.me, self.at, changes)

    def of_person(self, preferences: Preferences) -> Workspace:
        """Return the same workspace for the person whom this computer's preferences name, else for who logged in.

        Everything that is signed, here and in child processes, takes its name from here.
        """
        name = preferences.me.strip() or self.login
        recipe = replace(self.recipe, person=name)
        named = replace(self, person=name, recipe=recipe, preferences=preferences)
        self.store.permit = named.permit
        return named

    def with_policy(self, policy: Policy) -> Workspace:
        """Return the same workspace under another policy (after it was changed, or for a trial)."""
        return replace(self, policy=policy)

    def close(self) -> None:
        """Close the store's connections."""
        self.store.close()


def open_workspace(recipe: Recipe, *, keyring: Keyring | None = None, create: bool = True) -> Workspace:
    """Open the store and the policy in it.

    Raises
    ------
    EnvironmentFault, UserError
        The store cannot be opened (see ``models.store.open_store``), what IT set has a mistake, or IT does not allow
        a book at this place, or this person to open one.
    """
    managed = load_managed(*recipe.managed)
    managed.limits.refuse_store(Path(recipe.store))
    permit = managed.permit(recipe.person)
    permit.refuse("open")
    store = open_store(recipe.store, recipe.key, create=create)
    store.permit = permit
    with store.snapshot() as connection:
        policy = managed.apply(load_policy(connection))
    return Workspace(
        store=store,
        policy=policy,
        clock=recipe.clock,
        keyring=keyring if keyring is not None else SessionKeyring(),
        person=recipe.person,
        login=recipe.person,
        recipe=recipe,
        managed=managed,
    )
