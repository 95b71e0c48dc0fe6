"""How far totals of value were off stands beside every total that is made of values."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.values.words import THIN
from services import insight
from services.insight.report_card import read_report_card
from services.insight.tile_figures import read_today_tiles
from services.insight.value_check import off_words, read_value_check, side_of
from tests.services.insight.conftest import Fresh, SmallBook
from tests.services.insight.test_report_card import keep
from tests.views.insights import made


def checked(book: SmallBook, bias: float | None) -> None:
    report = made.report()
    assert report.clv is not None
    keep(book, "backtest", replace(report, clv=replace(report.clv, bias=bias, cutoff="2026-02-15", days=273)))


@pytest.fixture
def scored(book: SmallBook) -> SmallBook:
    for _ in range(2):
        book.score(book.customer(), value_at_risk_minor=1_000_00, clv_if_stays_minor=4_000_00)
    return book


def test_it_is_said_beside_the_sum_of_the_list_the_tile_the_page_and_on_the_command_line(
    scored: SmallBook, reader: Fresh
) -> None:
    assert insight.customers_count(scored.workspace).value_check == ""
    assert insight.totals_words(scored.workspace) == (
        "Revenue at risk, 12 months: $2k, of $8k if all active customers stay."
    )
    checked(scored, -0.072)
    told = f"When last checked, 39 weeks from 15 Feb, the total of lifetime value was 7{THIN}% too low."
    count = insight.customers_count(scored.workspace)
    assert count.value_check == told
    tile = reader(read_today_tiles)[1]
    assert tile.title == "revenue at risk, 12 months" and tile.tooltip.endswith(told)
    assert reader(read_report_card).value_note == told
    assert insight.totals_words(scored.workspace).endswith(f"if all active customers stay. {told}")


def test_the_range_of_what_is_at_risk_is_as_wide_as_the_check_was_off(scored: SmallBook, reader: Fresh) -> None:
    ranges = []
    for bias in (0.01, -0.15, 0.4):
        checked(scored, bias)
        ranges.append(reader(read_today_tiles)[1].line)
    assert ranges[0] == ranges[1] == "80\u202f% range $1.7k–$2.3k"
    assert ranges[2] == "80\u202f% range $1.2k–$2.8k"


@pytest.mark.parametrize("report", ["{", "[]", '{"clv": null}', '{"clv": {"bias": "much", "cutoff": 3, "days": 9}}'])
def test_a_check_that_tells_no_total_says_nothing(scored: SmallBook, reader: Fresh, report: str) -> None:
    scored.insert("score_reports", kind="backtest", as_of="2026-11-18", report=report, made_at="2026-11-18T09:00:00Z")
    assert reader(read_value_check) is None
    assert insight.customers_count(scored.workspace).value_check == ""


def test_an_unscored_book_has_no_totals(book: SmallBook) -> None:
    book.customer()
    assert insight.totals_words(book.workspace) == ""


@given(st.floats(-1, 50))
def test_a_side_is_named_only_with_a_percent_that_is_not_nothing(bias: float) -> None:
    side, share = side_of(bias)
    assert bool(side) == (share != f"0{THIN}%")
    assert off_words(bias) == (f"{share} too {side}" if side else "right to the percent")
