"""Questions with what they mean, each in three wordings; some that cannot be answered, some that are ambiguous."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from models.values.assistant import Response
from services.assistant import Assistant
from services.metrics import the_catalogue
from tests.measured import Tell
from tests.services.assistant.meaning import meaning

FILE: Final = Path(__file__).resolve().parents[2] / "fixtures" / "ask" / "gold.toml"


@pytest.fixture(scope="module")
def gold() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def means(found: Response) -> str:
    return meaning(found.readings[0].question, the_catalogue()) if found.status == "answered" else found.status


def test_every_wording_is_read_right(assistant: Assistant, gold: dict[str, Any], tell: Tell) -> None:
    asked = [(words, one["means"]) for one in gold["intent"] for words in one["ask"]]
    found = {words: means(assistant.ask(words)) for words, _ in asked}
    right = [words for words, wanted in asked if found[words] == wanted]
    wrong = [(words, found[words], wanted) for words, wanted in asked
             if found[words] not in (wanted, "choose", "refused")]  # fmt: skip
    open_ = [words for words, _ in asked if found[words] in ("choose", "refused")]
    tell(f"{len(right)} of {len(asked)} wordings of {len(gold['intent'])} questions right, {len(wrong)} wrong,"
         f" {len(open_)} refused or ambiguous")  # fmt: skip
    assert not wrong
    assert len(right) >= 0.97 * len(asked), open_


def test_what_the_book_cannot_answer_is_refused(assistant: Assistant, gold: dict[str, Any]) -> None:
    answered = [(words, means(found)) for words in gold["refuse"]["ask"]
                if (found := assistant.ask(words)).status != "refused"]  # fmt: skip
    assert not answered
    assert len(gold["refuse"]["ask"]) >= 40


def test_where_several_things_may_be_meant_ask_asks_which(assistant: Assistant, gold: dict[str, Any]) -> None:
    settled = [(words, means(found)) for words in gold["choose"]["ask"]
               if (found := assistant.ask(words)).status != "choose" or len(found.readings) < 2]  # fmt: skip
    assert not settled


def test_a_chosen_reading_is_answered(assistant: Assistant) -> None:
    offered = assistant.ask("top 10 customers").readings
    second = assistant.ask("top 10 customers", choose=2)
    assert second.status == "answered"
    assert second.readings[0].question == offered[1].question
    assert assistant.ask("top 10 customers", choose=7).why == "Choose a reading from 1 to 2."
