"""The left half of the duplicates page: tabs by what was decided, and the pairs, the likeliest first."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from models.values.people import LIKELY, VERY_LIKELY, PairCounts, PairRow, PairState
from views.background import Desk, Failed
from views.customers.duplicates_rooms import Question
from views.lists.card_list import CardDelegate, CardList
from views.lists.keyset_model import PAGE_ROWS, ROW_ROLE, Fetch, Index, KeysetModel
from views.theme import Theme, fonts
from views.widgets.labels import column, kind_of, rule
from views.widgets.painting import RIGHT, line
from views.widgets.states import StatePane, rows_skeleton
from views.widgets.tabs import CountTabs, Tab
from views.words import DOT

TABS: Final[tuple[tuple[PairState, str], ...]] = (
    ("pending", "To review"),
    ("later", "Later"),
    ("apart", "Kept apart"),
    ("merged", "Merged"),
)
EMPTY: Final = {
    "pending": ("No duplicates", "There are no possible duplicates. New ones are compared after every import."),
    "later": ("Nothing left for later", "Pairs you leave for later are kept here."),
    "apart": ("Nothing kept apart", "Pairs you keep apart are listed here, and you are not asked about them again."),
    "merged": ("Nothing merged", "Records you merge are listed here with their original details."),
}
REFRESH_ROWS: Final = 1_000


class PairDelegate(CardDelegate):
    """Draws a pair: both names, why they look alike, how likely it is."""

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: PairRow = index.data(ROW_ROLE)
        theme, rect = self.theme, QRectF(option.rect)
        self.paint_ground(painter, option)
        left, right = rect.x() + 16, rect.right() - 14
        half = (right - left) / 2
        ink, quiet = theme.color("ink"), theme.color("ink_2")
        for place, (name, where) in enumerate(((row.first_name, row.first_place), (row.second_name, row.second_place))):
            x = left + place * half
            line(painter, QRectF(x, rect.y() + 7, half - 10, 20), name, ink, fonts.BODY, fonts.SEMIBOLD)
            line(painter, QRectF(x, rect.y() + 28, half - 10, 18), where or "no address", quiet, fonts.SMALL)
        words, colour = standing(row)
        wide = fonts.width(words, fonts.SMALL, fonts.MEDIUM) + 2
        said = QRectF(right - wide, rect.y() + 47, wide, 18)
        line(painter, said, words, theme.color(colour), fonts.SMALL, fonts.MEDIUM, RIGHT)
        reasons = QRectF(left, rect.y() + 47, right - left - wide - 12, 18)
        line(painter, reasons, DOT.join(row.reasons), quiet, fonts.SMALL)
        self.paint_ring(painter, option)


def standing(row: PairRow) -> tuple[str, str]:
    """How likely a pair is, or who decided on it, and the ink of that."""
    if row.state != "pending":
        return row.decided_words, "ink_2"
    ink = "ink" if row.score >= VERY_LIKELY else "ink_2" if row.score >= LIKELY else "ink_3"
    return row.verdict, ink


class PairModel(KeysetModel[PairRow]):
    """Pages of a tab; ``about`` are the counts of all tabs."""

    def __init__(self, desk: Desk, fetch: Fetch, parent: QObject) -> None:
        super().__init__(desk, fetch, topic="pairs", parent=parent)

    def row_of(self, pair: tuple[int, int]) -> int:
        """Row of a pair, -1 beyond what was read."""
        return next((n for n, row in enumerate(self.rows()) if (row.first_id, row.second_id) == pair), -1)

    def text_of(self, row: PairRow, column: int) -> str:
        names = f"{row.first_name} and {row.second_name}"
        return ", ".join(part for part in (names, standing(row)[0], *row.reasons) if part)


class PairsPane(QWidget):
    """Tabs and list. Emits `selected` with the pair that the detail should show, None for none."""

    selected = Signal(object)
    opened = Signal()

    def __init__(self, theme: Theme, desk: Desk, fetch: Fetch) -> None:
        super().__init__()
        kind_of(self, "panel")
        self._near = 0
        self._wanted: tuple[int, int] | None = None
        self.model = PairModel(desk, fetch, self)
        self.model.arrived.connect(self._arrived)
        self.model.failed.connect(self._not_read)
        self.view = CardList[PairRow](theme, "Possible duplicates", self.model, PairDelegate(theme))
        self.view.current_changed.connect(self.selected)
        self.view.opened.connect(lambda _index: self.opened.emit())
        self.tabs = CountTabs(theme, "Duplicates by decision", height=40, gap=14)
        self.tabs.show_tabs([Tab(key, words) for key, words in TABS], TABS[0][0])
        self.tabs.chosen.connect(lambda _key: self._moved())
        self.state = StatePane(theme, self.view, rows_skeleton())
        self.state.show_skeleton()
        self.setLayout(column(self.tabs, rule(), self.state))

    @property
    def tab(self) -> PairState:
        """The tab that is shown."""
        return next(key for key, _words in TABS if key == self.tabs.current)

    def show_tab(self, key: PairState) -> None:
        """Show another tab."""
        self.tabs.choose(key)
        self._moved()

    def reload(self) -> None:
        """Read the tab again; the current pair stays, or gives its place to the next."""
        current = self.view.current
        if current is not None:
            self._near = self.view.currentIndex().row()
            self._wanted = (current.first_id, current.second_id)
        self._read(min(max(PAGE_ROWS, self.model.rowCount()), REFRESH_ROWS))

    def step(self, step: int) -> None:
        """Make the next or the one before current."""
        if self.model.rowCount():
            self.view.choose_row(max(self.view.currentIndex().row() + step, 0))

    def _moved(self) -> None:
        self._near, self._wanted = 0, None
        self.view.verticalScrollBar().setValue(0)
        self._read()

    def _read(self, first_rows: int = PAGE_ROWS) -> None:
        self.state.loading("Loading the list")
        self.model.ask(Question(self.tab, first_rows))

    def _arrived(self, first: bool) -> None:
        if not first:
            return
        counts = self.model.about if isinstance(self.model.about, PairCounts) else PairCounts()
        self.tabs.show_tabs([Tab(key, words, getattr(counts, key)) for key, words in TABS])
        wanted, self._wanted = self._wanted, None
        if not self.model.rowCount():
            had_focus = self.view.hasFocus()
            self._show_empty(counts)
            if had_focus:
                (self.state.notice.primary if self.state.notice.primary.isVisible() else self.tabs).setFocus()
            self.selected.emit(None)
            return
        self.state.show_content()
        at = self.model.row_of(wanted) if wanted is not None else -1
        self.view.choose_row(at if at >= 0 else self._near, quiet=True)
        self._near = self.view.currentIndex().row()
        self.selected.emit(self.view.current)

    def _show_empty(self, counts: PairCounts) -> None:
        heading, words = EMPTY[self.tab]
        action = None
        if self.tab == "pending" and counts.later:
            action = ("Show pairs left for later", lambda: self.show_tab("later"))
        elif self.tab != "pending":
            action = ("Show pairs to review", lambda: self.show_tab("pending"))
        self.state.show_empty(heading, words, action)

    def _not_read(self, failed: Failed) -> None:
        self.state.show_error(failed, self._read, "The list could not be loaded")
