"""The revenue forecast: calendar months, seasons, ranges that hold, and nothing known ahead of time."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from models.values.errors import Cancelled
from models.values.forecast import RevenueForecast
from services.scoring.events import BookEvents, day_number
from services.scoring.report.months import daily_revenue, month_of, months_from, seasonal_index, whole_months
from services.scoring.report.revenue import forecast_months
from services.scoring.report.revenue_formatting import forecast_sentences
from tests.services.scoring.made_up import made_up_book, read_through

FIRST, LAST = date(2023, 1, 1), date(2026, 3, 17)


def steady_book(customers: int = 150, seed: int = 3, season: bool = False) -> BookEvents:
    """Customers arrive all along, buy about monthly and stay for a year or so; December counts double with a season."""
    rng = np.random.default_rng(seed)
    orders = []
    span = (LAST - FIRST).days
    for who in range(customers):
        day, ends = float(rng.uniform(0, span)), rng.exponential(400.0)
        begun = day
        while day < min(span, begun + ends):
            on = FIRST + timedelta(days=int(day))
            times = 2.5 if season and on.month == 12 else 1.0
            orders.append((who, day_number(on), float(round(5000 * times * rng.gamma(6, 1 / 6)))))
            day += rng.exponential(30.0)
    return made_up_book(customers, day_number(LAST), orders=orders)


def report_of(book: BookEvents) -> RevenueForecast:
    found = forecast_months(book)
    assert found is not None
    past, index, bias = found.past, found.index, found.bias
    return RevenueForecast(
        "2026-03-17", "USD", found.months, past, index, bias, 0, 0, None, low=found.low, high=found.high
    )


def test_months_are_those_of_the_calendar() -> None:
    leap = month_of(day_number(date(2024, 2, 10)))
    assert (leap.name, leap.last - leap.first + 1, leap.of_year) == ("2024-02", 29, 1)
    assert [one.name for one in months_from(day_number(date(2025, 11, 30)), 3)] == ["2025-11", "2025-12", "2026-01"]
    found = whole_months(day_number(date(2025, 1, 2)), day_number(date(2025, 4, 30)))
    assert [one.name for one in found] == ["2025-02", "2025-03", "2025-04"]
    assert whole_months(day_number(date(2025, 1, 1)), day_number(date(2025, 1, 30))) == []


def test_returns_count_on_their_own_day() -> None:
    book = made_up_book(
        1,
        20_100,
        orders=[(0, 20_000, 900.0), (0, 20_010, float("nan"))],
        linked_returns=[(0, 20_050, 20_000, -400.0, 0)],
        loose_returns=[(0, 20_060, -100.0)],
    )
    daily = daily_revenue(book)
    assert daily is not None
    assert (daily.between(20_000, 20_049), daily.between(20_050, 20_050), daily.between(0, 30_000)) == (900, -400, 400)
    assert daily_revenue(made_up_book(2, 20_000)) is None


def test_a_season_is_found_from_two_years_on_and_not_where_there_is_none() -> None:
    daily = daily_revenue(steady_book(600, season=True))
    assert daily is not None
    index = seasonal_index(daily, day_number(LAST))
    assert index is not None and index.argmax() == 11 and index[11] > 1.3
    assert index.mean() == pytest.approx(1.0)
    assert seasonal_index(daily, day_number(date(2024, 12, 30))) is None


def test_the_months_add_up_and_ranges_hold_what_is_expected() -> None:
    report = report_of(steady_book())
    assert [one.month for one in report.months][:2] == ["2026-03", "2026-04"] and len(report.months) == 12
    assert report.months[0].so_far > 0 and all(one.so_far == 0 for one in report.months[1:])
    assert all(one.low <= one.expected <= one.high for one in report.months)
    assert all(0 <= one.from_new <= one.expected for one in report.months)
    expected = sum(one.expected for one in report.months)
    assert sum(one.low for one in report.months) < report.low < expected < report.high
    spread = [one.high / one.low for one in report.months[1:]]
    assert spread == sorted(spread)


def test_a_steady_book_comes_within_its_ranges() -> None:
    inside = checked = 0
    for seed in range(4):
        report = report_of(steady_book(seed=seed))
        within, of = report.within
        inside, checked = inside + within, checked + of
        assert report.bias is not None and abs(report.bias) < 0.2
    assert checked == 48
    assert 0.65 <= inside / checked <= 0.97


def test_the_past_is_forecast_by_what_was_known_then() -> None:
    book = steady_book(80)
    day = day_number(date(2025, 8, 31))
    later, then = report_of(book), report_of(read_through(book, day))
    known = {one.month: (one.actual, one.predicted) for one in then.past if "2025-05" <= one.month <= "2025-08"}
    assert known == {one.month: (one.actual, one.predicted) for one in later.past if one.month in known}
    september = next(one for one in later.past if one.month == "2025-09")
    assert september.predicted == then.months[0].expected


def test_it_can_be_cancelled_between_two_cuts_and_tells_how_far_it_is() -> None:
    steps: list[tuple[int, int]] = []
    with pytest.raises(Cancelled):
        forecast_months(steady_book(40), lambda done, of: steps.append((done, of)), lambda: len(steps) >= 2)
    assert steps == [(0, 13), (1, 13)]


@pytest.mark.parametrize(
    "orders",
    [[], [(0, 20_000, 500.0)], [(0, 20_000, -500.0)], [(who, 20_000, 100.0) for who in range(5)], [(0, 19_000, 0.0)]],
)
def test_odd_books_have_an_answer(orders: list[tuple[int, int, float]]) -> None:
    found = forecast_months(made_up_book(5, 20_000, orders=orders))
    if not orders:
        assert found is None
    else:
        assert found is not None and all(one.low <= one.expected <= one.high for one in found.months)
        assert found.low <= found.high


def test_its_sentences_say_the_sum_the_record_and_the_season() -> None:
    report = report_of(steady_book(season=True))
    total, record, season = forecast_sentences(report)
    assert total.startswith("Forecast to February 2027: $") and "will come from new customers" in total
    assert record.startswith("Last 12 one-month forecasts: ") and " within range" in record
    assert season.startswith("Seasons are included: December is usually ")
    young = report_of(read_through(steady_book(), day_number(date(2023, 5, 20))))
    assert forecast_sentences(young)[1].startswith("Forecasts can be checked after seven months of orders.")
    assert RevenueForecast.from_json(report.as_json()) == report
    former = {"actual": "came", "predicted": "foretold"}
    kept = report.as_json()
    kept["past"] = [{former.get(name, name): value for name, value in one.items()} for one in kept["past"]]
    assert RevenueForecast.from_json(kept) == report
