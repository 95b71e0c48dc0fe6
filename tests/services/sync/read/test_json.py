"""Records of JSON as rows: one a line or a list of them, and what is no list of records."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from models.values.errors import UserError
from services.sync.read import read_table
from tests.services.sync.book import Book

_LINES = (
    '{"id": 1, "who": {"email": "a@x.test", "name": "Ada"}, "paid": true, "total": 12.50, "tags": ["b2b", "vip"]}\n'
    '{"id": 2, "who": {"email": "b@x.test", "name": null}, "paid": false, "total": 8, "tags": [], "late": "new"}\n'
)


def _rows(file: Path) -> list[list[str]]:
    return [row for batch in read_table(file).batches() for row in batch.rows]


@pytest.mark.parametrize("form", ["lines", "list", "packed"])
def test_records_are_rows_and_records_within_them_columns(tmp_path: Path, form: str) -> None:
    file = tmp_path / "orders.jsonl"
    text = _LINES if form != "list" else f"[{_LINES.strip().replace(chr(10), ', ')}]"
    file.write_bytes(gzip.compress(text.encode()) if form == "packed" else text.encode())
    assert read_table(file).columns == ("id", "who.email", "who.name", "paid", "total", "tags", "late")
    assert _rows(file) == [
        ["1", "a@x.test", "Ada", "true", "12.50", "b2b, vip", ""],
        ["2", "b@x.test", "", "false", "8", "", "new"],
    ]
    assert read_table(file).dialect.in_words().startswith("UTF-8, JSON")


def test_a_list_of_records_in_an_object_is_a_list_of_records(tmp_path: Path) -> None:
    file = tmp_path / "orders.json"
    file.write_text('{"orders": [{"id": 1, "to": {"name": "Ada"}}, {"id": 2}], "page": 2, "pages": {"next": null}}')
    assert read_table(file).columns == ("id", "to.name") and _rows(file) == [["1", "Ada"], ["2", ""]]


def test_a_record_with_lines_is_a_row_for_each_line(tmp_path: Path) -> None:
    file = tmp_path / "orders.json"
    file.write_text(
        '[{"id": 1, "line_items": [{"sku": "T", "quantity": 2}, {"sku": "C", "quantity": 1}], "total": "9.00"},'
        ' {"id": 2, "line_items": [], "total": "0.00"}]'
    )
    assert read_table(file).columns == ("order.id", "total", "line_item.sku", "line_item.quantity")
    assert _rows(file) == [
        ["1", "9.00", "T", "2"],
        ["1", "9.00", "C", "1"],
        ["2", "0.00", "", ""],
    ]


def test_a_record_longer_than_a_block_is_read(tmp_path: Path) -> None:
    file = tmp_path / "long.jsonl"
    text = "x" * 600_000
    file.write_text(f'{{"id": 1, "text": "{text}"}}\n{{"id": 2, "text": "y"}}\n')
    assert [row[1] for row in _rows(file)] == [text, "y"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"id": 7, "notes": [{"text": "a"}]}', "not a list of records"),
        ('{"orders": [{"id": 1}], "users": [{"id": 2}]}', "not a list of records"),
        ('{"id": 1}\n{"id": 2}\n{"id": ', "damaged after record 2"),
        ('[{"id": 1}, 7]', "not a list of records"),
        ("[[1, 2]]", "a JSON document"),
    ],
)
def test_what_is_no_list_of_records_is_refused(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "data.json"
    file.write_text(text)
    with pytest.raises(UserError, match=why):
        read_table(file)


def test_records_are_imported_as_any_table(book: Book, tmp_path: Path) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_text(
        '{"order_id": "o1", "ordered_at": 1718813873000, "customer": {"email": "a@x.test"}, "total": 12.5}\n'
        '{"order_id": "o2", "ordered_at": 1718900273000, "customer": {"email": "b@x.test"}, "total": 8}\n'
    )
    receipt = book.bring(file)
    assert receipt.rows["inserted"] == 2 and receipt.dialect["container"] == "json"
    assert book.ask("SELECT ordered_on, amount_minor FROM orders ORDER BY id") == [
        ("2024-06-19", 1250),
        ("2024-06-20", 800),
    ]
