"""Who has left is said to have left, and since when, wherever a risk would stand; a day before, nothing of it is."""

from __future__ import annotations

import pytest

from models.queries.churn_status import left_on
from services.exporting.tables import table_of
from services.insight.customers import read_customers
from services.insight.documents import read_customer_document
from services.insight.figure_formatting import figure_lines, sure_words
from services.insight.profile import read_profile
from services.insight.timeline_rows import read_timeline
from tests.services.insight.conftest import Fresh, SmallBook, days_ago

LEFT_ON = days_ago(57)  # 24 Sep 2026
NOTHING = {
    "churn_risk": None,
    "value_at_risk_minor": None,
    "segment": "Lost",
    "segment_since": LEFT_ON,
    "left_on": LEFT_ON,
}


def test_the_day_on_which_they_left_stands_in_list_detail_timeline_and_json(book: SmallBook, reader: Fresh) -> None:
    who = book.customer(churned_on=LEFT_ON, contract_starts_on="2025-03-03", source="crm")
    book.score(who, **NOTHING)
    (row,) = reader(read_customers).rows
    assert (row.left_on, row.churn_risk, row.value_at_risk_minor) == (LEFT_ON, None, None)
    profile = reader(read_profile, who)
    assert profile is not None and profile.figures is not None
    assert "left on 24 Sep 2026" in profile.metadata_line
    assert ("Left", "24 Sep 2026", "CRM") in [(one.label, one.value, one.origin) for one in profile.identity]
    assert ("Sep 2026", "Left", "bad") in [(one.when_words, one.title, one.tone) for one in profile.milestones]
    said = "Left on 24 Sep 2026: no churn risk and no revenue at risk."
    assert sure_words(profile.figures) == said
    assert figure_lines(profile.figures)[0] == said
    assert not any("Confidence" in line or "At risk" in line for line in figure_lines(profile.figures))
    (told,) = reader(read_timeline, who).rows
    assert (told.bold, told.rest, told.tone) == ("Left", "their contract ended after 19 months", "bad")
    document = reader(read_customer_document, who)
    assert document is not None and document["figures"]["left_on"] == LEFT_ON


@pytest.mark.parametrize(
    "customer",
    [
        {"churned_on": days_ago(-1), "contract_starts_on": "2025-03-03"},
        {"churned_on": LEFT_ON, "contract_starts_on": days_ago(10)},
        {"churned_on": None},
    ],
)
def test_who_leaves_later_or_signed_again_is_a_customer(
    book: SmallBook, reader: Fresh, customer: dict[str, str | None]
) -> None:
    assert _left(reader, book.customer(**customer)) is None


def test_who_buys_again_without_a_contract_is_a_customer(book: SmallBook, reader: Fresh) -> None:
    who = book.customer(churned_on=LEFT_ON)
    assert _left(reader, who) == LEFT_ON
    book.order(who, days_ago(3))
    assert _left(reader, who) is None


def _left(reader: Fresh, who: int) -> str | None:
    return reader(lambda one: one.value(f"SELECT {left_on(repr(days_ago(0)))} FROM customers c WHERE c.id = ?", (who,)))


def test_the_export_of_customers_has_the_day(book: SmallBook, reader: Fresh) -> None:
    gone, here = book.customer(churned_on=LEFT_ON), book.customer()
    book.score(gone, **NOTHING)
    book.score(here)
    columns, rows = reader(table_of, "customers")
    place = columns.index("left_on")
    assert [(row[0], row[place]) for row in rows] == [(gone, LEFT_ON), (here, None)]
