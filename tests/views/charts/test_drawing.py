"""What all charts do: the values that are drawn are those that were given, and are read by mouse, keys and table."""

from __future__ import annotations

import gc
import random
import subprocess
import sys
import weakref
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAccessible, QColor, QEnterEvent, QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QGraphicsSimpleTextItem,
    QLabel,
    QPushButton,
    QTableWidgetSelectionRange,
    QWidget,
)
from pytestqt.qtbot import QtBot

from models.values.alerts import Driver, Rhythm, RhythmPoint
from models.values.backtest import CalibrationBin
from tests.views.insights import made
from views.charts.axes import day_ticks
from views.charts.chart import Chart
from views.charts.drivers import DriverBars
from views.charts.rhythm import RhythmChart
from views.charts.table import ChartTable, copied
from views.insights.course import CourseChart
from views.insights.curve import CalibrationCurve
from views.insights.months import MonthsChart
from views.scores.course import RiskLine
from views.theme import Theme, ThemeChoice
from views.theme.tokens import load_tokens
from views.widgets.labels import column
from views.words import MINUS, THIN

FIRST, LAST = date(2025, 11, 20), date(2026, 11, 20)
DRIVERS = (
    Driver("gap", "Gap", 38.0, "178 days"),
    Driver("ticket", "Ticket", -9.5, ""),
    Driver("note", "Note", None, "x"),
)


def year(*points: tuple[int, int, bool]) -> Rhythm:
    """A year with (day from its first, minor units, whether it did not come)."""
    told = tuple(RhythmPoint((FIRST + timedelta(days=day)).isoformat(), minor, gone) for day, minor, gone in points)
    missing = sum(gone for _day, _minor, gone in points)
    return Rhythm(told, 30_000, 54_000, FIRST.isoformat(), LAST.isoformat(), missing, "Some orders.")


ORDERS = ((10, 38_000, False), (60, 41_250, False), (200, 39_900, False), (300, 0, True))
HISTORY = tuple(((FIRST + timedelta(days=7 * n)).isoformat(), 0.1 + 0.03 * n) for n in range(20))


def drivers(theme: Theme) -> Chart:
    chart = DriverBars(theme)
    chart.show_drivers(DRIVERS, 0.33)
    return chart


def rhythm(theme: Theme) -> Chart:
    chart = RhythmChart(theme)
    chart.show_rhythm(year(*ORDERS), "USD")
    return chart


def risk(theme: Theme) -> Chart:
    chart = RiskLine(theme)
    chart.show_history(HISTORY)
    return chart


def course(theme: Theme) -> Chart:
    chart = CourseChart(theme, "log_loss", "Log loss, less is better")
    chart.show_models(made.report().models, made.report().used)
    return chart


def curve(theme: Theme) -> Chart:
    chart = CalibrationCurve(theme)
    chart.show_groups([CalibrationBin(*one) for one in made.CURVE])
    return chart


def months(theme: Theme) -> Chart:
    chart = MonthsChart(theme)
    chart.show_forecast(made.forecast())
    return chart


EVERY = (drivers, rhythm, risk, course, curve, months)
OVER_TIME = (rhythm, risk, course, months)


@pytest.fixture
def shown(qtbot: QtBot, theme: Theme, host: QWidget) -> Callable[[Callable[[Theme], Chart]], Any]:
    """Make a chart, show it in a window and draw it."""

    def show(make: Callable[[Theme], Chart]) -> Chart:
        chart = make(theme)
        box = QWidget(host)
        box.setLayout(column(chart))
        box.setGeometry(200, 200, 436, 340)
        box.show()
        chart.grab()
        return chart

    return show


def items(chart: Chart, kind: type) -> list[Any]:
    """What is drawn of a kind, in the order in which it was."""
    assert chart._plot is not None
    return [one for one in chart._plot._box.addedItems if isinstance(one, kind)]


def values(item: Any) -> list[tuple[float, float]]:
    x, y = item.getData()
    return list(zip((float(one) for one in x), (float(one) for one in y), strict=True))


def words(chart: Chart) -> list[str]:
    assert chart._plot is not None
    return [one.text() for one in chart._plot._words if isinstance(one, QGraphicsSimpleTextItem)]


def readout(chart: Chart) -> str:
    found = [one for one in chart.window().findChildren(QLabel) if one.property("kind") == "tip" and one.isVisible()]
    return found[0].text() if found else ""


def test_the_orders_that_are_drawn_are_those_that_were_given(shown: Any) -> None:
    chart = shown(rhythm)
    came, missed = items(chart, pg.ScatterPlotItem)
    assert values(came) == [(10, 38_000), (60, 41_250), (200, 39_900)]
    assert values(missed) == [(300, 42_000)]  # as high as a usual order
    (band,) = items(chart, pg.BarGraphItem)
    assert (band.opts["y0"][0], band.opts["height"][0]) == (30_000, 24_000)
    assert [one.said for one in chart.points()] == [
        "30 Nov 2025: $380.00", "19 Jan: $412.50", "8 Jun: $399.00",
        "16 Sep: an order was expected here and did not come",
    ]  # fmt: skip


def test_a_frequent_buyers_weeks_are_drawn_and_read(shown: Any) -> None:
    chart = shown(rhythm)
    chart.show_rhythm(year(*((day, 1_000, False) for day in range(0, 364, 2))), "USD")
    chart.grab()
    assert not items(chart, pg.ScatterPlotItem)
    weeks = [one for one in items(chart, pg.PlotCurveItem) if one.opts["connect"] == "all"]
    assert values(weeks[0]) == [(7 * week, 4_000 if week % 2 == 0 else 3_000) for week in range(52)]
    assert chart.points()[0].said == "Week from 20 Nov 2025: $40.00" and len(chart.points()) == 52
    assert len(chart.table()[1]) == 182


def test_bars_are_as_long_as_their_points(shown: Any) -> None:
    chart = shown(drivers)
    raises, lowers = items(chart, pg.BarGraphItem)
    assert (raises.opts["x0"][0], raises.opts["width"][0]) == (0, 38)
    assert (lowers.opts["x0"][0], lowers.opts["width"][0]) == (-9.5, 9.5)
    assert {"Gap", "+38", "−10", "Ticket", "Note: x", "typical: 33\u202f%"} <= set(words(chart))


def test_the_risk_the_groups_and_the_months_are_drawn_as_they_are(shown: Any) -> None:
    line = next(one for one in items(shown(risk), pg.PlotCurveItem) if one.opts["connect"] == "all")
    assert values(line) == [(7 * n, pytest.approx(0.1 + 0.03 * n)) for n in range(20)]
    (dots,) = items(shown(curve), pg.ScatterPlotItem)
    assert values(dots) == [(said, left / of) for said, left, of, *_range in made.CURVE]
    chart = shown(months)
    bars = items(chart, pg.BarGraphItem)[0]
    told = [(place, one) for place, one in enumerate(chart.months) if one.actual]
    assert list(bars.opts["height"]) == [one.actual for _place, one in told]
    to_come = items(chart, pg.ScatterPlotItem)[-1]
    assert values(to_come) == [(place, one.predicted) for place, one in enumerate(chart.months) if one.to_come]


def test_the_course_of_the_model_in_use_is_drawn_with_its_values(shown: Any) -> None:
    chart = shown(course)
    used = chart.courses[-1]
    (dots,) = items(chart, pg.ScatterPlotItem)
    assert [y for _x, y in values(dots)] == list(used.values)
    assert "in use" in words(chart)


@pytest.mark.parametrize("make", EVERY)
def test_keys_go_from_point_to_point_and_say_it(
    qtbot: QtBot, shown: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: heard.append(event.message()))
    chart: Chart = shown(make)
    chart.setFocus()
    told = [one.said for one in chart.points()]
    QTest.keyClick(chart, Qt.Key.Key_Home)
    for said in told:
        assert chart.said == chart.accessibleDescription() == readout(chart) == said
        QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.said == told[-1]
    assert heard == [*told, told[-1]]
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.said == told[-2]
    chart.clearFocus()
    assert chart.said == "" and not readout(chart)
    assert chart.accessibleDescription() == chart.sentence()
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.said == told[-1]  # from nowhere, back is the last one


@pytest.mark.parametrize("make", EVERY)
def test_the_mouse_finds_each_point_and_shows_its_value(qtbot: QtBot, shown: Any, make: Any) -> None:
    chart: Chart = shown(make)
    for place, point in enumerate(chart.points()):
        at = chart.frame.at(point.x, point.y).toPoint()
        assert chart.rect().contains(at)
        QTest.mouseMove(chart, QPoint(min(max(at.x(), 1), chart.width() - 2), at.y()))
        qtbot.waitUntil(lambda place=place: chart.place == place)  # type: ignore[misc]
        assert readout(chart) == point.said
    ring = items(chart, pg.ScatterPlotItem)[-1]
    assert values(ring) == [(pytest.approx(point.x), pytest.approx(point.y))]
    QApplication.sendEvent(chart, QEvent(QEvent.Type.Leave))
    assert not readout(chart) and values(ring) == []


@pytest.mark.parametrize("make", EVERY)
def test_the_button_of_the_table_covers_no_point_where_a_corner_is_free(shown: Any, make: Any) -> None:
    chart: Chart = shown(make)
    chart.enterEvent(QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(5, 5)))
    places = [chart.frame.at(point.x, point.y).toPoint() for point in chart.points()]
    size, right, bottom = chart.table_button.size(), chart.table_button.width(), chart.table_button.height()
    corners = [QPoint(x, y) for x in (0, chart.width() - right) for y in (0, chart.height() - bottom)]
    free = [corner for corner in corners if not any(QRect(corner, size).contains(one) for one in places)]
    assert not free or chart.table_button.pos() in free
    chart.resize(chart.width() - 60, chart.height())
    QApplication.processEvents()
    assert chart.rect().contains(chart.table_button.geometry()), "a narrower window does not cut it off"


@pytest.mark.parametrize("make", EVERY)
def test_the_table_opens_by_key_and_button_and_is_copied(qtbot: QtBot, shown: Any, make: Any) -> None:
    chart: Chart = shown(make)
    heads, rows = chart.table()
    for opening in ("key", "button"):
        if opening == "key":
            QTest.keyClick(chart, Qt.Key.Key_Return)
        else:
            chart.enterEvent(QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(5, 5)))
            qtbot.mouseClick(chart.table_button, Qt.MouseButton.LeftButton)
        table = next(one for one in chart.window().findChildren(ChartTable) if one.isVisible())
        cells = [[table.table.item(y, x).text() for x in range(len(heads))] for y in range(len(rows))]
        assert cells == [list(cells) for cells in rows]
        QGuiApplication.clipboard().clear()
        next(one for one in table.findChildren(QPushButton) if one.text() == "Copy table").click()
        text = QGuiApplication.clipboard().text()
        assert text == copied(heads, rows) and len(text.split("\n")) == len(rows) + 1
        assert MINUS not in text and f"{THIN}%" not in text
        QTest.keyClick(table, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: not chart.window().findChildren(ChartTable))
    QGuiApplication.clipboard().clear()
    QTest.keyClick(chart, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == text


def test_selected_cells_are_copied_alone(qtbot: QtBot, host: QWidget) -> None:
    table = ChartTable("Figures", "All.", ("a", "b"), (("1", "−2"), ("3", "4\u202f%")), host)
    table.show()
    table.table.setRangeSelected(QTableWidgetSelectionRange(0, 1, 1, 1), True)
    table._copy()
    assert QGuiApplication.clipboard().text() == "-2\n4%"
    table.close()


@pytest.mark.parametrize("make", OVER_TIME)
def test_a_part_of_the_time_can_be_looked_at(shown: Any, make: Any) -> None:
    chart: Chart = shown(make)
    first, last = chart.whole().x
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_End)
    for _ in range(20):
        QTest.keyClick(chart, Qt.Key.Key_Plus)
        chart.grab()
    assert chart.zoom is not None
    low, high = chart.zoom
    assert (high - low) == pytest.approx((last - first) / 16)
    assert low <= chart.points()[-1].x <= high and first <= low and high <= last
    assert chart._plot is not None and chart._plot._box.viewRange()[0] == pytest.approx([low, high])
    QTest.keyClick(chart, Qt.Key.Key_Home)
    assert (
        chart.zoom is not None and chart.zoom[0] <= chart.points()[0].x <= chart.zoom[1]
    )  # what is read is brought into view
    QTest.keyClick(chart, Qt.Key.Key_Minus)
    assert chart.zoom[1] - chart.zoom[0] > high - low
    QTest.keyClick(chart, Qt.Key.Key_0)
    assert chart.zoom is None


def test_the_wheel_zooms_with_control_only_and_dragging_moves(qtbot: QtBot, shown: Any) -> None:
    chart: Chart = shown(rhythm)
    middle = QPointF(chart.width() / 2, 60)
    for keys in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier):
        wheel = QWheelEvent(
            middle, chart.mapToGlobal(middle), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, keys,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QCoreApplication.sendEvent(chart, wheel)
        assert (chart.zoom is not None) is wheel.isAccepted() is (keys == Qt.KeyboardModifier.ControlModifier)
    about = chart.frame.x_of(middle.x())
    assert chart.zoom is not None and chart.frame.at(about, 0).x() == pytest.approx(middle.x())
    before = chart.zoom
    qtbot.mousePress(chart, Qt.MouseButton.LeftButton, pos=middle.toPoint())
    QTest.mouseMove(chart, middle.toPoint() - QPoint(40, 0))
    qtbot.waitUntil(lambda: chart.zoom is not None and chart.zoom[0] > before[0])
    qtbot.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=middle.toPoint())
    qtbot.mouseDClick(chart, Qt.MouseButton.LeftButton, pos=middle.toPoint())
    assert chart.zoom is None


def test_reasons_and_groups_have_no_time_to_zoom(shown: Any) -> None:
    for make in (drivers, curve):
        chart = shown(make)
        QTest.keyClick(chart, Qt.Key.Key_Plus)
        chart.look_closer(0.5)
        assert chart.zoom is None


@pytest.mark.parametrize("make", EVERY)
def test_another_theme_colours_everything_anew(shown: Any, make: Any, theme: Theme) -> None:
    chart: Chart = shown(make)
    before = {one.brush().color().name() for one in chart._plot._words}  # type: ignore[union-attr]
    theme.choose(ThemeChoice.DARK)
    chart.grab()
    after = {one.brush().color().name() for one in chart._plot._words}  # type: ignore[union-attr]
    dark = vars_of("dark")
    assert after <= dark and (not before or before != after)
    inks = {one.opts["pen"].color().name() for one in items(chart, pg.PlotCurveItem)}
    assert inks <= dark
    assert ground(chart).lightness() < 64


def ground(chart: Chart) -> QColor:
    """The colour of most of a chart, in its window."""
    drawn = chart.window().grab(QRect(chart.mapTo(chart.window(), QPoint()), chart.size())).toImage()
    seen = Counter(drawn.pixel(x, y) for x in range(0, drawn.width(), 3) for y in range(0, drawn.height(), 3))
    return QColor(seen.most_common(1)[0][0])


def test_the_chart_that_has_the_keys_is_ringed(shown: Any, theme: Theme) -> None:
    chart: Chart = shown(rhythm)
    chart.clearFocus()
    assert chart.grab().toImage().pixelColor(chart.width() // 2, 1) != theme.color("focus")
    chart.setFocus()
    assert chart.grab().toImage().pixelColor(chart.width() // 2, 1) == theme.color("focus")


def vars_of(name: str) -> set[str]:
    tokens = load_tokens()[name]
    return {getattr(tokens, field).lower() for field in tokens.__slots__}


def test_until_pyqtgraph_is_there_the_place_is_empty_and_keys_and_table_work(
    qtbot: QtBot, theme: Theme, host: QWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = sys.modules["views.charts.plot"]
    monkeypatch.delitem(sys.modules, "views.charts.plot")
    chart = rhythm(theme)
    chart.setParent(host)
    chart.show()
    blank = chart.grab().toImage()
    assert all(blank.pixel(x, y) == blank.pixel(0, 0) for x in range(blank.width()) for y in range(blank.height()))
    height = chart.height()
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_End)
    assert chart.said.endswith("did not come") and readout(chart) == chart.said
    QTest.keyClick(chart, Qt.Key.Key_Return)
    (table,) = host.findChildren(ChartTable)
    QTest.keyClick(table, Qt.Key.Key_Escape)
    monkeypatch.setitem(sys.modules, "views.charts.plot", there)
    chart.redraw()
    assert chart.grab().toImage() != blank and chart.height() == height
    assert len(items(chart, pg.ScatterPlotItem)) >= 2


def test_nothing_stays_of_charts_that_are_gone(qtbot: QtBot, theme: Theme, host: QWidget) -> None:
    """Items are made anew with each drawing: none of them, no view and no readout may stay."""

    def living() -> int:
        gc.collect()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        kinds = (pg.GraphicsObject, pg.GraphicsWidget, pg.GraphicsView, Chart)
        return sum(isinstance(one, kinds) for one in gc.get_objects())

    def once() -> None:
        for make in EVERY:
            chart = make(theme)
            chart.setParent(host)
            chart.resize(300, 200)
            chart.show()
            for place in (0, 1, -1):
                chart.go(place)
                chart.follow()
                chart.grab()
            gone = weakref.ref(chart)
            chart.setParent(None)
            chart.deleteLater()
            del chart
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            gc.collect()
            assert gone() is None

    once()
    gc.collect()
    gc.freeze()  # what is there by now is not walked again
    before, labels = living(), len(host.findChildren(QLabel))
    for _ in range(3):
        once()
    assert living() <= before
    assert len(host.findChildren(QLabel)) == labels == 0


@pytest.mark.parametrize("times", [300, pytest.param(1_000, marks=pytest.mark.soak)])
def test_drawing_anew_many_times_in_any_order_holds(qtbot: QtBot, theme: Theme, host: QWidget, times: int) -> None:
    """An item that Qt still remembers after it was removed ends the program: nothing here may."""
    dice = random.Random(7)
    charts = [make(theme) for make in EVERY]
    for chart in charts:
        chart.setParent(host)
        chart.show()
    for _ in range(times):
        chart = dice.choice(charts)
        match dice.randrange(6):
            case 0:
                chart.resize(dice.randrange(60, 600), dice.randrange(40, 400))
            case 1:
                chart.go(dice.randrange(-1, len(chart.points())), aloud=True)
            case 2:
                chart.look_closer(dice.choice((0.5, 2.0)))
            case 3:
                chart.follow()
            case 4:
                QCoreApplication.processEvents()
            case _:
                chart.grab()
    theme.choose(ThemeChoice.DARK)
    for chart in charts:
        chart.grab()
        chart.hide()


def test_months_and_weeks_of_any_span_have_room(qtbot: QtBot) -> None:
    for days in (1, 6, 30, 59, 61, 200, 365, 1_500, 6_000):
        for wide in (60, 200, 436, 900):
            ticks = day_ticks(FIRST, (0, days), wide)
            places = [place for place, _words in ticks]
            assert places == sorted(set(places)) and all(0 <= place <= days for place in places)
            assert all((b - a) / days * wide >= 50 for a, b in pairwise(places))


def test_charts_import_no_pyqtgraph_by_themselves() -> None:
    lines = "import sys; import views.alerts.page, views.insights.page, views.customers.page; print(sorted(\
        one for one in ('pyqtgraph', 'numpy', 'views.charts.plot') if one in sys.modules))"
    ended = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=True, timeout=600)
    assert ended.stdout.strip() == "[]"
