"""Where a text states something: claims as places in the editor, moved along while a person types.

A claim counts in code points, Qt in UTF-16 units; they differ behind every character outside the basic plane.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from models.values.outreach import Claim

UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Mark:
    """A claim of the body at its place in the editor, in UTF-16 units, end exclusive."""

    start: int
    end: int
    claim: Claim

    @property
    def flagged(self) -> bool:
        """Whether it has no source."""
        return self.look == "flagged"

    @property
    def look(self) -> Literal["flagged", "warned", "own", "sourced"]:
        """How it is shown: without a source, warned of, as the person's own sentence, or with its source."""
        if self.claim.verdict == UNSUPPORTED:
            return "flagged"
        if self.claim.warned:
            return "warned"
        return "own" if self.claim.kind == "own" else "sourced"


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the margin: a source with its number, or that there is none."""

    number: int | None
    words: str
    mark: Mark


class Places:
    """Translates places of one text between code points and UTF-16 units."""

    def __init__(self, text: str) -> None:
        self._wide = [at for at, letter in enumerate(text) if ord(letter) > 0xFFFF]
        self._length = len(text)

    def to_editor(self, at: int) -> int:
        """UTF-16 units before a code point."""
        at = max(0, min(at, self._length))
        return at + bisect_left(self._wide, at)

    def to_text(self, at: int) -> int:
        """Code points before a UTF-16 unit."""
        return at - sum(1 for number, place in enumerate(self._wide) if place + number < at)


def marks_of(claims: Sequence[Claim], body: str) -> tuple[Mark, ...]:
    """The body's claims as marks, in order of place; empty ones are left out."""
    places = Places(body)
    made = (
        Mark(places.to_editor(claim.start), places.to_editor(claim.end), claim)
        for claim in claims
        if claim.where == "body"
    )
    return tuple(sorted((mark for mark in made if mark.end > mark.start), key=lambda mark: (mark.start, -mark.end)))


def moved(marks: Sequence[Mark], at: int, removed: int, added: int) -> tuple[Mark, ...]:
    """The marks after a change: those behind it move, those that it touches are gone until they are checked again."""
    made = []
    for mark in marks:
        if mark.end <= at:
            made.append(mark)
        elif mark.start >= at + removed:
            step = added - removed
            made.append(replace(mark, start=mark.start + step, end=mark.end + step))
    return tuple(made)


def notes_of(marks: Sequence[Mark], starts: Sequence[int]) -> list[list[Note]]:
    """The margin's lines beside each paragraph; ``starts`` are the paragraphs' first places.

    A number stands where it first appears, a missing source at every place.
    """
    made: list[list[Note]] = [[] for _ in starts]
    told: set[tuple[int | None, str]] = set()
    for mark in marks:
        claim = mark.claim
        key = (claim.number, claim.label)
        if claim.number is None and mark.look not in ("flagged", "warned"):
            continue
        if not mark.flagged and key in told:
            continue
        told.add(key)
        block = max(0, bisect_left(starts, mark.start + 1) - 1)
        lines = made[block]
        if mark.flagged and any(note.number is None and note.words == claim.label for note in lines):
            continue
        lines.append(Note(None if mark.flagged else claim.number, claim.label, mark))
    return made
