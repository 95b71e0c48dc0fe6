"""Questions as account managers would type them, and how each is read on the sample book, as was checked by hand.

`everyday.jsonl` has 140 by a developer, written before looking at the code that day. Of the first hundred at first
sight 50 were right, 7 wrong and 2 asked back, 31 that the book can answer were refused, and so were the 10 that it
cannot. Of the second forty, after that, 26 were right, 3 wrong and 2 asked back, and 9 refused.

`outsider.jsonl` has 320 by four writers who had not seen the program; `first` says what became of each at first sight,
each set after the program had learnt from the one before.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from services.assistant import Assistant
from tests.measured import Tell
from tests.views.books import opened

SETS: Final = Path(__file__).resolve().parents[2] / "fixtures" / "ask"
AS_OF: Final = "2026-11-20T09:00:00+00:00"


@pytest.fixture(scope="module")
def on_that_day(sample: Path) -> Iterator[Assistant]:
    workspace = opened(sample, AS_OF)
    yield Assistant(workspace)
    workspace.close()


def questions(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SETS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", ["everyday", "outsider"])
def test_questions_are_read_as_was_checked(on_that_day: Assistant, name: str, tell: Tell) -> None:
    found, other = Counter[str](), list[tuple[str, str]]()
    for row in questions(name):
        answer = on_that_day.ask(row["ask"])
        found[answer.status] += 1
        read = answer.readings[0].sentence if answer.status == "answered" and answer.readings else None
        if (answer.status, read) != (row["status"], row.get("read")):
            other.append((row["ask"], read or answer.why))
    tell(f"of {found.total()}: {found['answered']} answered, {found['choose']} asked back, {found['refused']} refused")
    assert not other


def test_no_question_of_an_outsider_that_the_book_cannot_answer_is_answered(on_that_day: Assistant) -> None:
    asked = [row["ask"] for row in questions("outsider") if not row["answerable"]]
    assert len(asked) == 46
    assert [one for one in asked if on_that_day.ask(one).status != "refused"] == []
