"""One row of the list, painted: 32 px, quiet, with colour only where it means something.

The churn risk of active customers has a shape and a colour from the policy's warning on; the engagement bar marks the
threshold with a tick.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from models.values.customers import CustomerRow
from views.customers.columns import AT, COLUMNS, churn_words, set_by_hand, short_name
from views.lists.keyset_model import ROW_ROLE, Index
from views.theme import Theme, fonts
from views.widgets.painting import LEFT, RIGHT, fill, line, snapped, threshold_bar
from views.words import DASH

ROW_HEIGHT = 32
GAP = 6
_FIRST_GAP = 16
_PENCIL = 10
#: The engagement bar, and where its figure begins: 100 has room behind it.
_BAR, AFTER_BAR = 24, 30


@dataclass(frozen=True, slots=True)
class Marks:
    """From which figures on the list uses colour; from the policy."""

    churn_warning: float = 0.40
    churn_critical: float = 0.50
    engagement_threshold: float = 50
    by_segment: tuple[tuple[str, float], ...] = ()

    def threshold_of(self, segment: str | None) -> float:
        """The engagement threshold of a segment."""
        return next((figure for name, figure in self.by_segment if name == segment), self.engagement_threshold)

    def churn_mark(self, row: CustomerRow) -> tuple[str, str, str]:
        """Icon, its colour and the text's colour of a customer's churn risk.

        Who left, or has long been silent, can be lost no more: their figure is high for all of them and has no colour.
        """
        risk = row.churn_risk
        if row.gone_words or row.left_on is not None:
            return "", "", "ink_3"
        if row.said_leaving:
            return "", "", "critical_text" if row.said_leaving == "they are leaving" else "warning_text"
        if risk is None:
            return "", "", "ink_3"
        if risk < self.churn_warning:
            return "", "", "ink"
        if risk < self.churn_critical:
            return "severity-high", "warning", "warning_text"
        return "severity-critical", "critical", "critical_text"


class CustomerDelegate(QStyledItemDelegate):
    """Paints the cells of `CustomersModel`; ``last`` is the last visible column, which closes the focus ring."""

    def __init__(self, theme: Theme, marks: Marks) -> None:
        super().__init__()
        self._theme = theme
        self.marks = marks
        self.last = len(COLUMNS) - 1

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(COLUMNS[index.column()].width, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(row, CustomerRow):
            return
        place = index.column()
        rect = QRectF(option.rect)
        on = bool(option.state & QStyle.StateFlag.State_Selected)
        over = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if on or over:
            fill(
                painter,
                rect.x(),
                rect.y(),
                rect.width(),
                rect.height(),
                self._theme.color("selected" if on else "hover"),
            )
        left = _FIRST_GAP if place == 0 else GAP
        self._cell(painter, rect.adjusted(left, 0, -GAP, 0), row, place, str(index.data()))
        bottom = rect.bottom() - 1
        if on:
            self._ring(painter, rect, place)
        else:
            fill(painter, rect.x(), bottom, rect.width(), 1, self._theme.color("line_soft"))

    def _ring(self, painter: QPainter, rect: QRectF, place: int) -> None:
        colour = self._theme.color("focus")
        fill(painter, rect.x(), rect.y(), rect.width(), 2, colour)
        fill(painter, rect.x(), rect.bottom() - 2, rect.width(), 2, colour)
        if place == 0:
            fill(painter, rect.x(), rect.y(), 2, rect.height(), colour)
        if place == self.last:
            fill(painter, rect.right() - 2, rect.y(), 2, rect.height(), colour)

    def _cell(self, painter: QPainter, rect: QRectF, row: CustomerRow, place: int, text: str) -> None:
        theme = self._theme
        if place == AT["name"]:
            line(painter, rect, text, theme.color("ink"), fonts.LIST, fonts.MEDIUM)
        elif place == AT["churn"]:
            self._churn(painter, rect, row)
        elif place == AT["at_risk"]:
            known = row.value_at_risk_minor is not None
            weight = fonts.SEMIBOLD if known else fonts.REGULAR
            line(painter, rect, text, theme.color("ink" if known else "ink_3"), fonts.LIST, weight, RIGHT)
        elif place == AT["engagement"]:
            self._engagement(painter, rect, row)
        else:
            if place == AT["owner"] and fonts.width(text, fonts.SMALL) > rect.width():
                text = short_name(text)
            ink = "ink_3" if text == DASH else "ink" if place == AT["next_action"] else "ink_2"
            line(painter, rect, text, theme.color(ink), fonts.SMALL, fonts.REGULAR, LEFT)
        if set_by_hand(row, place):
            self._mark(painter, rect, text, place)

    def _mark(self, painter: QPainter, rect: QRectF, text: str, place: int) -> None:
        """A pencil beside a figure that a person set: before a number at the right, after a word at the left."""
        dpr = painter.device().devicePixelRatioF()
        left = rect.x()
        if not COLUMNS[place].right:
            used = (
                AFTER_BAR + fonts.width(text, fonts.LIST)
                if place == AT["engagement"]
                else fonts.width(text, fonts.SMALL)
            )
            left = min(rect.x() + used + 4, rect.right() - _PENCIL)
        at = QPointF(snapped(left, dpr), snapped(rect.center().y() - _PENCIL / 2, dpr))
        painter.drawPixmap(at, self._theme.pixmap("edit", "ink_2", _PENCIL, dpr))

    def _churn(self, painter: QPainter, rect: QRectF, row: CustomerRow) -> None:
        icon, icon_ink, ink = self.marks.churn_mark(row)
        text, colour = churn_words(row), self._theme.color(ink)
        if row.said_leaving:
            line(painter, rect, text, colour, fonts.SMALL, fonts.MEDIUM, RIGHT)
            return
        weight = fonts.SEMIBOLD if icon else fonts.REGULAR
        line(painter, rect, text, colour, fonts.LIST, weight, RIGHT)
        if icon:
            dpr = painter.device().devicePixelRatioF()
            left = snapped(rect.right() - fonts.width(text, fonts.LIST, weight) - 5 - 11, dpr)
            top = snapped(rect.center().y() - 5.5, dpr)
            painter.drawPixmap(QPointF(left, top), self._theme.pixmap(icon, icon_ink, 11, dpr))

    def _engagement(self, painter: QPainter, rect: QRectF, row: CustomerRow) -> None:
        if row.engagement is None:
            line(painter, rect, DASH, self._theme.color("ink_3"), fonts.SMALL)
            return
        threshold = self.marks.threshold_of(row.segment)
        ink = "warning" if row.engagement < threshold else "axis"
        bar = QRectF(rect.x(), rect.center().y() - 3, _BAR, 6)
        threshold_bar(painter, self._theme, bar, row.engagement / 100, threshold / 100, ink)
        room = QRectF(rect.x() + AFTER_BAR, rect.y(), rect.width() - AFTER_BAR, rect.height())
        line(painter, room, f"{row.engagement:.0f}", self._theme.color("ink"), fonts.LIST)
