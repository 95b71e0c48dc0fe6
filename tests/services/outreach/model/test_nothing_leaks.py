"""What a model server receives, searched to the byte: nothing of the book that was not ticked, and nobody's name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.store import connect
from models.values import words
from models.values.outreach import GOALS, Fact, ModelRequest
from services.book.alert_phrasing import reason_words
from services.insight import reading
from services.outreach import draft_by_model, read_facts
from services.outreach.model.known import folded
from services.outreach.model.masking import mask_for
from services.outreach.unwanted import why_not_drafted
from services.workspace import Workspace
from tests.servers.model_server import ModelServer, at_once
from tests.services.outreach.model.conftest import NAME

SCORE_WORDS = ("churn", "engagement", "value at risk", "at risk", "lifetime", "clv", "score", "segment", "hibernating",
               "champion", "cooling vip", "promising", "one-time", "loyal")  # fmt: skip


def _talkative(workspace: Workspace) -> None:
    """Let reviews and tickets name everybody and everything, as customers do."""
    driver = connect(workspace.store.path)
    people = driver.execute("SELECT id, name, email, phone, city, owner FROM customers ORDER BY id").fetchall()
    order_of = dict(driver.execute("SELECT customer_id, max(external_id) FROM orders GROUP BY customer_id"))
    for number, (customer_id, name, email, phone, city, owner) in enumerate(people):
        other, order = people[(number + 37) % len(people)], order_of.get(customer_id)
        said = f"{name.upper()} of {city} and {other[1]} told {owner or 'Lucie'} of {order}"
        asked = f"{other[1].lower()} ({phone or other[3] or '+1 303 555 0100'}) of {other[4]} asked {name} again"
        if number % 2:
            said, asked = f"{asked}, {email}", f"{said}, {other[2]}"
        driver.execute("UPDATE reviews SET title = NULL, text = ? WHERE customer_id = ?", (said, customer_id))
        driver.execute("UPDATE tickets SET subject = ?, sentiment = -0.9 WHERE customer_id = ?", (asked, customer_id))
    driver.close()


@pytest.fixture
def talkative(workspace: Workspace) -> Workspace:
    """The sample book in which everybody is named everywhere."""
    _talkative(workspace)
    return workspace


def _asked(
    workspace: Workspace, server: ModelServer, customer_id: int, goal: str
) -> tuple[str, list[Fact], list[Fact]]:
    facts = read_facts(workspace, customer_id, goal)
    # Every second one, so that each kind of fact is ticked here and unticked there.
    ticked = [fact for at, fact in enumerate(facts) if (at + customer_id) % 2 == 0]
    keys = tuple(fact.key for fact in ticked)
    request = ModelRequest(customer_id, goal, "warm", keys, NAME, text=ticked[0].words if ticked else "")
    draft_by_model(workspace, replace(request, text=""), on_text=lambda _: None, cancelled=lambda: False)
    return server.received[-1].text, ticked, [fact for fact in facts if fact not in ticked]


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.soak)], ids="every {}".format)
def test_no_name_address_number_score_or_unticked_fact_leaves(
    talkative: Workspace, server: ModelServer, every: int
) -> None:
    server.answer(at_once())
    with talkative.store.snapshot() as driver:
        cursor = driver.execute(
            "SELECT c.*, s.churn_risk, s.value_at_risk_minor, s.engagement, s.clv_minor FROM customers c"
            " LEFT JOIN customer_risk_scores s ON s.customer_id = c.id ORDER BY c.id"
        )
        columns = [column[0] for column in cursor.description]
        people = [dict(zip(columns, row, strict=True)) for row in cursor]
        today = talkative.clock.today()
        reasons = [reason_words(row[0], today) for row in driver.execute("SELECT reason FROM alerts")]
        ids = {row[0].casefold() for table in ("orders", "tickets", "customers", "reviews", "opportunities")
               for row in driver.execute(f"SELECT external_id FROM {table} WHERE external_id <> ''")}  # fmt: skip
        staff = {row[0] for row in driver.execute("SELECT DISTINCT owner FROM customers WHERE owner <> ''")}
        staff |= {row[0] for row in driver.execute("SELECT DISTINCT agent FROM tickets WHERE agent <> ''")}
    goals = list(GOALS)
    with reading(talkative) as reader:
        unwanted = {person["id"] for person in people if why_not_drafted(reader, person["id"], None)}
    assert 0 < len(unwanted) < len(people) / 2
    for number, person in enumerate(people):
        if number % every or person["id"] in unwanted:  # they withdrew consent: nothing is asked about them at all
            continue
        for goal in goals if number % 8 == 0 else (goals[number % 5],):
            text, ticked, unticked = _asked(talkative, server, person["id"], goal)
            _nothing_of(person, text)
            _nothing_unticked(text, ticked, unticked)
    received = server.bytes.decode().casefold()
    for person in people:
        for column in ("name", "company", "email", "phone"):
            value = (person[column] or "").casefold()
            assert not value or value not in received, (column, value)
    spoken = set(re.findall(r"[\w\-]+", received))
    assert not spoken & ids
    assert not spoken & {name.casefold() for name in staff}
    assert not [name for name in staff if name.casefold() in received and " " in name]
    assert not [word for word in SCORE_WORDS if re.search(rf"\b{word}\b", received)]
    assert not [reason for reason in reasons if reason.casefold() in received]


def test_texts_full_of_the_book_leave_without_it(talkative: Workspace) -> None:
    with talkative.store.snapshot() as driver:
        people = driver.execute("SELECT id, name, email, phone, city FROM customers ORDER BY id").fetchall()
        for number, (customer_id, name, email, phone, city) in enumerate(people):
            other, order = people[(number + 37) % len(people)], f"O{10_001 + number}"
            text = (
                f"{name} ({email}, {phone}) lives in {city}; ask {other[1].lower()}, {other[2]} or {other[3]}.\n"
                f"Or {other[1].upper()}; {name.split()[0]} knows. {name.casefold()}'s order {order} too: {other[1]}."
            )
            masked = mask_for(driver, customer_id, "Ada").hide(text).casefold()
            for value in (name, email, phone, city, other[1], other[2], other[3], order):
                assert not value or value.casefold() not in masked, (masked, value)


@given(
    who=st.integers(0, 159),
    whose=st.integers(1, 160),
    joint=st.sampled_from([" ", "  ", "\n", "\u00a0", "-", ".", "_", "\u200b ", ", "]),
    case=st.sampled_from([str.upper, str.lower, str.title, str.swapcase, str]),
    around=st.sampled_from(
        [("", ""), ("“", "”"), ("(", ")"), ("I am ", "!"), ("x ", "'s"), ("\n", "\n\nOr"), ("<", ">")]
    ),
)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_name_is_found_however_it_is_written(
    book: Workspace, who: int, whose: int, joint: str, case: Callable[[str], str], around: tuple[str, str]
) -> None:
    with book.store.snapshot() as driver:
        (name,) = driver.execute("SELECT name FROM customers ORDER BY id LIMIT 1 OFFSET ?", (who,)).fetchone()
        text = f"{around[0]}{case(joint.join(name.split()))}{around[1]}"
        masked = mask_for(driver, whose, "Ada").hide(text)
    assert folded(name) not in folded(masked), (text, masked)


def _nothing_of(person: dict[str, object], text: str) -> None:
    folded = text.casefold()
    assert not re.search(rf"\b{re.escape(str(person['city']).casefold())}\b", folded), person["city"]
    if person["churn_risk"] is None:
        return
    assert words.percent(float(str(person["churn_risk"]))).casefold() not in folded
    for column in ("value_at_risk_minor", "clv_minor"):
        minor = int(str(person[column] or 0))
        if minor > 100_000:
            assert words.money(minor, "USD") not in text


def _nothing_unticked(text: str, ticked: list[Fact], unticked: list[Fact]) -> None:
    told = " ".join([*(fact.words for fact in ticked), *(fact.quote for fact in ticked)]).casefold()
    known = {value.text.casefold() for fact in ticked for value in fact.values}
    for fact in unticked:
        assert fact.words not in text
        for value in fact.values:
            said = value.text.casefold()
            if value.kind in ("product", "quote", "name") and said not in known and said not in told:
                assert said not in text.casefold(), value
            if value.kind == "money" and said not in known and Decimal(said) > 20:
                assert not re.search(rf"\b{re.escape(said)}\b", text), value


def test_the_bytes_are_the_request_and_nothing_else(workspace: Workspace, server: ModelServer) -> None:
    _asked(workspace, server, 1, "check_in")
    (received,) = server.received
    document = json.loads(received.body)
    assert set(document) == {"model", "messages", "stream", "stream_options", "response_format"}
    assert [message["role"] for message in document["messages"]] == ["system", "user"]
