"""The charts of the page Scores: painted from whatever a report holds, each with a sentence and a table."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from models.values.backtest import RULE, CalibrationBin, ModelReport
from models.values.forecast import MonthForecast
from tests.views.insights import made
from views.charts.axes import levels, round_step
from views.charts.table import ChartTable
from views.insights.course import CourseChart
from views.insights.curve import CalibrationCurve, came, holds, off_words, words_of
from views.insights.months import MOST_PAST, MonthsChart, months_of
from views.theme import Theme, ThemeChoice
from views.words import THIN

LAW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
CURVE = tuple(CalibrationBin(*one) for one in made.CURVE)
share = st.floats(0, 1)


@pytest.fixture
def curve(qtbot: QtBot, theme: Theme) -> CalibrationCurve:
    shown = CalibrationCurve(theme)
    qtbot.addWidget(shown)
    shown.resize(436, 340)
    shown.show()
    return shown


@LAW
@given(
    st.lists(st.tuples(share, st.integers(0, 500), st.integers(0, 500), share, share), max_size=14),
    st.integers(260, 900),
    st.integers(250, 500),
)
def test_no_label_lies_over_another_or_outside(
    curve: CalibrationCurve, rows: list[tuple[float, int, int, float, float]], width: int, height: int
) -> None:
    curve.resize(width, height)
    curve.show_groups([CalibrationBin(s, min(a, b), max(a, b), min(x, y), max(x, y)) for s, a, b, x, y in rows])
    dots = curve.dots()
    assert len(dots) == sum(max(a, b) > 0 for _s, a, b, _x, _y in rows)
    labels = [dot.label for dot in dots if dot.label is not None]
    for place, label in enumerate(labels):
        assert curve.rect().toRectF().contains(label)
        assert not any(label.intersects(other) for other in labels[:place])
        assert not any(label.contains(dot.at) for dot in dots)
    assert [dot.group.said for dot in dots] == sorted(dot.group.said for dot in dots)
    curve.grab()


def test_what_lies_off_by_more_than_chance_is_said(curve: CalibrationCurve) -> None:
    off = CalibrationBin(0.55, 88, 216, 0.31, 0.51)
    assert not holds(off) and came(off) == pytest.approx(88 / 216)
    assert words_of(off).endswith("off by more than chance.")
    curve.show_groups([*CURVE, off])
    assert "1 of them is off by more than chance" in curve.accessibleDescription()
    curve.show_groups(CURVE)
    assert "within chance" in curve.accessibleDescription()
    curve.show_groups(())
    assert curve.accessibleDescription() == "Not back-tested yet."
    QTest.keyClick(curve, Qt.Key.Key_Right)
    assert curve.current is None
    curve.grab()


def test_the_mouse_finds_a_group_as_the_keys_do(qtbot: QtBot, curve: CalibrationCurve) -> None:
    curve.show_groups(CURVE)
    for key, said in ((Qt.Key.Key_Home, 0.05), (Qt.Key.Key_Up, 0.15), (Qt.Key.Key_End, 0.85), (Qt.Key.Key_Down, 0.70)):
        QTest.keyClick(curve, key)
        assert curve.current is not None and curve.current.said == said
    QTest.mouseMove(curve, curve.dots()[2].at.toPoint())
    qtbot.waitUntil(lambda: curve.current is not None and curve.current.said == 0.30)
    QTest.mouseMove(curve, QPoint(3, 3))
    qtbot.waitUntil(lambda: curve.current is None)


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
@pytest.mark.parametrize("windows", [0, 1, 5])
def test_every_course_is_painted(qtbot: QtBot, theme: Theme, choice: ThemeChoice, windows: int) -> None:
    theme.choose(choice)
    report = made.report()
    models = [dataclasses.replace(model, cutoffs=model.cutoffs[:windows]) for model in report.models]
    for measure, scale in (("log_loss", 1), ("auc", 100)):
        chart = CourseChart(theme, measure, "A measure", scale=scale)
        qtbot.addWidget(chart)
        chart.show_models(models, report.used)
        for width in (150, 220, 500):
            chart.resize(width, chart.height())
            chart.grab()
        assert len(chart.days) == windows
        assert chart.courses[-1].used
    theme.choose(ThemeChoice.LIGHT)


def test_a_measure_that_could_not_be_told_leaves_a_gap(qtbot: QtBot, theme: Theme) -> None:
    report = made.report()
    blind = [_without(model, "auc") if model.name == report.used else model for model in report.models]
    chart = CourseChart(theme, "auc", "Ranks right", scale=100)
    qtbot.addWidget(chart)
    chart.show_models(blind, report.used)
    assert chart.sentence() == "Ranks right: no back-test yet."
    chart.grab()
    chart.show_models(report.models, report.used)
    rule = next(one for one in chart.courses if one.name == RULE)
    assert chart.sentence().endswith(f"No order for 90 days {100 * (rule.values[-1] or 0):.1f}.")
    chart.show()
    QTest.keyClick(chart, Qt.Key.Key_Return)
    table = chart.window().findChild(ChartTable)
    assert table is not None
    QTest.keyClick(table, Qt.Key.Key_Escape)


def _without(model: ModelReport, measure: str) -> ModelReport:
    untold = [
        dataclasses.replace(one, measures=dataclasses.replace(one.measures, **{measure: None}))  # type: ignore[arg-type]
        for one in model.cutoffs
    ]
    return dataclasses.replace(model, cutoffs=tuple(untold))


@LAW
@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1, max_size=14)
)
def test_months_of_any_size_are_painted(qtbot: QtBot, theme: Theme, rows: list[tuple[int, int, int]]) -> None:
    months = tuple(
        MonthForecast(f"2027-{n % 12 + 1:02d}", sorted(row)[1], min(row), max(row), row[0], 0)
        for n, row in enumerate(rows)
    )
    chart = MonthsChart(theme)
    qtbot.addWidget(chart)
    chart.resize(436, chart.height())
    chart.show_forecast(dataclasses.replace(made.forecast(), months=months))
    chart.grab()
    assert len(chart.months) == min(MOST_PAST, 7) + len(rows)


def test_months_come_in_order_with_what_is_to_come_last() -> None:
    months = months_of(made.forecast())
    assert [one.to_come for one in months] == [False] * 7 + [True] * 4
    assert months[0].title == "Apr 2026" and months[0].predicted is None
    assert months[7].actual == 2_700_000 and months[8].actual is None
    days = [date.fromisoformat(f"{one.month}-01") for one in months]
    assert days == sorted(days)


@given(st.floats(1, 10**12))
def test_an_axis_of_money_has_round_steps(rough: float) -> None:
    step = round_step(rough)
    assert step >= rough and f"{step:.0e}"[0] in "1235"
    between, top = levels(rough)
    assert rough <= top * (1 + 1e-9) and 2 <= round(top / between) <= 4


def test_where_the_risk_is_off_is_said_in_words_with_its_side() -> None:
    assert off_words(CURVE) == "Every group is within chance of its predicted churn."
    high = CalibrationBin(0.72, 126, 217, 0.47, 0.68)
    low = CalibrationBin(0.1, 90, 200, 0.38, 0.52)
    little = CalibrationBin(0.5, 60, 100, 0.51, 0.69)
    legend = " Hollow dots are off by more than chance."
    assert off_words([*CURVE, high]) == (f"At 72{THIN}% predicted, 58{THIN}% left: risk is overstated here.{legend}")
    assert off_words([high, low, little]) == (
        f"At 10{THIN}% predicted, 45{THIN}% left: risk is understated here. "
        f"At 72{THIN}% predicted, 58{THIN}% left: risk is overstated here. 1 more group is off too.{legend}"
    )
