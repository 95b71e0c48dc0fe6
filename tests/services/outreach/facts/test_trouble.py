"""What went wrong, told from the subject of a ticket."""

from __future__ import annotations

import pytest

from services.outreach.facts.trouble import TROUBLES, trouble_of


@pytest.mark.parametrize(
    ("subject", "code", "clause"),
    [
        ("Late delivery of O10607", "late", "your delivery reached you late"),
        ("Delivery 6 days late", "late", "your delivery reached you late"),
        ("Where is my parcel?", "late", "your delivery did not reach you on time"),
        ("Order O10787 still not here", "late", "your delivery did not reach you on time"),
        ("Refund has not arrived", "refund", "you had to wait for your refund"),
        ("Charged twice for O10919", "billing", "there was a mistake with your invoice"),
        ("Discount missing on O10505", "billing", "there was a mistake with your invoice"),
        ("Half of the order is missing", "missing", "your order was not complete when it reached you"),
        ("Parcel arrived damaged", "damaged", "your delivery arrived damaged"),
        ("Rain jacket is two sizes too small", "size", "the size of what you bought was not right"),
        ("Fit scan was wrong again", "size", "the size of what you bought was not right"),
        ("Seam came apart after a week", "quality", "the quality of what you bought was not good enough"),
        ("Still waiting for an answer about O11377", "answer", "you had to wait for an answer from us"),
    ],
)
def test_a_subject_is_told_by_its_kind(subject: str, code: str, clause: str) -> None:
    found = trouble_of(subject)
    assert found is not None
    assert (found.code, found.clause_of("")) == (code, clause)


@pytest.mark.parametrize(
    "subject", ["Prices for next season", "Thank you", "", None, "Latest catalogue", "Translate this"]
)
def test_what_fits_no_kind_is_left_to_be_quoted(subject: str | None) -> None:
    assert trouble_of(subject) is None


def test_no_kind_says_more_than_a_subject_can_tell() -> None:
    for one in TROUBLES:
        assert "{what}" in one.clause and one.said and one.bare
