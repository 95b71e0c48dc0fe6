"""Every export of FORMATS is recognised by its headers, mapped to the right fields and imported to the right rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.values.errors import UserError
from models.values.imports import Receipt
from services.entities import ENTITIES
from services.sync.formats.rules import RULES
from services.sync.formats.systems import all_systems
from services.sync.formats.wide import WIDE
from tests.services.sync.book import Book, counts
from tests.services.sync.formats.fixtures import Case, all_cases, imported, rearranged
from tests.services.sync.laws.hold import brought_twice, take_back

CASES = [pytest.param(case, id=case.file.stem) for case in imported()]


def seen(book: Book, case: Case) -> list[list[list[Any]]]:
    return [
        [["" if value is None else value for value in row] for row in book.ask(one["ask"])]
        for one in case.says.get("see", ())
    ]


def expected(case: Case) -> list[list[list[Any]]]:
    return [one["rows"] for one in case.says.get("see", ())]


def outcome(receipt: Receipt) -> tuple[tuple[int, ...], dict[str, int]]:
    """Counts and why rows are ignored, whether further rows of headings were read as such or as rows to leave out."""
    reasons = {why: count for why, count in receipt.ignored_reasons.items() if why != "further row of headings"}
    return (*counts(receipt)[:4], sum(reasons.values())), reasons


def prepared(book: Book, case: Case) -> None:
    for name in case.says.get("after", ()):
        book.bring(case.file.with_name(name))


@pytest.mark.parametrize("case", CASES)
def test_an_export_is_recognised_imported_to_the_right_fields_and_undone(book: Book, case: Case) -> None:
    prepared(book, case)
    before = book.hash()
    receipt, again = brought_twice(book, case.file)
    assert receipt.recognised_as == case.says["recognised"]
    fields = {field: column for column, field in receipt.mapping.items()}
    assert fields | case.says["fields"] == fields
    assert outcome(receipt) == (case.counts(), case.says.get("ignored", {})), receipt.reasons
    assert seen(book, case) == expected(case)
    assert counts(again) == (0, 0, receipt.rows["inserted"] + receipt.rows["updated"], *counts(receipt)[3:])
    assert (again.customers["created"], again.totals) == (0, receipt.totals)
    take_back(book, receipt, again)
    assert book.hash() == before


@pytest.mark.parametrize("case", CASES)
def test_columns_in_another_order_with_others_among_them_are_the_same_export(
    book: Book, tmp_path: Path, case: Case
) -> None:
    prepared(book, case)
    receipt = book.bring(rearranged(case, tmp_path / case.file.name, seed=7, add=True))
    assert (receipt.recognised_as, outcome(receipt)[0]) == (case.says["recognised"], case.counts())
    assert seen(book, case) == expected(case)


@pytest.mark.parametrize("case", CASES)
def test_optional_columns_may_be_missing(book: Book, tmp_path: Path, case: Case) -> None:
    prepared(book, case)
    receipt = book.bring(rearranged(case, tmp_path / case.file.name, leave_out=True))
    assert (receipt.recognised_as, outcome(receipt)[0]) == (case.says["recognised"], case.counts())


@pytest.mark.parametrize("case", [pytest.param(case, id=case.file.stem) for case in all_cases() if case.refused])
def test_totals_that_name_no_customer_are_refused_with_what_to_export_instead(book: Book, case: Case) -> None:
    with pytest.raises(UserError, match=f"is a file of {case.says['refused']}.* Export "):
        book.bring(case.file)


def test_every_declared_export_has_a_fixture() -> None:
    known = {case.says.get("recognised") or case.says["refused"] for case in all_cases()}
    covered_elsewhere = {"maven_crm", "online_retail", "cdnow", "support_tickets"}
    assert {system.words for system in all_systems() if system.name not in covered_elsewhere} - known == set()


def test_what_a_file_declares_is_there() -> None:
    for system in all_systems():
        parts = [(system.entity, system.mapping), *((also.entity, also.mapping) for also in system.also)]
        for entity, mapping in parts:
            assert {field for field in mapping.values() if ENTITIES[entity].field(field) is None} == set(), system.words
        rules = [*system.rules, *(rule for also in system.also for rule in also.rules)]
        assert {rule.name for rule in rules} <= RULES.keys() | WIDE.keys(), system.words
