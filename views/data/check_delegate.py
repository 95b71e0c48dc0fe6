"""One cell of a check, painted: only a faulty cell is tinted, the table says why. A change shows the old value."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from models.values.imports import PreviewCell, PreviewRow
from views.data.check_model import CELL_ROLE, LEADING, MARK_ROLE, ROW_ROLE
from views.data.phrases import MARKS, VerdictMark
from views.lists.keyset_model import Index
from views.theme import Theme, fonts
from views.widgets.painting import LEFT, RIGHT, fill, focus_ring, frame, line, rounded, snapped

ROW_HEIGHT = 31
#: What each line of a reason adds to the height of its row.
REASON_LINE = 16
GAP = 8
_NOT_READ = 60.0
_EDITOR_WIDTH = 120


class CheckDelegate(QStyledItemDelegate):
    """Paints the cells of a `CheckModel`; ``right`` says which columns hold figures."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.right: frozenset[int] = frozenset()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        rect = QRectF(option.rect)
        if not isinstance(row, PreviewRow):
            wide = min(_NOT_READ, max(0.0, rect.width() - 2 * GAP))
            rounded(painter, QRectF(rect.x() + GAP, rect.y() + 11, wide, 8), 4, self._theme.color("line_soft"))
            return
        on = bool(option.state & QStyle.StateFlag.State_Selected)
        if on or option.state & QStyle.StateFlag.State_MouseOver:
            ground = self._theme.color("selected" if on else "hover")
            fill(painter, rect.x(), rect.y(), rect.width(), rect.height(), ground)
        fill(painter, rect.x(), rect.bottom() - 1, rect.width(), 1, self._theme.color("line_soft"))
        top = QRectF(rect.x() + GAP, rect.y(), rect.width() - 2 * GAP, ROW_HEIGHT)
        if option.state & QStyle.StateFlag.State_HasFocus and on and index.column() >= len(LEADING):
            focus_ring(painter, self._theme, rect.adjusted(1, 1, -1, -2))
        if index.column() == 0:
            line(painter, top, str(index.data()), self._theme.color("ink_3"), fonts.SMALL, align=RIGHT)
            fill(painter, rect.right() - 1, rect.y(), 1, rect.height(), self._theme.color("line"))
        elif index.column() < len(LEADING):
            self._verdict(painter, top, index.data(MARK_ROLE))
        else:
            cell = index.data(CELL_ROLE)
            if isinstance(cell, PreviewCell):
                self._cell(painter, rect, top, index.data(MARK_ROLE), cell, right=index.column() in self.right)

    def _verdict(self, painter: QPainter, rect: QRectF, mark: VerdictMark) -> None:
        dpr = painter.device().devicePixelRatioF()
        at = QPointF(snapped(rect.x(), dpr), snapped(rect.center().y() - 6.5, dpr))
        painter.drawPixmap(at, self._theme.pixmap(mark.icon, mark.ink, 13, dpr))
        line(painter, rect.adjusted(18, 0, 0, 0), mark.word, self._theme.color(mark.text), fonts.SMALL)

    def _cell(
        self, painter: QPainter, rect: QRectF, top: QRectF, mark: VerdictMark, cell: PreviewCell, *, right: bool
    ) -> None:
        theme = self._theme
        if cell.fault:
            self._fault(painter, rect, cell)
        elif cell.fixed_from is not None:
            self._fixed(painter, rect, top, cell)
        elif cell.before is not None:
            self._change(painter, rect, top, cell, right=right)
        else:
            ink = "ink_3" if mark is MARKS["ignored"] else "ink"
            line(painter, top, cell.text, theme.color(ink), fonts.SMALL, align=RIGHT if right else LEFT)

    def _fault(self, painter: QPainter, rect: QRectF, cell: PreviewCell) -> None:
        theme = self._theme
        box = rect.adjusted(0, 0, 0, -1)
        fill(painter, box.x(), box.y(), box.width(), box.height(), theme.color("critical_wash"))
        frame(painter, box, theme.color("critical"))
        dpr = painter.device().devicePixelRatioF()
        x = rect.x() + GAP
        at = QPointF(snapped(x, dpr), snapped(rect.y() + 8, dpr))
        painter.drawPixmap(at, theme.pixmap("severity-critical", "critical_text", 13, dpr))
        room = QRectF(x + 18, rect.y() + 5, rect.width() - 18 - 2 * GAP, 18)
        line(painter, room, cell.text or "empty", theme.color("ink"), fonts.SMALL, fonts.SEMIBOLD)

    def _fixed(self, painter: QPainter, rect: QRectF, top: QRectF, cell: PreviewCell) -> None:
        theme = self._theme
        box = rect.adjusted(0, 0, 0, -1)
        fill(painter, box.x(), box.y(), box.width(), box.height(), theme.color("good_wash"))
        frame(painter, box, theme.color("good_text"))
        dpr = painter.device().devicePixelRatioF()
        at = QPointF(snapped(top.x(), dpr), snapped(top.center().y() - 6.5, dpr))
        painter.drawPixmap(at, theme.pixmap("edit", "good_text", 13, dpr))
        room = top.adjusted(18, 0, 0, 0)
        line(painter, room, cell.text or "empty", theme.color("ink"), fonts.SMALL, fonts.SEMIBOLD)

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setFont(fonts.font(fonts.SMALL))
        editor.setAccessibleName(f"Fix {index.model().headerData(index.column(), Qt.Orientation.Horizontal)}")
        editor.setStyleSheet("QLineEdit { min-height: 0; padding: 0 6px; }")
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        rect = QRect(option.rect)
        editor.setGeometry(rect.x(), rect.y(), max(rect.width(), _EDITOR_WIDTH), min(rect.height(), ROW_HEIGHT) - 1)

    def _change(self, painter: QPainter, rect: QRectF, top: QRectF, cell: PreviewCell, *, right: bool) -> None:
        theme = self._theme
        box = rect.adjusted(0, 0, 0, -1)
        fill(painter, box.x(), box.y(), box.width(), box.height(), theme.color("primary_wash"))
        frame(painter, box, theme.color("primary_text"))
        before, now = cell.before or "empty", cell.text or "empty"
        new_wide = fonts.width(now, fonts.SMALL, fonts.SEMIBOLD) + 1
        old_wide = min(fonts.width(before, fonts.SMALL) + 1, max(24.0, top.width() - new_wide - 6))
        x = max(top.x(), top.right() - old_wide - 5 - new_wide) if right else top.x()
        old = QRectF(x, top.y(), old_wide, top.height())
        painted = line(painter, old, before, theme.color("ink_3"), fonts.SMALL)
        fill(painter, old.x(), old.center().y(), painted, 1, theme.color("ink_3"))
        room = QRectF(x + old_wide + 5, top.y(), top.right() - x - old_wide - 5 + 1, top.height())
        line(painter, room, now, theme.color("ink"), fonts.SMALL, fonts.SEMIBOLD)


def column_width(texts: list[str], title: str, chosen: str, *, most: int = 230) -> int:
    """Width of a column by what stands in it, its title and its mapping box."""
    wide = max((fonts.width(text, fonts.SMALL) for text in texts), default=0.0)
    title_wide = fonts.width(title, fonts.SMALL, fonts.SEMIBOLD)
    box = fonts.width(chosen, fonts.SMALL, fonts.MEDIUM) + 34
    return round(min(most, max(64.0, wide + 2 * GAP + 4, title_wide + 2 * GAP, box + 12)))
