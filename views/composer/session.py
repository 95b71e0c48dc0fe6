"""One email while it is written: its text as the person sees it, kept each second, checked in each pause of typing.

Nothing is lost when the page is left, the window closed or the program ended: what changed is stored after at most a
second, and at once when the page is left. Writes go to the lane of one and never overtake one another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from models.values.errors import ChangedElsewhere, UserError
from models.values.outreach import WRITABLE, Claim, Composition, Draft, Edit, Message, Review, TemplateChoice
from views.background import Desk, Failed
from views.composer import rooms
from views.composer.rooms import Stored
from views.composer.statements import statements_of
from views.composer.writers import TEMPLATE, template_of
from views.shell.book import Book

REVIEW_AFTER_MS = 300
SAVE_AFTER_MS = 1_000
TRY_AGAIN_AFTER_MS = 5_000


class Session(QObject):
    """The email that is open.

    Signals
    -------
    replaced : the text was changed by another hand than the person's: show it.
    reviewed : the verdict on the text as it is has come.
    saved : the text is stored.
    not_saved : a `Failed`: it is not stored, and will be tried again.
    """

    replaced = Signal()
    reviewed = Signal()
    saved = Signal()
    not_saved = Signal(object)

    def __init__(self, book: Book, desk: Desk, composition: Composition, parent: QObject) -> None:
        super().__init__(parent)
        self._book, self._desk = book, desk
        self.composition = composition
        self.edit = composition.edit
        self.message = composition.message
        self.review: Review | None = None
        self.saved_at = composition.message.changed_at if composition.message is not None else ""
        self._kept = composition.edit
        self._at_flag = 0
        self._saves = 0  # how many were answered
        self._open = True
        self._paused = False
        version = composition.message.version if composition.message is not None else 0
        self._stored = Stored(composition.edit.id, self._first(), version)
        self._review_soon = QTimer(self, singleShot=True, interval=REVIEW_AFTER_MS)
        self._review_soon.timeout.connect(self.check)
        self._save_soon = QTimer(self, singleShot=True, interval=SAVE_AFTER_MS)
        self._save_soon.timeout.connect(self.keep)
        self._try_again = QTimer(self, singleShot=True, interval=TRY_AGAIN_AFTER_MS)
        self._try_again.timeout.connect(self.keep)

    # -- what it is ---------------------------------------------------------------------------------------------

    @property
    def writable(self) -> bool:
        """Whether the email may still be changed."""
        return self.message is None or self.message.state in WRITABLE

    @property
    def dirty(self) -> bool:
        """Whether something is not stored yet."""
        return self.edit != self._kept

    @property
    def drafted(self) -> frozenset[str]:
        """The texts of the drafts, as long as the text is one of them; of a text that was changed, only itself."""
        known = frozenset(version.body for version in self.composition.versions)
        return known if self.edit.body in known else frozenset((self.edit.body,))

    @property
    def template(self) -> TemplateChoice | None:
        """The template that wrote it, or would."""
        return template_of(self.composition.templates, self.edit)

    @property
    def flags(self) -> tuple[Claim, ...]:
        """One claim of each statement that is to be resolved."""
        return statements_of(self.review.flagged) if self.review is not None else ()

    @property
    def flag(self) -> Claim | None:
        """The flagged statement that is looked at."""
        flags = self.flags
        return flags[min(self._at_flag, len(flags) - 1)] if flags else None

    @property
    def flag_place(self) -> tuple[int, int]:
        """Which of how many flagged statements is looked at, counted from 1."""
        count = len(self.flags)
        return (min(self._at_flag, count - 1) + 1, count) if count else (0, 0)

    def step_flag(self, step: int) -> Claim | None:
        """Look at the next flagged statement, or the one before."""
        if self.flags:
            self._at_flag = (self.flag_place[0] - 1 + step) % len(self.flags)
        return self.flag

    # -- changing it --------------------------------------------------------------------------------------------

    def change(self, *, check_soon: bool = True, **fields: Any) -> None:
        """Take up what a person typed or chose; it is stored and checked soon."""
        after = replace(self.edit, **fields)
        if after == self.edit or not self.writable or not self._open:
            return
        self.edit = after
        if check_soon:
            self._review_soon.start()
        else:
            self._review_soon.stop()
            self.check()
        if not self._save_soon.isActive():
            self._save_soon.start()

    def take_draft(self, draft: Draft) -> None:
        """A writer's text takes the place of the present one, which stays among the drafts, and is kept as one too."""
        before = self.edit
        self.edit = replace(
            self.edit,
            subject=draft.subject or self.edit.subject,
            greeting=draft.greeting or self.edit.greeting,
            body=draft.body,
            writer=draft.writer,
            incentive_minor=draft.incentive_minor,
            currency=draft.currency or self.edit.currency,
        )
        self.replaced.emit()
        self.keep_draft(draft, before)
        self.check()

    def address(self, contact_id: int | None, then: Callable[[], None]) -> None:
        """Let the email go to another contact, or to the customer (None), greeted by name; the text stays."""
        if self.writable and self._open and contact_id != self.edit.contact_id:
            ask = partial(rooms.readdressed, self._book.workspace, self.edit, contact_id)
            self._desk.read("address", ask, partial(self._addressed, then), self.not_saved.emit)

    def _addressed(self, then: Callable[[], None], found: Composition) -> None:
        if not self._open or not self.writable:
            return
        before, to = self.edit, found.edit
        self.composition = found
        self.edit = replace(before, contact_id=to.contact_id, greeting=to.greeting)
        self.replaced.emit()
        words = f"addressed to {found.to_name} by you"
        self.keep_draft(Draft(before.subject, to.greeting, before.body, before.writer, words, before.facts), before)
        self.check()
        then()

    def keep_draft(self, draft: Draft, before: Edit) -> None:
        """Keep the text as a further draft; ``before`` is the one whose place it took, stored or not yet."""
        self._save_soon.stop()
        typed = before if before != self._kept else None
        self._write(partial(self._stored.save, edit=self.edit, draft=draft, typed=typed), self._drafted)

    def keep(self) -> None:
        """Store what changed, now."""
        if self.dirty:
            self._keep(self._was_saved)

    def keep_for_review(self, then: Callable[[], None]) -> None:
        """Store the text, to wait in the outbox for a review; ``then`` is called once it is stored."""

        def stored(edit: Edit, message: Message) -> None:
            self._was_saved(edit, message)
            then()

        self._keep(stored, for_review=True)

    def _keep(self, done: Callable[[Edit, Message], None], *, for_review: bool = False) -> None:
        self._save_soon.stop()
        if self._open and not self._paused and self.writable:
            self._write(partial(self._stored.save, edit=self.edit, for_review=for_review), done)

    def restore(self, draft_id: int) -> None:
        """Bring an earlier draft back as the newest one."""
        self._save_soon.stop()
        self._write(partial(self._stored.restore, edit=self.edit, draft_id=draft_id), self._restored)

    def end(self) -> None:
        """The page is left: store what is not stored yet, and expect nothing more."""
        self.keep()
        self._open = False
        self._review_soon.stop()
        self._save_soon.stop()
        self._try_again.stop()
        self._desk.drop("review")
        self._desk.drop("again")
        self._desk.drop("address")

    def pause(self) -> None:
        """It is being approved or put away with the text as it is: nothing is stored meanwhile."""
        self._save_soon.stop()
        self._paused = True

    def go_on(self) -> None:
        """It was not: writing goes on."""
        if not self._open:
            return
        self._paused = False
        if self.dirty:
            self._save_soon.start()

    def resolved(self) -> None:
        """A flagged statement was resolved: from now on the text is stored with that."""
        if not self._open:
            return
        made = self._stored.resolutions
        self.edit, self._kept = replace(self.edit, resolutions=made), replace(self._kept, resolutions=made)
        self.go_on()
        self.check()

    def forget(self) -> None:
        """The email is approved or discarded: whatever was not stored was stored with that."""
        self._kept = self.edit
        self._save_soon.stop()
        self._try_again.stop()

    @property
    def stored(self) -> Stored:
        """The email in the book, for what is done with it in the writer's lane."""
        return self._stored

    # -- checking -----------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Check the text as it is; an answer to an older text is dropped."""
        self._review_soon.stop()
        if not self._open or not self.writable:
            return
        edit = self.edit
        workspace = self._book.workspace
        self._desk.read("review", partial(rooms.review, workspace, edit), partial(self._checked, edit), self._unchecked)

    @property
    def checking(self) -> bool:
        """Whether the verdict shown is of an older text."""
        return self._review_soon.isActive() or self._desk.waiting("review")

    def _checked(self, edit: Edit, review: Review) -> None:
        if not self._same_text(edit):
            return
        held = self.flag
        self.review = review
        same = [n for n, claim in enumerate(self.flags) if held is not None and claim.sentence == held.sentence]
        self._at_flag = same[0] if same else 0
        self.reviewed.emit()

    def _unchecked(self, failed: Failed) -> None:
        self.review = None
        self.not_saved.emit(failed)

    def _same_text(self, edit: Edit) -> bool:
        return replace(edit, id=0) == replace(self.edit, id=0)

    # -- reading again ------------------------------------------------------------------------------------------

    def read_again(self, then: Callable[[], None]) -> None:
        """Read the email and what is known of its customer again, because one of them changed elsewhere."""
        if not self._open:
            return
        message_id = self.message.id if self.message is not None else self._stored.number
        alert = self.composition.edit.alert_id
        question = rooms.Question(self.edit.customer_id, alert, message_id)
        ask = partial(rooms.composition, self._book.workspace, question)
        came = partial(self._came_again, then, self._saves)
        self._desk.read("again", ask, came, partial(self._gone, then))

    def _gone(self, then: Callable[[], None], failed: Failed) -> None:
        """An undo took the stored email away: the text stays on the screen, and is a new one when it is changed."""
        if self.message is None or not isinstance(failed.error, UserError):
            self.not_saved.emit(failed)
            return
        self._stored, self.message, self.saved_at = Stored(0, None), None, ""
        self.edit = self._kept = replace(self.edit, id=0, resolutions=())
        self.composition = replace(self.composition, message=None, versions=(), edit=self.edit)
        then()
        self.check()

    def _came_again(self, then: Callable[[], None], saves: int, found: Composition) -> None:
        if saves < self._saves:
            self.read_again(then)  # it was asked for before the last choice or text was stored: what it says is over
            return
        before = self.edit
        if found.message is None:
            # Nothing is stored: the person's text stays, not the proposal.
            self.composition = replace(found, edit=self.edit)
        else:
            self.composition, self.message = found, found.message
            self.saved_at = found.message.changed_at
            theirs = found.message.edit
            mine = self.dirty and self.writable
            # What a person is writing stays; what was resolved meanwhile holds.
            self.edit = replace(before, id=theirs.id, resolutions=theirs.resolutions) if mine else theirs
            self._kept = theirs
            if not mine:
                self._stored.shows(found.message.version)
        if (before.subject, before.greeting, before.body) != (self.edit.subject, self.edit.greeting, self.edit.body):
            self.replaced.emit()
        then()
        self.check()

    # -- inside -------------------------------------------------------------------------------------------------

    def _first(self) -> tuple[Edit, Draft] | None:
        edit = self.composition.edit
        if edit.id or not edit.body:
            return None
        return edit, first_draft(edit, self.template)

    def _write(self, work: Callable[..., Message], done: Callable[[Edit, Message], None]) -> None:
        workspace, edit = self._book.workspace, self.edit
        self._desk.write(lambda: work(workspace), partial(done, edit), partial(self._failed, edit))

    def _was_saved(self, edit: Edit, message: Message) -> None:
        if not self._open:
            return
        begun = self.message is None
        self._saves += 1
        self.message, self.saved_at = message, message.changed_at
        self.edit = replace(self.edit, id=message.id)
        self._kept = replace(edit, id=message.id)
        if self.dirty and not self._save_soon.isActive():
            self._save_soon.start()
        self.saved.emit()
        if begun:
            self.read_again(self.saved.emit)

    def _drafted(self, edit: Edit, message: Message) -> None:
        self._was_saved(edit, message)
        if self._open:
            self.read_again(self.saved.emit)

    def _restored(self, _edit: Edit, message: Message) -> None:
        if not self._open:
            return
        self.message, self.saved_at = message, message.changed_at
        self.edit = self._kept = message.edit
        self.replaced.emit()
        self.read_again(self.saved.emit)
        self.check()

    def _failed(self, edit: Edit, failed: Failed) -> None:
        if not self._open:
            # The page is left: nobody but the window can say it.
            self._book.failed.emit(failed)
            return
        theirs = self._stored.theirs
        if isinstance(failed.error, ChangedElsewhere) and theirs is not None:
            if self._same_text(edit):
                self._show_theirs(theirs, failed)
            else:
                self.keep()  # what was typed since is kept as a draft too
            return
        self.not_saved.emit(failed)
        if self.dirty:
            self._try_again.start()

    def _show_theirs(self, theirs: Message, failed: Failed) -> None:
        """Show what somebody else wrote; the text that was here is a draft by now."""
        self._save_soon.stop()
        self._stored.shows(theirs.version)
        self.message, self.saved_at = theirs, theirs.changed_at
        self.edit = self._kept = theirs.edit
        self.replaced.emit()

        def tell() -> None:
            self.saved.emit()
            self.not_saved.emit(failed)

        tell()
        self.read_again(tell)
        self.check()


def first_draft(edit: Edit, template: TemplateChoice | None) -> Draft:
    """What an email began with, as a draft: what a template wrote when it was opened."""
    words = f"template “{template.name}”" if template is not None else "started by you"
    writer = edit.writer or TEMPLATE
    return Draft(edit.subject, edit.greeting, edit.body, writer, words, edit.facts)
