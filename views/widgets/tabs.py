"""Tabs with counts, painted: "To do 12   Waiting 10". Arrow keys move, a click or a key chooses at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from views.theme import Theme, fonts
from views.widgets.painting import fill, focus_ring, line, rounded
from views.words import whole


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab; ``count`` None shows no number."""

    key: str
    text: str
    count: int | None = None


class CountTabs(QWidget):
    """A row of tabs. `chosen` is emitted for a person's choice only, never for `choose`.

    Tabs that have no room stand behind "More" at the end.
    """

    chosen = Signal(str)
    context = Signal(str, object)

    def __init__(
        self, theme: Theme, name: str, *, size: int = fonts.LIST, height: int = 32, gap: int = 18, inset: int = 16
    ) -> None:
        super().__init__()
        self._theme, self._size, self._gap, self._inset = theme, size, gap, inset
        #: The tabs as they are shown.
        self.tabs: tuple[Tab, ...] = ()
        #: Key of the chosen tab.
        self.current = ""
        self._hover = -1
        self._name = name
        self.setFixedHeight(height)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        theme.changed.connect(self.update)

    def set_gap(self, gap: int) -> None:
        """Stand closer together in a narrow pane."""
        self._gap = gap
        self.update()

    def show_tabs(self, tabs: Sequence[Tab], current: str | None = None) -> None:
        """Show these tabs, e.g. with new counts; the chosen one stays if it is still there."""
        self.tabs = tuple(tabs)
        if current is not None:
            self.current = current
        if self.current not in {tab.key for tab in self.tabs}:
            self.current = self.tabs[0].key if self.tabs else ""
        self._say()
        self.update()

    def choose(self, key: str) -> None:
        """Choose a tab without telling anyone."""
        self.current = key
        self._say()
        self.update()

    def sizeHint(self) -> QSize:
        wide = sum(self._width(tab) + self._gap for tab in self.tabs)
        return QSize(round(wide) + 2 * self._inset, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            theme = self._theme
            for index, (rect, tab) in enumerate(self._placed()):
                on = tab is not None and tab.key == self.current
                if tab is None:
                    line(painter, rect, "More", theme.color("ink_2"), self._size)
                    picture = theme.pixmap("chevron-down", "ink_2", 12, self.devicePixelRatioF())
                    painter.drawPixmap(int(rect.right() - 12), int(rect.center().y() - 6), picture)
                    continue
                ink = "primary_text" if on else "ink" if index == self._hover else "ink_2"
                weight = fonts.SEMIBOLD if on else fonts.REGULAR
                wide = line(painter, rect, tab.text, theme.color(ink), self._size, weight)
                if tab.count is not None:
                    room = QRectF(rect.x() + wide + 4, rect.y(), rect.width() - wide - 3, rect.height())
                    count_ink = "primary_text" if on else "ink_3"
                    line(painter, room, whole(tab.count), theme.color(count_ink), self._size)
                if on:
                    fill(painter, rect.x(), self.height() - 2, rect.width(), 2, theme.color("primary_text"))
                if on and self.hasFocus():
                    focus_ring(painter, theme, rect.adjusted(-5, 3, 5, -4))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self._at(event.position().x())
        if index != self._hover:
            self._hover = index
            self.setCursor(Qt.CursorShape.PointingHandCursor if index >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, _event: object) -> None:
        self._hover = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        placed = self._placed()
        index = self._at(event.position().x())
        if event.button() != Qt.MouseButton.LeftButton or index < 0:
            return
        rect, tab = placed[index]
        if tab is None:
            self._show_more(rect)
        else:
            self._pick(tab.key)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self._at(event.x())
        placed = self._placed()
        tab = placed[index][1] if index >= 0 else None
        if tab is not None:
            self.context.emit(tab.key, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = [tab.key for tab in self.tabs]
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not keys:
            super().keyPressEvent(event)
            return
        at = keys.index(self.current) if self.current in keys else 0
        self._pick(keys[(at + step) % len(keys)])

    def _pick(self, key: str, _checked: bool = False) -> None:
        if key != self.current:
            self.current = key
            self._say()
            self.update()
            self.chosen.emit(key)

    def _say(self) -> None:
        words = next((f"{t.text}, {t.count}" for t in self.tabs if t.key == self.current), "")
        self.setAccessibleName(f"{self._name}: {words}" if words else self._name)

    def _width(self, tab: Tab) -> float:
        wide = fonts.width(tab.text, self._size, fonts.SEMIBOLD)
        if tab.count is not None:
            wide += 4 + fonts.width(whole(tab.count), self._size)
        return wide + 1

    def _placed(self) -> list[tuple[QRectF, Tab | None]]:
        """Rectangle of each tab that has room, the chosen one always among them; a last None stands for "More"."""
        room = self.width() - 2 * self._inset + 6.0
        shown = list(self.tabs)
        if self._span(shown) > room:
            room -= fonts.width("More", self._size) + 16 + self._gap
            # The chosen one is the last to go, and it does not go.
            while len(shown) > 1 and self._span(shown) > room:
                shown.remove(next(tab for tab in reversed(shown) if tab.key != self.current))
        placed: list[tuple[QRectF, Tab | None]] = []
        x = float(self._inset)
        for tab in shown:
            wide = self._width(tab)
            placed.append((QRectF(x, 0, wide, self.height() - 2), tab))
            x += wide + self._gap
        if len(shown) < len(self.tabs):
            placed.append((QRectF(x, 0, fonts.width("More", self._size) + 16, self.height()), None))
        return placed

    def _span(self, tabs: Sequence[Tab]) -> float:
        return sum(self._width(tab) + self._gap for tab in tabs) - self._gap

    def _at(self, x: float) -> int:
        half = self._gap / 2
        for index, (rect, _tab) in enumerate(self._placed()):
            if rect.left() - half <= x < rect.right() + half:
                return index
        return -1

    def _show_more(self, rect: QRectF) -> None:
        shown = {tab.key for _rect, tab in self._placed() if tab is not None}
        menu = QMenu(self)
        for tab in self.tabs:
            if tab.key not in shown:
                words = tab.text if tab.count is None else f"{tab.text}  {whole(tab.count)}"
                menu.addAction(words).triggered.connect(partial(self._pick, tab.key))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(rect.bottomLeft().toPoint()))


class CountPill(QWidget):
    """A small rounded number, such as the criticals on the rail."""

    def __init__(self, theme: Theme, ground: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._ground, self._count = theme, ground, 0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(22, 16)
        self.hide()

    def set_count(self, count: int) -> None:
        """Show a number; 0 hides it."""
        self._count = count
        self.setFixedWidth(max(16, round(fonts.width(self._text(), fonts.SMALL, fonts.SEMIBOLD)) + 7))
        self.setVisible(count > 0)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            rect = self.rect().toRectF()
            rounded(painter, rect, 8, self._theme.color(self._ground))
            ink = self._theme.color("on_critical")
            line(painter, rect, self._text(), ink, fonts.SMALL, fonts.SEMIBOLD, Qt.AlignmentFlag.AlignCenter)

    def _text(self) -> str:
        return str(self._count) if self._count < 100 else "99+"
