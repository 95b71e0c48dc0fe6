"""Inter, bundled, in three weights, with tabular figures: numbers in a column stand under one another.

Sizes are pixels at 100 %, set by `setPixelSize`: a point size would grow again with the screen's scale.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF

from views.theme.files import resource

FAMILY = "Inter"
BODY, SMALL, TITLE, CUSTOMER, HEADING, LIST = 14, 12, 24, 20, 16, 13
REGULAR, MEDIUM, SEMIBOLD = QFont.Weight.Normal, QFont.Weight.Medium, QFont.Weight.DemiBold
_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf")


def load_fonts() -> None:
    """Give the bundled fonts to Qt.

    Raises
    ------
    FileNotFoundError
        If a file is missing: the installation is damaged.
    """
    for name in _FILES:
        path = resource("fonts", name)
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise FileNotFoundError(f"The font {path} is missing; reinstall Bellwether")


@lru_cache(maxsize=64)
def font(size: int = BODY, weight: QFont.Weight = REGULAR, *, tabular: bool = True) -> QFont:
    """The program's font at a pixel size and weight, with tabular figures; without them in files.

    Tabular figures and signs that follow their neighbours are glyphs of their own: a PDF shows them, but who searches
    it, copies from it or has it read aloud gets nothing for them.
    """
    made = QFont(FAMILY)
    made.setPixelSize(size)
    made.setWeight(weight)
    made.setFeature(QFont.Tag("tnum"), int(tabular))
    if not tabular:
        made.setFeature(QFont.Tag("calt"), 0)
    if size >= CUSTOMER:
        made.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 98.5)
    return made


@lru_cache(maxsize=64)
def metrics(size: int = BODY, weight: QFont.Weight = REGULAR) -> QFontMetricsF:
    """Metrics of `font`; made once, as making them is dearer than measuring."""
    return QFontMetricsF(font(size, weight))


@lru_cache(maxsize=8192)
def width(text: str, size: int = BODY, weight: QFont.Weight = REGULAR) -> float:
    """Width of one line in pixels."""
    return metrics(size, weight).horizontalAdvance(text)


@lru_cache(maxsize=8192)
def elided(text: str, room: int, size: int = BODY, weight: QFont.Weight = REGULAR) -> str:
    """The text, shortened with an ellipsis where it is wider than ``room`` pixels."""
    if width(text, size, weight) <= room:
        return text
    return metrics(size, weight).elidedText(text, Qt.TextElideMode.ElideRight, room)
