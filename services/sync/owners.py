"""The owners of a book: who customers and deals are owned by, and whom a name that was typed means."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from models.values.errors import UnknownOwner

if TYPE_CHECKING:
    from services.workspace import Workspace

_OWNERS: Final = """SELECT owner FROM customers WHERE owner > '' UNION SELECT owner FROM opportunities WHERE owner > ''
    ORDER BY owner COLLATE NOCASE"""
_NAMED: Final = 3


def owners_of(workspace: Workspace) -> tuple[str, ...]:
    """Return the owners of the book's customers and deals, by name."""
    with workspace.store.snapshot() as driver:
        return tuple(str(owner) for (owner,) in driver.execute(_OWNERS))


def owner_named(workspace: Workspace, name: str, *, new: bool = False) -> str:
    """Return the owner of that name as the book writes it; ``new``: one that it does not know is meant.

    Raises
    ------
    UnknownOwner
        Nobody is called that, and no new owner is meant.
    """
    word = " ".join(name.split())
    folded = {owner.casefold(): owner for owner in owners_of(workspace)}
    if word in folded.values() or not word:
        return word
    if word.casefold() in folded:
        return folded[word.casefold()]
    if new:
        return word
    part = [key for key in folded if f" {word.casefold()}" in f" {key}"]
    near = dict.fromkeys([*part, *get_close_matches(word.casefold(), folded, _NAMED)])
    closest = ", ".join(folded[key] for key in list(near)[:_NAMED])
    raise UnknownOwner(f"No owner is called “{word}”." + (f" Closest: {closest}." if closest else ""))
