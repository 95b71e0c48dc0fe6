"""The last step: what was compared is written into the book by a handful of statements, inside one transaction.

Updated rows leave their before- and after-images in `import_changes`; inserted rows are known by the import that they
bear. The digest of all images goes into the journal's entry.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from itertools import islice

from models import sqlite, tables
from models.journal import change_line, largest_numbers
from models.queries.emails import EMAILS_DDL, FILL_EMAILS
from services.sync.apply.compare import Tally, steps_back
from services.sync.apply.match import words_to_keep
from services.sync.apply.products import LINKED, link_products
from services.sync.formats.plan import Plan
from services.sync.stage.layout import CHANGED, IGNORED, Target

_IMAGES_AT_ONCE = 1_000
_AS_JSON = json.JSONEncoder(ensure_ascii=False).encode
#: What a customer was before deals gave it an owner: the import that brought the customer may go before theirs.
UNOWNED = _AS_JSON({"owner": None})
_WHOSE = "SELECT p.customer_id FROM stage.people p WHERE p.customer_id IS NOT NULL AND p.staged"
#: By what files find customers again: the kind of identity, where it is staged, and the system of which it is.
KNOWN_BY = (
    *(("external_id", "external_id", ":source"), ("email", "email", "''")),
    *(("phone", "phone", "''"), ("phone", "phone_home", "''")),
)
_LONGEST_NAME = "coalesce(p.name, p.company, p.email, default_name(p.external_id, p.email, p.phone_text))"
# Below this many rows an index is kept up row by row.
BULK_ROWS = 20_000
# Measured: runs of this size are sorted within the processor's cache, 35 % faster than in 64 MB and 100 MB smaller.
_SORT_KIB = 1_024


def drop_indexes(db: sqlite.Connection, table: str) -> list[str]:
    """Drop a table's own indexes but the unique ones; return the statements that make them again."""
    found = db.execute(
        "SELECT name, sql FROM main.sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", (table,)
    ).fetchall()
    unique = {index.name for index in tables.metadata.tables[table].indexes if index.unique}
    kept = [(name, sql) for name, sql in found if name not in unique]
    for name, _ in kept:
        db.execute(f"DROP INDEX main.{name}")
    again = [sql for _, sql in kept]
    if table == "email_events":
        for trigger in EMAILS_DDL:
            db.execute(f"DROP TRIGGER main.{trigger}")
        db.execute("DELETE FROM main.emails")
        again += [FILL_EMAILS, *drop_indexes(db, "emails"), *EMAILS_DDL.values()]
    return again


def build_indexes(
    db: sqlite.Connection, statements: list[str], tick: Callable[[str], None] = lambda words: None
) -> None:
    """Make indexes again; `tick` is told before each."""
    usual = db.execute("PRAGMA main.cache_size").fetchone()[0]
    db.execute(f"PRAGMA main.cache_size = -{_SORT_KIB}")
    for statement in statements:
        tick("Building indexes")
        db.execute(statement)
    db.execute(f"PRAGMA main.cache_size = {usual}")


def default_name(external_id: str | None, email: str | None, phone: str | None) -> str:
    """What a customer is called whose name nobody has told yet."""
    if external_id and not any(sign.isdigit() for sign in external_id):
        return external_id
    if external_id:
        return f"Customer {external_id}"
    return email or phone or "Customer"


class Writer:
    """Writes one import into the book."""

    def __init__(
        self,
        db: sqlite.Connection,
        import_id: int,
        source: str,
        tallies: Mapping[str, Tally],
        tick: Callable[[str], None],
    ) -> None:
        self._db = db
        self.tallies = tallies
        self._import_id = import_id
        self._source = source
        self._tick = tick
        self._digest = sha256()
        self.images = 0
        self.tables: set[str] = set()
        #: By table the number above which lie the rows that this import adds.
        self.above = largest_numbers(db)
        db.create_function("default_name", 3, default_name, deterministic=True)

    @property
    def digest(self) -> str:
        """The digest of all before- and after-images, in the order in which they were written."""
        return self._digest.hexdigest()

    def customers_of_rows(self) -> None:
        """Make customers of those who are named in rows about something else and are not in the book."""
        made = self._db.execute(
            f"""
            INSERT INTO main.customers (
                source, external_id, import_id, name, email, phone, company, city, region, country)
            SELECT :source, coalesce(p.external_id, p.email, p.phone, p.name_key), :import_id, {_LONGEST_NAME},
                   p.email, p.phone_text, p.company, p.city, p.region, p.country
            FROM stage.people p
            WHERE p.customer_id IS NULL AND p.head = p.who
              AND (p.staged OR EXISTS (SELECT 1 FROM stage.people q WHERE q.head = p.who AND q.staged))
            ORDER BY p.who
            """,
            self._names,
        ).rowcount
        if made:
            self.tables.add("customers")
            self._resolve()
        self._identities()

    def customer_rows(self, target: Target) -> None:
        """Write a file of customers: who is new, and what changed of those who are not."""
        self._update(target)
        self._keep_words()
        given = {name: f"s.{name}" for name in target.columns}
        given["source"], given["import_id"] = ":source", ":import_id"
        for name in ("email_consent", "tracking_consent"):
            if name in given:
                given[name] = f"coalesce({given[name]}, 'unknown')"
        given["external_id"] = "s.key"
        given["name"] = (
            "(SELECT coalesce(s.name, default_name(p.external_id, p.email, p.phone_text)) "
            "FROM stage.people p WHERE p.who = s.who)"
        )
        made = self._db.execute(
            f"""
            INSERT INTO main.customers ({", ".join(given)})
            SELECT {", ".join(given.values())} FROM stage.r s WHERE s.state IS NULL ORDER BY s.row
            """,
            self._names,
        ).rowcount
        if made:
            self.tables.add("customers")
            self._db.execute(
                """
                UPDATE stage.people SET customer_id = c.id FROM stage.r r, main.customers c
                WHERE r.who = people.who AND r.state IS NULL AND people.customer_id IS NULL
                  AND c.source = :source AND c.external_id = r.key
                """,
                self._names,
            )
        self._identities(kept_rows_only=True)

    def rows(self, target: Target) -> None:
        """Write one table: its changed rows, then its new ones."""
        self._update(target)
        new = self.tallies[target.staged].new
        if not new:
            return
        self._tick(f"Adding {new:,} rows")
        self.tables.add(target.table)
        indexes = self._drop_indexes(target.table, new)
        columns = {"source": ":source", "import_id": ":import_id", **target.columns}
        order = "s.row" if target.staged == "r" else "s.first_row"
        self._db.execute(
            f"""
            INSERT INTO main.{target.table} ({", ".join(columns)})
            SELECT {", ".join(columns.values())} FROM stage.{target.staged} s WHERE s.state IS NULL ORDER BY {order}
            """,
            self._names,
        )
        if indexes:
            build_indexes(self._db, indexes, self._tick)
        if target.staged == "o" and target.loose_keys:
            self._db.execute(
                """
                UPDATE stage.o SET target_id = (
                    SELECT t.id FROM main.orders t WHERE t.source = :source AND t.external_id = o.key)
                WHERE state IS NULL
                """,
                self._names,
            )

    def step_back(self) -> None:
        """Let the primary contacts of the book give way to those whom the file names."""
        gone = [number for number, *_ in steps_back(self._db, self._source)]
        before, after = (_AS_JSON({"is_primary": one}) for one in (1, 0))
        self._write_images("contacts", [(number, before, after) for number in gone])
        self._db.executemany("UPDATE main.contacts SET is_primary = 0 WHERE id = ?", [(number,) for number in gone])

    def owners_of_deals(self) -> None:
        """Let who owns a customer's newest deal own the customer, where nobody does; a bare number is not a name."""
        owners = f"""
            SELECT c.id, c.import_id IS :import_id, (
                SELECT d.owner FROM main.opportunities d WHERE d.customer_id = c.id AND d.owner NOT GLOB '[0-9]*'
                ORDER BY coalesce(d.opened_on, d.closes_on, '') DESC, d.id DESC LIMIT 1) AS owner
            FROM main.customers c WHERE c.owner IS NULL AND c.id IN ({_WHOSE}) ORDER BY c.id"""
        found = [row for row in self._db.execute(owners, self._names).fetchall() if row[2]]
        if not found:
            return
        self.tables.add("customers")
        # Customers of this very import go with it.
        self._write_images(
            "customers", [(one, UNOWNED, _AS_JSON({"owner": owner})) for one, own, owner in found if not own]
        )
        self._db.executemany("UPDATE main.customers SET owner = ? WHERE id = ?", [(row[2], row[0]) for row in found])

    def link_products(self) -> None:
        """Let rows that came before their products know them."""
        link_products(self._db)
        self.tables.update(LINKED)

    def changed_customers(self, plan: Plan, limit: int) -> tuple[set[int], bool]:
        """Customers whose rows are new or changed: their ids, or True for everyone above `limit`."""
        counts = self.tallies["r"]
        if not (counts.new or counts.changed or counts.with_order):
            return set(), False
        if plan.entity.reference is not None:
            statement = f"""
                SELECT DISTINCT d.customer_id FROM stage.r s JOIN main.{plan.entity.reference.refers} d
                ON d.source = :source AND d.external_id = s.ref
                WHERE (s.state IS NULL OR s.state = {CHANGED}) AND d.customer_id IS NOT NULL LIMIT :limit"""
        elif plan.entity.customer == "none":
            return set(), True
        elif not (counts.changed or counts.unchanged):
            statement = """
                SELECT DISTINCT customer_id FROM stage.people WHERE customer_id IS NOT NULL AND staged LIMIT :limit"""
        else:
            statement = f"""
                SELECT DISTINCT p.customer_id FROM stage.people p WHERE p.customer_id IS NOT NULL AND p.who IN (
                    SELECT s.who FROM stage.r s WHERE s.state IS NULL OR s.state = {CHANGED} OR s.note = 'order')
                LIMIT :limit"""
        found = {row[0] for row in self._db.execute(statement, {"source": self._source, "limit": limit + 1})}
        before = self._db.execute(
            """
            SELECT DISTINCT json_extract(before, '$.customer_id') FROM main.import_changes
            WHERE import_id = ? AND json_extract(before, '$.customer_id') IS NOT NULL
            """,
            (self._import_id,),
        )
        found |= {row[0] for row in before}
        return (set(), True) if len(found) > limit else (found, False)

    @property
    def _names(self) -> dict[str, object]:
        return {"source": self._source, "import_id": self._import_id}

    def _resolve(self) -> None:
        self._db.execute(
            """
            UPDATE stage.people SET customer_id = (
                SELECT c.id FROM stage.people h JOIN main.customers c
                ON c.source = :source AND c.external_id = coalesce(h.external_id, h.email, h.phone, h.name_key)
                WHERE h.who = people.head)
            WHERE customer_id IS NULL AND head IS NOT NULL
            """,
            self._names,
        )

    def _identities(self, *, kept_rows_only: bool = False) -> None:
        """Remember under which ids, addresses and numbers each customer is known."""
        # What a record said that a later one of the same id in the file overrides is not remembered.
        kept = f"AND p.who IN (SELECT s.who FROM stage.r s WHERE s.state IS NULL OR s.state < {IGNORED})"
        for kind, column, source in KNOWN_BY:
            self._db.execute(
                f"""
                INSERT OR IGNORE INTO main.identities (customer_id, kind, source, value, confidence, import_id)
                SELECT p.customer_id, '{kind}', {source}, p.{column}, 'exact', :import_id
                FROM stage.people p
                WHERE p.customer_id IS NOT NULL AND p.{column} IS NOT NULL {kept if kept_rows_only else ""}
                GROUP BY p.customer_id, p.{column} ORDER BY min(p.who)
                """,
                self._names,
            )

    def _update(self, target: Target) -> None:
        staged, table = f"stage.{target.staged}", target.table
        changed = self.tallies[target.staged].changed
        if not changed:
            return
        self._tick(f"Changing {changed:,} rows")
        self.tables.add(table)
        # Only what differs somewhere is set: every index over another column is left alone.
        names = self._keep_images(target, list(target.columns))
        if not names:
            return
        self._db.execute(
            f"""
            UPDATE main.{table} AS t SET ({", ".join(names)}) = (
                SELECT {", ".join(target.columns[name] for name in names)} FROM {staged} s
                WHERE s.target_id = t.id AND s.state = {CHANGED})
            WHERE t.id IN (SELECT s.target_id FROM {staged} s WHERE s.state = {CHANGED})
            """,
            self._names,
        )

    def _keep_images(self, target: Target, names: list[str]) -> list[str]:
        """Keep what the changed rows had and have; return the columns that differ in any of them."""
        staged, table = f"stage.{target.staged}", target.table
        self._db.execute(f"CREATE INDEX IF NOT EXISTS stage.{target.staged}_target ON {target.staged} (target_id)")
        old = [f"t.{name}" for name in names]
        new = [target.columns[name] for name in names]
        cursor = self._db.execute(
            f"""
            SELECT t.id, {", ".join(old)}, {", ".join(new)} FROM {staged} s JOIN main.{table} t ON t.id = s.target_id
            WHERE s.state = {CHANGED} ORDER BY t.id
            """,
            self._names,
        )
        width = len(names)
        differing: set[str] = set()
        while rows := list(islice(cursor, _IMAGES_AT_ONCE)):
            images = []
            for row_id, *values in rows:
                pairs = list(zip(names, values[:width], values[width:], strict=True))
                before = {name: one for name, one, two in pairs if one != two}
                after = {name: two for name, one, two in pairs if one != two}
                differing.update(before)
                images.append((row_id, _AS_JSON(before), _AS_JSON(after)))
            self._write_images(table, images)
        return [name for name in names if name in differing]

    def _write_images(self, table: str, images: Sequence[tuple[int, str, str]]) -> None:
        for row_id, before, after in images:
            self._digest.update(change_line(table, row_id, before, after))
        self.images += len(images)
        self._db.executemany(
            "INSERT INTO main.import_changes (import_id, table_name, row_id, before, after) VALUES (?, ?, ?, ?, ?)",
            [(self._import_id, table, *image) for image in images],
        )

    def _keep_words(self) -> None:
        """What merged records say now, so that the next file is compared with it."""
        images = words_to_keep(self._db)
        if images:
            self.tables.add("merged_customers")
            self._write_images("merged_customers", images)
            self._db.execute(
                "UPDATE main.merged_customers SET record = w.after FROM stage.words w WHERE w.record_id = id"
            )

    def _drop_indexes(self, table: str, new: int) -> list[str]:
        """Drop the table's own indexes before a load that is larger than the table; return what makes them again."""
        there = self._db.execute(f"SELECT count(*) FROM (SELECT 1 FROM main.{table} LIMIT ?)", (new,)).fetchone()[0]
        if new < BULK_ROWS or there >= new:
            return []
        return drop_indexes(self._db, table)
