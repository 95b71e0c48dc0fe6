"""The small parts: tabs, chips, toast, states, drawer, panels, buttons."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QDate, QMimeData, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QAction, QCursor, QDropEvent, QEnterEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QCalendarWidget, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from models.values.alerts import Tile as TileValue
from models.values.errors import EnvironmentFault
from views.background import Failed
from views.theme import Theme, ThemeChoice
from views.widgets.buttons import CommandButton, IconButton, MenuButton, push
from views.widgets.chip import Chip
from views.widgets.date_field import DateField, MomentField
from views.widgets.drawer import Drawer
from views.widgets.labels import ElidedLabel, column, label, set_ink
from views.widgets.overlay import Choice, ChoicePanel, FormPanel, Overlay
from views.widgets.states import StatePane, rows_skeleton
from views.widgets.tabs import CountPill, CountTabs, Tab
from views.widgets.tile import Tile
from views.widgets.toast import Toast

TABS = [Tab("a", "To do", 12), Tab("b", "Waiting", 10), Tab("c", "Snoozed", 4), Tab("d", "Done today", 5)]


class TestTabs:
    @pytest.fixture
    def tabs(self, qtbot: QtBot, theme: Theme) -> CountTabs:
        made = CountTabs(theme, "Queue")
        qtbot.addWidget(made)
        made.resize(420, 32)
        made.show_tabs(TABS)
        made.show()
        return made

    def test_the_first_is_chosen_and_said_with_its_count(self, tabs: CountTabs) -> None:
        assert tabs.current == "a"
        assert tabs.accessibleName() == "Queue: To do, 12"

    def test_a_click_chooses_and_tells(self, qtbot: QtBot, tabs: CountTabs) -> None:
        with qtbot.waitSignal(tabs.chosen) as chosen:
            qtbot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=QPoint(110, 16))
        assert chosen.args == ["b"]

    def test_arrows_go_round(self, qtbot: QtBot, tabs: CountTabs) -> None:
        with qtbot.waitSignal(tabs.chosen) as chosen:
            qtbot.keyClick(tabs, Qt.Key.Key_Left)
        assert chosen.args == ["d"]

    def test_choosing_from_the_program_tells_nobody(self, qtbot: QtBot, tabs: CountTabs) -> None:
        with qtbot.assertNotEmitted(tabs.chosen):
            tabs.choose("c")
        assert tabs.current == "c"

    def test_new_counts_keep_the_choice(self, tabs: CountTabs) -> None:
        tabs.choose("b")
        tabs.show_tabs([Tab("a", "To do", 1), Tab("b", "Waiting", 2)])
        assert tabs.current == "b"
        tabs.show_tabs([Tab("a", "To do", 1)])
        assert tabs.current == "a"

    @pytest.mark.parametrize("width", [90, 160, 240, 300, 420, 900])
    def test_what_has_no_room_stands_behind_more(self, tabs: CountTabs, width: int) -> None:
        tabs.resize(width, 32)
        placed = tabs._placed()
        shown = [tab for _rect, tab in placed if tab is not None]
        assert shown == TABS[: len(shown)]
        assert len(shown) == len(TABS) or placed[-1][1] is None
        assert all(a.right() <= b.left() for (a, _x), (b, _y) in itertools.pairwise(placed))
        tabs.grab()

    @pytest.mark.parametrize("width", [90, 160, 240, 300, 420, 900])
    @pytest.mark.parametrize("current", ["a", "b", "c", "d"])
    def test_the_chosen_tab_is_always_in_sight(self, tabs: CountTabs, width: int, current: str) -> None:
        tabs.choose(current)
        tabs.resize(width, 32)
        shown = [tab for _rect, tab in tabs._placed() if tab is not None]
        assert current in {tab.key for tab in shown}
        assert [tab for tab in TABS if tab in shown] == shown
        tabs.grab()


def test_a_chip_is_taken_away_by_its_cross_and_by_delete(qtbot: QtBot, theme: Theme) -> None:
    chip = Chip(theme, "Region: Northwest")
    qtbot.addWidget(chip)
    chip.resize(chip.sizeHint())
    chip.show()
    with qtbot.waitSignal(chip.removed):
        qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(chip.width() - 10, 14))
    with qtbot.waitSignal(chip.removed):
        qtbot.keyClick(chip, Qt.Key.Key_Delete)
    with qtbot.waitSignal(chip.clicked), qtbot.assertNotEmitted(chip.removed):
        qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(12, 14))


class TestToast:
    def test_it_offers_undo_once(self, qtbot: QtBot, theme: Theme, host: QWidget) -> None:
        toast, undone = Toast(theme, host), []
        toast.tell("Linden Supply snoozed", lambda: undone.append(1))
        assert toast.isVisible()
        assert toast.accessibleName() == "Linden Supply snoozed. Undo with Control Z"
        qtbot.mouseClick(toast.findChild(QPushButton), Qt.MouseButton.LeftButton)
        assert undone == [1]
        assert not toast.isVisible()

    def test_what_it_offers_else_than_undo_is_done_by_its_button_alone(
        self, qtbot: QtBot, theme: Theme, host: QWidget
    ) -> None:
        toast, done = Toast(theme, host), []
        toast.tell("day.csv has arrived and needs your attention", lambda: done.append(1), offer="Check")
        assert toast.accessibleName() == "Day.csv has arrived and needs your attention. Check"
        assert not toast.take_back() and toast.isVisible() and done == []
        qtbot.mouseClick(toast.findChild(QPushButton), Qt.MouseButton.LeftButton)
        assert done == [1] and not toast.isVisible()
        toast.tell("Snoozed", lambda: done.append(2))
        assert toast.take_back() and done == [1, 2]

    def test_it_covers_no_button(self, theme: Theme, host: QWidget) -> None:
        low, higher = QPushButton("Show", host), QPushButton("Undo the import", host)
        low.setGeometry(20, host.height() - 40, 90, 32)
        higher.setGeometry(20, host.height() - 100, 160, 32)
        for button in (low, higher):
            button.show()
        toast = Toast(theme, host)
        toast.tell("Linden Supply snoozed", lambda: None)
        for button in (low, higher):
            assert not toast.geometry().intersects(button.geometry())
        assert host.rect().contains(toast.geometry())
        toast.dismiss()

    def test_a_newer_one_takes_the_place(self, theme: Theme, host: QWidget) -> None:
        toast = Toast(theme, host)
        toast.tell("first", lambda: None)
        toast.tell("second")
        assert toast.words == "second"
        assert not toast.findChild(QPushButton).isVisible()
        toast.dismiss()

    def test_it_goes_after_its_time_and_waits_while_it_has_the_focus(
        self, qtbot: QtBot, theme: Theme, host: QWidget, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("views.widgets.toast.LIFETIME_MS", 60)
        toast = Toast(theme, host)
        toast.tell("gone soon", lambda: None)
        toast.findChild(QPushButton).setFocus()
        qtbot.wait(120)
        assert toast.isVisible()
        toast.dismiss()
        host.setFocus()
        toast.tell("gone soon", lambda: None)
        qtbot.waitUntil(lambda: not toast.isVisible())

    def test_it_stands_over_a_part_of_the_page_while_that_has_the_room(
        self, qtbot: QtBot, theme: Theme, host: QWidget
    ) -> None:
        host.resize(900, 600)
        place, part = QWidget(host), QWidget()
        place.setGeometry(300, 40, 560, 480)
        part.setParent(place)
        part.setGeometry(0, 0, 560, 400)
        place.show()
        part.show()
        toast = Toast(theme, host, left=72)
        toast.stand_over(part)
        toast.tell("Statement removed", lambda: None)
        assert toast.geometry().bottomLeft() == QPoint(300 + 16, 40 + 400 - 16 - 1)
        part.setGeometry(0, 0, 560, 300)
        qtbot.waitUntil(lambda: toast.geometry().bottom() == 40 + 300 - 16 - 1)
        part.hide()
        qtbot.waitUntil(lambda: toast.geometry().bottomLeft() == QPoint(300 + 16, 40 + 480 - 16 - 1))
        part.show()
        part.setGeometry(0, 0, 560, 120)
        qtbot.waitUntil(lambda: toast.geometry().bottomLeft() == QPoint(72 + 16, 600 - 16 - 1))
        toast.stand_over(None)
        toast.dismiss()

    @pytest.mark.parametrize("undo", [None, lambda: None])
    @pytest.mark.parametrize("wide", [1440, 900, 460])
    def test_a_long_sentence_is_wrapped_and_never_cut(self, theme: Theme, host: QWidget, undo: Any, wide: int) -> None:
        toast = Toast(theme, host, left=72)
        toast.tell("Snoozed", undo)
        low = toast.height()
        host.resize(wide, 600)
        toast.tell(
            "localhost does not accept the user or password of anna: correct them in Settings. "
            "Nothing is lost, the emails wait.",
            undo,
        )
        words = next(part for part in toast.findChildren(QLabel) if part.text() == toast.words)
        assert words.height() >= words.heightForWidth(words.width()) > words.fontMetrics().height()
        assert host.rect().contains(toast.geometry())
        assert toast.geometry().bottom() == host.height() - 16 - 1
        toast.tell("Snoozed", undo)
        assert toast.height() == low
        toast.dismiss()

    @pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
    def test_its_words_are_seen_on_its_ground(self, theme: Theme, host: QWidget, choice: ThemeChoice) -> None:
        theme.choose(choice)
        toast = Toast(theme, host)
        toast.tell("Queued for Linden Supply")
        seen = toast.grab().toImage()
        places = [(x, y) for x in range(14, 150) for y in range(8, seen.height() - 8)]
        assert sum(seen.pixelColor(*at).lightness() > 180 for at in places) > 100
        toast.dismiss()

    def test_it_stays_inside_a_small_window(self, theme: Theme, host: QWidget) -> None:
        toast = Toast(theme, host, left=72)
        host.resize(360, 300)
        toast.tell("A very long sentence about what was done to very many alerts at once", lambda: None)
        assert host.rect().contains(toast.geometry())
        toast.dismiss()


class TestStates:
    @pytest.fixture
    def pane(self, qtbot: QtBot, theme: Theme) -> StatePane:
        made = StatePane(theme, QWidget(), rows_skeleton())
        qtbot.addWidget(made)
        made.resize(300, 400)
        made.show()
        return made

    def test_a_fast_answer_never_shows_a_skeleton(self, qtbot: QtBot, pane: StatePane) -> None:
        pane.loading("Reading")
        assert pane.state == "content"
        pane.show_content()
        qtbot.wait(250)
        assert pane.state == "content"

    def test_a_slow_one_shows_a_skeleton_then_words(self, qtbot: QtBot, pane: StatePane) -> None:
        states: list[str] = []
        # Listened to, not looked for: on a busy machine both moments may have passed before the next look.
        pane.currentChanged.connect(lambda _index: states.append(pane.state))
        pane.loading("Reading 104,218 customers")
        qtbot.waitUntil(lambda: pane.state == "wait")
        assert states == ["skeleton", "wait"]
        pane.show_skeleton()
        pane.grab()
        pane.loading("Reading 104,218 customers")
        qtbot.waitUntil(lambda: pane.state == "wait")
        assert pane.notice.heading.text() == "Reading 104,218 customers …"
        pane.show_content()

    def test_an_error_says_what_and_offers_to_try_again_and_to_copy(self, qapp: Any, pane: StatePane) -> None:
        tried = []
        pane.show_error(Failed(EnvironmentFault("The book is locked by another program.")), lambda: tried.append(1))
        assert pane.state == "error"
        assert pane.notice.words.text() == "The book is locked by another program."
        pane.notice.primary.click()
        assert tried == [1]
        pane.notice.secondary.click()
        assert "EnvironmentFault" in qapp.clipboard().text()

    def test_an_empty_pane_has_one_action(self, pane: StatePane) -> None:
        done = []
        pane.show_empty("No alerts match these filters", "Words below it.", ("Clear filters", lambda: done.append(1)))
        pane.notice.primary.click()
        assert done == [1]
        pane.show_empty("Queue clear")
        assert pane.notice.primary.isHidden()


class TestDrawer:
    def test_it_opens_over_the_right_edge_and_gives_the_focus_back(
        self, qtbot: QtBot, theme: Theme, host: QWidget
    ) -> None:
        field = QLineEdit(host)
        field.show()
        field.setFocus()
        drawer, pane = Drawer(theme, host, 320), QLineEdit()
        drawer.hold(pane)
        drawer.toggle()
        assert drawer.geometry().right() == host.rect().right()
        assert pane.hasFocus()
        host.resize(700, 500)
        assert drawer.geometry() == drawer.geometry().intersected(host.rect())
        qtbot.keyClick(drawer, Qt.Key.Key_Escape)
        assert not drawer.isVisible()
        assert field.hasFocus()

    def test_it_gives_the_pane_back_to_a_wide_window(self, theme: Theme, host: QWidget) -> None:
        drawer, pane = Drawer(theme, host, 320), QWidget()
        drawer.hold(pane)
        assert drawer.holds
        assert drawer.release() is pane
        assert not drawer.holds
        pane.deleteLater()


class TestPanels:
    CHOICES = (Choice("Later today", "14:15", 1), Choice("In a week", "Fri 27 Nov", 2))

    def _open(self, theme: Theme, host: QWidget, chosen: list[Any]) -> ChoicePanel:
        panel = ChoicePanel(theme, host, "Snooze until", self.CHOICES, chosen.append, "The time limit keeps running.")
        panel.open_at(QPoint(880, 40))
        return panel

    def test_a_number_chooses(self, qtbot: QtBot, theme: Theme, host: QWidget) -> None:
        chosen: list[Any] = []
        qtbot.keyClick(self._open(theme, host, chosen), Qt.Key.Key_2)
        assert chosen == [2]

    def test_arrows_and_enter_choose(self, qtbot: QtBot, theme: Theme, host: QWidget) -> None:
        chosen: list[Any] = []
        panel = self._open(theme, host, chosen)
        qtbot.keyClick(panel, Qt.Key.Key_Down)
        qtbot.keyClick(panel, Qt.Key.Key_Return)
        assert chosen == [2]

    def test_many_choices_scroll_and_the_last_is_one_key_away(self, qtbot: QtBot, theme: Theme, host: QWidget) -> None:
        chosen: list[Any] = []
        panel = ChoicePanel(theme, host, "Send to", [Choice(f"No. {n}", "", n) for n in range(1, 41)], chosen.append)
        panel.open_at(QPoint(880, 40))
        last = panel._rows[-1]
        assert host.rect().contains(panel.geometry()) and last.visibleRegion().isEmpty()
        qtbot.keyClick(panel, Qt.Key.Key_Up)
        assert last.visibleRegion().boundingRect() == last.rect()
        qtbot.keyClick(panel, Qt.Key.Key_Return)
        assert chosen == [40]

    def test_a_mouse_that_rests_where_it_opens_chooses_nothing(self, qtbot: QtBot, theme: Theme, host: QWidget) -> None:
        chosen: list[Any] = []
        QCursor.setPos(host.mapToGlobal(QPoint(700, 300)))
        panel = ChoicePanel(theme, host, "Send to", [Choice(f"No. {n}", "", n) for n in range(1, 41)], chosen.append)
        panel.open_at(QPoint(880, 40))
        qtbot.wait(50)
        for row in panel._rows[5:8]:
            at = QPointF(QCursor.pos())
            QApplication.sendEvent(row, QEnterEvent(QPointF(5, 5), QPointF(5, 5), at))
        qtbot.keyClick(panel, Qt.Key.Key_Return)
        assert chosen == [1]

    def test_few_choices_are_all_in_sight(self, theme: Theme, host: QWidget) -> None:
        panel = self._open(theme, host, [])
        assert all(one.visibleRegion().boundingRect() == one.rect() for one in panel._rows)

    def test_escape_chooses_nothing_and_gives_the_focus_back(self, qtbot: QtBot, theme: Theme, host: QWidget) -> None:
        field, chosen = QLineEdit(host), []
        field.show()
        field.setFocus()
        panel = self._open(theme, host, chosen)
        assert panel.hasFocus()
        qtbot.keyClick(panel, Qt.Key.Key_Escape)
        assert chosen == []
        assert field.hasFocus()

    def test_a_click_outside_closes_it(self, qtbot: QtBot, theme: Theme, host: QWidget) -> None:
        panel = self._open(theme, host, [])
        panel.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.mouseClick(host, Qt.MouseButton.LeftButton, pos=QPoint(20, 580))
        assert not panel.isVisible()
        panel.deleteLater()

    def test_a_drop_on_the_window_closes_it(self, qtbot: QtBot, theme: Theme, host: QWidget) -> None:
        panel = self._open(theme, host, [])
        panel.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        mime, none = QMimeData(), Qt.MouseButton.NoButton
        drop = QDropEvent(QPoint(9, 9), Qt.DropAction.CopyAction, mime, none, Qt.KeyboardModifier.NoModifier)
        assert not panel.eventFilter(host, drop), "the window still takes the files"
        assert not panel.isVisible()
        panel.deleteLater()

    def test_a_panel_is_as_high_as_its_words_also_when_they_become_more(
        self, qtbot: QtBot, theme: Theme, host: QWidget
    ) -> None:
        panel = Overlay(theme, host, "Question", 240)
        words = label("Short.", wrap=True)
        panel.setLayout(column(words, margins=(8, 8, 8, 8)))
        panel.open_at(QPoint(500, 560))
        low = panel.height()
        assert low < 80
        words.setText("A much longer sentence that wraps into many lines in a panel that is narrow. " * 6)
        qtbot.waitUntil(lambda: panel.height() > low)
        assert words.height() >= words.heightForWidth(words.width()), "nothing of it is cut off"
        assert panel.geometry().bottom() < host.height(), "it stays within the window"
        words.setText("Short.")
        qtbot.waitUntil(lambda: panel.height() == low)

    def test_a_form_stays_open_with_what_is_wrong(self, qtbot: QtBot, theme: Theme, host: QWidget) -> None:
        field = QLineEdit()

        def send(panel: FormPanel) -> None:
            if not field.text():
                panel.object_to("Enter what needs doing.")
            else:
                panel.dismiss()

        panel = FormPanel(theme, host, "Add a task", "Add task", send)
        panel.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        panel.add("What needs doing", field)
        panel.done().open_at(QPoint(600, 40))
        assert field.hasFocus()
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert panel.isVisible()
        assert panel.fault.text() == "Enter what needs doing."
        qtbot.keyClicks(field, "Call them")
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert not panel.isVisible()
        panel.deleteLater()


def test_a_button_follows_its_action(qtbot: QtBot, theme: Theme) -> None:
    action = QAction("Snooze")
    action.setShortcut(QKeySequence("S"))
    button = CommandButton.of(theme, action, "clock")
    qtbot.addWidget(button)
    done = []
    action.triggered.connect(lambda: done.append(1))
    button.click()
    assert done == [1]
    action.setEnabled(False)
    assert not button.isEnabled()
    for width in (200, 70, 40):
        button.resize(width, 32)
        button.grab()


@pytest.mark.parametrize("make", [lambda theme: push("Undo"), lambda theme: CommandButton(theme, "Undo", "return")])
def test_keys_ring_a_button_and_paint_nothing_else_into_it(
    qtbot: QtBot, theme: Theme, host: QWidget, make: Callable[[Theme], QPushButton]
) -> None:
    field, button = QLineEdit(), make(theme)
    host.setLayout(column(field, button))
    button.setFixedWidth(300)
    qtbot.waitUntil(lambda: field.isVisible() and button.isVisible())
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert button.hasFocus()
    picture = button.grab().toImage()
    middle = picture.height() // 2
    assert picture.pixelColor(0, middle) == theme.color("focus")
    inside = {picture.pixelColor(x, middle).name() for x in range(3, 60)}
    assert inside == {theme.color("raised").name()}


def test_targets_are_at_least_32_pixels(qtbot: QtBot, theme: Theme) -> None:
    for button in (
        IconButton(theme, "filter", "Filter"),
        MenuButton(theme, "Due"),
        CommandButton(theme, "Task", "task"),
    ):
        qtbot.addWidget(button)
        assert button.sizeHint().height() >= 32 or button.height() >= 32


def test_a_label_that_has_no_room_tells_all_in_its_tooltip(qtbot: QtBot, theme: Theme) -> None:
    words = ElidedLabel(theme, "Cooling VIP, was Loyal until September")
    qtbot.addWidget(words)
    words.resize(60, 20)
    words.show()
    assert words.toolTip() == "Cooling VIP, was Loyal until September"
    words.resize(600, 20)
    assert words.toolTip() == ""


def test_a_label_changes_its_colour(qtbot: QtBot, theme: Theme) -> None:
    made = label("late")
    qtbot.addWidget(made)
    made.show()
    set_ink(made, "critical_text")
    assert made.palette().windowText().color() == theme.color("critical_text")


def test_a_tile_is_a_button_of_two_heights(qtbot: QtBot, theme: Theme) -> None:
    tile = Tile(theme, first=True)
    qtbot.addWidget(tile)
    tile.grab()
    assert tile.accessibleName(), "a tile can have the focus before its figure is read"
    value = TileValue("today", "12", "need action today", "3 critical · next due in 47 min", "bad")
    tile.show_value(value)
    tile.resize(QSize(300, 56))
    tile.show()
    assert tile.accessibleName() == "12 need action today. 3 critical · next due in 47 min"
    with qtbot.waitSignal(tile.clicked):
        qtbot.mouseClick(tile, Qt.MouseButton.LeftButton)
    tile.set_low(True)
    assert tile.height() == 28
    tile.grab()


def test_a_pill_shows_a_number_and_hides_for_none(qtbot: QtBot, theme: Theme) -> None:
    pill = CountPill(theme, "critical_solid")
    qtbot.addWidget(pill)
    pill.set_count(0)
    assert pill.isHidden()
    pill.set_count(120)
    assert not pill.isHidden()
    pill.grab()
    pill.hide()


@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.parametrize("kind", [DateField, MomentField])
def test_alt_and_down_open_the_calendar_of_a_day(qtbot: QtBot, kind: type[DateField | MomentField]) -> None:
    field = kind()
    field.setCalendarPopup(True)
    field.setDate(QDate(2026, 11, 25))
    qtbot.addWidget(field)
    field.show()
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert not field.findChildren(QCalendarWidget), "the arrow alone changes the day"
    qtbot.keyClick(field, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    calendar = field.calendarWidget()
    assert calendar.isVisible() and calendar.selectedDate() == field.date()
    qtbot.keyClick(calendar, Qt.Key.Key_Escape)
