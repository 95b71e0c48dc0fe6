"""Where sentences end, and where they do not."""

from __future__ import annotations

import pytest

from services.outreach.claims import sentences
from services.outreach.claims.sentences import is_sign_off
from services.outreach.claims.text import fold, stem


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(fold(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was late. I am sorry.", ["It was late.", "I am sorry."]),
        ("It came on 7 Sept. 2026 at last. Sorry!", ["It came on 7 Sept. 2026 at last.", "Sorry!"]),
        ("Mr. J. R. Holm wrote, e.g. about Dr. Lee. Thanks.", ["Mr. J. R. Holm wrote, e.g. about Dr. Lee.", "Thanks."]),
        ("It costs 3.50 a piece. Fine.", ["It costs 3.50 a piece.", "Fine."]),
        ("We wondered… and then wrote. So…  Yes?", ["We wondered… and then wrote.", "So…", "Yes?"]),
        ("He said “It is late.” Then he left.", ["He said “It is late.”", "Then he left."]),
        ("One\nsentence over\ntwo lines. Two.", ["One\nsentence over\ntwo lines.", "Two."]),
        ("A heading\n\nAnd a text", ["A heading", "And a text"]),
        ("Three things:\n- one\n- two\n3. three", ["Three things:", "one", "two", "three"]),
        ("Bye for now.\nKind regards,\nAda", ["Bye for now.", "Kind regards,", "Ada"]),
        ("Order no. 7 was late. It was.", ["Order no. 7 was late.", "It was."]),
        ("You and I. We agree.", ["You and I.", "We agree."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_a_text_is_cut_at_the_ends_of_its_sentences(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@pytest.mark.parametrize("line", ["Warm regards,", "Yours sincerely", "With kind regards,", "Thank you", "Best,"])
def test_a_closing_is_known(line: str) -> None:
    assert is_sign_off(line)


@pytest.mark.parametrize("line", ["I would like to", "Your order was late,", "", "Thank you for the order.", "Best?"])
def test_what_is_no_closing_is_not_taken_for_one(line: str) -> None:
    assert not is_sign_off(line)


def test_forms_of_a_word_have_one_stem() -> None:
    assert (
        len({stem(word) for word in ("deliver", "delivers", "delivered", "delivery", "deliveries", "delivering")}) == 1
    )
    assert stem("told") == stem("telling") == stem("tells")
    assert stem("order") != stem("late")


@pytest.mark.parametrize(
    "line",
    [
        "Mit freundlichen Grüßen,",
        "Viele Grüße",
        "Cordialement,",
        "Bien cordialement,",
        "Un cordial saludo,",
        "Saludos,",
    ],
)
def test_a_closing_in_another_language_is_one(line: str) -> None:
    assert is_sign_off(line)
