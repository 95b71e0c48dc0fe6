"""What leaves of free text that nobody had seen: secrets must not, and what is none of them should.

At the first measure 23 of 133 secrets left, and 16 of 125 harmless pieces were masked too: long numbers of goods and
parcels, which look like cards. What is masked is put back, so that this costs nothing but words to the model.

The second set is by somebody else and names people whom no book holds, by words (Rose, Gold, Olive): 49 of its 121
secrets left at the first measure. Of the 101 of the third set, by yet another writer, 51 left at the first measure, and
22 of its 300 harmless pieces were masked too. Since then what has a capital without need is taken for a name: names in
small letters still leave, and German ones that stand alone; most brands and towns are masked as well.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from models.store import connect
from services.outreach.model.masking import mask_for
from services.outreach.model.prompt import NOT_SENT, sent_of
from services.workspace import Workspace
from tests.measured import Tell

FILE: Final = Path(__file__).resolve().parents[3] / "fixtures" / "outreach" / "masking.jsonl"
SECOND, THIRD = FILE.with_name("masking_second.jsonl"), FILE.with_name("masking_third.jsonl")


def measured(book: Workspace, row: dict[str, Any]) -> tuple[str, list[str], list[str]]:
    """Return what is sent of a text to the customer that it names, the secrets that leave, and what else is lost."""
    with closing(connect(book.store.path)) as driver:
        customer = driver.execute("SELECT min(id) FROM customers").fetchone()[0]
        driver.execute(
            "UPDATE customers SET name = coalesce(?, name) WHERE id = ?", (row.get("customer_name"), customer)
        )
        sent = sent_of(mask_for(driver, customer, "Ada Lindqvist"), row["text"])
        driver.rollback()
    leaked = [one for one in row["secrets"] if one in sent]
    return sent, leaked, [] if sent == NOT_SENT else [one for one in row.get("keep", []) if one not in sent]


@pytest.mark.parametrize(
    ("file", "most_leaked", "most_lost"),
    [(FILE, 1, 30), (SECOND, 23, 13), (THIRD, 22, 149)],
    ids=["first", "second", "third"],
)
def test_hardly_a_secret_of_free_text_leaves_and_little_else_is_lost(
    book: Workspace, tell: Tell, file: Path, most_leaked: int, most_lost: int
) -> None:
    found: Counter[str] = Counter()
    rows: list[dict[str, Any]] = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    for row in rows:
        sent, leaked, lost = measured(book, row)
        found.update(leaked=len(leaked), secrets=len(row["secrets"]), lost=len(lost))
        found.update(**({"withheld": 1} if sent == NOT_SENT else {"kept": len(row.get("keep", []))}))
    tell(f"{len(rows)} texts: {found['leaked']} of {found['secrets']} secrets left; {found['withheld']} texts not sent"
         f" at all; of the others {found['lost']} of {found['kept']} harmless pieces were masked too")  # fmt: skip
    assert found["leaked"] <= most_leaked
    assert found["lost"] <= most_lost
