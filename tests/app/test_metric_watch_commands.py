"""`rules watch`: a metric is watched, its figure is that of `query`, its alert stands in `alerts`; all is undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.values.words import THIN
from tests.views.books import MOMENT, sample_copy


@pytest.fixture
def ask(ask: Any, store_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("BELLWETHER_NOW", MOMENT)
    sample_copy(store_path)
    return ask


def test_a_metric_is_watched_listed_switched_removed_and_that_is_undone(ask: Any) -> None:
    asked = ("tickets", "--where", "priority", "in", "high,urgent", "--period", "90d")
    code, found, said = ask("query", *asked)
    assert code == 0, said
    figure = found["totals"]["tickets"]
    limits = ("above", str(figure - 1), *asked[1:], "--severity", "high")
    code, watched, said = ask("rules", "watch", "tickets", *limits)
    assert code == 0, said
    assert (watched["code"], watched["value"]) == ("watch:1", figure)
    (alert,) = [one for one in ask("alerts", "--all")[1]["alerts"] if one["rule"] == "watch:1"]
    assert (alert["id"], alert["customer"], alert["severity"]) == (watched["alert"], "The book", "high")
    assert alert["reason"].startswith("Tickets (priority in high and urgent), last 90 days: ")
    (listed,) = ask("rules", "watches")[1]["watches"]
    within = {one["id"] for one in ask("alerts")[1]["alerts"]}
    assert listed["beyond_limit"] == (watched["alert"] not in within)
    assert ask("rules", "off", "watch:1")[0] == 0
    (listed,) = ask("rules", "watches")[1]["watches"]
    assert not listed["enabled"] and listed["alert"] is None
    assert ask("rules", "unwatch", "watch:1")[0] == 0
    assert ask("rules", "watches")[1] == {"watches": []}
    assert ask("undo")[0] == 0
    assert len(ask("rules", "watches")[1]["watches"]) == 1


def test_a_share_is_written_in_percent_and_money_in_major_units(ask: Any) -> None:
    _, watched, _ = ask("rules", "watch", "open_rate", "falls", "20%", "--weeks", "6")
    assert watched["than"] == 0.2
    assert watched["title"] == f"Open rate falls by 20{THIN}% against the mean of 6 weeks"
    _, watched, _ = ask("rules", "watch", "revenue", "below", "1,000.50", "--period", "30d")
    assert watched["title"] == "Revenue, last 30 days below $1,001"
    assert watched["value"] == ask("query", "revenue", "--period", "30d")[1]["totals"]["revenue"]
    for written, than in (("12,5 %", 0.125), ("0,5", 0.5), ("12.5%", 0.125)):
        assert ask("rules", "watch", "open_rate", "falls", written)[1]["than"] == than, written
    for written, than in (("1.234.567,50", 1_234_567.5), ("1,200", 1_200)):
        assert ask("rules", "watch", "revenue", "above", written)[1]["than"] == than, written
    code, _, said = ask("rules", "watch", "revenue", "above", "much")
    assert code == 2 and "is not a figure" in said
    code, _, said = ask("rules", "unwatch", "watch:99")
    assert code == 1 and "There is no watch" in said
