"""What would change: each staged row is looked up in the book and found new, changed or unchanged.

Nothing is written into the book. What is decided is written beside the staged rows, where the receipt, the check of the
window and the last step read it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from services.entities import Field
from services.sync.apply.target import CHANGED, IGNORED, REJECTED, UNCHANGED, Target, given_later, stays_withdrawn
from services.sync.formats.plan import Plan
from services.sync.stage import faults
from services.sync.stage.layout import Layout
from services.sync.stage.rows import Stager

_SHARE_OF_SAME = 0.5


def sort_out_keys(db: sqlite3.Connection, layout: Layout, stager: Stager, *, loose: bool) -> None:
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


def ignore_nobodys(db: sqlite3.Connection, plan: Plan) -> None:
    """Rows whose customer cannot be found and cannot be made up are ignored."""
    if plan.only_updates:
        strangers = "SELECT who FROM stage.people WHERE customer_id IS NULL"
        db.execute(
            f"UPDATE stage.r SET state = ?, note = ? WHERE state IS NULL AND who IN ({strangers})",
            (IGNORED, faults.STRANGER),
        )
        db.execute("UPDATE stage.people SET head = NULL WHERE customer_id IS NULL")
        return
    if plan.entity.customer != "required":
        return
    db.execute("UPDATE stage.people SET head = NULL WHERE customer_id IS NULL AND head IS NULL")
    nobody = db.execute(
        "SELECT EXISTS (SELECT 1 FROM stage.people WHERE customer_id IS NULL AND head IS NULL)"
    ).fetchone()[0]
    if nobody:
        db.execute(
            """
            UPDATE stage.r SET state = ?, note = ?
            WHERE state IS NULL AND who IN (SELECT who FROM stage.people WHERE customer_id IS NULL AND head IS NULL)
            """,
            (IGNORED, faults.NO_CUSTOMER),
        )


def reject_unknown(db: sqlite3.Connection, reference: Field, source: str) -> None:
    """What a row refers to must be in the book: the deal whose stage changed."""
    db.execute(
        f"""
        UPDATE stage.r SET state = ?, note = ?
        WHERE state IS NULL AND NOT EXISTS (
            SELECT 1 FROM main.{reference.refers} d WHERE d.source = ? AND d.external_id = r.ref)
        """,
        (REJECTED, f"{reference.label} is not in the book yet", source),
    )


def keep_withdrawn(db: sqlite3.Connection, source: str, *, dated: bool) -> None:
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


def put_orders_together(db: sqlite3.Connection, layout: Layout, *, keyless: bool) -> None:
    """Make orders from rows: the earliest time counts, amounts and discounts of lines add up."""
    if keyless:
        db.execute("UPDATE stage.r SET ord = key")
    staged = [name for name in layout.kept if name not in ("amount_minor", "kind")]
    gathered = {name: f"max({name})" for name in staged}
    gathered |= {name: f"min({name})" for name in ("ordered_on", "ordered_at") if name in gathered}
    if "discount_minor" in gathered:
        gathered["discount_minor"] = "sum(discount_minor)"
    gathered["amount_minor"] = "coalesce(max(total_minor), sum(amount_minor))"
    # Nobody buys for less than nothing, whatever a word of the file's own says.
    kind = "coalesce(min(kind), 'purchase')"
    gathered["kind"] = f"iif({kind} = 'purchase' AND {gathered['amount_minor']} < 0, 'return', {kind})"
    db.execute(
        f"""
        CREATE TABLE stage.o (key TEXT PRIMARY KEY, who INTEGER, {", ".join(gathered)}, first_row INTEGER,
            lines INTEGER, totalled INTEGER, file_minor INTEGER, target_id INTEGER, state INTEGER) WITHOUT ROWID
        """
    )
    db.execute(
        f"""
        INSERT INTO stage.o (key, who, {", ".join(gathered)}, first_row, lines, totalled, file_minor)
        SELECT ord, min(who), {", ".join(gathered.values())}, min(row), count(*), max(total_minor) IS NOT NULL,
               {gathered["amount_minor"]}
        FROM stage.r WHERE state IS NULL GROUP BY ord
        """
    )


def compare(db: sqlite3.Connection, target: Target, source: str) -> None:
    """Look staged rows up in the book by their key and say which are changed and which are not; the others are new."""
    if not db.execute(f"SELECT EXISTS (SELECT 1 FROM main.{target.table} WHERE source = ?)", (source,)).fetchone()[0]:
        return
    differs = _differs(target)
    db.execute(
        f"""
        UPDATE stage.{target.staged} AS s SET (target_id, state) = (
            SELECT t.id, CASE WHEN {differs} THEN {CHANGED} ELSE {UNCHANGED} END
            FROM main.{target.table} t WHERE {target.same_row})
        WHERE s.state IS NULL
        """,
        {"source": source},
    )
    if target.loose_keys and target.like:
        _pair_edited(db, target, source)
        compare_again(db, target, source, only_open=True)


def locate(db: sqlite3.Connection, target: Target, source: str) -> bool:
    """Look staged records up in the book by their key, without comparing them yet; return whether any is there."""
    if not db.execute(f"SELECT EXISTS (SELECT 1 FROM main.{target.table} WHERE source = ?)", (source,)).fetchone()[0]:
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
    return bool(
        db.execute(f"SELECT EXISTS (SELECT 1 FROM stage.{target.staged} WHERE target_id IS NOT NULL)").fetchone()[0]
    )


def compare_customers(db: sqlite3.Connection, target: Target, source: str) -> None:
    """Compare a file of customers with those whom its rows were matched with."""
    db.execute(
        f"""
        UPDATE stage.r AS s SET (target_id, state) = (
            SELECT t.id, CASE WHEN {_differs(target)} THEN {CHANGED} ELSE {UNCHANGED} END
            FROM main.customers t WHERE t.id = (SELECT p.customer_id FROM stage.people p WHERE p.who = s.who))
        WHERE s.state IS NULL
        """,
        {"source": source},
    )


def compare_again(db: sqlite3.Connection, target: Target, source: str, *, only_open: bool = False) -> None:
    """Compare rows whose record in the book is known already; `only_open`: those that were not compared yet."""
    db.execute(
        f"""
        UPDATE stage.{target.staged} AS s SET state = (
            SELECT CASE WHEN {_differs(target)} THEN {CHANGED} ELSE {UNCHANGED} END
            FROM main.{target.table} t WHERE t.id = s.target_id)
        WHERE s.target_id IS NOT NULL {"AND s.state IS NULL" if only_open else ""}
        """,
        {"source": source},
    )


def keep_what_is_not_said(db: sqlite3.Connection, plan: Plan) -> None:
    """Lines say nothing of an order's currency or of its cancellation where they have no column for it."""
    guessed = plan.currency == plan.basis.currency and not plan.basis.currency_said and plan.recognition.system is None
    if guessed and not plan.has("currency"):
        db.execute(
            "UPDATE stage.o SET currency = (SELECT t.currency FROM main.orders t WHERE t.id = o.target_id) "
            "WHERE target_id IS NOT NULL"
        )
    if plan.entity.name == "orders" and plan.recognition.system is None and not plan.has("kind"):
        db.execute(
            "UPDATE stage.o SET kind = 'cancellation' WHERE target_id IN "
            "(SELECT t.id FROM main.orders t WHERE t.kind = 'cancellation')"
        )


def settle_amounts(db: sqlite3.Connection, *, discounted: bool) -> None:
    """An order in the book whose lines change is worth what it was, plus what its lines gained or lost.

    Lines that an earlier file brought and this one does not have still count: an export may end in mid-order. An order
    that a file of whole orders brought is worth what that file said: its lines, which come now, are a part of that.
    """
    own = ["amount_minor", "currency", *(["discount_minor"] if discounted else [])]
    db.execute(
        """
        CREATE TABLE stage.whole AS SELECT o.key FROM stage.o o WHERE o.target_id IS NOT NULL AND NOT o.totalled
            AND NOT EXISTS (SELECT 1 FROM main.order_lines l WHERE l.order_id = o.target_id)
        """
    )
    db.execute(
        f"""
        UPDATE stage.o SET (kind, {", ".join(own)}) = (
            SELECT iif(o.kind = 'charge', o.kind, t.kind), {", ".join(f"t.{name}" for name in own)}
            FROM main.orders t WHERE t.id = o.target_id)
        WHERE key IN (SELECT key FROM stage.whole)
        """
    )
    db.execute("CREATE TABLE stage.deltas (ord TEXT PRIMARY KEY, delta INTEGER) WITHOUT ROWID")
    db.execute(
        f"""
        INSERT INTO stage.deltas
        SELECT r.ord, sum(r.amount_minor - coalesce(l.amount_minor, 0))
        FROM stage.r LEFT JOIN main.order_lines l ON l.id = r.target_id
        WHERE r.state IS NULL OR r.state = {CHANGED} GROUP BY r.ord
        """
    )
    db.execute(
        """
        UPDATE stage.o SET amount_minor =
            (SELECT t.amount_minor FROM main.orders t WHERE t.id = o.target_id)
            + coalesce((SELECT d.delta FROM stage.deltas d WHERE d.ord = o.key), 0)
        WHERE target_id IS NOT NULL AND NOT totalled AND key NOT IN (SELECT key FROM stage.whole)
        """
    )
    if discounted:
        db.execute(
            """
            UPDATE stage.o SET discount_minor = (SELECT t.discount_minor FROM main.orders t WHERE t.id = o.target_id)
            WHERE target_id IS NOT NULL
              AND lines < (SELECT count(*) FROM main.order_lines l WHERE l.order_id = o.target_id)
            """
        )


def mark_order_changes(db: sqlite3.Connection) -> None:
    """Where only the order itself changed, its first row is the changed one."""
    db.execute(
        f"""
        UPDATE stage.r SET note = 'order'
        WHERE row IN (
            SELECT first_row FROM stage.o WHERE state = {CHANGED} AND NOT EXISTS (
                SELECT 1 FROM stage.r q WHERE q.ord = o.key AND (q.state IS NULL OR q.state = {CHANGED})))
        """
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


def tally(db: sqlite3.Connection, staged: str) -> Tally:
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


def _differs(target: Target) -> str:
    conditions = [f"t.{name} IS NOT {target.columns[name]}" for name in target.compared]
    return " OR ".join(conditions) or "0"


def _pair_edited(db: sqlite3.Connection, target: Target, source: str) -> None:
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


def _shared_days(db: sqlite3.Connection, target: Target, source: str, *, exact: bool) -> str:
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


def _pair(db: sqlite3.Connection, target: Target, source: str, like: tuple[str, ...], bounds: str) -> None:
    staged, table = f"stage.{target.staged}", f"main.{target.table}"
    file_columns = [f"{target.columns[name]} AS c{place}" for place, name in enumerate(like)]
    book_columns = [f"t.{name} AS c{place}" for place, name in enumerate(like)]
    names = [f"c{place}" for place in range(len(like))]
    file_bounds = f"AND s.{target.day} {bounds}" if bounds else ""
    book_bounds = f"AND t.{target.day} {bounds}" if bounds else ""
    parameters: dict[str, Any] = {"source": source}
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
        parameters,
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
        parameters,
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
