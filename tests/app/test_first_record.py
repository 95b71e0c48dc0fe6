"""After a first scoring by a command the rules know their past: no alert is judged otherwise a day later."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.alerting import replay
from tests.services.scoring.books import simulated_orders
from tests.services.sync.book import write_csv

pytestmark = pytest.mark.usefixtures("moment")
TODAY = date(2026, 11, 19)


def orders_file(folder: Path, days: int) -> str:
    """Orders of 40 customers in so many days up to yesterday."""
    bought = simulated_orders(40, TODAY - timedelta(days=days), TODAY - timedelta(days=1), seed=7)
    header = ["order_id", "customer_id", "customer_name", "order_date", "total"]
    rows = [
        [f"O{n}", f"C{who}", f"Shop {who}", day, f"{minor / 100:.2f}"] for n, (who, day, minor) in enumerate(bought)
    ]
    return str(write_csv(folder / "orders.csv", header, rows))


def records(ask: Any) -> dict[str, Any]:
    return {rule["code"]: rule["past"] for rule in ask("rules")[1]["rules"]}


def severities(ask: Any) -> dict[int, tuple[str, str]]:
    return {one["id"]: (one["rule"], one["severity"]) for one in ask("alerts")[1]["alerts"]}


def test_the_rules_have_a_record_after_the_first_import_and_alerts_stay_as_they_are(ask: Any, tmp_path: Path) -> None:
    assert ask("import", orders_file(tmp_path, 700))[0] == 0
    found = records(ask)
    assert found["gap_beyond_usual"] is not None and found["gap_beyond_usual"]["cases"] > 0
    before = severities(ask)
    assert before and ask("run")[0] == 0
    assert severities(ask) == before and records(ask) == found


def test_a_past_that_takes_long_to_replay_is_left_to_the_next_round_which_is_said(
    ask: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "AT_ONCE", 30)
    code, _, said = ask("import", orders_file(tmp_path, 700))
    assert code == 0 and "`bellwether run` builds it" in said
    assert set(records(ask).values()) == {None}
    assert "`bellwether run`" in ask("score", "--all")[2]
    ask("run")
    assert records(ask)["gap_beyond_usual"] is not None
    assert "`bellwether run`" not in ask("score", "--all")[2]


def test_a_book_with_little_past_is_not_replayed(ask: Any, tmp_path: Path) -> None:
    code, _, said = ask("import", orders_file(tmp_path, 120))
    assert code == 0 and "bellwether run" not in said
    assert set(records(ask).values()) == {None}
