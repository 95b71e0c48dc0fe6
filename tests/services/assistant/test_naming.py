"""Customers whom a question names in part, what of one customer is asked for, and two of them side by side."""

from __future__ import annotations

import pytest

from services.assistant import Assistant


@pytest.mark.parametrize("said", ["Stone and Selby", "Stone & Selby"])
def test_and_is_the_sign_for_it(assistant: Assistant, said: str) -> None:
    assert assistant.ask(f"who looks after {said}").sentence == "Stone & Selby: owner Nora Whitfield."


def test_a_part_of_a_name_that_one_customer_has_names_them(assistant: Assistant) -> None:
    found = assistant.ask("any tickets of Bakker Brothers")
    whose = assistant.ask("any tickets of Bakker Brothers Threads")
    assert found.tables[0].rows == whose.tables[0].rows != ()


def test_a_part_in_small_letters_names_them_too(assistant: Assistant) -> None:
    assert assistant.ask("owner of summit lane").sentence.startswith("Summit Lane Clothiers: owner ")


def test_words_that_mean_something_else_are_no_part_of_a_name(assistant: Assistant) -> None:
    found = assistant.ask("general store visits this year")  # several customers are called General Store
    assert "matches" not in found.why


def test_a_part_of_a_name_that_several_have_is_asked_about(assistant: Assistant) -> None:
    found = assistant.ask("when did Kowalski last order")
    assert found.status == "refused"
    assert found.why == (
        "“Kowalski” matches “Kowalski & Daughters”, “Leila Kowalski” and “Theo Kowalski”. Use the full name."
    )


def test_a_month_is_no_name_though_somebody_is_called_so(assistant: Assistant) -> None:
    assert assistant.ask("Revenue in June").status == "answered"


def test_the_people_at_a_customer_with_their_addresses(assistant: Assistant) -> None:
    found = assistant.ask("email and phone of our contact at Kowalski & Daughters")
    assert "Lars Linden (Buyer)" in found.sentence
    assert all("@" in str(row[2]) for row in found.tables[0].rows)


def test_several_fields_of_one_customer(assistant: Assistant) -> None:
    assert (
        assistant.ask("owner and tier of Stone & Selby").sentence == "Stone & Selby: owner Nora Whitfield, tier Gold."
    )


def test_the_last_order_comes_with_what_was_in_it(assistant: Assistant) -> None:
    found = assistant.ask("last order of Kowalski & Daughters")
    assert found.sentence == "Kowalski & Daughters: last order 3 Nov 2026."
    assert "River training tee" in {row[3] for row in found.tables[1].rows}


def test_two_customers_side_by_side(assistant: Assistant) -> None:
    found = assistant.ask("revenue of Kowalski & Daughters vs Harbor & Page this year")
    assert {row[0] for row in found.tables[0].rows} == {"Kowalski & Daughters", "Harbor & Page"}
