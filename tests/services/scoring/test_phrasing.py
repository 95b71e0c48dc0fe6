"""Reasons are stored as figures and worded when they are shown; a book that has them in words shows the same."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from models.values.journal import Actor
from services import exporting, insight
from services.insight.documents import read_customer_document
from services.scoring import score_due
from services.scoring.phrasing import confidence_in_words, reasons_in_words, week_in_words
from services.scoring.writing import read_marks, write_marks
from tests.services.scoring.books import Book


def as_before(book: Book) -> None:
    """Write the book's reasons as the version before did: in words, by a run that left no mark of their form."""
    with book.workspace.store.unit_of_work(Actor("model", "test"), "score", "book", at=book.workspace.at) as work:
        for who, row in book.scores().items():
            drivers, changed = row["drivers"], row["changed"]
            words = (reasons_in_words(drivers), week_in_words(changed, drivers))
            texts = map(json.dumps, (*words, confidence_in_words(row["confidence_why"])))
            columns = "drivers = ?, changed = ?, confidence_why = ?"
            work.sql(f"UPDATE customer_risk_scores SET {columns} WHERE customer_id = ?", (*texts, who))
        write_marks(work, {name: value for name, value in read_marks(work.connection).items() if name != "form"})
        work.commit()


def shown(book: Book, folder: Path) -> list[Any]:
    """What people see of the reasons: documents of every customer, the pages' figures, and the export."""
    told: list[Any] = []
    with insight.reading(book.workspace) as reader:
        for who in book.scores():
            document = read_customer_document(reader, who)
            assert document is not None
            told.append((document["drivers"], document["logit"]))
    for who in book.scores():
        profile = insight.customer_profile(book.workspace, who)
        assert profile is not None and profile.figures is not None
        told.append((profile.drivers, profile.figures.week_line, profile.figures.confidence_why))
    exporting.write_export(book.workspace, "scores", folder / "scores.csv")
    with (folder / "scores.csv").open(encoding="utf-8", newline="") as file:
        told += [json.loads(row["drivers"]) for row in csv.DictReader(file)]
    return told


def test_the_table_holds_figures_and_people_see_words(scored: Book, tmp_path: Path) -> None:
    rows = scored.scores().values()
    texts = ("drivers", "changed", "confidence_why")
    stored = [one for row in rows for name in texts for one in json.loads(row[name] or "[]")]
    assert stored and not {"label", "evidence"} & {name for one in stored for name in one}
    seen = shown(scored, tmp_path)
    assert all(words in str(seen) for words in ("No order for", " on 1 day (", "purchase days on record."))
    for one in seen[-len(rows) :]:
        assert all(reason["label"] and reason["evidence"] and "phrase" not in reason for reason in one)


def test_a_book_with_reasons_in_words_shows_them_until_it_is_scored_anew(scored: Book, tmp_path: Path) -> None:
    before, words = scored.scores(), shown(scored, tmp_path)
    as_before(scored)
    assert scored.scores() != before and shown(scored, tmp_path) == words
    run = score_due(scored.workspace)
    assert (run.scored, run.why) == (len(before), "reasons are stored in a new format")
    assert scored.scores() == before and shown(scored, tmp_path) == words
    assert score_due(scored.workspace).scored == 0


def test_a_part_of_a_week_that_has_no_words_of_its_own_is_called_as_the_reason(scored: Book) -> None:
    drivers = json.dumps([{"code": "mix", "phrase": "mix", "figures": [3, 9], "points": 2.0, "kind": "raises"}])
    moved = json.dumps([{"code": code, "points": 2.0, "kind": "raises"} for code in ("mix", "opened_mails")])
    assert [one["label"] for one in week_in_words(moved, drivers)] == ["Products bought", "Opened mails"]
    assert reasons_in_words(None) == [] and week_in_words(None, None) == []
