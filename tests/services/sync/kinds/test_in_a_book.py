"""What columns mean, through whole checks and imports."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.values.errors import UserError
from services.sync.read.content import SAMPLE_BYTES
from tests.services.sync.book import Book, counts, write_csv

_LATE = SAMPLE_BYTES // 20


def _orders(path: Path, dates: list[str], totals: list[str]) -> Path:
    rows = [(f"O{n}", "C100", date, total) for n, (date, total) in enumerate(zip(dates, totals, strict=True))]
    return write_csv(path, ["order_id", "customer_id", "date", "total"], rows)


def test_a_witness_far_down_decides_for_all_rows_before_it(book: Book, tmp_path: Path) -> None:
    """The first rows could be both; or have one meaning only, which a later row does not."""
    for name, early in (("both", "03/04/2026"), ("one", "2026-04-03")):
        dates = [early] * _LATE + ["03/04/2026", "13/04/2026"]
        file = _orders(tmp_path / f"{name}.csv", dates, ["5"] * len(dates))
        assert counts(book.bring(file, source=name))[0] == len(dates)
    assert book.ask("SELECT DISTINCT ordered_on FROM orders ORDER BY 1") == [("2026-04-03",), ("2026-04-13",)]


def test_a_decimal_comma_far_down_decides_for_all_rows_before_it(book: Book, tmp_path: Path) -> None:
    totals = ["7"] * _LATE + ["1.000", "2,50"]
    file = _orders(tmp_path / "orders.csv", ["2026-01-02"] * len(totals), totals)
    check = book.check(file)
    receipt = book.bring(file)
    assert not check.question and counts(check.receipt) == counts(receipt)
    assert book.ask("SELECT DISTINCT amount_minor FROM orders ORDER BY 1") == [(250,), (700,), (100_000,)]


def test_a_thousand_that_could_be_one_is_asked_and_remembered(book: Book, tmp_path: Path) -> None:
    file = _orders(tmp_path / "orders.csv", ["2026-01-02"] * 2, ["1.000", "2.500"])
    check = book.check(file)
    assert check.question_kind == "meaning"
    assert check.question.startswith("In orders.csv 2 of 2 numbers of “total” (such as 1.000)")
    assert [one.column for one in check.meanings] == ["order_id", "customer_id", "date", "total"]
    assert check.meanings[3].doubts[0].readings
    with pytest.raises(UserError, match=r"--read 'total=point' or --read 'total=comma'"):
        book.bring(file)
    answered = book.check(file, meanings=(("total", "comma"),))
    assert not answered.question
    book.bring(file, meanings=(("total", "comma"),))
    assert book.ask("SELECT amount_minor FROM orders ORDER BY id") == [(100_000,), (250_000,)]
    later = _orders(tmp_path / "later.csv", ["2026-01-03"] * 2, ["3.000", "4.500"])
    receipt = book.bring(later)
    assert counts(receipt)[:2] == (0, 2)
    assert any("“total” read as comma" in words for words in receipt.warnings)


def test_a_doubt_far_down_is_asked_too(book: Book, tmp_path: Path) -> None:
    dates = ["2026-04-03"] * _LATE + ["03/04/2026"]
    file = _orders(tmp_path / "orders.csv", dates, ["5"] * len(dates))
    check = book.check(file)
    assert check.question_kind == "date_order" and f"1 of {len(dates):,} dates" in check.question
    assert book.check(file, first=200).question == check.question
    with pytest.raises(UserError, match="--date-order dmy or --date-order mdy"):
        book.bring(file)
    assert counts(book.bring(file, date_order="mdy"))[0] == len(dates)
    assert book.one("SELECT ordered_on FROM orders ORDER BY id DESC") == "2026-03-04"


def test_damaged_ids_reject_their_rows_and_are_told(book: Book, tmp_path: Path) -> None:
    rows = [
        ("O1", "9.01E+12", "2026-01-02", "5"),
        ("5.57E+92", "C1", "2026-01-02", "5"),
        ("O3", "C1", "2026-01-02", "5"),
    ]
    file = write_csv(tmp_path / "orders.csv", ["order_id", "customer_id", "date", "total"], rows)
    receipt = book.bring(file)
    assert counts(receipt) == (1, 0, 0, 2, 0)
    assert sum("damaged by a spreadsheet" in words for words in receipt.warnings) == 2
    assert all("no longer says which one it was" in reason for reason in receipt.reasons)


def test_ids_of_both_lengths_are_one_customer(book: Book, tmp_path: Path) -> None:
    rows = [("O1", "003300000045pzZ", "2026-01-02", "5"), ("O2", "003300000045pzZAAQ", "2026-01-02", "5")]
    book.bring(write_csv(tmp_path / "orders.csv", ["order_id", "customer_id", "date", "total"], rows))
    assert book.one("SELECT count(*) FROM customers") == 1


def test_a_header_names_the_zone_of_its_times(book: Book, tmp_path: Path) -> None:
    rows = [("T1", "a@b.example", "Late", "2026-07-01 09:00")]
    file = write_csv(tmp_path / "t.csv", ["ticket id", "email", "subject", "created at (PST)"], rows)
    book.bring(file, timezone="Europe/Berlin")
    assert book.one("SELECT opened_at FROM tickets") == "2026-07-01T16:00:00Z"


def test_a_meaning_of_a_column_that_is_not_there_is_refused(book: Book, tmp_path: Path) -> None:
    file = _orders(tmp_path / "orders.csv", ["2026-01-02"], ["5"])
    with pytest.raises(UserError, match="has no column “Sum”"):
        book.bring(file, meanings=(("Sum", "comma"),))
    with pytest.raises(UserError, match="cannot be read as “dmy”"):
        book.bring(file, meanings=(("total", "dmy"),))


@pytest.mark.parametrize("early", [0, _LATE])
def test_amounts_that_name_different_currencies_are_kept_in_their_own(book: Book, tmp_path: Path, early: int) -> None:
    totals = ["$7.00"] * early + ["$1,250.00", "€3.50", "¥1,200"]
    file = _orders(tmp_path / "orders.csv", ["2026-01-02"] * len(totals), totals)
    check, receipt = book.check(file), book.bring(file)
    assert counts(check.receipt) == counts(receipt)
    found = book.ask("SELECT currency, amount_minor FROM orders ORDER BY id DESC LIMIT 3")
    assert found == [("JPY", 1_200), ("EUR", 350), ("USD", 125_000)]
    assert any("each amount names its currency: 1 in EUR" in words for words in check.meanings[3].evidence)


@pytest.mark.parametrize("early", [0, _LATE])
def test_a_bare_amount_among_different_currencies_is_asked(book: Book, tmp_path: Path, early: int) -> None:
    totals = ["$7.00"] * early + ["$1.00", "€2.00", "3.00", "€5.00", "€6.00"]
    file = _orders(tmp_path / "orders.csv", ["2026-01-02"] * len(totals), totals)
    (doubt,) = book.check(file).doubts
    assert (doubt.kind, doubt.column) == ("currency", "total")
    assert f"1 of {len(totals):,} amounts of “total” (such as 3.00) name no currency" in doubt.question
    likeliest = ["USD", "EUR"] if early else ["EUR", "USD"]
    assert [reading.value for reading in doubt.readings] == likeliest
    with pytest.raises(UserError, match="--read 'total=EUR'"):
        book.bring(file)
    check, receipt = book.check(file, meanings=(("total", "EUR"),)), book.bring(file, meanings=(("total", "EUR"),))
    assert not check.doubts
    assert check.receipt.totals == receipt.totals == {"USD": 100 + 700 * early, "EUR": 1_600}
    assert "1 that name none are read as EUR" in check.meanings[3].evidence
    again = book.bring(file)
    assert again.rows["unchanged"] == len(totals), "the answer is remembered"


def test_what_a_person_says_of_bare_amounts_holds_for_the_column_alone(book: Book, tmp_path: Path) -> None:
    file = _orders(tmp_path / "orders.csv", ["2026-01-02"] * 3, ["$1.00", "€2.00", "3.00"])
    assert book.bring(file, currency="GBP", dry_run=True).totals == {"USD": 100, "EUR": 200, "GBP": 300}
    plain = _orders(tmp_path / "plain.csv", ["2026-01-02"] * 2, ["1.00", "3.50"])
    assert book.bring(plain, meanings=(("total", "point SEK"),), dry_run=True).totals == {"SEK": 450}
    assert book.bring(plain, meanings=(("total", "SEK"),), dry_run=True).totals.keys() == {"SEK"}
    with pytest.raises(UserError, match="Choose one of point, comma, the code of a currency"):
        book.bring(plain, meanings=(("total", "QQQ"),))


def test_a_currency_beside_each_amount_leaves_nothing_to_ask(book: Book, tmp_path: Path) -> None:
    header = ["order_id", "customer_id", "date", "total", "currency"]
    rows = [["O1", "C1", "2026-01-02", "$1.00", "USD"], ["O2", "C1", "2026-01-02", "2.00", "EUR"]]
    rows.append(["O3", "C1", "2026-01-02", "€3.00", "EUR"])
    receipt = book.bring(write_csv(tmp_path / "beside.csv", header, rows))
    assert receipt.totals == {"USD": 100, "EUR": 500}
