"""Consent under an address from the command line: set, shown with its history, lifted by a later consent only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import run_command
from services.sync import add_contact, add_customer
from tests.services.sync.book import open_book


@pytest.fixture
def ask(store_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Any:
    book = open_book(store_path)
    add_customer(book.workspace, {"name": "Linden Supply", "email": "ann@x.example"})
    add_customer(book.workspace, {"name": "Marlow Pike"})
    add_contact(book.workspace, 2, {"name": "Ann Lee", "email": "Ann@x.example"})
    book.workspace.close()

    def run(now: str, *arguments: str) -> tuple[int, dict[str, Any]]:
        monkeypatch.setenv("BELLWETHER_NOW", f"{now}:00+00:00")
        code = run_command(["consent", *arguments, "--store", str(store_path), "--json"])
        printed = capsys.readouterr().out
        return code, json.loads(printed) if code == 0 else {}

    return run


def test_a_withdrawal_is_set_shown_and_lifted_by_a_later_consent(ask: Any) -> None:
    assert ask("2026-11-21T09:00", "ann@x.example")[1]["blocked"] is False
    _, said = ask("2026-11-21T10:00", "ANN@x.example", "withdrawn", "--how", "on the phone")
    assert said["blocked"] and said["address"] == "ann@x.example"
    assert ask("2026-11-21T11:00", "ann@x.example", "given", "--since", "2026-11-20")[0] == 1, "it is older"
    said = ask("2026-11-21T12:00", "ann@x.example", "given", "--how", "a form")[1]
    assert not said["blocked"]
    assert [line.rpartition(",")[0] for line in said["history"]] == [
        "Consent given 21 Nov 2026, a form",
        "Consent withdrawn 21 Nov 2026, on the phone",
    ]


@pytest.mark.parametrize("written", ["Ann Lee <ann@x.example>", "mailto:ann@x.example", "ann@x.example."])
def test_an_address_as_it_is_copied_is_the_one_that_is_blocked(ask: Any, written: str) -> None:
    said = ask("2026-11-21T10:00", written, "withdrawn")[1]
    assert said["blocked"] and said["address"] == "ann@x.example" and said["history"]
    assert ask("2026-11-21T10:01", written)[1] == said
    assert ask("2026-11-21T10:01", "nobody")[0] == 1


def test_everyone_under_the_address_has_the_consent_and_an_unknown_address_is_blocked_too(
    ask: Any, store_path: Path
) -> None:
    ask("2026-11-21T10:00", "ann@x.example", "withdrawn", "--since", "2026-11-19")
    ask("2026-11-21T10:00", "new@x.example", "withdrawn")
    assert ask("2026-11-21T10:01", "new@x.example")[1]["blocked"]
    book = open_book(store_path)
    for table, who in (("customers", 1), ("contacts", 1)):
        found = book.ask(f"SELECT email_consent, email_consent_since FROM {table} WHERE id = ?", who)
        assert found == [("withdrawn", "2026-11-19")]
    book.workspace.close()


def test_what_is_no_address_and_a_day_to_come_are_refused(ask: Any) -> None:
    assert ask("2026-11-21T10:00", "nobody", "withdrawn")[0] == 1
    assert ask("2026-11-21T10:00", "ann@x.example", "maybe")[0] == 1
    assert ask("2026-11-21T10:00", "ann@x.example", "given", "--since", "2026-11-25")[0] == 1
    assert ask("2026-11-21T10:00", "ann@x.example")[1]["history"] == []


def test_an_address_without_consent_is_not_said_to_be_free(ask: Any, store_path: Path, capsys: Any) -> None:
    def said(address: str) -> str:
        run_command(["consent", address, "--store", str(store_path)])
        return str(capsys.readouterr().out)

    ask("2026-11-21T09:00", "ann@x.example")
    assert said("ann@x.example") == "No consent is on record; the address is not blocked.\n"
    ask("2026-11-21T10:00", "ann@x.example", "given")
    assert said("ann@x.example").startswith("Not blocked.\n")
    ask("2026-11-21T11:00", "ann@x.example", "withdrawn")
    assert said("ann@x.example").startswith("Blocked:")
