"""Who is due to be erased, on thirty customers that somebody who had not seen the rules wrote, with their answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from services.pipeline.retention import due_for_erasure
from services.workspace import Recipe, open_workspace
from tests.measured import Tell
from tests.services.insight.conftest import SmallBook

CASES = Path(__file__).parents[2] / "fixtures" / "outsider" / "retention.jsonl"
#: What tables need beside what the writer gave.
NEEDED: dict[str, dict[str, Any]] = {
    "orders": {"kind": "purchase", "amount_minor": 10_000, "currency": "USD"},
    "contracts": {},
    "conversations": {"channel": "email", "text": "About the delivery"},
    "tickets": {"subject": "About the delivery"},
    "surveys": {"kind": "csat", "score": 4, "scale": 5},
    "reviews": {"rating": 4},
    "opportunities": {"name": "Second site", "stage": "Lost"},
    "invoices": {"number": "R-1", "amount_minor": 10_000, "currency": "USD"},
    "tasks": {"title": "Ring them", "created_at": "2020-01-01T09:00:00Z"},
}


def test_the_thirty_are_told_as_their_writer_would(store_path: Path, tell: Tell) -> None:
    workspace = open_workspace(Recipe(str(store_path), "Ada", "2026-11-21T09:00:00Z"))
    book = SmallBook(workspace)
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    for number, case in enumerate(cases):
        who = book.customer(f"Customer {number}", **case["rows"]["customers"][0])
        for table, rows in case["rows"].items():
            for place, row in enumerate(rows if table != "customers" else ()):
                if table == "surveys" and row["answered_on"] is None:
                    continue  # the book holds answers alone
                given = NEEDED.get(table, {}) | {name: value for name, value in row.items() if value is not None}
                keys = {} if table == "tasks" else {"source": "x", "external_id": f"{number}-{place}"}
                book.insert(table, customer_id=who, **keys, **given)
    due = {one.name for one in due_for_erasure(book.workspace, 36).due}
    wrong = [case["what"] for number, case in enumerate(cases) if (f"Customer {number}" in due) != case["due"]]
    tell(f"{len(cases) - len(wrong)} of {len(cases)} as their writer would: {wrong}")
    book.close()
    workspace.close()
    assert wrong == []
