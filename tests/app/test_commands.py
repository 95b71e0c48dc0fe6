"""The command line from a person's or a script's side: DATA.md's contract on small files, in one process."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import login
from app.cli import run_command
from models.store import open_store
from services.book.files import SAMPLE_BOOK, SAMPLE_TAKES_NONE
from services.settings import Preferences, default_path, save_preferences

ORDERS = """Order ID,Customer ID,Email,Ordered at,Amount,Currency
{rows}
"""
SCORE_COLUMNS = (
    "customer_id,external_id,name,as_of,engagement,health,churn_risk,churn_horizon_days,clv,clv_low,clv_high,"
    "clv_horizon_months,currency,value_at_risk,segment,trend,confidence,model,drivers"
)
NAMES = ("Linden Supply", "Ridgeway Toys", "Halden Stationery", "Okafor Studio")
#: After the orders.
pytestmark = pytest.mark.usefixtures("moment")


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """A shop's export: four customers who buy every other week for half a year; the first stops in April."""
    rows = []
    for customer, name in enumerate(NAMES, 1):
        for week in range(0, 14 if customer == 1 else 26, 2):
            month, day = divmod(week * 7, 28)
            address = f"{name.split()[0].lower()}@shop.example"
            rows.append(f"O{customer}{week:02d},C{customer},{address},2026-{month + 1:02d}-{day + 1:02d},25.50,USD")
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS.format(rows="\n".join(rows)), encoding="utf-8")
    return path


def test_a_receipt_adds_up_and_a_second_import_changes_nothing(ask: Any, orders: Path) -> None:
    code, receipts, _ = ask("import", str(orders))
    assert code == 0
    rows = receipts[0]["rows"]
    assert rows["read"] == rows["inserted"] == 7 + 3 * 13
    assert receipts[0]["totals"] == {"USD": 46 * 2550}
    assert set(receipts[0]) >= {"file", "recognised_as", "import_id", "dialect", "mapping", "entities", "customers"}
    before = ask("verify")[1]["content_hash"]
    code, receipts, _ = ask("import", str(orders))
    assert code == 0 and receipts[0]["rows"]["unchanged"] == rows["read"]
    assert ask("verify")[1]["content_hash"] == before


def test_a_persons_file_does_not_go_into_the_sample_book(
    ask: Any, orders: Path, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.cli.importing.sample_book", lambda: store_path)
    for how in ((), ("--dry-run",)):
        ask("import", str(orders), store=store_path.with_name("other.db"))
        store_path.touch()
        code, _, said = ask("import", str(orders), *how)
        assert code != 0 and f"{SAMPLE_BOOK}. {SAMPLE_TAKES_NONE}" in said
    assert store_path.stat().st_size == 0


def test_a_dry_run_says_what_the_import_then_does(ask: Any, orders: Path, store_path: Path) -> None:
    _, dry, _ = ask("import", str(orders), "--dry-run")
    assert not store_path.exists()
    ask("customer", "add", "name=Brightwell Dental")
    before = ask("verify")[1]
    assert ask("import", str(orders), "--dry-run")[1][0]["rows"] == dry[0]["rows"]
    assert ask("verify")[1] == before
    _, wet, _ = ask("import", str(orders))
    for key in ("rows", "entities", "customers", "totals", "reasons", "mapping"):
        assert dry[0][key] == wet[0][key]


def test_undoing_an_import_brings_the_hash_back(ask: Any, orders: Path) -> None:
    ask("customer", "add", "name=Brightwell Dental", "tier=Gold")
    before = ask("verify")[1]["content_hash"]
    _, receipts, _ = ask("import", str(orders))
    assert ask("verify")[1]["content_hash"] != before
    code, _, _ = ask("undo-import", str(receipts[0]["import_id"]))
    assert code == 0
    assert ask("verify")[1]["content_hash"] == before


def test_undo_after_an_import_names_the_way(ask: Any, orders: Path) -> None:
    ask("customer", "add", "name=Brightwell Dental")
    ask("import", str(orders))
    code, document, told = ask("undo")
    assert code == 1 and document is None and "undo-import 1" in told
    assert len(ask("customers")[1]["customers"]) == 5


def test_commands_sign_with_the_name_of_settings_and_undo_what_the_login_signed(
    ask: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert ask("customer", "add", "name=Linden Supply")[0] == 0
    save_preferences(default_path(), Preferences(me="Ines Marlow"))
    assert ask("customer", "set", "1", "phone=+1 303 555 0105")[0] == 0
    _code, entries, _said = ask("journal")
    done = {entry["verb"]: entry["actor"] for entry in entries if entry["actor_kind"] == "person"}
    assert done == {"edit-customer": "Ines Marlow", "add-customer": login()}
    assert ask("undo")[0] == 0 and ask("undo")[0] == 0


def test_a_customer_by_hand_is_added_changed_shown_and_undone(ask: Any) -> None:
    assert ask("customer", "add", "name=Brightwell Dental", "tier=Gold")[0] == 0
    number = str(ask("customers")[1]["customers"][0]["id"])
    assert ask("customer", "set", number, "tier=Platinum")[0] == 0
    assert ask("customer", number)[1]["name"] == "Brightwell Dental"
    assert ask("customers", "--query", "bright")[1]["customers"][0]["tier"] == "Platinum"
    assert ask("undo")[0] == 0
    assert ask("customers")[1]["customers"][0]["tier"] == "Gold"
    assert ask("undo")[0] == 0
    assert ask("customers")[1] == {"customers": [], "total": 0}
    assert ask("customer", number)[0] == 1


def test_a_customer_is_shown_by_name_with_reasons_that_say_which_way_they_go(
    ask: Any, orders: Path, store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask("import", str(orders))
    ask("customer", "set", "1", "name=Linden Supply")
    by_name, by_number = ask("customer", "linden supply")[1], ask("customer", "1")[1]
    assert by_name == by_number and by_name["drivers"]
    capsys.readouterr()
    assert run_command(["customer", "Linden Supply", "--store", str(store_path)]) == 0
    said = capsys.readouterr().out
    for driver in by_name["drivers"]:
        assert re.search(rf"^  {driver['kind']} the risk( by .+)?: {re.escape(driver['label'])}", said, re.MULTILINE)
    figures = by_name["figures"]
    why = figures["confidence_why"][0]
    assert f"  Confidence {figures['confidence']}: {why[:1].lower()}{why[1:]}" in said
    assert "  Churn risk, 90 days: " in said and "churn_risk" not in said
    code, _, err = ask("customer", "Nobody At All")
    assert code == 1 and "There is no customer" in err


def test_scores_and_the_export_agree_with_the_contract(ask: Any, orders: Path, tmp_path: Path) -> None:
    ask("import", str(orders), "--no-score")
    code, run, _ = ask("score")
    assert code == 0 and run["scored"] == run["customers"] == 4 and run["as_of"] == "2026-07-01"
    target = tmp_path / "scores.csv"
    assert ask("export", "scores", "--out", str(target))[0] == 0
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert ",".join(rows[0]) == SCORE_COLUMNS
    assert all(0 <= float(row["churn_risk"]) <= 1 for row in rows)


def test_an_earlier_day_is_shown_and_leaves_the_book_as_it_is(ask: Any, orders: Path, tmp_path: Path) -> None:
    ask("import", str(orders))
    before = ask("verify")[1]["content_hash"], ask("customers")[1]
    _, then, _ = ask("score", "--as-of", "2026-03-31")
    assert then["as_of"] == "2026-03-31" and not then["stored"]
    assert ask("alerts", "--as-of", "2026-03-31")[0] == 0
    target = tmp_path / "then.csv"
    assert ask("export", "scores", "--out", str(target), "--as-of", "2026-03-31")[0] == 0
    with target.open(encoding="utf-8-sig", newline="") as file:
        assert {row["as_of"] for row in csv.DictReader(file)} == {"2026-03-31"}
    assert ask("customers", "--as-of", "2026-03-31")[1]["customers"]
    assert (ask("verify")[1]["content_hash"], ask("customers")[1]) == before
    assert ask("journal")[1][0]["verb"] == "export", "what left is noted in the book itself"
    assert ask("alerts", "--as-of", "2999-01-01")[0] == 1
    assert ask("alerts", "--as-of", "yesterday")[0] == 2


def test_one_of_several_files_that_fails_is_done_in_part(ask: Any, orders: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    code, documents, told = ask("import", str(orders), str(empty), "--plain")
    failed, question = told.splitlines()
    assert code == 3 and documents[1]["error"] and failed.startswith("empty.csv is empty.")
    assert question.startswith("Your data ends on ") and "score --as-of data-end" in question
    assert ask("import", str(empty))[0] == 1


def test_a_list_that_is_cut_says_so_and_how_to_see_all(
    ask: Any, orders: Path, store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask("import", str(orders), "--no-score")
    total = ask("customer", "1")[1]["counts"]["all"]
    code, document, said = ask("customer", "1", "--events", "2")
    assert code == 0 and len(document["timeline"]) == 2 < total
    assert said.strip().splitlines()[-1] == f"2 of {total} events shown; --events {total} shows all."
    assert ask("customer", "1", "--events", "0")[1]["timeline"] == []
    _, document, said = ask("customer", "1", "--events", str(total))
    assert len(document["timeline"]) == total and "shown" not in said
    _, document, said = ask("customers", "--limit", "3")
    assert (len(document["customers"]), document["total"]) == (3, 4)
    assert said.strip().splitlines()[-1] == "3 of 4 customers shown; --limit 4 shows all."
    assert "shown" not in ask("customers")[2]


def test_read_writes_a_clean_table(orders: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    messy = tmp_path / "messy.csv"
    messy.write_bytes('Name;Ort\r\n"Müller; Söhne";Köln\r\n'.encode("cp1252"))
    assert run_command(["read", str(messy), "--out", str(tmp_path / "clean"), "--json"]) == 0
    (document,) = json.loads(capsys.readouterr().out)
    assert document["columns"] == ["Name", "Ort"] and document["rows"] == 1 and document["error"] is None
    assert (tmp_path / "clean" / "messy.csv").read_bytes() == "Name,Ort\r\nMüller; Söhne,Köln\r\n".encode()
    assert run_command(["read", str(tmp_path / "none.csv")]) == 1
    assert run_command(["read", str(orders), str(tmp_path / "none.csv"), "--json"]) == 3


def test_words_are_for_people_and_nothing_else_stands_beside_json(
    store_path: Path, orders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["import", str(orders), "--store", str(store_path)]) == 0
    words = capsys.readouterr().out
    assert re.search(r"46 read = 46 new", words) and "customers scored" in words
    for command in ("imports", "alerts", "rules", "journal", "run"):
        assert run_command([command, "--store", str(store_path)]) == 0
        assert capsys.readouterr().out.strip()


def test_a_trial_says_on_the_command_line_what_the_window_says(
    ask: Any, orders: Path, store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask("import", str(orders))
    command = ["rules", "try", "gap_beyond_usual", "--weeks", "4", "--set", "risk=0.9", "--store", str(store_path)]
    assert run_command(command) == 0
    said = capsys.readouterr().out
    assert said.startswith("Overdue order. Minimum churn risk: 90\u202f% instead of 20\u202f%. ")
    assert re.search(r"past 4 weeks +in force +tried +difference\nAlerts +\d", said) and "Alerts a week" in said


def test_a_rule_is_tried_against_the_past(ask: Any, orders: Path) -> None:
    ask("import", str(orders))
    before = ask("verify")[1]["head"]
    code, trial, _ = ask("rules", "try", "gap_beyond_usual", "--weeks", "4")
    assert code == 0 and len(trial["after"]["weeks"]) == 4 and trial["after"] == trial["before"]
    before_trial = trial
    assert ask("verify")[1]["head"] == before
    code, trial, _ = ask("rules", "try", "gap_beyond_usual", "--weeks", "4", "--set", "risk=0.9")
    assert code == 0 and trial["before"]["weeks"] == before_trial["after"]["weeks"]
    assert ask("rules", "try", "gap_beyond_usual", "--set", "risk")[0] == 2
    assert ask("rules", "try", "gap_beyond_usual", "--set", "nothing=1")[0] == 1
    assert ask("verify")[1]["head"] == before
    code, _, told = ask("rules", "try", "no_such_rule")
    assert code == 1 and "no_such_rule" in told


def test_what_was_not_scored_is_due_at_the_next_round(ask: Any, orders: Path, tmp_path: Path) -> None:
    ask("import", str(orders))
    more = tmp_path / "more.csv"
    more.write_text(ORDERS.format(rows="O900,C1,linden@shop.example,2026-06-20,99.00,USD"), encoding="utf-8")
    ask("import", str(more), "--no-score")
    code, round_, _ = ask("run")
    assert code == 0 and round_["scores"]["scored"] == 4
    rows = {row["name"]: row for row in ask("customers")[1]["customers"]}
    assert any(row["last_order_on"] == "2026-06-20" for row in rows.values())
    assert ask("run")[1]["scores"]["scored"] == 0


def test_a_rule_is_switched_off_and_on_and_undone(ask: Any, orders: Path) -> None:
    ask("import", str(orders))
    state = lambda: {rule["code"]: rule["enabled"] for rule in ask("rules")[1]["rules"]}["gap_beyond_usual"]  # noqa: E731
    assert state() is True
    assert ask("rules", "off", "gap_beyond_usual")[0] == 0 and state() is False
    assert ask("undo")[0] == 0 and state() is True
    assert ask("rules", "off", "no_such_rule")[0] == 1


def test_a_rule_has_an_owner_who_is_listed_and_undone(ask: Any, orders: Path) -> None:
    ask("import", str(orders))
    owner = lambda: {rule["code"]: rule["owner"] for rule in ask("rules")[1]["rules"]}["gap_beyond_usual"]  # noqa: E731
    assert owner() == ""
    assert ask("rules", "owner", "gap_beyond_usual", " Ann Lee ")[0] == 0 and owner() == "Ann Lee"
    assert ask("run")[1]["scores"]["scored"] == 0
    assert ask("rules", "owner", "gap_beyond_usual", "")[0] == 0 and owner() == ""
    assert ask("undo")[0] == 0 and owner() == "Ann Lee"
    assert ask("rules", "owner", "no_such_rule", "Ann")[0] == 1


def test_files_are_imported_in_the_order_in_which_they_refer_to_each_other(ask: Any, tmp_path: Path) -> None:
    changes = tmp_path / "changes.csv"
    changes.write_text("opportunity_id,stage,changed_at\nD1,Proposal,2026-05-02\n")
    deals = tmp_path / "deals.csv"
    deals.write_text("opportunity_id,customer_id,name,stage,amount,created_at\nD1,C1,Rollout,Qualified,90,2026-05-01\n")
    customers = tmp_path / "customers.csv"
    customers.write_text("customer_id,name,email\nC1,Ann Lee,ann@lee.example\n")
    broken = tmp_path / "broken.csv"
    broken.write_text("a,b\n1,x\n2,y\n")
    files = [str(one) for one in (broken, changes, deals, customers)]
    code, documents, _ = ask("import", *files, "--source", "crm")
    assert [Path(one["file"]).name for one in documents] == ["broken.csv", "changes.csv", "deals.csv", "customers.csv"]
    assert [one["order"] for one in documents] == [4, 3, 2, 1]
    assert "error" in documents[0]
    assert [one["rows"]["inserted"] for one in documents[1:]] == [1, 1, 1]
    assert [one["import_id"] for one in documents[1:]] == [3, 2, 1]
    assert documents[2]["customers"] == {"matched": 1, "created": 0}
    assert code == 3


def test_an_archive_is_imported_file_by_file_unless_one_is_named(ask: Any, tmp_path: Path) -> None:
    packed = tmp_path / "exports.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("out/orders.csv", "order_id,customer_id,date,total\nO1,C1,2026-05-01,5.00\n")
        archive.writestr("out/customers.csv", "customer_id,name\nC1,Ann Lee\n")
    code, documents, _ = ask("import", str(packed), "--member", "out/customers.csv", "--dry-run")
    assert code == 0 and [one["recognised_as"] for one in documents] == ["Customers"]
    code, documents, _ = ask("import", str(packed), "--no-score")
    assert (code, [one["order"] for one in documents]) == (0, [2, 1])
    assert [one["rows"]["inserted"] for one in documents] == [1, 1]
    assert documents[0]["customers"] == {"matched": 1, "created": 0}


def test_the_order_of_import_is_said_where_it_is_another_than_was_named(
    ask: Any, tmp_path: Path, store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    orders, customers = tmp_path / "orders.csv", tmp_path / "customers.csv"
    orders.write_text("order_id,customer_id,date,total\nO1,C1,2026-05-01,5.00\n")
    customers.write_text("customer_id,name\nC1,Ann Lee\n")
    said = "In this order, so that files others refer to come first: customers.csv, orders.csv"
    run_command(["import", str(orders), str(customers), "--store", str(store_path), "--no-score"])
    printed = capsys.readouterr().out
    assert printed.splitlines()[0] == said
    assert printed.index("customers.csv · Customers") < printed.index("orders.csv · Orders")
    run_command(["import", str(customers), str(orders), "--store", str(store_path), "--no-score"])
    assert said not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("retention", "--months", "abc"), "'--months': Write a whole number."),
        (("retention", "--months", "0"), "'--months': Write 1 or more."),
        (("retention", "--months", "601"), "'--months': Write 600 or less."),
        (("export", "alert", "--out", "a.csv"), "“alert” is not one of scores, alerts, customers, check."),
        (("query", "revenue", "--compare", "foo"), "“foo” is not one of previous, year."),
        (("duplicates", "--state", "old"), "“old” is not one of pending, "),
    ],
)
def test_a_wrong_value_is_said_in_plain_words(
    words: tuple[str, ...], said: str, store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_store(store_path).close()
    assert run_command([*words, "--store", str(store_path)]) == 2
    printed = capsys.readouterr().err
    assert said in printed and "Input should" not in printed and "Value error" not in printed
