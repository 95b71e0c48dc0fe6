"""What a person puts into the text: the sentence of a fact, or one of their own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from views.composer import panels, rooms
from views.composer.session import Session

if TYPE_CHECKING:
    from views.composer.page import ComposerPage


class Insertion:
    """Asks for the sentences of the facts, and puts the chosen one where the cursor is."""

    def __init__(self, page: ComposerPage) -> None:
        self._page = page
        self._desk = page.context.book.desk(page)

    def add_fact(self) -> None:
        """Offer the facts that the text does not say yet; the chosen one is ticked and said."""
        session = self._page.session
        if session is not None:
            ask = partial(rooms.fact_sentences, self._page.context.book.workspace, session.edit)
            self._desk.read("sentences", ask, partial(self._offer, session), self._page.tell_failure)

    def own_sentence(self) -> None:
        """Begin a paragraph of one's own behind the one in which the cursor is."""
        self._page.mail.editor.begin_paragraph()

    def _offer(self, session: Session, sentences: Mapping[str, str]) -> None:
        page = self._page
        if session is not page.session or not session.writable:
            return
        left = [
            (fact, sentences[fact.key])
            for fact in session.composition.facts
            if fact.key in sentences and sentences[fact.key].rstrip(".") not in page.mail.editor.text
        ]
        if not left:
            page.mail.tell("The text already uses every fact that has a sentence.")
            return

        def chosen(key: str) -> None:
            if key not in session.edit.facts:
                page.tick(key)
            page.mail.editor.insert_sentence(sentences[key])
            page.mail.editor.setFocus()

        panels.fact_panel(page.context.theme, page.window(), left, chosen).open_under(page.mail.add_fact)
