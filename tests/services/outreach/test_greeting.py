"""Whose greeting a greeting is."""

from __future__ import annotations

import pytest

from services.outreach.greeting import fault_of_greeting

DANA = ("Dana Whitfield", "Dana")
TITLED = ("Ms Dana Whitfield", "Dana Whitfield", "Dana")
STAR = ("Star ★ Textiles",)
GARRICK = ("Garrick Brothers Clothing Co.", "Garrick Brothers Clothing")
MARLOW = ("Marlow & Pike Outfitters", "Marlow & Pike")


@pytest.mark.parametrize(
    ("greeting", "names"),
    [
        ("Hello Dana,", DANA), ("Dear Dana Whitfield,", DANA), ("Hi Dana", DANA), ("Good morning, Dana,", DANA),
        ("Dear Ms Whitfield,", TITLED), ("Dear Ms. Dana Whitfield,", TITLED),
        ("Hello Marlow & Pike team,", MARLOW), ("Dear Marlow and Pike,", MARLOW),
        ("Hello everyone at Marlow & Pike,", MARLOW), ("Hello team,", MARLOW), ("hello  DANA ,", DANA), ("Hello,", ()),
        ("Hello The South Bank Attire team,", ("The South Bank Attire",)), ("Hello Star ★ Textiles team,", STAR),
        ("Hello Garrick Brothers team,", GARRICK), ("Dear Garrick Brothers Clothing Co.,", GARRICK),
    ],
)  # fmt: skip
def test_a_greeting_by_a_name_of_theirs_is_theirs(greeting: str, names: tuple[str, ...]) -> None:
    assert fault_of_greeting(greeting, names) == ""


@pytest.mark.parametrize(
    ("greeting", "names"),
    [
        ("", DANA), ("Hello,", DANA), ("Dana", DANA), ("Hello Diana,", DANA), ("Dear customer,", DANA),
        ("Hello Nordlund & Vale team,", MARLOW), ("Dear [name],", DANA), ("Hello Dana Whitfeld,", DANA),
        ("Hello Dana and Chris,", DANA), ("Dear Sir or Madam,", MARLOW), ("Hello there,", DANA), ("Yo Dana!", DANA),
        ("Dear Ms Whitfield,", DANA), ("Dear Mr Dana Whitfield,", TITLED), ("Dear Dr Whitfield,", TITLED),
        ("Hi Dana 🎁,", DANA), ("⭐ Hi Dana,", DANA), ("Hello Garrick team,", GARRICK),
        ("Hello Brothers Clothing,", GARRICK),
    ],
)  # fmt: skip
def test_any_other_greeting_has_a_fault_in_words(greeting: str, names: tuple[str, ...]) -> None:
    assert fault_of_greeting(greeting, names)
