"""The tab on screen as a file: pages to print, a workbook, a table, or a picture."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage

from models.values.dashboards import Dashboard, Filters
from models.values.reports import Report
from services.workspace import Workspace
from views.insights.rooms import BookOfMetrics
from views.shell.page import Page

_KINDS: Final = "PDF (*.pdf);;Excel (*.xlsx);;CSV (*.csv);;PNG (*.png)"


class TabExport:
    """One export. Answers and files are read and written by workers; only pages are painted by the window's thread."""

    def __init__(self, page: Page, figures: BookOfMetrics) -> None:
        self._page, self._figures = page, figures
        self._book, self._desk = page.context.book, page.context.book.desk(page)

    def ask(self, dashboard: Dashboard, filters: Filters, picture: Callable[[], QImage]) -> None:
        """Ask for a file and write a dashboard with these filters into it; ``picture`` is how it is on screen."""
        name = f"{dashboard.name}-{self._book.workspace.clock.today()}.pdf"
        taken = partial(self._write, dashboard, filters, picture)
        self._page.ask_place(f"Export {dashboard.title}", name, _KINDS, taken)

    def _write(self, dashboard: Dashboard, filters: Filters, picture: Callable[[], QImage], path: Path) -> None:
        context, figures, workspace = self._page.context, self._figures, self._book.workspace
        if path.suffix.lower() == ".png":
            write = partial(_write_picture, workspace, picture(), path)
            self._desk.read("export", write, lambda _none: self._say(dashboard, path), self._book.failed.emit)
            return

        def gather() -> Report:
            found = figures.report(dashboard, filters, context.book_name)
            if path.suffix.lower() == ".pdf":
                import_module("views.printing.report")  # here, as the window's thread has no time for it
            else:
                _write_table(workspace, found, path)
            return found

        done = self._paint if path.suffix.lower() == ".pdf" else self._done
        self._desk.read("export", gather, partial(done, path), self._book.failed.emit)

    def _paint(self, path: Path, report: Report) -> None:
        from views.printing.report import report_pdf

        pdf = report_pdf(report, self._page.context.theme)
        write = partial(_write_pdf, self._book.workspace, pdf, report, path)
        self._desk.read("export", write, partial(self._done, path), self._book.failed.emit)

    def _done(self, path: Path, report: Report) -> None:
        self._say(report.dashboard, path)

    def _say(self, dashboard: Dashboard, path: Path) -> None:
        self._page.written.emit(f"{dashboard.title} saved in {path.name}", path)


def _write_picture(workspace: Workspace, picture: QImage, path: Path) -> None:
    from services.exporting import exporting, write_file

    made = QBuffer()
    made.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(made, "PNG")  # type: ignore[call-overload]
    with exporting(workspace, path):
        write_file(path, lambda file: file.write(made.data().data()), ".png")


def _write_table(workspace: Workspace, report: Report, path: Path) -> None:
    from services.exporting import exporting
    from services.reports import write_report_table, write_report_workbook

    write = write_report_workbook if path.suffix.lower() == ".xlsx" else write_report_table
    with exporting(workspace, path):
        write(report, path)


def _write_pdf(workspace: Workspace, pdf: bytes, report: Report, path: Path) -> Report:
    from services.exporting import exporting, write_file

    with exporting(workspace, path):
        write_file(path, lambda file: file.write(pdf), ".pdf")
    return report
