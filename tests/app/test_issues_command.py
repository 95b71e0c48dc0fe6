"""The command `issues`: what emerges in the sample book, as words and as JSON, today and on an earlier day."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli import run_command
from models.values.emerging import EmergingReport
from tests.services.scoring.books import Book
from tests.services.scoring.test_emerging import LAST, stitches, ticketed


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A scored book in which fourteen customers write of the same."""
    from services.scoring import score_due

    book = ticketed(Book(tmp_path / "book.bellwether"), stitches(14))
    score_due(book.workspace)
    book.workspace.close()
    return book.path


def test_issues_are_listed_with_counts_day_and_an_example(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["issues", "--store", str(store)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Tickets with “loose stitching”: 14 since ")
    assert "from 14 customers\n  such as: Loose stitching on order A" in said


def test_their_json_names_the_customers_and_an_earlier_day_knows_nothing_of_them(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    assert run_command(["issues", "--json", "--store", str(store)]) == 0
    report = EmergingReport.from_json(json.loads(capsys.readouterr().out))
    assert report.as_of == str(LAST) and report.issues[0].customers == tuple(range(1, 15))
    assert run_command(["issues", "--as-of", "2026-09-01", "--store", str(store)]) == 0
    assert capsys.readouterr().out.startswith("Nothing is on the rise as of 2026-09-01: ")


def test_a_book_without_scores_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "new.bellwether"
    Book(path).workspace.close()
    assert run_command(["issues", "--store", str(path)]) == 1
    assert "not been scored yet" in capsys.readouterr().err


def test_a_book_without_tickets_and_reviews_says_what_to_import(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from services.scoring import score_due

    book = Book(tmp_path / "orders.bellwether")
    book.add_customers(1)
    book.add_orders([(1, LAST, 1_000)])
    score_due(book.workspace)
    book.workspace.close()
    assert run_command(["issues", "--store", str(book.path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("The book has no tickets or reviews. Import ")
    assert run_command(["score", "--all", "--store", str(book.path)]) == 0
    assert "activity" not in capsys.readouterr().out
