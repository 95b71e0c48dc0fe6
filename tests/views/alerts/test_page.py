"""The Alerts page on the sample book: one current alert, actions with undo, auto-advance, breakpoints, states."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextDocumentFragment
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from models.store import connect
from models.values.alerts import QueueFilter, QueuePage, Severity
from models.values.changes import Changes
from models.values.errors import StoreBusy, StoreDamaged
from models.values.reaching import HeaderFact
from services import alerting, insight
from services.sync import add_contact
from services.workspace import FixedClock, Workspace
from tests.views.alerts.open_alerts import grouped
from tests.views.conftest import OpenWindow
from views.actions import Command
from views.alerts import questions
from views.alerts.commands import enable
from views.alerts.detail_pane import Story
from views.alerts.page import AlertsPage
from views.alerts.person_lines import FactLine, RunLine
from views.alerts.queue_filter import filter_of
from views.desktop import Desktop
from views.shell.owner_box import OwnerBox
from views.shell.saved_filters import restrictions_of
from views.theme import Theme, fonts
from views.widgets.chip import Chip
from views.widgets.overlay import ChoicePanel, FormPanel, Overlay


@pytest.fixture
def desk(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> Desktop:
    made = open_window(sample)
    page = alerts(made)
    qtbot.waitUntil(lambda: page.detail.detail is not None and page.timeline.rowCount() > 0)
    qtbot.waitUntil(lambda: page.tiles.tiles[0].value is not None)
    return made


def alerts(desk: Desktop) -> AlertsPage:
    return cast(AlertsPage, desk.window.page("alerts"))


def panel(desk: Desktop) -> Overlay:
    found = [one for one in desk.window.findChildren(Overlay) if one.isVisible()]
    assert len(found) == 1
    return found[0]


def press(key: Qt.Key) -> None:
    """A key to whatever has the focus, as the keyboard sends it."""
    widget = QApplication.focusWidget()
    assert widget is not None
    QTest.keyClick(widget, key)


def act(qtbot: QtBot, desk: Desktop, do: Callable[[], None]) -> Changes:
    """Do something that writes, and wait until the page shows what became of it."""
    page = alerts(desk)
    with qtbot.waitSignal(desk.book.changed) as changed:
        do()
    qtbot.waitUntil(lambda: not page._desk.waiting("queue"))
    return cast(Changes, changed.args[0])


def state_of(workspace: Workspace, alert_id: int) -> str:
    found = insight.alert_detail(workspace, alert_id)
    assert found is not None
    return found.alert.state


def test_the_first_alert_is_current_and_shown_everywhere(desk: Desktop) -> None:
    page = alerts(desk)
    current = page.queue.view.current
    assert current == page.queue.model.open_alerts()[0]
    assert page.detail.detail and page.detail.detail.alert.id == current.id
    assert page.actions_pane.detail == page.detail.detail
    assert page.detail.place.text().startswith("1 of ")
    assert page.queue.view.hasFocus()


def test_what_a_tile_counts_is_what_its_filter_lists(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    for tile in page.tiles.tiles[:1]:
        assert tile.value is not None
        QTest.mouseClick(tile, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not page._desk.waiting("queue"))
        assert len(page.queue.model.open_alerts()) == int(tile.value.figure)
        qtbot.waitUntil(tile.isChecked)
        QTest.mouseClick(tile, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: page.queue.filter == QueueFilter())


def test_keys_move_the_current_alert_and_the_detail_follows(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    press(Qt.Key.Key_J)
    second = page.queue.model.open_alerts()[1]
    assert page.queue.view.current == second
    qtbot.waitUntil(lambda: page.detail.detail is not None and page.detail.detail.alert.id == second.id)
    press(Qt.Key.Key_K)
    assert page.queue.view.current == page.queue.model.open_alerts()[0]


def test_late_answers_are_dropped(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    open_alerts = page.queue.model.open_alerts()
    for _ in range(6):
        press(Qt.Key.Key_J)
    qtbot.waitUntil(lambda: page.detail.detail is not None and page.detail.detail.alert.id == open_alerts[6].id)
    qtbot.wait(60)
    assert page.detail.detail and page.detail.detail.alert.id == open_alerts[6].id


def test_resolving_goes_on_to_the_next_alert_and_undo_brings_it_back(qtbot: QtBot, desk: Desktop) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    first, second = page.queue.model.open_alerts()[:2]
    press(Qt.Key.Key_R)
    assert isinstance(panel(desk), ChoicePanel)
    act(qtbot, desk, lambda: press(Qt.Key.Key_2))
    assert state_of(workspace, first.id) == "resolved"
    assert page.queue.view.current and page.queue.view.current.id == second.id
    assert desk.window.toast.isVisible()
    assert "saved" in desk.window.toast.words
    act(qtbot, desk, lambda: QTest.keyClick(desk.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier))
    assert state_of(workspace, first.id) in ("open", "seen")
    assert page.queue.model.row_of(first.id) >= 0


def test_the_last_alert_is_followed_by_the_one_before(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    open_alerts = page.queue.model.open_alerts()
    page.queue.view.set_current(open_alerts[-1].id)
    press(Qt.Key.Key_R)
    act(qtbot, desk, lambda: press(Qt.Key.Key_1))
    assert page.queue.view.current and page.queue.view.current.id == open_alerts[-2].id


def test_snoozing_says_that_the_limit_keeps_running(qtbot: QtBot, desk: Desktop) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    first = page.queue.model.open_alerts()[0]
    press(Qt.Key.Key_S)
    opened = panel(desk)
    assert isinstance(opened, ChoicePanel)
    words = [choice.words for choice in opened.choices]
    assert "In a week" in words  # "Later today" is not there where the machine's evening has come
    texts = [part.text() for part in opened.findChildren(QWidget) if hasattr(part, "text")]
    assert "Snoozing does not move the due time." in texts
    act(qtbot, desk, lambda: press(Qt.Key(Qt.Key.Key_1 + words.index("They order again"))))
    assert state_of(workspace, first.id) == "snoozed"
    page.queue.tabs._pick("snoozed")
    qtbot.waitUntil(lambda: [one.id for one in page.queue.model.open_alerts()] == [first.id])
    assert page.queue.view.current is not None
    qtbot.waitUntil(lambda: page.actions_pane.reopen.isVisible())
    assert desk.window.actions_registry[Command.REOPEN].isEnabled()


def test_waiting_stops_the_limit(qtbot: QtBot, desk: Desktop) -> None:
    first = alerts(desk).queue.model.open_alerts()[0]
    press(Qt.Key.Key_W)
    act(qtbot, desk, lambda: press(Qt.Key.Key_1))
    assert state_of(desk.book.workspace, first.id) == "waiting"


def test_not_useful_asks_why(qtbot: QtBot, desk: Desktop) -> None:
    first = alerts(desk).queue.model.open_alerts()[0]
    press(Qt.Key.Key_N)
    press(Qt.Key.Key_4)
    form = panel(desk)
    assert isinstance(form, FormPanel)
    QTest.keyClicks(cast(QPlainTextEdit, QApplication.focusWidget()), "they moved abroad")
    act(qtbot, desk, form._sent)
    assert state_of(desk.book.workspace, first.id) == "not_useful"


def test_a_task_is_proposed_kept_and_ticked_off(qtbot: QtBot, desk: Desktop) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    first = page.queue.model.open_alerts()[0]
    press(Qt.Key.Key_T)
    field = cast(QLineEdit, QApplication.focusWidget())
    field.setText("Call the store manager")
    act(qtbot, desk, lambda: press(Qt.Key.Key_Return))
    assert page.queue.view.current and page.queue.view.current.id == first.id
    qtbot.waitUntil(
        lambda: any(item.title == "Call the store manager" for item in page.actions_pane.detail.open_work)  # type: ignore[union-attr]
    )
    assert state_of(workspace, first.id) == "in_work"
    assert len([item for item in page.actions_pane.detail.open_work if item.title == "Call the store manager"]) == 1  # type: ignore[union-attr]
    task = next(item for item in page.actions_pane.detail.open_work if item.kind == "task")  # type: ignore[union-attr]
    act(qtbot, desk, lambda: page.actions_pane.task_ticked.emit(task.id))
    qtbot.waitUntil(lambda: not any(i.id == task.id and not i.done for i in page.actions_pane.detail.open_work))  # type: ignore[union-attr]


def test_a_note_needs_words(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    page._run(Command.NOTE)
    form = cast(FormPanel, panel(desk))
    form._sent()
    assert form.isVisible()
    assert form.fault.text().startswith("The note is empty")
    QTest.keyClicks(cast(QPlainTextEdit, QApplication.focusWidget()), "Prefers a call before noon")
    act(qtbot, desk, form._sent)
    qtbot.waitUntil(lambda: bool(page.actions_pane.detail.notes))  # type: ignore[union-attr]


def test_assigning_to_somebody_unknown_is_asked_twice(qtbot: QtBot, desk: Desktop) -> None:
    alerts(desk).context.actions[Command.ASSIGN].trigger()
    form = cast(FormPanel, panel(desk))
    (field,) = form.findChildren(OwnerBox)
    qtbot.waitUntil(lambda: field.count() > 0)
    field.line.setText("Cleo Marsh")
    form._sent()
    qtbot.waitUntil(lambda: bool(form.fault.text()))
    assert form.fault.text() == "No owner is called “Cleo Marsh”. To add a new owner, press Assign again."
    assert act(qtbot, desk, form._sent).words.endswith("to Cleo Marsh")


def test_enter_sends_a_note_as_it_does_a_task(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    page._run(Command.NOTE)
    field = cast(QPlainTextEdit, QApplication.focusWidget())
    QTest.keyClicks(field, "Prefers a call")
    QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(field, "before noon")
    assert field.toPlainText() == "Prefers a call\nbefore noon"
    act(qtbot, desk, lambda: QTest.keyClick(field, Qt.Key.Key_Return))
    qtbot.waitUntil(lambda: bool(page.actions_pane.detail.notes))  # type: ignore[union-attr]


def test_a_queue_with_snoozed_alerts_is_not_called_clear(qtbot: QtBot, desk: Desktop) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    everyone = [open_alert.id for open_alert in insight.queue(workspace, beyond_budget=True).rows]
    act(qtbot, desk, lambda: desk.book.act(lambda book: alerting.snooze(book, everyone, condition="next_order")))
    qtbot.waitUntil(lambda: page.queue.pane.state == "empty")
    assert page.queue.pane.notice.heading.text() == "Nothing due now"
    act(qtbot, desk, desk.book.undo)


def test_the_queue_on_screen_is_exported(qtbot: QtBot, desk: Desktop, tmp_path: Path) -> None:
    page = alerts(desk)
    target = tmp_path / "alerts.csv"
    shown = page.queue.model.open_alerts()
    assert questions.export_of(page.queue)(desk.book.workspace, target) == len(shown)
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["customer"] for row in rows] == [open_alert.customer for open_alert in shown]
    stakes = [(one.at_stake_minor or 0) / 100 if one.kind == "risk" else 0 for one in shown]
    assert [float(row["at_stake"] or 0) for row in rows] == stakes


def test_several_are_snoozed_with_one_undo(qtbot: QtBot, desk: Desktop) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    ids = [open_alert.id for open_alert in page.queue.model.open_alerts()[:3]]
    for _ in range(3):
        press(Qt.Key.Key_X)
        press(Qt.Key.Key_J)
    assert [open_alert.id for open_alert in page.queue.model.ticked] == ids
    assert page.queue.bulk.isVisible()
    press(Qt.Key.Key_S)
    act(qtbot, desk, lambda: press(Qt.Key.Key_2))
    assert [state_of(workspace, one) for one in ids] == ["snoozed"] * 3
    assert page.queue.model.ticked == []
    act(qtbot, desk, desk.book.undo)
    assert all(state_of(workspace, one) in ("open", "seen") for one in ids)


def test_escape_unticks(desk: Desktop) -> None:
    page = alerts(desk)
    press(Qt.Key.Key_X)
    assert page.queue.model.ticked
    press(Qt.Key.Key_Escape)
    assert not page.queue.model.ticked


def test_letters_do_nothing_while_a_field_has_the_focus(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    press(Qt.Key.Key_Slash)
    assert page.queue.filter_bar.field.hasFocus()
    QTest.keyClicks(page.queue.filter_bar.field, "rstn")
    assert not [one for one in desk.window.findChildren(Overlay) if one.isVisible()]
    assert page.queue.filter_bar.field.text() == "rstn"
    qtbot.waitUntil(lambda: page.queue.pane.state == "empty")
    page.queue.pane.notice.primary.click()
    qtbot.waitUntil(lambda: page.queue.pane.state == "content")
    assert page.queue.filter == QueueFilter()


def test_filters_narrow_and_chips_take_them_away(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    everything = len(page.queue.model.open_alerts())
    page.queue.filter_bar._toggle("severities", int(Severity.CRITICAL), True)
    qtbot.waitUntil(lambda: not page._desk.waiting("queue"))
    open_alerts = page.queue.model.open_alerts()
    assert 0 < len(open_alerts) < everything
    assert {open_alert.severity for open_alert in open_alerts} == {Severity.CRITICAL}
    page.queue.filter_bar._take_away("severities", int(Severity.CRITICAL))
    qtbot.waitUntil(lambda: len(page.queue.model.open_alerts()) == everything)


def test_what_is_behind_the_budget_is_counted_and_can_be_shown(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    within = len(page.queue.model.open_alerts())
    assert page.queue._foot.isVisible()
    page.queue._budget_turned()
    qtbot.waitUntil(lambda: len(page.queue.model.open_alerts()) > within)
    page.queue._budget_turned()
    qtbot.waitUntil(lambda: len(page.queue.model.open_alerts()) == within)


def test_critical_alerts_that_wait_are_said_in_the_foot(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    waiting = "3 more critical alerts wait for tomorrow: at most 5 a day"
    page.queue.show_page(grouped({"today": 2}))
    assert not page.queue._foot.isVisible()
    page.queue.show_page(replace(grouped({"today": 2}), criticals_waiting=waiting))
    assert page.queue._criticals_waiting.isVisible() and page.queue._criticals_waiting.text() == waiting
    assert not page.queue._within_limit.isVisible()


def test_what_comes_from_elsewhere_never_moves_the_list(qtbot: QtBot, desk: Desktop) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    open_alerts = page.queue.model.open_alerts()
    current = page.queue.view.current
    page.queue.show_page(page_without(page, open_alerts[2].id))
    changes = alerting.assign(workspace, [open_alerts[2].id], "Somebody else", new_owner=True)
    desk.book.heard(changes)
    qtbot.waitUntil(lambda: page.queue.news.isVisible())
    assert page.queue.news.text() == "Order updated · Show"  # it was there, but not on the list
    assert page.queue.view.current == current
    page.queue.news.click()
    qtbot.waitUntil(lambda: page.queue.model.row_of(open_alerts[2].id) >= 0)
    assert not page.queue.news.isVisible()
    assert page.queue.view.current and current and page.queue.view.current.id == current.id


def test_alerts_that_were_raised_meanwhile_are_counted(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    last = page.queue.model.open_alerts()[2].id
    page._show_queue(replace(page_without(page, last), newest=last - 1))
    page._read_queue(quiet=True)
    qtbot.waitUntil(lambda: page.queue.news.isVisible())
    assert page.queue.news.text() == "Show 1 new alert"


def test_what_a_story_has_beyond_three_lines_folds_behind_a_link(qtbot: QtBot, theme: Theme) -> None:
    story = Story(theme)
    qtbot.addWidget(story)

    def shown() -> tuple[str, int]:
        words = QTextDocumentFragment.fromHtml(story.words.text()).toPlainText()
        return words.strip(), story.words.heightForWidth(story.width() - 14) // 20

    story.resize(540, 60)
    story.show()
    story.tell("No order for 70 days; the usual gap is 21.", "They wrote that the parcel came late. " * 8, "critical")
    assert shown()[0].endswith("… more") and shown()[1] == 3
    story.words.linkActivated.emit("more")
    assert shown()[0].endswith("late. less") and shown()[1] > 3
    story.words.linkActivated.emit("less")
    assert shown()[1] == 3
    story.resize(2_000, 60)
    assert shown()[0].endswith("came late.") and shown()[1] <= 3
    story.tell("No order for 70 days.", "", "critical")
    assert shown() == ("No order for 70 days.", 1)


def test_the_time_left_is_read_anew_on_coming_back(qtbot: QtBot, desk: Desktop) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    desk.window.show_page("customers")
    found = insight.queue(workspace)
    left = [row.due_words for row in found.rows]
    old = [replace(row, due_words="an hour ago") for row in found.rows]
    page._fresh = True
    page.queue.show_page(replace(found, rows=old))
    desk.window.show_page("alerts")
    qtbot.waitUntil(lambda: [row.due_words for row in page.queue.model.open_alerts()] == left)


def test_list_figure_and_badge_are_of_one_reading(qtbot: QtBot, desk: Desktop) -> None:
    page, workspace, badge = alerts(desk), desk.book.workspace, desk.window.rail.button("alerts")

    def shown() -> tuple[int, str, str, str]:
        tile = page.tiles.tiles[0].value
        assert tile is not None
        return len(page.queue.model.open_alerts()), tile.figure, page.queue.tabs.current, badge.accessibleName()

    qtbot.waitUntil(lambda: "due today" in badge.accessibleName())
    open_alerts = page.queue.model.open_alerts()
    alerting.resolve(workspace, [open_alerts[0].id], outcome="known")
    page.queue.show_page(page_without(page, open_alerts[2].id))
    before = shown()
    desk.book.heard(Changes(everyone=True))
    qtbot.waitUntil(lambda: page.queue.news.isVisible() and not desk.window._desk.waiting("freshness"))
    qtbot.waitUntil(lambda: not page._desk.waiting("tiles"))
    assert shown() == before, "nothing moves before the list does"
    page.queue.news.click()
    qtbot.waitUntil(lambda: page.queue.model.row_of(open_alerts[0].id) < 0)
    read = insight.queue(workspace)
    assert read.today is not None and read.progress is not None
    assert badge.accessibleName().endswith(f"{read.today.figure} due today")
    assert read.today.figure == str(read.progress.left)
    assert page.tiles.tiles[0].value == read.today and len(page.queue.model.open_alerts()) == len(read.rows)


def test_what_a_person_did_is_shown_even_if_a_quiet_read_overtakes_it(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    open_alerts = page.queue.model.open_alerts()
    page.queue.show_page(page_without(page, open_alerts[2].id))
    desk.book.heard(Changes(everyone=True), own=True)
    desk.book.heard(Changes(everyone=True))
    qtbot.waitUntil(lambda: not page._desk.waiting("queue"))
    assert page.queue.model.row_of(open_alerts[2].id) >= 0
    assert not page.queue.news.isVisible()


def page_without(page: AlertsPage, alert_id: int) -> QueuePage:
    from tests.views.alerts.open_alerts import page as made

    return made(("today", [open_alert for open_alert in page.queue.model.open_alerts() if open_alert.id != alert_id]))


def test_the_timeline_shows_one_kind_and_keeps_the_choice(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    qtbot.waitUntil(lambda: bool(page.detail.tabs.tabs))
    page.detail.tabs._pick("order")
    qtbot.waitUntil(lambda: {row.kind for row in page.timeline.rows()} == {"order"})
    press(Qt.Key.Key_J)
    second = page.queue.model.open_alerts()[1]
    qtbot.waitUntil(lambda: page.detail.detail is not None and page.detail.detail.alert.id == second.id)
    qtbot.waitUntil(lambda: not page._desk.waiting("timeline"))
    assert page.detail.tabs.current == "order"
    assert {row.kind for row in page.timeline.rows()} <= {"order"}


def test_a_look_is_noted_without_being_an_action(qtbot: QtBot, desk: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    current = page.queue.view.current
    assert current is not None
    page._mark_seen()
    qtbot.waitUntil(lambda: state_of(workspace, current.id) == "seen")
    with qtbot.waitSignal(desk.book.failed) as failed:
        desk.book.undo()
    assert "Your last action was an import" in failed.args[0].words or "nothing to undo" in failed.args[0].words


BREAKPOINTS = [
    (1440, 900, "wide"),
    (1366, 768, "wide"),
    (1320, 700, "wide"),
    (1319, 700, "middle"),
    (1100, 660, "middle"),
    (1099, 660, "drawer"),
    (800, 600, "drawer"),
    (799, 600, "stacked"),
    (760, 460, "stacked"),
]


def test_every_breakpoint_fits(qtbot: QtBot, desk: Desktop) -> None:
    page, window = alerts(desk), desk.window
    for width, height, mode in BREAKPOINTS:
        window.resize(width, height)
        qtbot.waitUntil(partial(_arranged, page, mode))
        assert (window.width(), window.height()) == (width, height)
        assert page.arrangement.drawer.holds is (mode in ("drawer", "stacked"))
        assert page.tiles.tiles[0].height() == (28 if height < 640 else 56)
        assert page.queue.isVisible()
        assert page.detail_state.isVisible() is (mode != "stacked")
        window.grab()


def _arranged(page: AlertsPage, mode: str) -> bool:
    return page.arrangement.mode == mode


def test_in_a_narrow_window_enter_opens_the_detail_and_escape_leads_back(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    desk.window.resize(760, 460)
    qtbot.waitUntil(lambda: page.arrangement.mode == "stacked")
    press(Qt.Key.Key_Return)
    assert page.detail_state.isVisible()
    assert not page.queue.isVisible()
    press(Qt.Key.Key_Escape)
    assert page.queue.isVisible()
    assert page.queue.view.hasFocus()


def test_the_drawer_opens_by_key_and_one_key_actions_work_while_it_is_closed(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    desk.window.resize(1000, 700)
    qtbot.waitUntil(lambda: page.arrangement.drawer.holds)
    opens = page.detail.actions_button
    assert opens.isVisible() and opens.text() == "Actions" and opens.width() >= opens.sizeHint().width()
    assert not page.detail.tier.isVisible(), "the queue's row has it"
    assert not page.arrangement.drawer.isVisible()
    press(Qt.Key.Key_Period)
    assert page.arrangement.drawer.isVisible()
    press(Qt.Key.Key_Escape)
    assert not page.arrangement.drawer.isVisible()
    assert page.queue.view.hasFocus()
    press(Qt.Key.Key_S)
    assert panel(desk).isVisible()
    press(Qt.Key.Key_Escape)
    desk.window.resize(1440, 900)
    qtbot.waitUntil(lambda: not page.arrangement.drawer.holds)
    assert page.actions_pane.isVisible()


def test_f6_goes_round_list_detail_and_actions(desk: Desktop) -> None:
    page = alerts(desk)
    for expected in (page.detail.list, page.actions_pane.first_button(), page.queue.view):
        press(Qt.Key.Key_F6)
        assert expected.hasFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert page.actions_pane.first_button().hasFocus()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # a menu
def test_the_queue_is_ordered_by_key_and_keeps_its_order(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    said: list[str] = []
    page.queue.ordered.connect(said.append)
    QTest.keyClick(page.queue.view, Qt.Key.Key_O, Qt.KeyboardModifier.ShiftModifier)
    menu = page.queue.order_button.menu()
    qtbot.waitUntil(menu.isVisible)
    assert [action.isChecked() for action in menu.actions()] == [True, False, False, False]
    for _step in range(4):
        QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page._desk.waiting("queue"))
    names = [alert.customer.casefold() for alert in page.queue.model.open_alerts()]
    assert said == ["customer"] and names == sorted(names) and len(names) > 3
    assert page.queue.model.rowCount() == len(names), "no headers of days"
    assert page.queue.order_button.accessibleName() == "Order: Customer"
    assert desk.remembered.value.queue_order == "customer"
    again = AlertsPage(page.context)
    qtbot.addWidget(again)
    assert again.queue.order == "customer" and again.queue.order_button.text() == "Customer"


def test_alerts_of_a_rule_are_chosen_in_the_filter_menu(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    bar = page.queue.filter_bar
    menu = bar.menu(page.queue)
    code, title, count = bar._rules[0]
    next(action for action in menu.actions() if action.text() == f"{title}  {count}").trigger()
    qtbot.waitUntil(lambda: not page._desk.waiting("queue"))
    assert [alert.rule for alert in page.queue.model.open_alerts()] == [code] * count
    (chip,) = bar.findChildren(Chip)
    assert chip.text() == f"Rule: {title}"
    chip.removed.emit()
    qtbot.waitUntil(lambda: len(page.queue.model.open_alerts()) > count)
    assert page.queue.filter == QueueFilter()


def test_a_filter_is_saved_chosen_again_and_deleted(qtbot: QtBot, desk: Desktop) -> None:
    page, queue = alerts(desk), alerts(desk).queue
    everyone = queue.model.open_alerts()

    def menu() -> list[str]:
        queue.owner.menu().aboutToShow.emit()
        return [action.text() for action in queue.owner.menu().actions() if not action.isSeparator()]

    def choose(words: str) -> None:
        menu()
        next(one for one in queue.owner.menu().actions() if one.text() == words).trigger()
        qtbot.waitUntil(lambda: not page._desk.waiting("queue"))

    page._save_filter()
    assert desk.window.toast.words.startswith("No filter is set")
    filtered = QueueFilter(severities=frozenset({int(Severity.CRITICAL)}), tiers=frozenset({"Gold"}), need_today=True)
    queue.ask_for("todo", filtered)
    qtbot.waitUntil(lambda: not page._desk.waiting("queue"))
    gold = [open_alert.id for open_alert in queue.model.open_alerts()]
    assert 0 < len(gold) < len(everyone)
    desk.window.actions_registry[Command.SAVE_FILTER].trigger()
    form = panel(desk)
    assert isinstance(form, FormPanel)
    QTest.keyClicks(form.findChild(QLineEdit), "Gold & critical")
    press(Qt.Key.Key_Return)
    queue.filter_bar.clear_filter()
    qtbot.waitUntil(lambda: queue.model.open_alerts() == everyone)
    assert queue.owner.text() == "All alerts" and "Gold && critical" in menu()
    choose("Gold && critical")
    assert queue.owner.text() == "Gold & critical" and queue.filter == replace(filtered, need_today=False)
    assert [open_alert.id for open_alert in queue.model.open_alerts()] == gold
    choose("All alerts")
    assert queue.filter == QueueFilter() and queue.model.open_alerts() == everyone
    choose("Gold && critical")
    choose("Delete “Gold && critical”")
    assert "Gold && critical" not in menu() and desk.remembered.value.saved_filters == ()


def test_a_saved_filter_that_does_not_fit_leaves_out_what_is_wrong() -> None:
    document = {"text": 5, "severities": [3, "high"], "tiers": "Gold", "owners": ["Ada", None], "colour": ["red"]}
    assert filter_of(document) == QueueFilter(severities=frozenset({3}), owners=frozenset({"Ada"}))
    whole = QueueFilter(
        "late", frozenset({1}), frozenset({"Gold"}), frozenset({""}), frozenset({"risk"}), frozenset({"x"})
    )
    assert filter_of(restrictions_of(whole)) == whole


def test_a_queue_that_cannot_be_read_says_so_and_can_be_read_again(
    qtbot: QtBot, desk: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = alerts(desk)

    def locked(*_arguments: object) -> object:
        raise StoreBusy("Another program holds the book. Close it and try again.")

    with monkeypatch.context() as patched:
        patched.setattr("views.alerts.questions.queue", locked)
        page.queue.asked.emit()
        qtbot.waitUntil(lambda: page.queue.pane.state == "error")
    assert page.queue.pane.notice.words.text() == "Another program holds the book. Close it and try again."
    rail = desk.window.rail.button("alerts")
    said = [page.queue.tabs.accessibleName(), rail.accessibleName(), page.day.words.text(), page.detail.place.text()]
    said += [*(tile.accessibleName() for tile in page.tiles.tiles), *(tile.toolTip() for tile in page.tiles.tiles)]
    said += [shown.text() for shown in page.queue.findChildren(QLabel) if shown.isVisible()]
    assert not [words for words in said if any(letter.isdigit() for letter in words)], said
    assert not any(tab.count is not None for tab in page.queue.tabs.tabs) and not rail.pill.isVisible()
    page.queue.pane.notice.primary.click()
    qtbot.waitUntil(lambda: page.queue.pane.state == "content")
    qtbot.waitUntil(lambda: all(tile.value is not None for tile in page.tiles.tiles) and rail.pill.isVisible())
    assert any(tab.count for tab in page.queue.tabs.tabs)


def test_an_alert_that_cannot_be_read_offers_nothing_of_the_one_before_it(
    qtbot: QtBot, desk: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = alerts(desk)

    def damaged(*_arguments: object) -> object:
        raise StoreDamaged("book.bellwether is damaged.")

    wanted: list[int] = []
    page.wants_email.connect(lambda customer, _alert: wanted.append(customer))
    with monkeypatch.context() as patched:
        patched.setattr("views.alerts.questions.detail", damaged)
        page.queue.view.step(1)
        qtbot.waitUntil(lambda: page.detail_state.state == "error")
    assert page.detail_state.notice.heading.text() == "This customer could not be loaded"
    assert page.actions_pane.detail is None and page.detail.detail is None
    assert not page.actions_pane.draft.isVisible() and not page.actions_pane.heading.isVisible()
    page.actions_pane.draft.click()
    press(Qt.Key.Key_D)
    desk.window.show_page("outbox")
    desk.window.show_page("alerts")
    assert not wanted and not desk.window.actions_registry[Command.DRAFT].isEnabled()
    page.detail_state.notice.primary.click()
    qtbot.waitUntil(lambda: page.detail_state.state == "content")
    current = page.queue.view.current
    assert current is not None and page.actions_pane.detail is not None
    assert page.actions_pane.detail.alert.id == current.id and page.actions_pane.draft.isEnabled()


def test_while_an_alert_is_waited_for_the_actions_of_the_one_before_it_are_gone(
    qtbot: QtBot, desk: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, read, go_on = alerts(desk), questions.detail, Event()

    def slow(*asked: Any) -> object:
        assert go_on.wait(60)
        return read(*asked)

    monkeypatch.setattr("views.alerts.questions.detail", slow)
    page.queue.view.step(1)
    qtbot.waitUntil(lambda: page.detail_state.state == "skeleton")
    assert page.actions_pane.detail is None and not page.actions_pane.draft.isVisible()
    go_on.set()
    qtbot.waitUntil(lambda: page.detail_state.state == "content")
    assert page.actions_pane.detail == page.detail.detail and page.actions_pane.draft.isVisible()


def test_a_key_pressed_before_the_next_detail_has_come_is_not_lost(
    qtbot: QtBot, desk: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, detail, next_detail = alerts(desk), questions.detail, Event()
    first = page.queue.view.current
    assert first is not None

    def slow_detail(workspace: Workspace, alert_id: int, *asked: Any) -> object:
        assert alert_id == first.id or next_detail.wait(60)
        return detail(workspace, alert_id, *asked)

    monkeypatch.setattr("views.alerts.questions.detail", slow_detail)
    press(Qt.Key.Key_R)
    act(qtbot, desk, lambda: press(Qt.Key.Key_2))
    current = page.queue.view.current
    assert current is not None and current.id != first.id
    press(Qt.Key.Key_S)
    assert isinstance(panel(desk), ChoicePanel)
    next_detail.set()
    act(qtbot, desk, lambda: press(Qt.Key.Key_2))
    assert (state_of(desk.book.workspace, first.id), state_of(desk.book.workspace, current.id)) == (
        "resolved",
        "snoozed",
    )


@pytest.mark.parametrize("morning", (False, True))
def test_keys_pressed_one_right_after_the_other_are_each_for_the_next_alert(
    qtbot: QtBot, desk: Desktop, morning: bool
) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    if morning:
        page.morning.begin()
    order = [open_alert.id for open_alert in page.queue.model.open_alerts()]
    assert page.queue.view.current is not None and page.queue.view.current.id == order[0]
    for key in (Qt.Key.Key_R, Qt.Key.Key_2, Qt.Key.Key_S, Qt.Key.Key_2, Qt.Key.Key_J):
        press(key)
    current = page.queue.view.current
    assert current is not None and current.id == order[3]
    qtbot.waitUntil(lambda: state_of(workspace, order[1]) == "snoozed")
    qtbot.waitUntil(lambda: page.queue.model.row_of(order[1]) < 0 and not page._desk.waiting("queue"))
    assert state_of(workspace, order[0]) == "resolved" and state_of(workspace, order[2]) in ("open", "seen")
    current = page.queue.view.current
    assert current is not None and current.id == order[3]


def test_an_empty_tab_says_what_is_next(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    page.queue.tabs._pick("waiting")
    qtbot.waitUntil(lambda: page.queue.pane.state == "empty")
    assert page.queue.pane.notice.heading.text() == "No alerts are waiting on a customer"
    assert not desk.window.actions_registry[Command.SNOOZE].isEnabled()


def test_sizes_of_the_panes_are_remembered(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    page.arrangement.splitter.resized.emit("alerts", (400, 700, 340))
    assert desk.remembered.value.splitters["alerts"] == (400, 700, 340)


def test_the_clock_of_the_tests_stands_still(desk: Desktop) -> None:
    assert desk.book.workspace.clock.now() == datetime(2026, 11, 19, 9, 0, tzinfo=UTC)


def test_the_header_has_the_person_and_copies_the_number(desk: Desktop) -> None:
    page = alerts(desk)
    detail = page.detail.detail
    assert detail is not None and detail.person is not None
    assert detail.person.name in page.detail.person.who.words and detail.person.phone in page.detail.person.who.words
    said = page.detail.person.lately.words + page.detail.person.business.words
    assert all(fact.figure in said for fact in detail.person.facts)
    page.detail.person.copy_phone.click()
    assert QGuiApplication.clipboard().text() == detail.person.phone
    assert desk.window.toast.words == f"Copied {detail.person.phone}"


def reachable(qtbot: QtBot, desk: Desktop) -> int:
    """Make an alert current whose customer has a number, and return its id."""
    page = alerts(desk)
    for open_alert in page.queue.model.open_alerts():
        detail = insight.alert_detail(desk.book.workspace, open_alert.id)
        if detail is not None and detail.approach is not None and detail.approach.phone:
            page.queue.view.set_current(open_alert.id)
            qtbot.waitUntil(lambda: page.actions_pane.detail is not None and page.actions_pane.call.isVisible())
            return open_alert.id
    raise AssertionError("nobody has a number")


def test_one_key_records_how_a_call_went_and_one_undo_takes_it_back(qtbot: QtBot, desk: Desktop) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    first = reachable(qtbot, desk)
    assert (
        page.actions_pane.outcomes.isVisible() and page.actions_pane.outcomes.heading.text() == "How did the call go?"
    )
    press(Qt.Key.Key_2)
    changes = act(qtbot, desk, lambda: press(Qt.Key.Key_Return))
    assert "left a voicemail" in changes.words
    assert state_of(workspace, first) == "snoozed"
    assert page.queue.view.current is not None and page.queue.view.current.id != first
    act(qtbot, desk, lambda: QTest.keyClick(desk.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier))
    assert state_of(workspace, first) in ("open", "seen")


def test_calling_copies_the_number_and_a_reached_customer_waits_for_a_reply(qtbot: QtBot, desk: Desktop) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    first = reachable(qtbot, desk)
    detail = page.detail.detail
    press(Qt.Key.Key_C)
    assert detail is not None and detail.approach is not None
    assert QGuiApplication.clipboard().text() == detail.approach.phone
    press(Qt.Key.Key_1)
    act(qtbot, desk, lambda: press(Qt.Key.Key_Return))
    assert state_of(workspace, first) == "waiting"
    assert page.queue.view.current is not None and page.queue.view.current.id != first


def test_an_email_right_after_a_call_asks_whom_it_is_for(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    wanted: list[tuple[int, int]] = []
    page.wants_email.disconnect()
    page.wants_email.connect(lambda customer, alert: wanted.append((customer, alert)))
    first = reachable(qtbot, desk)
    called = page.queue.view.current
    assert called is not None and called.id == first
    press(Qt.Key.Key_1)
    act(qtbot, desk, lambda: press(Qt.Key.Key_Return))
    following = page.queue.view.current
    assert following is not None and following.id != first
    qtbot.waitUntil(lambda: page.actions_pane.detail is not None and page.actions_pane.detail.alert.id == following.id)
    page._draft()
    asked = panel(desk)
    assert isinstance(asked, ChoicePanel) and wanted == []
    assert [choice.words for choice in asked.choices] == [called.customer, following.customer]
    press(Qt.Key.Key_1)
    assert wanted == [(called.customer_id, first)]
    page._step(1)
    page._draft()
    current = page.queue.view.current
    assert current is not None and wanted[1:] == [(current.customer_id, current.id)]


def test_an_email_after_a_call_and_another_action_is_for_the_current_alert(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    wanted: list[tuple[int, int]] = []
    page.wants_email.disconnect()
    page.wants_email.connect(lambda customer, alert: wanted.append((customer, alert)))
    reachable(qtbot, desk)
    press(Qt.Key.Key_1)
    act(qtbot, desk, lambda: press(Qt.Key.Key_Return))
    press(Qt.Key.Key_T)
    act(qtbot, desk, lambda: press(Qt.Key.Key_Return))
    page._draft()
    current = page.queue.view.current
    assert current is not None and wanted == [(current.customer_id, current.id)]


def test_an_action_on_ticked_alerts_leaves_the_current_one_current(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    order = [open_alert.id for open_alert in page.queue.model.open_alerts()]
    for alert_id in order[1:3]:
        page.queue.model.tick(page.queue.model.row_of(alert_id))
    press(Qt.Key.Key_R)
    act(qtbot, desk, lambda: press(Qt.Key.Key_2))
    current = page.queue.view.current
    assert current is not None and current.id == order[0]


def test_letters_after_a_calls_outcome_are_a_note_and_no_commands(qtbot: QtBot, desk: Desktop) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    first = reachable(qtbot, desk)
    press(Qt.Key.Key_1)
    field = panel(desk).findChild(QLineEdit)
    assert field is not None and QApplication.focusWidget() is field
    QTest.keyClicks(field, "normally 3 tins")
    assert page.queue.view.current is not None and page.queue.view.current.id == first
    customer = page.queue.view.current.customer_id
    act(qtbot, desk, lambda: press(Qt.Key.Key_Return))
    assert customer is not None and state_of(workspace, first) == "waiting"
    row = next(r for r in insight.timeline(workspace, customer).rows if r.kind == "conversation")
    assert row.rest.endswith("called, reached them: normally 3 tins")


def test_esc_leaves_the_note_on_a_call_and_logs_nothing(qtbot: QtBot, desk: Desktop) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    first = reachable(qtbot, desk)
    customer = page.queue.view.current.customer_id if page.queue.view.current is not None else None
    assert customer is not None
    press(Qt.Key.Key_3)
    QTest.keyClicks(QApplication.focusWidget(), "rang twice")
    press(Qt.Key.Key_Escape)
    assert not [one for one in desk.window.findChildren(Overlay) if one.isVisible()]
    assert page.queue.view.current is not None and page.queue.view.current.id == first
    press(Qt.Key.Key_2)
    act(qtbot, desk, lambda: press(Qt.Key.Key_Return))
    rows = [r.rest for r in insight.timeline(workspace, customer).rows if "called, " in r.rest]
    assert len(rows) == 1 and rows[0].endswith("called, left a voicemail")


def test_a_call_is_logged_with_its_note_by_a_click_elsewhere(qtbot: QtBot, desk: Desktop) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    reachable(qtbot, desk)
    customer = page.queue.view.current.customer_id if page.queue.view.current is not None else None
    assert customer is not None
    press(Qt.Key.Key_3)
    QTest.keyClicks(QApplication.focusWidget(), "rang twice")
    act(qtbot, desk, partial(QTest.mouseClick, page.detail, Qt.MouseButton.LeftButton))
    row = next(r for r in insight.timeline(workspace, customer).rows if r.kind == "conversation")
    assert row.rest.endswith("called, no answer: rang twice")


def test_a_call_is_logged_with_its_note_when_the_window_is_closed(qtbot: QtBot, desk: Desktop) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    reachable(qtbot, desk)
    customer = page.queue.view.current.customer_id if page.queue.view.current is not None else None
    assert customer is not None
    press(Qt.Key.Key_1)
    QTest.keyClicks(QApplication.focusWidget(), "wants more tins")
    assert desk.window.close()
    row = next(r for r in insight.timeline(workspace, customer).rows if r.kind == "conversation")
    assert row.rest.endswith("called, reached them: wants more tins")


def test_without_a_number_a_call_is_logged_and_a_number_can_be_added(qtbot: QtBot, desk: Desktop) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    open_alert = reachable(qtbot, desk)
    with connect(workspace.recipe.store) as book:
        book.execute("UPDATE customers SET phone = NULL")
        book.execute("UPDATE contacts SET phone = NULL")
        book.commit()
    page.renew(Changes(everyone=True))
    pane = page.actions_pane
    qtbot.waitUntil(lambda: pane.call.isHidden())
    assert pane.outcomes.isVisible() and pane.outcomes.heading.text() == "Log a call"
    assert all(button.isEnabled() for button in pane.outcomes.buttons.values())
    assert page.context.actions[Command.ADD_PHONE].isEnabled() and pane.outcomes.add_phone.isVisible()
    pane.outcomes.add_phone.click()
    press(Qt.Key.Key_Return)
    form = cast(FormPanel, panel(desk))
    assert form.fault.isVisible()
    QTest.keyClicks(QApplication.focusWidget(), "after 5 pm")
    press(Qt.Key.Key_Return)
    assert form.isVisible() and form.fault.text().startswith("Not a number that can be called. Enter 6 to 15 digits")
    cast(QLineEdit, QApplication.focusWidget()).clear()
    QTest.keyClicks(QApplication.focusWidget(), "+1 303 555 0199")
    assert not form.fault.isVisible()
    act(qtbot, desk, lambda: press(Qt.Key.Key_Return))
    qtbot.waitUntil(pane.call.isVisible)
    assert "+1 303 555 0199" in pane.call.text() and not pane.outcomes.add_phone.isVisible()
    act(qtbot, desk, desk.book.undo)
    qtbot.waitUntil(pane.call.isHidden)
    press(Qt.Key.Key_3)
    act(qtbot, desk, lambda: press(Qt.Key.Key_Return))
    assert state_of(workspace, open_alert) == "snoozed"


def test_a_meeting_is_kept_as_a_task_and_opens_in_the_calendar(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    opened: list[Path] = []
    page.triage.open_link = lambda url: opened.append(Path(url.toLocalFile())) or True  # type: ignore[func-returns-value]
    press(Qt.Key.Key_M)
    form = cast(FormPanel, panel(desk))
    act(qtbot, desk, form._sent)
    qtbot.waitUntil(lambda: bool(opened))
    assert "BEGIN:VEVENT" in opened[0].read_text(encoding="utf-8")
    qtbot.waitUntil(
        lambda: any(item.title.startswith("Meeting with") for item in page.actions_pane.detail.open_work)  # type: ignore[union-attr]
    )


def test_no_primary_button_leads_to_a_wall(qtbot: QtBot, desk: Desktop) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    for row in insight.queue(workspace, beyond_budget=True).rows:
        detail = insight.alert_detail(workspace, row.id)
        assert detail is not None
        if detail.approach is None or detail.permission is None:
            continue
        page.actions_pane.show_detail(detail)
        pane = page.actions_pane
        primary = [one for one in (pane.call, pane.draft, pane.consent) if one.is_primary and not one.isHidden()]
        assert len(primary) <= 1
        if pane.draft in primary:
            assert detail.permission.allowed
        if not detail.permission.allowed:
            assert pane.no_email.text()
        page.actions_pane.show_detail(replace(detail, recommendation=None, approach=None))
        assert not pane.draft.is_primary, "what is not known to be allowed is not offered first"


@pytest.mark.parametrize("size", [(1366, 768), (1100, 660)])
def test_no_word_of_a_suggestion_is_cut(qtbot: QtBot, desk: Desktop, size: tuple[int, int]) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    desk.window.resize(*size)
    pane, several_lines = page.actions_pane, 0
    for row in insight.queue(workspace, beyond_budget=True).rows:
        detail = insight.alert_detail(workspace, row.id)
        assert detail is not None
        pane.show_detail(detail)
        if pane.why_button.isVisible():
            pane.why_button.click()
        for words in (pane.title, pane.why):
            if words.isVisible():
                qtbot.waitUntil(lambda words=words: words.height() >= words.heightForWidth(words.width()))  # type: ignore[misc]
                several_lines += words.height() > 60
        pane.why_button.click()
    assert several_lines


@pytest.mark.parametrize("size", [(1440, 900), (1366, 768), (960, 560), (760, 460)])
def test_the_title_of_the_rhythm_is_never_cut(qtbot: QtBot, desk: Desktop, size: tuple[int, int]) -> None:
    """960 × 560 is what 1440 × 900 at 150 % leaves."""
    title = alerts(desk).detail.rhythm_title
    desk.window.resize(*size)
    qtbot.waitUntil(lambda: title.width() >= title.sizeHint().width())


def test_the_number_to_call_is_never_cut_and_the_hours_stand_below(desk: Desktop) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    desk.window.resize(1366, 768)
    pane, with_hours = page.actions_pane, 0
    for row in insight.queue(workspace, beyond_budget=True).rows:
        detail = insight.alert_detail(workspace, row.id)
        assert detail is not None
        pane.show_detail(detail)
        if detail.approach is None or not detail.approach.phone:
            continue
        assert pane.call.text() == f"Call {detail.approach.phone}"
        assert pane.when.isHidden() == (not detail.approach.when)
        with_hours += bool(detail.approach.when and pane.when.text() == f"When: {detail.approach.when}")
    assert with_hours


def test_when_to_call_is_read_again_once_its_hours_have_ended(qtbot: QtBot, desk: Desktop) -> None:
    page, book, pane = alerts(desk), desk.book, alerts(desk).actions_pane
    for row in page.queue.model.open_alerts():
        detail = insight.alert_detail(book.workspace, row.id)
        if detail is not None and detail.approach is not None and detail.approach.when.startswith("before"):
            break
    assert detail is not None and detail.approach is not None and detail.approach.until is not None
    page.queue.view.set_current(detail.alert.id)
    qtbot.waitUntil(lambda: pane.detail is not None and pane.detail.alert.id == detail.alert.id)
    before = pane.when.text()
    for moment, changes in ((detail.approach.until - timedelta(minutes=1), False), (detail.approach.until, True)):
        book._workspace = replace(book.workspace, clock=FixedClock(moment))
        page._minute.timeout.emit()
        qtbot.waitUntil(lambda: not (page._desk.waiting("queue") or page._desk.waiting("detail")))
        assert (pane.when.text() != before) == changes
    now = insight.alert_detail(book.workspace, detail.alert.id)
    assert now is not None and now.approach is not None and now.approach.until is not None
    assert pane.when.text() == f"When: {now.approach.when}" and now.approach.until > detail.approach.until


def test_the_morning_goes_through_the_queue_one_customer_at_a_time(qtbot: QtBot, desk: Desktop) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    open_alerts = [open_alert for open_alert in page.queue.model.open_alerts() if open_alert.group in ("hour", "today")]
    assert len(open_alerts) > 2
    press(Qt.Key.Key_J)
    QTest.keyClick(page.queue.view, Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    assert (
        page.morning.active and page.morning.isVisible() and not page.queue.isVisible() and not page.tiles.isVisible()
    )
    assert page.queue.view.current is not None and page.queue.view.current.id == open_alerts[0].id
    assert f"1 of {len(open_alerts)}" in page.morning.words.text()
    press(Qt.Key.Key_J)
    assert page.queue.view.current.id == open_alerts[1].id
    press(Qt.Key.Key_K)
    press(Qt.Key.Key_K)
    assert page.queue.view.current.id == open_alerts[0].id
    qtbot.waitUntil(lambda: page.detail.detail is not None and page.detail.detail.alert.id == open_alerts[0].id)
    press(Qt.Key.Key_R)
    act(qtbot, desk, lambda: press(Qt.Key.Key_2))
    assert state_of(workspace, open_alerts[0].id) == "resolved"
    qtbot.waitUntil(lambda: page.queue.view.current is not None and page.queue.view.current.id == open_alerts[1].id)
    qtbot.waitUntil(lambda: "1 handled" in page.morning.words.text())
    press(Qt.Key.Key_S)
    act(qtbot, desk, lambda: press(Qt.Key.Key_2))
    qtbot.waitUntil(lambda: page.queue.view.current is not None and page.queue.view.current.id == open_alerts[2].id)
    qtbot.waitUntil(lambda: not page._desk.waiting("queue"))
    assert "1 handled" in page.morning.words.text()
    for _ in open_alerts[1:]:
        page.morning.step(1)
    assert page.morning.over and page.detail_state.state == "empty"
    assert page.detail_state.notice.heading.text() == "Your morning is done"
    said = page.detail_state.notice.words.text()
    assert said.startswith(f"{len(open_alerts)} alerts: 1 handled, 1 snoozed, ")
    assert ("Handled alerts: $" in said and said.endswith(" at stake.")) or open_alerts[0].kind != "risk"
    progress = insight.day_progress(workspace)
    assert progress.words in page.day.words.text()
    assert sum(progress.done.values()) == 0 or progress.words.split(" · ")[1] in said
    page.detail_state.notice.primary.click()
    assert not page.morning.active and page.queue.isVisible() and page.tiles.isVisible()


def test_the_morning_can_be_left_at_any_time(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    page.morning.begin()
    page.morning.step(1)
    current = page.queue.view.current
    press(Qt.Key.Key_Escape)
    assert not page.morning.active and page.queue.isVisible()
    assert page.queue.view.current == current and page.queue.view.hasFocus()


def test_the_days_progress_stands_beside_the_tiles(qtbot: QtBot, desk: Desktop) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    before = insight.day_progress(workspace)
    assert before.handled == 0 and page.day.words.text() == before.words
    press(Qt.Key.Key_R)
    act(qtbot, desk, lambda: press(Qt.Key.Key_2))
    qtbot.waitUntil(lambda: page.day.words.text().startswith("Handled today 1 of"))
    press(Qt.Key.Key_S)
    act(qtbot, desk, lambda: press(Qt.Key.Key_2))
    after = insight.day_progress(workspace)
    assert (after.handled, len(after.snoozed), after.of) == (1, 1, before.of - 1)
    qtbot.waitUntil(lambda: page.day.words.text().endswith(" · 1 snoozed"))


def test_the_walk_ends_where_its_queue_would_change(qtbot: QtBot, desk: Desktop) -> None:
    page, actions = alerts(desk), desk.window.page("alerts").context.actions
    page.morning.begin()
    actions[Command.FILTER].trigger()
    assert not page.morning.active and page.queue.isVisible() and page.queue.filter_bar.field.hasFocus()
    page.morning.begin()
    assert page.morning.active
    desk.window.show_page("alerts/in_time")
    qtbot.waitUntil(lambda: not page._desk.waiting("queue") and page.queue.tab == "done")
    assert not page.morning.active and page.queue.isVisible()
    assert page.detail_state.state != "empty" or page.detail_state.notice.heading.text() == "No alert selected"


def test_a_tile_of_another_page_lists_the_same_each_time(qtbot: QtBot, desk: Desktop) -> None:
    page = alerts(desk)
    for _ in range(2):
        desk.window.show_page("alerts/in_time")
        qtbot.waitUntil(lambda: not page._desk.waiting("queue"))
        assert (page.queue.tab, page.queue.filter) == questions.filter_of_tile("in_time")


def test_a_consent_is_recorded_only_where_none_is_on_record_and_with_who_is_written_to(
    qtbot: QtBot, desk: Desktop
) -> None:
    page, workspace = alerts(desk), desk.book.workspace
    record = page.context.actions[Command.RECORD_CONSENT]
    rows = insight.queue(workspace, beyond_budget=True).rows
    details = [detail for row in rows if (detail := insight.alert_detail(workspace, row.id)) and detail.approach]
    by_can = {detail.approach.can_consent: detail for detail in details if detail.approach}
    enable(page.context.actions, by_can[False].alert, by_can[False])
    assert not record.isEnabled()
    enable(page.context.actions, by_can[True].alert, by_can[True])
    assert record.isEnabled()
    open_alert = by_can[True].alert
    assert open_alert.customer_id is not None
    add_contact(workspace, open_alert.customer_id, {"name": "Lee Pike", "email": "lee@pike.example"})
    driver = connect(workspace.store.path)
    driver.execute("UPDATE customers SET email = NULL WHERE id = ?", (open_alert.customer_id,))
    driver.execute(
        "UPDATE contacts SET is_primary = (name = 'Lee Pike') WHERE customer_id = ?", (open_alert.customer_id,)
    )
    driver.commit()
    page.triage.consent(open_alert, page.queue)
    qtbot.waitUntil(lambda: any(one.isVisible() for one in desk.window.findChildren(Overlay)))
    form = cast(FormPanel, panel(desk))
    how = form.findChild(QLineEdit)
    assert how is not None
    how.setText("on the phone")
    act(qtbot, desk, form._sent)
    kept = driver.execute("SELECT email_consent FROM contacts WHERE name = 'Lee Pike'").fetchone()
    driver.close()
    assert kept[0] == "given"


def test_a_narrow_header_cuts_neither_titles_nor_figures_of_its_facts(qtbot: QtBot, theme: Theme) -> None:
    line = FactLine(theme)
    qtbot.addWidget(line)
    line.tell([HeaderFact("Last conversation", "13 Nov", ": chat from them, “Please close our account today.”"),
               HeaderFact("Last email", "1 Nov", ", “Something new for the coming season”, opened")])  # fmt: skip
    line.resize(430, line.sizeHint().height())
    line.show()
    for one, kept in zip(line.findChildren(RunLine), ("Last conversation 13 Nov", " · Last email 1 Nov"), strict=True):
        assert one.width() >= fonts.width(kept, fonts.SMALL) and one.toolTip().startswith(kept)
