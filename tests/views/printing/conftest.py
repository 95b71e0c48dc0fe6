"""The sample book, opened once for all pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QFont

from services.workspace import Workspace
from tests.views.books import opened, sample_copy
from tests.views.printing.painted import Painted
from views.printing.paper import Pen, passage_high
from views.theme import fonts
from views.widgets.painting import LEFT, TextFlag


@pytest.fixture(scope="package")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = opened(sample_copy(tmp_path_factory.mktemp("printing") / "sample.bellwether"))
    yield workspace
    workspace.close()


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
        high = passage_high(text, room.width() / 0.97, size)  # of what is painted, whatever room it was given
        seen.take(self, QRectF(room.topLeft(), QSizeF(room.width(), high)), text, room.width(), high - 4)
        passage(self, room, text, ink, size)

    monkeypatch.setattr(Pen, "words", line)
    monkeypatch.setattr(Pen, "passage", lines)
    yield seen
