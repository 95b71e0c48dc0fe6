"""The closed list of wordings: what it lets pass as verified, and what one changed word does."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from services.outreach.frames import filled, offered, slots_of, texts_of, written_as
from services.outreach.frames.slots import PLACEHOLDER, root_of
from services.outreach.frames.wordings import FOLDER, language
from services.outreach.templates.fields import FIELDS, FLAGS

SLOTS: dict[str, Any] = {
    "since": "March 2023",
    "customer_for": "more than three years",
    "last_order": {
        "day": "7 September", "month": "September", "when": "ten weeks ago", "items": "3 items", "quiet": True,
    },
    "products": "the rain jacket and the wool vest",
    "product": "the rain jacket",
    "orders": "23 orders",
    "ticket": {
        "clause": "your order of 7 September reached you late", "about": "your order of 7 September", "open": True,
        "opened": "12 September", "month": "September", "when": "ten weeks ago", "unhappy": True,
    },
    "ticket_2": {
        "clause": "there was a mistake with your invoice", "about": "your invoice", "unhappy": True, "open": False,
        "opened": "2 March", "month": "March", "when": "eight months ago", "resolved": "9 March",
    },
    "praise": {"quote": "Great fit, fast exchange", "product": "the rain jacket", "month": "October"},
    "suggestion": "the scarf",
}  # fmt: skip
CODES = sorted(path.stem for path in FOLDER.glob("*.toml"))


def verified(sentence: str, slots: dict[str, Any] = SLOTS) -> bool:
    return any(one.holds(sentence) for one in written_as(slots))


@pytest.mark.parametrize("code", CODES)
def test_every_frame_has_known_fields_and_is_bounded(code: str) -> None:
    known = language(code)
    for wording in known.wordings:
        assert wording.says
        assert len(wording.says) <= 5000, wording.shown
        for said in wording.says:
            assert not set("()|<>") & set(said), said
            for one in PLACEHOLDER.finditer(said):
                assert one[1] in FIELDS and one[1] not in FLAGS, one[1]
    assert sum(len(one.says) for one in known.wordings) <= 60_000


@pytest.mark.parametrize("code", CODES)
def test_a_frame_says_nothing_of_us_that_no_fact_holds(code: str) -> None:
    raw = tomllib.loads(Path(FOLDER / f"{code}.toml").read_text("utf-8"))
    for one in raw["frames"]:
        for said in one["says"]:
            assert not any(letter.isdigit() for letter in PLACEHOLDER.sub("", said)), said


@pytest.mark.parametrize(
    "sentence",
    [
        "I noticed that your last order was ten weeks ago.", "I see your last order was ten weeks ago.",
        "Thank you very much for your order of 7 September, and I hope you're enjoying the rain jacket!",
        "Thank you for your order of 7 September.", "I am so sorry that your order of 7 September reached you late.",
        "How are you getting on with the rain jacket?", "By the way, do you have any questions?",
        "In October you wrote “Great fit, fast exchange” about the rain jacket.", "Your message is still open.",
        "I'd love to hear how you are getting on when you have a moment.", "Would a short call next week suit you?",
        "It's been a while since your last order, and I just wanted to ask how things are going.",
        "I am sorry that there was a mistake with your invoice.", "It was settled on 9 March.",
    ],
)  # fmt: skip
def test_a_wording_of_the_list_is_verified(sentence: str) -> None:
    assert verified(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "I doubt that your last order was ten weeks ago.", "Your last order was nine weeks ago.",
        "Your order of 7 September did not reach you late.", "Thank you for your order of 8 September.",
        "Thank you for your order of 7 September, which we will refund.", "Your message was settled on 2 March.",
        "I am sorry that your order of 7 September reached you on time.", "How are you getting on with the scarf?",
        "In October you wrote “Great fit” about the rain jacket.", "Your message is closed.", "Your message is still",
        "I noticed that you have a moment.", "Thank you for your order of 7 September and your payment details.",
        "Thank you for your 24 orders.", "", "?", "and", "Your last order was ten weeks ago next week.",
    ],
)  # fmt: skip
def test_anything_else_is_not(sentence: str) -> None:
    assert not verified(sentence)


def test_a_state_that_has_changed_is_no_longer_verified() -> None:
    settled = {**SLOTS, "ticket": {**SLOTS["ticket"], "open": False, "resolved": "18 September"}}
    del settled["ticket_2"]
    assert not verified("Your message is still open.", settled)
    assert verified("It was settled on 18 September.", settled)
    assert not verified("It has been a while.", {**SLOTS, "last_order": {**SLOTS["last_order"], "quiet": False}})


def test_every_wording_that_a_model_is_shown_is_verified_when_it_is_filled() -> None:
    shown = offered(SLOTS)
    assert len(shown) > 100
    for said in shown:
        body, left_out = filled(said if said.endswith("?") else f"{said}.", texts_of(SLOTS))
        assert not left_out
        assert verified(body), said


def test_a_second_fact_of_a_kind_has_placeholders_of_its_own() -> None:
    assert any("{ticket_2." in said for said in offered(SLOTS))
    assert {root_of(name) for name in SLOTS} <= {path.partition(".")[0] for path in FIELDS}
    assert slots_of((), (), SLOTS) == SLOTS


def test_placeholders_are_filled_and_a_sentence_with_an_unknown_one_is_left_out() -> None:
    texts = texts_of(SLOTS)
    body, left_out = filled(
        "{product} is yours. {ticket.clause}. Your refund of {refund.amount} is due.\n\n{ticket.open} Fine, {x}.\n\n"
        "Thank you for {{ orders }}.",
        texts,
    )
    assert body == ("The rain jacket is yours. Your order of 7 September reached you late.\n\nThank you for 23 orders.")
    assert left_out == ("Your refund of {refund.amount} is due.", "{ticket.open} Fine, {x}.")
