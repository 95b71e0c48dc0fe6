"""A brief says what the customer's page says: figures, reasons, events, open work, deals, consent."""

from __future__ import annotations

import re

import pytest

from models.values.errors import UserError
from models.values.reports import Brief
from services.insight import customer_profile, figure_lines, read_customer_document, reading
from services.reports import brief_of
from services.workspace import Workspace

AVERY, STONE = 9, 133


def lines(brief: Brief, title: str) -> tuple[str, ...]:
    return next(one.lines for one in (*brief.left, *brief.right) if one.title == title)


@pytest.mark.parametrize("customer", [AVERY, STONE])
def test_it_says_what_the_page_says(workspace: Workspace, customer: int) -> None:
    brief, profile = brief_of(workspace, customer, "Sample book"), customer_profile(workspace, customer)
    with reading(workspace) as reader:
        document = read_customer_document(reader, customer)
    assert document is not None and profile.figures is not None
    assert (brief.name, brief.as_of) == (profile.name, "17 Nov 2026")
    assert lines(brief, "Figures") == figure_lines(profile.figures)
    assert lines(brief, "Email consent")[0] == document["consent"]["verdict"]
    assert lines(brief, "Deals") == (profile.deals_line, *profile.deals)
    assert len(brief.events) == 10
    assert brief.earlier == document["counts"]["all"] - 10
    assert document["alert"]["reason"] in brief.alert[0]


def test_the_strongest_reasons_come_first_and_the_others_are_counted(workspace: Workspace) -> None:
    reasons = lines(brief_of(workspace, AVERY, ""), "Reasons")
    first = r"Gap since last order: No order for 91 days; the usual gap is 14 \(\+\d\d points\)"
    assert re.fullmatch(first, reasons[0]), reasons[0]
    assert len(reasons) == 6
    assert reasons[-1] == "and 7 more"


def test_events_have_a_day_with_its_year(workspace: Workspace) -> None:
    assert all(day.endswith("2026") for day, _ in brief_of(workspace, STONE, "").events)


def test_nobody_has_no_brief(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="no customer 99999"):
        brief_of(workspace, 99999, "")
