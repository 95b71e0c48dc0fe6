"""Writing an email: stored with each pause, every draft kept, flagged statements resolved, put away and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.journal import entries
from models.values.errors import UserError
from models.values.outreach import Draft, Edit
from services.audit import undo_last
from services.outreach.messages import discard, find_open, read_message, read_versions, restore_draft, save
from services.sync import add_customer
from services.workspace import Workspace
from tests.views.books import opened


@pytest.fixture
def empty(store_path: Path) -> Iterator[Workspace]:
    workspace = opened(store_path)
    yield workspace
    workspace.close()


@pytest.fixture
def edit(empty: Workspace) -> Edit:
    add_customer(empty, {"name": "Harbor Lane Café", "email": "dana@harborlane.example"})
    with empty.store.snapshot() as driver:
        customer = driver.execute("SELECT id FROM customers").fetchone()[0]
    return Edit(0, customer, None, "check_in", "warm", "template:quiet", "Hello", "Hello Dana,", "How are you?", ())


def test_what_was_typed_is_there_after_each_pause(empty: Workspace, edit: Edit) -> None:
    first = save(empty, edit)
    again = save(empty, replace(first.edit, body="How are you, and the shop?"))
    assert again.id == first.id
    assert (again.state, again.version) == ("draft", 2)
    assert read_message(empty, first.id).body == "How are you, and the shop?"
    with empty.store.snapshot() as driver:
        assert find_open(driver, edit.customer_id, None) == first.id


def test_a_pause_without_a_change_writes_nothing(empty: Workspace, edit: Edit) -> None:
    first = save(empty, edit)
    with empty.store.read() as connection:
        before = entries(connection)[0].id
    assert save(empty, first.edit) == first
    with empty.store.read() as connection:
        assert entries(connection)[0].id == before


def test_an_email_outlives_the_alert_that_was_withdrawn_while_it_was_written(empty: Workspace, edit: Edit) -> None:
    first = save(empty, replace(edit, alert_id=4_711))
    assert (first.alert_id, first.body) == (None, edit.body)
    assert save(empty, replace(first.edit, alert_id=4_711, body="How are you, and the shop?")).version == 2


def test_nothing_is_stored_for_a_customer_who_left_the_book(empty: Workspace, edit: Edit) -> None:
    undo_last(empty)
    with pytest.raises(UserError, match=r"no longer in the book.*copy its text"):
        save(empty, edit)


def test_undo_passes_over_the_autosave(empty: Workspace, edit: Edit) -> None:
    first = save(empty, edit)
    save(empty, replace(first.edit, body="Something else"))
    assert "Harbor Lane Café" in undo_last(empty).words  # the adding of the customer, which is kept for the email
    assert read_message(empty, first.id).body == "Something else"


def test_every_draft_is_kept_and_an_earlier_one_comes_back_as_the_newest(empty: Workspace, edit: Edit) -> None:
    draft = Draft("Hello", "Hello Dana,", "How are you?", edit.writer, "template “Quiet”", ())
    first = save(empty, edit, draft=draft)
    second = replace(draft, body="A warmer text.", words="language model, 6 facts", sent_to_model="{}", tokens_in=90)
    save(empty, replace(first.edit, body=second.body), draft=second)
    with empty.store.snapshot() as driver:
        newest, oldest = read_versions(driver, first.id)
    assert (newest.words, newest.tokens_in, oldest.body) == ("language model, 6 facts", 90, "How are you?")
    assert restore_draft(empty, first.id, oldest.id).body == "How are you?"
    with empty.store.snapshot() as driver:
        assert read_versions(driver, first.id)[0].words == "draft 1, restored"


def test_text_edited_by_hand_is_kept_as_a_draft_before_another_takes_its_place(empty: Workspace, edit: Edit) -> None:
    draft = Draft("Hello", "Hello Dana,", "How are you?", edit.writer, "template “Quiet”", ())
    first = save(empty, edit, draft=draft)
    save(empty, replace(first.edit, body="In my own words."))
    save(empty, replace(first.edit, body="A warmer text."), draft=replace(draft, body="A warmer text."))
    with empty.store.snapshot() as driver:
        found = read_versions(driver, first.id)
    assert [(one.body, one.words) for one in found] == [
        ("A warmer text.", "template “Quiet”"),
        ("In my own words.", "edited by you"),
        ("How are you?", "template “Quiet”"),
    ]
    save(empty, replace(first.edit, body="In other words of mine."))
    restore_draft(empty, first.id, found[-1].id)
    restore_draft(empty, first.id, found[0].id)
    with empty.store.snapshot() as driver:
        bodies = [one.body for one in read_versions(driver, first.id)]
    assert bodies[:3] == ["A warmer text.", "How are you?", "In other words of mine."] and len(bodies) == 6


def test_a_discarded_email_is_closed_for_writing_until_that_is_undone(empty: Workspace, edit: Edit) -> None:
    first = save(empty, edit, for_review=True)
    assert first.state == "in_review"
    assert discard(empty, [first.id]).words == "Discarded the email to Harbor Lane Café"
    with pytest.raises(UserError, match="discarded"):
        save(empty, first.edit)
    undo_last(empty)
    assert read_message(empty, first.id).state == "in_review"


def test_an_email_that_is_not_there_is_said_so(empty: Workspace) -> None:
    with pytest.raises(UserError, match="Email 77 was not found"):
        read_message(empty, 77)
