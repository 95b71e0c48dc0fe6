"""A dashboard on paper: pages of the right size, every figure of its tiles, no words cut and none over others."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtGui import QPageSize
from pytestqt.qtbot import QtBot

from models.values.dashboards import Dashboard, Filters
from models.values.reports import Report
from services.metrics import Metrics, the_catalogue, the_dashboards
from services.reports import report_of
from services.workspace import Workspace
from tests.views.printing.painted import Painted
from views.insights.answer_table import AnswerTable
from views.insights.figure import Figure
from views.insights.said import held_words
from views.insights.tile import Tile
from views.printing.paper import paper_of
from views.printing.report import fitted, report_pdf, write_report_pdf
from views.theme import Theme

A4, LETTER = (QPageSize(one) for one in (QPageSize.PageSizeId.A4, QPageSize.PageSizeId.Letter))


@pytest.fixture(params=the_dashboards(), ids=lambda one: one.name)
def report(request: pytest.FixtureRequest, workspace: Workspace) -> Report:
    dashboard: Dashboard = request.param
    return report_of(Metrics(workspace), dashboard, Filters(), "Sample book")


@pytest.mark.parametrize(("paper", "size"), [(A4, (595, 842)), (LETTER, (612, 792))], ids=["A4", "Letter"])
def test_no_words_are_cut_and_none_lie_over_others(
    theme: Theme, report: Report, painted: Painted, paper: QPageSize, size: tuple[int, int]
) -> None:
    pdf = report_pdf(report, theme, paper)
    painted.assert_readable(paper)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert {(round(float(wide)), round(float(high))) for wide, high in boxes} == {size}
    assert len(re.findall(rb"/Type /Page\b", pdf)) == sum(text.startswith("Page ") for _, _, text in painted.words)
    assert b"/Subtype /Image" not in pdf, "charts are lines and letters"


def test_what_a_figure_counts_is_said_once(theme: Theme, report: Report, painted: Painted) -> None:
    report_pdf(report, theme, A4)
    said = " ".join(text for _, _, text in painted.words)
    for name in {name for shown in report.answers.values() for name in shown.query.metrics}:
        metric = the_catalogue().metrics[name]
        assert said.count(f"{metric.title}: {metric.counts}") == 1


def test_every_figure_of_a_tile_is_on_paper(qtbot: QtBot, theme: Theme, report: Report, painted: Painted) -> None:
    report_pdf(report, theme, A4)
    said = [text for _, _, text in painted.words]
    for figures in (True, False):
        for spec, shown in report.tiles(figures=figures):
            tile = Tile(theme, spec)
            qtbot.addWidget(tile)
            tile.show_answer(shown)
            assert spec.title in said
            if spec.form == "glimpse" and isinstance(tile.content, Figure):
                assert tile.content.words in said
            elif isinstance(tile.content, Figure):
                assert set(tile.content.parts) - {"", "ink_2", "good_text", "critical_text"} <= set(said)
            elif shown.empty:
                assert shown.empty in said
            elif isinstance(tile.content, AnswerTable):
                model = tile.content.lines
                cells = [model.index(row, 0).data() for row in range(model.rowCount())]
                assert set(cells) <= set(said)


def test_what_is_said_of_a_tile_stands_on_its_page(
    qtbot: QtBot, theme: Theme, report: Report, painted: Painted
) -> None:
    report_pdf(report, theme, LETTER)
    said, told = {(page, text) for page, _, text in painted.words}, 0
    for spec, shown in report.tiles(figures=False):
        tile = Tile(theme, spec)
        qtbot.addWidget(tile)
        tile.show_answer(shown)
        words = held_words(shown) if isinstance(tile.content, AnswerTable) else tile.below
        if words and not shown.empty:
            told += 1
            assert any((page, words) in said for page, text in said if text == spec.title), spec.title
    assert told or report.dashboard.name == "email"


def test_what_must_be_known_of_figures_is_said_once_however_many_tiles_it_is_true_of(
    theme: Theme, report: Report, painted: Painted
) -> None:
    report_pdf(report, theme, A4)
    said = [text for _, _, text in painted.words]
    apart = [text for text in said if text.startswith("The parts do not add up")]
    few = [text.partition(" says too little")[0] for text in said if " says too little" in text]
    assert len(apart) == 1 and len(few) == len(set(few))
    assert few or report.dashboard.name == "overview"


def test_each_page_says_what_it_is_of(theme: Theme, report: Report, painted: Painted) -> None:
    report_pdf(report, theme, A4)
    pages = max(page for page, _, _ in painted.words) - 1 or 1
    said = [text for _, _, text in painted.words]
    assert said.count("Sample book · as of 17 Nov 2026") == pages
    assert said.count("Last 90 days · compared with the period before") == pages


def test_paper_is_the_country_s() -> None:
    assert paper_of(QLocale("en_US")).id() == QPageSize.PageSizeId.Letter
    assert paper_of(QLocale("en_GB")).id() == QPageSize.PageSizeId.A4
    assert paper_of(QLocale("es_MX")).id() == QPageSize.PageSizeId.Letter


def test_a_file_is_written_whole(theme: Theme, report: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    assert write_report_pdf(report, path, theme) == path.stat().st_size
    assert path.read_bytes().startswith(b"%PDF-")


def test_a_table_too_wide_for_the_paper_lets_words_give_way_and_no_figure() -> None:
    widths, figures = [180.0, 160.0, 90.0, 150.0, 80.0], [False, False, True, False, True]
    found = fitted(widths, figures, 523.0)
    assert round(sum(found), 6) == 523.0 and [found[2], found[4]] == [90.0, 80.0]
    assert (found[0] == found[1] and found[3] == 150.0) or found[0] == found[1] == found[3], "the widest give way"
    assert fitted([180.0, 90.0, 60.0], [False, False, True], 300.0) == [150.0, 90.0, 60.0], "a day stays whole"
    assert fitted(widths, figures, 700.0) == widths
    assert min(fitted(widths, figures, 300.0)) >= 72.0


@pytest.mark.parametrize("more", ["", ", and nobody of the three people who know them has called since"])
def test_words_that_have_no_room_in_a_line_of_a_table_take_several(
    theme: Theme, workspace: Workspace, painted: Painted, more: str
) -> None:
    name, reason = "The Osei Brothers Wardrobe and Work", f"16 days late, 50 days in stage, no next step{more}"
    tile = next(one for each in the_dashboards() for one in each.tiles if one.title == "Deals to act on")
    dashboard = Dashboard("one", "One", ((tile,),))
    found = report_of(Metrics(workspace), dashboard, Filters(), "Sample book")
    shown = found.answers[tile.key]
    rows = tuple((name, "Exclusive denim run", reason, *row[3:]) for row in shown.answer.rows)
    answers = {tile.key: replace(shown, answer=replace(shown.answer, rows=rows))}
    report_pdf(replace(found, answers=answers), theme, A4)
    painted.assert_readable(A4)
    said = [text for _page, _room, text in painted.words]
    assert said.count(reason) == said.count(name) == len(rows)
