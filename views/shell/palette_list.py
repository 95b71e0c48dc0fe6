"""The list under the palette's field: painted lines in groups, with icon, hint and key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QWidget

from views.shell.offers import Group, Offer
from views.theme import Theme, fonts
from views.widgets.labels import kind_of
from views.widgets.painting import RIGHT, key_cap, line, rounded, snapped

ROW, HEADING, EDGE = 34, 26, 6


class PaletteList(QFrame):
    """Lines that the field moves in; a click picks one."""

    picked = Signal(object)  # Offer

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._lines: list[str | Offer] = []
        self._nothing = ""
        self._at = -1  # the lit line
        self._top = 0.0  # pixels scrolled
        self.moved = False
        kind_of(self, "raised")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Search results")
        self.hide()

    @property
    def rows(self) -> tuple[Offer, ...]:
        """What is offered, in order."""
        return tuple(one for one in self._lines if isinstance(one, Offer))

    @property
    def headings(self) -> list[str]:
        """The headings, in order."""
        return [one for one in self._lines if isinstance(one, str)]

    @property
    def lit(self) -> Offer | None:
        """The line that Enter runs."""
        found = self._lines[self._at] if 0 <= self._at < len(self._lines) else None
        return found if isinstance(found, Offer) else None

    def show_groups(self, groups: Sequence[Group], nothing: str, *, keep: bool = False) -> None:
        """Show other lines; ``keep`` leaves the lit one lit if the person moved to it."""
        before = self.lit.id if keep and self.moved and self.lit is not None else ""
        lines: list[str | Offer] = []
        for group in groups:
            lines += [group.title, *group.offers]
        self._lines = lines
        self._nothing = nothing
        offers = [number for number, entry in enumerate(self._lines) if isinstance(entry, Offer)]
        self._at = offers[0] if offers else -1
        self.moved = False
        for number in offers:
            entry = self._lines[number]
            if isinstance(entry, Offer) and entry.id == before:
                self._at, self.moved = number, True
        self._top = 0.0
        self._say()
        self.update()

    def fit(self, width: int, most: int) -> None:
        """Be as high as the lines are, at most so high."""
        self.resize(width, min(self._content(), max(ROW + 2 * EDGE, most)))
        self._reveal()

    def step(self, step: int) -> None:
        """Light the next or the previous line, round and round."""
        offers = [number for number, entry in enumerate(self._lines) if isinstance(entry, Offer)]
        if offers:
            at = offers.index(self._at) if self._at in offers else -1
            self._light(offers[(at + step) % len(offers)])
            self._reveal()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            theme = self._theme
            painter.setClipRect(self.rect().adjusted(1, EDGE - 2, -1, -(EDGE - 2)))
            if not self._lines:
                room = QRectF(16, EDGE, self.width() - 32, ROW)
                line(painter, room, self._nothing, theme.color("ink_2"), fonts.LIST)
                return
            y = EDGE - self._top
            for number, entry in enumerate(self._lines):
                high = _height(entry)
                if y + high > 0 and y < self.height():
                    rect = QRectF(EDGE, y, self.width() - 2 * EDGE, high)
                    if isinstance(entry, Offer):
                        self._paint(painter, rect, entry, lit=number == self._at)
                    else:
                        room = rect.adjusted(10, 4, -10, 0)
                        line(painter, room, entry, theme.color("ink_3"), fonts.SMALL, fonts.SEMIBOLD)
                y += high

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        number = self._number_at(event.position().y())
        if number >= 0 and number != self._at:
            self._light(number)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._number_at(event.position().y())
        entry = self._lines[number] if number >= 0 else None
        if isinstance(entry, Offer):
            self.picked.emit(entry)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._scroll_to(self._top - event.angleDelta().y() / 120 * ROW)

    def _paint(self, painter: QPainter, rect: QRectF, offer: Offer, *, lit: bool) -> None:
        theme, dpr = self._theme, self.devicePixelRatioF()
        if lit:
            rounded(painter, rect, 6, theme.color("selected"))
        at = QPointF(snapped(rect.x() + 10, dpr), snapped(rect.center().y() - 8, dpr))
        painter.drawPixmap(at, theme.pixmap(offer.icon, "ink_2", 16, dpr))
        right = rect.right() - 8
        if offer.key:
            right -= key_cap(painter, theme, right, rect.center().y(), offer.key, on_primary=False) + 8
        left = rect.x() + 36
        wide = line(painter, QRectF(left, rect.y(), right - left, rect.height()), offer.title, theme.color("ink"),
                    fonts.LIST, fonts.MEDIUM)  # fmt: skip
        room = QRectF(left + wide + 16, rect.y(), right - left - wide - 16, rect.height())
        if room.width() > 40:
            line(painter, room, offer.hint, theme.color("ink_3"), fonts.SMALL, align=RIGHT)

    def _light(self, number: int) -> None:
        self._at, self.moved = number, True
        self._say()
        self.update()

    def _number_at(self, y: float) -> int:
        top = EDGE - self._top
        for number, entry in enumerate(self._lines):
            high = _height(entry)
            if top <= y < top + high:
                return number if isinstance(entry, Offer) else -1
            top += high
        return -1

    def _content(self) -> int:
        return sum(_height(entry) for entry in self._lines) + 2 * EDGE if self._lines else ROW + 2 * EDGE

    def _reveal(self) -> None:
        """Scroll so that the lit line is seen, with its heading where it is the first under it."""
        if self._at < 0:
            return
        top = sum(_height(entry) for entry in self._lines[: self._at])
        first = self._at > 0 and isinstance(self._lines[self._at - 1], str)
        room = self.height() - 2 * EDGE
        if top - (HEADING if first else 0) < self._top:
            self._scroll_to(top - (HEADING if first else 0))
        elif top + ROW > self._top + room:
            self._scroll_to(top + ROW - room)

    def _scroll_to(self, top: float) -> None:
        most = max(0, self._content() - self.height())
        self._top = min(max(0.0, top), float(most))
        self.update()

    def _say(self) -> None:
        """What is lit is told to a screen reader, as the focus stays in the field."""
        lit = self.lit
        words = f"{lit.title}, {lit.hint}".rstrip(", ") if lit is not None else self._nothing
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)
            if self.isVisible():
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))


def _height(entry: str | Offer) -> int:
    return ROW if isinstance(entry, Offer) else HEADING
