"""How words are known that a customer said: by the name that the data give a channel."""

from __future__ import annotations

from typing import Final, Literal

#: Said on the phone, said in a meeting, noted by one of us; '' of what the customer wrote.
Spoken = Literal["phone", "meeting", "note", ""]

_MARKS: Final[tuple[tuple[str, Spoken], ...]] = (
    ("phone", "phone"),
    ("call", "phone"),
    ("meeting", "meeting"),
    ("visit", "meeting"),
    ("note", "note"),
)


def spoken_in(channel: str | None) -> Spoken:
    """Return how what came through a channel was said; '' of what was written, and of an unknown channel."""
    named = (channel or "").casefold()
    return next((how for mark, how in _MARKS if mark in named), "")
