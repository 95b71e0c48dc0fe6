"""The window: pages, first start, search, undo, keys, themes, preferences, faults."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from models.values.changes import Changes
from models.values.errors import UserError
from services.book.files import Library
from services.settings import load_preferences
from services.workspace import Workspace
from tests.views.books import opened
from tests.views.conftest import OpenWindow
from tests.views.halting import Halting, after_a_file, anywhere
from views.actions import SPECS, Command
from views.alerts.page import AlertsPage
from views.background import Failed
from views.shell.key_help import KeyHelp
from views.shell.pages import PAGES
from views.shell.whole import Whole
from views.shell.window import SMALLEST, MainWindow
from views.theme import ThemeChoice


def settled(qtbot: QtBot, window: MainWindow) -> AlertsPage:
    page = cast(AlertsPage, window.page("alerts"))
    qtbot.waitUntil(lambda: page.detail.detail is not None)
    qtbot.waitUntil(lambda: window._freshness is not None)
    return page


def test_an_empty_book_says_what_to_do_and_shows_nothing_else(
    qtbot: QtBot, open_window: OpenWindow, empty: Workspace
) -> None:
    window = open_window(empty).window
    qtbot.waitUntil(window.first_start.isVisible)
    assert not window.rail.isVisible()
    assert not window.top_bar.isVisible()
    assert window.first_start.choose.hasFocus()
    window.resize(*SMALLEST)
    window.grab()


def test_the_sample_book_fills_the_queue(qtbot: QtBot, open_window: OpenWindow, empty: Workspace) -> None:
    store = empty.store.path
    window = open_window(empty, library=Library(store.with_name("own.bellwether"), store)).window
    qtbot.waitUntil(lambda: window.sample.run is not None)
    assert window.sample.run is not None
    with qtbot.waitSignal(window.sample.run.ended):
        pass
    page = cast(AlertsPage, window.page("alerts"))
    qtbot.waitUntil(lambda: len(page.queue.model.open_alerts()) >= 25)
    assert not window.first_start.isVisible()
    qtbot.waitUntil(lambda: window.rail.button("alerts").pill.isVisible())


def test_making_the_sample_book_can_be_cancelled(qtbot: QtBot, open_window: OpenWindow, empty: Workspace) -> None:
    window = open_window(empty).window
    qtbot.waitUntil(window.first_start.isVisible)
    window.sample.open()
    run = window.sample.run
    assert run is not None
    with qtbot.waitSignal(run.ended):
        window.first_start.cancelled.emit()
    assert window.first_start.isVisible()
    assert window.first_start.zone.isVisible()


def test_freshness_and_criticals_stand_around_every_page(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    window = open_window(sample).window
    settled(qtbot, window)
    assert window.top_bar._words.text().startswith("Data through")
    assert window.rail.button("alerts").pill.isVisible()
    assert window.windowTitle() == "Alerts – My book – Bellwether"


def test_a_search_opens_the_customer(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    window = open_window(sample).window
    page = settled(qtbot, window)
    alert = page.queue.model.open_alerts()[0]
    QTest.keyClick(page.queue.view, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.search.hasFocus()
    QTest.keyClicks(window.search, alert.customer.split()[0])
    qtbot.waitUntil(lambda: window.search.results.isVisible() and bool(window.search.results.rows))
    window.grab()
    with qtbot.waitSignal(window.search.picked) as picked:
        window.search.picked.disconnect(window.show_customer)
        QTest.keyClick(window.search, Qt.Key.Key_Return)
    assert picked.args[0] in {row.customer.id for row in window.search.results.rows if row.customer is not None}


def test_enter_never_opens_what_was_found_for_other_words(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    window = open_window(sample).window
    page = settled(qtbot, window)
    QTest.keyClick(page.queue.view, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(window.search, page.queue.model.open_alerts()[0].customer.split()[0])
    qtbot.waitUntil(lambda: window.search.results.isVisible() and bool(window.search.results.rows))
    QTest.keyClicks(window.search, "zzzz")
    with qtbot.assertNotEmitted(window.search.picked):
        QTest.keyClick(window.search, Qt.Key.Key_Return)
        QTest.keyClick(window.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.search.results.rows == ())


def test_escape_leaves_the_search_for_where_the_focus_was(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    window = open_window(sample).window
    page = settled(qtbot, window)
    QTest.keyClick(page.queue.view, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(window.search, "zzzz")
    qtbot.waitUntil(lambda: window.search.results.isVisible())
    assert window.search.results.rows == ()
    QTest.keyClick(window.search, Qt.Key.Key_Escape)
    assert page.queue.view.hasFocus()
    assert not window.search.results.isVisible()


def test_undo_with_nothing_to_undo_is_said_in_a_sentence(
    qtbot: QtBot, open_window: OpenWindow, empty: Workspace
) -> None:
    desk = open_window(empty)
    with qtbot.waitSignal(desk.book.failed):
        desk.book.undo()
    assert desk.window.toast.words.startswith("There is nothing to undo")


def test_all_keys_are_shown_for_a_question_mark(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    window = open_window(sample).window
    page = settled(qtbot, window)
    for size in ((1440, 900), (1366, 768), SMALLEST):
        window.resize(*size)
        settled(qtbot, window)
        page.queue.view.setFocus()
        QTest.keyClicks(page.queue.view, "?")
        shown = [one for one in window.findChildren(KeyHelp) if one.isVisible()]
        assert len(shown) == 1
        assert window.rect().contains(shown[0].geometry())
        window.grab()
        labels = shown[0].findChildren(QLabel)
        assert [one.text() for one in labels if one.size() != one.size().expandedTo(one.minimumSizeHint())] == []
        QTest.keyClicks(shown[0], "?")
        assert page.queue.view.hasFocus()


def test_every_command_is_in_the_menu(open_window: OpenWindow, sample: Workspace) -> None:
    window = open_window(sample).window
    window.rail.logo.menu().aboutToShow.emit()
    inner = [action.menu() for action in window.rail.logo.menu().actions() if action.menu()]
    listed = {action.text().partition("\t")[0] for menu in inner for action in menu.actions()}  # type: ignore[attr-defined]
    assert {spec.text for spec in SPECS.values()} <= listed


def test_a_theme_that_is_chosen_is_worn_at_once(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    desk = open_window(sample)
    settled(qtbot, desk.window)
    light = desk.window.grab().toImage().pixelColor(900, 20)
    desk.remembered.set(theme="dark")
    assert desk.theme.dark
    dark = desk.window.grab().toImage().pixelColor(900, 20)
    desk.theme.choose(ThemeChoice.LIGHT)
    assert light.lightness() > 200 > 60 > dark.lightness()


def test_preferences_are_saved_and_a_second_window_looks_like_the_first(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "preferences.json"
    desk = open_window(sample, path=path, size=(1200, 760))
    settled(qtbot, desk.window)
    desk.remembered.set_splitter("alerts", (350, 500, 320))
    desk.window.close()
    kept = load_preferences(path).preferences
    assert kept.splitters["alerts"] == (350, 500, 320)
    assert kept.last_page == "alerts"
    again = opened(sample.store.path)
    second = open_window(again, preferences=kept, size=(1200, 760))
    assert second.window.current_key == "alerts"
    second.window.close()
    again.close()


def test_a_dropped_file_goes_to_the_data_page(
    qtbot: QtBot, open_window: OpenWindow, empty: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(empty).window
    taken: list[list[Path]] = []
    monkeypatch.setattr(window, "take_files", lambda paths: taken.append(list(paths)))
    file = tmp_path / "orders.csv"
    file.write_text("id\n1\n", encoding="utf-8")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), copy, mime, left, none)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    assert window.first_start.zone.over
    window.dropEvent(QDropEvent(QPointF(9, 9), copy, mime, left, none))
    assert taken == [[file]]
    assert not window.first_start.zone.over


def test_text_that_is_dropped_is_not_taken(open_window: OpenWindow, empty: Workspace) -> None:
    window = open_window(empty).window
    mime = QMimeData()
    mime.setText("hello")
    enter = QDragEnterEvent(
        QPoint(9, 9), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    enter.ignore()
    window.dragEnterEvent(enter)
    assert not enter.isAccepted()


def test_a_fault_is_a_sentence_and_never_a_traceback(open_window: OpenWindow, sample: Workspace) -> None:
    window = open_window(sample).window
    window.tell_failure(Failed(UserError("Choose a day after today.")))
    assert window.toast.words == "Choose a day after today."
    window.tell_failure(Failed(KeyError("secret")))
    assert "secret" not in window.toast.words


def test_changes_from_elsewhere_reach_every_page(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    desk = open_window(sample)
    page = settled(qtbot, desk.window)
    desk.window.actions_registry[Command.RELOAD].trigger()
    assert page._desk.waiting("queue")
    qtbot.waitUntil(lambda: not page._desk.waiting("queue"))


def test_an_edit_is_scored_again_in_the_background(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    desk = open_window(sample)
    settled(qtbot, desk.window)
    told: list[bool] = []
    desk.book.renewing.connect(told.append)
    customer = insight_customer(sample)
    desk.book.renew(Changes(customers=frozenset({customer}), tables=frozenset({"customers"})))
    desk.book.renew(Changes(customers=frozenset({customer}), tables=frozenset({"orders"})))
    qtbot.waitUntil(lambda: told == [True, False, True, False])


def insight_customer(workspace: Workspace) -> int:
    from services import insight

    return insight.customers_page(workspace).rows[0].id


def test_a_note_changes_no_score(open_window: OpenWindow, sample: Workspace) -> None:
    desk = open_window(sample)
    desk.book.renew(Changes(tables=frozenset({"notes"})))
    assert desk.book._renewal is None


def test_a_window_below_its_smallest_size_scrolls(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    window = open_window(sample).window
    whole = window.centralWidget()
    assert isinstance(whole, Whole)
    window.resize(600, 400)
    qtbot.waitUntil(lambda: whole.horizontalScrollBar().maximum() > 0 and whole.verticalScrollBar().maximum() > 0)
    assert whole.widget().size().toTuple() == SMALLEST
    window.resize(*SMALLEST)
    qtbot.waitUntil(lambda: whole.horizontalScrollBar().maximum() == whole.verticalScrollBar().maximum() == 0)


def test_closing_over_an_import_asks_once_and_ends_what_runs(
    qtbot: QtBot, open_window: OpenWindow, empty: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_window(empty)
    run_job = desk.book.run
    monkeypatch.setattr(desk.book, "run", lambda job: run_job(Halting(job, anywhere)))
    window = desk.window
    qtbot.waitUntil(window.first_start.isVisible)
    window.sample.open()
    assert window.sample.run is not None
    with qtbot.waitSignal(window.sample.run.progress):
        pass
    assert not window.close()
    panel = window.closing.panel
    assert panel is not None and window.isVisible() and desk.background.working
    assert panel.stay.hasFocus()
    QTest.keyClick(panel.stay, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.closing.panel is None)
    assert desk.background.working
    window.close()
    panel = window.closing.panel
    assert panel is not None
    panel.leave.click()
    assert not window.isVisible() and desk.background.closed


def test_closing_asks_again_only_by_the_same_question(qtbot: QtBot, open_window: OpenWindow, empty: Workspace) -> None:
    window = open_window(empty).window
    qtbot.waitUntil(window.first_start.isVisible)
    window.sample.open()
    assert not window.close()
    assert window.close()


def test_a_sample_book_that_was_stopped_half_way_says_so(
    qtbot: QtBot, open_window: OpenWindow, empty: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_window(empty)
    run_job = desk.book.run
    monkeypatch.setattr(desk.book, "run", lambda job: run_job(Halting(job, after_a_file)))
    window = desk.window
    qtbot.waitUntil(window.first_start.isVisible)
    window.sample.open()
    run = window.sample.run
    assert run is not None
    run.progress.connect(lambda step: run.cancel() if after_a_file(step) else None)
    with qtbot.waitSignal(run.ended):
        pass
    assert "only partly loaded" in window.toast.words
    assert window.current_key == "alerts"
    qtbot.waitUntil(lambda: desk.book._renewal is None)


def test_the_name_of_who_works_is_known_at_once(open_window: OpenWindow, sample: Workspace) -> None:
    desk = open_window(sample)
    login = desk.book.workspace.person
    desk.remembered.set(me="Ines Marlow")
    desk.remembered.set(me="Ines Marlow-Pike")
    workspace = desk.book.workspace
    assert workspace.person == workspace.recipe.person == "Ines Marlow-Pike"
    assert {one.name for one in workspace.own_names} >= {login, "Ines Marlow", "Ines Marlow-Pike"}
    assert [one.name for one in desk.remembered.value.earlier_names] == ["", "Ines Marlow"]


def nameless(window: MainWindow) -> list[str]:
    """Kinds of the widgets that can have the focus now and that a screen reader has no name for."""
    return [
        type(widget).__name__
        for widget in window.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not (widget.accessibleName() or widget.property("text") or widget.focusProxy())
    ]


@pytest.mark.parametrize("key", [spec.key for spec in PAGES])
def test_every_widget_that_takes_the_focus_has_a_name(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, key: str
) -> None:
    desk = open_window(sample)
    desk.window.show_page(key)
    assert nameless(desk.window) == [], "before any answer"
    # Answers come one by one: looked at after each turn of the loop, as nobody knows in which order.
    found: list[str] = []

    def calm() -> bool:
        found.extend(nameless(desk.window))
        return desk.background.idle

    qtbot.waitUntil(calm)
    assert found == []


def test_tab_reaches_every_part(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    window = open_window(sample).window
    page = settled(qtbot, window)
    page.queue.view.setFocus()
    seen: set[QWidget] = set()
    for _ in range(80):
        focus = QApplication.focusWidget()
        assert focus is not None
        seen.add(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    for part in (page.queue.tabs, page.detail.list, page.detail.drivers, page.actions_pane.task, window.search):
        assert part in seen, part
