from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from pytestqt.qtbot import QtBot

from models.values.alerts import ScoreFigures
from models.values.reaching import SpendYear
from services.settings import BusinessHours, Policy
from tests.views.alerts.open_alerts import alert as open_alert
from views.alerts.figures import FigureStrip, contradicted, figures_of, risk_ink, trust_words
from views.alerts.panels import Until, next_working_day, snooze_choices
from views.theme import Theme, fonts
from views.words import THIN

FULL = ScoreFigures(
    as_of="2026-11-20",
    churn_risk=0.72,
    churn_horizon_days=90,
    churn_change_points=31.2,
    engagement=34,
    engagement_change=-27,
    engagement_threshold=50,
    health=41,
    health_coverage=6,
    change_days=60,
    value_at_risk_minor=524_000,
    value_at_risk_low_minor=360_000,
    value_at_risk_high_minor=710_000,
    clv_if_stays_minor=728_000,
    clv_minor=204_000,
    clv_low_minor=98_000,
    clv_high_minor=410_000,
    clv_horizon_months=12,
    currency="USD",
    confidence="high",
    confidence_why=(),
    last_order_on="2026-09-07",
    last_order_words="7 Sep · $386",
    days_since_last_order=74,
    usual_gap_days=21,
    segment="Cooling VIP",
    segment_before="Loyal",
    trend=None,
    model="MBG/NBD",
)


def test_every_figure_has_unit_horizon_range_and_change() -> None:
    churn, risk, engagement, last = (figure.spoken for figure in figures_of(FULL, 0.4, 0.5))
    assert churn == f"Churn risk, 90 days, 72{THIN}%, ▲ 31 pts in 60 days, confidence high"
    told = f"At risk, 12 months, $5,240, of $7,280 if they stay, 80{THIN}% range $3.6k–$7.1k"
    assert risk == f"{told}, lifetime value over 12 months, $2,040 expected"
    assert engagement == "Engagement, 34 of 100, ▼ 27 in 60 days, your threshold is 50"
    assert last == "Last order, 74 days ago, 7 Sep · $386, usual gap 21"


def test_what_is_said_of_who_leaves_fits_its_cell_in_a_laptop_s_window(qtbot: QtBot, theme: Theme) -> None:
    leaving = replace(FULL, said_leaving="they are leaving")
    risk, *_ = figures_of(leaving, 0.4, 0.5)
    for run in (*risk.first, *risk.second):
        assert fonts.width(run.text, fonts.SMALL) <= 118, run.text


def test_where_the_record_says_more_than_the_model_no_figure_is_called_sure() -> None:
    alert = open_alert(1, loss_minor=696_200, value_at_risk_minor=144_200, record="17 of 25 left after such a silence")
    churn, risk, *_ = figures_of(replace(FULL, churn_risk=0.15), 0.4, 0.5, alert=alert)
    assert (churn.label, churn.big, risk.label, risk.big) == (
        *("Churn, by the record", "17 of 25"),
        *("At stake, 12 months", "$6,962"),
    )
    assert [(run.text, run.ink) for run in churn.first] == [("left after such a silence", "warning_text")]
    assert [run.text for figure in (churn, risk) for run in figure.second] == [f"model: 15{THIN}%", "model: $5,240"]
    assert "confidence" not in churn.spoken
    assert trust_words(replace(FULL, churn_risk=0.15), alert) == (
        "To decide whom to call, go by the record: 17 of 25 left after such a silence, so $6,962 is at stake. "
        f"Lists and totals use the churn model: 15{THIN}%, $1,442 at risk."
    )
    for other in (replace(FULL, said_leaving="they are leaving"), replace(FULL, churn_risk=None)):
        assert not contradicted(other, alert) and not trust_words(other, alert)
    assert "confidence high" in figures_of(FULL, 0.4, 0.5, alert=open_alert(1))[0].spoken


def test_the_figures_of_a_contradicted_model_fit_beside_a_drawer(qtbot: QtBot, theme: Theme) -> None:
    """The detail of 1440 × 900 at 150 % is 540 px wide."""
    alert = open_alert(1, loss_minor=358_100, value_at_risk_minor=309_300, record="17 of 25 left after such a silence")
    shown = figures_of(replace(FULL, churn_risk=0.61), 0.4, 0.5, SpendYear(537_000, -0.25), alert)
    assert sum(16 + figure.shortest.width + 4 for figure in shown) <= 540


@pytest.mark.parametrize("said", ["", "they may leave", "they are leaving"])
@pytest.mark.parametrize("year", [0.18, None])
def test_no_figure_is_cut_in_the_smallest_window(qtbot: QtBot, theme: Theme, said: str, year: float | None) -> None:
    """The detail of 1440 × 900 at 150 % is 537 px wide beside the queue."""
    known = replace(FULL, said_leaving=said, value_at_risk_high_minor=730_000)
    shown = figures_of(known, 0.4, 0.5, SpendYear(752_500, year))
    assert sum(16 + figure.shortest.width + 4 for figure in shown) <= 537


def test_what_is_not_known_is_said(qtbot: QtBot, theme: Theme) -> None:
    nothing = replace(
        FULL,
        churn_risk=None,
        value_at_risk_minor=None,
        engagement=None,
        days_since_last_order=None,
        churn_change_points=None,
    )
    spoken = [figure.spoken for figure in figures_of(nothing, 0.4, 0.5)]
    assert spoken[0] == "Churn risk, 90 days, –, too little history"
    assert spoken[3] == "Last order, –, no order yet"
    strip = FigureStrip(theme)
    qtbot.addWidget(strip)
    for width in (420, 640, 900):
        strip.resize(width, 100)
        strip.show_figures(figures_of(nothing, 0.4, 0.5))
        strip.grab()
        strip.show_figures(figures_of(FULL, 0.4, 0.5))
        strip.grab()
        strip.show_figures(figures_of(None, 0.4, 0.5))
        strip.grab()


@pytest.mark.parametrize(
    ("churn", "ink"), [(None, "ink"), (0.39, "ink"), (0.4, "warning_text"), (0.5, "critical_text")]
)
def test_churn_gets_a_colour_only_from_the_policys_threshold(churn: float | None, ink: str) -> None:
    assert risk_ink(churn, 0.4, 0.5) == ink


class TestSnoozing:
    POLICY = Policy(business_hours=BusinessHours(time_zone="UTC"))

    def test_it_offers_moments_and_conditions_with_their_latest_date(self) -> None:
        choices = snooze_choices(self.POLICY, datetime.fromisoformat("2026-11-20T12:07:00+00:00"))
        assert [choice.words for choice in choices] == [
            "Later today",
            "Next working day",
            "In a week",
            "They order again",
            "It gets worse",
            "Pick a date…",
        ]
        assert choices[0].hint == "14:15"
        assert choices[1].value == Until(date(2026, 11, 23))
        assert choices[3].hint == "or 30 days"

    def test_late_in_the_evening_there_is_no_later_today(self) -> None:
        choices = snooze_choices(self.POLICY, datetime.fromisoformat("2026-11-20T21:30:00+00:00"))
        assert choices[0].words == "Next working day"

    def test_weekends_and_holidays_are_no_working_days(self) -> None:
        policy = Policy(business_hours=BusinessHours(time_zone="UTC", holidays=(date(2026, 11, 23),)))
        assert next_working_day(policy, date(2026, 11, 20)) == date(2026, 11, 24)
        closed = tuple(date.fromordinal(date(2026, 11, 20).toordinal() + later) for later in range(800))
        policy = Policy(business_hours=BusinessHours(time_zone="UTC", holidays=closed))
        assert next_working_day(policy, date(2026, 11, 20)) == date(2026, 11, 21), "where nobody ever works"


def test_cells_take_the_width_that_their_words_need(qtbot: QtBot, theme: Theme) -> None:
    strip = FigureStrip(theme)
    qtbot.addWidget(strip)
    # The range at risk goes beyond what they bring if they stay: the longest words.
    wordy = replace(FULL, value_at_risk_high_minor=1_050_000, clv_if_stays_minor=805_400)
    strip.show_figures(figures_of(wordy, 0.5, 0.7))
    needed = [strip.inset + figure.width for figure in strip.figures]
    strip.resize(round(sum(needed)) + 40, 100)
    assert all(cell.width() >= need for cell, need in zip(strip._cells(), needed, strict=True))
    strip.resize(2000, 100)
    assert strip._cells()[3].width() < strip._cells()[0].width(), "with room the shares are as before"
