"""The Settings page: groups of figures in one column, checked while typing, saved together as one journal entry."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from models.values.changes import Changes
from services.settings import Policy, change_policy
from views.background import Failed
from views.settings.draft import changes as changed_fields
from views.settings.draft import check, groups_of, texts_of
from views.settings.fields import GROUPS
from views.settings.group_box import GroupBox
from views.settings.look_box import LookBox
from views.shell.page import Context, Page
from views.theme import fonts
from views.widgets.buttons import push
from views.widgets.labels import column, kind_of, label, row, rule
from views.widgets.tabs import CountTabs, Tab
from views.words import counted

WIDE = 720
LOOK = "look"


class SettingsPage(Page):
    """Holds the draft of a policy. Nothing is changed before Save; Discard brings the book's own back."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._desk = context.book.desk(self)
        self._policy: Policy = context.book.workspace.policy
        self._texts = texts_of(self._policy)
        self._faults: dict[str, str] = {}
        self.groups = {group.key: GroupBox(context.theme, group) for group in GROUPS}
        self.look = LookBox(context.theme)
        self.tabs = CountTabs(context.theme, "Groups of settings", height=44, inset=24)
        titles = [Tab(group.key, group.title) for group in GROUPS] + [Tab(LOOK, "This computer")]
        self.tabs.show_tabs(titles, GROUPS[0].key)
        self._area = QScrollArea()
        self.save_button = push("Save changes", primary=True)
        self.discard_button = push("Discard")
        self._state = label("", fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        self._lay_out()
        self._wire()
        self._show_all()
        self._lock()

    def _lay_out(self) -> None:
        inner = QWidget()
        inner.setMaximumWidth(WIDE)
        inner.setLayout(column(*self.groups.values(), self.look, -1, margins=(24, 20, 24, 20)))
        host = QWidget()
        host.setLayout(row(inner, -1))
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(host)
        bar = row(self._state, 16, self.discard_button, 8, self.save_button, margins=(24, 10, 24, 10))
        bar.setStretch(0, 1)
        self._bar = QWidget()
        self._bar.setLayout(column(rule(), bar))
        kind_of(self._bar, "ground")
        self.setLayout(column(self.tabs, rule(), self._area, self._bar))

    def _wire(self) -> None:
        for group in self.groups.values():
            group.edited.connect(self._edited)
            for made in group.inputs.values():
                made.field.installEventFilter(self)
        self.tabs.chosen.connect(self._go_to)
        self.save_button.clicked.connect(self.save)
        self.discard_button.clicked.connect(self.discard)
        self.look.changed.connect(lambda name, value: self.context.remembered.set(**{name: value}))
        self.context.remembered.changed.connect(self._show_look)

    def _lock(self) -> None:
        managed = self.context.book.workspace.managed
        for group in self.groups.values():
            for path, made in group.inputs.items():
                if managed.is_locked(made.setting.top):
                    group.lock(path, managed.why_locked())
        for name in ("theme", "reduced_motion"):
            if managed.is_locked(name):
                self.look.lock(name, managed.why_locked())

    # -- what the shell asks ------------------------------------------------------------------------------------

    def arrive(self) -> None:
        self._show_look()
        self._read()

    def renew(self, changes: Changes) -> None:
        if changes.everyone or "policies" in changes.tables:
            self._read()

    def panes(self) -> Sequence[QWidget]:
        first = next(iter(self.groups[self.tabs.current].inputs.values())) if self.tabs.current in self.groups else None
        return (self.tabs, first.field if first is not None else self.look.theme, self.save_button)

    # -- the draft ----------------------------------------------------------------------------------------------

    @property
    def dirty(self) -> bool:
        """Whether something was typed and not saved."""
        return self._texts != texts_of(self._policy)

    @property
    def faults(self) -> dict[str, str]:
        """What does not fit, by setting."""
        return self._faults

    def save(self) -> None:
        """Write what changed as one unit of work."""
        after, faults = check(self._policy, self._texts)
        if faults:
            self._go_to(next(key for key in self.groups if key in groups_of(faults)))
            return
        fields = changed_fields(self._policy, after)
        if not fields:
            self.discard()
            return
        self.save_button.setEnabled(False)

        def work(workspace: object) -> Changes:
            return change_policy(workspace, **fields)  # type: ignore[arg-type]

        self.context.book.act(
            work, "Settings saved; scores and alerts follow", partial(self._saved, after), self._refused
        )

    def discard(self) -> None:
        """Show the book's own settings again."""
        self._texts = texts_of(self._policy)
        self._show_all()

    def _saved(self, after: Policy, _changes: Changes) -> None:
        self._take(after)

    def _refused(self, failed: Failed) -> None:
        self.context.book.failed.emit(failed)
        self._show_state()

    def _read(self) -> None:
        self._desk.read("policy", self.context.book.workspace.read_policy, self._take, self.context.book.failed.emit)

    def _take(self, policy: Policy) -> None:
        """Take up the book's policy; what a person is typing stays, the rest follows."""
        before = texts_of(self._policy)
        now = texts_of(policy)
        self._texts = {path: now[path] if text == before[path] else text for path, text in self._texts.items()}
        self._policy = policy
        self._show_all()

    def _edited(self, path: str) -> None:
        for group in self.groups.values():
            if path in group.inputs:
                self._texts[path] = group.inputs[path].text
                self._check()
                return

    def _check(self) -> None:
        _after, self._faults = check(self._policy, self._texts)
        for group in self.groups.values():
            group.show_faults(self._faults, self._texts)
        self._show_state()
        self._lock()

    def _show_all(self) -> None:
        for group in self.groups.values():
            group.show_texts(self._texts)
        self._check()

    def _show_state(self) -> None:
        before = texts_of(self._policy)
        count = sum(1 for path, text in self._texts.items() if text != before[path])
        self._bar.setVisible(bool(count))
        words = f"{counted(count, 'change')}. Scores and alerts are worked out again; it can be undone."
        if self._faults:
            words = f"{counted(len(self._faults), 'setting')} cannot be saved yet. See what is written beside it."
        self._state.setText(words)
        self.save_button.setEnabled(bool(count) and not self._faults)

    def _show_look(self) -> None:
        self.look.show_preferences(self.context.remembered.value)

    def _go_to(self, key: str) -> None:
        box: QWidget = self.groups.get(key, self.look)
        self.tabs.choose(key)
        self._area.verticalScrollBar().setValue(max(0, box.y() - 4))
        first = next(iter(self.groups[key].inputs.values())).field if key in self.groups else self.look.theme
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QWidget):
            self._area.ensureWidgetVisible(watched, 0, 60)
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.save()
            return
        super().keyPressEvent(event)
