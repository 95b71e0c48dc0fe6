"""Titles, several rows of names, totals, footers, further tables and rows that lost or gained a cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.values.errors import UserError
from models.values.reading import ReadingChoice
from services.sync import read_table
from tests.services.sync.read.made import left_out_of, made, rows_of

SALESFORCE = (
    '"Account Name","Amount","Close Date"\n"Kitano","500.00","2026-05-01"\n"Parks","250.50","2026-05-02"\n\n'
    '"Grand Totals (2 records)"\n"Confidential Information - Do Not Distribute"\n'
    '"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."\n'
)


def test_footers_are_left_out_and_counted_as_such(tmp_path: Path) -> None:
    path = made(tmp_path, SALESFORCE)
    assert rows_of(path) == [["Kitano", "500.00", "2026-05-01"], ["Parks", "250.50", "2026-05-02"]]
    assert left_out_of(path) == ["totals or footer"] * 3


def test_a_customer_whose_name_begins_like_a_footer_is_kept(tmp_path: Path) -> None:
    path = made(tmp_path, "Name,City,Amount\nTotal Energy,Basel,5.00\nAda,Bern,6.00\n")
    assert rows_of(path)[0] == ["Total Energy", "Basel", "5.00"]


def test_headers_that_are_repeated_are_left_out(tmp_path: Path) -> None:
    path = made(tmp_path, "id,name\n1,Ada\nid,name\n2,Ben\n")
    assert rows_of(path) == [["1", "Ada"], ["2", "Ben"]]
    assert left_out_of(path) == ["header repeated"]


def test_two_rows_of_names_become_one(tmp_path: Path) -> None:
    path = made(
        tmp_path,
        "Respondent ID,Collector ID,Start Date,How likely is it?,What did you use?,,Why?\n"
        ",,,Response,Chat,Phone,Open-Ended Response\n"
        "118001,901,05/21/2026,10,Chat,,Helpful people\n118002,901,05/22/2026,7,,Phone,\n",
    )
    table = read_table(path)
    assert table.columns == (
        "Respondent ID",
        "Collector ID",
        "Start Date",
        "How likely is it?",
        "What did you use?: Chat",
        "What did you use?: Phone",
        "Why?",
    )
    assert table.dialect.as_dict()["header_rows"] == 2
    assert [row[0] for row in rows_of(path)] == ["118001", "118002"]


def test_groups_above_the_names_go_into_them(tmp_path: Path) -> None:
    path = made(tmp_path, ",2025,,2026,\nname,orders,sum,orders,sum\nAda,1,5.00,2,7.50\nBen,3,6.25,4,8.00\n")
    assert read_table(path).columns == ("name", "2025: orders", "2025: sum", "2026: orders", "2026: sum")


def test_three_rows_of_names_are_codes_with_their_questions(tmp_path: Path) -> None:
    path = made(
        tmp_path,
        "StartDate,Progress,Q1\nStart Date,Progress,How likely are you to recommend us?\n"
        '"{""ImportId"":""startDate""}","{""ImportId"":""progress""}","{""ImportId"":""QID1""}"\n'
        "2026-06-01 09:00:00,100,9\n",
    )
    table = read_table(path)
    assert table.columns == ("StartDate", "Progress", "Q1: How likely are you to recommend us?")
    assert rows_of(path) == [["2026-06-01 09:00:00", "100", "9"]]


def test_a_sparse_first_row_is_data_and_no_second_header(tmp_path: Path) -> None:
    path = made(tmp_path, "name,note,amount\nAda,,\nBen,x,2.50\nCy,y,3.50\n")
    assert rows_of(path)[0] == ["Ada", "", ""]


def test_years_in_a_header_are_names(tmp_path: Path) -> None:
    path = made(tmp_path, "Region,2023,2024,2025\nNorth,5,6,7\nSouth,8,9,10\n")
    assert read_table(path).columns == ("Region", "2023", "2024", "2025")


def test_columns_at_the_end_without_name_and_cells_are_none(tmp_path: Path) -> None:
    path = made(tmp_path, "id,name,,\n1,Ada,,\n2,Ben,,\n")
    assert read_table(path).columns == ("id", "name")
    assert rows_of(path) == [["1", "Ada"], ["2", "Ben"]]


@pytest.mark.parametrize(
    ("row", "meant"),
    [
        ("3,Stone, Ada,2026-01-04,7.00", ["3", "Stone, Ada", "2026-01-04", "7.00"]),
        ("3,Cy,2026-01-04,1,234.50", ["3", "Cy", "2026-01-04", "1,234.50"]),
        ("3,2026-01-04,7.00", ["3", "", "2026-01-04", "7.00"]),
    ],
)
def test_a_row_that_can_be_meant_in_one_way_only_is_fixed(tmp_path: Path, row: str, meant: list[str]) -> None:
    path = made(tmp_path, f"id,name,day,sum\n1,Ada,2026-01-02,5.00\n2,Ben,2026-01-03,6.00\n{row}\n")
    (batch,) = read_table(path).batches()
    assert batch.rows[2] == meant
    assert batch.repaired[2].startswith("has ")
    assert not batch.overlong


def test_a_row_that_can_be_meant_in_several_ways_is_told(tmp_path: Path) -> None:
    path = made(tmp_path, "id,name,city\n1,Ada,Bern\n2,Ben,Chur\n3,Cy,St,Gallen\n")
    (batch,) = read_table(path).batches()
    assert batch.overlong == {2: ["3", "Cy", "St", "Gallen"]}


TWO = "id,name,total\n1,Ada,5.00\n2,Ben,6.00\n\nReturns\n"
TWO += "sku,returned,reason,count\nA1,2026-01-02,late,3\nB2,2026-01-04,broken,5\n"


def test_the_first_of_several_tables_is_taken_and_the_others_are_offered(tmp_path: Path) -> None:
    path = made(tmp_path, TWO)
    table = read_table(path)
    assert rows_of(path) == [["1", "Ada", "5.00"], ["2", "Ben", "6.00"]]
    assert left_out_of(path) == ["of another table in the file"] * 4
    (other,) = table.reading.others
    assert other.flag == "--table 2"
    assert any("2 tables" in warning for warning in table.warnings)
    assert read_table(path, other.choice).columns == ("sku", "returned", "reason", "count")
    assert rows_of(path, other.choice)[1] == ["B2", "2026-01-04", "broken", "5"]
    with pytest.raises(UserError, match="no table 3"):
        read_table(path, ReadingChoice(table=3))


def test_blank_rows_within_a_table_begin_no_other(tmp_path: Path) -> None:
    path = made(tmp_path, "id,name,total\n1,Ada,5.00\n\n2,Ben,6.00\n\n\n3,Cy,\n")
    assert [row[1] for row in rows_of(path)] == ["Ada", "Ben", "Cy"]
    assert left_out_of(path) == []


PEOPLE = "Customer ID,Name,City\nC1,Ann Lee,Paris\nC2,Bob Ray,Rome\nC3,Cid Fox,Oslo\n"


@pytest.mark.parametrize(
    "further",
    [
        "Product ID,Product,Price\nP1,Lamp,12.00\nP2,Chair,50.00\n",
        "Produkt,Kategorie,Menge\nLampe,Wohnen,groß\nStuhl,Wohnen,klein\n",
        "Order ID,Customer ID,Placed\nA-1,C2,2026-05-01\nA-2,C1,2026-05-02\n",
        "Shelf ID,Keeper,Weight\nS1,Ann,120\nS2,Bob,130\n",
    ],
)
def test_a_further_table_as_wide_as_the_first_is_told_by_its_names(tmp_path: Path, further: str) -> None:
    path = made(tmp_path, f"{PEOPLE}\n{further}")
    table = read_table(path)
    assert [row[0] for row in rows_of(path)] == ["C1", "C2", "C3"]
    assert len(table.reading.others) == 1
    second = read_table(path, table.reading.others[0].choice)
    assert list(second.columns) == further.splitlines()[0].split(",")


@pytest.mark.parametrize("padding", ["", ",", ",,"])
def test_a_longer_and_wider_table_below_does_not_widen_the_first(tmp_path: Path, padding: str) -> None:
    orders = "".join(f"W{n},C{n % 3 + 1},2026-05-{n:02},{n}.50\n" for n in range(1, 20))
    people = PEOPLE.replace("\n", f"{padding}\n")
    path = made(tmp_path, f"{people}\n\nOrder ID,Customer ID,Order date,Total\n{orders}")
    table = read_table(path)
    assert table.columns == ("Customer ID", "Name", "City")
    assert len(rows_of(path)) == 3
    second = read_table(path, table.reading.others[0].choice)
    assert second.columns == ("Order ID", "Customer ID", "Order date", "Total")


@pytest.mark.parametrize("row", ["unknown,Bob Ray,Rome", "unknown,Bob Ray,4051"])
def test_an_odd_row_after_a_blank_one_begins_no_other_table(tmp_path: Path, row: str) -> None:
    path = made(tmp_path, f"{PEOPLE}\n{row}\nC5,Eve Day,Bern\n")
    assert len(rows_of(path)) == 5
    assert read_table(path).reading.others == ()


def test_the_row_of_names_can_be_said(tmp_path: Path) -> None:
    path = made(tmp_path, "x,y\nid,name\n1,Ada\n2,Ben\n")
    assert read_table(path, ReadingChoice(header_row=2)).columns == ("id", "name")
    assert rows_of(path, ReadingChoice(header_row=2)) == [["1", "Ada"], ["2", "Ben"]]
    assert rows_of(path, ReadingChoice(header_row=0))[0] == ["x", "y"]
    assert read_table(path, ReadingChoice(header_row=1, header_rows=2)).columns == ("x: id", "y: name")


@pytest.mark.parametrize("rows", [10, 499, 500, 501, 1_200])
def test_footers_as_wide_as_the_table_are_left_out_wherever_they_stand(tmp_path: Path, rows: int) -> None:
    """A workbook has no rows that are shorter than others, and neither has what a table program saved as CSV."""
    body = "".join(f"Shop {n},{n}.50,2026-05-01\n" for n in range(rows))
    foot = "Grand Totals (5 records),,\nConfidential Information - Do Not Distribute,,\n"
    path = made(tmp_path, f"Account Name,Amount,Close Date\n{body}{foot}")
    assert len(rows_of(path)) == rows
    assert left_out_of(path) == ["totals or footer"] * 2


def test_a_total_of_numbers_alone_is_no_row_of_a_narrow_table(tmp_path: Path) -> None:
    path = made(tmp_path, "Customer,Orders,Revenue\nAda,2,5.00\nBen,3,6.00\nTotal,5,11.00\n")
    assert [row[0] for row in rows_of(path)] == ["Ada", "Ben"]


@pytest.mark.parametrize("rows", [498, 499, 500, 700])
def test_a_further_table_is_seen_and_read_wherever_it_begins(tmp_path: Path, rows: int) -> None:
    body = "".join(f"{n},Ada,{n}.50\n" for n in range(rows))
    second = TWO[TWO.index("\n\n") :]
    path = made(tmp_path, f"id,name,total\n{body}{second.removeprefix(chr(10))}")
    assert len(rows_of(path)) == rows
    assert left_out_of(path) == ["of another table in the file"] * 4
    assert rows_of(path, ReadingChoice(table=2)) == [
        ["A1", "2026-01-02", "late", "3"],
        ["B2", "2026-01-04", "broken", "5"],
    ]
    with pytest.raises(UserError, match="no table 3"):
        read_table(path, ReadingChoice(table=3))


def test_a_row_of_names_beyond_the_first_rows_and_a_table_that_is_not_there_are_refused(tmp_path: Path) -> None:
    path = made(tmp_path, "id,name\n1,Ada\n2,Ben\n")
    with pytest.raises(UserError, match="no row 9,999 among the first 3 "):
        read_table(path, ReadingChoice(header_row=9_999))
    with pytest.raises(UserError, match="no table 2: one table was found"):
        read_table(path, ReadingChoice(table=7))


PRODUCTS = "day,quantity,product,price,about,address,remarks"
ROWS = [f"2018-01-{day:02},{day % 5 + 1},Boots,{day}.50,Good boots,www.example.com/{day}," for day in range(1, 29)]


def test_a_delimiter_too_many_before_empty_cells_does_not_shift_the_row(tmp_path: Path) -> None:
    lines = [PRODUCTS, *ROWS]
    for place in range(1, 7):
        cells = ROWS[12].split(",")
        broken = ",".join([*cells[:place], "", *cells[place:]])
        path = made(tmp_path, "\n".join([*lines[:13], broken, *lines[14:]]) + "\n")
        assert rows_of(path)[12] == cells, broken
        assert sum(len(batch.repaired) for batch in read_table(path).batches()) == (place < 6)


def test_a_row_with_too_few_cells_is_counted_where_all_others_are_full(tmp_path: Path) -> None:
    cells = ROWS[12].split(",")
    short = ",".join([*cells[:4], "Good boots www.example.com", ""])
    path = made(tmp_path, "\n".join([PRODUCTS, *ROWS[:12], short, *ROWS[13:]]) + "\n")
    assert [dict(batch.repaired) for batch in read_table(path).batches()] == [
        {12: "has 6 cells where the header has 7"}
    ]


@pytest.mark.parametrize("second", [PRODUCTS.removesuffix(",remarks"), f"{PRODUCTS},shipped"])
def test_a_table_right_below_another_with_more_or_fewer_columns_is_another(tmp_path: Path, second: str) -> None:
    width = second.count(",") + 1
    below = [",".join([*row.split(","), "yes"][:width]) for row in ROWS[:5]]
    path = made(tmp_path, "\n".join([PRODUCTS, *ROWS, second, *below]) + "\n")
    assert len(rows_of(path)) == 28 and left_out_of(path) == ["of another table in the file"] * 6
    (other,) = read_table(path).reading.others
    assert rows_of(path, other.choice) == [row.split(",") for row in below]


def test_header_rows_that_are_equal_are_one_header(tmp_path: Path) -> None:
    path = made(tmp_path, "\n".join([PRODUCTS] * 3 + ROWS) + "\n")
    assert read_table(path).columns == tuple(PRODUCTS.split(",")) and len(rows_of(path)) == 28
    assert left_out_of(path) == ["header repeated"] * 2


def test_a_file_without_a_header_keeps_its_empty_column(tmp_path: Path) -> None:
    path = made(tmp_path, "\n".join(ROWS) + "\n")
    assert len(read_table(path).columns) == 7 and rows_of(path) == [row.split(",") for row in ROWS]


def test_a_row_cut_by_blanks_costs_only_itself(tmp_path: Path) -> None:
    rows = [f'{number},"Hat, green",{number}.50' for number in range(30)]
    rows[10] = '10 "Hat, green" 10.50'
    found = list(read_table(made(tmp_path, "\n".join(["id,item,price", *rows]) + "\n")).batches())
    kept = [row for batch in found for place, row in enumerate(batch.rows) if place not in batch.overlong]
    assert kept == [[str(number), "Hat, green", f"{number}.50"] for number in range(30) if number != 10]
