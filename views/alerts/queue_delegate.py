"""Draws the queue: alerts of exactly 72 px, headers of 25."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from models.values.alerts import AlertRow, QueueGroup, QueuePage
from views.actions import Command
from views.alerts.queue_model import TICKED_ROLE, churn_ink, churn_words, value_parts
from views.lists.card_list import CARD_HEIGHT, CardDelegate
from views.lists.keyset_model import ROW_ROLE, Index
from views.theme import Theme, fonts
from views.widgets.painting import (
    RIGHT,
    Mark,
    Run,
    badge,
    badge_width,
    fill,
    line,
    mark_of,
    rounded,
    runs,
    severity_edge,
    snapped,
    sparkline,
)
from views.words import DOT, money_short

HEADER_HEIGHT = 25
#: What the small buttons of a hovered row do, from left to right.
QUICK = (Command.TASK, Command.SNOOZE, Command.RESOLVE)
_QUICK_ICONS = {Command.TASK: "task", Command.SNOOZE: "clock", Command.RESOLVE: "check"}
_QUICK_SIZE, _QUICK_STEP = 28, 32


class QueueDelegate(CardDelegate):
    """Painter of queue rows. `narrow` draws the columns for a list of 340 px."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.narrow = False
        self.hovered_button = -1
        self._currency, self._bars = "USD", (1.0, 1.0)

    def height_of(self, row: object) -> int:
        return HEADER_HEIGHT if isinstance(row, QueueGroup) else CARD_HEIGHT

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry = index.data(ROW_ROLE)
        if isinstance(entry, QueueGroup):
            self._paint_header(painter, QRectF(option.rect), entry)
        elif isinstance(entry, AlertRow):
            self._paint_alert(painter, option, entry, ticked=bool(index.data(TICKED_ROLE)))

    def quick_at(self, rect: QRect, at: QPoint) -> int:
        """Which quick button of an alert is under a point, -1 for none."""
        for number in range(len(QUICK)):
            if _quick_rect(QRectF(rect), number).adjusted(-2, -2, 2, 2).contains(QPointF(at)):
                return number
        return -1

    def _paint_header(self, painter: QPainter, rect: QRectF, group: QueueGroup) -> None:
        theme = self.theme
        painter.fillRect(rect, theme.color("ground"))
        fill(painter, rect.x(), rect.bottom() - 1, rect.width(), 1, theme.color("line_soft"))
        sums = []
        if group.at_stake_minor:
            sums.append(f"{money_short(group.at_stake_minor, self._currency)} at stake")
        if group.upside_minor:
            sums.append(f"{money_short(group.upside_minor, self._currency)} upside")
        words = DOT.join(sums)
        room = rect.adjusted(16, 0, -14, -1)
        title = f"{group.title}{DOT}{group.count}"
        wide = line(painter, room, title, theme.color("ink_2"), fonts.SMALL, fonts.SEMIBOLD)
        room.setLeft(room.left() + wide + 12)
        line(painter, room, words, theme.color("ink_3"), fonts.SMALL, align=RIGHT)

    def set_page(self, page: QueuePage) -> None:
        """Currency of the headers' sums, and from where on a churn risk is coloured."""
        self._currency, self._bars = page.currency, page.churn_bars

    def _paint_alert(self, painter: QPainter, option: QStyleOptionViewItem, row: AlertRow, *, ticked: bool) -> None:
        theme, rect = self.theme, QRectF(option.rect)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        self.paint_ground(painter, option, ticked=ticked)
        urgent = row.kind == "risk" and (row.breached or row.due_within_hour)
        mark = mark_of(row.severity, row.kind, urgent=urgent)
        severity_edge(painter, theme, rect.x(), rect.y(), rect.height() - 1, mark)
        left, right = rect.x() + 16, rect.right() - (10 if self.narrow else 14)
        badge_left = right - badge_width(mark, row.due_words)
        badge(painter, theme, badge_left, rect.y() + 7, mark, row.due_words)
        name_left = left
        if ticked:
            self._paint_tick(painter, left, rect.y() + 9)
            name_left += 24
        name = QRectF(name_left, rect.y() + 7, badge_left - 8 - name_left, 20)
        line(painter, name, row.customer, theme.color("ink"), fonts.BODY, fonts.SEMIBOLD)
        reason = QRectF(left, rect.y() + 28, right - left, 18)
        line(painter, reason, row.reason, theme.color("ink_2"), fonts.LIST)
        self._paint_figures(painter, QRectF(left, rect.y() + 47, right - left, 18), row, mark, hovered)
        if hovered:
            self._paint_quick(painter, rect)
        self.paint_ring(painter, option, left=5)

    def _paint_figures(self, painter: QPainter, rect: QRectF, row: AlertRow, mark: Mark, hovered: bool) -> None:
        theme = self.theme
        first, second = (100, 76) if self.narrow else (106, 80)
        figure, words = value_parts(row)
        parts = [Run(figure, "ink", fonts.SEMIBOLD), Run(f" {words}", "ink_3")] if figure else []
        runs(painter, theme, QRectF(rect.x(), rect.y(), first, 18), parts, fonts.SMALL)
        x = rect.x() + first
        ink = theme.color("ink_3")
        risk = churn_ink(row, self._bars)
        weight = fonts.REGULAR if risk == "ink_3" else fonts.SEMIBOLD
        at_churn = QRectF(x, rect.y(), second, 18)
        used = line(painter, at_churn, churn_words(row), theme.color(risk), fonts.SMALL, weight)
        if any(mark.figure == "churn_risk" for mark in row.overridden):
            dpr = painter.device().devicePixelRatioF()
            at = QPointF(snapped(x + used + 3, dpr), snapped(rect.y() + 4, dpr))
            painter.drawPixmap(at, theme.pixmap("edit", "ink_2", 10, dpr))
        x += max(second, used + 8)
        end = rect.right() - (_QUICK_STEP * len(QUICK) + 4 if hovered else 68)
        line(painter, QRectF(x, rect.y(), end - x, 18), row.tier or "", ink, fonts.SMALL)
        if not hovered:
            spark = QRectF(rect.right() - 64, rect.y(), 64, 18)
            sparkline(painter, theme, spark, row.sparkline, mark.bar)

    def _paint_tick(self, painter: QPainter, x: float, y: float) -> None:
        theme, dpr = self.theme, painter.device().devicePixelRatioF()
        rounded(painter, QRectF(x, y, 16, 16), 4, theme.color("primary"))
        at = QPointF(snapped(x + 2, dpr), snapped(y + 2, dpr))
        painter.drawPixmap(at, theme.pixmap("check", "on_primary", 12, dpr))

    def _paint_quick(self, painter: QPainter, rect: QRectF) -> None:
        theme, dpr = self.theme, painter.device().devicePixelRatioF()
        for number, command in enumerate(QUICK):
            box = _quick_rect(rect, number)
            ground = "selected" if number == self.hovered_button else "raised"
            rounded(painter, box, 6, theme.color(ground), theme.color("control"))
            at = QPointF(snapped(box.x() + 7, dpr), snapped(box.y() + 7, dpr))
            painter.drawPixmap(at, theme.pixmap(_QUICK_ICONS[command], "ink_2", 14, dpr))


def _quick_rect(rect: QRectF, number: int) -> QRectF:
    right = rect.right() - 10 - _QUICK_STEP * (len(QUICK) - 1 - number)
    return QRectF(right - _QUICK_SIZE, rect.y() + 41, _QUICK_SIZE, _QUICK_SIZE)
