"""Look for customers who may be one: after a change those who changed, against the few that share a key with them.

Everybody is looked at where that was never done, or where something changed while nobody was told. Pairs are derived,
as scores are: nothing is merged here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, islice
from typing import Final

from models import sqlite
from models.journal import fact_entries_since, head
from models.store import UnitOfWork
from models.store.driver import driver_of
from models.values.changes import Changes
from models.values.imports import Progress
from models.values.journal import Actor
from models.values.people import LISTED, Likeness
from services.duplicates import rows
from services.duplicates.concerned import FACTS, concerned, undone_imports
from services.duplicates.keys import MOST, keys_of
from services.duplicates.likeness import likeness
from services.duplicates.normal import Person
from services.workspace import Workspace

_ACTOR: Final = Actor("system", "duplicates")
#: Above this share of the book a search among all costs less than one for each.
_FEW: Final = 0.2
_A_FEW: Final = 50
_PAIRS_AT_ONCE: Final = 50_000
_LOW: Final = 0xFFFFFFFF
#: So many are kept from making the keys to comparing; of a larger book those that are compared are read again.
_REMEMBERED: Final = 150_000

ProgressCall = Callable[[Progress], None]


@dataclass
class Search:
    """What a search did: how many were looked at and compared, the pairs that were found, how many stood before."""

    customers: int = 0
    compared: int = 0
    removed: int = 0
    everyone: bool = False
    found: dict[tuple[int, int], Likeness] = field(default_factory=dict)
    keys: list[int] = field(default_factory=list)  # each a key above 32 bits of a customer's number


def find_duplicates(
    workspace: Workspace, changes: Changes | None = None, *, progress: ProgressCall | None = None
) -> Search:
    """Bring the list of likely duplicates up to date.

    Parameters
    ----------
    workspace : Workspace
    changes : Changes, optional
        What a unit of work just changed: only the undo of an import needs it, the journal knows the rest.
    progress : callable, optional
        Told how far a search among all is.
    """
    told = changes or Changes()
    with workspace.store.read() as connection:
        db = driver_of(connection)
        at, _ = head(connection)
        since = rows.mark(db)
        entries = fact_entries_since(connection, since, FACTS) if since is not None else frozenset()
        if since is not None and not entries:
            return Search()
        total = db.execute("SELECT count(*) FROM customers").fetchone()[0]
        due = _due(db, entries, told) if since is not None else None
        among_all = due is None or len(due) > _FEW * total + _A_FEW
        search = _among_all(db, total, progress) if among_all else Search()
    with workspace.store.unit_of_work(_ACTOR, "find-duplicates", "customers", at=workspace.at) as work:
        if among_all or due is None:
            _keep_all(work, search)
        else:
            search = _of_some(work.driver, sorted(due))
        if search.found or search.removed:
            work.digest(f"{search.customers} customers looked at, {len(search.found)} pairs")
            work.touch(tables=["likely_pairs"])
        rows.set_mark(work.driver, at)
        work.commit()
    return search


def _due(db: sqlite.Connection, entries: frozenset[int], told: Changes) -> frozenset[int] | None:
    """Who is to be looked at; None: everybody."""
    undone = undone_imports(db, entries)
    if undone and (told.everyone or undone - told.entries):
        return None
    return concerned(db, entries) | (told.customers if undone else frozenset())


def _keep_all(work: UnitOfWork, search: Search) -> None:
    search.removed = rows.forget_all(work.driver)
    rows.keep_keys(work.driver, ((packed >> 32, packed & _LOW) for packed in search.keys))
    rows.keep_pairs(work.driver, search.found)


def _among_all(db: sqlite.Connection, total: int, progress: ProgressCall | None) -> Search:
    search = Search(everyone=True)
    known: dict[int, Person] = {}
    for person in rows.everyone(db):
        if len(known) < _REMEMBERED:
            known[person.id] = person
        search.customers += 1
        search.keys += [key << 32 | person.id for key in keys_of(person)]
        if progress is not None and search.customers % 2_000 == 0:
            progress(Progress("Looking for duplicates", search.customers, total))
    search.keys.sort()
    _compare(db, _pairs(search.keys), search, known)
    return search


def _pairs(packed: Iterable[int]) -> set[int]:
    """Every two customers under one key, the smaller number above 32 bits of the larger."""
    found: set[int] = set()
    last, ids = -1, list[int]()
    for one in packed:
        if one >> 32 == last:
            ids.append(one & _LOW)
            continue
        if len(ids) > 1:
            _meet(ids, found)
        last, ids = one >> 32, [one & _LOW]
    _meet(ids, found)
    return found


def _meet(ids: list[int], found: set[int]) -> None:
    if len(ids) <= MOST:
        found.update(first << 32 | second for first, second in combinations(ids, 2))


def _compare(db: sqlite.Connection, pairs: set[int], search: Search, known: dict[int, Person]) -> None:
    """Compare pairs, a part at a time: what is in memory does not grow with the book."""
    order = iter(sorted(pairs))
    while some := list(islice(order, _PAIRS_AT_ONCE)):
        needed = {number for pair in some for number in (pair >> 32, pair & _LOW)}
        if len(known) > _REMEMBERED:
            known = {number: person for number, person in known.items() if number in needed}
        known |= rows.persons(db, needed - known.keys())
        _judge(((known[pair >> 32], known[pair & _LOW]) for pair in some), search)


def _judge(pairs: Iterator[tuple[Person, Person]], search: Search) -> None:
    for one, two in pairs:
        search.compared += 1
        found = likeness(one, two, least=LISTED)
        if found.score >= LISTED:
            search.found[(one.id, two.id)] = found


def _of_some(db: sqlite.Connection, ids: list[int]) -> Search:
    """Look at some customers again; those who left the book only leave the list."""
    search = Search(customers=len(ids), removed=rows.forget(db, ids))
    mine = {number: keys_of(person) for number, person in rows.persons(db, ids).items()}
    rows.keep_keys(db, sorted((key, number) for number, keys in mine.items() for key in keys))
    meeting = rows.meeting(db, sorted(set().union(*mine.values())), MOST)
    pairs = {
        min(number, other) << 32 | max(number, other)
        for number, keys in mine.items()
        for key in keys
        for other in meeting.get(key, ())
        if other != number
    }
    _compare(db, pairs, search, {})
    rows.keep_pairs(db, search.found)
    return search
