"""Values of the head of an alert's page: whom to reach and how, and what to speak of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal

from models.values.words import WEEKDAYS

#: What can be done now with what is known: call, write, note a consent first, or look something up.
FirstStep = Literal["call", "draft", "consent", "task"]


@dataclass(frozen=True, slots=True)
class CallTimes:
    """When somebody wants to be called, in their own words: from a time of day, until one, on some weekdays."""

    begins: time | None = None
    ends: time | None = None
    weekdays: tuple[int, ...] = ()  # 0 is Monday; none: any

    @property
    def words(self) -> str:
        """``before 12:00``, ``after 14:00``, ``between 9:00 and 11:00``; '' for any time."""
        begins, ends = (f"{one.hour}:{one.minute:02}" if one else "" for one in (self.begins, self.ends))
        if begins and ends:
            return f"between {begins} and {ends}"
        return f"before {ends}" if ends else f"after {begins}" if begins else ""

    @property
    def in_words(self) -> str:
        """The times with their weekdays: ``before 12:00 on Mon, Tue``."""
        on = f"on {', '.join(WEEKDAYS[day] for day in self.weekdays)}" if self.weekdays else ""
        return " ".join(part for part in (self.words, on) if part)


@dataclass(frozen=True, slots=True)
class HeaderFact:
    """A fact of the header: ``title`` quietly, ``figure`` strongly, then the rest.

    Attributes
    ----------
    lately
        It is of the last contact, and stands apart from business.
    """

    title: str
    figure: str
    rest: str = ""
    lately: bool = False

    @property
    def words(self) -> str:
        """The fact as it is read aloud."""
        return f"{self.title} {self.figure}{self.rest}".strip()


@dataclass(frozen=True, slots=True)
class Person:
    """Who to speak to at a customer, and what was last said, written, sold and agreed."""

    name: str  # '' where the customer is a person themselves, or nobody is known
    role: str
    phone: str
    place: str
    owner: str
    facts: tuple[HeaderFact, ...]


@dataclass(frozen=True, slots=True)
class TalkingPoint:
    """One thing to speak of: its subject, and what is known and to be said of it."""

    subject: str
    words: str


@dataclass(frozen=True, slots=True)
class Approach:
    """What the primary button does, and what to speak of.

    Attributes
    ----------
    when
        When to call: ``Tuesday before 12:00``; '' for today at any time, or without a number.
    until
        The moment at which the hours of that call end, and ``when`` with them; None without a number.
    no_email
        Why no email goes to them now, in three words; '' where one may.
    can_consent
        Nothing is on record yet, so that a consent can be recorded.
    """

    first: FirstStep
    when: str
    phone: str
    points: tuple[TalkingPoint, ...]
    no_email: str = ""
    can_consent: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SpendYear:
    """What a customer bought in the last 12 months, and the change from the 12 before as a share, where it is known."""

    minor: int
    change: float | None
