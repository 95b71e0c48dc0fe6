"""A tile by itself: what it shows, says where there is nothing or too little, means, and copies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from models.values.dashboards import FEW, HEIGHTS, Change, Filters, Form, Height, TileAnswer, TileSpec
from models.values.errors import UserError
from models.values.metrics import Answer, Column, Condition, Interval, Period, Query, Value
from models.values.notes import Note
from services.metrics import offered, the_catalogue, the_dashboards
from views.background import Failed
from views.charts.bars import BarsChart, RangesChart, StackedChart
from views.charts.table import ChartTable
from views.charts.trend import TrendChart
from views.insights.answer_table import AnswerTable
from views.insights.figure import Figure
from views.insights.filter_bar import FilterBar
from views.insights.headline import Headline
from views.insights.said import cell_words, change, group, group_of, said
from views.insights.tile import Tile
from views.insights.tile_panel import TilePanel
from views.theme import Theme, fonts
from views.words import THIN

RATE = Column("win_rate", "Win rate", "percent")
KIND = Column("kind", "Kind", "text")
Make = Callable[..., Tile]


@pytest.fixture
def make(qtbot: QtBot, theme: Theme, host: QWidget) -> Make:
    def made(
        form: Form, rows: tuple[tuple[Value, ...], ...], by: str = "", empty: str = "",
        limit: int | None = None, height: Height = "M",
        **more: object,
    ) -> Tile:  # fmt: skip
        query = Query(("win_rate",), (by,) if by else (), period="90d")
        columns = (*((replace(KIND, name=by),) if by else ()), RATE)
        answer = Answer(
            as_of=date(2026, 11, 16), period=Period(date(2026, 8, 19), date(2026, 11, 16)), columns=columns, rows=rows,
            totals={"win_rate": 0.5}, currency="USD", definition="Win rate: share of deals that were won.",
        )  # fmt: skip
        tile = Tile(theme, TileSpec("one.0.0", "Win rate", form, replace(query, limit=limit), height=height))
        tile.setParent(host)
        tile.resize(400, 320)
        tile.show()
        tile.show_answer(TileAnswer(query, replace(answer, **more), {"win_rate": "higher"}, empty))  # type: ignore[arg-type]
        return tile

    return made


@pytest.mark.parametrize("form", ["line", "bars", "table"])
def test_a_month_under_way_is_told_so_far_and_never_looks_whole(make: Make, form: Form) -> None:
    noted = (Note("partial", "", ("month", "2026-11", "16 Nov 2026")),)
    tile = make(form, (("2026-09", 0.5), ("2026-10", 0.4), ("2026-11", 0.1)), by="month", noted=noted)
    if isinstance(tile.content, AnswerTable):
        names = [line.cells[0].text for row in range(3) if (line := tile.content.lines.line_at(row)) is not None]
    else:
        _heads, rows = tile.content.table()  # type: ignore[attr-defined]
        names = [row[0] for row in rows]
    assert names == ["Sep 2026", "Oct 2026", "Nov 2026, so far"]
    if isinstance(tile.content, TrendChart):
        assert [point.said.splitlines()[0] for point in tile.content.points()] == names
        whole = tile.grab().toImage()
        tile.show_answer(replace(tile.shown, answer=replace(tile.shown.answer, noted=())))  # type: ignore[type-var, union-attr]
        assert tile.grab().toImage() != whole, "dashed and hollow"


def test_the_words_of_a_month_under_way_lie_off_the_line(make: Make) -> None:
    noted = (Note("partial", "", ("month", "2026-11", "16 Nov 2026")),)
    for shares in ((0.1, 0.1, 0.9, 0.85, 0.7), (0.5, 0.5, 0.5, 0.5, 0.5), (0.9, 0.8, 0.7, 0.6, 0.5)):
        rows = tuple((f"2026-{month:02d}", share) for month, share in enumerate(shares, 7))
        chart = make("line", rows, by="month", noted=noted).content
        assert isinstance(chart, TrendChart)
        for wide in (160, 240, 600):
            chart.resize(wide, 220)
            frame, places = chart.frame, [one for one, _ in enumerate(shares[:-1])]
            room, free = chart._beside(frame, 4, "70 % so far")
            line = [frame.at(place, 100 * shares[place]) for place in places]
            parts = [QRectF(one, other).normalized() for one, other in pairwise(line)]
            assert free == (not any(room.intersects(part) for part in parts))
            assert room.right() <= chart.width()
        chart.grab()


def test_a_figure_opens_its_rows_by_enter_and_by_a_click(qtbot: QtBot, make: Make) -> None:
    tile = make("figure", ((0.5,),), intervals={"win_rate": (Interval(0.42, 0.58, 83),)})
    assert isinstance(tile.content, Figure)
    assert tile.content.accessibleName().startswith(f"Win rate: 50{THIN}%")
    assert tile.toolTip().endswith(f"95{THIN}% range 42{THIN}% to 58{THIN}%, of 83")
    for act in (lambda: QTest.keyClick(tile.content, Qt.Key.Key_Return), tile.content.click):
        with qtbot.waitSignal(tile.drilled) as asked:
            act()
        assert asked.args == ["win_rate", {}]


def test_shares_are_shown_with_their_ranges_and_what_differs_clearly_is_said(qtbot: QtBot, make: Make) -> None:
    rows = (("Renewal", 0.9), ("Upsell", 0.5), ("Restock", 1.0))
    ranges = (Interval(0.6, 0.98, 10), Interval(0.3, 0.7, 20), Interval(0.2, 1.0, 1))
    tile = make("ranges", rows, "kind", intervals={"win_rate": ranges}, few={"win_rate": (2,)})
    assert isinstance(tile.content, RangesChart)
    assert [(bar.figure, bar.range) for bar in tile.content.bars] == [
        (f"90{THIN}% · 9 of 10", (0.6, 0.98)), (f"50{THIN}% · 10 of 20", (0.3, 0.7)),
        (f"{FEW} · 1 of 1", (0.2, 1.0)),
    ]  # fmt: skip
    assert tile.below == f"Against the overall 50{THIN}%, clearly higher: Renewal."
    with qtbot.waitSignal(tile.drilled) as asked:
        tile.content.picked.emit(1)
    assert asked.args == ["win_rate", {"kind": "Upsell"}]
    alike = make("ranges", rows[1:], "kind", intervals={"win_rate": (ranges[1], Interval(0.4, 0.6, 90))})
    assert alike.below == f"Every 95{THIN}% range holds the overall 50{THIN}%: none is clearly higher or lower."
    assert not make("ranges", rows[:1], "kind", intervals={"win_rate": ranges[:1]}).below


def test_a_median_stands_between_its_quartiles_and_every_one_on_a_round_axis(
    qtbot: QtBot, theme: Theme, host: QWidget
) -> None:
    names = ("median_resolution_time", "resolution_time_p25", "resolution_time_p75")
    rows = (("Delivery", 41.0, 22.0, 70.0), ("Returns", 14.0, 8.0, 24.0), ("Fraud", 3.0, 1.0, 4.0))
    tile = on_screen(theme, host, *shown_as("ranges", names, "kind", rows, "hours", {names[0]: (2,)}))
    assert isinstance(tile.content, RangesChart)
    bars = tile.content.bars
    assert [(bar.figure, bar.range) for bar in bars] == [("41 h", (22.0, 70.0)), ("14 h", (8.0, 24.0)), (FEW, None)]
    assert tile.below == "Dot: median. Bar: the middle half. Dashed: all, 21 h."
    assert tile.content.whole().x == (0.0, 80.0)
    with qtbot.waitSignal(tile.drilled) as asked:
        tile.content.picked.emit(1)
    assert asked.args == ["median_resolution_time", {"kind": "Returns"}]


def test_a_large_total_has_room_in_its_column(theme: Theme, host: QWidget) -> None:
    rows = (("Delivery", 1_234_567_800), ("Returns", 90_000))
    spec, shown = shown_as("table", ("revenue",), "kind", rows, "money")
    shown = replace(shown, answer=replace(shown.answer, totals={"revenue": 1_234_657_800}))
    table = on_screen(theme, host, spec, shown).content
    assert isinstance(table, AnswerTable)
    texts = [table.lines.index(row, 1).data() for row in range(3)]
    assert texts[-1] == "$12,346,578"
    assert table.lines.columns[1].width >= 26 + max(fonts.width(one, fonts.LIST, fonts.SEMIBOLD) for one in texts)


def test_each_part_of_a_stacked_bar_is_told_and_opens_its_own_rows(qtbot: QtBot, theme: Theme, host: QWidget) -> None:
    rows = (("2026-09", 6, 2), ("2026-10", 0, 4), ("2026-11", 3, 0))
    tile = on_screen(theme, host, *shown_as("stacked", ("deals_won", "deals_lost"), "month", rows, "count"))
    chart = tile.content
    assert isinstance(chart, StackedChart)
    assert [bar.figure for bar in chart.bars] == ["6 · 2", "0 · 4", "3 · 0"]
    assert [(point.x, point.said) for point in chart.points()][:2] == [
        (6.0, "Sep 2026\n6  Deals won"), (8.0, "Sep 2026\n2  Deals lost"),
    ]  # fmt: skip
    tile.grab()
    lost = chart.frame.at(7.0, 0.0).toPoint()
    for act in (
        lambda: QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=lost),
        lambda: [QTest.keyClick(chart, key) for key in (Qt.Key.Key_Home, Qt.Key.Key_Down, Qt.Key.Key_Return)],
    ):
        with qtbot.waitSignal(tile.drilled) as asked:
            act()
        assert asked.args == ["deals_lost", {"month": "2026-09"}]


def test_a_stacked_bar_of_money_says_only_what_there_is(theme: Theme, host: QWidget) -> None:
    rows = (("2026-10", 530_000, 0, 0), ("2026-11", 670_000, 1_180_000, 640_000))
    names = ("won_value", "weighted_pipeline", "rest_of_pipeline")
    chart = on_screen(theme, host, *shown_as("stacked", names, "closing_month", rows, "money")).content
    assert isinstance(chart, StackedChart)
    assert [bar.figure for bar in chart.bars] == ["$5.3k", "$6.7k · $11.8k · $6.4k"]


def test_a_line_has_no_months_before_anything_is_known(theme: Theme, host: QWidget) -> None:
    rows = (("2026-07", None), ("2026-08", None), ("2026-09", 40), ("2026-10", None), ("2026-11", 60))
    line = on_screen(theme, host, *shown_as("line", ("revenue_at_risk_then",), "month", rows, "count")).content
    assert isinstance(line, TrendChart)
    assert line.places == [2, 4] and line.whole().x == (1.7, 4.3)


def on_screen(theme: Theme, host: QWidget, spec: TileSpec, shown: TileAnswer) -> Tile:
    tile = Tile(theme, spec)
    tile.setParent(host)
    tile.resize(400, 320)
    tile.show()
    tile.show_answer(shown)
    return tile


def shown_as(
    form: Form, names: tuple[str, ...], by: str, rows: tuple[tuple[Value, ...], ...], unit: str,
    few: dict[str, tuple[int, ...]] | None = None,
) -> tuple[TileSpec, TileAnswer]:  # fmt: skip
    """A tile of several metrics, with its answer."""
    query = Query(names, (by,), period="12m")
    titles = {name: the_catalogue().metrics[name].title for name in names}
    answer = Answer(
        as_of=date(2026, 11, 16), period=Period(date(2025, 11, 17), date(2026, 11, 16)), currency="USD",
        columns=(replace(KIND, name=by), *(Column(name, titles[name], unit) for name in names)), rows=rows,
        totals=dict.fromkeys(names, 21), definition="", few=few or {},
    )  # fmt: skip
    return TileSpec("one.0.0", "Of several", form, query), TileAnswer(query, answer)


def test_the_lowest_share_is_shown_and_told_of_many(qtbot: QtBot, make: Make) -> None:
    """Ordered by the share, the first five are the highest."""
    rows = (*tuple((f"Agent {at}", 0.8 - 0.01 * at) for at in range(8)), ("Agent 8", 0.1), ("Agent 9", 0.0))
    alike = [Interval(0.2, 0.9 + 0.01 * at, 40) for at in range(8)]
    ranges = (*alike, Interval(0.05, 0.2, 60), Interval(0.0, 0.9, 1))
    tile = make("ranges", rows, "kind", limit=5, intervals={"win_rate": ranges}, few={"win_rate": (9,)})
    assert isinstance(tile.content, RangesChart)
    assert [bar.name for bar in tile.content.bars] == ["Agent 0", "Agent 1", "Agent 2", "Agent 3", "Agent 8"]
    assert tile.below == f"Against the overall 50{THIN}%, clearly lower: Agent 8. 5 more in the table."
    with qtbot.waitSignal(tile.drilled) as asked:
        tile.content.picked.emit(4)
    assert asked.args == ["win_rate", {"kind": "Agent 8"}]
    assert len(tile.content.table()[1]) == 10


def test_a_low_tile_shows_five_groups_and_says_how_many_more_there_are(qtbot: QtBot, make: Make) -> None:
    rows = tuple((f"Kind {at}", 0.9 - at / 10) for at in range(8))
    high, low = make("bars", rows, "kind"), make("bars", rows, "kind", height="S")
    assert isinstance(high.content, BarsChart) and isinstance(low.content, BarsChart)
    assert [len(high.content.bars), len(low.content.bars)] == [8, 5] and low.content.height() < high.content.height()
    assert [high.below, low.below] == ["", "3 more in the table."] and len(low.content.table()[1]) == 8
    table = make("table", rows, "kind", height="S").content
    assert table.height() < make("table", rows, "kind").content.height()
    assert table.verticalScrollBar().maximum() > 0  # type: ignore[union-attr]
    lines = [make("line", (("2026-10", 0.4), ("2026-11", 0.1)), "month", height=one) for one in HEIGHTS]
    assert [one.content.minimumHeight() for one in lines] == sorted({one.content.minimumHeight() for one in lines})


def test_a_table_of_one_share_shows_its_range_and_each_dimension_has_a_column(make: Make) -> None:
    ranges = (Interval(0.6, 0.98, 10), Interval(0.2, 1.0, 1))
    tile = make("table", (("Renewal", 0.9), ("Upsell", 1.0)), "kind", intervals={"win_rate": ranges},
                few={"win_rate": (1,)})  # fmt: skip
    assert isinstance(tile.content, AnswerTable)
    lines = [tile.content.lines.line_at(row) for row in range(2)]
    assert [[cell.text for cell in line.cells] for line in lines if line is not None] == [
        ["Renewal", f"90{THIN}%", f"60{THIN}% – 98{THIN}%"], ["Upsell", FEW, ""],
    ]  # fmt: skip


def test_too_few_rows_make_no_figure(make: Make) -> None:
    tile = make("figure", ((1.0,),), few={"win_rate": (0,)})
    assert FEW in tile.content.accessibleName() and "100" not in tile.content.accessibleName()
    bars = make("bars", (("Renewal", 1.0), ("Upsell", 0.4)), "kind", few={"win_rate": (0,)}).content
    assert isinstance(bars, BarsChart)
    assert [(bar.figure, bar.faint) for bar in bars.bars] == [(FEW, True), (f"40{THIN}%", False)]
    line = make("line", (("2026-10", 0.4), ("2026-11", 1.0)), "month", few={"win_rate": (1,)}).content
    assert isinstance(line, TrendChart)
    assert [point.y for point in line.points()] == [40.0]


@pytest.mark.parametrize("form", ["line", "bars", "table"])
def test_without_data_there_are_words_and_no_axis(make: Make, form: Form) -> None:
    tile = make(form, (), "month", "This book has no deals yet.")
    assert not tile.content.isVisible()
    assert tile._words.text() == "This book has no deals yet." and tile._words.isVisible()
    tile.show_failure(Failed(UserError("No answer within 30 seconds.")))
    assert tile._words.text() == "No answer within 30 seconds."


def test_a_figure_without_data_says_why_under_the_mouse(qtbot: QtBot, make: Make) -> None:
    tile = make("figure", ((None,),), "", "This book has no deals yet.")
    assert tile.toolTip().startswith("This book has no deals yet.")
    with qtbot.assertNotEmitted(tile.drilled):
        assert isinstance(tile.content, Figure)
        tile.content.click()


def test_a_row_of_a_table_leads_to_its_rows_and_the_table_is_copied(qtbot: QtBot, make: Make) -> None:
    tile = make("table", (("Renewal", 0.5), (None, 0.25)), "kind")
    assert isinstance(tile.content, AnswerTable)
    tile.content.selectRow(1)
    with qtbot.waitSignal(tile.drilled) as asked:
        QTest.keyClick(tile.content, Qt.Key.Key_Return)
    assert asked.args == ["win_rate", {"kind": None}]
    QTest.keyClick(tile.content, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Kind\tWin rate\nRenewal\t50%\nNo kind\t25%"


def test_what_a_tile_counts_is_explained_with_its_period_and_statements(make: Make) -> None:
    make(
        "bars", (("Renewal", 0.5),), "kind", sql="SELECT 1", noted=(Note("through", "win_rate", ("today",)),)
    ).explain()
    (table,) = [one for one in QApplication.topLevelWidgets() if isinstance(one, ChartTable)]
    cells = [table.table.item(row, 1) for row in range(table.table.rowCount())]
    assert [one.text() for one in cells if one is not None] == [
        "19 Aug 2026 to 16 Nov 2026", "16 Nov 2026", "Counted through today: Win rate.", "SELECT 1",
    ]  # fmt: skip
    table.close()


def test_what_a_tile_counts_is_explained_with_its_filters(make: Make) -> None:
    tile = make("bars", (("Renewal", 0.5),), "kind", sql="SELECT 1")
    assert tile.shown is not None
    open_stages = Condition("stage", "not-in", ("Won", "Lost"))
    where = Condition("tier", "=", "Gold"), Condition("to_act_on", "=", True), open_stages
    tile.shown = replace(tile.shown, query=replace(tile.shown.query, where=where))
    tile.explain()
    (table,) = [one for one in QApplication.topLevelWidgets() if isinstance(one, ChartTable)]
    cells = [table.table.item(row, 1) for row in range(table.table.rowCount())]
    said = [one.text() for one in cells if one is not None]
    assert said[2:-1] == ["tier = Gold", "to_act_on = yes", "stage not-in Won, Lost"]
    table.close()


def test_filters_are_kept_and_what_the_book_has_not_is_let_go(qtbot: QtBot, theme: Theme) -> None:
    bar = FilterBar(theme)
    qtbot.addWidget(bar)
    bar.recall(("12m", "", "Loyal", "Nobody"))  # as versions without tier, region and category kept it
    assert bar.filters == Filters("12m", None, "Loyal", "Nobody")
    with qtbot.waitSignal(bar.changed):
        bar.offer({"segment": ("Loyal", "New"), "owner": ("Ada",)})
    assert bar.filters == Filters("12m", None, "Loyal", "")
    assert bar.kept == ("12m", "", "Loyal", "", "", "", "")
    bar.recall(("30d", "year", "", "", "Gold", "West", "Socks"))
    assert bar.filters == Filters("30d", "year", tier="Gold", region="West", category="Socks")


def test_a_chip_is_set_changed_and_removed_by_keys(qtbot: QtBot, theme: Theme, host: QWidget) -> None:
    bar = FilterBar(theme)
    for part in (bar, bar.line):
        part.setParent(host)
        part.show()
    host.show()
    host.activateWindow()
    qtbot.waitUntil(host.isActiveWindow, timeout=5_000)
    bar.offer({"tier": ("Gold", "Silver"), "region": ("West",)})
    kinds = {one.text(): one for one in bar.menu().actions()}
    assert kinds["Tier"].isEnabled() and not kinds["Owner"].isEnabled()
    values = kinds["Tier"].menu()
    assert isinstance(values, QMenu)
    with qtbot.waitSignal(bar.changed):
        values.actions()[1].trigger()
    bar._toggle("region", "West")
    assert [one.text() for one in bar.chips] == ["Tier: Silver", "Region: West"] and not bar.line.isHidden()
    bar.chips[0].show()
    bar.chips[0].setFocus()
    with qtbot.waitSignal(bar.changed):
        QTest.keyClick(bar.chips[0], Qt.Key.Key_Delete)
    assert bar.filters.tier == "" and [one.text() for one in bar.chips] == ["Region: West"]
    assert QApplication.focusWidget() is bar.chips[0]
    QTest.keyClick(bar.chips[0], Qt.Key.Key_Delete)
    assert bar.line.isHidden() and QApplication.focusWidget() is bar.add


@pytest.mark.parametrize("form", ["figure", "bars"])
def test_a_tile_says_which_filter_does_not_go_with_it(make: Make, form: Form) -> None:
    tile = make(form, ((0.5,),) if form == "figure" else (("Renewal", 0.5),), "" if form == "figure" else "kind")
    assert tile.shown is not None
    tile.show_answer(replace(tile.shown, unfiltered=("Category",)))
    said = tile.content.parts[3] if isinstance(tile.content, Figure) else tile.aside
    assert said == "not filtered by category"
    tile.show_answer(replace(tile.shown, unfiltered=()))
    assert "not filtered" not in (tile.content.parts[3] if isinstance(tile.content, Figure) else tile.aside)


def test_a_figure_keeps_no_course_of_other_rows(make: Make) -> None:
    tile = make("figure", ((0.5,),))
    figure, shown = tile.content, tile.shown
    assert isinstance(figure, Figure) and shown is not None
    by_month = replace(
        shown.answer, columns=(replace(KIND, name="month"), RATE), rows=(("2026-09", 0.4), ("2026-10", 0.6))
    )
    tile.show_course(replace(shown, answer=by_month))
    assert figure.course == (0.4, 0.6)
    tile.show_answer(replace(shown, answer=replace(shown.answer, rows=((0.0,),))))
    assert figure.course == ()
    tile.show_course(None)
    assert figure.course == () and "months" not in figure.accessibleDescription()


@pytest.mark.parametrize("spec", [tile for one in the_dashboards() for tile in one.tiles], ids=lambda one: one.key)
def test_a_tile_that_is_sent_unchanged_stays_as_it_is(theme: Theme, host: QWidget, spec: TileSpec) -> None:
    for period in (spec.query.period, "4w"):
        stored, sent = replace(spec, query=replace(spec.query, period=period)), list[TileSpec]()
        panel = TilePanel(theme, host, offered(the_catalogue()), stored, sent.append)
        panel.open_under(host)
        QTest.keyClick(panel.name, Qt.Key.Key_Return)
        assert sent == [stored]


def test_each_of_many_values_can_be_chosen(qtbot: QtBot, theme: Theme) -> None:
    bar, states = FilterBar(theme), tuple(f"State {number:02}" for number in range(50, 0, -1))
    qtbot.addWidget(bar)
    bar.offer({"region": states})
    menu = bar.menu()
    (regions,) = [one.menu() for one in menu.actions() if one.text() == "Region"]
    assert isinstance(regions, QMenu)
    assert [one.text() for one in regions.actions()] == ["State 01 to State 25", "State 26 to State 50"]
    parts = [one.menu() for one in regions.actions()]
    values = [value for part in parts if isinstance(part, QMenu) for value in part.actions()]
    assert [one.text() for one in values] == sorted(states)
    with qtbot.waitSignal(bar.changed):
        values[-1].trigger()
    assert bar.filters.region == "State 50"


def test_changes_are_told_in_the_unit_of_the_figure() -> None:
    assert change(0.5, 0.4, "percent", "higher") == ("▲ 10 pts", "good_text")
    assert change(120, 100, "count", "lower") == (f"▲ 20{THIN}%", "critical_text")
    assert change(4.1, 4.2, "score", "higher") == ("▼ 0.1", "critical_text")
    assert change(4_000, 100, "money", "") == ("▲ 39 times", "ink_2")
    assert change(5, 0, "count", "higher") == ("", "ink_2")
    assert change(100, 100, "count", "higher") == ("as before", "ink_2")


def test_a_change_is_that_between_the_figures_shown() -> None:
    assert change(0.449, 0.446, "percent", "higher") == ("as before", "ink_2")
    assert change(0.0749, 0.0751, "percent", "higher") == ("▼ 1 pt", "critical_text")
    assert change(3.751, 3.749, "score", "higher") == ("▲ 0.1", "good_text")
    assert change(1003, 1002, "count", "") == (f"▲ under 1{THIN}%", "ink_2")


def test_figures_are_said_with_their_unit() -> None:
    assert said(None, "money", "USD") == "–"
    assert said("2026-11-16", "day", "USD") == "16 Nov 2026"
    assert said(3.44, "hours", "USD") == "3.4 h"


def test_what_changed_leads_to_its_rows_and_to_those_of_the_group_that_changed_most(
    qtbot: QtBot, theme: Theme, host: QWidget
) -> None:
    part = Change("win_rate", "Renewal", "percent", 0.2, 0.6, None, None, (("kind", "Renewal"),))
    fell = Change("win_rate", "Win rate", "percent", 0.38, 0.52, False, part)
    query = Query(("win_rate",), period="90d", compare="previous")
    period = Period(date(2026, 8, 19), date(2026, 11, 16))
    answer = Answer(date(2026, 11, 16), period, (RATE,), ((0.38,),), {"win_rate": 0.38}, "USD")
    tile = Tile(theme, TileSpec("one.0.0", "What changed", "changes", query))
    tile.setParent(host)
    tile.resize(372, 320)
    tile.show()
    tile.show_answer(TileAnswer(query, answer, {"win_rate": "higher"}, changes=(fell,)))
    assert isinstance(tile.content, AnswerTable)
    lines = [tile.content.lines.line_at(row) for row in range(2)]
    assert [[cell.text for cell in line.cells] for line in lines if line is not None] == [
        ["Win rate", f"52{THIN}%", f"▼ 38{THIN}%"],
        ["most in Renewal", f"60{THIN}%", f"▼ 20{THIN}%"],
    ]
    for row, cell in enumerate(({}, {"kind": "Renewal"})):
        tile.content.selectRow(row)
        with qtbot.waitSignal(tile.drilled) as asked:
            QTest.keyClick(tile.content, Qt.Key.Key_Return)
        assert asked.args == ["win_rate", cell]
    tile.show_answer(TileAnswer(query, answer, {"win_rate": "higher"}))
    assert tile._words.text() == "Nothing changed by more than chance."


def test_the_headline_says_what_matters_and_each_sentence_opens_its_rows(
    qtbot: QtBot, theme: Theme, host: QWidget
) -> None:
    part = Change("win_rate", "Renewal", "percent", 0.2, 0.6, None, None, (("kind", "Renewal"),))
    fell = Change("win_rate", "Win rate", "percent", 0.38, 0.52, False, part)
    rose = Change("won_value", "Won value", "money", 12_000_00, 8_000_00, True)
    query = Query(("win_rate", "won_value"), period="90d", compare="previous")
    period = Period(date(2026, 8, 19), date(2026, 11, 16))
    answer = Answer(date(2026, 11, 16), period, (RATE,), ((0.38,),), {"win_rate": 0.38}, "USD")
    tile = Tile(theme, TileSpec("one.0.0", "In short", "headline", query))
    tile.setParent(host)
    tile.resize(900, 60)
    tile.show()
    assert isinstance(tile.content, Headline)
    tile.show_answer(TileAnswer(query, answer, changes=(fell, rose)))
    assert tile.content.words == (
        f"1 figure got worse, 1 better. Win rate fell from 52{THIN}% to 38{THIN}%, most in Renewal: "
        f"from 60{THIN}% to 20{THIN}%. Won value rose from $8k to $12k."
    )
    for place, one in enumerate((fell, rose)):
        with qtbot.waitSignal(tile.drilled) as asked:
            QTest.keyClick(tile.content.findChildren(QPushButton)[place], Qt.Key.Key_Space)
        assert asked.args == [one.metric, {}]
    tile.show_answer(TileAnswer(query, answer))
    assert tile.content.words == "No figure got better or worse by more than chance."
    tile.show_answer(TileAnswer(replace(query, compare=None), answer))
    assert tile.content.words == "Choose a period and a comparison to see what changed."


def test_the_name_of_a_group_begins_with_a_capital_where_it_is_no_name_that_somebody_gave() -> None:
    assert group("channel", "phone") == "Phone" and group("why_to_act", "no next step") == "No next step"
    assert group("name", "denim line") == "denim line" and group("kind", "iOS app") == "iOS app"
    assert [group_of(Column("verified", "Verified purchase", "flag"), one) for one in (1, 0, None)] == [
        "Yes",
        "No",
        "–",
    ]


def test_words_of_systems_in_rows_begin_with_a_capital_and_names_stand_as_they_were_given() -> None:
    def words(name: str, value: Value, unit: str = "text") -> str:
        return cell_words(Column(name, name, unit), value, "USD")

    assert [words("status", "solved"), words("standing", "active")] == ["Solved", "Active"]
    assert [words("customer", "nivel studio"), words("said_leaving", 1, "flag")] == ["nivel studio", "yes"]


def test_the_boxes_of_a_narrow_filter_bar_say_whole_words(qtbot: QtBot, theme: Theme) -> None:
    bar = FilterBar(theme)
    qtbot.addWidget(bar)
    bar.choose(Filters("12m", "year"))
    for width, words in ((760, ["12 months", "Year before"]), (1440, ["Last 12 months", "A year before"])):
        bar.fit(width)
        assert [box.currentText() for box in bar.boxes] == words
        for box in bar.boxes:
            room = min(box.maximumWidth(), box.sizeHint().width()) - 31  # what is left beside the frame and the arrow
            wide = [fonts.width(box.itemText(at), fonts.SMALL, fonts.MEDIUM) for at in range(box.count())]
            assert max(wide) <= room, width
        assert bar.compare.toolTip() == "Compared with: A year before"
