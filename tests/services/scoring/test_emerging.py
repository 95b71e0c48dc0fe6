"""Emerging issues: the shocks planted in the sample book are found while they last; a quiet book raises none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.values.changes import Changes
from models.values.emerging import EmergingIssue, EmergingReport
from services.sample import SampleTruth, write_exports
from services.scoring import score_due
from services.scoring.emerging import find_emerging
from services.scoring.events import day_number
from services.scoring.topics import names_of, overlap, topics_of, words_of
from services.workspace import Recipe, Workspace, open_workspace
from tests.measured import Tell
from tests.services.sample.imports import import_sample
from tests.services.scoring.books import Book

TODAY = date(2026, 11, 20)
LAST = date(2026, 11, 21)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SampleTruth, Workspace]]:
    """The exports that tell of issues, imported: tickets, reviews, and whom and what they are about."""
    folder: Path = tmp_path_factory.mktemp("emerging")
    truth = write_exports(folder, today=TODAY)
    moment = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
    workspace = open_workspace(Recipe(str(folder / "book.db"), "Ada", moment.isoformat()))
    import_sample(workspace, truth, only=("customers", "products", "tickets", "reviews"))
    yield truth, workspace
    workspace.close()


def as_of(workspace: Workspace, day: date) -> EmergingReport:
    with workspace.store.read() as connection:
        return find_emerging(connection, day_number(day))


def test_the_planted_shocks_are_found_while_they_last(sample: tuple[SampleTruth, Workspace], tell: Tell) -> None:
    truth, workspace = sample
    late = max((spell for spell in truth.spells if spell.kind == "late_delivery"), key=lambda spell: spell.first_on)
    (faulty,) = (spell for spell in truth.spells if spell.kind == "faulty_product")
    first: dict[str, date] = {}
    for week in range(20):
        day = faulty.first_on + timedelta(days=7 * week)
        for issue in as_of(workspace, day).issues:
            if issue.about == "product reviews" and "Alder merino crew" in issue.title:
                first.setdefault("faulty", day)
                assert faulty.first_on <= date.fromisoformat(issue.since) <= faulty.last_on
            if "delivery" in issue.name.casefold() and day > late.first_on:
                first.setdefault("late", day)
                assert abs((date.fromisoformat(issue.since) - late.first_on).days) <= 21
                assert issue.seen >= 2 * issue.expected and issue.customer_count == len(issue.customers) >= 10
    tell(
        f"faulty batch sold from {faulty.first_on}: its reviews told of on {first['faulty']}; "
        f"late deliveries from {late.first_on}: told of on {first['late']}"
    )
    assert first["faulty"] <= faulty.last_on
    assert first["late"] <= late.last_on + timedelta(days=21)


def test_a_book_without_a_shock_raises_hardly_an_issue(sample: tuple[SampleTruth, Workspace]) -> None:
    truth, workspace = sample
    begin = max(spell.last_on for spell in truth.spells if spell.last_on < truth.as_of - timedelta(days=300))
    quiet = [as_of(workspace, begin + timedelta(days=120 + 21 * number)) for number in range(6)]
    assert sum(len(report.issues) for report in quiet) <= 1
    assert min(report.checked for report in quiet) > 20


def ticketed(book: Book, more: list[dict[str, Any]], tickets: int = 600) -> Book:
    """A year of ordinary tickets of 80 customers, and some more."""
    random = np.random.default_rng(2)
    book.add_orders((who, LAST - timedelta(days=400), 5_000) for who in book.add_customers(80))
    subjects = ("Invoice wanted", "Delivery date", "Size chart", "Colour of the lining", "Gift box", "Spare button")
    rows = [
        {
            "customer_id": int(random.integers(1, 81)),
            "opened_on": str(LAST - timedelta(days=int(random.integers(0, 364)))),
            "kind": ("Billing", "Delivery", "Question")[number % 3],
            "subject": subjects[number % 6],
            "text": "",
        }
        for number in range(tickets)
    ]
    book.add("tickets", [*rows, *more])
    return book


def stitches(count: int, customers: int = 80) -> list[dict[str, Any]]:
    return [
        {
            "customer_id": 1 + number % customers,
            "opened_on": str(LAST - timedelta(days=number % 18)),
            "kind": "Question",
            "subject": f"Loose stitching on order A{number:04d}",
            "text": "The Harbor rain jacket came apart.",
        }
        for number in range(count)
    ]


def issues(book: Book) -> tuple[EmergingIssue, ...]:
    return as_of(book.workspace, LAST).issues


def test_what_was_never_said_before_is_an_issue_with_its_words_its_day_and_its_customers(book: Book) -> None:
    (issue,) = issues(ticketed(book, stitches(14)))
    assert (issue.about, issue.name, issue.title) == (
        "ticket words",
        "loose stitching",
        "Tickets with “loose stitching”",
    )
    assert issue.seen == 14 and issue.expected < 2
    assert abs((date.fromisoformat(issue.since) - (LAST - timedelta(days=13))).days) <= 4
    assert issue.customers == tuple(range(1, 15)) and issue.customer_count == 14
    assert issue.example.startswith("Loose stitching on order A")


def test_tickets_that_name_a_product_are_told_of_as_that_product(book: Book) -> None:
    book.add("products", [{"name": "Harbor rain jacket"}, {"name": "Tee"}])
    (issue,) = issues(ticketed(book, stitches(14)))
    assert (issue.about, issue.title) == ("product in tickets", "Tickets about Harbor rain jacket")


def test_one_customer_who_writes_again_and_again_is_no_issue_of_the_book(book: Book) -> None:
    assert issues(ticketed(book, stitches(14, customers=2))) == ()


def test_bad_reviews_are_counted_against_all_reviews_of_the_product(book: Book) -> None:
    book.add_orders((who, LAST - timedelta(days=400), 5_000) for who in book.add_customers(40))
    random = np.random.default_rng(4)
    rows = []
    for product in range(8):
        for number in range(60):
            ago = int(random.integers(0, 364)) if product != 1 else int(364 * (number / 60) ** 3)
            bad = random.random() < 0.06 or (product == 0 and ago < 40)
            rows.append(
                {
                    "customer_id": 1 + number % 40,
                    "product_name": f"Product {product}",
                    "rating": 1 if bad else 5,
                    "reviewed_on": str(LAST - timedelta(days=ago)),
                    "title": "Fell apart" if bad else "Fine",
                }
            )
    book.add("reviews", rows)
    (issue,) = issues(book)
    assert issue.title == "Bad reviews of Product 0"
    assert issue.of is not None and issue.seen <= issue.of and issue.example == "Fell apart"


def test_scoring_keeps_one_report_a_day_and_none_of_a_later_one(book: Book) -> None:
    ticketed(book, stitches(14))
    score_due(book.workspace)
    score_due(book.workspace, force_all=True)
    (report,) = kept(book)
    assert report == as_of(book.workspace, LAST)
    earlier = LAST - timedelta(days=60)
    score_due(book.workspace, as_of=earlier)
    (report,) = kept(book)
    assert report.as_of == str(earlier) and report.issues == ()


def test_what_is_said_on_the_scored_day_is_told_of_without_scoring_everyone(book: Book) -> None:
    ticketed(book, [], tickets=1_500)  # so that what comes late is too little for a refit
    book.add_orders((customer, LAST - timedelta(days=30 * back), 2_000) for customer in range(1, 81) for back in (0, 1))
    score_due(book.workspace)
    assert kept(book)[0].issues == ()
    made = [row[0] for row in reports(book)]
    changed = Changes(customers=frozenset({1}), entries=entries(book))
    assert score_due(book.workspace, changed).scored == 1
    assert [row[0] for row in reports(book)] == made
    book.add("tickets", stitches(14, customers=7))
    some = Changes(customers=frozenset(range(1, 8)), tables=frozenset({"tickets"}), entries=entries(book))
    assert score_due(book.workspace, some).scored == 7
    (report,) = kept(book)
    assert report == as_of(book.workspace, LAST) and report.issues
    made = [row[0] for row in reports(book)]
    assert score_due(book.workspace, some).scored == 7
    assert [row[0] for row in reports(book)] == made


def entries(book: Book) -> frozenset[int]:
    with book.workspace.store.read() as connection:
        return frozenset(row[0] for row in connection.exec_driver_sql("SELECT id FROM journal"))


def test_no_word_of_a_customer_stands_in_the_journal(book: Book) -> None:
    score_due(ticketed(book, stitches(14)).workspace)
    assert kept(book)[0].issues[0].example.startswith("Loose stitching")
    with book.workspace.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM journal_payloads").fetchall()
    assert rows and "stitching" not in repr(rows).casefold()


def reports(book: Book) -> list[Any]:
    query = "SELECT id, as_of, report FROM score_reports WHERE kind = 'emerging' ORDER BY id"
    with book.workspace.store.read() as connection:
        return list(connection.exec_driver_sql(query))


def kept(book: Book) -> list[EmergingReport]:
    found = [(row[1], EmergingReport.from_json(json.loads(row[2]))) for row in reports(book)]
    assert [day for day, _ in found] == [report.as_of for _, report in found]
    return [report for _, report in found]


def test_what_is_said_after_the_day_changes_nothing(book: Book) -> None:
    ticketed(book, stitches(14))
    day = LAST - timedelta(days=5)
    before = as_of(book.workspace, day)
    later = [{**row, "opened_on": str(day + timedelta(days=1 + number))} for number, row in enumerate(stitches(30))]
    book.add("tickets", later)
    assert as_of(book.workspace, day) == before
    assert before.issues


def test_tickets_that_ended_long_ago_tell_of_nothing_new(book: Book) -> None:
    ticketed(book, stitches(14))
    assert as_of(book.workspace, LAST + timedelta(days=80)).issues
    assert as_of(book.workspace, LAST + timedelta(days=100)) == EmergingReport(str(LAST + timedelta(days=100)), 0, ())


def test_an_empty_book_has_no_issue(book: Book) -> None:
    assert as_of(book.workspace, LAST) == EmergingReport(str(LAST), 0, ())


def test_words_numbers_and_names() -> None:
    names = names_of(["Harbor rain jacket", "Rain jacket", "Tee", "Kestrelhood"])
    assert set(names.values()) == {"Harbor rain jacket", "Rain jacket", "Kestrelhood"}
    assert words_of("Order 1002: won’t close, 3 times") == ["order", "won’t", "close", "times"]
    found = topics_of("Quality", "The harbor rain jacket: zip is stuck (O1234)", "My kestrelhood too.", names)
    assert found == {
        ("ticket kind", "Quality"),
        ("product in tickets", "Harbor rain jacket"),
        ("product in tickets", "Kestrelhood"),
        ("ticket words", "stuck"),
    }
    assert ("ticket words", "charged twice") in topics_of(None, "Charged twice for O13", "", {})
    assert topics_of(" ", "", "", {}) == set()
    assert overlap(frozenset({1, 2, 3}), frozenset({2, 3})) == 1.0
    assert overlap(frozenset(), frozenset({1})) == 0.0
