"""Scores in lines of words: each with its horizon and range, how sure it is, and what a person set."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from models.values.overrides import OverrideMark
from models.values.words import DASH, MINUS, THIN, gap_words, money_range
from services.insight.figure_formatting import figure_lines, sure_words
from tests.views.customers.made import figures

FEW = "Fewer than 4 purchase days on record."
TOLD = f"40 similar customers: predicted 72{THIN}%, actual 58{THIN}%."


def test_how_sure_it_is_comes_with_why_and_with_how_such_a_risk_did() -> None:
    sure = replace(figures(), confidence="high", confidence_why=())
    assert sure_words(sure) == "Confidence high: enough history, and orders up to date."
    assert sure_words(replace(sure, record=TOLD)) == f"Confidence high. {TOLD}"
    assert sure_words(replace(sure, last_order_on=None)) == "Confidence high: enough history."
    unsure = replace(figures(), confidence="medium", confidence_why=(FEW,))
    assert sure_words(unsure) == "Confidence medium: fewer than 4 purchase days on record."
    assert sure_words(replace(unsure, record=TOLD)) == f"{sure_words(unsure)} {TOLD}"


def test_each_score_is_a_line_with_horizon_range_and_change() -> None:
    assert figure_lines(replace(figures(), confidence_why=(), record=TOLD)) == (
        f"Churn risk, 90 days: 72{THIN}%, +31 pts in 60 days",
        f"Revenue at risk, 12 months: $5,240 of $7,280 if they stay (80{THIN}% range $3,600{DASH}$7,100)",
        f"Lifetime value, 12 months: $2,040 (80{THIN}% range $1,000{DASH}$3,000)",
        f"Engagement: 34 of 100, {MINUS}27 in 60 days; your threshold is 50",
        "Health: 41 of 100, from 6 of 6 parts",
        "Last order: 7 Sep · $386, 74 days ago; the usual gap is 21",
        "Segment: Cooling VIP, was Loyal",
        f"Confidence high. {TOLD}",
    )


def test_a_value_outside_its_range_is_said_with_the_median() -> None:
    rare = replace(figures(), clv_low_minor=0, clv_high_minor=90_000, clv_median_minor=0)
    average = "the average outcome; over half bring nothing"
    told = f"Lifetime value, 12 months: $2,040 (80{THIN}% range $0{DASH}$900, {average})"
    assert told in figure_lines(rare)
    assert told.replace(average, "median $400") in figure_lines(replace(rare, clv_median_minor=40_000))


def test_a_range_beyond_the_whole_says_that_the_whole_is_an_average() -> None:
    lines = figure_lines(replace(figures(), value_at_risk_high_minor=800_000))
    said = "Revenue at risk, 12 months: $5,240 of about $7,280 if they stay"
    assert f"{said} (80{THIN}% range $3,600{DASH}$8,000)" in lines


def test_equal_ends_of_a_range_are_said_as_what_is_most_likely() -> None:
    never = replace(
        figures(),
        value_at_risk_minor=12_000, value_at_risk_low_minor=0, value_at_risk_high_minor=0,
        clv_low_minor=0, clv_high_minor=30, clv_median_minor=0,
    )  # fmt: skip
    lines = figure_lines(never)
    assert "Revenue at risk, 12 months: $120 of $7,280 if they stay (the average outcome; most likely nothing)" in lines
    assert "Lifetime value, 12 months: $2,040 (the average outcome; most likely nothing)" in lines
    assert not any(f"$0{DASH}$0" in line for line in lines)


def test_a_range_is_worded_in_one_place() -> None:
    assert money_range(360_000, 710_000, "USD", short=True) == f"80{THIN}% range $3.6k{DASH}$7.1k"
    assert money_range(0, 49, "USD", mean_minor=0) == "most likely nothing"
    assert money_range(50_000, 50_049, "USD", mean_minor=50_010) == "most likely $500"
    assert money_range(50_000, 50_049, "USD", mean_minor=90_000) == "the average outcome; most likely $500"


def test_what_a_person_set_and_what_moved_stand_below() -> None:
    mark = OverrideMark(
        "churn_risk", "churn risk", 0.0, "set by you until 3 Jan", f">99{THIN}%", "renewed", "2027-01-03"
    )
    shown = replace(
        figures(), churn_risk=0.0, churn_change_points=None, overridden=(mark,), week_line="Since 14 Nov: …"
    )
    lines = figure_lines(shown)
    assert lines[0] == f"Churn risk, 90 days: 0{THIN}%"
    assert lines[-2:] == (mark.line, "Since 14 Nov: …")


_MAYBE = st.none() | st.floats(0, 100)
_MONEY = st.none() | st.integers(0, 10**9)


@given(_MAYBE, _MAYBE, _MONEY, _MONEY, _MONEY, _MAYBE, _MAYBE)
def test_whatever_is_not_known_leaves_no_gap(
    risk: float | None, change: float | None, at_risk: int | None, low: int | None, value: int | None,
    engagement: float | None, health: float | None,
) -> None:  # fmt: skip
    shown = replace(
        figures(), churn_risk=None if risk is None else risk / 100, churn_change_points=change, engagement=engagement,
        value_at_risk_minor=at_risk, value_at_risk_low_minor=low, clv_if_stays_minor=value, clv_minor=value,
        health=health, last_order_on=None, days_since_last_order=None, usual_gap_days=None, segment=None,
        confidence_why=(),
    )  # fmt: skip
    lines = figure_lines(shown)
    assert all(line == line.strip() and "None" not in line and "nan" not in line for line in lines)
    assert sure_words(shown) in lines


def test_a_usual_gap_is_said_only_of_customers_with_four_gaps_of_their_own() -> None:
    assert gap_words(26.4, True) == "the usual gap is 26"
    assert gap_words(26.4, False) == "customers like them: about 26 days"
