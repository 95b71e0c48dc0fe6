"""How many honest sentences of a model come out verified, over answers that were written by hand."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

from services.outreach.frames import filled, texts_of, written_as
from tests.measured import Tell
from tests.services.outreach.frames.test_wordings import SLOTS

FILE: Final = Path(__file__).resolve().parents[3] / "fixtures" / "outreach" / "model_answers.toml"
ANSWERS: Final[list[dict[str, Any]]] = tomllib.loads(FILE.read_text("utf-8"))["answer"]
KNOWN: Final = {
    **SLOTS,
    "renewal": {"day": "15 January", "month": "January", "when": "in eight weeks"},
    "feature": {"name": "fit scan", "used": False},
}


def test_most_honest_sentences_of_a_model_are_verified(tell: Tell) -> None:
    written = written_as(KNOWN)
    sentences = [sentence for answer in ANSWERS for sentence in answer["sentences"]]
    made = [filled(sentence, texts_of(KNOWN)) for sentence in sentences]
    assert not any(left_out for _, left_out in made)
    own = [said for said, _ in made if not any(one.holds(said) for one in written)]
    tell(f"{len(sentences)} sentences of {len(ANSWERS)} answers written by hand, {len(sentences) - len(own)} verified")
    assert len(own) <= 0.4 * len(sentences), own
