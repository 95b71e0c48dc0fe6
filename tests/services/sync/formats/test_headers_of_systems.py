"""Headers that widespread systems write, with plausible cells: what a file is about, and what its columns mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.sync.formats.recognise import recognise
from services.sync.read import read_table
from tests.services.sync.formats.exports import FIRST, Export, exports


@pytest.mark.parametrize("export", [pytest.param(one, id=one.system) for one in exports(FIRST)])
def test_headers_of_a_system_are_understood(export: Export, tmp_path: Path) -> None:
    found = recognise(read_table(export.write(tmp_path)))
    assert found.entity.name == export.entity
    said = {column: field for column, field, _ in export.columns if field != "?"}
    assert {column: found.mapping.get(column, "-") for column in said} == said
