"""The mark beside each text: read once, forgotten where the words change, and the same answer with it or without."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from models.journal import content_hash
from models.store.driver import driver_of
from models.values.facts import WRITTEN
from services.distress import leaving_marks
from services.distress.departure import Words, read_departure
from services.distress.matters import read_matters
from services.distress.said_leaving import read_said
from services.scoring import score_due
from services.scoring.events import read_events
from services.scoring.habit_series import LEAVING
from services.scoring.phrasing import reasons_in_words
from tests.services.scoring.books import Book

DAY = date(2026, 11, 20)
LEAVES, STAYS = "We are cancelling our contract.", "Thank you, all is well."


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path / "book.db")
    made.add_customers(4)
    made.add_orders([(who, f"2026-{month:02}-01", 5_000) for who in (1, 2, 3, 4) for month in range(1, 12)])
    made.add(
        "tickets",
        [
            {"customer_id": 1, "opened_on": "2026-11-03", "subject": "Hello", "text": LEAVES},
            {"customer_id": 2, "opened_on": "2026-11-04", "subject": "Hello", "text": STAYS},
        ],
    )
    made.add("surveys", [{"customer_id": 2, "answered_on": "2026-11-05", "kind": "nps", "score": 1, "comment": LEAVES}])
    said = {"happened_on": "2026-11-06", "text": LEAVES}
    made.add(
        "conversations",
        [{"customer_id": 3, "direction": "to_customer", **said}, {"customer_id": 4, "direction": None, **said}],
    )
    yield made
    made.workspace.close()


def marks(book: Book) -> dict[str, list[int | None]]:
    with book.workspace.store.read() as connection:
        found = {
            table: list(connection.exec_driver_sql(f"SELECT leaving FROM {table} ORDER BY id").scalars())
            for table in WRITTEN
        }
    return {table: each for table, each in found.items() if each}


def writers(book: Book, through: date = DAY) -> list[int]:
    with book.workspace.store.read() as connection:
        events = read_events(connection, through, currency="USD")
    assert (LEAVING in events.known_sources) == bool(events.leaving.row.size)
    day = through.toordinal() - date(1970, 1, 1).toordinal()
    return events.customer_ids[events.said_leaving(day).row].tolist()


READ = {"tickets": [1, 0], "surveys": [1], "conversations": [1, 1]}


def test_scoring_reads_each_text_once_and_says_the_same_before_and_after(book: Book) -> None:
    with book.workspace.store.read() as connection:
        before = content_hash(connection)
    assert writers(book) == [1, 2, 4]
    score_due(book.workspace)
    assert marks(book) == READ
    assert writers(book) == [1, 2, 4]
    assert writers(book, date(2026, 11, 4)) == [1]
    with book.workspace.store.read() as connection:
        assert content_hash(connection) == before


def test_the_reason_names_the_day_on_which_they_wrote(book: Book) -> None:
    score_due(book.workspace)
    evidence = {
        who: [one["evidence"] for one in reasons_in_words(row["drivers"])] for who, row in book.scores().items()
    }
    assert "Spoke of leaving on 3 Nov" in evidence[1] and not any("leaving" in one for one in evidence[3])


def test_a_text_that_changes_is_read_anew(book: Book) -> None:
    score_due(book.workspace)
    with book.workspace.store.unit_of_work(leaving_marks.Actor("person", "Ada"), "edit", "t", at="2026-11-23") as work:
        work.sql(f"UPDATE tickets SET text = '{STAYS}', status = 'solved'")
        work.sql("UPDATE surveys SET score = 2")
        work.digest("edited")
        work.commit()
    assert marks(book) == {**READ, "tickets": [None, 0]}  # the other text is as it was
    assert writers(book) == [2, 4]
    score_due(book.workspace)
    assert marks(book) == {**READ, "tickets": [0, 0]}


def test_who_rates_well_did_not_speak_of_leaving_from_the_day_of_the_rating(book: Book) -> None:
    rated = {"opened_on": "2026-11-03", "text": LEAVES, "resolved_on": "2026-11-07", "satisfaction": 4}
    book.add("tickets", [{"customer_id": 3, **rated}])
    review = {"reviewed_on": "2026-11-03", "rating": 5, "text": "I will order elsewhere."}
    book.add("reviews", [{"customer_id": 3, **review}])
    for _ in range(2):
        assert writers(book) == [1, 2, 4]
        assert writers(book, date(2026, 11, 6)) == [1, 2, 3, 4]
        score_due(book.workspace)


def test_another_word_list_reads_all_texts_anew_and_scores_everybody(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    score_due(book.workspace)
    said = Words(STAYS, read_departure(STAYS, DAY))
    monkeypatch.setattr(leaving_marks, "edition", lambda: "another")
    monkeypatch.setattr(leaving_marks, "leaving_words_of", lambda *texts, **_: said if texts[-1] == STAYS else None)
    monkeypatch.setattr(leaving_marks, "_AT_ONCE", 1)
    assert score_due(book.workspace).scored == 4
    assert marks(book) == {"tickets": [0, 1], "surveys": [0], "conversations": [0, 0]}
    assert score_due(book.workspace).scored == 0


@pytest.mark.parametrize(
    ("title", "text", "leaves"),
    [
        ("Closing our account", "We may look elsewhere.", False),
        ("We may look elsewhere", "We are closing our account.", True),
        ("Closing our account", "Please confirm when it is done.", True),
        (None, "We are closing our account.", True),
    ],
)
def test_the_story_and_the_chance_are_of_the_words_that_are_quoted(
    book: Book, title: str | None, text: str, leaves: bool
) -> None:
    book.add("tickets", [{"customer_id": 3, "opened_on": "2026-11-19", "subject": title, "text": text}])
    score_due(book.workspace)
    with book.workspace.store.read() as connection:
        driver = driver_of(connection)
        said = read_said(driver, DAY)[3]
        (matter, *_) = read_matters(driver, 3, DAY)
        quote = driver.execute("SELECT wrote_leaving(1, 0, ?, ?)", (title, text)).fetchone()[0]
    assert quote == (f"{title}." if "confirm" in text else text)
    assert (said.leaves, said.chance) == ((True, 0.9) if leaves else (False, 0.4))
    assert matter.departure is not None and matter.departure.leaves is leaves
