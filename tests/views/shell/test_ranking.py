"""Laws of the ranking: beginnings before mistakes, mistakes before nothing; case and accents do not count."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from views.shell.ranking import distance, rank, words_of

WORD = st.text(string.ascii_lowercase, min_size=4, max_size=10)


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("data", "Data", "Database of customers"),
        ("sno", "Snooze", "Not useful"),
        ("set", "Settings", "Reset the filter"),
        ("take back", "Take back to review", "Back to the take"),
        ("marlow", "Marlow & Pike Outfitters", "Ines Marlow"),
    ],
)
def test_the_better_fit_comes_first(query: str, better: str, worse: str) -> None:
    assert rank(query, better) > rank(query, worse)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("setings", "Settings"),
        ("custmers", "Customers"),
        ("snoze", "Snooze"),
        ("ouptut", "Output"),
        ("delacorix", "Delacroix & Daughters"),
        ("CAFE", "Harbor Lane Café"),
        ("sb", "Sample book"),
        ("apprve queue", "Approve and queue"),
    ],
)
def test_a_mistake_is_forgiven(query: str, text: str) -> None:
    assert rank(query, text) > 0


@pytest.mark.parametrize(("query", "text"), [("", "Data"), ("zzzz", "Snooze"), ("data xyz", "Data"), ("x", "")])
def test_what_does_not_fit_ranks_nothing(query: str, text: str) -> None:
    assert rank(query, text) == 0


def test_a_description_counts_less_than_a_name() -> None:
    assert rank("email", "Draft email") > rank("email", "Write again", "With an email") > 0


@settings(max_examples=60)
@given(WORD, st.data())
def test_every_beginning_of_a_word_finds_it(word: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(word)))
    assert rank(word[:cut], f"Some {word}") > 0


@settings(max_examples=60)
@given(WORD, st.data())
def test_one_letter_wrong_still_finds_it_and_ranks_below_the_right_one(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    wrong = word[:at] + data.draw(st.sampled_from(string.ascii_lowercase)) + word[at + 1 :]
    assume(wrong != word)
    assert 0 < rank(wrong, word) < rank(word, word)


@settings(max_examples=60)
@given(WORD, WORD)
def test_the_distance_is_a_distance(left: str, right: str) -> None:
    most = 20
    there, back = distance(left, right, most), distance(right, left, most)
    assert there == back
    assert (there == 0) == (left == right)
    assert there <= max(len(left), len(right))


def test_words_are_compared_without_case_accents_and_punctuation() -> None:
    assert words_of("Café  “Linden” & Söhne") == ("cafe", "linden", "sohne")
