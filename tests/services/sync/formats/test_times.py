"""Zones that stand beside times: places, names in words, and names that several regions bear."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.sync.kinds.zones import behind_a_time
from tests.services.sync.book import Book, write_csv

PAYPAL = ["Date", "Time", "TimeZone", "Name", "Type", "Status", "Currency", "Gross", "Fee", "Net", "From Email Address"]
PAYPAL += ["To Email Address", "Transaction ID"]


def payment(zone: str) -> list[str]:
    sale = ["Ada Stone", "Website Payment", "Completed", "USD", "10.00", "-0.50", "9.50"]
    return ["15/07/2026", "10:00:00", zone, *sale, "ada@s.example", "shop@s.example", "T1"]


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("PDT", "2026-07-15T17:00:00Z"),
        ("America/Los_Angeles", "2026-07-15T17:00:00Z"),
        ("Pacific Time (US & Canada)", "2026-07-15T17:00:00Z"),
        ("GMT+02:00", "2026-07-15T08:00:00Z"),
        ("UTC", "2026-07-15T10:00:00Z"),
    ],
)
def test_a_zone_in_a_column_of_its_own_counts(book: Book, tmp_path: Path, zone: str, at: str) -> None:
    book.bring(write_csv(tmp_path / "paypal.csv", PAYPAL, [payment(zone)]), timezone="Asia/Tokyo")
    assert book.ask("SELECT ordered_on, ordered_at FROM orders") == [("2026-07-15", at)]


def test_a_name_that_several_regions_bear_is_asked_for(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "paypal.csv", PAYPAL, [payment("IST")])
    receipt = book.bring(path, timezone="Europe/Berlin", dry_run=True)
    assert "India, Israel and Ireland" in next(iter(receipt.reasons))
    book.bring(path, timezone="Asia/Kolkata")
    assert book.one("SELECT ordered_at FROM orders") == "2026-07-15T04:30:00Z"


def test_names_with_one_meaning_are_offsets() -> None:
    assert [behind_a_time(zone) for zone in ("AEDT", "NST", "utc", "BST", "nowhere", "")] == [
        "+1100",
        "-0330",
        "utc",
        "BST",
        "",
        "",
    ]
