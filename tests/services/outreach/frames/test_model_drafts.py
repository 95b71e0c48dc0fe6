"""What becomes of a model's sentences: answers to the exact requests for ten customers, by somebody who saw only those.

Of the 92 sentences of every other answer 51 were verified at the first measure. The wordings were widened by what the
answers between them say, and not by these: 56 are verified now.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal

import pytest

from models.values.outreach import Edit, ModelRequest
from services.outreach import draft_by_model, review
from services.outreach.claims import fold, is_sign_off, sentences
from services.settings import ModelProfile
from services.workspace import Workspace
from tests.measured import Tell
from tests.servers.model_server import MODEL, ModelServer, model_server, written
from tests.services.outreach.claims.test_unseen import book_of_ten as book_of_ten

FILE: Final = Path(__file__).resolve().parents[3] / "fixtures" / "outreach" / "model_drafts.jsonl"
ROWS: Final[list[dict[str, Any]]] = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
NAME: Final = "House model"
#: The goals of an honest model's sentences.
LEAST_VERIFIED, MOST_BLOCKED = 0.6, 0.02
Outcome = Literal["verified", "to read", "blocked"]


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture(scope="module")
def workspace(book_of_ten: Workspace, server: ModelServer) -> Workspace:
    profile = ModelProfile(NAME, server.url, MODEL, kind="local", timeout_s=20)
    return replace(book_of_ten, preferences=replace(book_of_ten.preferences, profiles=(profile,)))


def outcomes(workspace: Workspace, server: ModelServer, row: dict[str, Any]) -> Iterator[Outcome]:
    """Yield what each sentence of the draft is that an answer becomes."""
    server.answer(written(json.dumps(row["answer"])))
    request = ModelRequest(
        row["customer"], row["goal"], row["tone"], tuple(row["facts"]), NAME, contact_id=row["contact"]
    )
    draft = draft_by_model(workspace, request, on_text=lambda _text: None, cancelled=lambda: False)
    edit = Edit(0, row["customer"], None, row["goal"], row["tone"], draft.writer, draft.subject, draft.greeting,
                draft.body, draft.facts, contact_id=row["contact"])  # fmt: skip
    claims = [one for one in review(workspace, edit).claims if one.where == "body"]
    body = fold(draft.body)
    for start, end in sentences(body):
        if not is_sign_off(body[start:end]):
            inside = [one for one in claims if start <= one.start < end]
            blocked = any(one.verdict == "unsupported" for one in inside)
            yield "blocked" if blocked else "to read" if any(one.kind == "own" for one in inside) else "verified"


def test_most_sentences_of_an_honest_model_are_verified_and_hardly_one_blocked(
    workspace: Workspace, server: ModelServer, tell: Tell
) -> None:
    looked_at, unseen = (
        Counter(one for row in rows for one in outcomes(workspace, server, row)) for rows in (ROWS[::2], ROWS[1::2])
    )
    for name, found in (("looked at", looked_at), ("not looked at", unseen)):
        tell(f"answers {name}: {found['verified']} of {found.total()} sentences verified, {found['blocked']} blocked")
        assert found["verified"] >= LEAST_VERIFIED * found.total()
        assert found["blocked"] <= MOST_BLOCKED * found.total()
