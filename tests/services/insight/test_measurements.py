"""Measurements: which details of a row are some, and which row's count."""

from __future__ import annotations

import pytest

from services.insight import read_customer_document
from services.insight.measurements import measured
from services.insight.profile import read_profile
from tests.services.insight.conftest import Fresh, SmallBook, days_ago


@pytest.mark.parametrize(
    ("details", "size", "measures"),
    [
        (
            {"chest_cm": "109", "Waist (in)": "43,5", "recommended_size": "XL"},
            "XL",
            (("chest", "109", "cm"), ("waist", "43,5", "in")),
        ),
        ({"Größe": "52", "weight kg": "81"}, "52", (("weight", "81", "kg"),)),
        ({"pages_viewed": "5", "device": "mobile", "chest_cm": "none", "logged_in": "3"}, "", ()),
        ({"size": "a long remark about how it fitted"}, "", ()),
    ],
)
def test_details_with_a_unit_are_measurements(
    details: dict[str, str], size: str, measures: tuple[tuple[str, str, str], ...]
) -> None:
    assert measured(details) == (size, measures)


def test_the_newest_scan_is_on_the_customers_page(book: SmallBook, reader: Fresh) -> None:
    number = book.customer(attributes='{"size": "M"}')
    assert _identity(reader, number) == {"Size": ("M", "CRM")}
    for back, size in ((90, "L"), (9, "XL")):
        book.event("activities", number, kind="fit_scan", happened_on=days_ago(back),
                   attributes=f'{{"chest_cm": "{100 + back}", "recommended_size": "{size}"}}')  # fmt: skip
    book.event("activities", number, kind="web_session", attributes='{"size": "S"}', happened_on=days_ago(1))
    assert _identity(reader, number) == {"Size": ("11 Nov: XL", "scan"), "Measured": ("11 Nov: chest 109 cm", "scan")}
    profile = reader(read_profile, number)
    scans = [one.value for one in profile.identity if one.label == "Fit scans"] if profile is not None else []
    assert scans == ["2, last on 11 Nov"], "the visit of the web site is none"
    document = reader(read_customer_document, number)
    assert document is not None and document["measurements"] == {
        "on": "2026-11-11",
        "size": "XL",
        "measures": [{"name": "chest", "value": "109", "unit": "cm"}],
    }


def _identity(reader: Fresh, number: int) -> dict[str, tuple[str, str]]:
    profile = reader(read_profile, number)
    assert profile is not None
    return {one.label: (one.value, one.origin) for one in profile.identity if one.label in ("Size", "Measured")}
