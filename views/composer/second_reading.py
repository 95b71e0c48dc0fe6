"""A second reading of the email that is open: asked for by a person, or due before each approval.

A language model reads the text as it stands and may warn of sentences. Nothing is approved, cleared or changed by it;
one that fails or is cancelled leaves the verdict of before.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from models.values.changes import Changes
from models.values.outreach import SecondReading
from views.background import Failed
from views.composer import rooms
from views.composer.session import Session
from views.composer.writers import MODEL, kind_of_writer, name_of_writer

if TYPE_CHECKING:
    from views.composer.page import ComposerPage

Then = Callable[[], None]


class SecondReader(QObject):
    """Has one composer's email read again."""

    def __init__(self, page: ComposerPage) -> None:
        super().__init__(page)
        self._page = page
        self._book = page.context.book
        self._desk = self._book.desk(self)
        self._settled: tuple[Session, str] | None = None  # the email, and its text that was read or need not be

    @property
    def possible(self) -> bool:
        """Whether a language model is set up."""
        return bool(self._book.workspace.preferences.profiles)

    @property
    def due(self) -> bool:
        """Whether the text is to be read before it is approved, and was not within a day."""
        session = self._page.session
        wanted = self._book.workspace.preferences.second_reading and self.possible
        if not wanted or session is None or self._settled == (session, session.edit.mark):
            return False
        return session.review is None or session.review.read_again != session.edit.mark

    def ask(self) -> None:
        """Read the email again because a person asks for it."""
        self._start(None)

    def before(self, then: Then) -> None:
        """Read the email, then go on with its approval where it is as ready as before."""
        self._start(then)

    def _start(self, then: Then | None) -> None:
        session, page = self._page.session, self._page
        if session is None or not session.writable:
            return
        workspace, edit, chosen = self._book.workspace, session.edit, page.writer
        reader = rooms.reader_of(workspace, name_of_writer(chosen) if kind_of_writer(chosen) == MODEL else "")
        page.drafting.writing.start(
            lambda _on_text, cancelled: rooms.read_again(workspace, edit, reader, cancelled),
            partial(self._have, session, then),
            partial(self._failed, session, then),
            network=True,
        )
        page.mail.show_writing(f"{reader} is reading your email again. Nothing is changed or sent.")
        page.mail.show_written(edit.body)
        page.show_writers()

    def _have(self, session: Session, then: Then | None, found: SecondReading) -> None:
        if session is not self._page.session:
            return
        self._page.mail.show_mail()
        session.pause()
        workspace, edit = self._book.workspace, session.edit
        keep = partial(session.stored.keep_reading, workspace, edit, found)
        self._desk.write(keep, partial(self._kept, session, then, found), partial(self._not_kept, session))

    def _kept(self, session: Session, then: Then | None, found: SecondReading, changes: Changes) -> None:
        page = self._page
        if session is page.session:
            # Subject and greeting can be edited while the model reads: what was read is what was sent to it.
            self._settled = session, found.edit.mark
            page.mail.tell(f"{found.words}.")
            page.mail.editor.setFocus()
            if then is not None:
                session.reviewed.connect(partial(self._go_on, session, then), Qt.ConnectionType.SingleShotConnection)
            session.resolved()
            page.show_writers()
        self._book.heard(changes, own=True)

    def _go_on(self, session: Session, then: Then) -> None:
        """The verdict with the warnings has come: without new ones the approval goes on."""
        if session is self._page.session and session.review is not None and session.review.ready and not self.due:
            then()

    def _not_kept(self, session: Session, failed: Failed) -> None:
        session.go_on()
        if session is self._page.session:
            self._page.tell_failure(failed)
            session.read_again(self._page.show_all)

    def _failed(self, session: Session, then: Then | None, failed: Failed) -> None:
        page = self._page
        if session is not page.session:
            return
        page.mail.show_mail()
        if then is None:
            page.mail.tell(f"No second reading: {failed.words}")
        else:
            page.mail.tell(f"No second reading: {failed.words}", "Approve without it", partial(self._without, then))
        page.show_writers()

    def _without(self, then: Then) -> None:
        session = self._page.session
        if session is not None:
            self._settled = session, session.edit.mark
            then()
