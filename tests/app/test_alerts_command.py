"""The command `alerts` over a queue that is longer than what a person reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import alerts, run_command
from services.insight import queue_rows
from tests.services.alerting.book import Book

pytestmark = pytest.mark.usefixtures("moment")
CARDS = 7


@pytest.fixture
def long_queue(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of those who have a card, where three fill a page and a list."""
    book = Book(store_path)
    names = [f"Customer {number}" for number in range(CARDS)]
    for number, name in enumerate(names):
        book.customer(name, churn_risk=0.9, value_at_risk_minor=30_000 + number)
    book.crowd(40)
    book.evaluate()
    book.close()
    monkeypatch.setattr(alerts, "MOST_LISTED", 3)
    monkeypatch.setattr("services.insight.documents.MOST_ROWS", 3)
    monkeypatch.setattr(queue_rows, "MOST_ROWS", 3)
    return names


def test_json_holds_every_card_laid_out_as_all_documents_are(
    long_queue: list[str], store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["alerts", "--all", "--json", "--store", str(store_path)]) == 0
    text = capsys.readouterr().out
    document = json.loads(text)
    assert sorted(card["customer"] for card in document["alerts"]) == long_queue
    assert text == json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def test_words_list_the_first_and_count_the_rest(
    long_queue: list[str], store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["alerts", "--all", "--store", str(store_path)]) == 0
    *listed, last = capsys.readouterr().out.splitlines()
    assert len(listed) == 1 + 3
    assert last == "4 more: `bellwether alerts --all --json` gives all 7."


def test_an_empty_queue_is_an_empty_list(ask: Any, store_path: Path) -> None:
    Book(store_path).close()
    assert ask("alerts", "--all")[1] == {"alerts": []}
