"""Every tile of every dashboard opens the rows that make its figure, and says what is missing where it has none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from models import sqlite
from models.values.dashboards import FIGURE_FORMS, Dashboard, Filters, TileSpec
from models.values.errors import UserError
from models.values.metrics import Query, Value
from services.metrics import Metrics, asked, drill, the_catalogue, the_dashboards, tile_answer, trend_of
from services.metrics.dashboards import document_of, load_dashboard, load_dashboards
from tests.views.books import opened, sample_copy

TILES = [tile for dashboard in the_dashboards() for tile in dashboard.tiles]
#: And by the other dimensions that a person can look at them by.
TILES += [tile.by_another(name) for tile in TILES for name in tile.switch[1:]]
#: So many groups of a tile are opened, from its beginning and its end.
OPENED = 3


def named(tile: TileSpec) -> str:
    return f"{tile.key} {tile.title}"


@pytest.mark.parametrize(
    "filters",
    [Filters(), Filters("all", None), Filters("12m", "year", segment="Loyal", tier="Gold", category="Socks")],
    ids=str,
)
@pytest.mark.parametrize("tile", TILES, ids=named)
def test_the_rows_that_a_click_opens_make_the_figure(asking: Metrics, tile: TileSpec, filters: Filters) -> None:
    shown = tile_answer(asking, tile, filters)
    rows = range(len(shown.answer.rows))
    for row in [*rows[:OPENED], *rows[OPENED:][-OPENED:]]:
        cells = shown.answer.cells(row)
        cell = {name: cells[name] for name in tile.query.by}
        for name in shown.query.metrics:
            way = drill(asking, tile, shown.query, name, cell)
            listed = asking.rows(way.rows)
            figure: Value = cells[name]
            if way.of_part:  # a figure made of others opens the rows of the first of them
                assert way.rows.metric is not None
                alone = replace(shown.query, metrics=(way.rows.metric,), limit=None, order=(), having=())
                part = asking.answer(alone)
                figure = next(
                    (part.cells(at)[way.rows.metric] for at in range(len(part.rows)) if _is(part.cells(at), cell)), 0
                )
            assert listed.figure == (pytest.approx(figure) if isinstance(figure, float) else figure), (way.title, name)
            if the_catalogue().metrics[way.rows.metric or name].measure == "count" and name == way.rows.metric:
                kind = the_catalogue().metrics[name].kind
                assert kind == "ratio" or listed.total == listed.figure


def _is(cells: dict[str, Value], cell: dict[str, Value]) -> bool:
    return all(cells[name] == value for name, value in cell.items())


@pytest.fixture
def nothing(tmp_path: Path) -> Iterator[Metrics]:
    workspace = opened(tmp_path / "empty.bellwether")
    yield Metrics(workspace)
    workspace.close()


@pytest.mark.parametrize("tile", TILES, ids=named)
def test_a_book_without_data_says_in_words_what_is_missing(nothing: Metrics, tile: TileSpec) -> None:
    shown = tile_answer(nothing, tile, Filters())
    figures = [row for row in shown.answer.rows if any(isinstance(one, int | float) and one for one in row)]
    assert not figures
    if tile.form not in FIGURE_FORMS or shown.answer.rows[0][0] is None:
        assert shown.empty.startswith("This book has no ") or shown.empty == "The book is not scored yet."


@pytest.mark.parametrize("filters", [Filters(), Filters("12m", "year", tier="Gold", category="Socks")], ids=str)
def test_figures_over_the_same_rows_are_answered_by_one_query_and_say_what_they_say_alone(
    asking: Metrics, filters: Filters
) -> None:
    together = [tile for tile in TILES if len(tile.together) > 1]
    assert len(together) > 20
    for tile in together:
        shown, alone = (tile_answer(asking, one, filters) for one in (tile, replace(tile, together=())))
        assert (shown.query, shown.empty, shown.changes) == (alone.query, alone.empty, alone.changes)
        assert set(shown.answer.noted) == set(alone.answer.noted)
        assert replace(shown.answer, sql="", noted=()) == replace(alone.answer, sql="", noted=())


def test_a_summary_and_the_figures_below_it_are_read_once(asking: Metrics) -> None:
    overview = the_dashboards()[0]
    summary = next(tile for tile in overview.tiles if tile.form == "headline")
    below = [tile for tile in overview.tiles if tile.form == "glimpse" or tile.title == "Revenue"]
    read = tile_answer(asking, summary, Filters()).answer.sql
    assert len(below) == 5
    assert {tile_answer(asking, tile, Filters()).answer.sql for tile in below} == {read}


def test_rows_without_a_rate_are_told_of_the_sums_that_leave_them_out_and_of_no_other_period(tmp_path: Path) -> None:
    path = sample_copy(tmp_path / "book.bellwether")
    with closing(sqlite.connect(path)) as driver:
        deals = driver.execute("SELECT id FROM opportunities WHERE stage = 'Proposal' LIMIT 2").fetchall()
        driver.executemany("UPDATE opportunities SET currency = 'CHF' WHERE id = ?", deals)
        driver.commit()
    workspace = opened(path)
    try:
        metrics, said = Metrics(workspace), dict[str, tuple[str, ...]]()
        for tile in TILES:
            if tile.key.startswith("pipeline.1."):
                notes = tile_answer(metrics, tile, Filters()).answer.notes
                said[tile.title] = tuple(note for note in notes if "without a rate" in note)
    finally:
        workspace.close()
    told = "2 rows in a currency without a rate: not in {}. Add the rate in Settings."
    assert {title: notes for title, notes in said.items() if notes} == {
        title: (told.format(title),) for title in ("Open pipeline", "Weighted pipeline")
    }


@pytest.mark.parametrize(
    ("change", "title", "filters", "words"),
    [
        ("UPDATE tickets SET first_answer_at = NULL", "First response", Filters("12m", None),
         "{} tickets in the last 12 months, none with a value for first response time."),
        ("UPDATE tickets SET first_answer_at = NULL", "Tickets by channel", Filters("12m", None, segment="Nobody"),
         "No tickets match these filters in the last 12 months."),
        ("UPDATE opportunities SET stage = 'Lost'", "Win rate by kind, 12 months", Filters("12m", None), ""),
    ],
)  # fmt: skip
def test_a_tile_without_a_figure_says_how_many_rows_there_are(
    tmp_path: Path, change: str, title: str, filters: Filters, words: str
) -> None:
    path = sample_copy(tmp_path / "book.bellwether")
    with closing(sqlite.connect(path)) as driver:
        driver.execute(change)
        driver.commit()
    workspace = opened(path)
    try:
        metrics = Metrics(workspace)
        total = metrics.answer(Query(("tickets",), period="12m")).totals["tickets"]
        shown = tile_answer(metrics, next(one for one in TILES if one.title == title), filters)
        assert shown.empty == words.format(total)
    finally:
        workspace.close()


@pytest.mark.parametrize(
    ("title", "period", "span"),
    [
        ("High churn risk", "90d", "on 17 Nov 2026"),
        ("Revenue", "90d", "last 90 days"),
        ("Revenue", "all", "all time"),
        ("Retention, 12 months", "30d", "on 17 Nov 2026"),
    ],
)
def test_a_figure_says_of_which_days_it_is(asking: Metrics, title: str, period: str, span: str) -> None:
    tile = next(one for one in TILES if one.title == title)
    assert tile_answer(asking, tile, Filters(period, None)).span == span


@pytest.mark.parametrize("title", ["Active customers", "Revenue at risk", "Lifetime value"])
def test_a_figure_of_scores_has_its_change_by_the_scores_of_then(asking: Metrics, title: str) -> None:
    tile = next(one for one in TILES if one.title == title)
    shown, name = tile_answer(asking, tile, Filters()), tile.query.metrics[0]
    then = asking.answer(Query((tile.trend,), as_of=date(2026, 8, 19))).totals[tile.trend]
    cells = shown.answer.cells(0)
    assert shown.query.compare == "previous" and cells[f"{name}_before"] == then
    assert tile_answer(asking, replace(tile, trend=""), Filters()).query.compare is None
    alone = replace(tile, courses=())
    assert replace(tile_answer(asking, alone, Filters()).answer, sql="") == replace(shown.answer, sql="")
    lines = [trend_of(one) for one in (tile, alone)]
    course, own = (tile_answer(asking, one, Filters()).answer for one in lines if one is not None)
    assert len(tile.courses) == 4 and replace(course, sql="") == replace(own, sql="")


def test_a_figure_whose_course_counts_another_one_today_has_no_change(asking: Metrics) -> None:
    tile = replace(next(one for one in TILES if one.title == "High churn risk"), trend="active_then")
    assert tile_answer(asking, tile, Filters()).query.compare is None


def test_a_line_by_month_begins_with_a_whole_month(asking: Metrics) -> None:
    tile = next(one for one in TILES if one.title == "Revenue by month")
    shown = tile_answer(asking, tile, Filters())
    first = shown.answer.period.first
    assert first is not None and first.day == 1 and len(shown.answer.rows) == 12


def test_filters_choose_rows_and_period() -> None:
    tile = next(one for one in TILES if one.title == "Revenue")
    query = asked(tile, Filters("30d", "year", segment="Loyal", owner="Priya Raman"))
    assert (query.period, query.compare) == ("30d", "year")
    assert [(one.name, one.value) for one in query.where] == [("segment", "Loyal"), ("owner", "Priya Raman")]
    assert asked(tile, Filters("all", "previous")).compare is None


def test_a_filter_that_the_rows_do_not_have_is_left_off_and_told(asking: Metrics) -> None:
    revenue, tickets, rate = (
        next(one for one in TILES if one.title == title) for title in ("Revenue", "Tickets", "Tickets by channel")
    )
    chosen = Filters("12m", None, tier="Gold", category=_category(asking))
    shown = tile_answer(asking, revenue, chosen)
    everything = tile_answer(asking, revenue, replace(chosen, category="", tier=""))
    assert shown.unfiltered == () and 0 < shown.answer.rows[0][0] < everything.answer.rows[0][0]  # type: ignore[operator]
    for tile in (tickets, rate):
        some = tile_answer(asking, tile, chosen)
        assert some.unfiltered == ("Category",)
        assert some.left_off == "not filtered by category"
        assert some.answer.notes[-1] == "Not filtered by category: its rows have none."
        assert some.answer.rows == tile_answer(asking, tile, replace(chosen, category="")).answer.rows


def _category(asking: Metrics) -> str:
    rows = asking.answer(Query(("revenue",), ("category",), period="12m")).rows
    return str(next(name for name, _revenue in rows if name is not None))


def test_every_dashboard_has_a_title_and_no_two_tiles_one_name() -> None:
    for dashboard in the_dashboards():
        titles = [tile.title for tile in dashboard.tiles]
        assert dashboard.title and len(set(titles)) == len(titles)


@pytest.mark.parametrize(
    ("tile", "words"),
    [
        ('{ title = "A", metrics = ["nothing"] }', "one.toml, rows.1.1.metrics: “nothing” is not a metric"),
        ('{ title = "A", form = "bars", metrics = ["revenue"], by = ["stage"] }', "rows.1.1.by: “stage” is not"),
        ('{ title = "A", form = "bars", metrics = ["revenue"] }', "rows.1.1.by: a figure and changes have no"),
        ('{ title = "A", form = "pie", metrics = ["revenue"] }', "rows.1.1.form: “pie” is not a form"),
        ('{ title = "A", metrics = ["revenue"], width = 2 }', "rows.1.1.width: this key is not known"),
        ('{ title = "A", metrics = ["revenue"], wide = 4 }', "rows.1.1.wide: this must be a whole number from 1 to 3"),
        ('{ title = "A", metrics = ["revenue"], period = "soon" }', "rows.1.1.period: “soon” is not a period"),
        ('{ title = "A", form = "line", metrics = ["revenue"], by = ["tier"] }', "rows.1.1.form: “line” does not show"),
        ('"Revenue"', "rows.1.1: this must be a table"),
        (
            '{ title = "A", form = "bars", metrics = ["revenue"], by = ["tier"], switch = ["owner", "tier"] }',
            "rows.1.1.switch: the first is the one dimension of",
        ),
        (
            '{ title = "A", form = "bars", metrics = ["revenue"], by = ["tier"], switch = ["tier", "stage"] }',
            "rows.1.1.switch: “stage” is not a dimension of revenue",
        ),
        ('{ title = "A", metrics = ["revenue"], where = [["shoe", "=", 1]] }', "rows.1.1.where: “shoe” is not a field"),
    ],
)
def test_a_tile_that_cannot_be_answered_is_refused_with_file_and_key(tmp_path: Path, tile: str, words: str) -> None:
    (tmp_path / "one.toml").write_text(f'title = "One"\nrows = [[{tile}]]\n', encoding="utf-8")
    with pytest.raises(UserError) as refused:
        load_dashboards(tmp_path, the_catalogue())
    assert words in str(refused.value)


def test_a_tab_is_one_file(tmp_path: Path) -> None:
    tile = '{ title = "Revenue", metrics = ["revenue"] }'
    (tmp_path / "mine.toml").write_text(f'title = "Mine"\nrows = [[{tile}]]\n', encoding="utf-8")
    (made,) = load_dashboards(tmp_path, the_catalogue())
    assert isinstance(made, Dashboard) and (made.name, made.title) == ("mine", "Mine")
    assert [one.key for one in made.tiles] == ["mine.0.0"]


def test_shares_are_read_of_all_groups_whatever_is_shown_of_them(asking: Metrics) -> None:
    tile = next(one for one in TILES if one.title == "Win rate by owner, 12 months")
    few = replace(tile, query=replace(tile.query, limit=1))
    assert (
        len(tile_answer(asking, few, Filters()).answer.rows)
        == len(tile_answer(asking, tile, Filters()).answer.rows)
        > 1
    )


def test_a_tile_of_another_height_shows_fewer_or_more_groups_and_is_kept_so(asking: Metrics) -> None:
    service = next(one for one in the_dashboards() if one.name == "service")
    bars = next(one for one in service.tiles if one.form == "bars" and one.query.limit)
    limit = bars.query.limit
    assert limit is not None and bars.limit == limit
    heights = {}
    for by in (-1, 0, 1):
        changed = service.with_height(bars.key, by).with_height(bars.key, by)  # no higher than L, no lower than S
        again = load_dashboard(service.name, document_of(changed), the_catalogue())
        tile = next(one for one in again.tiles if one.key == bars.key)
        assert replace(tile, height="M") == bars
        heights[tile.height] = (tile.limit, asked(tile, Filters()).limit)
    assert heights == {"S": (5, limit), "M": (limit, limit), "L": (2 * limit, 2 * limit)}
    with pytest.raises(UserError, match="“XL” is not a height of a tile"):
        load_dashboard("own", {"title": "Own", "rows": [[{"title": "A", "metrics": ["orders"], "height": "XL"}]]},
                       the_catalogue())  # fmt: skip


def test_what_is_ordered_by_its_dimension_is_ordered_by_another_one() -> None:
    query = Query(("tickets",), ("kind",), order=("-kind", "tickets"))
    tile = TileSpec("one.0.0", "Tickets by kind", "bars", query, switch=("kind", "agent"))
    assert tile.by_another("agent").query.order == ("-agent", "tickets")
    assert tile.by_another("agent").title == "Tickets by agent"


def test_a_glimpse_leads_to_a_dashboard_that_there_is() -> None:
    names = {board.name for board in the_dashboards()}
    glimpses = [tile for tile in TILES if tile.form == "glimpse"]
    assert [tile.opens for tile in glimpses] == ["service", "reviews", "pipeline", "email"]
    assert {tile.opens for tile in glimpses} <= names


@pytest.mark.parametrize("filters", [Filters("12m", "year"), Filters("all", None), Filters()], ids=str)
def test_falling_ratings_are_those_of_30_days_against_the_30_before_whatever_is_chosen(filters: Filters) -> None:
    query = asked(next(one for one in TILES if one.title.startswith("Products with falling ratings")), filters)
    assert (query.period, query.compare, query.order) == ("30d", "previous", ("mean_rating_change",))
    assert [one.name for one in query.having] == ["mean_rating_change", "reviews", "reviews_before"]
