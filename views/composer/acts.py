"""What is done with an email: resolving what is flagged, approving, comparing, putting away.

Each act takes the text as the person sees it with it; where one fails the text stays and one sentence says why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from models.values.changes import Changes
from models.values.outreach import After, Claim, Draft
from services.permission.asking import Addressee
from services.workspace import Workspace
from views.actions import Command
from views.background import Failed
from views.composer import panels, rooms
from views.composer.marks import Places
from views.composer.removal import without
from views.composer.session import Session
from views.composer.statements import NEVER
from views.composer.timing import NOW, Leaving, Moment, moments_of, when_words
from views.composer.writing import Writing
from views.shell.consent import ask_consent
from views.theme import Theme
from views.widgets.overlay import Overlay

if TYPE_CHECKING:
    from views.composer.drafting import Drafting
    from views.composer.page import ComposerPage

#: What the outbox does too.
SHARED: Final = frozenset({Command.RECALL, Command.DISCARD, Command.MAIL_PROGRAM})


class Acts(QObject):
    """The acts of one composer."""

    def __init__(self, page: ComposerPage) -> None:
        super().__init__(page)
        self._page = page
        self._book = page.context.book
        self._desk = self._book.desk(self)
        self._resolving: Claim | None = None  # its verdict is still to come: once is enough

    @property
    def _drafting(self) -> Drafting:
        return self._page.drafting

    @property
    def writing(self) -> Writing:
        """The writer that is at work, or is not."""
        return self._page.drafting.writing

    def commands(self) -> dict[Command, Callable[[], None]]:
        """What each command of the composer does."""
        drafting = self._drafting
        return {
            Command.WRITE: drafting.write,
            Command.RECIPIENT: self.choose_recipient,
            Command.SHORTER: drafting.shorter,
            Command.WARMER: drafting.warmer,
            Command.REWRITE: drafting.rewrite,
            Command.VARIANT: drafting.another,
            Command.SECOND_READING: self._page.second.ask,
            Command.ADD_FACT: self._page.insertion.add_fact,
            Command.OWN_SENTENCE: self._page.insertion.own_sentence,
            Command.REMOVE_STATEMENT: self.remove_statement,
            Command.SOURCE_STATEMENT: self.source_statement,
            Command.CONFIRM_STATEMENT: self.confirm_statement,
            Command.APPROVE: self.approve,
            Command.SAVE_DRAFT: self.save_draft,
            Command.MAIL_PROGRAM: self.open_in_program,
            Command.RECALL: self.recall,
            Command.DISCARD: self.discard,
        }

    # -- what can be done ---------------------------------------------------------------------------------------

    def enable(self) -> None:
        """Switch off what cannot do anything now, in menu, button and key alike."""
        if not self._page.isVisible():
            return
        session, actions = self._page.session, self._page.context.actions
        on = session is not None and session.writable
        idle = on and not self.writing.running
        flag = session.flag if session is not None and on else None
        model = self._drafting.by_model
        text = session is not None and bool(session.edit.body.strip())
        ready = session is not None and session.review is not None and session.review.ready
        state = session.message.state if session is not None and session.message is not None else ""
        enabled = {
            Command.WRITE: idle,
            Command.RECIPIENT: idle and session is not None and len(panels.recipients(session.composition)) > 1,
            Command.SHORTER: idle and text,
            Command.WARMER: idle and text,
            Command.REWRITE: idle and text and model,
            Command.VARIANT: idle,
            Command.ADD_FACT: idle,
            Command.OWN_SENTENCE: idle,
            Command.SECOND_READING: idle and text and self._page.second.possible,
            Command.REMOVE_STATEMENT: idle and flag is not None,
            Command.SOURCE_STATEMENT: idle and flag is not None and flag.kind not in NEVER,
            Command.CONFIRM_STATEMENT: idle and flag is not None and flag.kind not in NEVER,
            Command.APPROVE: idle and ready,
            Command.SAVE_DRAFT: idle,
            Command.MAIL_PROGRAM: idle and ready,
            Command.RECALL: state in ("approved", "queued", "failed"),
            Command.DISCARD: on,
        }
        for command, possible in enabled.items():
            actions[command].setEnabled(possible)

    def rest(self) -> None:
        """Another page is in front: what only the composer does is off; what both do is that page's to say."""
        for command in set(self.commands()) - SHARED:
            self._page.context.actions[command].setEnabled(False)

    # -- what is flagged ----------------------------------------------------------------------------------------

    def remove_statement(self) -> None:
        """Take the flagged sentence out; the text before can be brought back by undo, and as a draft."""
        session = self._session
        flag = session.flag if session is not None else None
        if session is None or flag is None or flag is self._resolving:
            return
        before = session.edit
        if flag.where == "body":
            self._take_out(flag)
        elif flag.where == "subject":
            self._page.mail.head.subject.setText(without(session.edit.subject, flag.text, flag.start)[0].strip())
        else:
            self._page.mail.head.greeting.setText(session.composition.edit.greeting)
        self._page.take_text()
        words = "one statement removed by you"
        session.keep_draft(Draft(session.edit.subject, session.edit.greeting, session.edit.body, "person", words,
                                 session.edit.facts), before)  # fmt: skip
        session.check()
        undo = self._page.mail.editor.undo if flag.where == "body" else None
        self._page.undo_offered.emit("Statement removed", undo)
        self._resolving = flag

    def _take_out(self, flag: Claim) -> None:
        body = self._page.mail.editor.text
        mark = next((one for one in self._page.mail.editor.marks if one.claim == flag), None)
        places = Places(body)
        start = flag.start if mark is None else places.to_text(mark.start)
        _rest, begin, end = without(body, flag.sentence or flag.text, start)
        self._page.mail.editor.take_out(places.to_editor(begin), places.to_editor(end))

    def source_statement(self) -> None:
        """Ask for the source of the flagged sentence."""
        session = self._session
        if session is not None:
            labels = [fact.label for fact in session.composition.facts]
            send = partial(self._resolve, "sourced")
            self._open(panels.source_panel(self._theme, self._window, labels, send), self._page.verdict.ways[1])

    def confirm_statement(self) -> None:
        """Ask how the person knows it."""
        send = partial(self._resolve, "confirmed")
        self._open(panels.confirm_panel(self._theme, self._window, send), self._page.verdict.ways[2])

    def take_resolved(self) -> bool:
        """Whether the verdict that has come is the one after a statement was resolved."""
        resolved, self._resolving = self._resolving is not None, None
        return resolved

    def _resolve(self, way: Literal["sourced", "confirmed"], words: str) -> None:
        session = self._session
        flag = session.flag if session is not None else None
        if session is None or flag is None:
            return
        work = partial(session.stored.resolve, edit=session.edit, way=way, sentence=flag.sentence, words=words)
        self._resolving = flag
        self._answer(session, work)

    def read_sentences(self, read: bool) -> None:
        """Keep that the person has read the sentences of their own, or that they have not."""
        session = self._session
        if session is not None and session.writable:
            self._answer(session, partial(session.stored.read, edit=session.edit, read=read))

    def _answer(self, session: Session, work: Callable[[Workspace], Changes]) -> None:
        # A text that is stored meanwhile does not know of it yet.
        session.pause()
        self._book.act(work, "", lambda _changes: session.resolved(), partial(self._not_approved, session))

    # -- to whom it goes ----------------------------------------------------------------------------------------

    def choose_recipient(self) -> None:
        """Choose who of the customer gets the email."""
        session = self._session
        if session is not None:
            choices = panels.recipients(session.composition)
            panel = panels.recipient_panel(self._theme, self._window, choices, self._address)
            self._open(panel, self._page.mail.head.change)

    def _address(self, contact_id: int | None) -> None:
        session = self._session
        if session is not None:
            session.address(contact_id, partial(self._addressed, session, session.edit.contact_id))

    def _addressed(self, session: Session, before: int | None) -> None:
        self._page.show_all()
        words = f"The email goes to {session.composition.to_name}"
        self._page.undo_offered.emit(words, partial(self._address, before))

    # -- approving ----------------------------------------------------------------------------------------------

    def approve(self) -> None:
        """Approve the text as it is shown, and queue it; then on to the next alert."""
        self._approve("Queued" if self._account else "Approved", self._approved)

    def _approve(self, done: str, then: Callable[[Session, Changes], None]) -> None:
        session = self._session
        if session is None or session.review is None or not session.review.ready:
            return
        if self._page.second.due:
            self._page.second.before(partial(self._approve, done, then))
            return
        at = None if self._page.moment == NOW else self._page.moment
        words = f"{done} for {session.composition.customer}"
        if done == "Queued":
            when = when_words(session.composition, self._page.moment, self.leaving(self._page.moment))
            words = f"{words}. Goes out {when}"
        work = partial(session.stored.approve, edit=session.edit, at=at, after=self._after(session))
        session.pause()
        self._book.act(work, words, partial(then, session), partial(self._not_approved, session))

    def _after(self, session: Session) -> After:
        pane, found = self._page.verdict, session.composition
        deal = found.deal if not pane.deal.isHidden() and pane.deal.isChecked() else None
        return After(
            wait=not pane.wait.isHidden() and pane.wait.isChecked(),
            remind_on=found.remind_on if not pane.remind.isHidden() and pane.remind.isChecked() else None,
            deal_id=deal.id if deal is not None else None,
            deal_stage=found.deal_stage if deal is not None else "",
        )

    def _approved(self, session: Session, _changes: Changes) -> None:
        if session is self._page.session:
            session.forget()
            self._page.finished.emit(session.edit.alert_id or 0)
            self._page.wants_page.emit(self._page.origin)

    def _not_approved(self, session: Session, failed: Failed) -> None:
        self._resolving = None
        session.go_on()
        self._tell(session, failed)
        session.read_again(self._page.show_all)

    def _tell(self, session: Session, failed: Failed) -> None:
        """Say what failed above its own text; where that is no longer open, the window says it."""
        if session is self._page.session:
            self._page.tell_failure(failed)
        else:
            self._book.failed.emit(failed)

    @property
    def _account(self) -> bool:
        """Whether emails go out by themselves."""
        return bool(self._book.workspace.preferences.mail.host)

    def leaving(self, moment: str) -> Leaving:
        """When the email would go out, approved now for a moment."""
        session, workspace = self._session, self._book.workspace
        at = "" if moment == NOW else moment
        owner = session.composition.owner if session is not None else ""
        return rooms.leaving(workspace, owner, at) if self._account else Leaving(at, held=False)

    def moments(self, session: Session) -> list[Moment]:
        """The moments to choose from, each with what it brings about."""
        waits = self._page.verdict.wait.isChecked()
        return moments_of(session.composition, self._page.picked, self.leaving, waits=waits)

    def save_draft(self) -> None:
        """Keep it for later: it waits in the outbox to be reviewed."""
        session = self._session
        if session is not None:
            session.keep_for_review(partial(self._book.told.emit, "Draft saved. It is in the outbox for your review."))

    def open_in_program(self) -> None:
        """Approve it, and hand it to the mail app; the person says afterwards that it was sent."""
        self._approve("Approved", self._to_program)

    def _to_program(self, session: Session, _changes: Changes) -> None:
        if session is self._page.session:
            session.forget()
            workspace = self._book.workspace
            self._desk.write(partial(session.stored.link, workspace), partial(self._linked, session),
                             partial(self._tell, session))  # fmt: skip

    def _linked(self, session: Session, address: str) -> None:
        page = self._page
        if session is not page.session:
            return
        if not QDesktopServices.openUrl(QUrl(address, QUrl.ParsingMode.StrictMode)):
            self._book.told.emit("No mail app opened on this computer. Save the email as a file from the outbox.")
        session.read_again(page.show_all)

    def sent_by_hand(self) -> None:
        """The person says that it went out by their mail app."""
        session = self._session
        if session is not None:
            done, failed = partial(self._approved, session), partial(self._tell, session)
            self._book.act(session.stored.handed_over, "", done, failed)

    def recall(self) -> None:
        """Take the approved email back, to the letter as it was last seen."""
        session = self._session
        if session is not None:
            self._book.act(session.stored.recall, "", None, partial(self._tell, session))

    def discard(self) -> None:
        """Put the email away; the toast brings it back."""
        session = self._session
        if session is None:
            return
        if session.message is None and not session.dirty:
            self._page.wants_page.emit(self._page.origin)
            return
        work: Callable[[Workspace], Changes] = partial(session.stored.discard, edit=session.edit)
        session.pause()
        self._book.act(work, "", partial(self._discarded, session), partial(self._not_approved, session))

    def _discarded(self, session: Session, _changes: Changes) -> None:
        if session is self._page.session:
            session.forget()
            self._page.wants_page.emit(self._page.origin)

    # -- looking ------------------------------------------------------------------------------------------------

    def compare(self, draft_id: int) -> None:
        """Show how an earlier draft differs from this one."""
        session = self._session
        versions = session.composition.versions if session is not None else ()
        found = next((version for version in versions if version.id == draft_id), None)
        if session is None or found is None:
            return
        edit = session.edit
        before = f"{found.subject}\n\n{found.greeting}\n\n{found.body}"
        after = f"{edit.subject}\n\n{edit.greeting}\n\n{edit.body}"
        restore = partial(self.restore, draft_id) if session.writable else None
        title, hint = f"Draft {found.number} and this one", "struck through: only there · underlined: only here"
        self._page.mail.sheet.show_difference(title, hint, before, after, restore)
        self._page.mail.show_sheet()

    def restore(self, draft_id: int) -> None:
        """Bring an earlier draft back as the newest one."""
        session = self._session
        if session is not None and session.writable:
            self._page.mail.show_mail()
            session.restore(draft_id)
            self._page.mail.editor.setFocus()

    # -- asking -------------------------------------------------------------------------------------------------

    def record_consent(self) -> None:
        """Ask how the consent is known and keep it with the customer."""
        session = self._session
        if session is None:
            return
        edit, found = session.edit, session.composition
        asked = Addressee(edit.customer_id, edit.contact_id, found.to_name, found.consent_history)
        panel = ask_consent(self._book, self._theme, self._window, asked, partial(self._tell, session))
        self._open(panel, self._page.verdict)

    def settle(self, check: str) -> None:
        """Do in place what a check asks for."""
        if check == "sender":
            self._open(panels.name_panel(self._theme, self._window, self._sign), self._page.verdict)
        else:
            self.record_consent()

    def _sign(self, name: str) -> None:
        remembered = self._page.context.remembered
        remembered.set(mail=replace(remembered.value.mail, from_name=name))
        if self._session is not None:
            self._session.check()
        self._page.show_all()

    def set_up(self) -> None:
        """Ask for the name alone where there is a sender's address, else lead to the mail account."""
        if self._page.mail.head.has_sender:
            self.settle("sender")
        else:
            self._page.wants_page.emit("settings/mail")

    def pick_moment(self) -> None:
        """Ask for a day and a time."""

        def send(moment: str) -> None:
            self._page.picked = self._page.moment = moment
            self._page.show_moments()
            self._page.show_verdict()

        self._page.show_moments()
        now = self._book.workspace.clock.now().astimezone()
        self._open(panels.moment_panel(self._theme, self._window, now, send), self._page.verdict.moment(-1))

    @property
    def _session(self) -> Session | None:
        return self._page.session

    @property
    def _theme(self) -> Theme:
        return self._page.context.theme

    @property
    def _window(self) -> QWidget:
        return self._page.window()

    def _open(self, panel: Overlay, anchor: QWidget) -> None:
        panel.open_under(anchor)
