"""No cell of a file is run by a spreadsheet, no number is spoiled, and each reads back as it was."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.values.cells import unguarded
from services.exporting.gather import cell
from services.exporting.targets import TARGETS, target_of

RISKY = tuple("=+-@＝＋\t\r\n")


@pytest.mark.parametrize(
    ("value", "there"),
    [
        ("+31 20 123 4567", "+31 20 123 4567"),
        ("+1 (503) 555-0148 ext. 12", "+1 (503) 555-0148 ext. 12"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("=1+1", "'=1+1"),
        ("＝1+1", "'＝1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-5", "-5"),
        ("-12,50", "-12,50"),
        ("\t=1", "'\t=1"),
        (None, ""),
        (-3, "-3"),
        (0.25, "0.25"),
        (62.0, "62"),
        (100.0, "100"),
        (100, "100"),
    ],
)
def test_cells(value: object, there: str) -> None:
    assert cell(value) == there


@given(st.text(alphabet=st.sampled_from("=+-@＝＋\t\r\n'\u00a0 0123456789.,()/aZé"), max_size=12))
def test_no_text_is_run_and_each_reads_back(text: str) -> None:
    there = cell(text)
    assert unguarded(there) == text or there == text
    if there.startswith(RISKY):
        assert re.fullmatch(r"[+-]?[0-9 ().,\-/%]+", there), "a sign and digits only"


@pytest.mark.parametrize("name", TARGETS)
def test_what_a_target_declares_is_there(name: str) -> None:
    from models.tables import contacts, contracts, customer_risk_scores, customers, opportunities

    target = target_of(name)
    tables = {table.name: table for table in (contacts, contracts, customers, opportunities)}
    for kind in target.kinds:
        for column in (*kind.fields, *kind.refused, *kind.only, *kind.words):
            assert any(column in tables[one].c for one in kind.of), f"{name} {kind.name}: {column}"
        for figure in kind.scores:
            assert figure in customer_risk_scores.c or figure in ("value_at_risk", "name")
        assert set(kind.only) <= set(kind.fields) and set(kind.words) <= set(kind.fields)
        assert not set(kind.refused) & set(kind.fields)
    assert target.tasks.whose
