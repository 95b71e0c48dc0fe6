"""The palette: pages, customers and commands under one field; only what can act, the best first."""

from __future__ import annotations

from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from models.values.errors import UserError
from services.metrics.dashboards import the_dashboards
from services.settings import Preferences
from services.workspace import Workspace
from tests.views.books import opened
from tests.views.conftest import OpenWindow
from views.actions import SPECS, Command
from views.alerts.page import AlertsPage
from views.composer.page import ComposerPage
from views.desktop import Desktop
from views.insights.page import InsightsPage
from views.settings.page import SettingsPage
from views.settings.places import places
from views.shell import questions
from views.shell.offers import TABS, named_in
from views.shell.palette import Palette
from views.shell.ranking import rank
from views.shell.window import SMALLEST


@pytest.fixture
def desk(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> Desktop:
    made = open_window(sample)
    page = cast(AlertsPage, made.window.page("alerts"))
    qtbot.waitUntil(lambda: page.detail.detail is not None)
    page.queue.view.setFocus()
    return made


def begun(desk: Desktop) -> Palette:
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert desk.window.search.hasFocus()
    return desk.window.search


def answered(qtbot: QtBot, desk: Desktop, text: str) -> Palette:
    palette = desk.window.search
    palette.setText(text)
    qtbot.waitUntil(lambda: not palette._desk.waiting("search"))
    return palette


def titles(palette: Palette) -> list[str]:
    return [offer.title for offer in palette.results.rows]


def mistyped(words: str) -> str:
    """Two neighbours swapped inside the longest word."""
    word = max(words.replace("…", "").split(), key=len)
    at = next((n for n in range(1, len(word) - 1) if word[n] != word[n + 1]), 0)
    return words.replace(word, f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}", 1)


def test_it_opens_with_pages_and_what_can_be_done_here(desk: Desktop) -> None:
    palette = begun(desk)
    assert palette.results.isVisible()
    assert palette.results.headings == ["Pages", "Commands"]
    assert titles(palette)[:7] == ["Alerts", "Customers", "Outbox", "Insights", "Ask", "Data", "Settings"]
    assert {"Snooze", "Resolve", "Undo", "Keyboard shortcuts"} <= set(titles(palette))
    assert "Edit" not in titles(palette) and "Reopen" not in titles(palette)


def test_a_page_is_reached_by_its_first_letters(qtbot: QtBot, desk: Desktop) -> None:
    begun(desk)
    palette = answered(qtbot, desk, "sett")
    assert titles(palette)[0] == "Settings"
    QTest.keyClick(palette, Qt.Key.Key_Return)
    assert desk.window.current_key == "settings"
    assert not palette.results.isVisible() and palette.text() == ""


def test_a_command_runs_where_the_focus_was(qtbot: QtBot, desk: Desktop) -> None:
    page = cast(AlertsPage, desk.window.page("alerts"))
    before = page.queue.view.current
    begun(desk)
    palette = answered(qtbot, desk, "next list")
    assert titles(palette)[0] == "Next in the list"
    QTest.keyClick(palette, Qt.Key.Key_Return)
    assert page.queue.view.hasFocus()
    assert page.queue.view.current != before


def test_customers_come_from_the_book_and_open_on_their_page(qtbot: QtBot, desk: Desktop) -> None:
    page = cast(AlertsPage, desk.window.page("alerts"))
    name = page.queue.model.open_alerts()[0].customer
    begun(desk)
    palette = answered(qtbot, desk, name)
    assert palette.results.headings[0] == "Customers" and titles(palette)[0] == name
    QTest.keyClick(palette, Qt.Key.Key_Return)
    assert desk.window.current_key == "customers"


def test_a_mistyped_customer_is_found(qtbot: QtBot, desk: Desktop) -> None:
    name = cast(AlertsPage, desk.window.page("alerts")).queue.model.open_alerts()[0].customer
    word = max(name.split(), key=len)
    wrong = f"{word[:3]}{word[4]}{word[3]}{word[5:]}"
    begun(desk)
    assert name in titles(answered(qtbot, desk, wrong))


def test_enter_waits_for_the_books_answer(qtbot: QtBot, desk: Desktop) -> None:
    name = cast(AlertsPage, desk.window.page("alerts")).queue.model.open_alerts()[0].customer
    palette = begun(desk)
    with qtbot.waitSignal(palette.picked):
        palette.setText(name)
        QTest.keyClick(palette, Qt.Key.Key_Return)


def test_escape_gives_the_focus_back_and_empties_the_field(qtbot: QtBot, desk: Desktop) -> None:
    begun(desk)
    palette = answered(qtbot, desk, "sn")
    QTest.keyClick(palette, Qt.Key.Key_Escape)
    assert cast(AlertsPage, desk.window.page("alerts")).queue.view.hasFocus()
    assert palette.text() == "" and not palette.results.isVisible()


def test_the_arrows_move_and_the_moved_line_stays_lit_when_customers_come(qtbot: QtBot, desk: Desktop) -> None:
    palette = begun(desk)
    palette.setText("s")
    QTest.keyClick(palette, Qt.Key.Key_Down)
    lit = palette.results.lit
    qtbot.waitUntil(lambda: not palette._desk.waiting("search"))
    assert lit is not None and palette.results.lit is not None
    assert palette.results.lit.id == lit.id
    for _ in range(len(palette.results.rows)):
        QTest.keyClick(palette, Qt.Key.Key_Up)
    assert palette.results.lit.id == lit.id


def test_what_was_used_last_comes_first_in_this_run_and_the_next(
    qtbot: QtBot, desk: Desktop, open_window: OpenWindow, sample: Workspace
) -> None:
    begun(desk)
    palette = answered(qtbot, desk, "next pane")
    QTest.keyClick(palette, Qt.Key.Key_Return)
    begun(desk)
    assert palette.results.headings[0] == "Recent" and titles(palette)[0] == "Next pane"
    assert desk.remembered.value.recent_commands == ("NEXT_PANE",)
    palette.dismiss()
    again = opened(sample.store.path)
    kept = Preferences(recent_commands=("NEXT_PANE", "A_COMMAND_OF_ANOTHER_VERSION"))
    second = open_window(again, preferences=kept)
    second.window.search.begin(None)
    assert titles(second.window.search)[0] == "Next pane"
    second.window.close()
    again.close()


def test_every_command_is_offered_where_it_can_act(qtbot: QtBot, desk: Desktop) -> None:
    """Each is on some page; switched on here by hand, as the state that allows it may not be in the sample."""
    window, offered = desk.window, set[Command]()
    for key in ("alerts", "customers", "outbox", "insights", "data", "settings", "composer", "duplicates"):
        window.show_page(key)
        qtbot.waitUntil(lambda: desk.background.idle)
        for command in SPECS:
            window.actions_registry[command].setEnabled(True)
        offered |= set(window.search.offers.can_act())
    assert set(SPECS) - offered == {Command.SEARCH}


def test_every_section_of_settings_is_reached_by_its_name_and_by_one_mistyped(qtbot: QtBot, desk: Desktop) -> None:
    begun(desk)
    for place in places():
        for typed in (place.title, mistyped(place.title)):
            found = [offer.place for offer in answered(qtbot, desk, typed).results.rows]
            assert f"settings/{place.key}" in found, typed


def test_the_tabs_of_insights_are_reached_by_their_names(qtbot: QtBot, desk: Desktop) -> None:
    assert [*TABS.items()][:-1] == [(one.name, one.title) for one in the_dashboards()]
    for key, title in (("pipeline", "pipelin"), ("scores", "scores"), ("service", "Service")):
        begun(desk)
        palette = answered(qtbot, desk, title)
        found = [offer for offer in palette.results.rows if offer.place == f"insights/{key}"]
        assert found, title
        palette.went.emit(found[0].place)
        page = cast(InsightsPage, desk.window.page("insights"))
        qtbot.waitUntil(lambda page=page, key=key: page.tabs.current == key and page.isVisible())


@pytest.mark.parametrize(
    ("typed", "section", "field"),
    [
        ("mail serv", "mail", ""),
        ("smtp", "mail", ""),
        ("languag modle", "models", ""),
        ("dark", "look", ""),
        ("quiet hours", "emails", "quiet_hours.enabled"),
        ("automatic drafts", "emails", "auto_drafts.enabled"),
        ("discount", "scores", "churn_horizon_days"),
    ],
)
def test_a_section_of_settings_opens_with_the_focus_in_it(
    qtbot: QtBot, desk: Desktop, typed: str, section: str, field: str
) -> None:
    begun(desk)
    palette = answered(qtbot, desk, typed)
    assert palette.results.rows[0].place.startswith(f"settings/{section}")
    QTest.keyClick(palette, Qt.Key.Key_Return)
    page = cast(SettingsPage, desk.window.page("settings"))
    assert desk.window.current_key == "settings" and page.tabs.current == section
    focus = QApplication.focusWidget()
    assert page.isAncestorOf(focus)
    if field:
        made = next(group.inputs[field] for group in page.groups.values() if field in group.inputs)
        assert focus is made.field or made.isAncestorOf(focus)
    assert desk.remembered.value.recent_commands[0].startswith(f"settings/{section}")


def test_a_place_used_last_is_offered_in_the_next_run(
    desk: Desktop, open_window: OpenWindow, sample: Workspace
) -> None:
    again = opened(sample.store.path)
    second = open_window(again, preferences=Preferences(recent_commands=("settings/mail", "settings/gone", "UNDO")))
    second.window.search.begin(None)
    assert titles(second.window.search)[:2] == ["Mail server", "Undo"]
    second.window.close()
    again.close()


@pytest.mark.parametrize("typed", ["draft {}", "email to {}", "Wirte an email to {}", "mail {}"])
def test_an_email_is_asked_for_with_the_customers_name_mistyped(qtbot: QtBot, desk: Desktop, typed: str) -> None:
    alert = cast(AlertsPage, desk.window.page("alerts")).queue.model.open_alerts()[0]
    begun(desk)
    palette = answered(qtbot, desk, typed.format(mistyped(alert.customer)))
    assert palette.results.rows[0].title == f"Draft email to {alert.customer}"
    QTest.keyClick(palette, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.window.current_key == "composer")
    composer = cast(ComposerPage, desk.window.page("composer"))
    qtbot.waitUntil(lambda: composer.session is not None)
    assert composer.session is not None
    assert composer.session.composition.customer == alert.customer
    assert composer.session.composition.edit.alert_id is not None
    qtbot.waitUntil(lambda: desk.background.idle)


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("draft", ""),
        ("draft ", ""),
        ("draft email", ""),
        ("draft email to Tierney Brothers", "Tierney Brothers"),
        ("drfat tierny", "tierny"),
        ("Draper & Sons", ""),
        ("marlow pike", ""),
        ("", ""),
    ],
)
def test_whom_an_email_is_asked_for(text: str, whom: str) -> None:
    assert named_in(text) == whom


@pytest.mark.parametrize("command", [one for one in SPECS if one is not Command.SEARCH], ids=lambda one: one.name)
def test_every_command_fits_its_name_with_a_letter_swapped(command: Command) -> None:
    words = SPECS[command].text
    assert rank(mistyped(words), words) > 0


def test_a_question_mark_asks_the_book(qtbot: QtBot, desk: Desktop) -> None:
    palette = begun(desk)
    palette.setText("? revenue by owner")
    assert palette.results.headings == ["Ask"] and titles(palette) == ["revenue by owner"]
    qtbot.keyClick(palette, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.window.current_key == "ask")
    assert palette.offers.recent == []  # a question may name a customer: it is not kept


def test_a_click_on_a_line_picks_it(qtbot: QtBot, desk: Desktop) -> None:
    palette = begun(desk)
    with qtbot.waitSignal(palette.ran) as ran:
        QTest.mouseClick(palette.results, Qt.MouseButton.LeftButton, pos=palette.results.rect().topLeft() + _into(2))
    assert ran.args == [Command.SHOW_CUSTOMERS]


def test_a_book_that_cannot_be_read_is_said_and_pages_are_still_reached(
    qtbot: QtBot, desk: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_given: object) -> None:
        raise UserError("The book is locked.")

    monkeypatch.setattr(questions.insight, "search", locked)
    begun(desk)
    palette = answered(qtbot, desk, "zzzz")
    assert palette.results.rows == () and palette.results._nothing == "The book is locked."
    assert "Settings" in titles(answered(qtbot, desk, "sett"))


def test_it_fits_into_the_smallest_window(qtbot: QtBot, desk: Desktop) -> None:
    desk.window.resize(*SMALLEST)
    palette = begun(desk)
    assert desk.window.rect().contains(palette.results.geometry())
    for _ in range(len(palette.results.rows) - 1):
        QTest.keyClick(palette, Qt.Key.Key_Down)
    assert palette.results.lit == palette.results.rows[-1]
    desk.window.grab()


def _into(line: int) -> object:
    from PySide6.QtCore import QPoint

    return QPoint(40, 6 + 26 + (line - 1) * 34 + 17)
