"""Two windows, or a window and the command line, at the same email: neither overwrites the other, nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from pytestqt.qtbot import QtBot

from models.values.changes import Changes
from models.values.outreach import After, Message
from services import outreach
from services.workspace import Workspace
from tests.views.books import opened
from tests.views.composer.made import Desk, open_desk, somebody
from tests.views.conftest import OpenWindow
from views.actions import Command

THEIRS = "Thank you for everything."


@pytest.fixture
def desk(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> Desk:
    made = open_desk(qtbot, open_window, sample)
    made.open(*somebody(sample))
    return made


def changed_elsewhere(desk: Desk, sample: Workspace) -> Message:
    """Another program writes the email that is open here."""
    assert desk.session.message is not None
    other = opened(sample.store.path)
    try:
        seen = outreach.read_message(other, desk.session.message.id)
        return outreach.save(other, replace(seen.edit, body=THEIRS, version=seen.version))
    finally:
        other.close()


def test_what_is_typed_over_a_text_that_changed_elsewhere_is_kept_as_a_draft_and_said(
    desk: Desk, sample: Workspace
) -> None:
    desk.type_at_end(" Mine.")
    desk.calm()
    theirs = changed_elsewhere(desk, sample)
    desk.type_at_end(" More.")
    mine = desk.text
    desk.wait(lambda: desk.text == THEIRS)
    desk.calm()
    stored = outreach.reopen(sample, theirs.id)
    assert stored.edit.body == THEIRS
    assert mine in [one.body for one in stored.versions]
    assert "kept as draft" in desk.page.mail.told and desk.page.mail.told.startswith("This email was changed elsewhere")
    lines = desk.page.mail.drafts.lines
    assert lines[0].words == "changed elsewhere" and lines[0].current
    desk.page.mail.editor.undo()
    assert desk.text == mine
    desk.calm()  # and goes on from what stands
    assert outreach.read_message(sample, theirs.id).body == mine
    assert desk.page.mail.told == ""


def test_a_draft_written_over_unsaved_words_and_the_words_are_both_kept_when_the_email_changed_elsewhere(
    desk: Desk, sample: Workspace
) -> None:
    desk.type_at_end(" Mine.")
    desk.calm()
    theirs = changed_elsewhere(desk, sample)
    desk.session._save_soon.setInterval(3_600_000)
    desk.type_at_end(" More.")
    mine = desk.text
    desk.desktop.window.actions_registry[Command.VARIANT].trigger()
    desk.wait(lambda: desk.text == THEIRS)
    desk.calm()
    stored = outreach.reopen(sample, theirs.id)
    bodies = [one.body for one in stored.versions]
    assert stored.edit.body == THEIRS == bodies[0]
    assert mine in bodies and len(set(bodies)) == 4  # and what was begun with, and what was written


def test_an_approval_of_a_text_that_is_no_longer_stored_shows_what_is(desk: Desk, sample: Workspace) -> None:
    desk.type_at_end(" Mine.")
    desk.calm()
    theirs = changed_elsewhere(desk, sample)
    assert desk.text != THEIRS
    session, acts = desk.session, desk.page.acts
    work = partial(session.stored.approve, edit=session.edit, at=None, after=After())
    session.pause()
    desk.desktop.book.act(work, "", partial(acts._approved, session), partial(acts._not_approved, session))
    desk.wait(lambda: desk.text == THEIRS)
    desk.calm()
    assert outreach.read_message(sample, theirs.id).state == "draft"
    assert "changed elsewhere" in desk.page.mail.told


def test_what_one_window_writes_and_takes_back_is_no_conflict(desk: Desk, sample: Workspace) -> None:
    desk.type_at_end(" Mine.")
    desk.calm()
    first = desk.text
    desk.page.acts.save_draft()
    desk.calm()
    desk.type_at_end(" More.")
    desk.calm()
    desk.type_at_end(" Still more.")
    desk.calm()
    assert desk.session.message is not None
    assert outreach.read_message(sample, desk.session.message.id).body == first + " More. Still more."
    desk.desktop.book.undo()
    desk.calm()
    desk.type_at_end(" And more.")
    desk.calm()
    assert outreach.read_message(sample, desk.session.message.id).body == desk.text
    assert desk.text.endswith("And more.") and desk.page.mail.told == ""


@pytest.mark.parametrize("heard", [True, False])
def test_what_is_typed_beside_an_email_that_was_begun_elsewhere_is_never_lost(
    desk: Desk, sample: Workspace, heard: bool
) -> None:
    first = desk.session.edit
    other = opened(sample.store.path)
    try:
        begun = outreach.compose(other, first.customer_id, first.alert_id).edit
        theirs = outreach.save(other, replace(begun, body=THEIRS))
    finally:
        other.close()
    if heard:
        desk.desktop.book.heard(Changes(customers=frozenset({first.customer_id}), tables=frozenset({"messages"})))
        desk.wait(lambda: desk.text == THEIRS)
        desk.reviewed()
    desk.type_at_end(" Mine.")
    mine = desk.text
    if not heard:
        desk.wait(lambda: desk.text == THEIRS)
    desk.calm()
    stored = outreach.reopen(sample, theirs.id)
    assert desk.session.message is not None and desk.session.message.id == theirs.id
    assert stored.edit.body == desk.text == (f"{THEIRS} Mine." if heard else THEIRS)
    assert heard or mine in [one.body for one in stored.versions]
