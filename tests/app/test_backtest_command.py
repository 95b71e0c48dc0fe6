"""`backtest` as a script and a person call it: DATA.md's contract, odd questions, and `run` that keeps it fresh."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.cli import run_command
from tests.services.scoring.books import simulated_orders

pytestmark = pytest.mark.usefixtures("moment", "no_replay")
FIRST, LAST = date(2025, 1, 1), date(2026, 11, 18)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the book is kept that the first test imports."""
    return tmp_path_factory.mktemp("shop") / "book.db"


@pytest.fixture
def imported(ask: Any, tmp_path: Path, store_path: Path, shop: Path) -> None:
    """A shop's orders of two years, imported and scored: a copy for this test."""
    if not shop.exists():
        _import(ask, tmp_path, store_path)
        shutil.copyfile(store_path, shop)
    shutil.copyfile(shop, store_path)


def _import(ask: Any, folder: Path, store: Path) -> None:
    rows = ["Order ID,Customer ID,Email,Ordered at,Amount,Currency"]
    rows += [
        f"O{number},C{who},c{who}@shop.example,{day},{minor / 100:.2f},USD"
        for number, (who, day, minor) in enumerate(simulated_orders(90, FIRST, LAST, seed=3))
    ]
    path = folder / "orders.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert ask("import", str(path))[0] == 0
    assert not store.with_name(f"{store.name}-wal").exists(), "a copy of the file alone is the whole book"


@pytest.mark.usefixtures("imported")
def test_its_json_is_the_contracts(ask: Any, store_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, document, _ = ask("backtest")
    assert code == 0
    assert set(document["used"]) == {"rung", "why", "beats_rule"}
    assert {"mbg_nbd", "recency_rule"} <= set(document["rungs"])
    for one in document["rungs"].values():
        assert {"auc", "brier", "log_loss", "ece", "top_decile_lift"} <= set(one["mean"])
        assert one["cutoffs"] and {"cutoff", "measures"} == set(one["cutoffs"][0])
    assert {"spearman", "mae", "bias", "top10_capture", "coverage80"} <= set(document["clv"])
    capsys.readouterr()
    assert run_command(["backtest", "--store", str(store_path)]) == 0
    printed = capsys.readouterr()
    assert "The purchase rhythm (MBG/NBD)" in printed.out and "Means over the same " in printed.out
    assert "No order for 90 days" in printed.out and "Lifetime value, " in printed.out
    assert printed.err == ""


@pytest.mark.usefixtures("imported")
def test_a_horizon_and_cutoffs_can_be_named(ask: Any) -> None:
    code, document, _ = ask("backtest", "--horizon", "30", "--cutoffs", "2026-07-01,2026-05-01")
    assert (code, document["horizon_days"]) == (0, 30)
    assert [one["cutoff"] for one in document["rungs"]["mbg_nbd"]["cutoffs"]] == ["2026-05-01", "2026-07-01"]
    late = str(LAST - timedelta(days=3))
    code, document, told = ask("backtest", "--cutoffs", late)
    assert (code, document) == (1, None) and f"days after {late} are not over" in told
    assert ask("backtest", "--cutoffs", "soon")[0] == 2


def test_an_empty_book_says_what_to_do(ask: Any) -> None:
    ask("customer", "add", "name=Brightwell Dental")
    code, document, told = ask("backtest")
    assert (code, document) == (1, None) and "nothing to back-test" in told


@pytest.mark.usefixtures("imported")
def test_a_round_makes_the_reports_that_are_due_once(
    ask: Any, store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["run", "--store", str(store_path)]) == 0
    assert capsys.readouterr().out.endswith(" Reports updated: backtest, drift, forecast.\n")
    code, document, _ = ask("run")
    assert (code, document["reports"]) == (0, [])
