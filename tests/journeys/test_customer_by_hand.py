"""Add a customer and edit one, by keyboard, and take both back."""

from __future__ import annotations

from typing import cast

import pytest
from PySide6.QtCore import Qt

from models.values.customers import CustomerFilter
from services import insight
from services.workspace import Workspace
from tests.journeys.hands import CONTROL, Hands
from views.customers.page import CustomersPage


@pytest.fixture
def hands(hands: Hands) -> Hands:
    hands.press(Qt.Key.Key_2, CONTROL)
    hands.calm()
    return hands


def page_of(hands: Hands) -> CustomersPage:
    return cast(CustomersPage, hands.window.page("customers"))


def named(workspace: Workspace, name: str) -> list[int]:
    return [row.id for row in insight.customers_page(workspace, CustomerFilter(text=name)).rows if row.name == name]


def fill(hands: Hands, key: str, text: str) -> None:
    """Tab to a field of the form, replace what stands in it."""
    hands.tab_to(page_of(hands).form.input(key))
    hands.press(Qt.Key.Key_A, CONTROL)
    hands.type(text)


def test_a_customer_is_added_edited_and_both_are_undone(hands: Hands) -> None:
    page, workspace = page_of(hands), hands.desk.book.workspace
    before = insight.customers_count(workspace).total

    hands.press(Qt.Key.Key_N, CONTROL)
    assert page.form.isVisible()
    fill(hands, "name", "Blackwood Tea Rooms")
    fill(hands, "email", "hello@blackwood.example")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.wait(lambda: bool(named(workspace, "Blackwood Tea Rooms")))
    hands.calm()
    (added,) = named(workspace, "Blackwood Tea Rooms")
    hands.wait(lambda: page.profile.profile is not None and page.profile.profile.id == added)

    page.list.table.setFocus()
    hands.press(Qt.Key.Key_F2)
    assert page.form.isVisible()
    fill(hands, "name", "Blackwood Tea & Cake")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.wait(lambda: named(workspace, "Blackwood Tea & Cake") == [added])
    hands.calm()

    page.list.table.setFocus()
    hands.press(Qt.Key.Key_Z, CONTROL)
    hands.calm()
    assert named(workspace, "Blackwood Tea Rooms") == [added]
    hands.press(Qt.Key.Key_Z, CONTROL)
    hands.calm()
    assert named(workspace, "Blackwood Tea Rooms") == []
    assert insight.customers_count(workspace).total == before
    hands.window.close()
    workspace.close()


def test_a_fault_is_said_at_its_field_and_nothing_is_written(hands: Hands) -> None:
    page, workspace = page_of(hands), hands.desk.book.workspace
    before = insight.customers_count(workspace).total
    hands.press(Qt.Key.Key_N, CONTROL)
    fill(hands, "name", "Blackwood Tea Rooms")
    fill(hands, "email", "hello@blackwood")
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.calm()
    assert page.form.isVisible()
    assert page.form.fault("email")
    assert insight.customers_count(workspace).total == before
    hands.press(Qt.Key.Key_Escape)
    hands.calm()
    hands.window.close()
    workspace.close()
