"""Headers that widespread systems write, with plausible cells: what a file is about, and what its columns mean."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from services.sync.formats.recognise import recognise
from services.sync.read import read_table
from tests.services.sync.book import FIXTURES, write_csv

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
        return write_csv(folder / self.file, [column[0] for column in self.columns], rows, ";" if comma else ",")


def _cells(said: str) -> list[str]:
    if said.startswith("id:"):
        return [said[3:] + number for number in ("41", "42", "43")]
    cells = CELLS.get(said, said).split("|")
    return cells * 3 if len(cells) == 1 else cells


def _exports() -> list[Export]:
    found: list[Export] = []
    for line in (FIXTURES.parent / "headers.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        if line.startswith("# "):
            system, entity, file = line[2:].split(" | ")
            found.append(Export(system, entity, file, []))
        else:
            found[-1].columns.append(line.split("\t"))
    return found


@pytest.mark.parametrize("export", [pytest.param(one, id=one.system) for one in _exports()])
def test_headers_of_a_system_are_understood(export: Export, tmp_path: Path) -> None:
    found = recognise(read_table(export.write(tmp_path)))
    assert found.entity.name == export.entity
    said = {column: field for column, field, _ in export.columns if field != "?"}
    assert {column: found.mapping.get(column, "-") for column in said} == said
