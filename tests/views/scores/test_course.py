from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from models.values.alerts import ScoreFigures
from models.values.anomalies import TrendWords
from models.values.backtest import CalibrationBin
from services import insight
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.insights import made
from views.charts.table import ChartTable
from views.scores.course import RiskLine, ScoreCourse, orders_words, value_words
from views.theme import Theme, ThemeChoice

LAST = date(2026, 11, 18)


def day(weeks_ago: int) -> str:
    return (LAST - timedelta(days=7 * weeks_ago)).isoformat()


def figures(**changes: object) -> ScoreFigures:
    made = ScoreFigures(
        as_of=LAST.isoformat(), churn_risk=0.72, churn_horizon_days=90, churn_change_points=31.0, engagement=40.0,
        engagement_change=-3.0, engagement_threshold=50.0, health=51.0, health_coverage=4, change_days=60,
        value_at_risk_minor=524_000, value_at_risk_low_minor=360_000, value_at_risk_high_minor=710_000,
        clv_if_stays_minor=728_000, clv_minor=204_000, clv_low_minor=98_000, clv_high_minor=410_000,
        clv_horizon_months=12, currency="USD", confidence="medium",
        confidence_why=("Fewer than 4 purchase days on record.",), last_order_on="2026-09-07",
        last_order_words="7 Sep · $386", days_since_last_order=72, usual_gap_days=21.0, segment="Cooling VIP",
        segment_before=None, trend="falling", model="mbg_nbd/1",
        history=tuple((day(26 - week), 0.2 + 0.02 * week) for week in range(27)),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def test_value_comes_with_its_range_and_horizon() -> None:
    assert value_words(figures()) == "Lifetime value, 12 months: $2,040, 80\u202f% range $980–$4.1k"
    assert value_words(figures(clv_low_minor=None)) == "Lifetime value, 12 months: $2,040"
    assert value_words(figures(clv_minor=None)) == ""
    rare = {"clv_low_minor": 0, "clv_high_minor": 90_000}
    nothing = value_words(figures(**rare, clv_median_minor=0))
    assert (
        nothing
        == "Lifetime value, 12 months: $2,040, 80\u202f% range $0–$900, the average outcome; over half bring nothing"
    )
    assert value_words(figures(**rare, clv_median_minor=40_000)).endswith(", median $400")
    never = value_words(figures(clv_low_minor=0, clv_high_minor=0, clv_median_minor=0))
    assert never == "Lifetime value, 12 months: $2,040, the average outcome; most likely nothing"


def test_the_line_has_a_sentence_and_a_table(qtbot: QtBot, theme: Theme) -> None:
    made = RiskLine(theme)
    qtbot.addWidget(made)
    made.show()
    made.show_history(figures().history)
    assert made.accessibleDescription() == "Risk 20\u202f% on 20 May, 72\u202f% now."
    last = figures().history[-1][0]
    made.show_history(figures().history, (last, *(None for _ in figures().history[1:])))
    assert made.accessibleDescription().endswith("72\u202f% now. Earlier values were calculated on 18 Nov.")
    qtbot.keyClick(made, Qt.Key.Key_Home)
    assert made.said == "20 May: 20\u202f%, calculated on 18 Nov"
    qtbot.keyClick(made, Qt.Key.Key_Left)
    qtbot.keyClick(made, Qt.Key.Key_End)
    assert made.said == "18 Nov: 72\u202f%"
    qtbot.keyClick(made, Qt.Key.Key_Return)
    table = made.window().findChild(ChartTable)
    assert table is not None and table.isVisible()
    qtbot.keyClick(table, Qt.Key.Key_Escape)
    made.show_history(())
    assert made.sentence() == "No churn risk history yet."
    made.grab()


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_it_is_painted_and_folds_in_a_narrow_pane(qtbot: QtBot, theme: Theme, choice: ThemeChoice) -> None:
    theme.choose(choice)
    made = ScoreCourse(theme)
    qtbot.addWidget(made)
    for width, beside in ((760, True), (400, False)):
        made.resize(width, 60)
        made.show_figures(figures())
        made.grab()
        assert made.risk.isVisible() and (made.risk.x() > 200) is beside
    made.show_figures(figures(history=(), confidence="low", clv_minor=None))
    assert not made.risk.isVisible() and not made.value.isVisible()
    made.show_figures(None)
    assert not made.isVisible()
    theme.choose(ThemeChoice.LIGHT)


def test_the_detail_of_an_alert_shows_the_customers_own_history(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    desk = open_window(sample)
    qtbot.waitUntil(lambda: desk.background.idle)
    page = desk.window.page("alerts")
    detail = page.detail.detail  # type: ignore[attr-defined]
    assert detail is not None and detail.figures is not None
    course = page.detail.course  # type: ignore[attr-defined]
    assert not course.isVisible()  # folded behind the figure that it explains
    page.detail.figures.unfold.click()  # type: ignore[attr-defined]
    assert course.isVisible() and course.risk.history == detail.figures.history
    found = insight.customer_profile(sample, detail.alert.customer_id).figures
    assert found is not None and found.history == detail.figures.history
    days = [day for day, _risk in found.history]
    assert days == sorted(set(days)) and days[-1] == found.as_of and len(days) > 10
    assert found.history[-1][1] == (found.model_risk if found.said_leaving else found.churn_risk)


def test_where_each_channel_is_heading_is_said_when_the_eye_rests(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    desk = open_window(sample)
    desk.window.show_page("customers")
    qtbot.waitUntil(lambda: desk.background.idle)
    page = desk.window.page("customers")
    pane = page.profile  # type: ignore[attr-defined]
    course: ScoreCourse = pane.course
    (why,) = [one for one in pane.findChildren(QPushButton) if one.text() == "Why?" and one.isVisible()]
    assert not course.isVisible()  # folded behind the figure that it explains
    why.click()
    assert course.trend.isVisible() and course.trend.text()
    told = insight.customer_trends(sample, pane.profile.id)
    qtbot.waitUntil(lambda: course.trend.text() == told.line)
    assert course.trend.more == told.more
    pane.reload()
    qtbot.waitUntil(lambda: desk.background.idle)
    assert course.trend.text() == told.line


def test_orders_that_are_overdue_are_not_as_usual() -> None:
    late = figures(trend="steady", own_rhythm=True, last_order_on="2026-09-04", days_since_last_order=78)
    assert orders_words(replace(late, usual_gap_days=44.0)) == "No order since 4 Sep"
    assert orders_words(replace(late, usual_gap_days=60.0)) == "Orders as usual"


@pytest.mark.parametrize(
    ("trend", "said"),
    [
        ("falling", "going down"),
        ("rising", "going up"),
        ("steady", "No order since"),
        ("unknown", "Not enough orders"),
        (None, "No"),
    ],
)
def test_until_then_the_line_says_how_orders_go(qtbot: QtBot, theme: Theme, trend: str | None, said: str) -> None:
    made = ScoreCourse(theme)
    qtbot.addWidget(made)
    made.show_figures(figures(trend=trend))
    assert said in made.trend.text()
    made.show_trends(TrendWords("Orders down since 3 Sep", ("Orders down since 3 Sep: none in 78 days",)))
    made.show_figures(figures(trend=trend))
    assert made.trend.text() == "Orders down since 3 Sep" and "78 days" in made.trend.accessibleName()
    made.show_figures(figures(trend=trend, churn_risk=0.1))
    assert said in made.trend.text() and not made.trend.more


@pytest.mark.parametrize("key", ["alerts", "customers"])
def test_from_a_risk_the_way_leads_to_how_such_risks_did(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, key: str
) -> None:
    made.forget(sample)
    made.keep(sample, "backtest", made.report(calibration=(CalibrationBin(0.5, 40, 80, 0.4, 0.6),)))
    desk = open_window(sample)
    desk.window.show_page(key)
    qtbot.waitUntil(lambda: desk.background.idle)
    page = desk.window.page(key)
    course: ScoreCourse = page.detail.course if key == "alerts" else page.profile.course  # type: ignore[attr-defined]
    course.show_figures(figures(record="When about 50 % was said, 40 of 80 left."))
    assert course.past.isVisible() and course.sure.text().endswith("40 of 80 left.")
    course.past.setFocus()
    qtbot.keyClick(course.past, Qt.Key.Key_Space)
    assert desk.window.current_key == "insights"
    qtbot.waitUntil(lambda: desk.background.idle)
    course.show_figures(figures())
    assert course.past.isHidden()
