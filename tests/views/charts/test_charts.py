from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidget
from pytestqt.qtbot import QtBot

from models.values.alerts import Driver, Rhythm, RhythmPoint
from views.charts.axes import round_step
from views.charts.drivers import DriverBars
from views.charts.rhythm import MOST_STEMS, RhythmChart
from views.charts.table import ChartTable, copied
from views.theme import Theme, ThemeChoice
from views.words import MINUS, THIN

LAST = date(2026, 11, 20)


def rhythm(count: int, missing: int = 0, gap: int = 21) -> Rhythm:
    """A year with an order every ``gap`` days, the last ones missing."""
    days = [LAST - timedelta(days=gap * n) for n in range(count)]
    points = tuple(
        RhythmPoint(day.isoformat(), 38_000 + 100 * n, expected_missing=n < missing) for n, day in enumerate(days)
    )
    return Rhythm(
        points=points[::-1],
        usual_low_minor=30_000,
        usual_high_minor=54_000,
        first_day=(LAST - timedelta(days=365)).isoformat(),
        last_day=LAST.isoformat(),
        missing=missing,
        sentence="14 orders in 12 months; 3 more were expected and did not come.",
    )


@pytest.fixture
def chart(qtbot: QtBot, theme: Theme) -> RhythmChart:
    made = RhythmChart(theme)
    qtbot.addWidget(made)
    made.resize(320, 136)
    made.show()
    return made


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
@pytest.mark.parametrize(("count", "missing", "gap"), [(0, 0, 21), (1, 0, 21), (17, 3, 21), (180, 0, 2), (5, 5, 21)])
def test_every_rhythm_is_painted(
    chart: RhythmChart, theme: Theme, choice: ThemeChoice, count: int, missing: int, gap: int
) -> None:
    theme.choose(choice)
    chart.show_rhythm(rhythm(count, missing, gap), "USD")
    for width in (160, 320, 700):
        chart.resize(width, 136)
        chart.grab()
    theme.choose(ThemeChoice.LIGHT)


def test_it_has_a_sentence_and_a_table(qtbot: QtBot, chart: RhythmChart) -> None:
    chart.show_rhythm(rhythm(17, 3), "USD")
    assert chart.accessibleDescription() == "14 orders in 12 months; 3 more were expected and did not come."
    qtbot.keyClick(chart, Qt.Key.Key_Return)
    table = chart.window().findChild(ChartTable) or next(iter(chart.window().findChildren(ChartTable)))
    assert table.isVisible()
    qtbot.keyClick(table, Qt.Key.Key_Escape)


def test_without_orders_it_says_so(chart: RhythmChart) -> None:
    chart.show_rhythm(None, "USD")
    assert chart.accessibleDescription() == "No orders in this year."
    chart.grab()


@given(st.floats(1, 10**9))
def test_an_axis_has_round_steps(rough: float) -> None:
    step = round_step(rough)
    assert step >= rough or step >= 1
    assert f"{step:.0e}"[0] in "1235"
    assert step <= 10 * max(rough, 1)


def test_more_orders_than_can_be_told_apart_become_a_line() -> None:
    assert MOST_STEMS == 60


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.none(), st.floats(-60, 60)), max_size=8), st.integers(120, 500))
def test_reasons_of_any_size_are_painted_inside_and_said(
    qtbot: QtBot, theme: Theme, points: list[float | None], width: int
) -> None:
    bars = DriverBars(theme)
    qtbot.addWidget(bars)
    bars.resize(width, bars.height())
    bars.show_drivers([Driver(str(n), f"Reason {n}", value, "evidence") for n, value in enumerate(points)])
    bars.grab()
    shown = [driver.points for driver in bars.drivers]
    sizes = [abs(value) for value in shown if value is not None]
    assert sizes == sorted(sizes, reverse=True)
    assert bars.accessibleDescription().startswith("Points of churn risk" if points else "No reasons")


def test_reasons_say_from_which_risk_their_points_lead_to_which(qtbot: QtBot, theme: Theme) -> None:
    bars = DriverBars(theme, alone=True)
    qtbot.addWidget(bars)
    bars.show_drivers([Driver("gap", "Gap", 48.2, ""), Driver("orders", "Orders", -10.0, "")], 0.288)
    bars.resize(300, bars.height())
    bars.grab()
    assert bars.foot == "typical: 29\u202f%"
    assert bars.accessibleDescription().endswith("A typical customer's risk is 29\u202f%.")
    bars.show_table()
    (table,) = bars.window().findChildren(ChartTable)
    last = table.findChild(QTableWidget)
    assert last.item(last.rowCount() - 1, 2).text().endswith("with the points of all reasons it is 67\u202f%.")
    table.close()
    few = bars.height()
    bars.show_drivers([Driver(str(n), f"Reason {n}", 1.0, "") for n in range(8)])
    assert bars.height() > few and bars.foot == "points of risk"
    assert bars.hint(None) == "5 of 8 · not causal"
    bars.show_drivers([Driver(str(n), f"Reason {n}", 1.0, "") for n in range(5)])
    assert bars.hint(None) == "directional, not causal"


def test_what_is_copied_has_figures_to_count_with_and_no_formula() -> None:
    figures = (f"{MINUS}3", f"+2{THIN}%", f"{MINUS}$1,240", "-NT$5.2k", "CHF 12", f"{MINUS}1 pts", "3 days")
    assert copied((), [figures]) == "\n-3\t+2%\t-$1,240\t-NT$5.2k\tCHF 12\t-1 pts\t3 days"
    names = ("=1+1", "-cmd|x", "@sum", f"{MINUS} A\t=2", "+1 (503) 555-0148", f"Sea{THIN}% Co")
    assert copied((), [names]) == f"\n'=1+1\t'-cmd|x\t'@sum\t{MINUS} A =2\t+1 (503) 555-0148\tSea{THIN}% Co"
