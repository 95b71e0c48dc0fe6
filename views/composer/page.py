"""The composer: an email to one customer, over the page it was asked for from. Esc leads back to where it was.

Three columns: facts and writer, the email, verdict and sending. The page shows what the session holds and tells it what
a person does; what is done with the email is in `views.composer.acts`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from models.values.alerts import AlertRow
from models.values.changes import Changes
from models.values.facts import SCORED_TABLES
from models.values.outreach import Composition
from views.background import Failed
from views.composer import rooms
from views.composer.acts import Acts
from views.composer.columns import FACTS, MAIL, VERDICT, ColumnFocus, Columns
from views.composer.drafting import Drafting
from views.composer.facts_pane import KEPT, FactsPane
from views.composer.insertion import Insertion
from views.composer.mail_pane import MailPane
from views.composer.marks import marks_of
from views.composer.second_reading import SecondReader
from views.composer.session import Session
from views.composer.shown import count_words, day_words, draft_lines, opens_words, skeleton, to_words, writer_key
from views.composer.standing import closed_words
from views.composer.timing import NOW, due_words
from views.composer.verdict_pane import VerdictPane
from views.composer.writers import MODEL, chosen_at_first, fitting_templates, kind_of_writer, writers_of
from views.shell.page import Context, Page
from views.widgets.labels import column
from views.widgets.states import StatePane

_SHOWN = frozenset({*SCORED_TABLES, "messages", "drafts", "policies", "alerts", "suppressions", "templates"})
_ORIGINS = {"alerts": "Alerts", "customers": "Customers", "outbox": "Outbox"}
SKELETON_AFTER_MS = 100


class ComposerPage(Page):
    """Writes one email."""

    shows_freshness = False

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        theme, actions = context.theme, context.actions
        self._desk = context.book.desk(self)
        self._origin = "alerts"
        self.session: Session | None = None
        self.writer = ""
        self.picked = ""  # the moment that was picked by hand
        self.moment = NOW
        self.seconds: dict[str, float] = {}
        self._written: tuple[str, str, str] | None = None  # goal, tone and writer of the text that is there
        self._failure = self._closed = ""  # what is told above the text for as long as it holds
        self.facts = FactsPane(theme, actions)
        self.mail = MailPane(theme, actions)
        self.verdict = VerdictPane(theme, actions)
        self.columns = Columns(theme, self.facts, self.mail, self.verdict)
        self.state = StatePane(theme, self.columns, skeleton, skeleton_after_ms=SKELETON_AFTER_MS)
        self.setLayout(column(self.state))
        self.drafting = Drafting(self)
        self.second = SecondReader(self)
        self.insertion = Insertion(self)
        self.acts = Acts(self)
        self._focus = (
            ColumnFocus(self.columns, FACTS, self.facts, self.facts.first_control),
            ColumnFocus(self.columns, MAIL, self.mail, lambda: self.mail.editor),
            ColumnFocus(self.columns, VERDICT, self.verdict, self.verdict.first_control),
        )
        self._connect()

    def _connect(self) -> None:
        facts, mail, verdict, acts, drafting = self.facts, self.mail, self.verdict, self.acts, self.drafting
        mail.edited.connect(self.take_text)
        mail.cancel_wanted.connect(drafting.cancel_writing)
        mail.drafts.compare_wanted.connect(acts.compare)
        mail.drafts.restore_wanted.connect(acts.restore)
        mail.sheet_closed.connect(mail.editor.setFocus)
        facts.ticked.connect(lambda keys: self._change(facts=keys))
        facts.goal_chosen.connect(drafting.choose_goal)
        facts.tone_chosen.connect(lambda tone: self._change(tone=tone))
        facts.writer_chosen.connect(self._choose_writer)
        facts.cancel_wanted.connect(drafting.cancel_writing)
        facts.sent_wanted.connect(drafting.show_sent)
        facts.templates_wanted.connect(drafting.choose_template)
        facts.settings_wanted.connect(lambda: self.wants_page.emit("settings/models"))
        self.mail.head.set_up.clicked.connect(acts.set_up)
        verdict.flag_wanted.connect(self._step_flag)
        verdict.moment_chosen.connect(self._choose_moment)
        verdict.after_changed.connect(self.show_moments)
        verdict.read_changed.connect(acts.read_sentences)
        verdict.remedy_wanted.connect(acts.settle)
        self.take_commands({command: partial(self._with_email, done) for command, done in acts.commands().items()})
        self.context.theme.changed.connect(self.show_all)

    # -- what the shell asks ------------------------------------------------------------------------------------

    @property
    def headline(self) -> str:
        return f"Email to {self.session.composition.customer}" if self.session is not None else "Email"

    @property
    def back(self) -> str:
        return _ORIGINS.get(self._origin, "Alerts")

    @property
    def badge(self) -> AlertRow | None:
        """The alert that the email is for, shown beside the title."""
        return self.session.composition.alert if self.session is not None else None

    @property
    def toast_over(self) -> QWidget:
        return self.mail.editor

    @property
    def origin(self) -> str:
        """Key of the page to which Esc leads back."""
        return self._origin

    def show_email(self, customer_id: int, alert_id: int | None, origin: str) -> None:
        self._open(rooms.Question(customer_id, alert_id), origin)

    def show_message(self, message_id: int, origin: str) -> None:
        self._open(rooms.Question(message_id=message_id), origin)

    def _open(self, question: rooms.Question, origin: str) -> None:
        """Open an email; ``origin`` is the page that it was asked for from."""
        self.leave()
        if origin in _ORIGINS:
            self._origin = origin
        self.state.loading("Loading this customer’s facts")
        self.headline_changed.emit()
        ask = partial(rooms.composition, self.context.book.workspace, question)
        failed = partial(self._not_opened, partial(self._open, question, origin))
        self._desk.read("open", ask, self._opened, failed)

    def leave(self) -> None:
        """Another page comes to the front, or the window closes: nothing that was typed is lost."""
        self.drafting.cancel_writing()
        self._desk.drop("open")
        session, self.session = self.session, None
        if session is None:
            return
        stored = session.message is not None or session.dirty
        session.end()
        session.deleteLater()
        if stored:
            self.context.book.heard(Changes(tables=frozenset({"messages", "drafts"})), own=True)

    def go_back(self) -> None:
        """One level up: from writing, from a sheet, from a column in a narrow window, from the page."""
        if self.drafting.writing.running:
            self.drafting.cancel_writing()
        elif self.mail.shows == "sheet":
            self.mail.close_sheet()
        elif self.columns.mode == "one" and self.columns.front != MAIL:
            self.columns.bring(MAIL)
            self.mail.editor.setFocus()
        else:
            self.wants_page.emit(self._origin)

    def renew(self, changes: Changes) -> None:
        session = self.session
        if session is None or not (changes.everyone or changes.tables & _SHOWN):
            return
        mine = changes.everyone or not changes.customers or session.edit.customer_id in changes.customers
        if mine:
            session.read_again(self.show_all)

    def fit(self, width: int, height: int) -> None:
        self.columns.fit(width)
        self.show_verdict()

    def panes(self) -> Sequence[QWidget]:
        return self._focus if self.state.state == "content" else ()

    # -- opening ------------------------------------------------------------------------------------------------

    def _opened(self, composition: Composition) -> None:
        session = self.session = Session(self.context.book, self._desk, composition, self)
        session.replaced.connect(self._show_text)
        session.reviewed.connect(self._show_reviewed)
        session.saved.connect(self._was_saved)
        session.not_saved.connect(self.tell_failure)
        self.writer = chosen_at_first(self.context.book.workspace.preferences, composition.edit)
        self.picked, self.moment, self.drafting.told = "", NOW, ""
        edit = composition.edit
        self._written = (edit.goal, edit.tone, writer_key(edit.writer)) if edit.body else None
        self.mail.show_mail()
        self.mail.tell(composition.note)
        self.mail.head.show_text(edit.subject, edit.greeting)
        self.mail.editor.show_text(edit.body)
        self.verdict.untick_after()
        self.verdict.show_checking()
        self.show_all()
        self.columns.bring(MAIL)
        self.state.show_content()
        self.headline_changed.emit()
        self.mail.editor.setFocus()
        session.check()
        self.settled.emit()

    def _not_opened(self, retry: Callable[[], None], failed: Failed) -> None:
        self.state.show_error(failed, retry, "This email cannot be written")

    # -- showing ------------------------------------------------------------------------------------------------

    def show_all(self) -> None:
        session = self.session
        if session is None:
            return
        found = session.composition
        self.facts.show_composition(found, session.edit)
        signed = bool(self.context.book.workspace.preferences.signed_by)
        words, allowed = found.consent_words, found.permission.allowed
        self.mail.show_addresses(to_words(found), found.from_address, words, allowed=allowed, signed=signed)
        deal = f"Move “{found.deal.title}” to {found.deal_stage}" if found.deal and found.deal_stage else ""
        remind = f"Remind me on {day_words(found.remind_on)} if there is no order" if found.remind_on else ""
        self.verdict.show_after(alert=found.alert is not None, remind=remind, deal=deal)
        self.show_moments()
        self._show_saved()
        self._show_standing()

    def _show_standing(self) -> None:
        """Show whether it can be written: not what is approved, sent or put away."""
        session = self.session
        assert session is not None
        on = session.writable
        self.mail.set_writable(on)
        self.facts.set_writable(on)
        self.acts.enable()
        if on:
            self.verdict.show_open()
            self.show_verdict()
            if self._closed and self.mail.told == self._closed:
                self.mail.tell(session.composition.note)
        elif session.message is not None:
            said = closed_words(session.message)
            self.verdict.show_closed(said.verdict, said.summary, ready=said.good, recall=said.recall)
            self._closed = said.notice
            self.mail.tell(said.notice, "Mark as sent" if said.by_hand else "", self.acts.sent_by_hand)

    def _show_text(self) -> None:
        session = self.session
        if session is None:
            return
        self.mail.head.show_text(session.edit.subject, session.edit.greeting)
        if self.mail.editor.text != session.edit.body:
            self.mail.editor.replace_text(session.edit.body)
        self._show_count()

    def _show_reviewed(self) -> None:
        """Show the verdict that has come; the focus stays where a person had it, or goes on to the next flag's ways."""
        inside, resolved = self.verdict.has_focus(), self.acts.take_resolved()
        self.show_verdict()
        written = self.drafting.take_flagged()
        if written or (inside and (resolved or not self.verdict.has_focus())):
            self.verdict.take_focus()

    def show_verdict(self) -> None:
        """Show the verdict on the text as it is, in all three columns."""
        session = self.session
        if session is None or session.review is None or not session.writable:
            self.acts.enable()
            return
        review = session.review
        self.mail.editor.show_marks(marks_of(review.claims, self.mail.editor.text))
        self.acts.enable()
        account = bool(self.context.book.workspace.preferences.mail.host)
        leaves = self.acts.leaving(self.moment)
        opens = opens_words(session.composition, review, self.moment, leaves, account=account)
        self.verdict.show_review(review, session.flag, session.flag_place, opens)
        self.verdict.again.setVisible(self.second.possible)
        self.columns.mark("" if review.ready else "Check and send · not ready")
        greeting = next((check for check in review.checks if check.name == "greeting"), None)
        if greeting is not None:
            icon, ink = ("check", "ink_3") if greeting.passed else ("warning", "warning_text")
            words = "name checked against your data" if greeting.passed else greeting.words
            self.mail.head.greeting_row.say(words, icon, ink, "good_text" if greeting.passed else "warning_text")
        self._show_count()

    def show_moments(self) -> None:
        """Show when it may go out, and what that does to the alert's clock."""
        session = self.session
        if session is None:
            return
        moments = self.acts.moments(session)
        at = next((n for n, moment in enumerate(moments) if moment.at == self.moment), 0)
        self.verdict.show_moments(moments, at, due_words(session.composition))

    def show_writers(self) -> None:
        """Show who can write and what the button does now."""
        session = self.session
        if session is None:
            return
        preferences = self.context.book.workspace.preferences
        writers = writers_of(preferences, session.template, self.seconds)
        if self.writer not in {one.key for one in writers}:
            self.writer = writers[-1].key
        choice = len(fitting_templates(session.composition.templates, session.edit)) > 1
        self.facts.show_writers(writers, self.writer, choice=choice)
        edit = session.edit
        first = self._written != (edit.goal, edit.tone, self.writer)
        told = self.drafting.told or (KEPT if edit.body else "")
        self.facts.show_writing(writing=self.drafting.writing.running, first=first and session.writable, told=told)
        sent = any(version.sent_to_model for version in session.composition.versions)
        self.facts.show_sent(was_sent=sent, possible=sent or kind_of_writer(self.writer) == MODEL)
        self.acts.enable()

    def note_written(self) -> None:
        """The text that is there was written for these choices."""
        if self.session is not None:
            edit = self.session.edit
            self._written = (edit.goal, edit.tone, self.writer)

    def _was_saved(self) -> None:
        if self._failure and self.mail.told == self._failure:
            self.mail.tell("")
        self._failure = ""
        self._show_saved()

    def _show_saved(self) -> None:
        session = self.session
        if session is None:
            return
        self.mail.drafts.show_lines(draft_lines(session), writable=session.writable)
        self.show_writers()
        self._show_count()

    def _show_count(self) -> None:
        session = self.session
        if session is None:
            return
        marks = self.mail.editor.marks
        self.mail.show_count(count_words(session, self.mail.editor.text), {mark.look for mark in marks})

    def tell_failure(self, failed: Failed) -> None:
        """Say above the text what failed, until it is stored again; the text stays."""
        self._failure = failed.words
        self.mail.tell(failed.words)

    # -- what a person does -------------------------------------------------------------------------------------

    def take_text(self) -> None:
        """Take the text up as it stands in its fields."""
        head = self.mail.head
        self._change(subject=head.subject.text(), greeting=head.greeting.text(), body=self.mail.editor.text)
        self._show_count()

    def _change(self, **fields: object) -> None:
        if self.session is not None:
            typed = {"subject", "greeting", "body"} & set(fields)
            self.session.change(check_soon=bool(typed), **fields)
            if not typed:
                self.show_writers()

    def tick(self, key: str) -> None:
        """Tick a fact that the text says."""
        if self.session is not None:
            self._change(facts=(*self.session.edit.facts, key))
            self.facts.show_facts(self.session.composition.facts, self.session.edit.facts)

    def _choose_writer(self, key: str) -> None:
        self.writer = key
        self.show_writers()

    def _choose_moment(self, number: int) -> None:
        if number < 0:
            self.acts.pick_moment()
            return
        session = self.session
        if session is not None:
            self.moment = self.acts.moments(session)[number].at
            self.show_verdict()

    def _step_flag(self, step: int) -> None:
        session = self.session
        if session is not None:
            flag = session.step_flag(step)
            self.show_verdict()
            mark = next((one for one in self.mail.editor.marks if one.claim == flag), None)
            if mark is not None:
                self.mail.editor.go_to(mark)

    def _with_email(self, done: Callable[[], None]) -> None:
        if self.session is not None:
            done()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.go_back()
            return
        super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.acts.enable()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.acts.rest()
