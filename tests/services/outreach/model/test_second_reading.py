"""A second reading over a real connection: it adds warnings, never takes one away, and fails in one sentence."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from models.values.errors import Cancelled, UserError
from models.values.outreach import Edit, Resolution, Review
from services.audit import undo_last
from services.outreach import (
    compose,
    keep_second_reading,
    read_again,
    read_message,
    read_sentences,
    reader_of,
    reading_due,
    review,
    save,
    warning_words,
    with_warnings,
)
from services.outreach.model.faults import ModelFault
from services.settings import ModelProfile
from services.workspace import FixedClock, Workspace
from tests.measured import Tell
from tests.servers.model_server import (
    MODEL,
    ModelServer,
    at_once,
    closed_port,
    flood,
    half,
    hang_up,
    html,
    raw,
    silence,
    status,
    written,
)
from tests.services.outreach.claims.test_states import ROWS, later_rows, read
from tests.services.outreach.conftest import SampleCustomers
from tests.services.outreach.model.conftest import NAME

OWN = "Our team is always glad to hear from you."
WARNED = "The model reads this as contradicting"


def answering(*found: tuple[object, str, object, str]) -> str:
    names = ("sentence", "reads_as", "fact", "reason")
    return json.dumps({"findings": [dict(zip(names, one, strict=True)) for one in found]})


def never() -> bool:
    return False


@pytest.fixture
def edit(workspace: Workspace, customers: SampleCustomers) -> Edit:
    """A draft that code wrote, all verified."""
    return compose(workspace, customers.given, None, goal="check_in").edit


def mixed(edit: Edit) -> Edit:
    return replace(edit, body=edit.body.replace("\n\n", f"\n\n{OWN}\n\n", 1))


def numbers(server: ModelServer) -> dict[str, int]:
    """Each sentence of the last request with its number."""
    lines = server.received[-1].text.partition("<email>\n")[2].partition("\n</email>")[0].split("\n")
    return {said: int(number[1:]) for number, said in (line.split(": ", 1) for line in lines)}


def body_sentence(workspace: Workspace, edit: Edit, server: ModelServer) -> tuple[int, str]:
    """The number and the words of the first sentence of the body that code wrote, learnt from a first request."""
    server.answer(written(answering()))
    read_again(workspace, edit, NAME, cancelled=never)
    return next((n, said) for said, n in numbers(server).items() if n > 1 and said != OWN and said in edit.body)


def verdict(found: Review) -> tuple[bool, int, int]:
    return found.ready, len(found.flagged), len(found.to_read)


def test_a_verified_sentence_that_the_model_warns_of_is_one_to_read(
    workspace: Workspace, server: ModelServer, edit: Edit
) -> None:
    assert review(workspace, edit).verdict.startswith("All verified")
    number, sentence = body_sentence(workspace, edit, server)
    server.answer(written(answering((number, "contradicts", 1, "the order was later"), (1, "fine", 0, ""))))
    found = read_again(workspace, edit, NAME, cancelled=never)
    assert [one.sentence for one in found.warnings] == [sentence]
    said = warning_words(found.warnings[0])
    assert said.startswith(f"{WARNED} “") and "“the order was later”" in said
    assert found.words == "The second reading warns of 1 sentence"
    after = review(workspace, with_warnings(workspace, edit, found))
    assert verdict(after) == (False, 0, 1)
    assert after.verdict.startswith("1 sentence to read")
    assert (after.to_read[0].sentence, after.to_read[0].label) == (sentence, said)
    check = next(one for one in after.checks if one.name == "statements")
    assert check.why == "the language model warns of 1 sentence"


def test_it_is_kept_journalled_listed_as_sent_and_read_like_any_sentence(
    workspace: Workspace, server: ModelServer, edit: Edit
) -> None:
    number, sentence = body_sentence(workspace, edit, server)
    server.answer(written(answering((number, "tone", 0, ""))))
    stored = save(workspace, edit).edit
    found = read_again(workspace, stored, NAME, cancelled=never)
    keep_second_reading(workspace, stored.id, found)
    kept = read_message(workspace, stored.id)
    assert [(one.sentence, one.way, one.source) for one in kept.resolutions] == [(sentence, "warned", f"model:{NAME}")]
    versions = compose(workspace, edit.customer_id, None).versions
    assert (versions[0].words, versions[0].body) == ("second reading, 1 warning", edit.body)
    assert versions[0].sent_to_model.encode() == server.received[-1].body
    assert (versions[0].tokens_in, versions[0].tokens_out, versions[0].cost) == (420, 60, "0.000099 USD")
    with workspace.store.snapshot() as driver:
        verb, by = driver.execute("SELECT verb, actor FROM journal ORDER BY id DESC LIMIT 1").fetchone()
    assert verb == "second_reading" and by
    read_sentences(workspace, stored.id)
    after = review(workspace, read_message(workspace, stored.id).edit)
    assert after.ready and after.verdict == "Ready: you have read the sentence with a warning"


def test_nothing_but_ticked_facts_and_masked_sentences_leaves(
    workspace: Workspace, server: ModelServer, customers: SampleCustomers, edit: Edit
) -> None:
    with workspace.store.snapshot() as driver:
        name, address = driver.execute("SELECT name, email FROM customers WHERE id = ?", (customers.given,)).fetchone()
    server.answer(written(answering()))
    said = replace(edit, body=f"{name}, may I call +1 303 555 0199, or write to {address}?\n\n{edit.body}")
    read_again(workspace, said, NAME, cancelled=never)
    for secret in (name, name.split()[-1], address, "303 555"):
        assert secret.encode() not in server.bytes
    assert "[customer]" in server.received[-1].text
    count = next(one for one in edit.facts)
    read_again(workspace, replace(edit, facts=(count,)), NAME, cancelled=never)
    stated = server.received[-1].text.partition("<facts>\n")[2].partition("\n</facts>")[0]
    assert len(stated.split("\n")) == 1


def test_personal_data_that_cannot_be_hidden_is_refused(workspace: Workspace, server: ModelServer, edit: Edit) -> None:
    said = "The password is Winter2026, and call me on five five five oh one double eight."
    with pytest.raises(UserError, match="Nothing was sent"):
        read_again(workspace, replace(edit, body=f"{said}\n\n{edit.body}"), NAME, cancelled=never)
    assert server.received == []


def test_a_warning_never_opens_what_is_blocked_and_no_later_reading_takes_one_away(
    workspace: Workspace, server: ModelServer, edit: Edit
) -> None:
    claim = "Your refund of $9,999 was paid on 3 March 2031."
    blocked = replace(edit, body=f"{claim}\n\n{edit.body}")
    before = review(workspace, blocked)
    assert before.flagged
    for reply in (answering((2, "promises", 0, "a refund")), answering((2, "fine", 0, "All verified, approve it"))):
        server.answer(written(reply))
        blocked = with_warnings(workspace, blocked, read_again(workspace, blocked, NAME, cancelled=never))
        after = review(workspace, blocked)
        assert [one.sentence for one in after.flagged] == [one.sentence for one in before.flagged]
        assert not after.ready and after.verdict == before.verdict
    assert [one.way for one in blocked.resolutions] == ["warned"]
    confirmed = Resolution(claim, "confirmed", "", "paid by me", "Ada", workspace.at)
    answered = review(workspace, replace(blocked, resolutions=(*blocked.resolutions, confirmed)))
    assert any(one.sentence == claim and one.warned for one in answered.own)


def test_a_sentence_that_was_read_is_to_be_read_again_when_a_warning_comes(
    workspace: Workspace, server: ModelServer, edit: Edit
) -> None:
    stored = save(workspace, mixed(edit)).edit
    read_sentences(workspace, stored.id)
    ready = read_message(workspace, stored.id).edit
    assert review(workspace, ready).ready
    server.answer(written(answering()))
    read_again(workspace, ready, NAME, cancelled=never)
    server.answer(written(answering((numbers(server)[OWN], "promises", 0, "always is a promise"))))
    keep_second_reading(workspace, stored.id, read_again(workspace, ready, NAME, cancelled=never))
    after = review(workspace, read_message(workspace, stored.id).edit)
    assert [one.sentence for one in after.to_read] == [OWN] and "a promise that no fact holds" in after.to_read[0].label
    undo_last(workspace)  # of what the person did before, which was without the warning
    assert review(workspace, read_message(workspace, stored.id).edit).to_read == after.to_read


def test_a_warning_of_another_text_or_of_the_day_before_says_so_and_the_text_is_due_again(
    workspace: Workspace, server: ModelServer, edit: Edit
) -> None:
    wanted = replace(workspace, preferences=replace(workspace.preferences, second_reading=True))
    edit = save(workspace, edit).edit
    assert reading_due(wanted, edit) and not reading_due(workspace, edit)
    number, sentence = body_sentence(workspace, edit, server)
    server.answer(written(answering((number, "tone", 0, "too merry"))))
    keep_second_reading(workspace, edit.id, read_again(workspace, edit, NAME, cancelled=never))
    kept = read_message(workspace, edit.id).edit
    assert not reading_due(wanted, kept) and review(workspace, kept).read_again == kept.mark

    def label(then: Workspace, text: Edit) -> str:
        (found,) = [one for one in review(then, text).claims if one.sentence == sentence and one.warned]
        return found.label

    fresh = "The model reads the tone of this as unsuitable: “too merry”"
    assert label(workspace, kept) == fresh
    changed = replace(kept, body=f"{kept.body}\n\n{OWN}")
    assert label(workspace, changed) == f"{fresh} (the email was changed since)" and reading_due(wanted, changed)
    later = FixedClock(workspace.clock.now() + timedelta(days=2))
    assert label(replace(workspace, clock=later), kept) == f"{fresh} (2 days old)"
    assert (
        reading_due(replace(wanted, clock=later), kept) and not review(replace(workspace, clock=later), kept).read_again
    )


@pytest.mark.parametrize(
    "sloppy",
    [
        "Sure!\n```json\n{}\n```",
        "<think>S{n} is odd</think>{}",
        "{}",
    ],
)
def test_a_sloppy_answer_is_understood(workspace: Workspace, server: ModelServer, edit: Edit, sloppy: str) -> None:
    number, sentence = body_sentence(workspace, edit, server)
    found = [{"sentence": f"S{number}", "reads_as": "Contradicts", "fact": "F1", "reason": "‮ later\n\n than <b>x</b>"},
             {"sentence": 999, "reads_as": "tone"}, {"sentence": number, "reads_as": "fine"}]  # fmt: skip
    server.answer(status(400), status(400), written(sloppy.replace("{n}", "1").replace("{}", json.dumps(found))))
    warnings = read_again(workspace, edit, NAME, cancelled=never).warnings
    assert [one.sentence for one in warnings] == [sentence]
    said = warning_words(warnings[0])
    assert "‮" not in said and "\n" not in said
    forms = [one.document.get("response_format", {}).get("type") for one in server.received[-3:]]
    assert forms == ["json_schema", "json_object", None]


@pytest.mark.parametrize(
    "reply",
    [
        half(answering((1, "tone", 0, "x"))), half(cleanly=False), html(), hang_up, flood(), at_once("All verified."),
        written(""), written("No."), written('{"findings": "none"}'), written('{"ready": true, "verdict": "read"}'),
        written('{"findings": [1, 2]}'), written(answering((99, "contradicts", 1, "x"))),
        written(answering((1, "verified", 1, "x"))), written("[" * 100_000), raw(b"data: {\xff\xfe", kind="text/plain"),
        status(401), status(500),
    ],
)  # fmt: skip
def test_a_garbled_answer_is_one_sentence_and_the_verdict_of_before_stands(
    workspace: Workspace, server: ModelServer, edit: Edit, reply: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.outreach.model.client.BACK_OFF_S", ())
    stored = save(workspace, mixed(edit)).edit
    before = review(workspace, stored)
    server.answer(reply)  # type: ignore[arg-type]
    with pytest.raises(ModelFault) as caught:
        read_again(workspace, stored, NAME, cancelled=never)
    assert "\n" not in str(caught.value) and str(caught.value).endswith("Your text is as it was.")
    assert review(workspace, read_message(workspace, stored.id).edit) == before


def test_no_network_a_time_out_and_a_cancel_change_nothing(
    with_profile: Callable[[ModelProfile], Workspace], profile: ModelProfile, server: ModelServer, edit: Edit
) -> None:
    away = with_profile(replace(profile, base_url=f"http://127.0.0.1:{closed_port()}/v1"))
    with pytest.raises(ModelFault, match="Nothing answers"):
        read_again(away, edit, NAME, cancelled=never)
    server.answer(silence)
    slow = with_profile(replace(profile, timeout_s=1))
    with pytest.raises(ModelFault, match="sent nothing for 1 s"):
        read_again(slow, edit, NAME, cancelled=never)
    with pytest.raises(Cancelled):
        read_again(slow, edit, NAME, cancelled=lambda: len(server.received) > 1)


def test_who_reads_is_the_chosen_model_else_the_one_that_writes_else_the_first(book: Workspace) -> None:
    first, second = (ModelProfile(name, "http://127.0.0.1:9/v1", MODEL, kind="local") for name in ("One", "Two"))
    known = replace(book.preferences, profiles=(first, second))
    assert reader_of(book.preferences) == ""
    assert reader_of(known) == "One"
    assert reader_of(replace(known, writer="Two")) == "Two"
    assert reader_of(replace(known, writer="Two"), "One") == "One"


def test_a_scripted_model_that_is_right_nine_times_in_ten_shows_what_a_reading_adds(
    workspace: Workspace, server: ModelServer, edit: Edit, tell: Tell
) -> None:
    """The plumbing's effect on the sets of contradicted states; no real model was measured."""
    chance, counted = random.Random(11), Counter[tuple[bool, str, bool]]()
    rows = [*ROWS, *later_rows()]
    for at in range(0, len(rows), 30):
        some = rows[at : at + 30]
        text = replace(edit, subject="A word", facts=(), body="\n\n".join(row["text"] for row in some))
        server.answer(written(answering()))
        read_again(workspace, text, NAME, cancelled=never)
        lines = server.received[-1].text.partition("<email>\n")[2].partition("\n</email>")[0].split("\n")[1:]
        found, place = [], 0
        for row in some:
            wrong = row["contradicts"] if chance.random() < 0.9 else not row["contradicts"]
            begins = next((n for n in range(place, len(lines)) if lines[n].split(": ", 1)[1][:12] == row["text"][:12]),
                          None)  # fmt: skip
            if begins is not None:
                place = begins + 1
                found.append((begins + 2, "contradicts" if wrong else "fine", 0, ""))
        server.answer(written(answering(*found)))  # type: ignore[arg-type]
        warned = [one.sentence for one in read_again(workspace, text, NAME, cancelled=never).warnings]
        for row in some:
            said = any(row["text"].startswith(one) for one in warned)
            counted[row["contradicts"], read(row), said] += 1
    left = sum(n for (wrong, said, _), n in counted.items() if wrong and said == "to read")
    caught, false = counted[True, "to read", True], counted[False, "to read", True]
    honest = sum(n for (wrong, said, _), n in counted.items() if not wrong and said == "to read")
    tell(f"of {left} contradicted sentences left to read a scripted model, right 9 times in 10, warns of {caught};"
         f" of {honest} honest ones of {false}. A real model was not measured.")  # fmt: skip
    assert caught >= 0.75 * left
    assert false <= 0.2 * honest
