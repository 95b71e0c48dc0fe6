"""The list of the outbox that is on screen, as a file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from models.values.outbox import OutboxPage, OutboxRow
from services import outreach
from services.workspace import Workspace
from views.outbox.rooms import Question, export_of


def email(number: int) -> OutboxRow:
    when = f"2026-11-{number:02}T09:00:00Z"
    words = ("Awaiting your review", when, "1 Nov", "Template: Check in", "")
    return OutboxRow(number, number, f"Customer {number}", f"Subject {number}", "in_review", *words, None, "")


def test_every_email_of_the_tab_is_written_in_its_order(
    empty: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []
    pages = {None: OutboxPage((email(2), email(1)), ("x", 1)), ("x", 1): OutboxPage((email(3),), None)}

    def read(_workspace: Workspace, tab: str, *, after: tuple[str, int] | None, count: int, text: str) -> OutboxPage:
        asked.append((tab, text))
        return pages[after]

    monkeypatch.setattr(outreach, "read_outbox", read)
    target = tmp_path / "emails.csv"
    assert export_of(Question("review", "sub"))(empty, target) == 3
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["subject"] for row in rows] == ["Subject 2", "Subject 1", "Subject 3"]
    assert rows[0]["state_words"] == "Awaiting your review" and asked == [("review", "sub")] * 2


def test_an_empty_tab_gives_a_file_with_its_headings(empty: Workspace, tmp_path: Path) -> None:
    assert export_of(Question("review"))(empty, tmp_path / "emails.csv") == 0
    assert (tmp_path / "emails.csv").read_text(encoding="utf-8").startswith("customer,subject")
