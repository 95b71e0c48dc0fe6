"""The rules: a table of them with what each named in a year, and beside it the one that is chosen.

In a narrow window there is one of both at a time.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from models.values.changes import Changes
from models.values.imports import Progress
from models.values.rule_trials import TRIAL_WEEKS
from models.values.watches import WatchState
from services import alerting
from views.background import ChildRun, Done, Failed, Outcome, WasCancelled
from views.lists.word_table import WordTable
from views.settings import asks
from views.settings.own_box import OwnBox
from views.settings.rule_detail import Figures, RuleDetail
from views.settings.rule_list import COLUMNS, MEANING, SWITCH, columns_of, lines_of, total_of
from views.settings.watch_detail import WatchDetail, line_of
from views.shell.metric_watch import WatchPanel
from views.shell.page import Context
from views.theme import fonts
from views.widgets.labels import column, kind_of, label, note, row, rule
from views.widgets.splitter import PaneSplitter

if TYPE_CHECKING:
    from models.values.rule_trials import Trial
    from services.alerting import RuleRecord
    from services.pipeline.jobs import TrialJob

#: Below this width (a window of 1100 px) there is one pane.
TWO_FROM = 1028
#: Below this height the rules need the room of what their columns mean; their header says it too.
_HIGH = 520
_SHOWS = frozenset({"rules", "policies", "alerts", "book"})
_KEY = "rules"


class RulesBox(OwnBox):
    """All rules of the book, and one of them in detail."""

    fills = True

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._desk = context.book.desk(self)
        self.details: dict[str, RuleDetail] = {}
        self._found: tuple[RuleRecord, ...] = ()
        self._watches: tuple[WatchState, ...] = ()
        self._watch: WatchDetail | None = None
        self._run: ChildRun | None = None
        self._trying: RuleDetail | None = None
        self._figures: Figures = {}
        self._past = asks.TrialPlace(context.book.workspace)
        self._narrow = False
        self.table = WordTable(context.theme, "Rules", COLUMNS, inset=16)
        self.table.linked.connect(self._clicked_switch)
        self.table.opened.connect(self._open)
        self.table.clicked.connect(self._clicked)
        self.table.selectionModel().currentRowChanged.connect(self._chosen)
        self.table.horizontalHeader().setToolTip(MEANING)
        self.total = label("", fonts.LIST, fonts.SEMIBOLD, wrap=True)
        self._meaning = note(MEANING, fonts.SMALL)
        head = row(
            label("Rules", fonts.HEADING, fonts.SEMIBOLD), 10,
            label("what raises an alert", fonts.LIST, fonts.REGULAR, "ink_2"), -1,
            margins=(16, 12, 16, 10),
        )  # fmt: skip
        foot = column(rule(), column(self.total, margins=(16, 10, 16, 10)), rule(soft=True),
                      column(self._meaning, margins=(16, 8, 16, 10)))  # fmt: skip
        self._left = QWidget()
        self._left.setLayout(column(head, self.table, foot))
        self._stack = QStackedWidget()
        kind_of(self._stack, "panel")
        self.splitter = PaneSplitter(_KEY)
        self.splitter.add(self._left, stretch=1, minimum=440)
        self.splitter.add(self._stack, stretch=1, minimum=400)
        self.splitter.setSizes([664, 704])
        self.splitter.restore(context.remembered.splitter(_KEY))
        self.splitter.resized.connect(context.remembered.set_splitter)
        self.setLayout(column(self.splitter))

    # -- what the page asks -------------------------------------------------------------------------------------

    @property
    def first(self) -> QWidget:
        return self.table

    @property
    def detail(self) -> RuleDetail | None:
        """The rule that is chosen."""
        return self.details.get(self.table.current_key)

    def arrive(self) -> None:
        workspace = self._context.book.workspace
        self._desk.read("rules", partial(asks.rules, workspace), self._take, self._context.book.failed.emit)
        self._desk.read("watches", partial(asks.watches, workspace), self._take_watches, self._context.book.failed.emit)

    def renew(self, changes: Changes) -> None:
        if changes.everyone or changes.tables & _SHOWS:
            self._found = ()  # what stands in a switch or a form may be ahead of what was read last
            if self.isVisible():
                self.arrive()

    def leave(self) -> None:
        self._stop()

    def go_back(self) -> None:
        self._show_half(self._left)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._meaning.setVisible(self.height() >= _HIGH)
        narrow = self.width() < TWO_FROM
        if narrow != self._narrow:
            self._narrow = narrow
            self._show_half(self._left if narrow else None)

    # -- choosing -----------------------------------------------------------------------------------------------

    def _take(self, found: tuple[RuleRecord, ...]) -> None:
        """Show the rules; what is being changed stays as it is until it is saved or discarded."""
        if found == self._found:
            return
        self._found = found
        self._stop()
        chosen, focused = (
            self.table.current_key,
            self.detail is not None and self.detail.isAncestorOf(self.focusWidget()),
        )
        for code in [code for code, one in self.details.items() if not one.dirty]:
            gone = self.details.pop(code)
            self._stack.removeWidget(gone)
            gone.deleteLater()
        self._show_lines()
        self.total.setText(total_of(found))
        if chosen is None:
            self.table.selectRow(0)
        self._show_detail()
        if focused and self.detail is not None:
            self.detail.switch.setFocus()

    def _take_watches(self, found: tuple[WatchState, ...]) -> None:
        """Show the watches below the rules, and the chosen one as it is now."""
        if found == self._watches:
            return
        self._watches = found
        if self._found:
            self._show_lines()
            self._show_detail()

    def _show_lines(self) -> None:
        chosen = self.table.current_key
        lines = [*lines_of(self._found), *(line_of(one) for one in self._watches)]
        self.table.show_lines(lines, columns_of(self._found))
        if chosen is not None and self.table.current_key is None:
            self.table.selectRow(0)

    def _chosen(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self._show_detail()

    def _show_watch(self, found: WatchState) -> None:
        if self._watch is None or self._watch.found != found:
            if self._watch is not None:
                self._stack.removeWidget(self._watch)
                self._watch.deleteLater()
            self._watch = WatchDetail(self._context.theme, found)
            self._watch.switched.connect(partial(self._switch, found.watch.code))
            self._watch.changing.connect(partial(self._change_watch, found))
            self._watch.removed.connect(partial(self._remove_watch, found.watch.code))
            self._stack.addWidget(self._watch)
        self._stack.setCurrentWidget(self._watch)

    def _change_watch(self, found: WatchState) -> None:
        context = self._context
        offered = [(found.watch.metric, found.title, found.unit)]
        panel = WatchPanel(
            context.book, context.theme, self.window(), offered, found.watch, lambda *asked: alerting.preview(*asked)
        )
        if self._watch is not None:
            panel.open_under(self._watch.change)

    def _remove_watch(self, code: str) -> None:
        self._context.book.act(lambda workspace: alerting.remove_watch(workspace, code))

    def _show_detail(self) -> None:
        watch = next((one for one in self._watches if one.watch.code == self.table.current_key), None)
        if watch is not None:
            self._show_watch(watch)
            return
        found = next((one for one in self._found if one.code == self.table.current_key), None)
        if found is None:
            return
        detail = self.details.get(found.code) or self._make_detail(found)
        self._stack.setCurrentWidget(detail)

    def _make_detail(self, found: RuleRecord) -> RuleDetail:
        detail = self.details[found.code] = RuleDetail(self._context.theme, found, (one.owner for one in self._found))
        detail.switched.connect(partial(self._switch, found.code))
        detail.saved.connect(partial(self._save, detail))
        detail.trial.begun.connect(partial(self._try, detail))
        detail.trial.stopped.connect(self._stop)
        detail.trial.customer_wanted.connect(self.customer_wanted)
        self._stack.addWidget(detail)
        return detail

    def _clicked(self, index: QModelIndex) -> None:
        if self._narrow and index.column():
            self._open(self.table.current_key)

    def _open(self, _code: object) -> None:
        """Go into the chosen rule."""
        if self._narrow:
            self._show_half(self._stack)
        if self._stack.currentWidget() is self._watch and self._watch is not None:
            self._watch.first.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.detail is not None:
            self.detail.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_half(self, half: QWidget | None) -> None:
        self.splitter.show_only(half)
        watch = self._watch if self._stack.currentWidget() is self._watch else None
        title = watch.found.watch.title if watch is not None else self.detail.found.title if self.detail else ""
        self.inside = title if half is self._stack else ""
        self.headline_changed.emit()

    # -- changing -----------------------------------------------------------------------------------------------

    def _clicked_switch(self, what: str, code: str) -> None:
        states = {one.code: one.enabled for one in self._found}
        states |= {one.watch.code: one.enabled for one in self._watches}
        if what == SWITCH and code in states:
            self._switch(code, not states[code])

    def _switch(self, code: str, on: bool) -> None:
        self._context.book.act(lambda workspace: alerting.switch_rule(workspace, code, enabled=on))

    def _save(self, detail: RuleDetail) -> None:
        work = partial(asks.set_rule, code=detail.found.code, figures=detail.figures, owner=detail.owned_by)

        def saved(_changes: Changes) -> None:
            detail.settle()
            self.arrive()

        said = f"Saved the rule “{detail.found.title}”"
        if detail.retuned:
            said = f"{said}; scores and alerts are recalculated"
        self._context.book.act(work, said, saved, self._context.book.failed.emit)

    # -- trying -------------------------------------------------------------------------------------------------

    def _try(self, detail: RuleDetail) -> None:
        """Try what stands in the form; one trial at a time."""
        other = self._trying
        self._stop()
        if other not in (None, detail):
            self._context.book.told.emit(f"Stopped the trial of “{other.found.title}”: one trial runs at a time")
        self._trying = detail
        detail.trial.show_run(True)
        self._figures = detail.figures
        workspace = self._context.book.workspace
        ask = partial(asks.trial_of, workspace, detail.found.code, detail.figures, TRIAL_WEEKS, self._past)
        self._desk.read("trial", ask, partial(self._begin, detail), self._tried)

    def _begin(self, detail: RuleDetail, asked: tuple[TrialJob, Trial | None]) -> None:
        """Show what was found; where the past is not scored yet, a child process does that first."""
        job, found = asked
        if found is not None:
            self._tried(Done(found))
            return
        run = self._run = self._context.book.run(job)
        run.progress.connect(partial(self._told, detail))
        run.ended.connect(partial(self._ended, run))

    def _told(self, detail: RuleDetail, progress: object) -> None:
        if isinstance(progress, Progress):
            detail.trial.progress.setRange(0, progress.total or 0)
            detail.trial.progress.setValue(progress.done)

    def _ended(self, run: ChildRun, outcome: Outcome) -> None:
        if run is self._run:  # not one that was stopped before
            self._tried(outcome)

    def _tried(self, outcome: Outcome) -> None:
        """Show how the trial ended, unless the rules were read anew meanwhile."""
        detail, self._trying, self._run = self._trying, None, None
        if detail is None or detail is not self.details.get(detail.found.code):
            return
        detail.trial.show_run(False)
        if isinstance(outcome, Done):
            detail.show_trial(outcome.value, self._figures)
            if detail is not self.detail:
                self._context.book.told.emit(f"Finished the trial of “{detail.found.title}”")
        elif isinstance(outcome, Failed):
            detail.trial.show_failed()
            self._context.book.failed.emit(outcome)
        else:
            detail.trial.show_cancelled()

    def _stop(self) -> None:
        """Cancel the trial that runs; it is over at once for whoever looks."""
        self._desk.drop("trial")
        if self._run is not None:
            self._run.cancel()
        if self._trying is not None:
            self._tried(WasCancelled())
