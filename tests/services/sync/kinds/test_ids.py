"""Ids: text with its zeros, and what spreadsheets have done to it."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sync.kinds.ids import salesforce_checksum, salesforce_id
from services.sync.kinds.memo import Unfit
from tests.services.sync.kinds.columns import converted, faults, meaning

_FIFTEEN = st.text(string.ascii_letters + string.digits, min_size=12, max_size=12).map(lambda rest: "001" + rest)


@given(short=_FIFTEEN)
@settings(max_examples=200, deadline=None)
def test_law_eighteen_characters_bring_back_capitals(short: str) -> None:
    whole = salesforce_id(short)
    assert whole == short + salesforce_checksum(short) and len(whole) == 18
    assert salesforce_id(whole) == salesforce_id(whole.lower()) == salesforce_id(whole.upper()) == whole


@pytest.mark.parametrize(
    ("short", "whole"),
    [("003300000045pzZ", "003300000045pzZAAQ"), ("001A0000006Vm9r", "001A0000006Vm9rIAC")],
)
def test_known_salesforce_ids(short: str, whole: str) -> None:
    assert salesforce_id(short) == whole


@pytest.mark.parametrize("text", ["", "001", "0013000001AbCdE!!!", "001300000000000ZZZ", "0013000001AbCdE999"])
def test_what_is_no_salesforce_id_does_not_fit(text: str) -> None:
    with pytest.raises(Unfit, match="is not a Salesforce ID"):
        salesforce_id(text)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["007", "042"], ["007", "042"]),
        (["17850.0", "13047", ""], ["17850", "13047", None]),
        (["17850.0", "C-1"], ["17850.0", "C-1"]),
        (["1.0", "1.5"], ["1.0", "1.5"]),
        (["'85004", "'+31612345678", "'tHooft"], ["85004", "+31612345678", "'tHooft"]),
        (["003300000045pzZ", "001A0000006Vm9rIAC"], ["003300000045pzZAAQ", "001A0000006Vm9rIAC"]),
        (["003300000045pzZ", "X-1"], ["003300000045pzZ", "X-1"]),
        (["5e10", "12E3"], ["5e10", "12E3"]),
        (["9013808660771123", "9013808660771456"], ["9013808660771123", "9013808660771456"]),
    ],
)
def test_ids_are_text(cells: list[str], values: list[str | None]) -> None:
    for first in (None, 1):
        assert converted(cells, "id", first=first)[1] == values


def test_an_id_in_scientific_notation_is_damaged() -> None:
    cells = ["9.01381E+12", "12", "5.57e+92"]
    _, values = converted(cells, "id")
    assert values[1] == "12"
    assert faults(values) == [
        f"was rounded by a spreadsheet: {cell} no longer says which one it was" for cell in (cells[0], cells[2])
    ]
    assert meaning(cells, "id").flags == (
        "2 were damaged by a spreadsheet, such as 5.57e+92: export them again as text.",
    )


def test_long_ids_that_all_end_in_zeros_were_rounded() -> None:
    cells = ["9013808660771000", "9013808660772000", "9013808660773000", "12"]
    for first in (None, 1):
        _, values = converted(cells, "id", first=first)
        assert len(faults(values)) == 3 and values[3] == "12"
    found = meaning(cells, "id")
    assert "3 were rounded by a spreadsheet" in found.flags[0] and found.unfit == 3
    assert converted(cells, "id", said="as_written")[1] == cells


def test_what_is_done_to_ids_is_told() -> None:
    found = meaning(["007.0", "'12", "13"], "id")
    assert found.words == "IDs, kept as text"
    assert found.evidence == (
        "1 are written like 007.0: the .0 is removed",
        "1 start with an apostrophe, which is removed",
    )
    assert "1 of 15 characters are completed to 18" in meaning(["003300000045pzZ", "001A0000006Vm9rIAC"], "id").evidence


@given(
    numbers=st.lists(st.integers(0, 10**18), min_size=1, max_size=8),
    zero=st.booleans(),
    stray=st.sampled_from([[], ["A-1"], ["1.0"], ["1.5"], ["1.2E+15"], ["9013808660771000"], ["003300000045pzZ"]]),
    seed=st.randoms(use_true_random=False),
    first=st.integers(0, 9),
)
@settings(max_examples=200, deadline=None)
def test_law_rows_in_any_order_and_any_first_rows_decide_the_same(
    numbers: list[int], zero: bool, stray: list[str], seed: object, first: int
) -> None:
    cells = [f"{number}{'.0' if zero else ''}" for number in numbers] + stray
    _, values = converted(cells, "id", survey=True)
    shuffled = cells[:]
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    _, others = converted(shuffled, "id", first=first)
    assert sorted(map(repr, values)) == sorted(map(repr, others))
