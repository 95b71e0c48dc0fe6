"""Draft, outbox, approve and send from the command line, over a real mail server and a real model server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import MOMENT_VARIABLE
from app.cli import run_command
from app.cli.outreach import _checked
from models.store import connect
from services.settings import MailAccount, ModelProfile, Preferences, load_preferences, save_preferences
from tests.servers.mail_server import MailServer, mail_server, trusted
from tests.servers.model_server import ModelServer, closed_port, model_server, status, written
from tests.views.books import MOMENT, sample_copy

pytestmark = pytest.mark.usefixtures("no_replay")
SUBJECT_AND_BODY = "Subject: A word from us\n\nThank you for being with us. Would a short call suit you?"


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path, user="ada", password="right") as running, trusted(tmp_path):
        yield running


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with model_server() as running:
        running.answer(written(SUBJECT_AND_BODY))
        yield running


@pytest.fixture
def ask(
    ask: Any, store_path: Path, tmp_path: Path, mail: MailServer, model: ModelServer, monkeypatch: pytest.MonkeyPatch,
) -> Any:  # fmt: skip
    """Run a command on a copy of the sample book, with a mail account and a language model set up on this computer."""
    sample_copy(store_path)
    account = MailAccount(mail.host, mail.port, mail.security, mail.user, "ada@shop.example", "Ada")
    profile = ModelProfile("loopback", model.url, "loopback-1", kind="local")
    down = ModelProfile("down", f"http://127.0.0.1:{closed_port()}/v1", "loopback-1", kind="local")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv(MOMENT_VARIABLE, MOMENT)
    monkeypatch.setenv("BELLWETHER_MAIL_PASSWORD", "right")
    save_preferences(
        tmp_path / "config" / "bellwether" / "preferences.json", Preferences(mail=account, profiles=(profile, down))
    )
    return ask


@pytest.fixture
def prefer_reading(ask: Any, tmp_path: Path) -> None:
    """A second reading before each approval."""
    path = tmp_path / "config" / "bellwether" / "preferences.json"
    save_preferences(path, replace(load_preferences(path).preferences, second_reading=True))


@pytest.fixture
def customer(ask: Any, store_path: Path) -> dict[str, Any]:
    """A customer with consent, orders and an open alert, who was not emailed lately."""
    driver = connect(store_path)
    try:
        found = driver.execute(
            """SELECT c.id, c.external_id, c.name, c.email FROM customers c JOIN alerts a ON a.customer_id = c.id
                WHERE c.email_consent = 'given' AND c.suppressed_until IS NULL AND c.email <> '' AND a.state = 'open'
                  AND NOT EXISTS (SELECT 1 FROM email_events e WHERE e.customer_id = c.id
                                   AND (e.happened_on > '2026-11-05' OR e.kind IN ('unsubscribed', 'bounced')))
                ORDER BY c.id LIMIT 1"""
        ).fetchone()
    finally:
        driver.close()
    return dict(zip(("id", "external_id", "name", "email"), found, strict=True))


def test_a_draft_is_checked_kept_for_review_and_sends_nothing(
    ask: Any, customer: dict[str, Any], mail: MailServer
) -> None:
    code, draft, _ = ask("draft", str(customer["id"]))
    assert code == 0
    assert {"subject", "body", "claims", "checks"} <= set(draft)
    assert all(set(claim) >= {"text", "source"} for claim in draft["claims"])
    assert all(set(check) >= {"name", "passed", "why"} for check in draft["checks"])
    sourced = [claim for claim in draft["claims"] if claim["source"]]
    assert all(claim["source"]["table"] and claim["source"]["label"] for claim in sourced)
    _, outbox, _ = ask("outbox")
    assert [(row["tab"], row["id"], row["customer"]) for row in outbox["messages"]] == [
        ("review", draft["id"], customer["name"])
    ]
    assert outbox["counts"]["review"] == 1
    assert mail.accepted == []


def test_a_draft_that_is_refused_does_not_wait_for_review(
    ask: Any, customer: dict[str, Any], store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    driver = connect(store_path)
    driver.execute(
        "UPDATE customers SET email_consent = 'unknown', email_consent_since = NULL WHERE id = ?", (customer["id"],)
    )
    driver.close()
    run_command(["draft", str(customer["id"]), "--store", str(store_path)])
    said = capsys.readouterr().out
    assert (
        "not passed: You may not email them: No consent is on record" in said
        and "passed: You may email them:" not in said
    )
    assert "It cannot be approved yet. Kept as email 1; nothing was sent." in said and "waits" not in said


def test_who_unsubscribed_is_not_drafted_to_and_a_call_is_suggested(
    ask: Any, customer: dict[str, Any], store_path: Path
) -> None:
    driver = connect(store_path)
    driver.execute(
        "UPDATE customers SET email_consent = 'withdrawn', phone = '+1 555 0100' WHERE id = ?", (customer["id"],)
    )
    driver.close()
    code, _, said = ask("draft", str(customer["id"]))
    assert code == 1 and "Consent was withdrawn" in said and "Call +1 555 0100." in said
    assert ask("outbox")[1]["messages"] == []


def test_a_customer_is_named_by_number_by_id_or_by_name(ask: Any, customer: dict[str, Any]) -> None:
    drafts = [ask("draft", str(customer[key]), "--no-save")[1] for key in ("id", "external_id", "name")]
    assert {draft["customer_id"] for draft in drafts} == {customer["id"]}
    assert {draft["id"] for draft in drafts} == {None}
    assert ask("outbox")[1]["messages"] == []
    code, document, told = ask("draft", "Nobody At All")
    assert code == 1 and document is None and "no customer “Nobody At All”" in told


def test_approved_sent_once_and_not_again(ask: Any, customer: dict[str, Any], mail: MailServer) -> None:
    _, draft, _ = ask("draft", str(customer["id"]), "--goal", "check_in")
    assert draft["ready"], draft["checks"]
    code, nothing, _ = ask("send")
    assert (code, nothing["sent"]) == (1, []) and mail.accepted == []
    code, approved, _ = ask("approve", str(draft["id"]))
    assert code == 0 and approved["state"] == "queued" and approved["message_id"]
    assert ask("send")[1]["sent"] == [], "it can still be stopped"
    code, sent, _ = ask("send", "--now")
    assert (code, sent["sent"]) == (0, [draft["id"]])
    (received,) = mail.accepted
    assert received.recipients == (customer["email"],)
    assert received.message["Subject"] == draft["subject"]
    body = " ".join(received.message.get_content().split())
    assert " ".join(draft["body"].split()) in body and draft["greeting"] in body
    code, again, _ = ask("send", "--now")
    assert (code, again["sent"]) == (1, []) and len(mail.accepted) == 1
    assert ask("outbox", "--tab", "sent")[1]["messages"][0]["id"] == draft["id"]


def test_undo_takes_an_approval_back_until_it_is_handed_over(
    ask: Any, customer: dict[str, Any], mail: MailServer
) -> None:
    _, draft, _ = ask("draft", str(customer["id"]), "--goal", "check_in")
    ask("approve", str(draft["id"]))
    assert ask("undo")[0] == 0
    assert ask("outbox")[1]["messages"][0]["tab"] == "review"
    assert ask("send", "--now")[1]["sent"] == [] and mail.accepted == []
    ask("approve", str(draft["id"]))
    ask("send", "--now")
    code, undone, _ = ask("undo")
    assert code == 1
    assert any("already been sent" in sentence for sentence in undone["kept"]) or undone is None
    assert ask("outbox")[1]["messages"][0]["tab"] == "sent"


def test_what_does_not_pass_is_refused_with_the_checks_sentence(
    ask: Any, customer: dict[str, Any], model: ModelServer
) -> None:
    model.answer(written("Subject: A gift\n\nAs agreed, your next order is 50% off until 3 March 2031."))
    code, draft, _ = ask("draft", str(customer["id"]), "--model", "loopback")
    assert code == 0 and not draft["ready"]
    assert {claim["verdict"] for claim in draft["claims"]} == {"unsupported"}
    code, document, told = ask("approve", str(draft["id"]))
    assert code == 1 and document is None and told.strip()
    assert ask("outbox")[1]["messages"][0]["tab"] == "review"


def test_without_the_model_the_template_writes_and_says_so(ask: Any, customer: dict[str, Any]) -> None:
    code, draft, told = ask("draft", str(customer["id"]), "--model", "down")
    assert code == 0 and draft["writer"].startswith("template:") and draft["body"]
    assert "template" in told


def test_the_models_key_of_this_run_reaches_the_server_and_a_wrong_one_is_said(
    ask: Any, customer: dict[str, Any], model: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BELLWETHER_MODEL_KEY", "key-of-this-run")
    ask("draft", str(customer["id"]), "--model", "loopback", "--no-save")
    assert b"key-of-this-run" in model.bytes
    model.answer(status(401))
    _, draft, told = ask("draft", str(customer["id"]), "--model", "loopback", "--no-save")
    assert draft["writer"].startswith("template:") and "key" in told


def test_a_wrong_password_leaves_everything_waiting_and_says_one_sentence(
    ask: Any, customer: dict[str, Any], mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, draft, _ = ask("draft", str(customer["id"]), "--goal", "check_in")
    ask("approve", str(draft["id"]))
    monkeypatch.setenv("BELLWETHER_MAIL_PASSWORD", "wrong")
    code, run, told = ask("send", "--now")
    assert code == 1 and run["sent"] == [] and "password" in run["fault"]
    assert len(told.strip().splitlines()) == 1
    assert ask("outbox")[1]["messages"][0]["tab"] == "waiting" and mail.accepted == []
    monkeypatch.setenv("BELLWETHER_MAIL_PASSWORD", "right")
    assert ask("run")[1]["sent"] == [], "a round waits out the time in which it can be stopped"
    assert ask("send", "--now")[1]["sent"] == [draft["id"]]


def test_a_chosen_moment_holds_and_nonsense_is_misuse(ask: Any, customer: dict[str, Any], mail: MailServer) -> None:
    _, draft, _ = ask("draft", str(customer["id"]), "--goal", "check_in")
    assert ask("approve", str(draft["id"]), "--at", "someday")[0] == 2
    code, approved, _ = ask("approve", str(draft["id"]), "--at", "2026-11-20T11:00+00:00")
    assert code == 0 and approved["due_at"] == "2026-11-20T11:00:00Z"
    assert ask("send", "--now")[1]["sent"] == [] and mail.accepted == []
    assert ask("draft", str(customer["id"]), "--goal", "sell")[0] == 2


def test_words_are_for_people(ask: Any, customer: dict[str, Any], store_path: Path, capsys: Any) -> None:
    _, draft, _ = ask("draft", str(customer["id"]), "--goal", "check_in")
    run_command(["outbox", "--store", str(store_path)])
    run_command(["draft", str(customer["id"]), "--store", str(store_path)])
    run_command(["send", "--store", str(store_path)])
    printed = capsys.readouterr().out
    assert customer["name"] in printed and draft["subject"] in printed
    assert "nothing was sent" in printed and "Nothing is due." in printed
    assert not re.search(r"churn|risk|segment", printed.split("Subject:", 1)[1].split("All verified", 1)[0])


def test_a_check_that_passed_ends_without_a_colon_and_another_recipient_is_named() -> None:
    assert _checked({"name": "permission", "passed": True, "words": "You may email them:", "why": "consent given"}) == (
        "passed: You may email them"
    )
    why = "Write to Vera Hayashi, who gave consent"
    check = {"name": "permission", "passed": False, "words": "You may not email them:", "why": why}
    assert _checked({**check, "instead": "Vera Hayashi"}) == (
        "not passed: You may not email them: Write to Vera Hayashi, who gave consent: --contact"
    )


def test_an_address_with_a_password_is_refused_in_one_sentence_that_does_not_repeat_it(
    ask: Any, tmp_path: Path, model: ModelServer
) -> None:
    place = tmp_path / "config" / "bellwether" / "preferences.json"
    place.write_text(place.read_text(encoding="utf-8").replace("http://", "http://ada:hunter2@"), encoding="utf-8")
    _, _, error = ask("draft", "1", "--model", "loopback")
    assert "must not contain a user name or password" in error and "hunter2" not in error
    assert model.received == []


def test_a_second_reading_adds_its_warnings_to_the_draft(
    ask: Any, customer: dict[str, Any], model: ModelServer
) -> None:
    found = {"findings": [{"sentence": 2, "reads_as": "tone", "fact": 0, "reason": "too merry"}]}
    model.answer(written(json.dumps(found)))
    code, draft, told = ask("draft", str(customer["id"]), "--second-reading")
    assert code == 0 and "The second reading warns of 1 sentence" in told
    warning = "The model reads the tone of this as unsuitable: “too merry”"
    sentence = draft["second_reading"]["warnings"][0]["sentence"]
    assert draft["second_reading"]["warnings"] == [{"sentence": sentence, "reads_as": "tone", "words": warning}]
    warned = [claim for claim in draft["claims"] if claim["warned"]]
    assert [(claim["text"], claim["verdict"], claim["label"]) for claim in warned] == [(sentence, "to_read", warning)]
    assert not draft["ready"]
    assert ask("approve", str(draft["id"]))[0] != 0
    assert ask("approve", str(draft["id"]), "--read")[0] == 0


def test_a_second_reading_that_fails_leaves_the_draft_as_it_was(ask: Any, customer: dict[str, Any]) -> None:
    _, before, _ = ask("draft", str(customer["id"]), "--no-save")
    code, draft, told = ask("draft", str(customer["id"]), "--template", "", "--second-reading", "--no-save")
    assert code == 3 and "No second reading: " in told and "is not a second reading" in told
    assert (draft["verdict"], draft["second_reading"]) == (before["verdict"], None)


def test_what_left_this_computer_is_listed_with_when_where_how_much_and_what(
    ask: Any, customer: dict[str, Any], mail: MailServer, model: ModelServer, tmp_path: Path
) -> None:
    assert ask("disclosures")[1] == []
    number = str(customer["id"])
    ask("draft", number, "--model", "loopback", "--no-save")
    ask("draft", number, "--model", "down", "--no-save")
    draft = ask("draft", number, "--goal", "check_in")[1]
    ask("approve", str(draft["id"]))
    assert ask("send", "--now")[1]["sent"] == [draft["id"]]
    for what, name in (("customers", "list.csv"), ("scores", "list.xlsx")):
        assert ask("export", what, "--out", str(tmp_path / name))[0] == 0
    assert ask("export", "scores", "--out", str(tmp_path / "list.txt"))[0] == 1
    left = ask("disclosures")[1]
    found = {(one["kind"], one["to"]): one for one in left}
    requests = [one for one in left if one["kind"] == "model"]
    (received,) = model.received
    assert len(requests) == 2 and len(received.body) in {one["size"] for one in requests}
    assert all(one["to"] == "127.0.0.1 (loopback-1)" and one["fields"] for one in requests)
    email = found["email", customer["email"]]
    assert email["fields"] == ["recipient", "sender", "subject", "text"] and email["what"].startswith("Email: ")
    assert email["size"] > 200 and {email["customer"], requests[0]["customer"]} == {customer["name"]}
    listed = found["export", str(tmp_path / "list.csv")]
    assert listed["size"] == (tmp_path / "list.csv").stat().st_size
    assert listed["fields"][:3] == ["customer_id", "source", "external_id"]
    assert ("export", str(tmp_path / "list.xlsx")) in found and ("export", str(tmp_path / "list.txt")) not in found
    assert ask("verify")[1]["ok"]
    assert "Exported" not in ask("undo")[1]["words"]


def test_each_approval_is_read_before_it_where_the_preference_says_so(
    ask: Any, customer: dict[str, Any], model: ModelServer, prefer_reading: None
) -> None:
    _, draft, _ = ask("draft", str(customer["id"]))
    number = str(draft["id"])
    found = {"findings": [{"sentence": 2, "reads_as": "tone", "fact": 0, "reason": "too merry"}]}
    model.answer(written(json.dumps(found)))
    code, _, told = ask("approve", number, "--read")
    assert code == 1 and "The model reads the tone of this as unsuitable: “too merry”" in told
    assert "The email was not approved. Read the sentences, then approve it with --read." in told
    assert len(model.received) == 1
    code, approved, _ = ask("approve", number, "--read")
    assert code == 0 and approved["state"] in ("approved", "queued") and approved["second_reading"] is None
    assert len(model.received) == 1, "the same text is not read twice"


def test_an_approval_whose_second_reading_fails_says_how_to_go_on(
    ask: Any, customer: dict[str, Any], model: ModelServer, prefer_reading: None
) -> None:
    _, draft, _ = ask("draft", str(customer["id"]))
    number = str(draft["id"])
    model.answer(status(401))
    code, _, told = ask("approve", number)
    assert code == 1 and "No second reading: " in told and "--without-second-reading" in told
    assert ask("approve", number, "--without-second-reading")[0] == 0
    assert len(model.received) == 1


def test_a_second_reading_that_finds_nothing_lets_the_approval_go_on(
    ask: Any, customer: dict[str, Any], model: ModelServer, prefer_reading: None
) -> None:
    _, draft, _ = ask("draft", str(customer["id"]))
    model.answer(written(json.dumps({"findings": []})))
    code, approved, told = ask("approve", str(draft["id"]))
    assert code == 0 and "The second reading found nothing to add." in told
    assert approved["second_reading"]["warnings"] == []


def test_a_withdrawal_says_how_many_approved_emails_it_holds_and_the_outbox_which(
    ask: Any, customer: dict[str, Any], mail: MailServer, store_path: Path, capsys: Any
) -> None:
    _, draft, _ = ask("draft", str(customer["id"]))
    assert ask("approve", str(draft["id"]))[0] == 0
    assert run_command(["consent", customer["email"], "withdrawn", "--store", str(store_path)]) == 0
    assert "1 approved email to it is held." in capsys.readouterr().out
    _, outbox, _ = ask("outbox", "--tab", "waiting")
    assert outbox["messages"][0]["state_words"].startswith("Held: consent withdrawn")
    assert ask("send", "--now")[1]["failed"] == [draft["id"]] and mail.accepted == []


def test_a_mistyped_customer_or_rule_names_the_nearest(ask: Any, customer: dict[str, Any], tmp_path: Path) -> None:
    name = customer["name"]
    for typed in (f"{name[:2]}{name[3:]}", name.upper()[:-1]):
        code, _, said = ask("draft", typed)
        assert code == 1 and f"Did you mean {name} ({customer['id']})" in said
    assert "Did you mean" not in ask("draft", "zqzq")[2]
    _, _, said = ask("alerts", "--rule", "unhappy")
    assert "No rule is called “unhappy”. The nearest: unhappy_" in said and "win_back" not in said


def test_an_email_that_cannot_be_approved_yet_says_what_lacks_and_which_command_sets_it(
    ask: Any, customer: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "config" / "bellwether" / "preferences.json"
    kept = load_preferences(path).preferences
    save_preferences(path, replace(kept, mail=MailAccount()))
    _, draft, _ = ask("draft", str(customer["id"]))
    (row,) = ask("outbox")[1]["messages"]
    assert (row["state_words"], row["fault"]) == ("Awaiting your review", "1 problem: the email ends without a name")
    code, _, said = ask("approve", str(draft["id"]))
    assert code == 1 and "in Settings, Mail server, or `bellwether mail set --name NAME`." in said
    save_preferences(path, kept)
    assert ask("outbox")[1]["messages"][0]["fault"] == ""
