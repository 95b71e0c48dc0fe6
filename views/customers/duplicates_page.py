"""Possible duplicates, over the page from which it was asked for: pairs at the left, two records side by side.

One current pair drives the detail. After a decision the next pair in view order is current; the decision can be undone
by the toast and by Ctrl+Z. A key acts on the pair that is shown, and never on the one that is still on its way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from models.values.changes import Changes
from models.values.people import PairDetail, PairRow
from views.actions import Command
from views.background import Failed
from views.customers.duplicates_list import PairsPane
from views.customers.duplicates_pane import DEEDS, PairPane, pair_skeleton
from views.customers.duplicates_rooms import BookOfPairs, Work, keeping_apart, merging, putting_off
from views.shell.page import PAGE_TITLES, Context, Page
from views.widgets.labels import column
from views.widgets.splitter import PaneSplitter
from views.widgets.states import StatePane

KEY = "duplicates"
STACK_BELOW = 900
SKELETON_MS = 100
_SHOWN = frozenset({"customers", "identities", "merged_customers", "pair_decisions", "likely_pairs", "messages"})


class DuplicatesPage(Page):
    """List and pair in a splitter."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        theme, book = context.theme, context.book
        self._rooms = BookOfPairs(book)
        self._desk = book.desk(self)
        self._origin = "customers"
        self._fresh = self._stacked = self._looked = self._busy = False
        self._to_focus = False  # the list takes the focus as soon as it is there
        self._asked: PairRow | None = None
        self.list = PairsPane(theme, self._desk, self._rooms.page)
        self.pair = PairPane(theme, context.actions)
        self.state = StatePane(theme, self.pair, pair_skeleton, skeleton_after_ms=SKELETON_MS)
        self.splitter = PaneSplitter(KEY)
        self.splitter.add(self.list, stretch=0, minimum=320)
        self.splitter.add(self.state, stretch=1, minimum=420)
        self.splitter.setSizes([460, 908])
        self.splitter.restore(context.remembered.splitter(KEY))
        self.setLayout(column(self.splitter))
        self._wire()
        self._show_nothing()

    def _wire(self) -> None:
        self.list.selected.connect(self._selected)
        self.list.opened.connect(self._opened)
        self.splitter.resized.connect(self.context.remembered.set_splitter)
        wired: dict[Command, Callable[[], None]] = {
            Command.MERGE_PAIR: self._merge,
            Command.KEEP_APART: partial(self._decide, keeping_apart),
            Command.DECIDE_LATER: partial(self._decide, putting_off),
            Command.KEEP_OTHER: self._swap,
            Command.NEXT: partial(self.list.step, 1),
            Command.PREVIOUS: partial(self.list.step, -1),
        }
        self.take_commands(wired)

    # -- what the shell asks ------------------------------------------------------------------------------------

    @property
    def back(self) -> str:
        if self._stacked and self.state.isVisible():
            return "Possible duplicates"
        return PAGE_TITLES.get(self._origin, "Customers")

    def go_back(self) -> None:
        if self._stacked and self.state.isVisible():
            self._show_half(self.list)
            self.list.view.setFocus()
        else:
            self.wants_page.emit(self._origin)

    def show_section(self, key: str) -> None:
        """Remember the page from which this one was asked for: the way back leads there."""
        if key in PAGE_TITLES:
            self._origin = key
            self.headline_changed.emit()

    def arrive(self) -> None:
        if not self._looked:
            self._looked = True
            self._desk.read("look", self._rooms.look, lambda _none: self._renew(), lambda _failed: None)
        if not self._fresh:
            self._renew()
        self._to_focus = not self.list.view.isVisible()
        self.list.view.setFocus()

    def renew(self, changes: Changes) -> None:
        if not changes.everyone and not changes.tables & _SHOWN:
            return
        if self.isVisible():
            self._renew()
        else:
            self._fresh = False

    def fit(self, width: int, height: int) -> None:
        stacked = width < STACK_BELOW
        if stacked != self._stacked:
            self._stacked = stacked
            self._show_half(self.list if stacked else None)

    def panes(self) -> Sequence[QWidget]:
        found: list[QWidget] = [self.list.tabs, self.list.view, self.pair.table, *self.pair.buttons[:1]]
        return [pane for pane in found if pane.isVisible()]

    # -- reading ------------------------------------------------------------------------------------------------

    def _renew(self) -> None:
        self._fresh = True
        self.list.reload()

    def _selected(self, pair: PairRow | None) -> None:
        if pair is None:
            self._show_nothing()
            return
        if self._to_focus:
            self._to_focus = False
            self.list.view.setFocus()
        # Whose number stays was chosen for this pair only.
        self._read(pair, None)

    def _read(self, pair: PairRow, keep: int | None) -> None:
        self._asked = pair
        self.state.loading("Loading both records")
        ask = partial(self._rooms.detail, pair, keep)
        self._desk.read("pair", ask, partial(self._have, pair), partial(self._not_read, pair))

    def _have(self, pair: PairRow, detail: PairDetail) -> None:
        self.pair.show_pair(pair, detail)
        self.state.show_content()
        self._enable(detail)
        self.headline_changed.emit()

    def _not_read(self, pair: PairRow, failed: Failed) -> None:
        self.pair.forget()
        self._enable(None)
        self.state.show_error(failed, partial(self._read, pair, None), "These two could not be loaded")

    def _show_nothing(self) -> None:
        self._asked = None
        self._desk.drop("pair")
        self.pair.forget()
        self._enable(None)
        self.state.show_empty("No pair selected", "Choose one to see both records side by side.")
        if self._stacked:
            self._show_half(self.list)

    def _enable(self, detail: PairDetail | None) -> None:
        """Switch off what cannot be done with this pair, in button, palette and key alike."""
        if not self.isVisible():
            return
        open_ = detail is not None and detail.state != "merged"
        allowed = {
            Command.MERGE_PAIR: open_ and detail is not None and not detail.refused,
            Command.KEEP_APART: open_ and detail is not None and detail.state != "apart",
            Command.DECIDE_LATER: open_ and detail is not None and detail.state != "later",
            Command.KEEP_OTHER: open_,
        }
        for command, may in allowed.items():
            self.context.actions[command].setEnabled(may)

    # -- deciding -----------------------------------------------------------------------------------------------

    def _shown(self) -> PairDetail | None:
        """The pair that is shown, while no other one is asked for and nothing is being done with it."""
        detail, asked = self.pair.detail, self._asked
        if detail is None or asked is None or self._busy:
            return None
        return detail if {detail.kept.id, detail.other.id} == {asked.first_id, asked.second_id} else None

    def _merge(self) -> None:
        detail = self._shown()
        if detail is not None and not detail.refused:
            self._act(merging(detail.kept.id, detail.other.id), f"Merged {detail.other.name} into {detail.kept.name}")

    def _decide(self, deciding: Callable[[int, int], Work]) -> None:
        detail = self._shown()
        if detail is not None:
            self._act(deciding(detail.kept.id, detail.other.id), "")

    def _swap(self) -> None:
        detail = self._shown()
        if detail is not None and self._asked is not None:
            self._read(self._asked, detail.other.id)

    def _act(self, work: Work, words: str) -> None:
        """One decision at a time: a key that is pressed twice must not decide on the next pair."""
        self._busy = True
        self._enable(None)
        self.context.book.act(work, words, self._acted, self._refused)

    def _acted(self, _changes: Changes) -> None:
        self._busy = False
        focus = self.list.view if self.list.view.isVisible() else self.pair.table
        focus.setFocus()

    def _refused(self, failed: Failed) -> None:
        self._busy = False
        self.context.book.failed.emit(failed)
        if self._asked is not None:
            self._read(self._asked, None)

    # -- the window ---------------------------------------------------------------------------------------------

    def _opened(self) -> None:
        if self._stacked:
            self._show_half(self.state)
        self.pair.table.setFocus()

    def _show_half(self, half: QWidget | None) -> None:
        self.splitter.show_only(half)
        self.headline_changed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._enable(self.pair.detail)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        for command in DEEDS:
            self.context.actions[command].setEnabled(False)
