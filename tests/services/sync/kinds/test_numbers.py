"""Numbers, money and shares: every way of writing them, and the decimal sign from all rows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.values.money import exponent
from services.sync.kinds.amounts import Numbers
from services.sync.kinds.memo import Fault, Unfit
from services.sync.kinds.numbers import CODES, currency_of, header_currency, plain_number, take_apart, to_minor
from tests.services.sync.kinds.columns import converted, decided, faults, meaning


def _grouped(whole: int, mark: str, *, lakh: bool = False) -> str:
    text = f"{whole:,}"
    if lakh and whole >= 1000:
        head, tail = str(whole)[:-3], str(whole)[-3:]
        pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)]
        text = ",".join([*reversed(pairs), tail])
    return text.replace(",", mark)


_LOCALES = [
    (",", ".", False),
    (".", ",", False),
    (" ", ",", False),
    ("\u202f", ",", False),
    ("\u00a0", ",", False),
    ("'", ".", False),
    ("’", ".", False),
    (",", ".", True),
    ("", ".", False),
    ("", ",", False),
]
_AROUND = ["{}", "{} €", "€{}", "EUR {}", "{} EUR", "€ {}", "{}€"]
_MINUS = ["-{}", "{}-", "({})", "−{}", "- {}"]


@given(
    minor=st.integers(-(10**11), 10**11),
    locale=st.sampled_from(_LOCALES),
    around=st.sampled_from(_AROUND),
    minus=st.sampled_from(_MINUS),
    outside=st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_law_an_amount_written_anywhere_is_that_amount(
    minor: int, locale: tuple[str, str, bool], around: str, minus: str, outside: bool
) -> None:
    mark, sign, lakh = locale
    body = f"{_grouped(abs(minor) // 100, mark, lakh=lakh)}{sign}{abs(minor) % 100:02d}"
    if minor < 0:
        text = minus.format(around.format(body)) if outside else around.format(minus.format(body))
    else:
        text = around.format(body)
    assert to_minor(plain_number(text, sign == ","), 2) == minor
    assert take_apart(text).currencies == (() if around == "{}" else ("EUR",))


@given(
    minor=st.integers(1, 10**9),
    places=st.sampled_from([("JPY", 0), ("KWD", 3), ("EUR", 2), ("BHD", 3)]),
    locale=st.sampled_from(_LOCALES),
)
@settings(max_examples=150, deadline=None)
def test_law_no_amount_becomes_another_one_by_the_other_sign(
    minor: int, places: tuple[str, int], locale: tuple[str, str, bool]
) -> None:
    """Read with the wrong sign, a number does not fit, or is one of those that must be decided for the column."""
    mark, sign, lakh = locale
    digits = places[1]
    body = _grouped(minor // 10**digits, mark, lakh=lakh)
    body += f"{sign}{minor % 10**digits:0{digits}d}" if digits else ""
    right = plain_number(body, sign == ",")
    try:
        wrong = plain_number(body, sign == ".")
    except Unfit:
        return
    tally = Numbers()
    tally.take([body])
    assert Decimal(wrong) == Decimal(right) or tally.open_cells == 1


def _currency(cells: list[str], header: str) -> str:
    numbers = Numbers()
    numbers.take(cells)
    return numbers.currency_of(header)


@pytest.mark.parametrize(
    ("text", "comma", "minor"),
    [
        ("CHF 1'000.–", False, 100_000),
        ("Fr. 5.--", False, 500),
        ("1.000,-", True, 100_000),
        ("5,– €", True, 500),
        ("1,00,000.50", False, 10_000_050),
        ("12,34,567", False, 123_456_700),
        ("($5.50)", False, -550),
        ("$(5.50)", False, -550),
        ("-$5.50", False, -550),
        ("$-5.50", False, -550),
        ("US$ 1,250", False, 125_000),
        ("R$ 1.234,50", True, 123_450),
        ("Rs. 1,00,000", False, 10_000_000),
        ("kr. 12,50", True, 1_250),
        ("12,50 kr", True, 1_250),
        ("&euro;12.50", False, 1_250),
        ("&#2547;2,999", False, 299_900),
        ("$5.00 USD", False, 500),
        ("1\u00a0234,50\u00a0zł", True, 123_450),
        (".5", False, 50),
        ("$.50", False, 50),
        ("-.5", False, -50),
        ("5.", False, 500),
        ("+3", False, 300),
    ],
)
def test_ways_of_writing_money(text: str, comma: bool, minor: int) -> None:
    assert to_minor(plain_number(text, comma), 2) == minor


@pytest.mark.parametrize(
    ("text", "comma", "why"),
    [
        ("10,00", False, "has a comma where the others have a point"),
        ("12.50", True, "has a point where the others have a comma"),
        ("1.355,90", False, "has a comma where"),
        ("1,23", False, "has a comma where"),
        ("1,2345", False, "has a comma where"),
        ("1.2.3", False, "is not a number"),
        ("1,234,56", False, "is not a number"),
        ("1,234.567,8", True, "is not a number"),
        ("1 234.567", True, "has a point where"),
        ("1 23", False, "is not a number"),
        ("--4", False, "is not a number"),
        ("-(4)", False, "is not a number"),
        ("(4", False, "is not a number"),
        ("$5 €", False, "names two currencies"),
        ("12 pieces", False, "is not a number"),
        ("12 %", False, "is a percentage"),
        ("1/2", False, "is not a number"),
        ("٣", False, "is not a number"),
    ],
)
def test_what_is_written_otherwise_does_not_fit(text: str, comma: bool, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        plain_number(text, comma)


@pytest.mark.parametrize(
    ("cells", "kind", "delimiter", "comma"),
    [
        (["1,5", "2,75"], "money", "\t", True),
        (["1.5", "1,234.50"], "money", "\t", False),
        (["1.234,50"], "money", "\t", True),
        (["12", "13"], "money", ";", False),
        (["0.234"], "decimal", ";", False),
        (["1,234,567"], "money", "\t", False),
        (["1.234.567"], "money", "\t", True),
        (["1234.567"], "decimal", "\t", False),
        (["1.000", "12345"], "decimal", "\t", False),
        (["1,000", "12345"], "decimal", "\t", True),
        (["1.000", "1.234", "2.000"], "integer", "\t", True),
        (["1.234", "2.345", "3.456"], "money", "\t", True),
        (["1.000"], "money", ";", True),
        (["1,234"], "money", ",", False),
        (["5", *(f"{n}.{n * 7:03d}" for n in range(1, 40))], "decimal", "\t", True),
        (["1,5"] * 99 + ["1.5"], "money", "\t", True),
    ],
)
def test_the_decimal_sign_is_decided_for_a_column(cells: list[str], kind: str, delimiter: str, comma: bool) -> None:
    one = decided(cells, kind, delimiter=delimiter)  # type: ignore[arg-type]
    assert (one.form.comma, one.doubts) == (comma, [])


@pytest.mark.parametrize(("cells", "delimiter"), [(["1.000"], ","), (["1,000", "2.000"], ";"), (["1,234"], ";")])
def test_a_thousand_that_could_be_one_is_asked(cells: list[str], delimiter: str) -> None:
    found = meaning(cells, "money", header="Total", delimiter=delimiter)
    (doubt,) = found.doubts
    assert f"{len(cells)} of {len(cells)} numbers of “Total”" in doubt.question
    assert {one.value for one in doubt.readings} == {"point", "comma"}


def test_a_question_says_what_each_answer_would_mean() -> None:
    (doubt,) = meaning(["1.000"], "money", header="Total").doubts
    assert sorted(one.words for one in doubt.readings) == [
        "Decimal comma: 1.000 is 1,000",
        "Decimal point: 1.000 is 1.000",
    ]


def test_numbers_that_contradict_each_other_are_asked() -> None:
    (doubt,) = meaning(["1.50", "2,50", "3,50"], "money").doubts
    assert "contradict each other: 1 can only have a decimal point (such as 1.50) and 2 only" in doubt.question
    assert [(one.value, one.fits) for one in doubt.readings] == [("comma", 2), ("point", 1)]


def test_what_is_said_of_a_column_comes_before_its_cells() -> None:
    assert converted(["1.000", "2.500"], "money", said="comma")[1] == [100_000, 250_000]
    assert converted(["1.000", "2.500"], "money", said="point")[1] == [100, 250]


@pytest.mark.parametrize(
    ("cells", "currency", "values", "why"),
    [
        (["$1", "£2"], "USD", [100], "is in GBP, not in USD"),
        (["$1", "2"], "AUD", [100, 200], None),
        (["¥1,250"], "JPY", [1250], None),
        (["1.250 KWD", "2.5"], "KWD", [1250, 2500], None),
        (["12 kr"], "SEK", [1200], None),
        (["12 kr"], "USD", [], "is in SEK, not in USD"),
    ],
)
def test_an_amount_in_another_currency_does_not_fit(
    cells: list[str], currency: str, values: list[int], why: str | None
) -> None:
    _, found = converted(cells, "money", currency=currency)
    assert [value for value in found if not isinstance(value, Fault)] == values
    assert faults(found) == ([why] if why else [])


def test_currencies_by_sign_and_code() -> None:
    assert [currency_of(text) for text in ("€", "usd", "US$", "zł", "Rs.", "CHF")] == [
        *("EUR", "USD", "USD", "PLN", "INR", "CHF"),
    ]
    for text, why in (("kr", "could be SEK"), ("?", "is not a currency")):
        with pytest.raises(Unfit, match=why):
            currency_of(text)
    assert all(exponent(code) in (0, 2, 3) for code in CODES)


@pytest.mark.parametrize(
    ("cells", "header", "values"),
    [
        (["10", "100", "0.5"], "Chance", [0.1, 1.0, 0.005]),
        (["0.1", "1", ""], "Chance", [0.1, 1.0, None]),
        (["1", "0"], "Probability (%)", [0.01, 0.0]),
        (["60%", "27,78 %", "0,5"], "Chance", [0.6, 0.2778, 0.5]),
        (["60 %", "1"], "Chance", [0.6, 1.0]),
    ],
)
def test_shares_count_to_one_or_to_a_hundred(cells: list[str], header: str, values: list[float | None]) -> None:
    assert converted(cells, "percent", header=header)[1] == pytest.approx(values)


def test_a_share_beyond_all_does_not_fit() -> None:
    assert faults(converted(["50", "120"], "percent")[1]) == ["is not a percentage between 0 and 100 %"]


def test_evidence_is_told_with_counts() -> None:
    found = meaning(["1,50 €", "2.000", "x", ""], "money")
    assert found.words == "money, decimal comma"
    assert found.evidence == (
        "1 of 3 can only have a decimal comma",
        "1 could be read both ways",
        "1 are written in EUR",
    )
    assert (found.filled, found.unfit) == (3, 1)


@given(
    amounts=st.lists(st.integers(0, 10**8), min_size=1, max_size=10),
    locale=st.sampled_from(_LOCALES),
    places=st.sampled_from([0, 2, 3]),
    stray=st.sampled_from([[], ["x"], ["7"], ["1,5"], ["1.5"], ["1.000"], ["€ 3"], ["12345"]]),
    seed=st.randoms(use_true_random=False),
    first=st.integers(0, 11),
)
@settings(max_examples=200, deadline=None)
def test_law_rows_in_any_order_and_any_first_rows_decide_the_same(
    amounts: list[int], locale: tuple[str, str, bool], places: int, stray: list[str], seed: object, first: int
) -> None:
    mark, sign, lakh = locale
    cells = [
        _grouped(one // 10**places, mark, lakh=lakh) + (f"{sign}{one % 10**places:0{places}d}" if places else "")
        for one in amounts
    ] + stray
    whole, values = converted(cells, "decimal", survey=True)
    shuffled = cells[:]
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    again, others = converted(shuffled, "decimal", first=first)
    assert again.doubts == whole.doubts
    assert sorted(map(repr, values)) == sorted(map(repr, others))


@given(cells=st.lists(st.text("0123456789.,'€$%()-+eE x", max_size=12), min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_number_or_does_not_fit(cells: list[str]) -> None:
    for kind in ("money", "decimal", "integer", "percent", "number"):
        _, values = converted(cells, kind)  # type: ignore[arg-type]
        assert len(values) == len(cells)
        meaning(cells, kind)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("header", "currency"),
    [
        ("Total (EUR)", "EUR"),
        ("Amount in THB", "THB"),
        ("Price €", "EUR"),
        ("Price [$]", "USD"),
        ("Total USD", "USD"),
        ("Total TOP", ""),
        ("Discount (PCT)", ""),
        ("Total", ""),
        ("Created (UTC)", ""),
        ("Krona (kr)", ""),
    ],
)
def test_currencies_in_headers(header: str, currency: str) -> None:
    assert header_currency(header) == currency
    assert _currency(["5"], header) == currency


def test_what_cells_name_comes_before_their_header() -> None:
    assert _currency(["£5"], "Total (EUR)") == "GBP"


@pytest.mark.parametrize("first", [300, None])
def test_one_share_above_one_among_many_is_a_slip(first: int | None) -> None:
    cells = [f"0.{n:02}" for n in range(100)] * 4 + ["1.5"]
    for order in (cells, cells[::-1]):
        _, values = converted(order, "percent", first=first)
        assert sum(isinstance(value, float) and value < 0.01 for value in values) == 4, "0.5 is a half, and not 0.5 %"
        assert faults(values) == ["is not a percentage between 0 and 100 %"]


def test_a_code_that_is_a_word_is_no_currency_of_a_header() -> None:
    assert [header_currency(header) for header in ("Sales (ALL)", "Sales (EUR)", "Total (TRY)")] == ["", "EUR", "TRY"]
