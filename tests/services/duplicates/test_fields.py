"""What a customer has of several records: laws that hold for any records."""

from __future__ import annotations

import itertools
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.duplicates.fields import FIELDS, Combined, Record, combined, own_values

EMAILS = st.sampled_from([None, "a@x.test", "b@x.test"])
DAYS = st.sampled_from([None, "2026-01-01", "2026-05-01"])
CONSENTS = st.sampled_from(["given", "withdrawn", "unknown"])
ATTRIBUTES = st.dictionaries(st.sampled_from("pqr"), st.sampled_from(["1", "2"])).map(
    lambda found: json.dumps(found) if found else None
)
SPECIAL: dict[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(["", "Customer 5", "Jane Doe", "J. Doe"]),
    "email": EMAILS,
    "email_consent": CONSENTS,
    "email_consent_since": DAYS,
    "tracking_consent": CONSENTS,
    "suppressed_until": DAYS,
    "attributes": ATTRIBUTES,
    "acquisition_cost_minor": st.sampled_from([None, 0, 500]),
}
ROWS = st.fixed_dictionaries({name: SPECIAL.get(name, st.sampled_from([None, "u", "v"])) for name in FIELDS})
STRICTNESS = {"given": 0, "unknown": 1, "withdrawn": 2}


def _merge(row: dict[str, Any], parts: list[Record], further: Record) -> tuple[dict[str, Any], list[Record]]:
    """One merge as the book does it: the customer's row, and its parts with what each gave."""
    together: Combined = combined(row, [*parts, further])
    now = [Record(one.key, one.values, together.gave[one.key]) for one in (*parts, further)]
    return together.values, now


@given(ROWS, st.lists(ROWS, min_size=2, max_size=3))
def test_the_order_of_merges_does_not_matter(own: dict[str, Any], others: list[dict[str, Any]]) -> None:
    records = [Record(("s", str(number)), values) for number, values in enumerate(others)]
    outcomes = []
    for order in itertools.permutations(records):
        row, parts = own, list[Record]()
        for record in order:
            row, parts = _merge(row, parts, record)
        outcomes.append((row, sorted(parts, key=lambda one: one.key)))
    for outcome in outcomes[1:]:
        assert _comparable(outcome) == _comparable(outcomes[0])


@given(ROWS, ROWS, ROWS)
def test_a_chain_of_merges_is_one_merge_of_all(own: dict[str, Any], two: dict[str, Any], three: dict[str, Any]) -> None:
    """A ← (B ← C) keeps what (A ← B) ← C keeps."""
    b, c = Record(("s", "b"), two), Record(("s", "c"), three)
    row, parts = _merge(own, [], b)
    star = _merge(row, parts, c)
    second, its_parts = _merge(two, [], c)
    record = Record(("s", "b"), own_values(second, its_parts))
    chain = _merge(own, its_parts, record)
    plain = [name for name in FIELDS if "consent" not in name and "suppressed" not in name and name != "attributes"]
    assert {name: chain[0][name] for name in plain} == {name: star[0][name] for name in plain}
    assert _as_dict(chain[0]["attributes"]) == _as_dict(star[0]["attributes"])
    # A chain may be stricter than a star, never laxer.
    assert STRICTNESS[chain[0]["email_consent"]] >= STRICTNESS[star[0]["email_consent"]]


def _comparable(outcome: tuple[dict[str, Any], list[Record]]) -> Any:
    row, parts = outcome
    return {**row, "attributes": _as_dict(row["attributes"])}, [(one.key, one.gave) for one in parts]


def _as_dict(text: str | None) -> Any:
    return json.loads(text) if text else {}


@given(ROWS, st.lists(ROWS, min_size=1, max_size=3))
def test_consent_never_becomes_laxer(own: dict[str, Any], others: list[dict[str, Any]]) -> None:
    records = [Record(("s", str(number)), values) for number, values in enumerate(others)]
    result = combined(own, records).values
    every = [own, *others]
    assert (result["email_consent"] == "withdrawn") == any(one["email_consent"] == "withdrawn" for one in every)
    if result["email_consent"] == "given":
        assert any(one["email_consent"] == "given" and one["email"] == result["email"] for one in every) or (
            result["email"] is None
        )
    strictest = max(STRICTNESS[one["tracking_consent"]] for one in every)
    assert STRICTNESS[result["tracking_consent"]] == strictest
    assert (result["suppressed_until"] or "") == max(one["suppressed_until"] or "" for one in every)


@given(ROWS, st.lists(ROWS, min_size=1, max_size=3))
def test_every_value_is_of_one_of_the_records_and_none_is_lost(
    own: dict[str, Any], others: list[dict[str, Any]]
) -> None:
    result = combined(own, [Record(("s", str(number)), values) for number, values in enumerate(others)]).values
    for name in FIELDS:
        if name in ("attributes", "email_consent_since", "email_consent_how", "suppressed_why"):
            continue
        assert result[name] in [one[name] for one in (own, *others)], name
        known = [one[name] for one in (own, *others) if one[name] not in (None, "")]
        if known and name not in ("email_consent", "tracking_consent"):
            assert result[name] in known
    keys = {key for one in (own, *others) for key in _as_dict(one["attributes"])}
    assert keys == set(_as_dict(result["attributes"]))


@given(ROWS)
def test_merging_with_itself_changes_no_plain_field(own: dict[str, Any]) -> None:
    result = combined(own, [Record(("s", "1"), own)]).values
    assert {name: result[name] for name in FIELDS if "consent" not in name} == {
        name: own[name] for name in FIELDS if "consent" not in name
    }
