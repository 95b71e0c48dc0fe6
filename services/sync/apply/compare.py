"""What would change: each staged row is looked up in the book and found new, changed or unchanged.

Nothing is written into the book. What is decided is written beside the staged rows, where the receipt, the check of the
window and the last step read it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from models import sqlite
from models.values import words
from services.entities import Field
from services.sync.formats.plan import Plan
from services.sync.stage import faults
from services.sync.stage.layout import (
    CHANGED,
    IGNORED,
    PIECE,
    REJECTED,
    UNCHANGED,
    Layout,
    Target,
    exists,
    given_later,
    stays_withdrawn,
)
from services.sync.stage.rows import Stager

_SHARE_OF_SAME = 0.5
_STRENGTH = f"""
    CASE WHEN state IS NULL THEN 1 WHEN state = {REJECTED} THEN 0 WHEN state = {CHANGED} THEN 2
         WHEN state = {UNCHANGED} THEN iif(note = 'order', 2, 3) ELSE 4 END
"""


def sort_out_keys(db: sqlite.Connection, layout: Layout, stager: Stager, *, loose: bool) -> None:
    """Give every staged row a key of its own.

    Rows known by their text get the number of their occurrence from the second on; of rows with the same id the last
    one counts, as the latest word of the file.
    """
    if stager.keys_ascend:
        return
    same = ", ".join(["key", *(f"coalesce({name}, '')" for name in layout.space if name in layout.kept)])
    db.execute("CREATE INDEX stage.r_key ON r (key)")
    db.execute("CREATE TABLE stage.twice AS SELECT key FROM stage.r GROUP BY key HAVING count(*) > 1")
    db.execute(
        f"""
        CREATE TABLE stage.occurrence AS
        SELECT row, row_number() OVER (PARTITION BY {same} ORDER BY row) AS n, count(*) OVER (PARTITION BY {same}) AS of
        FROM stage.r WHERE key IN (SELECT key FROM stage.twice)
        """
    )
    if loose:
        db.execute("UPDATE stage.r SET key = key || '#' || n FROM stage.occurrence o WHERE o.row = r.row AND o.n > 1")
    else:
        db.execute(
            "UPDATE stage.r SET state = ?, note = ? FROM stage.occurrence o WHERE o.row = r.row AND o.n < o.of",
            (IGNORED, faults.REPEATED),
        )


def ignore_nobodys(db: sqlite.Connection, plan: Plan) -> None:
    """Rows whose customer cannot be found and cannot be made up are ignored."""
    if plan.only_updates:
        _ignore(db, "SELECT who FROM stage.people WHERE customer_id IS NULL", faults.STRANGER)
        db.execute("UPDATE stage.people SET head = NULL WHERE customer_id IS NULL")
    elif plan.entity.customer == "required":
        nobody = "stage.people WHERE customer_id IS NULL AND head IS NULL"
        if exists(db, nobody):
            _ignore(db, f"SELECT who FROM {nobody}", faults.NO_CUSTOMER)


def _ignore(db: sqlite.Connection, whose: str, why: str) -> None:
    db.execute(f"UPDATE stage.r SET state = ?, note = ? WHERE state IS NULL AND who IN ({whose})", (IGNORED, why))


def reject_unknown(db: sqlite.Connection, reference: Field, source: str) -> None:
    """What a row refers to must be in the book: the deal whose stage changed."""
    db.execute(
        f"""
        UPDATE stage.r SET state = ?, note = ?
        WHERE state IS NULL AND NOT EXISTS (
            SELECT 1 FROM main.{reference.refers} d WHERE d.source = ? AND d.external_id = r.ref)
        """,
        (REJECTED, f"{reference.label} is not in the book yet", source),
    )


def keep_withdrawn(db: sqlite.Connection, source: str, *, dated: bool) -> None:
    """Consent that a contact withdrew is given again only by a file that says since when, and later."""
    anew = given_later("s.email_consent_since" if dated else "NULL")
    since = ", email_consent_since = t.email_consent_since" if dated else ""
    db.execute(
        f"""
        UPDATE stage.r AS s SET email_consent = 'withdrawn'{since} FROM main.contacts t
        WHERE t.source = ? AND t.external_id = s.key AND {stays_withdrawn("email_consent", anew)}
        """,
        (source,),
    )


def one_primary(db: sqlite.Connection, source: str) -> list[str]:
    """Leave each customer one primary contact: who is it already, else the first; say whose were several."""
    db.execute(
        """
        CREATE TABLE stage.primaries AS
        SELECT s.row, s.name, coalesce(c.name, p.name, p.external_id) AS firm, row_number() OVER whose AS place,
               count(*) OVER (PARTITION BY coalesce(p.customer_id, -p.head)) AS of
        FROM stage.r s JOIN stage.people p ON p.who = s.who LEFT JOIN main.customers c ON c.id = p.customer_id
        LEFT JOIN main.contacts t ON t.source = ? AND t.external_id = s.key
        WHERE s.state IS NULL AND s.is_primary = 1
        WINDOW whose AS (PARTITION BY coalesce(p.customer_id, -p.head) ORDER BY t.is_primary IS NOT 1, s.row)
        """,
        (source,),
    )
    db.execute("UPDATE stage.r SET is_primary = 0 WHERE row IN (SELECT row FROM stage.primaries WHERE place > 1)")
    several = db.execute(
        "SELECT firm, name, of FROM stage.primaries WHERE place = 1 AND of > 1 ORDER BY row"
    ).fetchall()
    if not several:
        return []
    firm, name, marked = several[0]
    others = f" So it is at {words.count(len(several) - 1, 'more customer')}." if several[1:] else ""
    return [f"{marked:,} contacts of {firm} are marked primary: {name} is the primary contact.{others}"]


def steps_back(db: sqlite.Connection, source: str) -> list[tuple[int, str, str]]:
    """Contacts of the book who give way to another primary contact: number, name, and for whom."""
    return db.execute(
        f"""
        SELECT t.id, t.name, min(s.name) FROM stage.r s JOIN stage.people p ON p.who = s.who
        JOIN main.contacts t ON t.customer_id = p.customer_id AND t.is_primary = 1
        WHERE s.is_primary = 1 AND (s.state IS NULL OR s.state = {CHANGED}) AND NOT (
            t.source = ? AND t.external_id IN (SELECT key FROM stage.r WHERE state IS NULL OR state < {IGNORED}))
        GROUP BY t.id ORDER BY t.id
        """,
        (source,),
    ).fetchall()


def compare(db: sqlite.Connection, target: Target, source: str) -> None:
    """Look staged rows up in the book and say which are changed and which are not; the others are new.

    Rows of customers are looked up by whom they were matched with, all others by their key.
    """
    if target.table == "customers" or exists(db, f"main.{target.table} WHERE source = ?", (source,)):
        db.execute(
            f"""
            UPDATE stage.{target.staged} AS s SET (target_id, state) = (
                SELECT t.id, {_verdict(target)} FROM main.{target.table} t WHERE {target.same_row})
            WHERE s.state IS NULL
            """,
            {"source": source},
        )
        if target.loose_keys and target.like:
            _pair_edited(db, target, source)
            compare_again(db, target, source, only_open=True)


def locate(db: sqlite.Connection, target: Target, source: str) -> bool:
    """Look staged records up in the book by their key, without comparing them yet; return whether any is there."""
    if not exists(db, f"main.{target.table} WHERE source = ?", (source,)):
        return False
    db.execute(
        f"""
        UPDATE stage.{target.staged} AS s SET target_id = (
            SELECT t.id FROM main.{target.table} t WHERE {target.same_row})
        """,
        {"source": source},
    )
    if target.loose_keys and target.like:
        _pair_edited(db, target, source)
    return exists(db, f"stage.{target.staged} WHERE target_id IS NOT NULL")


def compare_again(db: sqlite.Connection, target: Target, source: str, *, only_open: bool = False) -> None:
    """Compare rows whose record in the book is known already; `only_open`: those that were not compared yet."""
    db.execute(
        f"""
        UPDATE stage.{target.staged} AS s SET state = (
            SELECT {_verdict(target)} FROM main.{target.table} t WHERE t.id = s.target_id)
        WHERE s.target_id IS NOT NULL {"AND s.state IS NULL" if only_open else ""}
        """,
        {"source": source},
    )


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows of a staged table are what; `with_order` of the unchanged ones belong to an order that changed."""

    new: int
    changed: int
    unchanged: int
    ignored: int
    rejected: int
    with_order: int


def tally(db: sqlite.Connection, staged: str) -> Tally:
    """Count a staged table in one pass."""
    note = f"count(*) FILTER (WHERE note = 'order' AND state = {UNCHANGED})" if staged == "r" else "0"
    return Tally(
        *db.execute(
            f"""
            SELECT count(*) FILTER (WHERE state IS NULL), count(*) FILTER (WHERE state = {CHANGED}),
                   count(*) FILTER (WHERE state = {UNCHANGED}), count(*) FILTER (WHERE state = {IGNORED}),
                   count(*) FILTER (WHERE state = {REJECTED}), {note}
            FROM stage.{staged}
            """
        ).fetchone()
    )


def _verdict(target: Target) -> str:
    """SQL of the state of the staged row `s` beside row `t` of the store."""
    differs = " OR ".join(f"t.{name} IS NOT {target.columns[name]}" for name in target.compared) or "0"
    return f"CASE WHEN {differs} THEN {CHANGED} ELSE {UNCHANGED} END"


def _pair_edited(db: sqlite.Connection, target: Target, source: str) -> None:
    """Recognise edited rows of a file without ids.

    A row whose text is not in the book, and a row of the book whose text is no longer in the file, are the same row
    edited if they agree in what does not change: a product within an order; a customer and a day. Beyond a product
    within an order this is trusted only where at least half of the file is in the book as it stands, and only within
    the days that both cover: then the file is a later export of the same rows, and not the next part of them.
    """
    staged = f"stage.{target.staged}"
    total, unmatched = db.execute(
        f"""
        SELECT count(*), count(*) FILTER (WHERE target_id IS NULL) FROM {staged}
        WHERE state IS NULL OR state < {IGNORED}
        """
    ).fetchone()
    by_order = target.table == "order_lines"
    known_file = unmatched <= _SHARE_OF_SAME * total
    if not unmatched or (not by_order and not known_file):
        return
    db.execute(f"CREATE INDEX IF NOT EXISTS stage.{target.staged}_target ON {target.staged} (target_id)")
    for number, like in enumerate(target.like if known_file else target.like[:1]):
        bounds = "" if by_order else _shared_days(db, target, source, exact=number == 0)
        _pair(db, target, source, like, bounds)
    db.execute("DROP TABLE IF EXISTS stage.spare_file")
    db.execute("DROP TABLE IF EXISTS stage.spare_book")


def _shared_days(db: sqlite.Connection, target: Target, source: str, *, exact: bool) -> str:
    """A condition on `{day}`: within the days of the file and, where the day itself may differ, of the book."""
    if not target.day:
        return ""
    low, high = db.execute(f"SELECT min({target.day}), max({target.day}) FROM stage.{target.staged}").fetchone()
    if not exact:
        book_high = db.execute(
            f"SELECT max({target.day}) FROM main.{target.table} WHERE source = ?", (source,)
        ).fetchone()[0]
        high = min(high, book_high)
    return f"BETWEEN '{low}' AND '{high}'"


def _pair(db: sqlite.Connection, target: Target, source: str, like: tuple[str, ...], bounds: str) -> None:
    staged, table = f"stage.{target.staged}", f"main.{target.table}"
    file_columns = [f"{target.columns[name]} AS c{place}" for place, name in enumerate(like)]
    book_columns = [f"t.{name} AS c{place}" for place, name in enumerate(like)]
    names = [f"c{place}" for place in range(len(like))]
    file_bounds = f"AND s.{target.day} {bounds}" if bounds else ""
    book_bounds = f"AND t.{target.day} {bounds}" if bounds else ""
    db.execute("DROP TABLE IF EXISTS stage.spare_file")
    db.execute("DROP TABLE IF EXISTS stage.spare_book")
    db.execute(
        f"""
        CREATE TABLE stage.spare_file AS
        SELECT key, {", ".join(names)}, row_number() OVER (PARTITION BY {", ".join(names)} ORDER BY key) AS n
        FROM (SELECT s.key, {", ".join(file_columns)} FROM {staged} s
              WHERE s.target_id IS NULL AND s.state IS NULL {file_bounds})
        WHERE c0 IS NOT NULL
        """,
        {"source": source},
    )
    within = "AND t.order_id IN (SELECT c0 FROM stage.spare_file)" if target.table == "order_lines" else ""
    db.execute(
        f"""
        CREATE TABLE stage.spare_book AS
        SELECT id, {", ".join(names)}, row_number() OVER (PARTITION BY {", ".join(names)} ORDER BY external_id) AS n
        FROM (SELECT t.id, t.external_id, {", ".join(book_columns)} FROM {table} t
              WHERE t.source = :source {book_bounds} {within}
                AND NOT EXISTS (SELECT 1 FROM {staged} s WHERE s.target_id = t.id))
        """,
        {"source": source},
    )
    same = " AND ".join(f"b.{name} IS f.{name}" for name in names)
    db.execute("CREATE INDEX stage.spare_file_key ON spare_file (key)")
    db.execute(f"CREATE INDEX stage.spare_book_like ON spare_book ({', '.join(names)}, n)")
    db.execute(
        f"""
        UPDATE {staged} AS s SET target_id = (
            SELECT b.id FROM stage.spare_file f JOIN stage.spare_book b ON {same} AND b.n = f.n WHERE f.key = s.key)
        WHERE s.target_id IS NULL AND s.state IS NULL AND s.key IN (SELECT key FROM stage.spare_file)
        """
    )


def tally_rows(db: sqlite.Connection, staged: Sequence[str]) -> Tally:
    """Count the rows of the file by what became of them in all staged tables together."""
    counts = dict(
        db.execute(
            f"SELECT best, count(*) FROM (SELECT min(strength) AS best FROM ({_all(staged)}) GROUP BY n) GROUP BY best"
        ).fetchall()
    )
    return Tally(
        new=counts.get(1, 0),
        changed=counts.get(2, 0),
        unchanged=counts.get(3, 0),
        ignored=counts.get(4, 0),
        rejected=counts.get(0, 0),
        with_order=0,
    )


def late_reasons(db: sqlite.Connection, state: int) -> Counter[str]:
    """Why the comparison ignored or rejected rows of the file: of those that nothing else was made of."""
    strength = {REJECTED: 0, IGNORED: 4}[state]
    return Counter(
        dict(
            db.execute(
                f"""
                SELECT why, count(*) FROM (
                    SELECT min(strength) AS best, min(note) FILTER (WHERE strength = {strength}) AS why
                    FROM ({_all(["r"])}) GROUP BY n)
                WHERE best = {strength} GROUP BY why
                """
            ).fetchall()
        )
    )


def _all(staged: Sequence[str]) -> str:
    return " UNION ALL ".join(
        f"SELECT row % {PIECE} AS n, {_STRENGTH} AS strength, note FROM stage.{name}" for name in staged
    )
