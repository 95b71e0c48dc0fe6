"""Texts become values: numbers, money, days and moments, words."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.distress.lexicon import sentiment_of
from services.sync.formats.headers import normal
from services.sync.formats.plan import source_from_name
from services.sync.kinds import words
from services.sync.kinds.memo import LIMIT, Fault, Memo, Unfit
from services.sync.kinds.moments import Moments, parse_moment
from services.sync.kinds.numbers import currency_in, plain_number, to_decimal_text, to_minor
from services.sync.kinds.phones import phone_key
from tests.services.sync.book import Book, counts, write_csv


@pytest.mark.parametrize(
    ("text", "comma", "expected"),
    [
        ("12", False, "12"),
        ("1,234.50", False, "1234.50"),
        ("1.234,50", True, "1234.50"),
        ("1 234,50 €", True, "1234.50"),
        ("1\u202f234,5", True, "1234.5"),
        ("1'234.50", False, "1234.50"),
        ("$1,250.00", False, "1250.00"),
        ("USD 12.5", False, "12.5"),
        ("(7.25)", False, "-7.25"),
        ("-$5.50", False, "-5.50"),
        ("12.50-", False, "-12.50"),
        ("+3", False, "3"),
        (".5", False, ".5"),
        ("8.48E10", False, "8.48E10"),
    ],
)
def test_numbers_are_read(text: str, comma: bool, expected: str) -> None:
    assert plain_number(text, comma) == expected


@pytest.mark.parametrize("text", ["", "abc", "12 pieces", "1.2.3", "--4", "1,5"])
def test_what_is_no_number_is_unfit(text: str) -> None:
    with pytest.raises(Unfit):
        plain_number(text, decimal_comma=False)


@given(minor=st.integers(-(10**12), 10**12), exponent=st.sampled_from([0, 2, 3]), comma=st.booleans())
@settings(max_examples=200, deadline=None)
def test_law_money_written_is_money_read(minor: int, exponent: int, comma: bool) -> None:
    text = f"{abs(minor) // 10**exponent:,}"
    if exponent:
        text += f".{abs(minor) % 10**exponent:0{exponent}d}"
    if comma:
        text = text.translate(str.maketrans(",.", ".,"))
    text = ("-" if minor < 0 else "") + text
    assert to_minor(plain_number(text, comma), exponent) == minor


def test_half_a_unit_is_rounded_away_from_zero() -> None:
    assert (to_minor("0.125", 2), to_minor("-0.125", 2), to_minor("0.124", 2)) == (13, -13, 12)
    assert to_decimal_text("2.5500") == "2.55"
    with pytest.raises(Unfit, match="too large"):
        to_minor("1e30", 2)


def test_currencies_are_seen_beside_amounts() -> None:
    assert currency_in("$1,250.00") == "USD"
    assert currency_in("116,99 €") == "EUR"
    assert currency_in("12.50") is None
    assert currency_in("12 pieces") is None


@pytest.mark.parametrize(
    ("text", "order", "on", "at"),
    [
        ("2026-11-20", "ymd", "2026-11-20", None),
        ("19970101", "ymd", "1997-01-01", None),
        ("20.11.2026 14:05", "dmy", "2026-11-20", "2026-11-20T14:05:00Z"),
        ("11/20/2026 2:05 PM", "mdy", "2026-11-20", "2026-11-20T14:05:00Z"),
        ("12/01/2026 12:00 AM", "mdy", "2026-12-01", "2026-12-01T00:00:00Z"),
        ("2026-04-10 11:11:26 +0530", "ymd", "2026-04-10", "2026-04-10T05:41:26Z"),
        ("2026-11-20T23:30:00-05:00", "ymd", "2026-11-20", "2026-11-21T04:30:00Z"),
        ("2006-04-15T03:23:15.000Z", "ymd", "2006-04-15", "2006-04-15T03:23:15Z"),
        ("2025-03-02 10:12:00 UTC", "ymd", "2025-03-02", "2025-03-02T10:12:00Z"),
        ("10-Dec-25", "dmy", "2025-12-10", None),
        ("Jun 09, 2018 09:30 pm", "mdy", "2018-06-09", "2018-06-09T21:30:00Z"),
        ("3. März 2026", "dmy", "2026-03-03", None),
        ("1/2/99", "dmy", "1999-02-01", None),
        ("26/03/05", "ymd", "2026-03-05", None),
    ],
)
def test_days_and_moments_are_read(text: str, order: str, on: str, at: str | None) -> None:
    assert parse_moment(text, order, UTC) == (on, at)


@pytest.mark.parametrize(
    "text", ["soon", "2026-02-30", "07/11/2026 31:15", "13/13/2026", "2026-11-20 25:00", "12", "99999999"]
)
def test_what_is_no_day_is_unfit(text: str) -> None:
    with pytest.raises(Unfit, match="is no"):
        parse_moment(text, "dmy", UTC)


@given(
    moments=st.lists(
        st.integers(0, 2_500_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
        min_size=1,
        max_size=20,
    ),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
    mark=st.sampled_from(["", "Z"]),
)
@settings(max_examples=150, deadline=None)
def test_law_the_quick_way_agrees_with_the_careful_one(moments: list[datetime], zone: str, mark: str) -> None:
    """ISO text is converted by column; it must mean the same as text read cell by cell."""
    where = ZoneInfo(zone)
    texts = [f"{moment:%Y-%m-%d %H:%M:%S}{mark}" for moment in moments]
    days, instants = Moments("ymd", where).convert(texts)
    assert list(zip(days, instants, strict=True)) == [parse_moment(text, "ymd", where) for text in texts]


def test_a_faulty_cell_in_a_column_is_a_fault_and_an_empty_one_nothing() -> None:
    column = Moments("ymd", UTC)
    days, instants = column.convert(["2026-01-01 10:00:00", "", "2026-13-01 10:00:00"])
    assert days[:2] == ["2026-01-01", None]
    assert isinstance(days[2], Fault) and column.faulty
    assert instants == ["2026-01-01T10:00:00Z", None, None]


def test_memory_of_a_column_is_bounded() -> None:
    memo = Memo(int)
    assert all(memo[str(number)] == number for number in range(LIMIT + 10))
    assert len(memo) <= LIMIT


def test_words_of_other_systems() -> None:
    assert [words.to_stage(stage) for stage in ("Closed Won", "presentationscheduled", "Dead", "?", "Engaging")] == [
        "Won",
        "Proposal",
        "Lost",
        "Identified",
        "Qualified",
    ]
    assert words.to_ticket_status("Pending Customer Response") == "pending"
    assert [words.to_rating(text) for text in ("4", "4.0", "4/5", "5 stars", "★★★")] == [4, 4, 4, 5, 3]
    halves = ("4.5", "3,5", "4.4 stars", "2.5/5", "★★★½", "1.0", "4.5 / 5.0")
    assert [words.to_rating(text) for text in halves] == [5, 4, 4, 3, 4, 1, 5]
    assert words.to_mail_kind("email_clicked") == "clicked"
    for convert, text in (
        (words.to_rating, "6"),
        (words.to_rating, "5.5"),
        (words.to_rating, "0.5"),
        (words.to_mail_kind, "eaten"),
        (words.to_sentiment, "7"),
    ):
        with pytest.raises(Unfit):
            convert(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("plain", "has no @"),
        ("orders@harborlane", "has no domain ending"),
        ("a b@c.example", "is not an email address"),
    ],
)
def test_addresses_are_checked(text: str, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        words.to_email(text)


def test_addresses_and_numbers_are_compared_by_what_they_mean() -> None:
    assert words.to_email(" Ada Stone <Ada@Stone.Example> ") == "ada@stone.example"
    assert phone_key("0044 20 5550-1234") == phone_key("+44 (20) 5550 1234") == "+442055501234"
    assert phone_key("n/a") == ""
    assert words.loose_key("GTXPro") == words.loose_key("GTX Pro")
    assert words.name_key("  Acme,  Inc. ") == "acme inc"


def test_headers_are_compared_without_case_marks_and_zones() -> None:
    assert normal(" Signed up (AEDT)") == normal("signed_up")
    assert normal("Order #") == normal("order number")


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("orders_export_1.csv", "orders_export"),
        ("orders_export (2).csv.gz", "orders_export"),
        ("orders-2026-10.csv", "orders"),
        ("orders_export_1.rejects.csv", "orders_export"),
        ("orders.12.rejects.csv", "orders"),
        ("2026.csv", "2026"),
    ],
)
def test_the_next_export_has_the_same_source(name: str, source: str) -> None:
    assert source_from_name(name) == source


def test_the_sentiment_of_plain_words() -> None:
    assert (sentiment_of("Very good quality, thank you") or 0) > 0.5
    assert (sentiment_of("It arrived broken and late") or 0) < -0.5
    assert (sentiment_of("not good") or 0) < 0
    assert sentiment_of("The parcel is blue") is None


@pytest.mark.parametrize("text", ["1e999999", "-1E+400", "1e-999999", "9e30000000000", "1" * 31, "0." + "1" * 70])
def test_numbers_that_nobody_can_mean_do_not_fit(text: str) -> None:
    with pytest.raises(Unfit, match="too many digits"):
        plain_number(text, decimal_comma=False)


@pytest.mark.parametrize("text", ["1e3", "1." + "0" * 40, "0.1000000000000000055511151231257827", ".5", "5.", "1e-16"])
def test_numbers_with_many_digits_that_mean_something_fit(text: str) -> None:
    assert float(plain_number(text, decimal_comma=False)) == float(text)


@pytest.mark.parametrize("column", ["amount", "discount", "quantity"])
def test_a_number_beyond_all_measure_rejects_its_row_only(book: Book, tmp_path: Path, column: str) -> None:
    header = ["order_id", "customer_id", "date", "sku", "unit price", "quantity", "discount", "amount"]
    rows = [[f"O{n}", "C001", "2026-01-02", "S1", "2.00", "1", "0", "2.00"] for n in range(3)]
    rows[1][header.index(column)] = "1e999999"
    receipt = book.bring(write_csv(tmp_path / "o.csv", header, rows))
    assert counts(receipt) == (2, 0, 0, 1, 0)
    assert receipt.reasons == {f"{column} has too many digits for a number": 1}
