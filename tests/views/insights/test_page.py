from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from models.values.changes import Changes
from models.values.errors import StoreBusy
from models.values.words import THIN
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.insights import made
from tests.views.insights.jobs import STEP, MadeCheck
from tests.views.insights.opened import insights
from views.actions import Command
from views.charts.table import ChartTable
from views.desktop import Desktop
from views.insights.check import CHECKED, STOPPED
from views.insights.page import InsightsPage
from views.insights.rooms import BookOfScores
from views.shell.window import SMALLEST

KEPT = Changes(tables=frozenset({"score_reports"}))


@pytest.fixture
def checked(sample: Workspace) -> Workspace:
    """The sample book with every report that the page can show."""
    made.keep_all(sample)
    return sample


@pytest.fixture
def unchecked(sample: Workspace) -> Workspace:
    """The sample book as it is before anything was worked out of it as a whole."""
    made.forget(sample)
    return sample


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Offer a check that does what a test says."""

    def offer(workspace: Workspace, **how: object) -> None:
        job = partial(MadeCheck, workspace.recipe, **how)  # type: ignore[arg-type]
        monkeypatch.setattr(BookOfScores, "checking", lambda _self: job())

    return offer


def settled(qtbot: QtBot, desk: Desktop) -> InsightsPage:
    qtbot.waitUntil(lambda: desk.background.idle)
    page = desk.window.page("insights")
    assert isinstance(page, InsightsPage)
    return page


def shown(page: InsightsPage) -> list[str]:
    return [panel.title for panel in page.scores.panels if panel.isVisible()]


def test_the_verdict_comes_first_in_words(qtbot: QtBot, open_window: OpenWindow, checked: Workspace) -> None:
    page = insights(qtbot, open_window(checked))
    band = page.scores.band
    assert page.state.state == "content"
    assert band.bold.text() == "Yes, off by 1 point on average."
    assert band.rest.text().startswith("The model ranks a customer who leaves above one who stays 87")
    assert band.used.text() == "In use: The additive model."
    assert "a season was ahead" in band.why.text()
    assert band.when.text().startswith("Predicted on five days, 22 Apr to 20 Aug") and "12 min ago" in band.when.text()
    assert len(shown(page)) == 9


def test_it_lies_between_the_outbox_and_data_and_has_the_fourth_key(
    qtbot: QtBot, open_window: OpenWindow, checked: Workspace
) -> None:
    desk = open_window(checked)
    qtbot.waitUntil(lambda: desk.background.idle)
    rail = desk.window.rail
    heights = [rail.button(key).y() for key in ("outbox", "insights", "data")]
    assert heights == sorted(heights)
    QTest.keyClick(desk.window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    assert desk.window.current_key == "insights"
    settled(qtbot, desk)
    QTest.keyClick(desk.window, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    assert desk.window.current_key == "data"
    qtbot.waitUntil(lambda: desk.background.idle)


def test_the_tables_hold_what_the_check_found(qtbot: QtBot, open_window: OpenWindow, checked: Workspace) -> None:
    scores = insights(qtbot, open_window(checked)).scores
    models = [[cell.text for cell in scores.models.lines.line_at(row).cells] for row in range(6)]  # type: ignore[union-attr]
    assert models[3] == ["The additive model · in use", "✓ 0.298", "✓ 87.1", "+1 pt"]
    assert models[5][1:3] == ["0.371", "76.1"]
    assert [chart.days[0].isoformat() for chart in (scores.losses, scores.ranks)] == [made.CUTOFFS[0]] * 2
    assert scores.missed.lines.rowCount() == 6 and scores.missed_panel.aside == "6 left, predicted under 40\u202f%"
    assert scores.value.lines.rowCount() == 5
    assert scores.outlook.accessibleName().endswith(f"the total of lifetime value was 4{THIN}% too high.")
    sources = [scores.sources.lines.line_at(row) for row in range(scores.sources.lines.rowCount())]
    assert sources[0] is not None and sources[0].cells[0].text == "Orders"


def test_enter_on_who_left_unseen_opens_the_customer(qtbot: QtBot, open_window: OpenWindow, checked: Workspace) -> None:
    desk = open_window(checked)
    scores = insights(qtbot, desk).scores
    scores.missed.setFocus()
    QTest.keyClick(scores.missed, Qt.Key.Key_Down)
    key = scores.missed.current_key
    QTest.keyClick(scores.missed, Qt.Key.Key_Return)
    assert desk.window.current_key == "customers"
    qtbot.waitUntil(lambda: desk.background.idle)
    profile = desk.window.page("customers").profile.profile  # type: ignore[attr-defined]
    assert profile is not None and profile.id == key


def test_show_them_lists_exactly_those_who_were_counted(
    qtbot: QtBot, open_window: OpenWindow, checked: Workspace
) -> None:
    desk = open_window(checked)
    page = insights(qtbot, desk)
    with checked.store.snapshot() as connection:
        low = connection.execute("SELECT COUNT(*) FROM customer_risk_scores WHERE confidence = 'low'").fetchone()[0]
    assert low and page.scores.show_low.isVisible()
    page.scores.show_low.click()
    assert desk.window.current_key == "customers"
    pane = desk.window.page("customers").list  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: desk.background.idle)
    assert pane.table.model().rowCount() == low
    qtbot.waitUntil(lambda: f">{low}<" in pane._count.text())


def test_keys_go_from_group_to_group_and_enter_opens_the_table(
    qtbot: QtBot, open_window: OpenWindow, checked: Workspace
) -> None:
    curve = insights(qtbot, open_window(checked)).scores.curve
    curve.setFocus()
    QTest.keyClick(curve, Qt.Key.Key_End)
    assert curve.current is not None and curve.current.said == 0.85
    QTest.keyClick(curve, Qt.Key.Key_Left)
    assert curve.accessibleDescription().startswith("Predicted 70\u202f%: 37 of 54 left, 69\u202f%")
    QTest.keyClick(curve, Qt.Key.Key_Return)
    table = curve.window().findChild(ChartTable)
    assert table is not None and table.isVisible()
    QTest.keyClick(table, Qt.Key.Key_Escape)


def test_enter_on_a_figure_tells_what_it_means(qtbot: QtBot, open_window: OpenWindow, checked: Workspace) -> None:
    scores = insights(qtbot, open_window(checked)).scores
    for part, words in (
        (scores.models, "Log loss: lower"),
        (scores.value, "39 weeks"),
        (scores.sources, "How recent"),
    ):
        part.setFocus()
        QTest.keyClick(part, Qt.Key.Key_Down)
        QTest.keyClick(part, Qt.Key.Key_Return)
        table = next(one for one in part.window().findChildren(ChartTable) if one.isVisible())
        assert any(words in one.text() for one in table.findChildren(QLabel))
        QTest.keyClick(table, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda part=part: not part.window().findChildren(ChartTable))  # type: ignore[misc]


def test_f6_goes_through_every_panel(qtbot: QtBot, open_window: OpenWindow, checked: Workspace) -> None:
    desk = open_window(checked)
    page = insights(qtbot, desk)
    page.tabs.setFocus()
    seen: list[QWidget | None] = []
    for _ in range(len(page.panes())):
        desk.window.actions_registry[Command.NEXT_PANE].trigger()
        seen.append(QApplication.focusWidget())
    assert seen == [*page.scores.stops, page.tabs]


def test_keys_that_nothing_else_takes_move_the_page(qtbot: QtBot, open_window: OpenWindow, checked: Workspace) -> None:
    page = insights(qtbot, open_window(checked, size=SMALLEST))
    bar = page.scores.area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 1_000)
    page.tabs.setFocus()
    QTest.keyClick(page.tabs, Qt.Key.Key_PageDown)
    assert 0 < bar.value() < bar.maximum()
    QTest.keyClick(page.tabs, Qt.Key.Key_PageUp)
    assert bar.value() == 0


def test_tab_goes_in_reading_order(qtbot: QtBot, open_window: OpenWindow, checked: Workspace) -> None:
    page = insights(qtbot, open_window(checked))
    scores = page.scores
    wanted = [page.tabs, scores.curve, scores.models, scores.losses, scores.ranks, scores.sources, scores.show_low,
              scores.missed, scores.alarmed, scores.value, scores.months, scores.segments]  # fmt: skip
    page.tabs.setFocus()
    seen = []
    for _ in range(40):
        focus = QApplication.focusWidget()
        assert focus is not None
        seen.append(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    places = [seen.index(part) for part in wanted]
    assert places == sorted(places)


def test_a_book_without_a_check_says_what_is_missing_and_still_shows_its_sources(
    qtbot: QtBot, open_window: OpenWindow, unchecked: Workspace
) -> None:
    desk = open_window(unchecked)
    page = insights(qtbot, desk)
    assert page.state.state == "content"
    assert page.scores.band.bold.text() == "Not back-tested yet."
    assert shown(page) == ["Data you can rely on"]
    assert not desk.window.actions_registry[Command.EXPORT_TAB].isEnabled()
    assert page.bar.check.isVisible() and page.bar.check.text() == "Run back-test"


def test_an_empty_book_leads_to_data(qtbot: QtBot, open_window: OpenWindow, empty: Workspace) -> None:
    desk = open_window(empty)
    qtbot.waitUntil(lambda: desk.background.idle)
    page = insights(qtbot, desk)
    assert page.state.state == "empty"
    page.state.notice.primary.click()
    assert desk.window.current_key == "data"
    qtbot.waitUntil(lambda: desk.background.idle)


def test_a_check_that_could_tell_nothing_yet_says_so(
    qtbot: QtBot, open_window: OpenWindow, unchecked: Workspace
) -> None:
    made.keep(unchecked, "backtest", made.early())
    page = insights(qtbot, open_window(unchecked))
    assert page.scores.band.bold.text() == "Too early to tell."
    assert "Can the value be trusted?" not in shown(page)
    assert page.scores.missed_panel.aside == "nobody left, predicted under 40\u202f%"


def test_a_book_that_cannot_be_read_is_said_and_can_be_tried_again(
    qtbot: QtBot, open_window: OpenWindow, checked: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_window(checked)
    qtbot.waitUntil(lambda: desk.background.idle)

    def locked(_self: object) -> None:
        raise StoreBusy("Another program holds the book.")

    with monkeypatch.context() as patched:
        patched.setattr(BookOfScores, "card", locked)
        page = insights(qtbot, desk)
        assert page.state.state == "error"
        assert page.state.notice.words.text() == "Another program holds the book."
    page.state.notice.primary.click()
    qtbot.waitUntil(lambda: page.state.state == "content")
    settled(qtbot, desk)


def test_a_new_report_is_shown_at_once_and_of_a_hidden_page_at_the_next_visit(
    qtbot: QtBot, open_window: OpenWindow, unchecked: Workspace
) -> None:
    desk = open_window(unchecked)
    page = insights(qtbot, desk)
    made.keep(unchecked, "backtest", made.report(beats_rule=False))
    desk.book.heard(KEPT)
    qtbot.waitUntil(lambda: page.scores.band.bold.text() == "No better than the baseline.")
    settled(qtbot, desk)
    desk.window.show_page("settings")
    made.keep(unchecked, "backtest", made.report())
    desk.book.heard(KEPT)
    desk.book.heard(Changes(tables=frozenset({"notes"})))
    desk.window.show_page("insights")
    qtbot.waitUntil(lambda: page.scores.band.bold.text().startswith("Yes"))
    settled(qtbot, desk)


def test_checking_again_shows_how_far_it_is_and_then_what_it_found(
    qtbot: QtBot, open_window: OpenWindow, unchecked: Workspace, offered: Callable[..., None]
) -> None:
    offered(unchecked)
    desk = open_window(unchecked)
    page = insights(qtbot, desk)
    steps: list[str] = []
    with qtbot.waitSignal(page.bar.ended):
        QTest.keyClick(page.tabs, Qt.Key.Key_C)
        assert page.bar.run is not None and page.bar.cancel.isVisible() and not page.bar.check.isVisible()
        assert not desk.window.actions_registry[Command.CHECK_SCORES].isEnabled()
        page.bar.run.progress.connect(lambda progress: steps.append(page.bar.step.text()))
    assert f"{STEP} …" in steps
    qtbot.waitUntil(lambda: "It was checked anew." in page.scores.band.why.text())
    assert page.bar.check.isVisible() and desk.window.toast.words == CHECKED
    assert page.bar.check.hasFocus()
    settled(qtbot, desk)


def test_a_cancelled_check_leaves_the_last_one(
    qtbot: QtBot, open_window: OpenWindow, checked: Workspace, offered: Callable[..., None]
) -> None:
    offered(checked, waits=True)
    desk = open_window(checked)
    page = insights(qtbot, desk)
    page.bar.check.click()
    qtbot.waitUntil(lambda: page.bar.step.text() == f"{STEP} …")
    with qtbot.waitSignal(page.bar.ended):
        page.bar.cancel.click()
    assert desk.window.toast.words == STOPPED
    assert page.scores.band.bold.text().startswith("Yes") and page.bar.check.isVisible()
    settled(qtbot, desk)


def test_a_check_that_fails_is_told_and_can_be_begun_again(
    qtbot: QtBot, open_window: OpenWindow, checked: Workspace, offered: Callable[..., None]
) -> None:
    offered(checked, fault="The disk is full. Nothing was lost; make room and check again.")
    desk = open_window(checked)
    page = insights(qtbot, desk)
    with qtbot.waitSignal(page.bar.ended):
        page.bar.check.click()
    assert "The disk is full" in desk.window.toast.words
    assert desk.window.actions_registry[Command.CHECK_SCORES].isEnabled()
    settled(qtbot, desk)


def test_the_figures_are_exported(
    qtbot: QtBot, open_window: OpenWindow, checked: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_window(checked)
    page = insights(qtbot, desk)
    out = tmp_path / "scores-check.csv"
    monkeypatch.setattr("views.shell.page.choose_place", lambda *told, **_named: told[4](out))
    page.bar.export.click()
    qtbot.waitUntil(lambda: desk.window.toast.words.endswith("rows to scores-check.csv"))
    with out.open(encoding="utf-8", newline="") as file:
        assert {line["part"] for line in csv.DictReader(file)} >= {"model", "calibration", "missed churn"}
    settled(qtbot, desk)


def in_order(panel: QWidget) -> bool:
    """Whether the parts of a panel lie inside it, and none over another."""
    parts = [one for one in panel.findChildren(QWidget) if one.parentWidget() is panel and one.isVisible()]
    places = [one.geometry() for one in parts if one.height()]
    apart = not any(one.intersects(other) for n, one in enumerate(places) for other in places[:n])
    return apart and all(panel.rect().contains(one) for one in places)


@pytest.mark.parametrize(("size", "across"), [((1440, 900), 3), ((1366, 768), 3), ((1100, 700), 2), (SMALLEST, 1)])
def test_panels_stand_beside_one_another_as_there_is_room(
    qtbot: QtBot, open_window: OpenWindow, checked: Workspace, size: tuple[int, int], across: int
) -> None:
    desk = open_window(checked, size=size)
    page = insights(qtbot, desk)
    scores = page.scores
    assert scores.grid.across == across
    assert scores.grid.width() <= scores.area.viewport().width()
    seen = [panel for panel in scores.panels if panel.isVisible()]
    assert len({panel.x() for panel in seen}) == across
    # Words that wrap are laid out in turns of the loop.
    qtbot.waitUntil(lambda: not [panel.title for panel in seen if not in_order(panel)])
    assert all(panel.geometry().right() <= scores.grid.width() for panel in seen)
    desk.window.grab()


def test_it_is_painted_in_both_themes(qtbot: QtBot, open_window: OpenWindow, checked: Workspace) -> None:
    from views.theme import ThemeChoice

    desk = open_window(checked)
    page = insights(qtbot, desk)
    light = page.grab().toImage()
    desk.theme.choose(ThemeChoice.DARK)
    dark = page.grab().toImage()
    desk.theme.choose(ThemeChoice.LIGHT)
    assert light.pixelColor(10, 200).lightness() > 200 > 60 > dark.pixelColor(10, 200).lightness()


def test_what_the_palette_finds(qtbot: QtBot, open_window: OpenWindow, checked: Workspace) -> None:
    desk = open_window(checked)
    insights(qtbot, desk)
    offers = desk.window.search.offers
    assert {Command.EXPORT_TAB, Command.CHECK_SCORES} <= set(offers.can_act())
    desk.window.show_page("settings")
    assert not {Command.EXPORT_TAB, Command.CHECK_SCORES} & set(offers.can_act())
    qtbot.waitUntil(lambda: desk.background.idle)


def test_a_report_without_windows_is_shown_without_their_charts(
    qtbot: QtBot, open_window: OpenWindow, unchecked: Workspace
) -> None:
    bare = tuple(replace(model, cutoffs=()) for model in made.report().models)
    made.keep(unchecked, "backtest", made.report(models=bare))
    page = insights(qtbot, open_window(unchecked))
    assert not page.scores.losses.isVisible() and page.scores.models.isVisible()
    page.grab()


@pytest.mark.parametrize("table", ["alerts", "messages"])
def test_tiles_that_changed_while_the_page_was_hidden_are_read_when_it_comes_back(
    qtbot: QtBot, open_window: OpenWindow, checked: Workspace, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    desk = open_window(checked)
    page = insights(qtbot, desk)
    desk.window.show_page("alerts")
    page.renew(Changes(tables=frozenset({table})))
    reads: list[str] = []
    monkeypatch.setattr(page.tiles, "show_tiles", lambda _tiles: reads.append("tiles"))
    for _ in range(2):
        insights(qtbot, desk)
        desk.window.show_page("alerts")
    assert reads == ["tiles"]
