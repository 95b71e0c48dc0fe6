"""The workspace: what every room is given. Built once by the composition root, handed on by constructor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING, Protocol

from models.store import Store
from models.values.journal import Actor

if TYPE_CHECKING:
    from services.settings.policy import Policy


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
        """Keep a secret."""


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The computer's clock and time zone."""

    zone: tzinfo | None = None

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """Return the calendar day in the computer's zone."""
        return datetime.now(self.zone).astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still: for tests, pictures and a child process that must agree with its parent."""

    moment: datetime

    def now(self) -> datetime:
        """Return the fixed moment."""
        return self.moment

    def today(self) -> date:
        """Return the day of the fixed moment in its own zone."""
        return self.moment.date()


@dataclass(frozen=True, slots=True)
class Workspace:
    """Store, policy, clock, keyring and the person at work."""

    store: Store
    policy: Policy
    clock: Clock
    keyring: Keyring
    person: str

    @property
    def me(self) -> Actor:
        """Return the person at work as the actor of a unit of work."""
        return Actor("person", self.person)

    @property
    def at(self) -> str:
        """Return the present moment as the store writes moments: UTC, to the second."""
        return self.clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def with_policy(self, policy: Policy) -> Workspace:
        """Return the same workspace under another policy (after it was changed, or for a trial)."""
        return replace(self, policy=policy)
