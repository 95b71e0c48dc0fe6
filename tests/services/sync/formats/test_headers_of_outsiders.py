"""Exports that two people wrote who never saw the code: how many are read, and how many columns are right.

The weights in `resources/learnt` were learnt from them, so these figures hold what was reached and say nothing of the
next export: docs/exports-checked.md has the figures of first sight.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from services.sync.formats.recognise import recognise
from services.sync.read import read_table
from tests.services.sync.formats.exports import SECOND, THIRD, exports, outcome


@pytest.mark.parametrize(
    ("file", "most"),
    [
        (SECOND, {"read": 99, "right": 1477, "silent": 0, "amiss": 49}),
        (THIRD, {"read": 98, "right": 1451, "silent": 0, "amiss": 46}),
    ],
    ids=["second", "third"],
)
def test_exports_by_outsiders_are_read_as_far_as_was_reached(file: Path, most: dict[str, int], tmp_path: Path) -> None:
    files, columns = Counter[str](), Counter[str]()
    for export in exports(file):
        found = outcome(export, tmp_path)
        files[found.verdict] += 1
        if found.verdict == "read":
            columns += Counter({name: len(getattr(found, name)) for name in ("right", "missed", "wrong", "extra")})
    print(f"    {file.name}: {dict(files)}; columns of files that were read: {dict(columns)}")
    assert files["read"] >= most["read"] and columns["right"] >= most["right"]
    assert files["silent"] <= most["silent"] and columns["wrong"] + columns["extra"] <= most["amiss"]


def test_a_column_that_only_weights_name_is_said_to_be_unsure(tmp_path: Path) -> None:
    (offers,) = (one for one in exports(SECOND) if one.file == "weclapp_Angebote.csv")
    found = recognise(read_table(offers.write(tmp_path)))
    assert found.mapping["Angebotsdatum"] == "opened_on"
    assert "“Angebotsdatum” was read as “Opened on”: by parts of its header and its values." in found.unsure
