"""Watches what is painted on paper as words."""

from __future__ import annotations

import re

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPageSize

from views.printing.paper import Pen


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
        scale = pen.painter.device().logicalDpiX() / 96
        self.words.append((self._page, QRectF(at.topLeft() / scale, at.size() / scale), text))
        if re.fullmatch(r"Page \d+ of \d+", text):
            self._page += 1

    def assert_readable(self, paper: QPageSize) -> None:
        """No words are cut, lie over others or leave the page."""
        assert self.cut == [], self.cut
        inner = QRectF(QPointF(), paper.size(QPageSize.Unit.Millimeter) / 25.4 * 96).adjusted(36, 36, -36, -36)
        for place, (page, room, text) in enumerate(self.words):
            assert inner.contains(room), text
            for other, beside, said in self.words[place + 1 :]:
                assert page != other or not room.intersects(beside), (text, said)
