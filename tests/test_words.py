"""The field's words, in every text that a person may read: what the glossary has stopped using stays away."""

from __future__ import annotations

import re
from typing import Final

import pytest

from tests.shown_words import shown_texts

#: What is no longer said, with what is said instead, and the texts in which the word means something else.
STOPPED: Final = (
    (r"\bcards?\b", "alert",
     r"report card|card numbers?|credit card|payment cards?|gift card|loyalty card|\{[^}]*card"),
    (r"\bheld against\b|hold .* against what came|\b(with|from|and) what came\b(?! in)", "back-test, compare", ""),
    (r"\bforet[eo]l|\bwas told\b|\bwas said\b", "predicted", ""),
    (r"adding up all facts|weighing a few facts|way of telling|\brungs?\b|the simple rule|stretch(es)? of the past",
     "model, baseline, period",
     r"\(rung \{\}\)"),
    (r"\bsurprise\b|ranks right", "log loss, AUC, bias", ""),
    (r"likely to leave from|what they are worth|worth keeping|of what is at risk", "churn risk, lifetime value", ""),
    (r"usual in the book", "typical", ""),
    (r"set by hand|\btake it back\b(?=.*(score|figure))", "override, remove override", ""),
    (r"\bmend(s|ed|ing)?\b", "fix", ""),
    (r"\bis taken as\b|\bhow surely\b|\bparting\b", "counts as, how sure, separator", ""),
    (r"\bin doubt\b", "not confirmed", ""),
    (r"^read again$|\bthe one before\b", "refresh, previous", ""),
    (r"follows? back", "recalculated", ""),
    (r"\bis no (number|email|date|time|currency)\b", "not a …", ""),
    (r"\btoo little known\b", "too little history", ""),
    (r"four cases (of|in) five", "80 % range", ""),
    (r"\bbacktest", "back-test", r"`[^`]*backtest[^`]*`"),
    (r"\bof late\b", "lately", ""),
)  # fmt: skip


@pytest.fixture(scope="module")
def texts() -> list[tuple[str, str]]:
    return [(one.text, f"{one.file}:{one.line}") for one in shown_texts() if _is_read_as_a_sentence(one.text)]


def _is_read_as_a_sentence(text: str) -> bool:
    """Not a statement of SQL in pieces, nor columns of the book."""
    return not re.search(r"\b[a-z]\.[a-z_]+\b|->>|\bIS NULL\b|= \?|_id\b|coalesce|\bSELECT\b", text)


@pytest.mark.parametrize(("stopped", "instead", "fine"), STOPPED, ids=[instead for _s, instead, _f in STOPPED])
def test_no_text_uses_a_word_that_the_glossary_stopped(
    texts: list[tuple[str, str]], stopped: str, instead: str, fine: str
) -> None:
    found = [
        f"{place}: {text}"
        for text, place in texts
        if re.search(stopped, re.sub(fine, "", text, flags=re.IGNORECASE) if fine else text, re.IGNORECASE)
    ]
    assert not found, f"say “{instead}”:\n" + "\n".join(found)


def test_the_texts_are_those_of_window_command_line_rules_and_templates(texts: list[tuple[str, str]]) -> None:
    rooms = {place.split("/")[0] for _text, place in texts}
    assert {"app", "views", "models", "services", "resources"} <= rooms
    said = {text for text, _place in texts}
    assert "No alerts today." in said  # the command line
    assert any("{}" in text for text in said)  # with the places of its values
    assert not any("SELECT" in text for text in said)
    files = {place.split(":")[0] for _text, place in texts}
    assert {"CHANGELOG.md", "docs/developing.md", "resources/help/start.md", "resources/metrics/orders.toml"} <= files
    assert any(text.startswith("List the emails:") for text in said)  # the help of a command
