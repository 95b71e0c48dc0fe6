"""350 sentences about 26 customers of the sample book, by two writers who had not seen the program, in three languages.

They stand here as they were measured on 25 November 2026, at first sight, and the check has not learnt from them since:
114 of 215 contradictions were blocked (53 %: English 74 of 130, German 21 of 45, French 19 of 40; of those with a
contradicted figure, date, name, amount, product or state 99 of 189), 17 of 135 honest ones were (English 5 of 80,
German 8 of 30, French 4 of 25), none was verified.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from services.workspace import Workspace
from tests.measured import Tell
from tests.services.outreach.claims.test_unseen import Judge, Outcome
from tests.views.books import opened, sample_copy

SET: Final = Path(__file__).resolve().parents[3] / "fixtures" / "outreach" / "eighth.jsonl"
AS_OF: Final = "2026-11-20T09:00:00+00:00"
CONTRADICTED: Final = ("amount", "date", "figure", "name", "product", "state")
#: Set at what was reached, so that a step back is told.
LEAST_BLOCKED, MOST_HONEST_BLOCKED = 0.52, 0.13

pytestmark = pytest.mark.usefixtures("facts_read_once")


@pytest.fixture(scope="module")
def book_of_that_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = opened(sample_copy(tmp_path_factory.mktemp("eighth") / "book.bellwether"), AS_OF)
    yield workspace
    workspace.close()


def test_no_contradiction_is_verified_and_half_of_them_are_blocked(book_of_that_day: Workspace, tell: Tell) -> None:
    judge = Judge(book_of_that_day)
    found: defaultdict[tuple[str, str], Counter[Outcome]] = defaultdict(Counter)
    for row in map(json.loads, SET.read_text(encoding="utf-8").splitlines()):
        found[row["verdict"], row["category"]][judge.outcome(row)] += 1
    hostile = {kind: counts for (verdict, kind), counts in found.items() if verdict == "contradicts"}
    honest = sum((counts for (verdict, _), counts in found.items() if verdict == "honest"), Counter[Outcome]())
    tell("blocked of the contradictions: " + ", ".join(
        f"{kind} {counts['blocked']}/{counts.total()}" for kind, counts in sorted(hostile.items()))
        + f"; honest ones {honest['blocked']}/{honest.total()}")  # fmt: skip
    assert not any(counts["verified"] for counts in hostile.values())
    blocked = sum((hostile[kind] for kind in CONTRADICTED), Counter[Outcome]())
    assert blocked["blocked"] / blocked.total() >= LEAST_BLOCKED, blocked
    assert honest["blocked"] / honest.total() <= MOST_HONEST_BLOCKED, honest
