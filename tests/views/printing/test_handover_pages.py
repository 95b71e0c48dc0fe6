"""The pack of a portfolio: cover, contents whose page numbers are right, a page a customer, on either paper."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from PySide6.QtGui import QPageSize

from models.values.errors import UserError
from models.values.metrics import Condition, Query
from models.values.reports import Handover
from models.values.scores import CAME_ONCE
from services.insight import customer_profile
from services.metrics import Metrics
from services.reports import brief_of, handover_of
from services.workspace import Workspace
from tests.views.printing.painted import Painted
from tests.views.printing.test_brief_page import PAPERS
from views.printing.handover import HandoverPack


@pytest.fixture
def pack(workspace: Workspace) -> Handover:
    with workspace.store.snapshot() as driver:
        (owner,) = driver.execute(
            "SELECT owner FROM customers WHERE owner <> '' GROUP BY 1 ORDER BY count(*) LIMIT 1"
        ).fetchone()
    return handover_of(workspace, owner, "Cleo Marsh", "Sample book")


def test_it_names_every_customer_of_the_owner_the_most_urgent_first(workspace: Workspace, pack: Handover) -> None:
    with workspace.store.snapshot() as driver:
        theirs = {row[0] for row in driver.execute("SELECT id FROM customers WHERE owner = ?", (pack.owner,))}
    assert {line.customer_id for line in pack.lines} == theirs and len(pack.lines) == len(theirs) > 3
    urgent = [bool(line.why) for line in pack.lines]
    assert urgent == sorted(urgent, reverse=True)
    for line in pack.lines:
        assert bool(line.why) == (customer_profile(workspace, line.customer_id).alert is not None)


def test_its_figures_are_those_of_insights_with_the_same_filter(workspace: Workspace, pack: Handover) -> None:
    where = (Condition("owner", "=", pack.owner),)
    found = Metrics(workspace).answer(Query(("customers", "open_deals"), where=where)).totals
    figures = dict(pack.figures)
    assert figures["Customers"] == str(found["customers"]) == str(len(pack.lines))
    assert figures["Open deals"] == str(found["open_deals"])


def test_the_contents_add_up_to_the_revenue_at_risk_of_the_cover(workspace: Workspace) -> None:
    with workspace.store.snapshot() as driver:
        (owner,) = driver.execute(
            "SELECT c.owner FROM customers c JOIN customer_risk_scores s ON s.customer_id = c.id"
            f" WHERE {CAME_ONCE} AND s.value_at_risk_minor > 0 AND c.owner <> '' GROUP BY 1 ORDER BY count(*) LIMIT 1"
        ).fetchone()
    pack = handover_of(workspace, owner, "", "Sample book")
    total = in_dollars(dict(pack.figures)["Revenue at risk, 12 months"])
    shown = [in_dollars(line.at_risk) for line in pack.lines if line.at_risk]
    assert total and abs(sum(shown) - total) <= len(shown) / 2, "each is shown in whole dollars"


def in_dollars(money: str) -> int:
    return int(money.replace("$", "").replace(",", ""))


def test_nobody_is_owned_by_a_name_that_is_not_there(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="No customer has the owner “Nobody”"):
        handover_of(workspace, "Nobody", "", "Sample book")


@pytest.mark.usefixtures("theme")
@pytest.mark.parametrize("paper", PAPERS, ids=lambda one: one.name())
def test_each_customer_is_on_the_page_that_the_contents_name(
    workspace: Workspace, pack: Handover, painted: Painted, paper: QPageSize
) -> None:
    made = HandoverPack(pack, paper)
    for line in pack.lines:
        made.add(brief_of(workspace, line.customer_id, "Sample book"))
    pdf = made.finish()
    pages = len(re.findall(rb"/Type /Page\b", pdf))
    painted.assert_readable(paper)
    said = [(page, text) for page, _, text in painted.words]
    assert [text for _, text in said if text.startswith("Page ")][-1] == f"Page {pages} of {pages}"
    first = pages - len(pack.lines) + 1
    for place, line in enumerate(pack.lines):
        number = first + place
        assert (number, line.name) in said, "the brief's header"
        assert any(page <= first and text == str(number) for page, text in said), "in the contents"


@pytest.mark.usefixtures("theme")
def test_two_hundred_customers_make_two_hundred_pages_and_hold_one_brief_at_a_time(
    workspace: Workspace, pack: Handover, painted: Painted
) -> None:
    many = replace(pack, lines=tuple(pack.lines[place % len(pack.lines)] for place in range(200)))
    brief = brief_of(workspace, many.lines[0].customer_id, "Sample book")
    made = HandoverPack(many, PAPERS[0])
    for _line in many.lines:
        made.add(brief)
    pages = len(re.findall(rb"/Type /Page\b", made.finish()))
    # The number of a page is painted before what is on it.
    numbers = [int(text) for page, _, text in painted.words if text.isdigit() and page <= pages - 200 + 1]
    assert numbers[-200:] == list(range(pages - 199, pages + 1))
    heads = [page for page, _, text in painted.words if text == "Open alert"]
    assert len(heads) == len(set(heads)) > 1, "the heads of the contents, once a page"
    contents = {page for page, _, text in painted.words if text in ("Contents", "Contents, continued")}
    assert contents == set(heads) and len(contents) == pages - 200 - 1
    painted.assert_readable(PAPERS[0])
