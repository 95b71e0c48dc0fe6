"""A report's workbook and table have the figures of the catalogue, as numbers and dates, and run nothing."""

from __future__ import annotations

import csv
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from models import sqlite
from models.values.dashboards import Dashboard, Filters, TileAnswer
from models.values.errors import UserError
from models.values.metrics import Condition
from models.values.reports import Report
from models.values.words import major
from services.metrics import Metrics, dashboard_named, the_catalogue, the_dashboards, tile_answer
from services.reports import gather, report_of, write_report_table, write_report_workbook
from tests.views.books import opened

FORMULA = "=HYPERLINK(0)"


@pytest.fixture(params=the_dashboards(), ids=lambda one: one.name)
def report(request: pytest.FixtureRequest, metrics: Metrics) -> Report:
    dashboard: Dashboard = request.param
    return report_of(metrics, dashboard, Filters(), "Sample book")


def written(report: Report, folder: Path) -> Workbook:
    path = folder / "report.xlsx"
    write_report_workbook(report, path)
    return load_workbook(path)


def said(value: Any, unit: str, currency: str) -> Any:
    """A figure of the catalogue as a spreadsheet has it."""
    return float(major(round(value), currency)) if unit == "money" and value is not None else value


@pytest.mark.parametrize(
    ("period", "words"),
    [("7d", "11 Nov 2026 to 17 Nov 2026"), ("2026-01", "1 Jan 2026 to 31 Jan 2026"), ("90d", "Last 90 days")],
)
def test_the_head_says_the_period_in_words(metrics: Metrics, period: str, words: str) -> None:
    report = report_of(metrics, dashboard_named("pipeline", the_dashboards()), Filters(period), "Sample book")
    assert dict(report.head)["Period"] == words


def test_the_first_sheet_has_each_figure_with_its_change(report: Report, tmp_path: Path) -> None:
    sheet = written(report, tmp_path)["Figures"]
    rows = {row[0]: row for row in sheet.iter_rows(values_only=True)}
    assert rows["Book"][1] == "Sample book"
    assert rows["As of"][1] == "17 Nov 2026"
    for tile, shown in report.tiles(figures=True):
        name, cells = shown.query.metrics[0], shown.answer.cells(0)
        unit = next(one.unit for one in shown.answer.columns if one.name == name)
        row = rows[tile.title]
        if shown.empty or shown.answer.few.get(name):
            assert row[1] is None
            assert row[4]
            continue
        assert row[1] == pytest.approx(said(cells[name], unit, shown.answer.currency))
        assert row[2] == pytest.approx(said(cells.get(f"{name}_before"), unit, shown.answer.currency))
        if unit in ("count", "money", "percent"):
            assert row[3] == pytest.approx(cells.get(f"{name}_change"))


def test_each_other_tile_has_a_sheet_with_its_figures(report: Report, tmp_path: Path) -> None:
    book = written(report, tmp_path)
    tiles = list(report.tiles(figures=False))
    assert book.sheetnames == ["Figures", *(tile.title[:31] for tile, _ in tiles), "Definitions"]
    for (tile, shown), name in zip(tiles, book.sheetnames[1:], strict=False):
        sheet = book[name]
        assert len(sheet._charts) == (tile.form in ("line", "bars", "stacked", "ranges", "funnel") and not shown.empty)
        if shown.empty:
            assert sheet["A2"].value == shown.empty
            continue
        heads = [cell.value for cell in sheet[4]]
        for at in range(len(shown.answer.rows)):
            cells = shown.answer.cells(at)
            for column in shown.answer.columns[len(shown.query.by) :]:
                if column.name not in shown.query.metrics or at in shown.answer.few.get(column.name, ()):
                    continue
                cell = sheet.cell(5 + at, heads.index(column.title) + 1)
                assert cell.value == pytest.approx(said(cells[column.name], column.unit, shown.answer.currency))


def test_shares_with_ranges_stand_beside_them(metrics: Metrics, tmp_path: Path) -> None:
    report = report_of(metrics, dashboard_named("pipeline", the_dashboards()), Filters(), "")
    tile = next(one for one in report.dashboard.tiles if one.form == "ranges")
    answer, sheet = report.answers[tile.key].answer, written(report, tmp_path)[tile.title[:31]]
    heads = [cell.value for cell in sheet[4]]
    for at, found in enumerate(answer.intervals[tile.query.metrics[0]]):
        if found is not None and at not in answer.few.get(tile.query.metrics[0], ()):
            ends = [sheet.cell(5 + at, heads.index(f"95 % range, {end}") + 1).value for end in ("from", "to")]
            assert ends == pytest.approx([found.low, found.high])


def test_a_month_under_way_is_marked_in_the_files(metrics: Metrics, tmp_path: Path) -> None:
    dashboard = dashboard_named("overview", the_dashboards())
    report = report_of(metrics, dashboard, Filters(), "Sample book")
    sheet = written(report, tmp_path)["Revenue by month"]
    rows = [row for row in sheet.iter_rows(min_row=5, values_only=True) if isinstance(row[0], datetime)]
    assert [row[-1] for row in rows] == [*[None] * 11, "so far"]
    with zipfile.ZipFile(tmp_path / "report.xlsx") as parts:
        charts = [parts.read(name).decode() for name in parts.namelist() if "charts/chart" in name]
    assert any('prstDash val="dash"' in chart for chart in charts)
    write_report_table(report, tmp_path / "report.csv")
    with (tmp_path / "report.csv").open(encoding="utf-8-sig") as file:
        lines = [line for line in csv.DictReader(file) if line["tile"] == "Revenue by month"]
    assert [line["note"] for line in lines] == [*[""] * 11, "so far"]


def test_months_are_days_and_amounts_have_their_currency(metrics: Metrics, tmp_path: Path) -> None:
    book = written(
        report_of(metrics, dashboard_named("overview", the_dashboards()), Filters(), "Sample book"), tmp_path
    )
    sheet = book["Revenue by month"]
    assert sheet["A5"].value == datetime.fromisoformat("2025-12-01")
    assert sheet["A5"].number_format == "mmm yyyy"
    assert sheet["B5"].number_format == "[$$]#,##0.00"
    assert book["Figures"]["B12"].data_type == "n"
    shares = next(row for row in book["Figures"].iter_rows() if row[0].value == "Retention, 12 months")
    assert shares[1].number_format == "0.0%"


def test_charts_name_their_groups_by_days_words_or_both_dimensions(metrics: Metrics, tmp_path: Path) -> None:
    overview = written(report_of(metrics, dashboard_named("overview", the_dashboards()), Filters(), ""), tmp_path)
    pipeline = written(report_of(metrics, dashboard_named("pipeline", the_dashboards()), Filters(), ""), tmp_path)
    months, stages = (
        book[name]._charts[0].series[0].cat
        for book, name in ((overview, "Revenue by month"), (pipeline, "Stages in which deals were lost"))
    )
    deals = pipeline["Top 10 open deals"]._charts[0].series[0].cat
    assert months.numRef.f == "'Revenue by month'!$A$5:$A$16"
    assert stages.strRef.f.startswith("'Stages in which deals were lost'!$A$5:$A$")
    assert deals.multiLvlStrRef.f.startswith("'Top 10 open deals'!$A$5:$B$")


def test_definitions_say_what_each_figure_counts(report: Report, tmp_path: Path) -> None:
    rows = list(written(report, tmp_path)["Definitions"].iter_rows(min_row=2, values_only=True))
    asked = [(tile, name) for tile in report.dashboard.tiles for name in report.answers[tile.key].query.metrics]
    assert len(rows) == len(asked)
    for row, (tile, name) in zip(rows, asked, strict=True):
        assert row[:3] == (tile.title, the_catalogue().metrics[name].title, the_catalogue().metrics[name].counts)
        assert row[5] == datetime.fromisoformat("2026-11-17")


def test_the_table_has_the_same_figures(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    assert write_report_table(report, path) > 0
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["tile"] for row in rows} == {tile.title for tile in report.dashboard.tiles}
    for tile, shown in report.tiles(figures=False):
        name = shown.query.metrics[0]
        unit = next(one.unit for one in shown.answer.columns if one.name == name)
        found = [row["value"] for row in rows if (row["tile"], row["metric"]) == (tile.title, name)]
        few = shown.answer.few.get(name, ())
        values = [None if at in few else shown.answer.cells(at)[name] for at in range(len(shown.answer.rows))]
        if not shown.empty:
            assert [float(one) if one else None for one in found] == pytest.approx(
                [said(one, unit, shown.answer.currency) for one in values]
            )


def test_all_time_is_compared_with_nothing(metrics: Metrics) -> None:
    report = report_of(metrics, dashboard_named("overview", the_dashboards()), Filters("all"), "")
    assert report.compared == ""
    assert ("Compared with", "nothing") in report.head


def test_conditions_count_in_every_tile_and_are_said(metrics: Metrics, tmp_path: Path) -> None:
    gold = (Condition("tier", "=", "Gold"),)
    all_of, some = (
        report_of(metrics, dashboard_named("Overview", the_dashboards()), Filters(), "", one) for one in ((), gold)
    )
    key = all_of.dashboard.tiles[0].key
    assert 0 < some.answers[key].answer.rows[0][0] < all_of.answers[key].answer.rows[0][0]  # type: ignore[operator]
    assert ("Filters", "tier = Gold") in some.head
    assert written(some, tmp_path)["Definitions"]["G2"].value == "tier = Gold"
    with pytest.raises(UserError, match="colour"):
        report_of(
            metrics, dashboard_named("overview", the_dashboards()), Filters(), "", (Condition("colour", "=", "red"),)
        )
    with pytest.raises(UserError, match="overview, service"):
        dashboard_named("nothing", the_dashboards())


def test_all_tiles_are_of_one_state_of_the_book(book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import that ends between two tiles changes none of them."""
    path = tmp_path / "written.bellwether"
    shutil.copy(book, path)
    workspace, (dashboard, *_) = opened(path), the_dashboards()
    try:
        before = report_of(Metrics(workspace), dashboard, Filters(), "Sample")

        def answered(*asked: Any) -> TileAnswer:
            found = tile_answer(*asked)
            with closing(sqlite.connect(path)) as driver:
                driver.execute("DELETE FROM tickets")
                driver.commit()
            return found

        monkeypatch.setattr(gather, "tile_answer", answered)
        meanwhile = report_of(Metrics(workspace), dashboard, Filters(), "Sample")
        assert [one.answer.rows for one in meanwhile.answers.values()] == [
            one.answer.rows for one in before.answers.values()
        ]
        monkeypatch.undo()
        assert report_of(Metrics(workspace), dashboard, Filters(), "Sample").answers != before.answers
    finally:
        workspace.close()


@pytest.fixture
def hostile(book: Path, tmp_path: Path) -> Iterator[Metrics]:
    """A book in which every customer is called like a formula."""
    copy = tmp_path / "hostile.bellwether"
    shutil.copyfile(book, copy)
    with closing(sqlite.connect(copy)) as driver, driver:
        driver.execute("UPDATE customers SET name = ?, owner = ?", (FORMULA, FORMULA))
    workspace = opened(copy)
    yield Metrics(workspace)
    workspace.close()


def test_no_cell_is_a_formula(hostile: Metrics, tmp_path: Path) -> None:
    report = report_of(hostile, dashboard_named("overview", the_dashboards()), Filters(owner=FORMULA), FORMULA)
    cells = [cell for sheet in written(report, tmp_path) for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert sum(cell.value == f"'{FORMULA}" for cell in cells) >= 3
    path = tmp_path / "hostile.csv"
    write_report_table(report, path)
    assert f",{FORMULA}" not in path.read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_the_same_figures(metrics: Metrics, tmp_path: Path) -> None:
    written(report_of(metrics, dashboard_named("overview", the_dashboards()), Filters(), "Sample book"), tmp_path)
    done = ["soffice", "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"]
    subprocess.run([*done, "report.xlsx"], cwd=tmp_path, check=True, timeout=120)
    assert "Active customers" in (tmp_path / "report.csv").read_text(encoding="utf-8")
