"""Values of the journal: who did what, when, and whether the chain holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["person", "import", "model", "rule", "flow", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who writes: a person by name, or a part of the program."""

    kind: ActorKind
    name: str


@dataclass(frozen=True, slots=True)
class OwnName:
    """A name under which the person at work signs, or signed: between two moments, '' for one without an end."""

    name: str
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the audit trail; ``role``: in which role the person did it, '' without roles."""

    id: int
    at: str
    actor: Actor
    verb: str
    subject: str
    words: str
    undoes: int | None
    undone_by: int | None
    hash: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """Outcome of ``verify``: the chain, the store file, the rows in the journal, and the content hash.

    ``notes`` say what was checked of the rows, and what cannot be.
    """

    ok: bool
    entries: int
    head: str
    content_hash: str
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()
