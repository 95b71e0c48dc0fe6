"""What is in the book after an import that did not come to its end, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

from models.values.changes import Changes
from models.values.errors import EnvironmentFault
from services.pipeline.jobs import CANCELLED_BEFORE, ImportResult
from tests.views.data import made
from views.background import Failed
from views.data.kept import STOPPED_BEFORE, UNTOLD, Kept, stopped_words, what_was_kept

REQUESTS = [made.request(f"/exports/{name}.csv") for name in ("one", "two", "three")]
CHANGES = Changes(customers=frozenset({7}), tables=frozenset({"orders"}))
ONE = ImportResult("/exports/one.csv", made.receipt(import_id=11, file="one.csv"), changes=CHANGES)
TWO = ImportResult("/exports/two.csv", made.receipt(import_id=12, file="two.csv"), changes=CHANGES)
THREE = ImportResult("/exports/three.csv", made.receipt(import_id=13, file="three.csv"), changes=CHANGES)
FAULT = Failed(EnvironmentFault("The disk is full."))


def kept(*told: ImportResult, cancelled: bool = True, records: tuple[object, ...] = ()) -> Kept:
    return what_was_kept(REQUESTS, told, records, {10}, cancelled=cancelled)  # type: ignore[arg-type]


def test_files_that_were_told_are_kept_and_the_rest_says_why() -> None:
    found = kept(ONE)
    assert [one.error for one in found.files] == ["", CANCELLED_BEFORE, CANCELLED_BEFORE]
    assert found.count == 1 and not found.through and found.changes == CHANGES
    assert [one.error for one in kept(ONE, cancelled=False).files] == ["", STOPPED_BEFORE, STOPPED_BEFORE]


def test_a_file_whose_result_was_lost_is_found_in_the_history() -> None:
    lost = replace(made.record(12), receipt=made.receipt(file="two.csv"), finished_at=REQUESTS[1].now)
    found = kept(ONE, records=(lost,))
    assert found.count == 2 and found.changes == CHANGES.merged(UNTOLD)
    assert found.files[1].receipt is not None and found.files[1].receipt.import_id == 12


def test_an_earlier_import_of_a_file_of_the_same_name_is_not_taken_for_this_one() -> None:
    earlier = replace(made.record(9), receipt=made.receipt(file="two.csv"), finished_at="2026-11-14T10:00:00Z")
    known = replace(made.record(10), receipt=made.receipt(file="three.csv"), finished_at=REQUESTS[1].now)
    assert kept(ONE, records=(earlier, known)).count == 1


def test_what_is_said_is_true() -> None:
    assert stopped_words(kept(ONE), None) == "1 of 3 files is imported and stays; the rest was cancelled."
    assert stopped_words(kept(ONE, TWO), FAULT) == "2 of 3 files are imported and stay. The disk is full."
    through = kept(ONE, TWO, THREE)
    assert through.through
    assert stopped_words(through, None) == ("3 files are imported; scoring was stopped and resumes at the next start.")
    assert stopped_words(through, FAULT) == "3 files are imported, but not scored: scoring resumes at the next start."
