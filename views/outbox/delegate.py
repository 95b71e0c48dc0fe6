"""Draws the rows of the outbox: 72 px with the customer, the subject, and where the email stands."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from models.values.outbox import OutboxRow
from views.lists.card_list import CardDelegate
from views.lists.keyset_model import ROW_ROLE, Index
from views.outbox.words import look_of
from views.theme import fonts
from views.widgets.painting import RIGHT, line, snapped


class OutboxDelegate(CardDelegate):
    """Painter of the rows."""

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: OutboxRow = index.data(ROW_ROLE)
        theme, rect = self.theme, QRectF(option.rect)
        self.paint_ground(painter, option)
        left, right = rect.x() + 16, rect.right() - 14
        when = fonts.width(row.when_words, fonts.SMALL)
        name = QRectF(left, rect.y() + 7, right - left - when - 12, 20)
        line(painter, name, row.customer, theme.color("ink"), fonts.BODY, fonts.SEMIBOLD)
        moment = QRectF(right - when - 1, rect.y() + 7, when + 2, 20)
        line(painter, moment, row.when_words, theme.color("ink_3"), fonts.SMALL, align=RIGHT)
        subject, ink = (row.subject, "ink_2") if row.subject else ("No subject yet", "ink_3")
        line(painter, QRectF(left, rect.y() + 28, right - left, 18), subject, theme.color(ink), fonts.LIST)
        self._paint_standing(painter, QRectF(left, rect.y() + 47, right - left, 18), row)
        self.paint_ring(painter, option)

    def _paint_standing(self, painter: QPainter, rect: QRectF, row: OutboxRow) -> None:
        """The state as shape and words; the fault, or who wrote it, after them."""
        theme, look = self.theme, look_of(row)
        dpr = painter.device().devicePixelRatioF()
        at = QPointF(snapped(rect.x(), dpr), snapped(rect.y() + 3, dpr))
        painter.drawPixmap(at, theme.pixmap(look.icon, look.ink, 12, dpr))
        room = rect.adjusted(17, 0, 0, 0)
        wide = line(painter, room, row.state_words, theme.color(look.ink), fonts.SMALL, fonts.MEDIUM)
        rest = row.fault or row.writer_words
        if rest:
            after = room.adjusted(wide + 12, 0, 0, 0)
            line(painter, after, rest, theme.color("ink_3"), fonts.SMALL, align=RIGHT)
