"""Erase a customer for good, as a person may ask: rows, what the journal keeps of them, and their rows in later files.

What stays says nothing of them: entries of the journal without their details, so that the chain can be checked, and
keyed hashes of addresses and ids, by which a later import or a restored backup leaves them out again. Who holds the
book holds that key too: it keeps the hashes from being looked up elsewhere, not from guesses with the book at hand.
"""

from __future__ import annotations

import hmac
import json
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.exc import DatabaseError

from models import sqlite
from models.journal import erase_images, erase_words, rows_of_customer, texts_in_images, went_over
from models.queries.kept_values import keep_value, kept_value
from models.store import Store, UnitOfWork
from models.tables import erasures, suppression_ledger
from models.values.changes import Changes
from models.values.journal import Actor
from models.values.words import count, full_day
from services.duplicates.parts import UNSAID, joined_words, noun_of
from services.duplicates.removal import customer_name, delete_rows, going_with, refuse_on_its_way
from services.permission.ledger import address_key, standing
from services.workspace import Workspace

VERB, ERASED = "erase-customer", "erase-details"
#: Under which the book keeps the key of the hashes.
ERASURE_KEY: Final = "erasure_key"
#: Records that were merged into a customer, with the entry that did it: their numbers may be others' since.
_FORMER: Final = (
    "SELECT former_id, (SELECT max(p.journal_id) FROM journal_payloads p WHERE p.table_name = 'customers'"
    " AND p.row_id = CAST(former_id AS TEXT) AND p.operation = 'delete') FROM merged_customers WHERE customer_id = ?"
)
#: Whether another customer, or a contact of one, has an address or a number too.
_OTHERS: Final = (
    "SELECT 1 FROM identities WHERE kind = :kind AND value = :value AND customer_id <> :id UNION"
    " SELECT 1 FROM contacts WHERE :kind = 'email' AND lower(email) = lower(:value) AND customer_id <> :id"
)
#: Shorter words stand in too many sentences to be a name.
_SHORTEST: Final = 4


@dataclass(frozen=True, slots=True)
class Erasure:
    """A receipt: what was erased, without a word of whose it was.

    Attributes
    ----------
    customer_id
        The number that the customer had.
    at, by
        When (UTC) and by whom.
    rows
        Rows by table.
    details
        Details of journal entries that were erased.
    marks
        Addresses and ids that later imports leave out.
    files
        Files of rejected rows, which may still name the customer.
    rewritten
        Whether the book's file was written anew, so that its free space holds nothing either.
    """

    customer_id: int
    at: str
    by: str
    rows: dict[str, int]
    details: int
    marks: int
    files: tuple[str, ...]
    rewritten: bool
    changes: Changes

    @property
    def lines(self) -> tuple[str, ...]:
        """The receipt as a person reads it."""
        return receipt_lines((self,), rewritten=self.rewritten)


def erase_customer(workspace: Workspace, customer_id: int) -> Erasure:
    """Erase a customer with all that refers to them; nothing brings them back, and no undo.

    Raises
    ------
    UserError
        There is no such customer, or an email to them is on its way.
    """
    with _erasing(workspace, customer_id) as work:
        return _erase(work, customer_id, refuse_on_its_way(work, customer_id, "erase"))


def erase_one_of(workspace: Workspace, customer_id: int, still: Callable[[sqlite.Connection], bool]) -> Erasure | None:
    """Erase one of several customers, where ``still`` says inside the transaction that this one is to go; else None.

    `rewrite_book` writes the file anew after the last one.
    """
    with _erasing(workspace, customer_id) as work:
        if not still(work.driver):
            return None
        return _erase(work, customer_id, refuse_on_its_way(work, customer_id, "erase"), rewrite=False)


def _erasing(workspace: Workspace, customer_id: int) -> AbstractContextManager[UnitOfWork]:
    me = Actor("system", workspace.person)  # Ctrl+Z takes back what the person did before
    return workspace.store.unit_of_work(me, VERB, f"customer:{customer_id}", at=workspace.at)


def rewrite_book(workspace: Workspace) -> bool:
    """Write the book's file anew, so that its free space holds nothing of what was erased; return whether that went."""
    with workspace.store.unit_of_work(Actor("system", workspace.person), VERB, "book", at=workspace.at) as work:
        work.commit()  # nothing to journal, and no transaction in the way
        return _rewritten(work)


def erase_again(store: Store, actor: Actor, at: str) -> int:
    """Erase who was erased before from a book that came from a backup; return how many.

    By the number and the id in its system that they had: an address may be another customer's today.
    """
    with store.snapshot() as driver:
        erased = is_erased(driver)
        ids = driver.execute("SELECT id, source, external_id FROM customers").fetchall() if erased is not None else []
    found = [number for number, source, key in ids if erased is not None and erased("id", id_of(source, key))]
    for customer_id in found:
        with store.unit_of_work(actor, VERB, f"customer:{customer_id}", at=at) as work:
            _erase(work, customer_id, customer_name(work, customer_id), rewrite=customer_id == found[-1])
    return len(found)


def _erase(work: UnitOfWork, customer_id: int, name: str, *, rewrite: bool = True) -> Erasure:
    going = going_with(work, customer_id)
    known = _known_by(work.driver, customer_id)
    withdrawn = {text: since for kind, text in known if kind == "email" if (since := _withdrawn(work, text))}
    said = _said_of_consent(work.driver, known)
    if said:
        going["suppression_ledger"] = said
    former = dict(work.driver.execute(_FORMER, (customer_id,)).fetchall()) | went_over(work.connection, customer_id)
    former = {customer_id: None, **former}
    rows = {table: len(ids) for table, ids in going.items()}
    names = _names(work, customer_id, name, former)
    files = _forget_imports(work, going, names)
    delete_rows(work, customer_id, going)
    _delete_the_rest(work, customer_id, known)
    work.say(f"Erased customer {customer_id} on request")
    work.journal_entry()
    # The rows went with images, so that `verify` knows that nobody took them behind the book's back. Now these go,
    # and those of records that were merged into this one and of rows that were deleted before.
    after = UnitOfWork(work.connection, work.actor, ERASED, work.subject, work.at)
    details = sum(erase_images(after, table, ids) for table, ids in going.items())
    for number, until in former.items():
        of_them = {**rows_of_customer(work.connection, number, until), "customers": {number}}
        details += sum(erase_images(after, table, ids, until) for table, ids in of_them.items())
    details += erase_words(after, names)
    marks = _mark(after, customer_id, known, withdrawn)
    after.digest(f"{sorted(rows.items())}, {marks} marks")
    after.say(f"Erased what the journal had of customer {customer_id}")
    after.journal_entry()
    work.sql("INSERT INTO customers_search (customers_search) VALUES ('optimize')")  # its terms are still in the index
    changes = work.commit()
    return Erasure(
        customer_id, work.at, work.actor.name, rows, details, marks, files, not rewrite or _rewritten(work), changes
    )


def _rewritten(work: UnitOfWork) -> bool:
    """Write the file anew: space that is free holds what was there, of earlier changes too."""
    try:
        work.sql("VACUUM")
        busy = work.sql("PRAGMA wal_checkpoint(TRUNCATE)").first()
    except DatabaseError:
        logging.getLogger(__name__).warning("The book was not rewritten after an erasure.", exc_info=True)
        return False
    return busy is None or busy[0] == 0  # a reader keeps the log as it is


def _mark(work: UnitOfWork, customer_id: int, known: Iterable[tuple[str, str]], withdrawn: Mapping[str, str]) -> int:
    """Mark what a customer was known by as erased; return how many marks there are."""
    key = kept_value(work.connection, ERASURE_KEY)
    if key is None:
        key = secrets.token_hex(32)
        keep_value(work, ERASURE_KEY, key)
    marks = {(kind, _hashed(key, text)): withdrawn.get(text) for kind, text in known}
    for kind, hashed in sorted(marks):
        values = (kind, hashed, customer_id, marks[kind, hashed], work.at)
        work.sql(
            "INSERT INTO erasures (kind, mark, former_id, withdrawn_since, erased_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (kind, mark) DO NOTHING",
            values,
        )
    return len(marks)


def is_erased(driver: sqlite.Connection, schema: str = "main") -> Callable[[str, str], bool] | None:
    """Return what says whether an address, a number or an id (`id_of`) was erased; None where nothing ever was."""
    there = driver.execute(f"SELECT 1 FROM {schema}.sqlite_master WHERE name = 'erasures'").fetchone()
    marks = set(driver.execute(f"SELECT kind, mark FROM {schema}.erasures")) if there else set()
    if not marks:
        return None
    (key,) = driver.execute(f"SELECT value FROM {schema}.book WHERE key = ?", (ERASURE_KEY,)).fetchone()
    return lambda kind, text: (kind, _hashed(key, text)) in marks


def id_of(source: str, external_id: str) -> str:
    """Return a system and an id in it as they are marked."""
    return f"{source}\x1f{external_id}"


def lift(work: UnitOfWork, address: str | None) -> None:
    """Take all marks from the customer whose address a person enters anew; a "no" that stood under it stands again."""
    key = kept_value(work.connection, ERASURE_KEY)
    if key is None or not address:
        return
    text = address_key(address)
    found = work.driver.execute(
        "SELECT former_id, withdrawn_since FROM erasures WHERE kind = 'email' AND mark = ?", (_hashed(key, text),)
    ).fetchone()
    if found is None:
        return
    former, since = found
    for (number,) in work.driver.execute("SELECT id FROM erasures WHERE former_id = ?", (former,)).fetchall():
        work.delete(erasures, number)
    if since:
        entry = {"address": text, "said": "withdrawn", "since": since, "how": "before an erasure"}
        work.insert(suppression_ledger, {**entry, "entered_at": work.at, "entered_by": work.actor.name})


def _hashed(key: str, text: str) -> str:
    return hmac.new(bytes.fromhex(key), text.encode(), "sha256").hexdigest()


def _known_by(driver: sqlite.Connection, customer_id: int) -> set[tuple[str, str]]:
    """By what a customer alone is known: (kind, text) as they are marked. What another one has too is left out."""
    found = driver.execute(
        "SELECT kind, source, value FROM identities WHERE customer_id = :id"
        " AND kind IN ('email', 'phone', 'external_id')"
        " UNION SELECT 'external_id', source, external_id FROM customers WHERE id = :id AND external_id <> ''"
        " UNION SELECT 'external_id', source, external_id FROM merged_customers WHERE customer_id = :id"
        " UNION SELECT 'email', '', email FROM customers WHERE id = :id AND email <> ''"
        " UNION SELECT 'email', '', email FROM contacts WHERE customer_id = :id AND email <> ''",
        {"id": customer_id},
    ).fetchall()
    known = set()
    for kind, source, value in found:
        if kind == "external_id":
            known.add(("id", id_of(source, value)))
        elif not driver.execute(_OTHERS, {"kind": kind, "value": value, "id": customer_id}).fetchone():
            known.add((kind, address_key(value) if kind == "email" else value))
    return known


def _names(work: UnitOfWork, customer_id: int, name: str, former: Mapping[int, int | None]) -> list[str]:
    """What words and rejected rows may call a customer by, as they were called before too."""
    persons = work.driver.execute(
        "SELECT name, email FROM contacts WHERE customer_id = :id"
        " UNION SELECT name, email FROM customers WHERE id = :id",
        {"id": customer_id},
    )
    called = {name, *(text for row in persons for text in row if text)}
    for number, until in former.items():
        called |= texts_in_images(work.connection, "customers", number, ("name", "email"), until)
    return sorted(one for one in called if len(one) >= _SHORTEST)


def _withdrawn(work: UnitOfWork, address: str) -> str:
    """Since when a "no" stands under an address, '' where none does."""
    found = standing(work.driver, address, datetime.fromisoformat(work.at))
    return found[0] if found is not None else ""


def _said_of_consent(driver: sqlite.Connection, known: Iterable[tuple[str, str]]) -> list[int]:
    """What was said of consent under addresses that nobody else has."""
    found = "SELECT id FROM suppression_ledger WHERE address = ? ORDER BY id"
    return [row[0] for kind, text in sorted(known) if kind == "email" for row in driver.execute(found, (text,))]


def _forget_imports(work: UnitOfWork, going: dict[str, Sequence[int | str]], names: Sequence[str]) -> tuple[str, ...]:
    """Delete what imports keep of the rows; return the files of rejected rows that name the customer."""
    for table, ids in going.items():
        for row_id in ids:
            work.sql("DELETE FROM import_changes WHERE table_name = ? AND row_id = ?", (table, row_id))
    files: dict[str, None] = {}
    called = {one.casefold() for one in names}
    rejects = work.driver.execute("SELECT r.id, r.cells, i.rejects_file FROM import_rejects r JOIN imports i"
                                  " ON i.id = r.import_id").fetchall() if called else []  # fmt: skip
    for row_id, cells, file in rejects:
        if called & {str(cell).strip().casefold() for cell in json.loads(cells)}:
            work.sql("DELETE FROM import_rejects WHERE id = ?", (row_id,))
            files |= {file: None} if file else {}
    return tuple(files)


def _delete_the_rest(work: UnitOfWork, customer_id: int, known: Iterable[tuple[str, str]]) -> None:
    """Delete rows that refer to a customer by what they are known by."""
    for kind, text in known:
        if kind == "id":
            source, _, key = text.partition("\x1f")
            for side in ("left", "right"):
                work.sql(f"DELETE FROM pair_decisions WHERE {side}_source = ? AND {side}_key = ?", (source, key))
    for column, table in (("first_id", "likely_pairs"), ("second_id", "likely_pairs"), ("person_id", "people_keys")):
        work.sql(f"DELETE FROM {table} WHERE {column} = ?", (customer_id,))


def receipt_lines(erased: Sequence[Erasure], *, rewritten: bool) -> tuple[str, ...]:
    """Return one receipt for customers who were erased together, as a person reads it."""
    rows = sum((Counter(one.rows) for one in erased), Counter[str]())
    told = [f"{number:,} {noun_of(table, number)}" for table, number in rows.items() if table not in UNSAID]
    details, marks = sum(one.details for one in erased), sum(one.marks for one in erased)
    files = dict.fromkeys(file for one in erased for file in one.files)
    several, last = len(erased) > 1, erased[-1]
    who = ", ".join(str(one.customer_id) for one in erased)
    lines = [
        f"{'Customers' if several else 'Customer'} {who} {'were' if several else 'was'} erased on"
        f" {full_day(datetime.fromisoformat(last.at).date())} by {last.by}.",
        f"Deleted: {joined_words(told)}.",
        f"Journal: {count(details, 'detail')} erased. The entries stay, so the journal can still be checked.",
        f"Kept: keyed hashes of {count(marks, 'address, number or ID', 'addresses, numbers and IDs')}. By"
        f" these, later imports and restored backups leave {'these customers' if several else 'this customer'} out.",
    ]
    if files:
        lines.append(f"Delete by hand: {', '.join(files)} (rejected rows, which may name them).")
    if not rewritten:
        lines.append("Free space in the book’s file or its log may still hold earlier values until the book is closed.")
    return tuple(lines)


def receipt_text(lines: Sequence[str], backups: Sequence[Any]) -> str:
    """Return a receipt as a text file, with the backups that still hold the data."""
    still = [
        f"{count(len(backups), 'older copy still holds', 'older copies still hold')} the data until deleted; "
        "restoring a backup leaves erased customers out."
    ]
    return "\n".join([*lines, *(still if backups else ())]) + "\n"
