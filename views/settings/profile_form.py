"""The form of one language model: typed, tried, saved or left."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from threading import Event

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from services.settings import ModelProfile
from views.background import Desk, Failed
from views.settings import asks
from views.settings.group_box import GroupBox
from views.settings.profile_draft import HINTS, PROFILE, new_texts, of_kind, profile_of, texts_of
from views.settings.secret import SecretField
from views.settings.verdict import Verdict
from views.shell.page import Context
from views.widgets.buttons import push
from views.widgets.labels import column, row

KEY = "Key"
MOST_NEED_NONE = "Most servers on this computer need none."


class ProfileForm(QWidget):
    """Holds the draft of a profile.

    Signals
    -------
    save_wanted : (profile, the key that was typed or '').
    left : nothing is to be kept.
    """

    save_wanted = Signal(object, str)
    left = Signal()

    def __init__(self, context: Context, desk: Desk) -> None:
        super().__init__()
        self._context, self._desk = context, desk
        self._texts = new_texts()
        self._shown = dict(self._texts)
        self._taken: frozenset[str] = frozenset()
        self.before: ModelProfile | None = None
        #: What is said at the fields.
        self.faults: dict[str, str] = {}
        self._tried = False
        self._given_up = Event()
        self.key = SecretField(KEY)
        self.test_button = push("Test")
        self.test_button.setToolTip("Ask the model for one word")
        self.save_button = push("Save", primary=True)
        self.cancel_button = push("Cancel")
        self.verdict = Verdict(context.theme)
        foot = QWidget()
        buttons = row(self.test_button, 8, self.cancel_button, 8, self.save_button, -1)
        foot.setLayout(column(buttons, 10, self.verdict))
        self.group = GroupBox(context.theme, PROFILE, after={"model": (KEY, self.key)}, foot=foot)
        self.setLayout(column(self.group, -1))
        self.group.edited.connect(self._edited)
        self.key.edited.connect(self._changed)
        self.key.clear_wanted.connect(self._clear)
        self.test_button.clicked.connect(self.test)
        self.save_button.clicked.connect(self.save)
        self.cancel_button.clicked.connect(self.left)

    @property
    def first(self) -> QWidget:
        """The field that gets the focus first."""
        return self.group.inputs["kind" if self.before is None else "name"].field

    def begin(self, profile: ModelProfile | None, taken: Collection[str]) -> None:
        """Show a profile, or the fields of one to be added."""
        self.before, self._taken = profile, frozenset(taken)
        self._texts = new_texts() if profile is None else texts_of(profile)
        self._shown = dict(self._texts)
        self.faults, self._tried = {}, profile is not None
        self.key.forget_typed()
        self.key.show_kept(asks.Kept("", True))
        self.verdict.hide()
        self.set_busy(False)
        workspace, name = self._context.book.workspace, profile.secret if profile is not None else ""
        self._desk.read("key", partial(asks.kept, workspace, name), self.key.show_kept)
        self._show()

    @property
    def filled(self) -> tuple[dict[str, str], str] | None:
        """The texts and the key that were filled in and not kept, None where nothing was."""
        typed = self.key.typed
        return (dict(self._texts), typed) if typed or self._texts != self._shown else None

    def fill(self, texts: dict[str, str], typed: str) -> None:
        """Fill in again what was put away."""
        self._texts = dict(texts)
        self.key.line.setText(typed)
        self._show()

    def save(self) -> None:
        """Ask to keep the profile, or show what does not fit."""
        profile = self._checked()
        if profile is not None:
            self.set_busy(True)
            self.save_wanted.emit(profile, self.key.typed)

    def refuse(self, failed: Failed) -> None:
        """Say why it was not kept."""
        self.set_busy(False)
        self.verdict.fails(failed.words)

    def set_busy(self, busy: bool) -> None:
        """While it is being kept nothing can be pressed twice."""
        self.save_button.setEnabled(not busy)

    def test(self) -> None:
        """Try what stands in the fields, saved or not; the button keeps the focus meanwhile."""
        if self.verdict.waiting:
            return
        profile = self._checked()
        if profile is None:
            return
        self.verdict.wait(f"Asking {profile.model} for one word …")
        kept_as = self.before.secret if self.before is not None else profile.secret
        self._given_up = Event()
        workspace = self._context.book.workspace
        job = partial(asks.try_profile, workspace, profile, self.key.typed, kept_as, self._given_up)
        self._desk.read("try form", job, self.verdict.works, self._fails)

    def give_up(self) -> None:
        """Wait no longer for what is tried."""
        self._given_up.set()
        self._desk.drop("try form")
        self.verdict.hide()

    def lock(self, why: str) -> None:
        """Disable all but the key: the profile is set by IT, the key is this person's."""
        for path in self.group.inputs:
            self.group.lock(path, why)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(self.focusWidget(), QLineEdit):
            self.save()
            return
        super().keyPressEvent(event)

    def _checked(self) -> ModelProfile | None:
        self._tried = True
        profile, self.faults = profile_of(self._texts, self._taken)
        self._show_faults()
        if self.faults:
            self.group.inputs[next(iter(self.faults))].field.setFocus(Qt.FocusReason.OtherFocusReason)
        return profile

    def _fails(self, failed: Failed) -> None:
        self.verdict.fails(failed.words)

    def _clear(self) -> None:
        if self.before is not None:
            job = partial(asks.forget, self._context.book.workspace, self.before.secret)
            self._desk.write(job, self._cleared, self.refuse)

    def _cleared(self, kept: asks.Kept) -> None:
        # A slow keyring may still be answering what stood there before.
        self._desk.drop("key")
        self.key.show_kept(kept)

    def _edited(self, path: str) -> None:
        text = self.group.inputs[path].text
        if path == "kind":
            self._texts = of_kind(self._texts, text)
            self._show()
        else:
            self._texts[path] = text
        self._changed()

    def _changed(self) -> None:
        # What was tried is no longer what stands here.
        self.give_up()
        if self._tried:
            _profile, self.faults = profile_of(self._texts, self._taken)
            self._show_faults()

    def _show(self) -> None:
        kind = self._texts["kind"]
        self.group.show_texts(self._texts)
        self.group.show_line("api_version", kind == "azure")
        self.key.may_be_empty(MOST_NEED_NONE if kind == "local" else "")
        for path, hint in HINTS[kind].items():
            field = self.group.inputs[path].field
            if isinstance(field, QLineEdit):
                field.setPlaceholderText(hint)
        self._show_faults()

    def _show_faults(self) -> None:
        self.group.show_faults(self.faults, self._texts)
        managed = self._context.book.workspace.managed
        if managed.is_locked("profiles"):
            self.lock(managed.why_locked("profiles"))
