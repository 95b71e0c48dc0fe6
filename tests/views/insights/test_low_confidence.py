"""The filter that "Show them" sets: said as a chip, changed in the menu, kept with a saved filter."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from models.values.customers import CustomerFilter, FilterChoices
from views.customers.filter_menu import FilterMenu
from views.customers.filters import chips_of, from_json, restricts, without
from views.shell.saved_filters import restrictions_of

LOW = CustomerFilter(confidences=frozenset({"low"}))


def test_it_is_a_chip_that_can_be_taken_away() -> None:
    (chip,) = chips_of(LOW, "USD")
    assert (chip.kind, chip.words) == ("confidences", "Confidence: low")
    assert restricts(LOW) and without(LOW, chip.kind) == CustomerFilter()


def test_it_is_kept_with_a_saved_filter() -> None:
    assert restrictions_of(LOW) == {"confidences": ["low"]}
    assert from_json(restrictions_of(LOW)) == LOW


def test_its_menu_has_the_three_confidences(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    changed: list[CustomerFilter] = []
    menu = FilterMenu(parent, LOW, FilterChoices((), (), (), ()), "USD", "", changed.append, "confidences")
    assert [action.text() for action in menu.actions()] == ["high", "medium", "low"]
    assert [action.isChecked() for action in menu.actions()] == [False, False, True]
    menu.actions()[1].trigger()
    assert changed == [CustomerFilter(confidences=frozenset({"low", "medium"}))]
