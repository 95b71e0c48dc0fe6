"""The mail server of this computer: saved with its own button, tried before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from threading import Event

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from models.values.changes import Changes
from models.values.mail_access import Provider
from services import mail_access
from services.settings import MailAccount, Preferences, SignInClient
from views.background import Desk, Failed
from views.settings import asks
from views.settings.group_box import GroupBox
from views.settings.mail_draft import (
    CLIENT_FIELDS,
    CLIENT_SECRET,
    OTHER,
    PASSWORD,
    PORTS,
    PROVIDER,
    SIGN_IN,
    account_of,
    client_fields,
    client_of,
    mail_group,
    texts_of,
    with_provider,
)
from views.settings.own_box import OwnBox
from views.settings.provider_row import ProviderRow
from views.settings.secret import SecretField
from views.settings.sign_in_field import SignInField
from views.settings.verdict import Verdict
from views.shell.page import Context
from views.widgets.buttons import push
from views.widgets.labels import column, row, rule

_UNNEEDED = "Leave empty if the provider gave none."


class MailBox(OwnBox):
    """Server, sender and signature, with the password's field or the browser sign-in."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._desk: Desk = context.book.desk(self)
        #: What does not fit, by field.
        self.faults: dict[str, str] = {}
        self._given_up, self._sign_in_given_up = Event(), Event()
        #: Who opens the provider's page: the system, unless a test stands in for it.
        self.open_link: Callable[[QUrl], bool] = QDesktopServices.openUrl
        self.password, self.client_secret = SecretField(PASSWORD), SecretField(CLIENT_SECRET)
        self.client_secret.may_be_empty(_UNNEEDED)
        self.sign_in, self.provider = SignInField(), ProviderRow()
        self.test_button = push("Test")
        self.test_button.setToolTip("Connect, encrypt and sign in; nothing is sent")
        self.own_button = push("Send me a test email")
        self.own_button.setToolTip("Sends a short email to your own address")
        self.save_button = push("Save", primary=True)
        self.discard_button = push("Discard")
        self.verdict = Verdict(context.theme)
        keeps = self.verdict.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)  # the buttons stay where they are when it speaks
        self.verdict.setSizePolicy(keeps)
        buttons = row(self.test_button, 8, self.own_button, 8, self.discard_button, 8, self.save_button, -1)
        self.foot.setLayout(column(rule(), column(buttons, 8, self.verdict, margins=(16, 10, 24, 10))))
        after = {
            "from_address": (PROVIDER, self.provider),
            "user": (PASSWORD, self.password),
            "client_id": (CLIENT_SECRET, self.client_secret),
            "scope": (SIGN_IN, self.sign_in),
        }
        self.group = GroupBox(context.theme, mail_group(self._sign_ins()), after=after)
        self.setLayout(column(self.group, -1))
        self._shown = self._remembered()
        self._texts = dict(self._shown)
        self._wire()
        self._show()
        self._lock()

    def _sign_ins(self) -> dict[str, str]:
        known = mail_access.sign_ins()
        return {**known, **{name: name for name in self._clients if name not in known}, OTHER: "another provider"}

    @property
    def _clients(self) -> Mapping[str, SignInClient]:
        preferences: Preferences = self._context.remembered.value
        return preferences.sign_in

    def _remembered(self) -> dict[str, str]:
        preferences: Preferences = self._context.remembered.value
        return texts_of(preferences.mail, preferences.signature, self._clients.get(preferences.mail.sign_in))

    def _wire(self) -> None:
        self.group.edited.connect(self._edited)
        for secret in (self.password, self.client_secret):
            secret.edited.connect(self._changed)
            secret.line.returnPressed.connect(self.save)
        self.password.clear_wanted.connect(self._clear)
        self.provider.chosen.connect(self._fill)
        self.sign_in.wanted.connect(self._sign_in)
        self.sign_in.cancelled.connect(self._cancel_sign_in)
        self.sign_in.out_wanted.connect(self._sign_out)
        self.sign_in.link_given.connect(self._go_to, Qt.ConnectionType.QueuedConnection)
        self.test_button.clicked.connect(self.test)
        self.own_button.clicked.connect(partial(self.test, to_oneself=True))
        self.save_button.clicked.connect(self.save)
        self.discard_button.clicked.connect(self.discard)
        self._context.remembered.changed.connect(self._follow)

    @property
    def first(self) -> QWidget:
        """The field that gets the focus first."""
        return self.group.first

    @property
    def dirty(self) -> bool:
        """Whether something was typed and not saved."""
        return self._texts != self._shown or bool(self.password.typed or self.client_secret.typed)

    def arrive(self) -> None:
        """Read where the password is, or who is signed in."""
        account, workspace = self._context.remembered.value.mail, self._context.book.workspace
        if account.sign_in:
            if not self._desk.waiting("sign in"):
                self._desk.read("kept", partial(asks.signed_in, workspace, account), self.sign_in.show_state)
        else:
            self._desk.read("kept", partial(asks.kept, workspace, account.secret), self.password.show_kept)

    def leave(self) -> None:
        self._given_up.set()
        self._desk.drop("try")
        self.verdict.hide()
        if self._desk.waiting("sign in"):
            self._cancel_sign_in()

    def save(self) -> None:
        """Keep account and signature on this computer, and what was typed as the password in its keyring."""
        found = self._sound()
        if found is None or not self.dirty:
            return
        account, client = found
        before = self._context.remembered.value.mail.secret
        workspace, typed = self._context.book.workspace, self.password.typed
        signature = self._texts["signature"].rstrip()
        if self.save_button.hasFocus():  # what is disabled loses it, and the next Tab would begin at the window's start
            self.test_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.save_button.setEnabled(False)
        # The password first: as soon as another account is known, emails that wait are sent over it.
        self._desk.write(
            partial(asks.keep_mail, workspace, account, typed, before, client, self.client_secret.typed),
            partial(self._saved, account, client, signature),
            partial(self._saved_in_part, account, client, signature),
        )

    def _sound(self) -> tuple[MailAccount, SignInClient] | None:
        """The account and client of the fields; None, with the focus in the first fault, where one does not fit."""
        account, client, self.faults = self._read()
        if account is None or self.faults:
            self._check()
            self.group.inputs[next(iter(self.faults))].field.setFocus()
            return None
        return account, client

    def _read(self) -> tuple[MailAccount | None, SignInClient, dict[str, str]]:
        account, faults = account_of(self._texts)
        client, amiss = client_of(self._texts, self._clients.get(self._texts["sign_in"]))
        return account, client, {**faults, **amiss}

    def discard(self) -> None:
        """Show again what is kept; what was filled in can be brought back."""
        before = partial(self._bring_back, dict(self._texts), self.password.typed)
        self.leave()
        self._texts = dict(self._shown)
        self._forget_typed()
        self._show()
        # Not into a field: there Ctrl+Z would be the field's own, and what is offered would not come back.
        self.test_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.undo_offered.emit("Your changes were discarded", before)

    def _bring_back(self, texts: dict[str, str], typed: str) -> None:
        self._texts = texts
        self.password.line.setText(typed)
        self._show()

    def _forget_typed(self) -> None:
        self.password.forget_typed()
        self.client_secret.forget_typed()

    def test(self, _checked: bool = False, *, to_oneself: bool = False) -> None:
        """Try what stands in the fields, saved or not; the button keeps the focus meanwhile."""
        if self.verdict.waiting:
            return
        account, self.faults = account_of(self._texts)
        if account is None or not account.host:
            self._check()
            self.verdict.fails("Enter the server first.") if account is not None else self.verdict.hide()
            return
        self.verdict.wait(f"{'Sending over' if to_oneself else 'Connecting to'} {account.host} …")
        self._given_up = Event()
        workspace, typed = self._context.book.workspace, self.password.typed
        job = partial(asks.try_mail, workspace, account, typed, self._given_up, to_oneself=to_oneself)
        self._desk.reach("try", job, self._works, self._fails)

    def _works(self, words: str) -> None:
        self.verdict.works(f"{words} Press Save to use this account." if self.dirty else words)
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

    # -- the browser sign-in ------------------------------------------------------------------------------------

    def _sign_in(self) -> None:
        """Begin the sign-in with what stands in the fields; it is saved with it."""
        found = self._sound()
        if found is None:
            return
        account, client = found
        workspace, secret = self._context.book.workspace, self.client_secret.typed
        self.verdict.hide()
        self._desk.drop("kept")  # it would say that nobody is signed in while the browser is waited for
        self.sign_in.wait()
        self._sign_in_given_up = Event()
        tell = self.sign_in.link_given.emit
        job = partial(asks.sign_in, workspace, account, client, secret, tell, self._sign_in_given_up)
        self._desk.reach("sign in", job, self._signed_in, self._sign_in_failed)

    def _go_to(self, link: str) -> None:
        if self._desk.waiting("sign in"):
            self.sign_in.wait(link)
            self.open_link(QUrl(link))

    def _cancel_sign_in(self) -> None:
        self._sign_in_given_up.set()
        self._desk.drop("sign in")
        self.sign_in.show_state(asks.SignedIn(None, "", True))
        self.arrive()

    def _signed_in(self, found: asks.SignedIn) -> None:
        self.sign_in.show_state(found)
        self.window().activateWindow()
        self._context.book.told.emit("Signed in")
        if self.dirty:
            self.save()
        else:
            self._context.book.heard(Changes(tables=frozenset({"messages"})), own=True)

    def _sign_in_failed(self, failed: Failed) -> None:
        self.sign_in.show_state(asks.SignedIn(None, "", True))
        self.verdict.fails(failed.words)
        self.arrive()

    def _sign_out(self) -> None:
        account, workspace = self._context.remembered.value.mail, self._context.book.workspace
        client = self._clients.get(account.sign_in)
        job = partial(mail_access.sign_out, workspace, account, client)
        self._desk.reach("sign out", job, self._signed_out, self._not_cleared)

    def _signed_out(self, words: str) -> None:
        self.sign_in.show_state(asks.SignedIn(None, "", True))
        self.verdict.works(words)

    # -- keeping ------------------------------------------------------------------------------------------------

    def _saved(self, account: MailAccount, client: SignInClient, signature: str, kept: asks.Kept) -> None:
        self._remember(account, client, signature)
        if account.sign_in:
            self._desk.drop("kept")
            self.arrive()
        else:
            self._show_kept(kept)
        self._context.book.told.emit("Mail server saved on this computer")

    def _saved_in_part(self, account: MailAccount, client: SignInClient, signature: str, failed: Failed) -> None:
        """The former password may still be in the keyring; the account is kept all the same."""
        self._remember(account, client, signature)
        self._not_cleared(failed)

    def _remember(self, account: MailAccount, client: SignInClient, signature: str) -> None:
        self._forget_typed()
        own = account.sign_in and not self._context.book.workspace.managed.is_locked("sign_in")
        clients = {**self._clients, account.sign_in: client} if own else self._clients
        self._texts = texts_of(account, signature, clients.get(account.sign_in))
        self._shown = dict(self._texts)
        self._context.remembered.set(mail=account, signature=signature, **({"sign_in": clients} if own else {}))
        self._context.book.heard(Changes(tables=frozenset({"messages"})), own=True)
        self._show()

    def _not_cleared(self, failed: Failed) -> None:
        self.verdict.fails(failed.words)
        self.arrive()

    # -- filling in ---------------------------------------------------------------------------------------------

    def _edited(self, path: str) -> None:
        before, self._texts[path] = self._texts[path], self.group.inputs[path].text
        if path == "security" and self._texts["port"] == PORTS.get(before):
            self._texts["port"] = PORTS[self._texts["security"]]
        elif path == "sign_in":
            client = self._clients.get(self._texts["sign_in"], SignInClient())
            self._texts |= {name: getattr(client, name) for name in CLIENT_FIELDS}
        elif path == "from_address":
            self._find_provider(before)
        self.group.show_texts(self._texts)
        self._changed()

    def _find_provider(self, before: str) -> None:
        """Fill the form for the provider of the address, unless another server was typed."""
        found = mail_access.providers_for(self._texts["from_address"])
        if self._own_server():
            return
        if len(found) == 1:
            self._texts = with_provider(self._texts, found[0], self._clients)
        elif self._texts["user"] == before.strip():
            self._texts["user"] = ""

    def _fill(self, provider: Provider) -> None:
        self._texts = with_provider(self._texts, provider, self._clients)
        self.group.show_texts(self._texts)
        self._changed()
        self.group.inputs["sign_in" if provider.sign_in else "user"].field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _own_server(self) -> bool:
        """Whether a server was typed that no known provider has."""
        host = self._texts["host"].strip()
        return bool(host) and mail_access.provider_at(host) is None

    def _changed(self) -> None:
        # What was tried is no longer what stands here.
        self.leave()
        self._check()

    def _check(self) -> None:
        _account, _client, self.faults = self._read()
        self.group.show_faults(self.faults, self._texts)
        self.save_button.setEnabled(self.dirty and not self.faults)
        self.discard_button.setEnabled(self.dirty)
        self._show_lines()
        self._lock()

    def _show_lines(self) -> None:
        """Show what the way to sign in needs, and the providers who may host the address."""
        sign_in, locked = self._texts["sign_in"], self._context.book.workspace.managed.is_locked("sign_in")
        wanted = client_fields(sign_in)
        for name in CLIENT_FIELDS:
            self.group.show_line(name, name in wanted and (name == "client_id" or not locked))
        self.group.show_line(CLIENT_SECRET, sign_in not in ("", "microsoft") and not locked)
        self.group.show_line(PASSWORD, not sign_in)
        self.group.show_line(SIGN_IN, bool(sign_in))
        found = mail_access.providers_for(self._texts["from_address"])
        there = mail_access.provider_at(self._texts["host"].strip())
        offered = () if there is not None or self._own_server() else found
        known = there.note or f"{there.name}." if there is not None else ""
        self.provider.offer(offered, known or ("" if offered else "A known address fills in its server."))

    def _show(self) -> None:
        self.group.show_texts(self._texts)
        self._check()

    def _follow(self) -> None:
        """Take up what was changed elsewhere; what is being typed stays."""
        now = self._remembered()
        self._texts = {name: now[name] if text == self._shown[name] else text for name, text in self._texts.items()}
        self._shown = now
        self._show()

    def _lock(self) -> None:
        managed = self._context.book.workspace.managed
        for name in self.group.inputs:
            field = "signature" if name == "signature" else "sign_in" if name in CLIENT_FIELDS else "mail"
            if managed.is_locked(field):
                self.group.lock(name, managed.why_locked(field))
