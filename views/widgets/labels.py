"""Labels, rules and boxes in the program's type and colours."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from views.theme import Theme, fonts


def label(
    text: str = "",
    size: int = fonts.BODY,
    weight: QFont.Weight = fonts.REGULAR,
    ink: str = "ink",
    *,
    wrap: bool = False,
    parent: QWidget | None = None,
) -> QLabel:
    """A plain-text label; ``ink`` is a role that the style sheet colours."""
    made = QLabel(text, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setFont(fonts.font(size, weight))
    made.setProperty("ink", ink)
    made.setWordWrap(wrap)
    if wrap:
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return made


def note(text: str = "", size: int = fonts.LIST, ink: str = "ink_2") -> QLabel:
    """A quiet text that wraps: what something is for, or how it stands."""
    return label(text, size, fonts.REGULAR, ink, wrap=True)


def headed(title: str, says: str | QLabel, *parts: QWidget | QLayout | int) -> QVBoxLayout:
    """A section from top to bottom: its heading, what it is for, its parts."""
    return column(label(title, fonts.HEADING, fonts.SEMIBOLD), 2, note(says) if isinstance(says, str) else says, *parts)


def set_ink(widget: QWidget, ink: str) -> None:
    """Give a label another colour role."""
    if widget.property("ink") != ink:
        widget.setProperty("ink", ink)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def tag(text: str) -> QLabel:
    """A small framed word, such as a tier."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setFont(fonts.font(fonts.SMALL, fonts.MEDIUM))
    made.setProperty("kind", "tag")
    made.setFixedHeight(20)
    return made


def rule(*, vertical: bool = False, soft: bool = False) -> QFrame:
    """A line of one pixel."""
    made = QFrame()
    made.setProperty("kind", "line_soft" if soft else "line")
    if vertical:
        made.setFixedWidth(1)
    else:
        made.setFixedHeight(1)
    return made


def kind_of(widget: QWidget, kind: str) -> None:
    """Say to the style sheet what a widget is; a plain QWidget needs to be told to paint its ground."""
    widget.setProperty("kind", kind)
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)


def column(*parts: QWidget | QLayout | int, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QVBoxLayout:
    """A layout from top to bottom; a number is a gap."""
    box = QVBoxLayout()
    _fill(box, parts, margins)
    return box


def row(*parts: QWidget | QLayout | int, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QHBoxLayout:
    """A layout from left to right; a number is a gap, -1 a stretch."""
    box = QHBoxLayout()
    _fill(box, parts, margins)
    return box


def _fill(box: QBoxLayout, parts: tuple[QWidget | QLayout | int, ...], margins: tuple[int, int, int, int]) -> None:
    box.setContentsMargins(*margins)
    box.setSpacing(0)
    for part in parts:
        if isinstance(part, QWidget):
            box.addWidget(part)
        elif isinstance(part, int):
            box.addStretch(1) if part < 0 else box.addSpacing(part)
        else:
            box.addLayout(part)


def clear(box: QLayout) -> None:
    """Take everything out of a layout and delete it."""
    while (item := box.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif isinstance(inner, QLayout):
            clear(inner)
            inner.deleteLater()


def in_tab_order(*fields: QWidget) -> None:
    """Let Tab lead from one to the next: what is made later would come after everything else of the window."""
    for before, after in pairwise(fields):
        QWidget.setTabOrder(before, after)


class Pictogram(QLabel):
    """An icon in a role's colour; it follows the theme.

    Parameters
    ----------
    size : edge of the icon, in pixels.
    box : width and height of the label where it has more room than the icon needs: the icon stands at its left.
    """

    def __init__(
        self, theme: Theme, icon: str = "", ink: str = "ink_2", size: int = 14, box: tuple[int, int] | None = None
    ) -> None:
        super().__init__()
        self._theme, self._icon, self._ink, self._size = theme, icon, ink, size
        self.setFixedSize(*(box or (size, size)))
        theme.changed.connect(self._draw)
        self._draw()

    def show_icon(self, icon: str, ink: str) -> None:
        """Show another icon, in the colour of a role; '' for none."""
        self._icon, self._ink = icon, ink
        self._draw()

    def _draw(self) -> None:
        if self._icon:
            self.setPixmap(self._theme.pixmap(self._icon, self._ink, self._size, self.devicePixelRatioF()))
        else:
            self.clear()


class FlowingContent(QWidget):
    """The content of a scroll area whose words wrap: as high as its width needs, not as its narrowest would."""

    def minimumSizeHint(self) -> QSize:
        smallest = super().minimumSizeHint()
        if self.width() > 0 and self.hasHeightForWidth():
            return QSize(smallest.width(), min(smallest.height(), self.heightForWidth(self.width())))
        return smallest


def scrolling(content: QWidget) -> QScrollArea:
    """A pane that scrolls when it is lower than its content."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    return area


class ElidedLabel(QWidget):
    """One line that ends in an ellipsis where it has no room; the whole text is its tooltip then."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        size: int = fonts.BODY,
        weight: QFont.Weight = fonts.REGULAR,
        ink: str = "ink",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._text, self._size, self._weight, self._ink = theme, "", size, weight, ink
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self.setText(text)

    def text(self) -> str:
        """The whole text."""
        return self._text

    def setText(self, text: str, ink: str | None = None) -> None:
        """Show another text, and another colour role where one is given."""
        self._text, self._ink = text, ink or self._ink
        self.setAccessibleName(text)
        self.updateGeometry()
        self._hint()
        self.update()

    def sizeHint(self) -> QSize:
        wide = fonts.width(self._text, self._size, self._weight)
        return QSize(int(wide) + 2, round(self._size * 1.45))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(24, self.sizeHint().width()), self.sizeHint().height())

    def resizeEvent(self, _event: object) -> None:
        self._hint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        from views.widgets.painting import line

        with QPainter(self) as painter:
            ink = self._theme.color(self._ink)
            line(painter, self.rect().toRectF(), self._text, ink, self._size, self._weight)

    def _hint(self) -> None:
        short = fonts.width(self._text, self._size, self._weight) <= self.width()
        self.setToolTip("" if short else self._text)
