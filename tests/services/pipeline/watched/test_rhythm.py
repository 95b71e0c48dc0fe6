"""How regularly the files of a source come, and when one has fallen silent."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from models.values.imports import ImportOptions, ImportRequest
from services.pipeline.watched import source_rhythms
from services.sync import run_import, undo_import
from tests.services.sync.book import Book, write_csv

TODAY = date(2026, 11, 21)


def bring(book: Book, folder: Path, source: str, days_ago: int, *, number: int = 0) -> int:
    """An import of so many days ago; its id."""
    path = write_csv(folder / f"{source}{days_ago}{number}.csv", ["customer_id", "name"], [[f"{days_ago}", "Ana"]])
    now = f"{TODAY - timedelta(days=days_ago)}T12:00:00Z"
    options = ImportOptions(entity="customers", source=source, timezone="UTC")
    receipt, _ = run_import(book.workspace, ImportRequest(book.workspace.recipe.store, str(path), now, "Ana", options))
    assert receipt.import_id is not None
    return receipt.import_id


@pytest.fixture
def rhythm(book: Book, tmp_path: Path) -> object:
    """Import on these days ago, and return the source's rhythm."""

    def of(*days_ago: int) -> object:
        for number, days in enumerate(sorted(days_ago, reverse=True)):
            bring(book, tmp_path, "shop", days, number=number)
        (found,) = source_rhythms(book.workspace)
        return found

    return of


def test_a_weekly_source_that_is_silent_for_sixteen_days_is_stale(rhythm: object) -> None:
    found = rhythm(37, 30, 23, 16)  # type: ignore[operator]
    assert found.rhythm == "usually every 7 days, last 16 days ago"
    assert (found.usual_days, found.age_days, found.files, found.last_on) == (7, 16, 4, "2026-11-05")
    assert found.stale


def test_a_quiet_week_is_no_silence(rhythm: object) -> None:
    found = rhythm(9, 8, 7, 6)  # type: ignore[operator]
    assert found.rhythm == "usually every day, last 6 days ago" and not found.stale


def test_of_a_source_that_comes_more_often_now_the_last_twelve_distances_count(rhythm: object) -> None:
    found = rhythm(*range(0, 25, 2), *range(54, 500, 30))  # type: ignore[operator]
    assert found.rhythm == "usually every 2 days, last today"


def test_two_imports_tell_no_rhythm(rhythm: object) -> None:
    found = rhythm(90, 60)  # type: ignore[operator]
    assert (found.usual_days, found.rhythm, found.stale) == (None, "last 60 days ago", False)


def test_several_files_of_one_day_are_one_delivery(rhythm: object) -> None:
    found = rhythm(20, 20, 20, 10, 10, 0)  # type: ignore[operator]
    assert found.rhythm == "usually every 10 days, last today" and found.files == 6


def test_stale_sources_come_first_and_undone_imports_do_not_count(book: Book, tmp_path: Path) -> None:
    for days in (60, 53, 46):
        bring(book, tmp_path, "zendesk", days)
    fresh = bring(book, tmp_path, "zendesk", 0)
    for days in (2, 1, 0):
        bring(book, tmp_path, "shop", days)
    assert [(one.source, one.stale) for one in source_rhythms(book.workspace)] == [("shop", False), ("zendesk", False)]
    undo_import(book.workspace, fresh)
    found = source_rhythms(book.workspace)
    assert [(one.source, one.stale) for one in found] == [("zendesk", True), ("shop", False)]
