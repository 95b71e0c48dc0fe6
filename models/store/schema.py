"""Make an empty file a book: tables, the full-text index of customers, and the version marks."""

from __future__ import annotations

from functools import cache

from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from models import sqlite
from models.queries.emails import EMAILS_DDL
from models.tables import SCHEMA_VERSION, metadata
from models.values.facts import WRITTEN

#: The search index of customers follows the table by triggers, so that no writer can forget it.
SEARCH_DDL = (
    """CREATE VIRTUAL TABLE customers_search USING fts5(
        name, company, email, city, content='customers', content_rowid='id',
        tokenize="unicode61 remove_diacritics 2", prefix='2 3')""",
    """CREATE TRIGGER customers_search_insert AFTER INSERT ON customers BEGIN
        INSERT INTO customers_search(rowid, name, company, email, city)
        VALUES (new.id, new.name, new.company, new.email, new.city);
    END""",
    """CREATE TRIGGER customers_search_delete AFTER DELETE ON customers BEGIN
        INSERT INTO customers_search(customers_search, rowid, name, company, email, city)
        VALUES ('delete', old.id, old.name, old.company, old.email, old.city);
    END""",
    """CREATE TRIGGER customers_search_update AFTER UPDATE OF name, company, email, city ON customers BEGIN
        INSERT INTO customers_search(customers_search, rowid, name, company, email, city)
        VALUES ('delete', old.id, old.name, old.company, old.email, old.city);
        INSERT INTO customers_search(rowid, name, company, email, city)
        VALUES (new.id, new.name, new.company, new.email, new.city);
    END""",
)
#: Words that change are to be read anew, whoever changes them.
WORDS_DDL = tuple(
    f"""CREATE TRIGGER {table}_words AFTER UPDATE OF {", ".join(words)} ON {table}
        WHEN {" OR ".join(f"old.{one} IS NOT new.{one}" for one in words)} BEGIN
        UPDATE {table} SET leaving = NULL WHERE id = new.id;
    END"""
    for table, (words, _) in WRITTEN.items()
)


@cache
def schema_ddl() -> tuple[str, ...]:
    """Return every statement that makes the schema of this version, in order."""
    dialect = sqlite_dialect()
    statements: list[str] = []
    for table in metadata.sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=dialect)).strip())
        statements += [
            str(CreateIndex(index).compile(dialect=dialect)).strip()
            for index in sorted(table.indexes, key=lambda index: index.name or "")
        ]
    return (*statements, *SEARCH_DDL, *WORDS_DDL, *EMAILS_DDL.values())


def create_schema(connection: sqlite.Connection, application_id: int) -> None:
    """Create the schema in one transaction; a second process that does the same waits and finds it done."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        made = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'journal'").fetchone()
        if made is None:
            for statement in schema_ddl():
                connection.execute(statement)
            connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
            connection.execute("INSERT INTO alembic_version VALUES (?)", (f"{SCHEMA_VERSION:04d}",))
            connection.execute(f"PRAGMA application_id = {application_id:d}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION:d}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
