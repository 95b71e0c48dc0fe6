"""Keys of customers whose file has no ids: an address, a number or a name stands for one, and people may share it.

The first of those who share one has it as its key, the others have `#2`, `#3` behind it. Who was in the book before is
told apart by the name, so that neither another order of the rows nor a person more exchanges two customers.

Who is in the book under an address of a desk or a number may be somebody else: whether two who bear different names are
one after all is a question for the review.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from models import sqlite
from services.sync.stage.layout import Layout, exists
from services.sync.stage.people import PEOPLE

#: Below this likeness two names under one number are two people's.
_ANOTHER_NAME: Final = 0.7


@dataclass
class _Person:
    """Rows of a file that are one customer."""

    name: str | None
    rows: list[int] = field(default_factory=list)
    key: str = ""


def part_shared_contacts(db: sqlite.Connection, layout: Layout, source: str) -> None:
    """Give customers who share an address, a number or a name, and have no id, a key of their own.

    Rows of one person — the same name with the same address or number, or rows that agree in everything — keep one
    key between them.
    """
    if not exists(db, "stage.people WHERE external_id IS NULL"):
        return
    for key, people in _sharing(db, layout, source).items():
        _name_keys(key, people, _in_book(db, key, source))
        for person in people:
            db.executemany("UPDATE stage.r SET key = ? WHERE row = ?", [(person.key, row) for row in person.rows])
    _part_who(db)


def _sharing(db: sqlite.Connection, layout: Layout, source: str) -> dict[str, list[_Person]]:
    """The people of each key that several rows have, or that has followers in the book."""
    found: dict[str, dict[Any, _Person]] = defaultdict(dict)
    cursor = db.execute(
        f"""
        SELECT r.row, r.key, r.who, coalesce(r.name, p.email, p.phone_text),
               iif(p.email IS NULL AND p.phone IS NULL, NULL, json_array(p.email, p.phone_text, p.name, p.company)),
               {", ".join(f"r.{name}" for name in layout.columns)}
        FROM stage.r JOIN stage.people p ON p.who = r.who
        WHERE r.state IS NULL AND p.external_id IS NULL AND (
            r.key IN (SELECT key FROM stage.r GROUP BY key HAVING count(*) > 1)
            OR EXISTS (SELECT 1 FROM main.customers c
                       WHERE c.source = ?1 AND c.external_id > r.key || '#' AND c.external_id < r.key || '$')
            OR EXISTS (SELECT 1 FROM main.merged_customers m
                       WHERE m.source = ?1 AND m.external_id > r.key || '#' AND m.external_id < r.key || '$'))
        ORDER BY r.row
        """,
        (source,),
    )
    for row, key, who, name, contact, *values in cursor:
        one = contact or (who, *values)
        person = found[key].setdefault(one, _Person(name))
        person.rows.append(row)
    return {key: list(people.values()) for key, people in found.items()}


def _in_book(db: sqlite.Connection, key: str, source: str) -> dict[str, str]:
    """Key to name of the records that share a contact in the book, in the order of their numbers; merged ones too."""
    cursor = db.execute(
        """
        SELECT external_id, name FROM (
            SELECT source, external_id, name FROM main.customers
            UNION ALL SELECT source, external_id, json_extract(record, '$.name') FROM main.merged_customers)
        WHERE source = :source AND (external_id = :key OR (external_id > :key || '#' AND external_id < :key || '$'))
        ORDER BY length(external_id), external_id
        """,
        {"source": source, "key": key},
    )
    return dict(cursor.fetchall())


def _name_keys(key: str, people: list[_Person], book: dict[str, str]) -> None:
    free = dict(book)
    for person in people:
        same = next((known for known, name in free.items() if name == person.name), "")
        if same:
            person.key = same
            del free[same]
    taken = {person.key for person in people} | set(book)
    spare = list(free)
    for person in people:
        if person.key:
            continue
        if key not in taken:
            person.key = key
        elif spare:
            person.key = spare.pop(0)
        else:
            person.key = next(name for number in count(2) if (name := f"{key}#{number}") not in taken)
        taken.add(person.key)


def _part_who(db: sqlite.Connection) -> None:
    """Rows with different keys are different people, even where the same name is all that is known of them."""
    shared = db.execute(
        """
        SELECT r.who, r.key FROM stage.r JOIN stage.people p ON p.who = r.who
        WHERE p.external_id IS NULL AND p.email IS NULL AND p.phone IS NULL AND r.state IS NULL AND r.who IN (
            SELECT who FROM stage.r WHERE state IS NULL GROUP BY who HAVING count(DISTINCT key) > 1)
        GROUP BY r.who, r.key ORDER BY r.who, min(r.row)
        """
    ).fetchall()
    last = db.execute("SELECT max(who) FROM stage.people").fetchone()[0]
    columns = ", ".join(PEOPLE)
    first: set[int] = set()
    for who, key in shared:
        if who not in first:
            first.add(who)
            continue
        last += 1
        db.execute(
            f"INSERT INTO stage.people (who, {columns}) SELECT ?, {columns} FROM stage.people WHERE who = ?",
            (last, who),
        )
        db.execute("UPDATE stage.r SET who = ? WHERE who = ? AND key = ?", (last, who, key))


def part_other_names(db: sqlite.Connection) -> None:
    """Take back matches by number, and by the address of a desk, whose names contradict each other."""
    found = db.execute(
        """
        SELECT p.who, iif(p.how = 'phone', '', p.email), p.name, p.company, p.phone_text, c.name, c.company, c.phone
        FROM stage.people p JOIN main.customers c ON c.id = p.customer_id
        WHERE p.how IN ('phone', 'email') AND p.name IS NOT NULL
        """
    )
    others = [(who,) for who, email, *names in found if _is_shared(email) and _are_others(*names)]
    db.executemany("UPDATE stage.people SET customer_id = NULL, how = NULL WHERE who = ?", others)


def _is_shared(email: str) -> bool:
    """Whether a contact may be several people's: a number ('' here), or the address of a desk."""
    from services.duplicates.nicknames import SHARED_MAILBOXES

    return not email or email.partition("@")[0] in SHARED_MAILBOXES


def _are_others(
    name: str, company: str | None, phone: str | None, known: str, firm: str | None, at: str | None
) -> bool:
    from services.duplicates.likeness import name_likeness
    from services.duplicates.normal import stands_in, words_of

    if stands_in(name, phone) or stands_in(known, at):
        return False
    mine = [words_of(one) for one in (name, company) if one]
    theirs = [words_of(one) for one in (known, firm) if one]
    persons = name_likeness(mine[0], theirs[0])
    if persons is None or persons >= _ANOTHER_NAME:
        return False
    # A person's name beside the name of the firm at which the number rings contradicts nothing.
    firms = [name_likeness(mine[0], one) or 0.0 for one in theirs[1:]]
    firms += [name_likeness(one, theirs[0]) or 0.0 for one in mine[1:]]
    return max(firms, default=0.0) < _ANOTHER_NAME
