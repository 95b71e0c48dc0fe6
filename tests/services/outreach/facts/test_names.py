"""How customers are called and greeted: nothing guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.outreach.facts import names_of
from services.outreach.facts.names import first_name, short_name


@pytest.mark.parametrize(
    ("name", "company", "warm", "formal"),
    [
        ("Dana Whitfield", None, "Hello Dana,", "Dear Dana Whitfield,"),
        (
            "Marlow & Pike Outfitters",
            "Marlow & Pike Outfitters",
            "Hello Marlow & Pike team,",
            "Dear Marlow & Pike team,",
        ),
        ("Marlow & Pike Outfitters", None, "Hello Marlow & Pike team,", "Dear Marlow & Pike team,"),
        ("Harbor Lane Café", None, "Hello Harbor Lane Café team,", "Dear Harbor Lane Café team,"),
        ("Joshi & Daughters", "Joshi & Daughters", "Hello Joshi & Daughters team,", "Dear Joshi & Daughters team,"),
        ("Kimura & Novak Clothing Co.", None, "Hello Kimura & Novak team,", "Dear Kimura & Novak team,"),
        ("Dana Whitfield", "Marlow Ltd", "Hello Dana,", "Dear Dana Whitfield,"),
        ("Whitfield, Dana", None, "Hello Dana,", "Dear Dana Whitfield,"),
        ("Dr. Dana Whitfield", None, "Hello Dana,", "Dear Dr. Dana Whitfield,"),
        ("DANA WHITFIELD", None, "Hello Dana,", "Dear DANA WHITFIELD,"),
        ("D. Whitfield", None, "Hello D. Whitfield,", "Dear D. Whitfield,"),
        ("The Walnut Supply", "The Walnut Supply", "Hello Walnut Supply team,", "Dear Walnut Supply team,"),
        ("Globex", None, "Hello Globex,", "Dear Globex,"),
        ("Ida Moor68", None, "Hello Ida,", "Dear Ida,"),
        ("Ida Moor68", "", "Hello Ida,", "Dear Ida,"),
        ("Studio 54", None, "Hello Studio 54 team,", "Dear Studio 54 team,"),
        ("Harbor Supply2", None, "Hello Harbor Supply2 team,", "Dear Harbor Supply2 team,"),
        ("Élodie Fontaine", "", "Hello Élodie,", "Dear Élodie Fontaine,"),
        ("", "Pike GmbH", "Hello Pike team,", "Dear Pike team,"),
        ("", None, "Hello,", "Hello,"),
        ("Customer 17850", None, "Hello,", "Hello,"),
        ("Account #A-12", "Account #A-12", "Hello,", "Hello,"),
        ("unknown", "N/A", "Hello,", "Hello,"),
        ("Customer First Group", None, "Hello Customer First Group team,", "Dear Customer First Group team,"),
    ],
)
def test_a_greeting_is_by_the_name_that_is_known(name: str, company: str | None, warm: str, formal: str) -> None:
    names = names_of(name, company)
    assert names.greeting("warm") == warm
    assert names.greeting("formal") == formal


@pytest.mark.parametrize(
    "company", ["Linden Supply Ltd", "Linden Supply, Inc.", "Linden Supply GmbH", "Linden Supply Co."]
)
def test_the_legal_form_is_left_out(company: str) -> None:
    assert short_name(company) == "Linden Supply"


@given(st.text(max_size=40), st.one_of(st.none(), st.text(max_size=40)))
def test_whatever_the_file_has_becomes_one_line_that_greets(name: str, company: str | None) -> None:
    greeting = names_of(name, company).greeting("warm")
    assert greeting.startswith("Hello") and greeting.endswith(",")
    assert len(greeting.splitlines()) == 1


@given(
    st.text(alphabet=st.characters(categories=("L",)), min_size=2, max_size=12),
    st.text("abcdef", min_size=2, max_size=9),
)
def test_a_first_name_is_the_first_word_of_two(first: str, last: str) -> None:
    found = first_name(f"{first} {last}")
    assert found == "" or found.casefold() == first.casefold() or found.casefold() == first.capitalize().casefold()
