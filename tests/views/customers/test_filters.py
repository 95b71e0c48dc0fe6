"""Filters as values: chips, tabs, and the way to the preferences and back."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from models.values.customers import CustomerFilter
from models.values.scores import SEGMENTS
from views.customers.filters import (
    EMPTY,
    chips_of,
    from_json,
    own_tabs,
    restricts,
    toggled,
    without,
)
from views.shell.saved_filters import restrictions_of

NAMES = st.frozensets(st.text(max_size=8), max_size=3)
FILTERS = st.builds(
    CustomerFilter,
    text=st.text(max_size=10),
    tiers=NAMES,
    segments=NAMES,
    regions=NAMES,
    owners=NAMES,
    consents=st.frozensets(st.sampled_from(["given", "withdrawn", "unknown"])),
    churn_from=st.none() | st.floats(0, 1),
    at_risk_from_minor=st.none() | st.integers(0, 10**9),
    renews_within_days=st.none() | st.integers(1, 365),
    open_alert=st.booleans(),
    overdue=st.booleans(),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None)
@given(FILTERS)
def test_a_saved_filter_comes_back_as_it_was(chosen: CustomerFilter) -> None:
    assert from_json(json.loads(json.dumps(restrictions_of(chosen)))) == chosen


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["tiers", "text", "churn_from", "open_alert", "overdue", "owners"]), JSON))
def test_a_damaged_saved_filter_never_raises(document: dict[str, Any]) -> None:
    assert isinstance(from_json(document), CustomerFilter)


@settings(max_examples=60, deadline=None)
@given(FILTERS)
def test_taking_every_chip_away_leaves_only_the_text(chosen: CustomerFilter) -> None:
    left = chosen
    for chip in chips_of(chosen, "USD"):
        left = without(left, chip.kind)
    assert left == CustomerFilter(text=chosen.text)


def test_a_chip_says_its_values_with_or() -> None:
    chosen = CustomerFilter(tiers=frozenset({"Silver", "Gold"}), owners=frozenset({"", "Ines"}), churn_from=0.2)
    words = [chip.words for chip in chips_of(chosen, "USD", "Ines")]
    assert words == [
        "Tier: Gold or Silver",
        "Owner: No owner or you",
        "Churn risk: 20\N{NARROW NO-BREAK SPACE}% or more",
    ]


def test_toggling_a_value_twice_changes_nothing() -> None:
    once = toggled(EMPTY, "tiers", "Gold")
    assert once.tiers == {"Gold"}
    assert toggled(once, "tiers", "Gold") == EMPTY
    assert restricts(once) and not restricts(EMPTY)


def test_mine_is_only_there_where_it_is_known_who_works_here() -> None:
    assert "mine" not in {tab.key for tab in own_tabs("", 0.4)}
    assert next(tab for tab in own_tabs("Ines", 0.4) if tab.key == "mine").filter.owners == {"Ines"}


def test_no_tab_is_called_like_a_segment() -> None:
    assert not {tab.name for tab in own_tabs("Ines", 0.4)} & set(SEGMENTS)
