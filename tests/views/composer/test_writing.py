"""A language model writes: streamed, stopped, failing, costing; the text that was there is never lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from models.values.errors import EnvironmentFault
from models.values.outreach import Draft
from services import outreach
from services.workspace import Workspace
from tests.servers.model_server import ModelServer, status, written
from tests.views.composer.made import Desk
from views.actions import Command
from views.background import Failed
from views.widgets.overlay import FormPanel

CONTROL = Qt.KeyboardModifier.ControlModifier
ANSWER = "Subject: A word from us\n\nThank you for being with us. Would a short call suit you?"


@pytest.fixture
def desk(model_desk: Desk) -> Desk:
    return model_desk


def test_a_draft_appears_while_it_is_written_and_takes_the_place_of_the_text(desk: Desk, server: ModelServer) -> None:
    before, rest = desk.text, threading.Event()
    gates = [threading.Event() for _ in range(6)]
    for gate in gates[:-1]:
        gate.set()
    gates[-1] = rest
    server.answer(written(ANSWER, gates=gates))
    assert desk.page.facts.write_first.isVisible()
    desk.press(Qt.Key.Key_G, CONTROL)
    desk.wait(lambda: bool(desk.page.mail.stream.toPlainText()))
    assert desk.page.mail.shows == "writing" and desk.page.facts.cancel.isVisible()
    assert desk.text == before
    rest.set()
    desk.wait(lambda: desk.page.mail.shows == "mail")
    desk.calm()
    assert desk.text.startswith("Thank you for being with us.")
    assert desk.page.mail.head.subject.text() == "A word from us"
    lines = desk.page.mail.drafts.lines
    assert [line.number for line in lines] == [2, 1]
    assert lines[0].words.startswith("language model")
    assert "tokens sent" in desk.page.facts.told.text()
    assert desk.page.facts.writer("model:loopback").hint.startswith("loopback-1 · ")
    assert desk.page.facts.write.isVisible()
    desk.page.mail.editor.undo()
    assert desk.text == before


def test_the_last_words_before_a_pause_are_shown_however_fast_they_came(desk: Desk) -> None:
    page, told, goes_on = desk.page, [], threading.Event()

    def work(on_text: Callable[[str], None], stopped: Callable[[], bool]) -> Draft:
        for number in range(500):
            on_text("word " * number + "last")
        goes_on.wait(30)
        raise EnvironmentFault("It ends here.")

    writing = page.drafting.writing
    writing.so_far.connect(told.append)
    ended: list[Failed] = []
    writing.start(work, lambda draft: None, ended.append)
    desk.wait(lambda: bool(told) and told[-1] == "word " * 499 + "last")
    assert len(told) < 50
    goes_on.set()
    desk.wait(lambda: bool(ended))


def test_exactly_what_was_sent_is_shown_and_before_what_would_be(desk: Desk, server: ModelServer) -> None:
    assert desk.page.facts.sent_link.text() == "See exactly what would be sent"
    desk.page.facts.sent_link.click()
    desk.wait(lambda: desk.page.mail.shows == "sheet")
    would = desk.page.mail.sheet.text.toPlainText()
    desk.press(Qt.Key.Key_Escape)
    assert desk.page.mail.editor.hasFocus()
    desk.page.drafting.write()
    desk.wait(lambda: not desk.page.drafting.writing.running)
    desk.calm()
    assert desk.page.facts.sent_link.text() == "See exactly what was sent"
    desk.page.facts.sent_link.click()
    desk.wait(lambda: desk.page.mail.shows == "sheet")
    assert desk.page.mail.sheet.text.toPlainText() == would
    assert server.received[-1].body.decode() == would


def test_escape_stops_the_writer_and_nothing_has_changed(desk: Desk, server: ModelServer) -> None:
    before, never = desk.text, threading.Event()
    server.answer(written(ANSWER, gates=[threading.Event(), never]))
    desk.page.drafting.write()
    desk.wait(lambda: len(server.received) == 1)
    desk.page.go_back()
    assert desk.page.mail.shows == "mail" and desk.text == before
    assert desk.desktop.window.current_key == "composer"
    desk.calm()
    assert desk.session.message is None


def test_a_failure_keeps_the_text_says_one_sentence_and_offers_the_template(desk: Desk, server: ModelServer) -> None:
    before = desk.text
    server.answer(status(401))
    desk.page.drafting.write()
    desk.wait(lambda: bool(desk.page.mail.told))
    assert desk.text == before and desk.page.mail.shows == "mail"
    button = desk.page.mail._notice._button
    assert button.isVisible() and button.text() == "Use the template"
    button.click()
    desk.wait(lambda: not desk.page.drafting.writing.running and desk.page.writer == "template")
    desk.calm()
    assert desk.page.mail.drafts.lines[0].words.startswith("template")


def test_a_rewrite_goes_out_with_the_persons_words_and_is_a_new_draft(desk: Desk, server: ModelServer) -> None:
    server.answer(written(ANSWER))
    desk.page.context.actions[Command.REWRITE].trigger()
    form = desk.panel()
    assert isinstance(form, FormPanel)
    field = QApplication.focusWidget()
    assert isinstance(field, QPlainTextEdit)
    field.setPlainText("mention nothing but thanks")
    form._sent()
    desk.wait(lambda: desk.text.startswith("Thank you for being with us."))
    desk.calm()
    assert "mention nothing but thanks" in server.received[0].text
    assert [line.number for line in desk.page.mail.drafts.lines] == [2, 1]


def test_leaving_while_it_is_written_stops_the_writer(desk: Desk, server: ModelServer) -> None:
    server.answer(written(ANSWER, gates=[threading.Event()]))
    desk.page.drafting.write()
    desk.wait(lambda: len(server.received) == 1)
    desk.desktop.window.show_page("customers")
    assert not desk.page.drafting.writing.running
    desk.wait(lambda: desk.desktop.background.idle)


@pytest.mark.parametrize("way", [Command.WRITE, Command.VARIANT, Command.WARMER])
def test_what_was_typed_in_the_last_second_before_another_draft_is_kept(
    desk: Desk, sample: Workspace, way: Command
) -> None:
    desk.type_at_end(" First words.")
    desk.calm()
    desk.session._save_soon.setInterval(3_600_000)  # the second is not over
    desk.type_at_end(" Last words.")
    typed = desk.text
    assert desk.session.dirty
    desk.desktop.window.actions_registry[way].trigger()
    desk.wait(lambda: desk.text != typed and desk.page.mail.shows == "mail")
    desk.calm()
    assert desk.session.message is not None
    bodies = [one.body for one in outreach.reopen(sample, desk.session.message.id).versions]
    assert typed in bodies and bodies[0] == desk.text
    desk.page.acts.restore(desk.session.composition.versions[bodies.index(typed)].id)
    desk.wait(lambda: desk.text == typed)
    desk.calm()


def test_what_was_typed_before_the_email_was_ever_stored_is_kept(desk: Desk, sample: Workspace) -> None:
    began = desk.text
    desk.session._save_soon.setInterval(3_600_000)
    desk.type_at_end(" Last words.")
    typed = desk.text
    assert desk.session.message is None
    desk.press(Qt.Key.Key_G, CONTROL)
    desk.wait(lambda: desk.text != typed and desk.page.mail.shows == "mail")
    desk.calm()
    assert desk.session.message is not None
    versions = outreach.reopen(sample, desk.session.message.id).versions
    assert [one.body for one in versions] == [desk.text, typed, began]
    assert [line.number for line in desk.page.mail.drafts.lines] == [3, 2, 1]


def test_what_was_typed_just_before_a_statement_is_removed_is_kept(
    desk: Desk, server: ModelServer, sample: Workspace
) -> None:
    server.answer(written("Subject: A word from us\n\nThat will never happen again."))
    desk.press(Qt.Key.Key_G, CONTROL)
    desk.wait(lambda: bool(desk.session.flags) and desk.page.mail.shows == "mail")
    desk.calm()
    desk.session._save_soon.setInterval(3_600_000)
    desk.type_at_end(" Last words.")
    desk.reviewed()
    typed = desk.text
    desk.page.acts.remove_statement()
    desk.calm()
    assert "carrier" not in desk.text and "Last words." in desk.text
    assert desk.session.message is not None
    assert typed in [one.body for one in outreach.reopen(sample, desk.session.message.id).versions]


def test_after_a_draft_with_flags_the_focus_is_at_the_ways_out(desk: Desk, server: ModelServer) -> None:
    server.answer(written("Subject: A word from us\n\nThat will never happen again."))
    desk.press(Qt.Key.Key_G, CONTROL)
    desk.wait(lambda: bool(desk.session.flags) and desk.page.mail.shows == "mail")
    desk.calm()
    assert desk.page.verdict.ways[0].hasFocus()
    desk.press(Qt.Key.Key_1)
    assert "carrier" not in desk.text
