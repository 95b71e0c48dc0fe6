"""Tiles are added, changed, moved, resized, removed by keyboard; a dashboard is made, renamed, deleted, undone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from tests.journeys.hands import CONTROL, SHIFT, Hands
from views.actions import Command
from views.charts.bars import BarsChart
from views.insights.dragging import Marker
from views.insights.tile import Tile
from views.insights.tile_panel import TilePanel
from views.widgets.overlay import FormPanel

ALT_SHIFT = Qt.KeyboardModifier.AltModifier | SHIFT


pytestmark = pytest.mark.usefixtures("at_insights")


def titles(hands: Hands) -> list[list[str]]:
    view = hands.insights.board.view
    assert view is not None
    return [[tile.title for tile in row] for row in view.dashboard.rows]


def run(hands: Hands, words: str) -> None:
    """Run a command from the palette."""
    hands.press(Qt.Key.Key_K, CONTROL)
    hands.type(words)
    hands.calm()
    hands.press(Qt.Key.Key_Return)
    hands.calm()


def panel(hands: Hands) -> FormPanel:
    return next(one for one in hands.window.findChildren(FormPanel) if one.isVisible())


def test_a_tile_is_moved_widened_and_removed_by_keys_and_all_of_it_is_undone(hands: Hands) -> None:
    page, original = hands.insights, titles(hands)
    hands.tab_to(hands.tile("Revenue").content)
    answered = hands.tile("Revenue").content.accessibleName()
    hands.press(Qt.Key.Key_Left, ALT_SHIFT)
    hands.calm()
    assert titles(hands)[1][2:4] == ["Revenue", "Revenue at risk"]
    assert hands.focus is hands.tile("Revenue").content and page.board.tile is hands.tile("Revenue")
    assert hands.tile("Revenue").content.accessibleName() == answered
    hands.press(Qt.Key.Key_Delete)
    hands.calm()
    assert "Revenue" not in titles(hands)[0]
    hands.tab_to(hands.tile("Customers by segment").content)
    narrow = hands.tile("Customers by segment").width()
    hands.press(Qt.Key.Key_Up, ALT_SHIFT)
    hands.calm()
    hands.wait(lambda: hands.tile("Customers by segment").width() > 1.4 * narrow)
    hands.press(Qt.Key.Key_Down, ALT_SHIFT)
    hands.calm()
    assert not hands.desk.window.actions_registry[Command.NARROW_TILE].isEnabled()
    for _ in range(4):
        hands.press(Qt.Key.Key_Z, CONTROL)
        hands.calm()
    assert titles(hands) == original and page.board.view is not None
    assert page.board.view.dashboard.kind == "original"
    assert all(one.shown is not None for one in page.board.view.tiles.values())
    hands.press(Qt.Key.Key_Z, CONTROL | SHIFT)
    hands.calm()
    assert titles(hands)[1][2:4] == ["Revenue", "Revenue at risk"]


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # popups of boxes
def test_a_dashboard_of_ones_own_is_made_filled_renamed_and_deleted(hands: Hands) -> None:
    page = hands.insights
    run(hands, "New dashboard")
    hands.type("My  Mondays")
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    assert page.tabs.current == "my-mondays" and titles(hands) == []
    view = page.board.view
    assert view is not None and view.state.state == "empty"

    hands.tab_to(view.state.notice.primary)
    hands.press(Qt.Key.Key_Space)
    hands.calm()
    made = panel(hands)
    assert isinstance(made, TilePanel)
    assert isinstance(hands.focus, QLineEdit) or hands.focus is made.what
    hands.type("nothing of that kind")
    hands.press(Qt.Key.Key_Return)
    assert made.isVisible() and "Choose what is counted" in made.fault.text()
    made.what.setEditText("churn rate")
    hands.press(Qt.Key.Key_Return)
    assert "Did you mean " in made.fault.text()
    made.what.setEditText("")
    made.what.setCurrentText("")
    hands.type("Tickets")
    hands.press(Qt.Key.Key_Tab)
    assert made.what.currentData() == "tickets"
    dimensions = [made.by.itemText(at) for at in range(made.by.count())]
    assert "Channel" in dimensions and "Stage" not in dimensions
    hands.choose(made.by, "channel")
    assert [made.form.itemText(at) for at in range(made.form.count())] == ["Bars", "Table"]
    made.name.setFocus()
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    assert titles(hands) == [["Tickets by channel"]]
    bars = hands.tile("Tickets by channel")
    assert isinstance(bars.content, BarsChart) and bars.content.bars

    assert hands.focus is bars.content and page.board.tile is bars
    hands.press(Qt.Key.Key_F2)
    hands.calm()
    changed = panel(hands)
    assert isinstance(changed, TilePanel) and changed.name.text() == "Tickets by channel"
    hands.choose(changed.form, "table")
    hands.choose(changed.period, "12m")
    changed.name.setText("Where tickets come from")
    changed.name.setFocus()
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    spec = hands.tile("Where tickets come from").spec
    assert (spec.form, spec.query.period, spec.query.compare) == ("table", "12m", "previous")

    run(hands, "Rename dashboard")
    hands.type("Service")
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    assert hands.window.toast.words.startswith("There is a dashboard “Service” already")
    run(hands, "Rename dashboard")
    hands.type("Tuesdays")
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    assert [one.text for one in page.tabs.tabs][-2:] == ["Tuesdays", "Scores"]
    run(hands, "Delete dashboard")
    assert "Tuesdays" not in [one.text for one in page.tabs.tabs]
    hands.press(Qt.Key.Key_Z, CONTROL)
    hands.calm()
    assert [one.text for one in page.tabs.tabs][-2:] == ["Tuesdays", "Scores"]


def test_the_tab_in_front_stays_after_a_dashboard_that_was_refused(hands: Hands) -> None:
    page = hands.insights
    run(hands, "New dashboard")
    hands.type("Service")
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    assert hands.window.toast.words.startswith("There is a dashboard “Service” already")
    hands.tab_to(hands.tile("NPS").content)
    hands.press(Qt.Key.Key_Delete)
    hands.calm()
    assert page.tabs.current == "overview" and "NPS" not in titles(hands)[0]


def test_a_changed_tab_is_reset_from_the_palette(hands: Hands) -> None:
    original, registry = titles(hands), hands.desk.window.actions_registry
    assert not registry[Command.RESET_DASHBOARD].isEnabled() and not registry[Command.DELETE_DASHBOARD].isEnabled()
    assert not registry[Command.REMOVE_TILE].isEnabled()
    hands.tab_to(hands.tile("NPS").content)
    hands.press(Qt.Key.Key_Delete)
    hands.calm()
    assert titles(hands) != original
    run(hands, "Reset to the original")
    assert titles(hands) == original and not registry[Command.RESET_DASHBOARD].isEnabled()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # a menu
def test_filters_become_a_view_that_is_chosen_again_renamed_and_deleted(hands: Hands) -> None:
    page, registry = hands.insights, hands.desk.window.actions_registry
    everyone = hands.tile("Active customers").content.accessibleName()
    page.filters._toggle("tier", "Gold")
    hands.calm()
    filtered = hands.tile("Active customers").content.accessibleName()
    assert filtered != everyone and not registry[Command.DELETE_VIEW].isEnabled()
    run(hands, "Save this view")
    hands.type("Gold only")
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    assert page.views.button.text() == "Gold only" and registry[Command.DELETE_VIEW].isEnabled()

    hands.tab_to(page.filters.chips[0])
    hands.press(Qt.Key.Key_Delete)
    hands.calm()
    assert page.views.button.text() == "Views"
    assert hands.tile("Active customers").content.accessibleName() == everyone
    page.tabs.setFocus()
    hands.press(Qt.Key.Key_V)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(menu, key)
    hands.window.activateWindow()  # a window system does it by itself when a popup goes
    hands.calm()
    assert page.views.button.text() == "Gold only"
    assert hands.tile("Active customers").content.accessibleName() == filtered
    assert hands.desk.remembered.value.insights_filters[4] == "Gold"

    run(hands, "Rename view")
    hands.type("The golden ones")
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    assert page.views.button.text() == "The golden ones"
    run(hands, "Delete view")
    assert page.views.button.text() == "Views" and page.filters.filters.tier == "Gold"
    hands.press(Qt.Key.Key_Z, CONTROL)
    hands.calm()
    assert page.views.button.text() == "The golden ones"


def drag(hands: Hands, tile: Tile, over: str, share: float, *, escape: bool = False) -> bool:
    """Press a tile at its heading, move to a point of another, and let go there; return whether a line was shown.

    The mouse reaches nothing that is out of sight: both are scrolled to, and the page may move along under the mouse.

    Parameters
    ----------
    over, share
        The title of the other tile, and how far from its left edge the point is.
    """
    view, other = hands.insights.board.view, hands.tile(over)
    assert view is not None
    window, seen = hands.window.windowHandle(), view.area.viewport()
    (marker,) = view.findChildren(Marker)

    def at(part: QWidget, point: QPoint) -> QPoint:
        assert seen.rect().contains(part.mapTo(seen, point)), "out of sight"
        return part.mapTo(hands.window, point)

    for one in (other, tile):
        view.area.ensureWidgetVisible(one)
    begin, end = at(tile.heading, QPoint(6, 6)), QPoint()
    QTest.mousePress(window, Qt.MouseButton.LeftButton, pos=begin)
    for step in (0.1, 0.5, 1.0):
        end = at(other, QPoint(round(other.width() * share), other.height() // 2))
        QTest.mouseMove(window, begin + (end - begin) * step)
    shown = marker.isVisible()
    if escape:
        hands.press(Qt.Key.Key_Escape)
        assert not marker.isVisible() and hands.insights.isVisible()
    QTest.mouseRelease(window, Qt.MouseButton.LeftButton, pos=end)
    hands.calm()
    assert not marker.isVisible() and QApplication.overrideCursor() is None
    return shown


def test_a_tile_is_moved_by_mouse_to_where_the_line_is_and_back_by_undo(hands: Hands) -> None:
    original = titles(hands)
    tile = hands.tile("Revenue")
    assert drag(hands, tile, "Active customers", 0.2)
    assert titles(hands)[1][:3] == ["Revenue", "Active customers", "High churn risk"]
    assert hands.tile("Revenue") is tile and hands.insights.board.tile is tile and tile.outline.isVisible()
    assert not hands.insights.board.in_rows, "a figure that is moved is not opened"
    assert drag(hands, hands.tile("Revenue by month"), "What changed", 0.9)
    assert [row for row in titles(hands) if "Revenue by month" in row] == [["What changed", "Revenue by month"]]
    hands.press(Qt.Key.Key_Z, CONTROL)
    hands.calm()
    hands.press(Qt.Key.Key_Z, CONTROL)
    hands.calm()
    assert titles(hands) == original


def test_a_tile_that_is_moved_by_mouse_stays_where_it_is_after_esc_or_in_its_own_place(hands: Hands) -> None:
    original, tile = titles(hands), hands.tile("Revenue")
    assert drag(hands, tile, "NPS", 0.9, escape=True)
    assert not hands.insights.board.in_rows
    assert not drag(hands, tile, "Revenue", 0.7), "it is there already"
    assert drag(hands, tile, "Customers by segment", 0.1, escape=True), "the nearest figure"
    assert titles(hands) == original


def test_a_figure_is_moved_by_mouse_to_the_other_row_of_figures_and_back(hands: Hands) -> None:
    original = titles(hands)
    first, last = hands.tile("Active customers"), hands.tile("NPS")
    assert last.mapTo(hands.window, QPoint()).y() > first.mapTo(hands.window, QPoint()).y() + first.height() // 2
    assert drag(hands, first, "NPS", 0.9)
    assert titles(hands)[1] == [*original[1][1:], "Active customers"]
    assert drag(hands, first, "High churn risk", 0.1)
    assert titles(hands) == original


def test_a_tile_is_made_higher_and_lower_by_keys_and_undone(hands: Hands) -> None:
    tile, key = hands.tile("Revenue by month"), hands.tile("Revenue by month").spec.key
    hands.tab_to(tile.content)
    actions, usual = hands.window.actions_registry, tile.content.minimumHeight()
    for height, pressed in (("L", Qt.Key.Key_Up), ("M", Qt.Key.Key_Down), ("S", Qt.Key.Key_Down)):
        hands.press(pressed, CONTROL | SHIFT)
        hands.calm()
        tile = hands.tile("Revenue by month")
        assert (tile.spec.height, tile.spec.key) == (height, key) and tile.shown is not None
        assert hands.focus is tile.content and hands.insights.board.tile is tile
    assert tile.content.minimumHeight() < usual and not actions[Command.LOWER_TILE].isEnabled()
    for _ in range(3):
        hands.press(Qt.Key.Key_Z, CONTROL)
        hands.calm()
    assert hands.tile("Revenue by month").spec.height == "M"
    hands.tab_to(hands.tile("Revenue").content)
    assert not actions[Command.HEIGHTEN_TILE].isEnabled() and not actions[Command.LOWER_TILE].isEnabled()


def test_keys_act_on_the_tile_with_a_line_around_it_and_on_no_other(hands: Hands) -> None:
    original = titles(hands)
    assert not [one for one in hands.insights.board.view.tiles.values() if one.outline.isVisible()]  # type: ignore[union-attr]
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_W):
        hands.press(key)
        hands.calm()
    assert titles(hands) == original and not [one for one in hands.window.findChildren(FormPanel) if one.isVisible()]
    tile = hands.tile("NPS")
    QTest.mouseClick(tile.heading, Qt.MouseButton.LeftButton)
    assert tile.outline.isVisible()
    hands.press(Qt.Key.Key_Delete)
    hands.calm()
    assert "NPS" not in [title for row in titles(hands) for title in row]
