"""The commands about figures: what they print, in words, as JSON and as CSV, and what they refuse."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from pathlib import Path

import pytest

from app.cli import run_command
from tests.views.books import MOMENT, sample_copy


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(sample_copy(tmp_path_factory.mktemp("query") / "book.bellwether"))


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELLWETHER_NOW", MOMENT)


def test_the_list_says_what_each_metric_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["metrics", "--json"]) == 0
    lines = json.loads(capsys.readouterr().out)
    revenue = next(one for one in lines if one["name"] == "revenue")
    assert revenue["unit"] == "money"
    assert {"month", "segment", "category"} <= set(revenue["by"])
    assert run_command(["metrics", "--query", "win rate"]) == 0
    assert "Share of the deals closed" in capsys.readouterr().out


def test_a_query_as_the_contract_has_it(book: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["query", "revenue,orders", "--by", "month,segment", "--where", "tier = Gold", "--period", "3m"]
    assert run_command([*asked, "--json", "--store", book]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["as_of"] == "2026-11-17"
    assert found["period"] == {"from": "2026-08-18", "to": "2026-11-17"}
    assert [column["name"] for column in found["columns"]] == ["month", "segment", "revenue", "orders"]
    assert sum(float(row[2]) for row in found["rows"]) == pytest.approx(float(found["totals"]["revenue"]))
    assert "Revenue: Order amounts" in found["definition"]
    assert "SELECT" in found["sql"]
    assert any("partial" in note for note in found["notes"])
    assert run_command([*asked, "--csv", "--store", book]) == 0
    lines = list(csv.reader(StringIO(capsys.readouterr().out)))
    assert lines[0] == ["month", "segment", "revenue (USD)", "orders"]
    assert len(lines) == len(found["rows"]) + 1


def test_a_condition_may_be_three_words_of_a_shell(book: str, capsys: pytest.CaptureFixture[str]) -> None:
    totals = []
    for said in (["tier=Gold"], ["tier = Gold"], ["tier", "=", "Gold"]):
        assert run_command(["query", "orders", "--where", *said, "--json", "--store", book]) == 0
        totals.append(json.loads(capsys.readouterr().out)["totals"]["orders"])
    assert len(set(totals)) == 1
    assert run_command(["rows", "customers", "--where", "owner", "is-empty", "--limit", "1", "--store", book]) == 0


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ("median_resolution_time", r"Total: Resolution time, median \d+ h "),
        ("time_in_stage", r"Total: Time in stage, median \d+ days? "),
        ("mean_rating", r"Total: Average rating \d\.\d "),
    ],
)
def test_figures_stand_in_their_units(book: str, capsys: pytest.CaptureFixture[str], metric: str, said: str) -> None:
    assert run_command(["query", metric, "--store", book]) == 0
    assert re.search(said, capsys.readouterr().out)


def test_what_a_row_adds_to_a_figure_is_printed_once(book: str, capsys: pytest.CaptureFixture[str]) -> None:
    for metric, title in (("revenue_at_risk", "Revenue at risk"), ("open_tickets", "Open tickets")):
        entity = "customers" if metric == "revenue_at_risk" else "tickets"
        assert run_command(["rows", entity, "--metric", metric, "--limit", "3", "--store", book]) == 0
        head = capsys.readouterr().out.splitlines()[0]
        assert head.count(title) == (entity == "customers"), "that each is one of a count goes without saying"


def test_the_rows_behind_a_figure(book: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["query", "negative_tickets", "--period", "90d", "--json", "--store", book]) == 0
    figure = json.loads(capsys.readouterr().out)["totals"]["negative_tickets"]
    for said in (["--metric", "negative_tickets"], ["--where", "sentiment = negative"]):
        assert run_command(["rows", "tickets", *said, "--period", "90d", "--json", "--store", book]) == 0
        assert json.loads(capsys.readouterr().out)["total"] == figure


def test_scores_of_an_earlier_day_come_from_a_look_back(book: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["query", "active_customers", "--as-of", "2026-06-30", "--json", "--store", book]
    assert run_command(asked) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["as_of"] == "2026-06-30"
    assert 0 < found["totals"]["active_customers"] < 160


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["query", "revenu"], "The nearest: revenue"),
        (["query", "revenue", "--by", "colour"], "cannot be shown by “colour”"),
        (["query", "revenue", "--where", "tier Gold"], "is not a condition"),
        (["query", "revenue", "--period", "soon"], "is not a period"),
        (["rows", "ticket"], "Choose one of customers, orders"),
    ],
)
def test_what_is_not_known_is_refused_with_what_is(
    book: str, capsys: pytest.CaptureFixture[str], asked: list[str], told: str
) -> None:
    assert run_command([*asked, "--store", book]) == 1
    said = capsys.readouterr()
    assert told in said.err
    assert said.out == ""


def test_no_command_of_these_writes(book: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = Path(book).read_bytes()
    assert run_command(["query", "customers,tickets,win_rate", "--by", "tier", "--store", book]) == 0
    assert run_command(["rows", "customers", "--limit", "3", "--store", book]) == 0
    assert "3 of 160 rows shown" in capsys.readouterr().err
    assert Path(book).read_bytes() == before
