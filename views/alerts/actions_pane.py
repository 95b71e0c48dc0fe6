"""The actions of the current alert: what is suggested and what can be done stay in view, the rest scrolls below."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QMenu, QSizePolicy, QToolButton, QWidget

from models.values.alerts import AlertDetail, Permission, WorkItem
from views.actions import Actions, Command
from views.alerts.call_box import CallOutcomes, TalkingPoints
from views.theme import Theme, fonts
from views.widgets.buttons import CommandButton, link
from views.widgets.labels import FlowingContent, Pictogram, clear, column, kind_of, label, row, rule, scrolling
from views.words import counted, whole

#: The commands behind "more", in their order.
MORE = (Command.WAIT, Command.ASSIGN, Command.ESCALATE, Command.SUPPRESS, Command.OVERRIDE)
#: A pane lower than this has no room for the points.
_ROOMY = 560
_DONE = frozenset({"resolved", "not_useful"})
_ICONS = {"ok": ("check", "good_text"), "warn": ("warning", "warning_text"), "no": ("close", "warning_text")}


class ActionsPane(QWidget):
    """Buttons for the commands, permission, open work, notes, and this alert's rule."""

    task_ticked = Signal(int)

    def __init__(self, theme: Theme, actions: Actions) -> None:
        super().__init__()
        kind_of(self, "panel")
        self._theme, self._actions = theme, actions
        self._detail: AlertDetail | None = None
        self._why_open = False
        self._build_top()
        self._sections = column(margins=(0, 0, 0, 8))
        content = FlowingContent()
        content.setLayout(self._sections)
        box = column(self._top, rule(soft=True), scrolling(content))
        box.setStretch(2, 1)
        self.setLayout(box)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @property
    def detail(self) -> AlertDetail | None:
        """The alert that the actions are for."""
        return self._detail

    def first_button(self) -> QWidget:
        """Where the focus goes when the pane takes it."""
        for button in (self.call, self.draft, self.rows):
            if button.is_primary and not button.isHidden() and button.isEnabled():
                return button
        return self.reopen if not self.reopen.isHidden() else self.task

    def show_detail(self, detail: AlertDetail) -> None:
        """Show the actions for another alert."""
        self._detail = detail
        self._top.show()
        done = detail.alert.state in _DONE
        parked = detail.alert.state in ("snoozed", "waiting")
        self._show_suggestion(detail)
        self._show_approach(detail, done)
        for button in (self.task, self.meeting, self.snooze, self.resolve, self.not_useful, self.note, self.more):
            button.setVisible(not done)
        self.reopen.setVisible(done or parked)
        clear(self._sections)
        if detail.permission is not None:
            self._add(self._permission(detail.permission))
        self._add(self._open_work(detail.open_work))
        if detail.notes:
            self._add(self._notes(detail.notes))
        self._add(self._this_alert(detail), last=True)
        self._sections.addStretch(1)

    def show_nothing(self) -> None:
        """No alert is current."""
        self._detail = None
        self._top.hide()
        clear(self._sections)

    def _build_top(self) -> None:
        theme, actions = self._theme, self._actions
        self.heading = label("Suggested", fonts.SMALL, fonts.SEMIBOLD)
        self.why_button = link("Why this?")
        self.why_button.clicked.connect(self._turn_why)
        self.title = label("", fonts.BODY, fonts.SEMIBOLD, wrap=True)
        self.why = label("", fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True)
        self.call = CommandButton.of(theme, actions[Command.CALL], "phone", primary=True)
        self.when = label("", fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True)
        self.points = TalkingPoints()
        self.outcomes = CallOutcomes(theme, actions)
        self.rows = CommandButton.of(theme, actions[Command.OPEN], "table", primary=True)
        self.draft = CommandButton.of(theme, actions[Command.DRAFT], "email")
        self.consent = CommandButton.of(theme, actions[Command.RECORD_CONSENT], "check")
        self.no_email = label("", fonts.SMALL, fonts.REGULAR, "ink_2")
        self.consent_link = link("Record consent")
        self.consent_link.clicked.connect(actions[Command.RECORD_CONSENT].trigger)
        self.meeting = CommandButton.of(theme, actions[Command.MEETING], "")
        self.task = CommandButton.of(theme, actions[Command.TASK], "")
        self.snooze = CommandButton.of(theme, actions[Command.SNOOZE], "")
        self.resolve = CommandButton.of(theme, actions[Command.RESOLVE], "")
        self.note = CommandButton.of(theme, actions[Command.NOTE], "")
        self.not_useful = CommandButton.of(theme, actions[Command.NOT_USEFUL], "")
        self.reopen = CommandButton.of(theme, actions[Command.REOPEN], "return")
        self.more = QToolButton()
        self.more.setIcon(theme.icon("more"))
        self.more.setIconSize(QSize(16, 16))
        self.more.setFixedSize(40, 32)
        self.more.setProperty("kind", "framed")
        self.more.setToolTip("More: wait, assign, escalate, suppress")
        self.more.setAccessibleName("More actions")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(self.more_menu(self))
        self._top = QWidget()
        self._suggestion = QWidget()
        head = row(self.heading, -1, self.why_button)
        self._suggestion.setLayout(column(head, 3, self.title, self.why, 6))
        self._wall = QWidget()
        sign = Pictogram(theme, "warning", "warning_text", 14, (18, 18))
        self._wall.setLayout(row(-1, sign, self.no_email, 4, self.consent_link, -1))
        calling = (self.call, 2, self.when, 4, self.points, 6, self.outcomes)
        box = column(self._suggestion, *calling, margins=(16, 12, 16, 12))
        box.addSpacing(6)
        for part in (self.rows, self.consent, self.draft, self._wall):
            box.addWidget(part)
        box.addLayout(self._grid())
        box.addSpacing(6)
        box.addWidget(self.reopen)
        self._top.setLayout(box)
        # Never lower than its words need in its width: at most as high as they are in another one would cut them.
        self._top.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def _grid(self) -> QGridLayout:
        """What can be done besides, in two rows."""
        grid = QGridLayout()
        grid.setContentsMargins(0, 8, 0, 0)
        grid.setSpacing(6)
        for place, button in enumerate((self.task, self.meeting, self.note)):
            grid.addWidget(button, 0, 2 * place, 1, 2 + place // 2)
        grid.addWidget(self.snooze, 1, 0, 1, 2)
        grid.addWidget(self.resolve, 1, 2, 1, 2)
        grid.addWidget(self.not_useful, 1, 4, 1, 2)
        grid.addWidget(self.more, 1, 6)
        for at in range(6):
            grid.setColumnStretch(at, 1)
        return grid

    def more_menu(self, parent: QWidget) -> QMenu:
        """The menu of the commands that have no button."""
        menu = QMenu(parent)
        for command in MORE:
            menu.addAction(self._actions[command])
        return menu

    def _show_suggestion(self, detail: AlertDetail) -> None:
        found = detail.recommendation
        self._suggestion.setVisible(found is not None)
        if found is None:
            return
        self.title.setText(found.title)
        said = " ".join(part for part in (found.why, found.evidence) if part)
        self.why.setText(said)
        self.why.setToolTip(f"Goal: {found.goal}" if found.goal else "")
        folds = bool(said) and detail.approach is not None and bool(detail.approach.points)
        self.why_button.setVisible(folds)
        self.why.setVisible(bool(said) and (not folds or self._why_open))

    def _show_approach(self, detail: AlertDetail, done: bool) -> None:
        """What can be done now is the primary button; nothing leads to a wall."""
        approach = detail.approach
        open_one = not done and detail.alert.customer_id is not None
        first = approach.first if approach is not None and open_one else "task"
        self.rows.setVisible(detail.watched_rows is not None)
        self.rows.set_words(f"See {counted(detail.watched_rows or 0, 'row')}")
        calls = open_one and approach is not None and bool(approach.phone)
        self.call.setVisible(calls)
        self.outcomes.setVisible(open_one)
        self.outcomes.show_number(known=calls)
        if approach is not None and calls:
            self.call.set_words(f"Call {approach.phone}")
            self.when.setText(f"When: {approach.when}")
        self.when.setVisible(calls and approach is not None and bool(approach.when))
        self.call.set_primary(first == "call")
        self.points.show_points(approach.points if approach is not None and open_one else ())
        self.consent.setVisible(first == "consent")
        self.consent.set_primary(True)
        self.draft.setVisible(open_one and first != "consent")
        self.draft.set_primary(first == "draft")
        self._wall.setVisible(open_one and approach is not None and bool(approach.no_email))
        self.no_email.setText(approach.no_email if approach is not None else "")
        self.consent_link.setVisible(approach is not None and approach.can_consent and first != "consent")
        self._fold()

    def _turn_why(self) -> None:
        self._why_open = not self._why_open
        if self._detail is not None:
            self._show_suggestion(self._detail)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        """In a low pane the points and the quiet lines give their room to the buttons, which never scroll away."""
        approach = self._detail.approach if self._detail is not None else None
        self.points.setVisible(bool(approach and approach.points) and self.height() >= _ROOMY)

    def _add(self, section: QWidget, *, last: bool = False) -> None:
        self._sections.addWidget(section)
        if not last:
            self._sections.addWidget(rule(soft=True))

    def _section(self, title: str, hint: str, *parts: QWidget | QBoxLayout | int) -> QWidget:
        made = QWidget()
        head = row(label(title, fonts.SMALL, fonts.SEMIBOLD), -1, label(hint, fonts.SMALL, fonts.REGULAR, "ink_3"))
        made.setLayout(column(head, 3, *parts, margins=(16, 11, 16, 11)))
        return made

    def _line(self, icon: str, ink: str, words: str, words_ink: str = "ink_2") -> QBoxLayout:
        picture = Pictogram(self._theme, icon, ink, 14, (18, 18))
        said = label(words, fonts.SMALL, fonts.REGULAR, words_ink, wrap=True)
        box = row(picture, said, margins=(0, 4, 0, 0))
        box.setAlignment(picture, Qt.AlignmentFlag.AlignTop)
        return box

    def _permission(self, permission: Permission) -> QWidget:
        made = QWidget()
        icon, ink = ("check", "good_text") if permission.allowed else ("close", "warning_text")
        picture = Pictogram(self._theme, icon, ink, 16, (16, 20))
        verdict = label(permission.verdict, fonts.BODY, fonts.SEMIBOLD, wrap=True)
        head = row(picture, 6, verdict)
        head.setAlignment(picture, Qt.AlignmentFlag.AlignTop)
        box = column(head, margins=(16, 11, 16, 11))
        for state, words in permission.lines:
            line_icon, line_ink = _ICONS.get(state, _ICONS["ok"])
            box.addLayout(self._line(line_icon, "ink_2" if state == "ok" else line_ink, words))
        made.setLayout(box)
        return made

    def _open_work(self, work: Sequence[WorkItem]) -> QWidget:
        parts: list[QWidget | QBoxLayout | int] = []
        for item in work:
            if item.kind == "task":
                parts.append(self._task_line(item))
            else:
                parts.append(self._line("deal", "ink_2", f"{item.title}{_dotted(item.words)}"))
        if not work:
            parts.append(label("Nothing open", fonts.SMALL, fonts.REGULAR, "ink_3"))
        return self._section("Open work", whole(len(work)) if work else "", *parts)

    def _task_line(self, item: WorkItem) -> QBoxLayout:
        box = QToolButton()
        box.setIcon(self._theme.icon("task" if item.done else "box"))
        box.setIconSize(QSize(14, 14))
        box.setFixedSize(32, 32)
        box.setToolTip("Done" if item.done else f"Mark “{item.title}” as done")
        box.setAccessibleName(box.toolTip())
        box.setEnabled(not item.done)
        box.clicked.connect(partial(self._tick, item.id))
        words = label(f"{item.title}{_dotted(item.words)}", fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True)
        made = row(box, words)
        made.insertSpacing(0, -9)  # the button is wider than its icon, which stands under the title
        made.insertSpacing(2, -5)
        return made

    def _tick(self, task_id: int, _checked: bool = False) -> None:
        self.task_ticked.emit(task_id)

    def _notes(self, notes: Sequence[str]) -> QWidget:
        return self._section("Notes", whole(len(notes)), *[self._line("note", "ink_2", words) for words in notes])

    def _this_alert(self, detail: AlertDetail) -> QWidget:
        lines = [("email", detail.contact), ("alerts", detail.rule_line), ("clock", detail.raised_line)]
        parts: list[QWidget | QBoxLayout | int] = [self._line(i, "ink_2", words) for i, words in lines if words]
        parts += [self._line("info", "ink_2", signal) for signal in detail.signals]
        return self._section("This alert", detail.due_words, *parts)


def _dotted(words: str) -> str:
    return f" · {words}" if words else ""
