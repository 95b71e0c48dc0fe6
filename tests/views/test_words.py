from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.values import words as sentences
from models.values.money import CODES, SIGNS, exponent
from services.sync.kinds.numbers import plain_number, to_minor
from views import words
from views.settings import typed
from views.settings.fields import SETTINGS
from views.words import MINUS, THIN


def test_percent_has_a_thin_space_and_an_unknown_one_is_a_dash() -> None:
    assert words.percent(0.72) == f"72{THIN}%"
    assert words.percent(None) == "–"


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (524_000, "USD", "$5,240"),
        (-1_250, "EUR", "−€13"),
        (38_600, "GBP", "£386"),
        (5_240, "JPY", "¥5,240"),
        (5_240_000, "KWD", f"KWD{THIN}5,240"),
        (None, "USD", "–"),
    ],
)
def test_money_has_its_sign_and_its_own_minor_unit(minor: int | None, currency: str, text: str) -> None:
    assert words.money(minor, currency) == text


@pytest.mark.parametrize(
    ("minor", "text"),
    [(18_400_000, "$184k"), (520_000, "$5.2k"), (600_000, "$6k"), (98_000, "$980"), (130_000_000, "$1.3m"), (0, "$0")],
)
def test_short_money_has_at_most_four_figures(minor: int, text: str) -> None:
    assert words.money_short(minor, "USD") == text


@given(st.integers(-(10**13), 10**13), st.sampled_from(sorted(CODES)))
def test_an_amount_is_shown_typed_and_stored_alike_in_every_currency(minor: int, currency: str) -> None:
    setting = next(one for one in SETTINGS if one.kind == "money")
    exact = words.money(minor, currency, cents=True)
    assert exact == sentences.money_exact(minor, currency)
    assert words.money(minor, currency) == sentences.money(minor, currency)
    written = exact.replace(SIGNS.get(currency, f"{currency}{THIN}"), "").replace(MINUS, "-")
    assert to_minor(plain_number(written, False), exponent(currency)) == minor
    assert typed.parse(setting, typed.shown(setting, minor, currency), currency) == minor


def test_a_forint_has_hundredths_and_a_uganda_shilling_has_none() -> None:
    limit = next(one for one in SETTINGS if one.kind == "money")
    assert typed.parse(limit, "50000", "HUF") == 5_000_000
    assert [words.money(500_000, code, cents=True) for code in ("XAF", "UGX", "PYG", "IQD", "LYD")] == [
        f"XAF{THIN}500,000", f"UGX{THIN}500,000", f"PYG{THIN}500,000", f"IQD{THIN}500.000", f"LYD{THIN}500.000",
    ]  # fmt: skip


@given(st.integers(0, 10**13))
def test_short_money_never_needs_more_than_seven_signs(minor: int) -> None:
    assert len(words.money_short(minor, "USD")) <= 7


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.dates(date(2000, 1, 1), date(2030, 1, 1)))
def test_days_are_written_as_the_sentences_write_them(day: date, today: date) -> None:
    assert words.short_day(day, today) == sentences.day(day, today)


def test_counts_take_their_noun() -> None:
    assert words.counted(1, "customer") == "1 customer"
    assert words.counted(2_000, "customer") == "2,000 customers"
    assert words.counted(2, "entry", "entries") == "2 entries"
    assert words.days(1) == "1 day"


def test_points_have_a_sign() -> None:
    assert [words.points(value) for value in (31.4, -4.4, 0.2, -0.2, 0.0)] == ["+31", "−4", "<1", "<1", "+0"]


def test_work_is_told_in_seconds_then_minutes() -> None:
    assert words.duration(0.2) == "1 second"
    assert words.duration(9) == "9 seconds"
    assert words.duration(130) == "2 min"


def test_a_predicted_chance_is_never_certain() -> None:
    said = [words.chance(share) for share in (None, 0.0, 0.0049, 0.005, 0.72, 0.994, 0.995, 1.0)]
    ends = [f"<1{THIN}%", f"<1{THIN}%", f"1{THIN}%"], [f"99{THIN}%", f">99{THIN}%", f">99{THIN}%"]
    assert said == ["–", *ends[0], f"72{THIN}%", *ends[1]]


@pytest.mark.parametrize(
    ("reason", "said"),
    [(" must be a whole number", "Must be a whole number."), ("Which one?", "Which one?"), ("Done.", "Done.")],
)
def test_a_reason_becomes_a_sentence(reason: str, said: str) -> None:
    assert words.sentence(reason) == said


@given(st.floats(0, 1e6))
def test_a_number_is_rounded_as_the_rooms_round_it(number: float) -> None:
    assert words.whole(number) == sentences.whole(number)
    assert (words.whole(41.5), words.whole(42.5)) == ("42", "43")
