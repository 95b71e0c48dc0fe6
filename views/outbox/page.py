"""The Outbox: what waits, and for what; beside it the email as it goes out, and what can be done with it.

One current email drives the detail. Whatever is done with it, by this person or elsewhere, it stays shown though its
row goes: the key that was pressed twice finds the same email, and never the next one. Only what is put away gives its
place to the next. In a narrow window list and detail stack.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from models.values.changes import Changes
from models.values.outreach import Message
from views.actions import Command
from views.background import Failed
from views.outbox.email_pane import EmailPane, email_skeleton
from views.outbox.list_pane import ListPane
from views.outbox.mailing import Mailing
from views.outbox.rooms import Mailroom, RealMailroom, ShownEmail, export_of
from views.outbox.watch import HandOverWatch
from views.outbox.words import ALL_DEEDS, TABS, can_send, deeds, sends_words
from views.shell.page import Context, Page
from views.widgets.labels import column
from views.widgets.splitter import PaneSplitter
from views.widgets.states import StatePane

KEY = "outbox"
SIDE_FROM, STACK_BELOW = 1180, 860
DETAIL_SKELETON_MS = 100
REFRESH_EVERY_MS = 60_000
_SHOWN = frozenset({"messages", "sendings", "policies", "customers", "suppressions"})


class OutboxPage(Page):
    """List and email in a splitter."""

    def __init__(self, context: Context, mailroom: Mailroom | None = None) -> None:
        super().__init__(context)
        theme, book = context.theme, context.book
        self._mailroom = mailroom or RealMailroom(book)
        self._desk = book.desk(self)
        self._fresh = self._stacked = False
        self._next: int | None = None
        self._asked: int | None = None  # the email that is shown, or is being read to be
        self.list = ListPane(theme, self._desk, self._mailroom.page)
        self.email = EmailPane(theme, context.actions)
        self.email_state = StatePane(theme, self.email, email_skeleton, skeleton_after_ms=DETAIL_SKELETON_MS)
        self.mailing = Mailing(book, self._mailroom, theme, self)
        self.splitter = PaneSplitter(KEY)
        self.splitter.add(self.list, stretch=0, minimum=320)
        self.splitter.add(self.email_state, stretch=1, minimum=420)
        self.splitter.setSizes([444, 924])
        self.splitter.restore(context.remembered.splitter(KEY))
        self.setLayout(column(self.splitter))
        self._minute = QTimer(self, interval=REFRESH_EVERY_MS)
        self.watch = HandOverWatch(book, self)
        self._connect()
        self._add_actions()
        self._show_nothing()

    # -- the wires ----------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.list.selected.connect(self._read_email)
        self.list.nothing.connect(self._show_nothing)
        self.list.opened.connect(self._opened)
        self.list.menu_wanted.connect(self._show_menu)
        self.list.leads_to.connect(self.wants_page)
        self.list.view.deleted.connect(partial(self._run, Command.DISCARD))
        self.email.wants_customer.connect(self.wants_customer)
        self.email.wants_account.connect(lambda: self.wants_page.emit("settings/mail"))
        self.mailing.opened.connect(self._open_composer)
        self.mailing.began.connect(self._choose_next)
        self.splitter.resized.connect(self.context.remembered.set_splitter)
        self._minute.timeout.connect(self._renew_quietly)
        self.watch.look.connect(self._renew_quietly)

    def _add_actions(self) -> None:
        wired: dict[Command, Callable[[], None]] = {command: partial(self._run, command) for command in ALL_DEEDS}
        wired |= {
            Command.NEXT: partial(self.list.step, 1),
            Command.PREVIOUS: partial(self.list.step, -1),
            Command.FILTER: self._filter,
            Command.EXPORT_LIST: lambda: self.export_list("emails", export_of(self.list.question)),
        }
        self.take_commands(wired)

    # -- what the shell asks ------------------------------------------------------------------------------------

    @property
    def headline(self) -> str:
        if self._stacked and self.email_state.isVisible() and self.email.shown is not None:
            return self.email.shown.message.customer
        return ""

    @property
    def back(self) -> str:
        return "Outbox" if self._stacked and self.email_state.isVisible() else ""

    def go_back(self) -> None:
        if self._stacked:
            self._show_half(self.list)
        self.list.view.setFocus()

    def arrive(self) -> None:
        if self._fresh:
            self._renew_quietly()  # the command line may have approved or sent meanwhile
        else:
            self._fresh = True
            self.list.reload()
        self.list.view.setFocus()

    def show_section(self, key: str) -> None:
        if key in dict(TABS) and key != self.list.tab:
            self._show_nothing()
            if self._stacked:
                self._show_half(self.list)
            self.list.show_tab(key)

    def renew(self, changes: Changes) -> None:
        if not changes.everyone and not changes.tables & _SHOWN:
            return
        if not self.isVisible():
            self._fresh = False
            return
        if self.context.book.own:
            self._renew_own()
        else:
            self._renew_quietly()

    def fit(self, width: int, height: int) -> None:
        self.email.set_narrow(width < SIDE_FROM)
        stacked = width < STACK_BELOW
        if stacked != self._stacked:
            self._stacked = stacked
            self.email.set_stacked(stacked)
            self._show_half(self.list if stacked else None)

    def panes(self) -> Sequence[QWidget]:
        found: list[QWidget] = [self.list.view, self.email.reading, *self.email.deeds.buttons[:1]]
        return [pane for pane in found if pane.isVisible()]

    # -- reading ------------------------------------------------------------------------------------------------

    def _renew_own(self) -> None:
        """After this person's own deed, or its undo: the email stays current, only one put away leaves to the next."""
        wanted, self._next = self._next, None
        self._steady()
        if wanted is not None:
            self.list.reload()
            self.list.want(wanted)
            return
        self._renew_quietly()
        if self._asked is not None:
            self.list.want(self._asked)

    def _renew_quietly(self) -> None:
        self.list.reload(hold=self._asked)
        if self._asked is not None:
            self._read_email(self._asked)

    def _steady(self) -> None:
        """Where a button had the focus, another one takes its place: the next key must not press that."""
        focus = QApplication.focusWidget()
        if focus is not None and self.email.deeds.isAncestorOf(focus):
            (self.list.view if self.list.view.isVisible() else self.email.reading).setFocus()

    def _read_email(self, message_id: int) -> None:
        self._asked = message_id
        self.email_state.loading("Loading the email")
        retry = partial(self._read_email, message_id)
        ask = partial(self._mailroom.email, message_id)
        self._desk.read("email", ask, self._show_email, partial(self._email_failed, retry))

    def _show_email(self, email: ShownEmail) -> None:
        row, message = self.list.view.current, email.message
        # The list may still show how it stood before.
        known = row is not None and (row.id, row.state) == (message.id, message.state)
        listed = row if known else None
        offered = deeds(message, has_account=self._mailroom.has_account)
        now = self.context.book.workspace.clock.now().astimezone()
        self._enable(email)
        self.watch.follow(email, now)
        self.email.show_email(email, listed, offered, now)
        self.email_state.show_content()
        self.headline_changed.emit()

    def _email_failed(self, retry: Callable[[], None], failed: Failed) -> None:
        self._enable(None)
        self.email_state.show_error(failed, retry, "This email could not be loaded")

    def _show_nothing(self) -> None:
        self._asked = None
        self.watch.stop()
        self._desk.drop("email")
        self._enable(None)
        self.email.forget()
        self.email_state.show_empty("No email selected", "Choose one from the list to read it here.")

    def _enable(self, email: ShownEmail | None) -> None:
        """Switch off what cannot be done with this email, in menu, button and key alike."""
        allowed = deeds(email.message, has_account=self._mailroom.has_account) if email is not None else ()
        if not self.isVisible():
            return
        for command in ALL_DEEDS:
            self.context.actions[command].setEnabled(command in allowed)
        if email is not None and not can_send(email):
            self.context.actions[Command.SEND_NOW].setEnabled(False)
        self.context.actions[Command.SEND_NOW].setText(sends_words(email))

    # -- commands -----------------------------------------------------------------------------------------------

    def _run(self, command: Command) -> None:
        """Do it with the email that is read: not with the one before, while the next is on its way."""
        email = self.email.shown
        if email is not None and email.message.id == self._asked:
            self.mailing.run(command, email, self.email.anchor())

    def _choose_next(self, message_id: int) -> None:
        """What is current after this email has left its tab: the next in view order, else the one before."""
        rows = [row.id for row in self.list.model.rows()]
        at = rows.index(message_id) if message_id in rows else -1
        following = rows[at + 1 : at + 2] or rows[max(0, at - 1) : at] if at >= 0 else []
        self._next = following[0] if following else None

    def _opened(self) -> None:
        if self._stacked and not self.email_state.isVisible():
            self._show_half(self.email_state)
            self.email.reading.setFocus()
            return
        self._run(Command.OPEN_EMAIL)

    def _open_composer(self, message: Message) -> None:
        self.wants_message.emit(message.id)

    def _filter(self) -> None:
        if self._stacked:
            self._show_half(self.list)
        self.list.ask()

    def _show_menu(self, at: QPoint) -> None:
        """Everything that can be done with a row, in its context menu."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for command in ALL_DEEDS:
            menu.addAction(self.context.actions[command])
        menu.popup(at)

    def _show_half(self, half: QWidget | None) -> None:
        self.splitter.show_only(half)
        self.headline_changed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._enable(self.email.shown)
        self._minute.start()
        if self.email.shown is not None:
            self.watch.follow(self.email.shown, self.context.book.workspace.clock.now())

    def changeEvent(self, event: QEvent) -> None:
        """Somebody comes back to the window: from another program, which may have changed what is shown."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isVisible() and self.isActiveWindow() and self._fresh:
            self._renew_quietly()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        for command in ALL_DEEDS:
            self.context.actions[command].setEnabled(False)
        self._minute.stop()
        self.watch.stop()
