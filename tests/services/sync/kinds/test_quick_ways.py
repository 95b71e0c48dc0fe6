"""The quick ways through columns as most programs write them say what the careful ones say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sync.kinds.amounts import Numbers
from services.sync.kinds.dates import Dates
from services.sync.kinds.ids import IdEvidence

_SECONDS = st.integers(-2_300_000_000, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
_ISO = st.tuples(_SECONDS, st.sampled_from(["%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"])).map(
    lambda pair: pair[0].strftime(pair[1])
)
_DATES = st.one_of(_ISO, st.sampled_from(["", "2026-13-01", "1899-01-01", "2200-01-01", "2026-W01-1", "03/04/2026"]))
_IDS = st.one_of(
    st.from_regex(r"[A-Z]{2}-[0-9]{4}", fullmatch=True),
    st.sampled_from(["12", "012", "12.0", "", " A-1", "'12", "1.2E+15", "003300000045pzZ", "003300000045pzZAAQ"]),
)
_NUMBERS = st.one_of(
    st.from_regex(r"[0-9]{1,5}(\.[0-9]{1,4})?", fullmatch=True),
    st.sampled_from(["", "x", "1,5", "$3", "-1.5", "1.000", "0.5", "007", "50%"]),
)


def _facts(tally: Any) -> dict[str, Any]:
    """What a tally knows; of a few texts that it keeps, only how many they are."""
    known = {name: len(value) if isinstance(value, set) else value for name, value in vars(tally).items()}
    return {**known, "_memo": None}


@pytest.mark.parametrize("make", [Dates, IdEvidence, Numbers])
@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_law_a_column_taken_in_batches_of_any_size_is_the_same(make: Callable[[], Any], data: st.DataObject) -> None:
    kinds = {Dates: _DATES, IdEvidence: _IDS, Numbers: _NUMBERS}
    cells = data.draw(st.lists(kinds[make], max_size=12))  # type: ignore[index]
    at = data.draw(st.integers(0, 12))
    whole, parts, single = make(), make(), make()
    whole.take(cells)
    parts.take(cells[at:])
    parts.take(cells[:at])
    for cell in cells:
        single.take([cell])
    assert _facts(whole) == _facts(parts) == _facts(single)


@given(text=_ISO)
@settings(max_examples=100, deadline=None)
def test_law_a_date_of_the_usual_form_is_seen_as_the_careful_way_sees_it(text: str) -> None:
    quick, careful = Dates(), Dates()
    quick.take([text])
    careful.take([text, "03/04/2026"])
    careful.kinds[("dmy", "mdy")] -= 1
    assert +quick.kinds == +careful.kinds and quick.timed == careful.timed


@given(text=st.from_regex(r"-?(0|[1-9][0-9]{0,5})(\.[0-9]{1,5})?", fullmatch=True))
@settings(max_examples=150, deadline=None)
def test_law_a_number_of_the_usual_form_is_seen_as_the_careful_way_sees_it(text: str) -> None:
    """Blanks around it close the quick way and change nothing else."""
    quick, careful = Numbers(), Numbers()
    quick.take([text])
    careful.take([f" {text} "])
    for name in ("kinds", "currencies", "percent", "long_whole", "above_one"):
        assert getattr(quick, name) == getattr(careful, name)
