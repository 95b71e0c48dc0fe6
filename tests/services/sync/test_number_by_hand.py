"""A number that a person writes is read alike wherever one is asked for."""

from __future__ import annotations

import pytest

from models.values.errors import UserError
from services.sync import number_of


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("5", (5, False)),
        ("-3", (-3, False)),
        ("1.234.567,5", (1_234_567.5, False)),
        ("1,000.50", (1_000.5, False)),
        ("1,200", (1_200, False)),
        ("1.200", (1_200, False)),
        ("0,5", (0.5, False)),
        ("12,125 %", (12.125, True)),
        ("12.125%", (12.125, True)),
    ],
)
def test_either_decimal_sign_is_read_and_three_digits_after_a_mark_are_thousands_but_of_a_percentage(
    text: str, read: tuple[float, bool]
) -> None:
    assert number_of(text) == read


def test_a_figure_that_has_fractions_has_no_thousands() -> None:
    assert [str(number_of(text, fraction=True)[0]) for text in ("1,085", "1.085", "1 200", "1,200.5")] == [
        "1.085", "1.085", "1200", "1200.5"
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "much", "$5", "1,2,3"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="is not a figure such as 5"):
        number_of(text)
