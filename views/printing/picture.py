"""A report as a picture: the tiles of its dashboard, as the window shows them."""

from __future__ import annotations

from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtWidgets import QWidget

from models.values.reports import Report
from services.exporting import write_file
from views.charts.chart import PLOT
from views.insights.dashboard_view import DashboardView
from views.pictures import wait_until
from views.theme import Theme

#: Pixels: how wide the usual window is. It is as high as its tiles need.
_WIDE: Final = 1366
#: A line that wraps gets its height only when its width is known, which takes another turn.
_TURNS: Final = 5


def write_report_picture(report: Report, path: Path, theme: Theme) -> int:
    """Write a .png file and return how many tiles it shows.

    Raises
    ------
    UserError
        The file has another ending, or cannot be written.
    """
    import_module(PLOT)
    window = QWidget()  # without a layout, which would ask a platform without a screen for a least size
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    view = DashboardView(theme, report.dashboard, lambda tile, _figure: tile)  # each as its answer has it
    view.setParent(window)
    view.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.resize(_WIDE, 1)
    view.fit(_WIDE)
    window.show()
    for key, tile in view.tiles.items():
        tile.show_answer(report.answers[key])
        if key in report.courses:
            tile.show_course(report.courses[key])
    turns = count(1)
    wait_until(lambda: next(turns) >= _TURNS)
    if (focused := window.focusWidget()) is not None:
        focused.clearFocus()
    made = QBuffer()
    made.open(QIODevice.OpenModeFlag.WriteOnly)
    view.picture().save(made, "PNG")  # type: ignore[call-overload]
    window.close()
    window.deleteLater()
    write_file(path, lambda file: file.write(made.data().data()), ".png")
    return len(view.tiles)
