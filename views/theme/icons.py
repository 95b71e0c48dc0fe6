"""The program's own line icons: 16 × 16, strokes of 1.6, drawn at size × scale and kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from views.theme.files import resource


@lru_cache(maxsize=128)
def _source(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text(encoding="utf-8")


class Icons:
    """Drawn icons, kept."""

    def __init__(self) -> None:
        self._drawn: dict[tuple[str, str, int, float], QPixmap] = {}

    def pixmap(self, name: str, colour: str, size: int, dpr: float) -> QPixmap:
        """One icon as a picture of ``size`` logical pixels at the scale ``dpr``."""
        key = (name, colour, size, dpr)
        found = self._drawn.get(key)
        if found is None:
            found = self._drawn[key] = _draw(name, colour, size, dpr)
        return found

    def icon(self, name: str, colour: Callable[[bool], str]) -> QIcon:
        """An icon that asks for its colour when it is drawn, so that it follows the theme."""
        return QIcon(_LineIcon(self, name, colour))


def _draw(name: str, colour: str, size: int, dpr: float) -> QPixmap:
    pixels = max(1, round(size * dpr))
    picture = QPixmap(pixels, pixels)
    picture.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    picture.setDevicePixelRatio(dpr)
    return picture


class _LineIcon(QIconEngine):
    """Qt's view on an icon: any size, any scale, two states."""

    def __init__(self, icons: Icons, name: str, colour: Callable[[bool], str]) -> None:
        super().__init__()
        self._icons, self._name, self._colour = icons, name, colour

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        size = min(rect.width(), rect.height())
        picture = self._made(size, painter.device().devicePixelRatioF(), mode)
        left = rect.x() + (rect.width() - size) // 2
        top = rect.y() + (rect.height() - size) // 2
        painter.drawPixmap(QPoint(left, top), picture)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self._made(min(size.width(), size.height()), 1.0, mode)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        return self._made(round(min(size.width(), size.height()) / scale), scale, mode)

    def clone(self) -> QIconEngine:
        return _LineIcon(self._icons, self._name, self._colour)

    def _made(self, size: int, dpr: float, mode: QIcon.Mode) -> QPixmap:
        return self._icons.pixmap(self._name, self._colour(mode == QIcon.Mode.Disabled), size, dpr)
