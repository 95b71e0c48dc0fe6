"""Critical alerts by silence: so many a day and owner, the dearest first; who waits is kept and counted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from models.values.changes import Changes
from services.alerting import evaluate
from tests.services.alerting.book import Book


def kept(book: Book) -> Any:
    with book.workspace.store.read() as connection:
        value = connection.exec_driver_sql("SELECT value FROM book WHERE key = 'critical_alerts'").scalar()
    return json.loads(value)


def test_who_has_no_room_today_waits_and_is_counted_whatever_else_is_evaluated(book: Book) -> None:
    others = book.crowd(98)
    silent = [
        book.customer(f"Silent {n}", ago=120, gap=20, churn_risk=0.5, value_at_risk_minor=900_000 - n, owner="Ada")
        for n in range(2)
    ]
    book.workspace = replace(book.workspace, policy=replace(book.workspace.policy, critical_budget=1))
    book.evaluate()
    assert [book.alert(one)["severity"] for one in silent] == [4, 3]
    assert kept(book)["waiting"] == {"Ada": [silent[1]]}
    evaluate(book.workspace, Changes(customers=frozenset(others[:1])))
    assert kept(book)["waiting"] == {"Ada": [silent[1]]}
    book.move(days=1)
    book.evaluate()
    assert [book.alert(one)["severity"] for one in silent] == [4, 4]
    assert kept(book)["waiting"] == {}
