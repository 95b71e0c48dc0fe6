"""A dashboard on paper: pages of the right size, every figure of its tiles, no words cut and none over others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QRectF
from PySide6.QtGui import QFont, QPageSize

from models.values.dashboards import Dashboard, Filters
from models.values.reports import Report
from services.metrics import Metrics, the_dashboards
from services.reports import report_of
from services.workspace import Workspace
from views.insights.tile import AnswerTable, Figure, Tile
from views.printing.paper import Pen, paper_of
from views.printing.report import report_pdf, write_report_pdf
from views.theme import Theme, fonts
from views.widgets.painting import LEFT, TextFlag

A4, LETTER = (QPageSize(one) for one in (QPageSize.PageSizeId.A4, QPageSize.PageSizeId.Letter))


class Painted:
    """What was painted as words: a page's number, the place on it, the words."""

    def __init__(self) -> None:
        self.words: list[tuple[int, QRectF, str]] = []
        self.cut: list[str] = []
        self._page = 1

    def take(self, pen: Pen, room: QRectF, text: str, wide: float, high: float) -> None:
        if not text:
            return
        at = pen.painter.worldTransform().mapRect(QRectF(room.x(), room.center().y() - high / 2, wide, high))
        scale = pen.painter.worldTransform().m11()
        self.words.append((self._page, QRectF(at.topLeft() / scale, at.size() / scale), text))
        if re.fullmatch(r"Page \d+ of \d+", text):
            self._page += 1


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Painted]:
    seen, words, passage = Painted(), Pen.words, Pen.passage

    def line(
        self: Pen, room: QRectF, text: str, ink: str = "ink", size: int = fonts.SMALL,
        weight: QFont.Weight = fonts.REGULAR, align: TextFlag = LEFT,
    ) -> None:  # fmt: skip
        wide = fonts.width(text, size, weight)
        if wide > room.width() + 1:
            seen.cut.append(text)
        over = room.width() - wide
        left = room.x() + (over if align & TextFlag.AlignRight else over / 2 if align & TextFlag.AlignHCenter else 0)
        seen.take(self, QRectF(left, room.y(), room.width(), room.height()), text, wide, size)
        words(self, room, text, ink, size, weight, align)

    def lines(self: Pen, room: QRectF, text: str, ink: str = "ink", size: int = fonts.SMALL) -> None:
        seen.take(self, room, text, room.width(), room.height() - 4)
        passage(self, room, text, ink, size)

    monkeypatch.setattr(Pen, "words", line)
    monkeypatch.setattr(Pen, "passage", lines)
    yield seen


@pytest.fixture(params=the_dashboards(), ids=lambda one: one.name)
def report(request: pytest.FixtureRequest, workspace: Workspace) -> Report:
    dashboard: Dashboard = request.param
    return report_of(Metrics(workspace), dashboard, Filters(), "Sample book")


@pytest.mark.parametrize(("paper", "size"), [(A4, (595, 842)), (LETTER, (612, 792))], ids=["A4", "Letter"])
def test_no_words_are_cut_and_none_lie_over_others(
    theme: Theme, report: Report, painted: Painted, paper: QPageSize, size: tuple[int, int]
) -> None:
    pdf = report_pdf(report, theme, paper)
    assert painted.cut == []
    inch = QRectF(0, 0, size[0] / 72 * 96, size[1] / 72 * 96).adjusted(40, 40, -40, -40)
    for place, (page, room, text) in enumerate(painted.words):
        assert inch.contains(room), text
        for other, beside, said in painted.words[place + 1 :]:
            assert page != other or not room.intersects(beside), (text, said)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert {(round(float(wide)), round(float(high))) for wide, high in boxes} == {size}
    assert len(re.findall(rb"/Type /Page\b", pdf)) == sum(text.startswith("Page ") for _, _, text in painted.words)
    assert b"/Subtype /Image" not in pdf, "charts are lines and letters"


def test_every_figure_of_a_tile_is_on_paper(theme: Theme, report: Report, painted: Painted) -> None:
    report_pdf(report, theme, A4)
    said = [text for _, _, text in painted.words]
    for figures in (True, False):
        for spec, shown in report.tiles(figures=figures):
            tile = Tile(theme, spec)
            tile.show_answer(shown)
            assert spec.title in said
            if isinstance(tile.content, Figure):
                assert set(tile.content.parts) - {"", "ink_2", "good_text", "critical_text"} <= set(said)
            elif shown.empty:
                assert shown.empty in said
            elif isinstance(tile.content, AnswerTable):
                model = tile.content.lines
                cells = [model.index(row, 0).data() for row in range(model.rowCount())]
                assert set(cells) <= set(said)


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
