"""Headers that people wrote from what systems export, with cells: what a file is about, and what its columns mean."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from models.values.errors import UserError
from services.entities import ENTITIES
from services.sync.formats.propose import Seen
from services.sync.formats.ranking import Held, Undecided
from services.sync.formats.recognise import contacts_of, recognise
from services.sync.read import Table, read_table
from tests.services.sync.book import FIXTURES, write_csv

#: From public documentation; by two writers who never saw the code.
FIRST, SECOND, THIRD = (FIXTURES.parent / f"headers{which}.tsv" for which in ("", "_second", "_third"))
# What stands in three rows of a column of each name.
CELLS = {
    "name": "Ada Stone|Kim Berg|Tom Reed",
    "first": "Ada|Kim|Tom",
    "last": "Stone|Berg|Reed",
    "firm": "Linden Supply|Marlow Pike|Harbour Works",
    "own": "Ann Day|Lee Fox|Ann Day",
    "email": "ada@linden.test|kim@marlow.test|tom@harbour.test",
    "phone": "+1 503 555 0141|+1 503 555 0142|+1 503 555 0143",
    "city": "Salem|Portland|Toronto",
    "day": "2026-01-05|2026-01-13|2026-02-15",
    "dmy": "05/01/2026|13/01/2026|15/02/2026",
    "tag": "05.01.2026|13.01.2026|15.02.2026",
    "moment": "2026-01-05 10:00|2026-01-13 11:15|2026-02-15 15:20",
    "iso": "2026-01-05T10:00:00Z|2026-01-13T11:15:00Z|2026-02-15T15:20:00Z",
    "amount": "24.00|13.50|1099.00",
    "betrag": "24,00|13,50|1.099,00",
    "id": "41|42|43",
    "uuid": "0000002a-4000-4000-8000-00000000000a|0000002b-4000-4000-8000-00000000000b|"
    "0000002c-4000-4000-8000-00000000000c",
}


class Export(NamedTuple):
    """A file of one system: what it is about, what it is called, and its columns."""

    system: str
    entity: str
    file: str
    columns: list[list[str]]

    def write(self, folder: Path) -> Path:
        rows = list(zip(*(_cells(column[2]) for column in self.columns), strict=True))
        comma = any("," in cell for row in rows for cell in row)
        name = re.sub(r"[/\\\\]", "_", Path(self.file).stem) + ".csv"
        return write_csv(folder / name, [column[0] for column in self.columns], rows, ";" if comma else ",")

    def expected(self) -> list[str]:
        """The field of each column; a number is the key of rows that have no other."""
        entity, fields = ENTITIES.get(self.entity), [column[1] for column in self.columns]
        if entity is None or entity.key in fields:
            return fields
        return [entity.key if field == "number" else field for field in fields]


class Outcome(NamedTuple):
    """What became of a file at first sight, and of its columns.

    Attributes
    ----------
    verdict
        "read", "left out", "asked" (about what the rows are most like), "asked wrongly" (about something else),
        "left out wrongly", or "silent": taken for something else without a word.
    right, missed, wrong, extra
        Columns: as expected, left out, taken for another field, taken though they have no place.
    """

    verdict: str
    entity: str
    right: list[str]
    missed: list[tuple[str, str]]
    wrong: list[tuple[str, str, str]]
    extra: list[tuple[str, str]]
    said: str = ""


def outcome(export: Export, folder: Path) -> Outcome:
    """Read a file without any help."""
    table, said, left_out = read_table(export.write(folder)), "", False
    entity, mapping, asked = _read(export, table)
    if asked is not None:
        said, left_out = str(asked), isinstance(asked, Undecided) and asked.left_out
    found = Outcome(_verdict(export, entity, asked is not None, left_out), entity, [], [], [], [], said)
    for column, field in zip(table.columns, export.expected(), strict=True):
        got = mapping.get(column) or "-"
        if field == "?" or export.entity == "none":
            continue
        if got == field or (_same(field, got) and not {field, got} <= {*export.expected()}):
            found.right.append(column)
        elif got == "-":
            found.missed.append((column, field))
        elif field == "-":
            found.extra.append((column, got))
        else:
            found.wrong.append((column, field, got))
    return found


def _read(export: Export, table: Table) -> tuple[str, dict[str, str], UserError | None]:
    """What the rows are taken for, the columns with their fields, and the question if there is one."""
    try:
        found = recognise(table)
        # A list of people is one of contacts once their accounts are in the book.
        people = contacts_of(found, {}) if export.entity == "contacts" and found.entity.name == "customers" else None
        found = people or found
    except UserError as problem:
        held = Held(Seen.of(table.columns, table.sample), {}, table)
        entity = ENTITIES.get(problem.entity if isinstance(problem, Undecided) else "") or held.likeliest()
        return (entity.name, held.shown(entity), problem) if entity is not None else ("", {}, problem)
    return found.entity.name, found.mapping, None


def _verdict(export: Export, entity: str, asked: bool, left_out: bool) -> str:
    right = entity == export.entity or (asked and {entity, export.entity} == {"customers", "contacts"})
    if left_out:
        return "left out" if export.entity == "none" else "left out wrongly"
    if asked:
        return "asked" if right or export.entity == "none" else "asked wrongly"
    return "read" if right else "silent"


def _same(field: str, got: str) -> bool:
    """Whether two fields say the same where a file has only one of them."""
    return {field, got} <= {"customer_name", "customer_company"} or {field, got} <= {"name", "company"}


def _cells(said: str) -> list[str]:
    if said.startswith("id:"):
        return [said[3:] + number for number in ("41", "42", "43")]
    cells = CELLS.get(said, said).split("|")
    return cells * 3 if len(cells) == 1 else [*cells[:3], "", ""][:3]


def exports(file: Path) -> list[Export]:
    """The exports of one of the files."""
    found: list[Export] = []
    for line in file.read_text(encoding="utf-8").splitlines()[1:]:
        if line.startswith("# ") and line.count(" | ") == 2:
            system, entity, name = line[2:].split(" | ")
            found.append(Export(system, entity, name, []))
        elif line:
            found[-1].columns.append(line.split("\t"))
    return found
