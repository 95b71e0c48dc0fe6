"""A language model reads a question as well: it chooses from the catalogue, and what it says changes no figure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.values.errors import EnvironmentFault, UserError
from services.assistant import Assistant
from services.assistant.by_model import listing
from services.book.disclosures import disclosures
from services.metrics import the_catalogue
from services.settings import ModelProfile
from services.workspace import Workspace
from tests.servers.model_server import MODEL, ModelServer, html, model_server, written
from tests.views.books import opened

NAME = "House model"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def workspace(sample: Path, tmp_path: Path, server: ModelServer) -> Iterator[Workspace]:
    path = tmp_path / "book.bellwether"
    path.write_bytes(sample.read_bytes())
    made = opened(path)
    profile = ModelProfile(NAME, server.url, MODEL, kind="local", timeout_s=20)
    yield replace(made, preferences=replace(made.preferences, profiles=(profile,)))
    made.close()


@pytest.fixture
def asked(workspace: Workspace) -> Assistant:
    return Assistant(workspace)


def says(document: Any) -> Any:
    return written(document if isinstance(document, str) else json.dumps(document))


def test_where_both_read_the_same_it_is_said(asked: Assistant, server: ModelServer) -> None:
    query = {"metrics": ["revenue"], "by": ["tier"], "period": "12m"}
    server.answer(says({"form": "figure", "query": query}))
    plain, found = asked.ask("revenue by tier in the last 12 months"), asked.ask_model(
        "revenue by tier in the last 12 months", NAME
    )  # fmt: skip
    assert found.status == "answered" and found.tables == plain.tables and found.model == NAME
    assert found.notes[-1] == "House model reads this question in the same way."


def test_another_reading_is_shown_to_choose_from_and_runs_by_the_same_code(
    asked: Assistant, server: ModelServer
) -> None:
    server.answer(says({"form": "figure", "query": {"metrics": ["orders"], "by": ["month"], "period": "12m"}}))
    found = asked.ask_model("how is business developing these days", NAME)
    assert found.status == "choose"
    assert (found.readings[-1].by, found.readings[-1].sentence) == (NAME, "Orders by month in the last 12 months")
    ran = asked.again("how is business developing these days", found.readings[-1].question)
    assert ran.tables == asked.ask("orders by month in the last 12 months").tables


@pytest.mark.parametrize(
    "answer",
    [
        {"form": "figure", "query": {"metrics": ["profit"]}},
        {"form": "figure", "query": {"metrics": ["revenue"], "by": ["shoe_size"]}},
        {
            "form": "figure",
            "query": {"metrics": ["revenue"], "where": [["tier", "=", "Gold"], ["x; DROP TABLE", "=", 1]]},
        },
        {"form": "figure", "query": {"metrics": ["revenue"], "where": [["customer_number", "=", 7]]}},
        {"form": "overview", "customer": 7},
        {"form": "email", "customer": 7},
        {"form": "rows", "rows": {"entity": "sqlite_master"}},
        {"form": "figure", "query": "SELECT * FROM customers"},
        {"form": "none"},
        [1, 2, 3],
        "Revenue was $99,999 last month.",
        '{"form": "figure"',
    ],
)
def test_rubbish_sql_and_other_peoples_rows_change_nothing(asked: Assistant, server: ModelServer, answer: Any) -> None:
    plain = asked.ask("revenue by tier")
    server.answer(says(answer))
    found = asked.ask_model("revenue by tier", NAME)
    assert (found.status, found.tables, found.sentence) == (plain.status, plain.tables, plain.sentence)
    assert "found nothing in the catalogue" in found.notes[-1]


def test_only_the_catalogue_and_the_question_without_names_leave(
    workspace: Workspace, asked: Assistant, server: ModelServer
) -> None:
    server.answer(says({"form": "none"}))
    text = "did Kowalski & Daughters or Mabel Marlow pay for O11446, as Helen Brandvold says? mail ann@shop.example"
    asked.ask_model(text, NAME)
    sent = server.received[0].text
    for secret in ("Kowalski", "Daughters", "Mabel", "Marlow", "O11446", "Helen", "Brandvold", "ann@shop.example"):
        assert secret not in sent, secret
    with workspace.store.snapshot() as driver:
        rows = driver.execute("SELECT name, email, phone, external_id FROM customers").fetchall()
    values = {value for row in rows for value in row if value and len(str(value)) > 5}
    assert not [value for value in values if str(value) in sent]
    assert listing(the_catalogue()) in sent
    (left,) = [one for one in disclosures(workspace) if "question" in one.what]
    assert left.size > 1_000 and "127.0.0.1" in left.to


def test_an_endpoint_that_fails_is_said_in_a_sentence(asked: Assistant, server: ModelServer) -> None:
    server.answer(html())
    with pytest.raises(EnvironmentFault, match="did not answer like a language model"):
        asked.ask_model("revenue by tier", NAME)


def test_a_question_with_what_cannot_be_hidden_does_not_leave(
    workspace: Workspace, asked: Assistant, server: ModelServer
) -> None:
    server.answer(says({"form": "none"}))
    with pytest.raises(UserError, match="Nothing was sent to the language model"):
        asked.ask_model("orders of the one whose card ends four two four two four two four two", NAME)
    assert not server.received and not [one for one in disclosures(workspace) if "question" in one.what]
