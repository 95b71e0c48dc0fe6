"""The commands about customers who may be one."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("moment")


@pytest.fixture
def twins(ask: Any) -> tuple[str, str]:
    """Two customers by hand who are most likely one; their numbers."""
    for name, city in (("Jane Doe", "Leeds"), ("Doe, Jane", "Leeds")):
        assert ask("customer", "add", f"name={name}", f"city={city}", "phone=+44 113 496 0123")[0] == 0
    return "1", "2"


def test_duplicates_are_listed_with_their_reasons(ask: Any, twins: tuple[str, str]) -> None:
    code, found, _ = ask("customers", "duplicates")
    assert code == 0
    (pair,) = found["duplicates"]
    assert (pair["first_id"], pair["second_id"], pair["state"]) == (1, 2, "pending")
    assert pair["reasons"] == ["same phone", "same name", "both in Leeds"]
    assert found["counts"] == {"pending": 1, "later": 0, "apart": 0, "merged": 0}
    assert ask("duplicates", "--state", "sideways")[0] == 2


def test_merging_is_undone_by_undo(ask: Any, twins: tuple[str, str]) -> None:
    before = ask("verify")[1]["content_hash"]
    code, said, _ = ask("customer", "merge", *twins)
    assert (code, said["customers"]) == (0, [1, 2])
    assert len(ask("customers")[1]["customers"]) == 1
    assert ask("customers", "duplicates")[1]["counts"]["merged"] == 1
    assert ask("customer", "merge", *twins)[1]["entry"] is None
    assert ask("undo")[0] == 0
    assert ask("verify")[1]["content_hash"] == before
    assert ask("customers", "duplicates")[1]["counts"]["pending"] == 1


def test_keeping_apart_and_deciding_later_empty_the_list(ask: Any, twins: tuple[str, str]) -> None:
    assert ask("customer", "later", *twins)[0] == 0
    assert ask("customers", "duplicates")[1]["counts"] == {"pending": 0, "later": 1, "apart": 0, "merged": 0}
    assert ask("customer", "apart", *twins)[0] == 0
    assert ask("customers", "duplicates", "--state", "apart")[1]["duplicates"][0]["state"] == "apart"


def test_contradicting_identifiers_are_listed_when_asked_for(ask: Any, twins: tuple[str, str]) -> None:
    assert ask("customer", "add", "name=Tom Baker", "phone=+44 113 496 0123")[0] == 0
    (row,) = ask("customers", "duplicates", "--quality")[1]["quality"]
    assert (row["kind"], row["count"]) == ("shared_phone", 3)


def test_what_cannot_be_merged_is_said_in_a_sentence(ask: Any, twins: tuple[str, str]) -> None:
    code, _, said = ask("customer", "merge", "1", "9")
    assert (code, said.strip()) == (1, "There is no customer 9. “bellwether customers” lists them.")
