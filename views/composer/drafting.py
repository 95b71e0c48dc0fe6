"""Drafting: a template or a language model writes, shorter, warmer, another way; goal and template are chosen.

A draft takes the place of the text in one step that undo takes back; until it is there the text stays as it was, and a
writer that fails changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from models.values.outreach import Draft, Edit, Fact, ModelRequest
from views.background import Failed
from views.composer import panels, rooms
from views.composer.session import Session
from views.composer.writers import MODEL, TEMPLATE, fitting_templates, kind_of_writer, name_of_writer
from views.composer.writing import Writing
from views.words import counted

if TYPE_CHECKING:
    from views.composer.page import ComposerPage

_SAME_BY_MODEL: Final = "The language model wrote the same text again."
_SAME_BY_TEMPLATE: Final = "No other template fits. Choose another goal, tone or template."


class Drafting(QObject):
    """Has drafts written for one composer.

    Attributes
    ----------
    told
        What the last draft took, in words, '' for nothing to tell.
    """

    def __init__(self, page: ComposerPage) -> None:
        super().__init__(page)
        self._page = page
        self._book = page.context.book
        self._desk = self._book.desk(self)
        self.writing = Writing(self._desk, self)
        self.writing.so_far.connect(page.mail.show_written)
        self.told = ""
        self._variant = 0
        self._template = ""
        self._known: frozenset[str] = frozenset()  # texts that the next draft must not be
        self._another = False
        self._fresh: str | None = None  # a draft whose verdict is still to come

    @property
    def by_model(self) -> bool:
        """Whether a language model is chosen."""
        return kind_of_writer(self._page.writer) == MODEL

    def write(self) -> None:
        """Let the chosen writer write."""
        self._variant = 0
        self._write("")

    def shorter(self) -> None:
        """The same, shorter: a new draft."""
        self._write("shorter")

    def warmer(self) -> None:
        """The same, warmer: a new draft."""
        self._write("warmer")

    def another(self) -> None:
        """The same facts written another way: a new draft, unlike those that there are."""
        self._variant += 1
        self._write("", another=True)

    def rewrite(self) -> None:
        """Ask how, then let the language model rewrite."""
        page = self._page
        panel = panels.rewrite_panel(page.context.theme, page.window(), self._write)
        panel.open_under(page.mail.rewriting[2])

    def _write(self, change: str, *, another: bool = False) -> None:
        session = self._session
        if session is None or not session.writable:
            return
        self.told = ""
        self._another = another
        self._known = session.drafted if another else frozenset((session.edit.body,))
        self._page.mail.tell("")
        if self.by_model:
            self._write_by_model(session, change)
            return
        tone = {"shorter": "brief", "warmer": "warm"}.get(change, session.edit.tone)
        self._write_by_template(session, tone, another=another)

    def _write_by_model(self, session: Session, change: str) -> None:
        request = self.request(session, change)
        workspace = self._book.workspace
        profile = workspace.preferences.profile(request.profile)
        who = profile.model if profile is not None else "The language model"
        self.writing.start(
            lambda on_text, cancelled: rooms.by_model(workspace, request, on_text, cancelled),
            partial(self._written, session),
            partial(self._not_written, session),
            network=True,
        )
        ticked = counted(len(request.facts), "fact")
        self._page.mail.show_writing(f"{who} is writing from {ticked}. Your text is kept until it is done.")
        self._page.show_writers()

    def _write_by_template(self, session: Session, tone: str, *, another: bool) -> None:
        workspace, edit = self._book.workspace, session.edit
        self.writing.start(
            lambda _on_text, _cancelled: rooms.by_template(
                workspace, edit, self._template, tone, self._variant, self._known if another else ()
            ),
            partial(self._written, session),
            partial(self._not_written, session),
        )

    def request(self, session: Session, change: str = "") -> ModelRequest:
        """What the language model is asked for."""
        edit = session.edit
        return ModelRequest(
            customer_id=edit.customer_id, goal=edit.goal, tone=edit.tone, facts=edit.facts,
            profile=name_of_writer(self._page.writer), change=change, text=edit.body if change else "",
            subject=edit.subject if change else "", incentive_minor=edit.incentive_minor, currency=edit.currency,
            variant=self._variant, contact_id=edit.contact_id,
        )  # fmt: skip

    def _written(self, session: Session, draft: Draft) -> None:
        page = self._page
        if session is not page.session:
            return
        page.mail.show_mail()
        if kind_of_writer(draft.writer) == MODEL:
            page.seconds[name_of_writer(draft.writer)] = draft.seconds
        self.told = _cost_words(draft)
        if draft.body in self._known and not _moves_the_rest(draft, session.edit, another=self._another):
            page.mail.tell(_SAME_BY_MODEL if self.by_model else _SAME_BY_TEMPLATE)
            page.show_writers()
            return
        session.take_draft(draft)
        self._fresh = session.edit.body
        page.note_written()
        page.mail.tell(draft.note)
        page.show_writers()
        page.mail.editor.setFocus()

    def take_flagged(self) -> bool:
        """Whether the verdict that has come flags something in a draft that was just written and is as it was."""
        session, fresh, self._fresh = self._session, self._fresh, None
        same = session is not None and session.edit.body == fresh and self._page.mail.editor.hasFocus()
        return same and session is not None and session.flag is not None

    def _not_written(self, session: Session, failed: Failed) -> None:
        page = self._page
        if session is not page.session:
            return
        page.mail.show_mail()
        if self.by_model:
            page.mail.tell(failed.words, "Use the template", self._fall_back)
        else:
            page.mail.tell(failed.words)
        page.show_writers()

    def _fall_back(self) -> None:
        """After a failure: the template writes instead."""
        self._page.writer = TEMPLATE
        self.write()

    def cancel_writing(self) -> None:
        """Stop the writer; the text that was there is there still."""
        if self.writing.running:
            self.writing.cancel()
            self._page.mail.show_mail()
            self._page.show_writers()

    def choose_goal(self, goal: str) -> None:
        """Another goal: its facts are proposed; the text stays until it is written again."""
        session = self._session
        if session is None:
            return
        self._template = ""
        session.change(goal=goal, check_soon=False)
        ask = partial(rooms.facts, self._book.workspace, session.edit.customer_id, goal)
        self._desk.read("facts", ask, partial(self._have_facts, session), self._page.tell_failure)
        self._page.show_writers()

    def _have_facts(self, session: Session, facts: tuple[Fact, ...]) -> None:
        if session is not self._page.session:
            return
        session.composition = replace(session.composition, facts=facts)
        ticked = tuple(fact.key for fact in facts if fact.ticked)
        session.change(facts=ticked, check_soon=False)
        self._page.facts.show_facts(facts, ticked)

    def choose_template(self) -> None:
        """Choose among the templates of the goal, and write with it."""
        session = self._session
        if session is None:
            return
        fitting = fitting_templates(session.composition.templates, session.edit)

        def chosen(code: str) -> None:
            self._template, self._page.writer, self._variant = code, TEMPLATE, 0
            self._write("")
            self._template = ""

        page = self._page
        panel = panels.template_panel(page.context.theme, page.window(), fitting, chosen)
        panel.open_under(page.facts.template_link)

    def show_sent(self) -> None:
        """Show the bytes that were sent to the language model, or would be."""
        session = self._session
        if session is None:
            return
        sent = next((version for version in session.composition.versions if version.sent_to_model), None)
        if sent is not None:
            size = f"{len(sent.sent_to_model.encode()):,} bytes · draft {sent.number}"
            cost = f" · {sent.cost}" if sent.cost else ""
            self._show_bytes("Exactly what was sent to the language model", size + cost, sent.sent_to_model)
            return
        ask = partial(rooms.what_leaves, self._book.workspace, self.request(session))
        self._desk.read("leaves", ask, self._have_bytes, self._page.tell_failure)

    def _have_bytes(self, text: str) -> None:
        self._show_bytes("Exactly what would be sent", f"{len(text.encode()):,} bytes · nothing has left yet", text)

    def _show_bytes(self, title: str, hint: str, text: str) -> None:
        self._page.mail.sheet.show_bytes(title, hint, text)
        self._page.mail.show_sheet()

    @property
    def _session(self) -> Session | None:
        return self._page.session


def _cost_words(draft: Draft) -> str:
    """What a language model's draft took: tokens and, where the prices are known, money."""
    if draft.tokens_in is None or draft.tokens_out is None:
        return ""
    words = f"{draft.tokens_in:,} tokens sent, {draft.tokens_out:,} received"
    return f"{words} · {draft.cost}" if draft.cost else words


def _moves_the_rest(draft: Draft, edit: Edit, *, another: bool) -> bool:
    """Whether a draft of a known text changes the offer or, where it is to be written anew, subject or greeting."""
    if draft.incentive_minor != edit.incentive_minor:
        return True
    told = (draft.subject or edit.subject, draft.greeting or edit.greeting)
    return not another and told != (edit.subject, edit.greeting)
