"""The owners of a book: whom a name that was typed means, and what goes with a customer to another owner."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from models.store import UnitOfWork
from models.tables import alerts
from models.values.errors import UnknownOwner
from services.duplicates.normal import heard, words_of

if TYPE_CHECKING:
    from services.workspace import Workspace

_OWNERS: Final = """SELECT owner FROM customers WHERE owner > '' UNION SELECT owner FROM opportunities WHERE owner > ''
    UNION SELECT owner FROM alerts WHERE owner > '' AND state NOT IN ('resolved', 'not_useful')
    ORDER BY owner COLLATE NOCASE"""
_OPEN_ALERTS: Final = """SELECT id FROM alerts WHERE customer_id = ? AND owner IS ?
    AND state NOT IN ('resolved', 'not_useful') ORDER BY id"""
_MOVED: Final = """SELECT row_id, json_extract(before, '$.owner'), json_extract(after, '$.owner') FROM import_changes
    WHERE import_id = ? AND table_name = 'customers' AND json_type(after, '$.owner') IS NOT NULL ORDER BY row_id"""
_GIVEN: Final = """SELECT a.id, json_extract(p.before, '$.owner') FROM journal_payloads p
    JOIN alerts a ON a.id = CAST(p.row_id AS INTEGER)
    WHERE p.journal_id = ? AND p.table_name = 'alerts' AND a.owner IS json_extract(p.after, '$.owner') ORDER BY p.id"""
_NAMED: Final = 3
#: A name is offered from so much likeness on, of 1.
_LIKE: Final = 0.6
_REMARK: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_ADDRESS: Final = re.compile(r"([^\s@]+)@[^\s@]+")
#: A customer, the owner before and the owner now.
Move = tuple[int, str | None, str | None]


def owners_of(workspace: Workspace) -> tuple[str, ...]:
    """Return the owners of the book's customers, deals and open alerts, by name."""
    with workspace.store.snapshot() as driver:
        return tuple(str(owner) for (owner,) in driver.execute(_OWNERS))


def owner_named(workspace: Workspace, name: str, *, new: bool = False) -> str:
    """Return the owner of that name as the book writes it; ``new``: one that it does not know is meant.

    A name is the same in other letters (Mueller), as "Last, First", with a form of address, a remark in brackets or the
    short form of a first name, where it is that of one owner only. A book without owners takes any name, and the person
    at work is always known.

    Raises
    ------
    UnknownOwner
        Nobody is called that, and no new owner is meant.
    """
    word = " ".join(name.split())
    owners = owners_of(workspace)
    folded = {owner.casefold(): owner for owner in (workspace.person, *owners)}
    if word in folded.values() or not word:
        return word
    if word.casefold() in folded:
        return folded[word.casefold()]
    if new or not owners:
        return word
    known = {owner: _parts(owner) for owner in folded.values() if owner}
    said = _parts(word)
    same = [owner for owner, parts in known.items() if said and parts == said]
    if len(same) == 1:
        return same[0]
    closest = ", ".join(_closest(word, said, known))
    raise UnknownOwner(f"No owner is called “{word}”." + (f" Closest: {closest}." if closest else ""))


def _parts(name: str) -> tuple[str, ...]:
    """Return the words of a name as they are compared, the last name last."""
    address = _ADDRESS.fullmatch(name)
    bare = re.sub(r"[._-]+", " ", address[1]) if address else _REMARK.sub(" ", name).replace(".", ". ")
    last, comma, first = bare.partition(",")
    return tuple(map(heard, words_of(f"{first} {last}" if comma and first.strip() else bare)))


def _closest(word: str, said: tuple[str, ...], known: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the names that may be meant; first those with a part that begins with each word of the name."""

    def likeness(owner: str) -> tuple[int, float]:
        parts = known[owner]
        held = sum(any(part.startswith(one) for part in parts) for one in said)
        like = SequenceMatcher(None, " ".join(said), " ".join(parts)).ratio()
        return held == len(said) > 0, like

    found = {owner: likeness(owner) for owner in known}
    near = [owner for owner, (held, like) in found.items() if held or like >= _LIKE]
    return sorted(near, key=lambda owner: found[owner], reverse=True)[:_NAMED]


def give_alerts(work: UnitOfWork, moved: Iterable[Move]) -> None:
    """Let open alerts go to the new owner with their customer; one that was assigned to somebody else stays there."""
    for customer, before, now in moved:
        ids = [number for (number,) in work.sql(_OPEN_ALERTS, (customer, before or None))]
        for number in ids:
            work.update(alerts, number, {"owner": now or None})
        work.touch(alerts=ids)


def give_alerts_by_import(work: UnitOfWork, import_id: int) -> None:
    """Let open alerts go with the customers who have another owner by an import that is being written."""
    give_alerts(work, [tuple(row) for row in work.sql(_MOVED, (import_id,))])


def give_alerts_back(work: UnitOfWork, entry: int) -> None:
    """Return the alerts that an import gave to another owner, unless somebody gave them away since."""
    given: list[tuple[int, str | None]] = [tuple(row) for row in work.sql(_GIVEN, (entry,))]
    for number, owner in given:
        work.update(alerts, number, {"owner": owner})
        work.touch(alerts=(number,))
