"""The command `alerts` over a queue that is longer than what a person reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import alerts, run_command
from services.insight import queue_rows
from services.settings.preferences import Preferences, default_path, save_preferences
from tests.services.alerting.book import Book
from tests.services.sync.book import write_csv

pytestmark = pytest.mark.usefixtures("moment")
ALERTS = 7


@pytest.fixture
def long_queue(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of those who have an alert, where three fill a page and a list."""
    book = Book(store_path)
    names = [f"Customer {number}" for number in range(ALERTS)]
    for number, name in enumerate(names):
        book.customer(name, churn_risk=0.9, value_at_risk_minor=30_000 + number)
    book.crowd(40)
    book.evaluate()
    book.close()
    monkeypatch.setattr(alerts, "MOST_LISTED", 3)
    monkeypatch.setattr("services.insight.documents.MOST_ROWS", 3)
    monkeypatch.setattr(queue_rows, "MOST_ROWS", 3)
    return names


def test_json_holds_every_alert_laid_out_as_all_documents_are(
    long_queue: list[str], store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["alerts", "--all", "--json", "--store", str(store_path)]) == 0
    text = capsys.readouterr().out
    document = json.loads(text)
    assert sorted(alert["customer"] for alert in document["alerts"]) == long_queue
    assert text == json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def test_words_list_the_first_and_count_the_rest(
    long_queue: list[str], store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["alerts", "--all", "--store", str(store_path)]) == 0
    *listed, last = capsys.readouterr().out.splitlines()
    assert len(listed) == 1 + 3
    assert last == "4 more: `bellwether alerts --all --json` gives all 7."


def test_the_list_is_of_a_rule_and_in_an_order(
    long_queue: list[str], store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def names(*options: str) -> list[str]:
        assert run_command(["alerts", *options, "--json", "--store", str(store_path)]) == 0
        return [alert["customer"] for alert in json.loads(capsys.readouterr().out)["alerts"]]

    assert names("--all", "--order", "customer") == sorted(long_queue)
    assert names("--all", "--order", "value") == sorted(long_queue, reverse=True)
    (rule,) = {alert for alert in ("likely_to_leave",) if names("--rule", alert)}
    assert sorted(names("--rule", rule)) == long_queue and names("--rule", "bad_review") == []
    assert run_command(["alerts", "--rule", "bad", "--store", str(store_path)]) == 1
    assert "No rule is called “bad”. The nearest: bad_review" in capsys.readouterr().err
    assert run_command(["alerts", "--order", "luck", "--store", str(store_path)]) == 2
    assert "Order by due, severity, value, customer." in capsys.readouterr().err
    assert names("--all") == names("--all", "--order", "due")
    save_preferences(default_path(), Preferences(queue_order="customer"))  # what the window was ordered by last
    assert names("--all") == sorted(long_queue)


def test_the_list_says_what_is_left_of_the_time_as_the_window_does(
    long_queue: list[str], store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["alerts", "--store", str(store_path)]) == 0
    first = capsys.readouterr().out.splitlines()[1]
    assert run_command(["alerts", "--json", "--store", str(store_path)]) == 0
    document = json.loads(capsys.readouterr().out)["alerts"][0]
    assert document["due"] and first.endswith(document["due"])
    assert document["due_at"][:10] not in first


def test_what_the_daily_budget_holds_back_is_counted(store_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = Book(store_path)
    for number in range(30):
        book.review(book.customer(f"Customer {number}"), 1)
    book.evaluate()
    book.close()
    assert run_command(["alerts", "--store", str(store_path)]) == 0
    assert "25 of 30 open alerts; --all lists the rest." in "".join(capsys.readouterr())
    assert run_command(["alerts", "--all", "--store", str(store_path)]) == 0
    assert "--all lists the rest" not in "".join(capsys.readouterr())


def test_an_empty_queue_is_an_empty_list(ask: Any, store_path: Path) -> None:
    Book(store_path).close()
    empty = {
        "as_of": None,
        "scored": True,
        "alerts": [],
        "data_end_asked": None,
        "silence_held": None,
        "criticals_waiting": 0,
    }
    assert ask("alerts", "--all")[1] == empty


def test_a_book_without_customers_is_no_all_clear(store_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Book(store_path).close()
    assert run_command(["alerts", "--store", str(store_path)]) == 0
    assert capsys.readouterr().out == "No customers yet. Import some with `bellwether import FILE`.\n"


def test_customers_of_whom_nothing_is_known_are_no_all_clear_either(
    store_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Book(store_path).close()
    file = write_csv(tmp_path / "customers.csv", ["Customer ID", "Name", "Email"], [["1", "Ada Stone", "ada@x.test"]])
    assert run_command(["import", str(file), "--plain", "--store", str(store_path)]) == 0
    assert "Customers alone cannot be scored: import their orders, contracts" in capsys.readouterr().out
    assert run_command(["alerts", "--store", str(store_path)]) == 0
    assert capsys.readouterr().out.startswith("No customer can be scored yet. Import orders, contracts or other")


def test_the_list_tells_namesakes_apart_and_money_to_win_from_money_at_stake() -> None:
    document = {"severity": "medium", "customer_id": 75, "customer": "Delphine Olsen", "reason": "Last order",
                "at_stake": 0, "spent_12m": None, "upside": 774.0, "currency": "GBP", "churn_risk": 0.72, "due": "",
                "said_leaving": "", "left_before": ""}  # fmt: skip
    other = {**document, "customer_id": 80, "at_stake": 90.0, "upside": 0}
    head, first, second = alerts.at_risk_list([document, other], "").splitlines()
    ends = {name: head.index(name) + len(name) for name in ("id", "at stake", "to win")}
    assert (first[: ends["id"]].split()[-1], second[: ends["id"]].split()[-1]) == ("75", "80")
    assert first[: ends["to win"]].endswith("774 GBP") and not first[: ends["at stake"]].endswith("GBP")
    assert second[: ends["at stake"]].endswith("90 GBP")
    wrote = {**document, "at_stake": 71.0, "spent_12m": 1731.0, "upside": 0}  # where little at risk does not tell it
    head, line = alerts.at_risk_list([wrote], "").splitlines()
    assert line[: head.index("at stake") + len("at stake")].endswith("   71 GBP")
    assert line[: head.index("a year") + len("a year")].endswith("1,731 GBP")


def test_where_a_record_counts_it_stands_in_place_of_the_model_s_figure() -> None:
    document = {"severity": "high", "customer_id": 75, "customer": "Delphine Olsen", "reason": "No order for 97 days",
                "at_stake": 4860.0, "spent_12m": None, "upside": 0, "currency": "USD", "churn_risk": 0.39, "due": "",
                "said_leaving": "", "left_before": "16 of 21 left"}  # fmt: skip
    head, line = alerts.at_risk_list([document], "").splitlines()
    assert line[: head.index("churn") + len("churn")].endswith("16 of 21 left") and "39" not in line
