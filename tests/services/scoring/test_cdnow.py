"""CDNOW in a real store: as of a day in the middle, everyone is scored and nothing later is seen."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from services.scoring import score_as_of
from tests.services.scoring.books import Book
from tests.services.scoring.cdnow import read_purchases


@pytest.mark.data
def test_every_customer_is_scored_as_of_september_and_what_follows_changes_nothing(data_dir: Path, book: Book) -> None:
    purchases = read_purchases(data_dir)
    day = date(1997, 9, 30)
    ids = {name: place for place, name in enumerate(dict.fromkeys(row[0] for row in purchases), 1)}
    book.add("customers", ({"id": number, "external_id": name, "name": name} for name, number in ids.items()))
    early = [(ids[name], on, cents) for name, on, cents in purchases if on <= day]
    book.add_orders(early)
    run, scores = score_as_of(book.workspace, day)
    assert (run.as_of, run.customers, run.scored) == ("1997-09-30", 23_570, 23_570)
    assert run.models["churn"] == "Additive v6 (rung 3)"
    assert {score.values["as_of"] for score in scores} == {"1997-09-30"}
    book.add_orders((ids[name], on, cents) for name, on, cents in purchases if on > day)
    again, later = score_as_of(book.workspace, day)
    assert again.scored == 23_570
    assert later == scores
