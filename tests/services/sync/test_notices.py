"""Forty lists of contracts by somebody who had not seen the code: days of notice, what words of a status mean.

`docs/exports-checked.md` has the first sight, which alone measures; here the figures may not fall.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Final

from models.values.errors import UserError
from services.sync.formats.recognise import recognise
from services.sync.kinds.words import to_contract_status
from services.sync.read import read_table
from tests.measured import Tell
from tests.services.sync.book import write_csv

FILE: Final = Path(__file__).resolve().parents[2] / "fixtures" / "outsider" / "notices.jsonl"
CASES: Final = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
#: Reached once the causes were fixed: files, columns, days of notice, words of a status, of these silently wrong.
FILES, COLUMNS, NOTICES, WORDS, WRONG = 24, 176, 12, 57, 0
#: What the writer calls each field; an end may be the day of the renewal.
CALLED: Final = {
    "contract_id": {"contract number"}, "starts_on": {"start"}, "ends_on": {"end", "renewal"}, "left_on": {"end"},
    "noticed_on": {"notice given on"}, "notice_days": {"notice period"}, "value_per_year": {"value a year"},
    "value_per_quarter": {"value a quarter"}, "value_per_month": {"value a month"}, "status": {"status"},
    "renews": {"renewal"}, "customer_id": {"customer"}, "customer_name": {"customer"}, "customer_email": {"customer"},
}  # fmt: skip
#: A contract under notice ends; one that has not begun is neither.
MEANT: Final = {
    "active": "active",
    "ended": "ended",
    "notice given": "ended",
    "pending": "unknown",
    "unknown": "unknown",
}


def test_contracts_of_an_outsider_are_read_as_often_as_before(tmp_path: Path, tell: Tell) -> None:
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    files = 0
    for number, case in enumerate(CASES):
        path = write_csv(tmp_path / f"contracts_{number}.csv", case["header"], case["rows"])
        try:
            found = recognise(read_table(path))
        except UserError:
            found = None
        contracts = found is not None and found.entity.name == "contracts"
        files += contracts
        for column, meant in case["expected"].items():
            named = CALLED.get(found.mapping.get(column, ""), {"other"}) if contracts and found else {"other"}
            total[meant] += 1
            right[meant] += meant in named
    tell(f"{files} of {len(CASES)} files are contracts; columns {right.total()} of {total.total()}; "
         f"days of notice {right['notice given on']} of {total['notice given on']}")  # fmt: skip
    assert files >= FILES
    assert right.total() >= COLUMNS
    assert right["notice given on"] >= NOTICES


def test_words_of_a_status_mean_what_an_outsider_says(tell: Tell) -> None:
    words = [(word, MEANT[meant]) for case in CASES for word, meant in case["status_means"].items()]
    said = [(to_contract_status(word), meant) for word, meant in words]
    right = sum(one == meant for one, meant in said)
    wrong = [word for (word, _), (one, meant) in zip(words, said, strict=True) if one not in (meant, "unknown")]
    tell(f"words of a status: {right} of {len(words)} right, {len(wrong)} silently wrong {wrong}")
    assert right >= WORDS
    assert len(wrong) <= WRONG
