"""What people changed here stands until a file says something new of it.

A file that says only what it said before an edit does not know of the edit: its cell gives way. A cell that says
anything else is news, and is taken. Both are told. A file that says what the edit says knows of it: from then on its
source's word counts again, and so that the next file can tell, the receipt keeps of which cells that was so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from models import sqlite
from models.queries.hand_edits import hand_edits
from models.values.words import count
from services.entities import ENTITIES
from services.sync.stage.layout import Target

#: Nobody edits rows of other tables.
_TABLES: Final = ("customers", "contacts", "contracts", "opportunities")
#: Consent has rules of its own: see `services.sync.stage.layout`.
_OWN_RULES: Final = ("email_consent", "email_consent_since", "email_consent_how", "tracking_consent")
_NAMED: Final = 3
_KEPT: Final = "Kept your change to {what}: the file has not changed since."
_TAKEN: Final = "Replaced your change to {what}: the file has a newer value."
#: Cells that a file of the source has said as they were edited, and the journal's entry of the last such file.
_AGREED: Final = """SELECT json_extract(a.value, '$[1]'), json_extract(a.value, '$[2]'), max(i.journal_id)
    FROM main.imports i, json_each(i.receipt, '$.agreed') a
    WHERE i.source = ? AND i.undone_by IS NULL AND json_extract(a.value, '$[0]') = ? GROUP BY 1, 2"""


def keep_edits(db: sqlite.Connection, target: Target, source: str) -> list[str]:
    """Let edits stand over cells that say what they replaced; say which did, and which gave way to news."""
    if target.table not in _TABLES or target.loose_keys:
        return []
    staged = {row[1] for row in db.execute(f"PRAGMA stage.table_info({target.staged})")}
    names = [name for name in target.columns if name in staged and name not in _OWN_RULES]
    found = hand_edits(db, target.table, frozenset(names))
    told = {(row, name): entry for row, name, entry in db.execute(_AGREED, (source, target.table))} if found else {}
    edits = [
        (row, name, was, one.steps[-1][2])
        for row, of_row in found.items()
        for name, one in of_row.items()
        for was in one.replaced(told.get((row, name), 0))
    ]
    if not edits:
        return []
    db.execute("CREATE TABLE IF NOT EXISTS stage.agreed (place, row, name)")
    db.execute("CREATE TABLE stage.edits (id INTEGER, name TEXT, was, now)")
    db.executemany("INSERT INTO stage.edits VALUES (?, ?, ?, ?)", edits)
    db.execute(f"CREATE TABLE stage.edited AS {_rows(target)}", {"source": source})
    kept: dict[int, list[str]] = {}
    taken: dict[int, list[str]] = {}
    edited = {name for _row, name, *_values in edits}
    for name in (name for name in names if name in edited):
        _keep(db, target, name, source, kept, taken)
    said = [_told(db, target, kept, _KEPT), _told(db, target, taken, _TAKEN)]
    for table in ("edits", "edited"):
        db.execute(f"DROP TABLE stage.{table}")
    return [one for one in said if one]


def agreed(db: sqlite.Connection) -> list[tuple[str, int, str]]:
    """Return table, row and column of the cells that say what was edited, and did not before."""
    if not db.execute("SELECT 1 FROM stage.sqlite_master WHERE name = 'agreed'").fetchone():
        return []
    return db.execute("SELECT DISTINCT place, row, name FROM stage.agreed ORDER BY 1, 2, 3").fetchall()


def _rows(target: Target) -> str:
    """SQL of the staged rows that speak of an edited row, with its id."""
    edited = "SELECT id FROM stage.edits"
    if target.table == "customers":
        return f"""SELECT s.row AS row, p.customer_id AS id FROM stage.people p JOIN stage.{target.staged} s
            ON s.who = p.who WHERE p.customer_id IN ({edited}) AND s.state IS NULL"""
    return f"""SELECT s.row AS row, t.id AS id FROM main.{target.table} t JOIN stage.{target.staged} s
        ON {target.same_row} WHERE t.id IN ({edited}) AND s.state IS NULL"""


def _keep(
    db: sqlite.Connection,
    target: Target,
    name: str,
    source: str,
    kept: dict[int, list[str]],
    taken: dict[int, list[str]],
) -> None:
    """Settle one column."""
    rows = f"""stage.edited d JOIN main.{target.table} t ON t.id = d.id JOIN stage.{target.staged} s ON s.row = d.row
        WHERE EXISTS (SELECT 1 FROM stage.edits e WHERE e.id = d.id AND e.name = :name
        AND e.now IS t.{name}{{same}})"""
    named = {"name": name, "source": source}
    same = rows.format(same=f" AND s.{name} = t.{name}")
    db.execute(f"INSERT INTO stage.agreed SELECT '{target.table}', t.id, '{name}' FROM {same}", named)
    old = rows.format(same=f" AND e.was IS s.{name}") + f" AND t.{name} IS NOT {target.columns[name]}"
    for row, stands, number in db.execute(f"SELECT s.row, t.{name}, t.id FROM {old}", named).fetchall():
        db.execute(f"UPDATE stage.{target.staged} SET {name} = ? WHERE row = ?", (stands, row))
        kept.setdefault(number, []).append(name)
    news = rows.format(same="") + f" AND t.{name} IS NOT {target.columns[name]}"
    for (number,) in db.execute(f"SELECT t.id FROM {news}", named).fetchall():
        taken.setdefault(number, []).append(name)


def _told(db: sqlite.Connection, target: Target, rows: Mapping[int, Sequence[str]], words: str) -> str:
    if not rows:
        return ""
    labels = {one.columns[0]: one.label for one in ENTITIES[target.table].fields if one.columns}
    said = []
    for number in list(rows)[:_NAMED]:
        fields = ", ".join(labels.get(name, name.replace("_", " ")) for name in rows[number])
        said.append(f"{fields} of {_name(db, target.table, number)}")
    more = f"; and {count(len(rows) - _NAMED, 'more')}" if len(rows) > _NAMED else ""
    return words.format(what="; ".join(said) + more)


def _name(db: sqlite.Connection, table: str, number: int) -> Any:
    called = "number" if table == "contracts" else "name"
    asked = f"SELECT coalesce(nullif({called}, ''), external_id) FROM main.{table} WHERE id = ?"
    return db.execute(asked, (number,)).fetchone()[0]
