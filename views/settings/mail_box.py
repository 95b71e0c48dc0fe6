"""The mail server of this computer: saved with its own button, tried before anything is sent."""

from __future__ import annotations

from functools import partial
from threading import Event

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from models.values.changes import Changes
from services.settings import MailAccount, Preferences
from views.background import Desk, Failed
from views.settings import asks
from views.settings.group_box import GroupBox
from views.settings.mail_draft import MAIL, PORTS, account_of, texts_of
from views.settings.own_box import OwnBox
from views.settings.secret import SecretField
from views.settings.verdict import Verdict
from views.shell.page import Context
from views.widgets.buttons import push
from views.widgets.labels import column, row


class MailBox(OwnBox):
    """Server, sender and signature, with the password's field."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._desk: Desk = context.book.desk(self)
        self._faults: dict[str, str] = {}
        self._given_up = Event()
        self.password = SecretField("Password")
        self.test_button = push("Test")
        self.test_button.setToolTip("Connect, encrypt and sign in; nothing is sent")
        self.save_button = push("Save", primary=True)
        self.discard_button = push("Discard")
        self.verdict = Verdict(context.theme)
        foot = QWidget()
        buttons = row(self.test_button, 8, self.discard_button, 8, self.save_button, -1)
        foot.setLayout(column(buttons, 10, self.verdict))
        self.group = GroupBox(context.theme, MAIL, after={"user": ("Password", self.password)}, foot=foot)
        self.setLayout(column(self.group, -1))
        self._shown = texts_of(context.remembered.value.mail, context.remembered.value.signature)
        self._texts = dict(self._shown)
        self._wire()
        self._show()
        self._lock()

    def _wire(self) -> None:
        self.group.edited.connect(self._edited)
        self.group.arrived.connect(self.arrived)
        self.password.edited.connect(self._changed)
        self.password.clear_wanted.connect(self._clear)
        self.password.line.returnPressed.connect(self.save)
        for part in (self.password.line, self.test_button, self.discard_button, self.save_button):
            part.installEventFilter(self.group)
        self.test_button.clicked.connect(self.test)
        self.save_button.clicked.connect(self.save)
        self.discard_button.clicked.connect(self.discard)
        self._context.remembered.changed.connect(self._follow)

    @property
    def first(self) -> QWidget:
        """The field that gets the focus first."""
        return self.group.inputs["host"].field

    @property
    def dirty(self) -> bool:
        """Whether something was typed and not saved."""
        return self._texts != self._shown or bool(self.password.typed)

    @property
    def faults(self) -> dict[str, str]:
        """What does not fit, by field."""
        return self._faults

    def arrive(self) -> None:
        """Read where the password is."""
        name = self._context.remembered.value.mail.secret
        workspace = self._context.book.workspace
        self._desk.read("kept", partial(asks.kept, workspace, name), self.password.show_kept)

    def leave(self) -> None:
        self._given_up.set()
        self._desk.drop("try")
        self.verdict.hide()

    def save(self) -> None:
        """Keep account and signature on this computer, and what was typed as the password in its keyring."""
        account, self._faults = account_of(self._texts)
        if account is None:
            self._check()
            self.group.inputs[next(iter(self._faults))].field.setFocus()
            return
        if not self.dirty:
            return
        before = self._context.remembered.value.mail.secret
        workspace, typed = self._context.book.workspace, self.password.typed
        signature = self._texts["signature"].rstrip()
        if self.save_button.hasFocus():  # what is disabled loses it, and the next Tab would begin at the window's start
            self.test_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.save_button.setEnabled(False)
        # The password first: as soon as another account is known, emails that wait are sent over it.
        self._desk.write(
            partial(asks.keep_mail, workspace, account, typed, before),
            partial(self._saved, account, signature),
            partial(self._saved_in_part, account, signature),
        )

    def discard(self) -> None:
        """Show again what is kept; what was filled in can be brought back."""
        before = partial(self._bring_back, dict(self._texts), self.password.typed)
        self.leave()
        self._texts = dict(self._shown)
        self.password.forget_typed()
        self._show()
        # Not into a field: there Ctrl+Z would be the field's own, and what is offered would not come back.
        self.test_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.undo_offered.emit("What you filled in was discarded", before)

    def _bring_back(self, texts: dict[str, str], typed: str) -> None:
        self._texts = texts
        self.password.line.setText(typed)
        self._show()

    def test(self) -> None:
        """Try what stands in the fields, saved or not; the button keeps the focus meanwhile."""
        if self.verdict.waiting:
            return
        account, self._faults = account_of(self._texts)
        if account is None or not account.host:
            self._check()
            self.verdict.fails("Name the server first.") if account is not None else self.verdict.hide()
            return
        self.verdict.wait(f"Connecting to {account.host} …")
        self._given_up = Event()
        workspace, typed = self._context.book.workspace, self.password.typed
        job = partial(asks.try_mail, workspace, account, typed, self._given_up)
        self._desk.reach("try", job, self._works, self._fails)

    def _works(self, words: str) -> None:
        self.verdict.works(words)
        self._context.book.heard(Changes(tables=frozenset({"messages"})), own=True)

    def _fails(self, failed: Failed) -> None:
        self.verdict.fails(failed.words)

    def _clear(self) -> None:
        name = self._context.remembered.value.mail.secret
        workspace = self._context.book.workspace
        self._desk.write(partial(asks.forget, workspace, name), self._show_kept, self._not_cleared)

    def _show_kept(self, kept: asks.Kept) -> None:
        # A slow keyring may still be answering what stood there before.
        self._desk.drop("kept")
        self.password.show_kept(kept)

    def _saved(self, account: MailAccount, signature: str, kept: asks.Kept) -> None:
        self._remember(account, signature)
        self._show_kept(kept)
        self._context.book.told.emit("Mail server saved on this computer")

    def _saved_in_part(self, account: MailAccount, signature: str, failed: Failed) -> None:
        """The former password may still be in the keyring; the account is kept all the same."""
        self._remember(account, signature)
        self._not_cleared(failed)

    def _remember(self, account: MailAccount, signature: str) -> None:
        self.password.forget_typed()
        self._texts = texts_of(account, signature)
        self._shown = dict(self._texts)
        self._context.remembered.set(mail=account, signature=signature)
        self._context.book.heard(Changes(tables=frozenset({"messages"})), own=True)
        self._show()

    def _not_cleared(self, failed: Failed) -> None:
        self.verdict.fails(failed.words)
        self.arrive()

    def _edited(self, path: str) -> None:
        before = self._texts["security"]
        self._texts[path] = self.group.inputs[path].text
        if path == "security" and self._texts["port"] == PORTS.get(before):
            self._texts["port"] = PORTS[self._texts["security"]]
            self.group.inputs["port"].put(self._texts["port"])
        self._changed()

    def _changed(self) -> None:
        # What was tried is no longer what stands here.
        self.leave()
        self._check()

    def _check(self) -> None:
        _account, self._faults = account_of(self._texts)
        self.group.show_faults(self._faults, self._texts)
        self.save_button.setEnabled(self.dirty and not self._faults)
        self.discard_button.setVisible(self.dirty)
        self._lock()

    def _show(self) -> None:
        self.group.show_texts(self._texts)
        self._check()

    def _follow(self) -> None:
        """Take up what was changed elsewhere; what is being typed stays."""
        preferences: Preferences = self._context.remembered.value
        now = texts_of(preferences.mail, preferences.signature)
        self._texts = {name: now[name] if text == self._shown[name] else text for name, text in self._texts.items()}
        self._shown = now
        self._show()

    def _lock(self) -> None:
        managed = self._context.book.workspace.managed
        for name in self.group.inputs:
            if managed.is_locked("signature" if name == "signature" else "mail"):
                self.group.lock(name, managed.why_locked())
