"""140 questions as an account manager would type them, and how each is read on the sample book.

A developer wrote them before looking at the code that day; each reading was checked by hand. Of the first hundred at
first sight 50 were right, 7 wrong and 2 asked back, 31 that the book can answer were refused, and the 10 that it cannot
answer too. Of the second forty, after that, 26 were right, 3 wrong and 2 asked back, and 9 refused.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from services.assistant import Assistant
from tests.measured import Tell
from tests.views.books import opened

SET: Final = Path(__file__).resolve().parents[2] / "fixtures" / "ask" / "everyday.jsonl"
AS_OF: Final = "2026-11-20T09:00:00+00:00"


@pytest.fixture(scope="module")
def on_that_day(sample: Path) -> Iterator[Assistant]:
    workspace = opened(sample, AS_OF)
    yield Assistant(workspace)
    workspace.close()


def test_everyday_questions_are_read_as_was_checked(on_that_day: Assistant, tell: Tell) -> None:
    found, other = Counter[str](), list[tuple[str, str]]()
    for row in map(json.loads, SET.read_text(encoding="utf-8").splitlines()):
        answer = on_that_day.ask(row["ask"])
        found[answer.status] += 1
        read = answer.readings[0].sentence if answer.status == "answered" and answer.readings else None
        if (answer.status, read) != (row["status"], row.get("read")):
            other.append((row["ask"], read or answer.why))
    tell(f"of {found.total()}: {found['answered']} answered, {found['choose']} asked back, {found['refused']} refused")
    assert not other
