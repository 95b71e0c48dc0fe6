"""Two who write the same email: a version names one text for ever, and nobody overwrites what they have not seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.store import connect
from models.values.errors import ChangedElsewhere, UserError
from models.values.outreach import Draft, Edit, Message
from services.audit import undo_last
from services.outreach import approve, discard, read_message, read_sentences, recall, reopen, save
from tests.services.outreach.outbox.post import Post

OTHER = "Thank you for everything.\n\nWould a short call suit you?"
MINE = "Thank you for being with us.\n\nMay I ask how you are?"


def held(message: Message, **changed: str) -> Edit:
    """A text made from the one that somebody saw."""
    return replace(message.edit, version=message.version, **changed)


def drafts_of(post: Post, number: int) -> list[tuple[str, str]]:
    driver = connect(post.workspace.store.path)
    try:
        return driver.execute(
            "SELECT words, body FROM drafts WHERE message_id = ? ORDER BY number", (number,)
        ).fetchall()
    finally:
        driver.close()


def a_draft(edit: Edit) -> Draft:
    return Draft(edit.subject, edit.greeting, edit.body, edit.writer, "a template", edit.facts)


def test_a_text_that_somebody_changed_is_not_overwritten_and_the_other_one_is_kept_as_a_draft(post: Post) -> None:
    seen = post.written()
    theirs = save(post.workspace, held(seen, body=OTHER))
    with pytest.raises(ChangedElsewhere, match="kept as draft 1"):
        save(post.workspace, held(seen, body=MINE))
    assert read_message(post.workspace, seen.id) == theirs
    kept = [("edited by you", MINE), ("changed elsewhere", OTHER)]
    assert drafts_of(post, seen.id) == kept
    with pytest.raises(ChangedElsewhere, match="kept as draft 1"):  # tried again: once is enough
        save(post.workspace, held(seen, body=MINE))
    assert drafts_of(post, seen.id) == kept
    assert [one.body for one in reopen(post.workspace, seen.id).versions] == [OTHER, MINE]


def test_what_a_writer_made_is_kept_with_its_words(post: Post) -> None:
    seen = post.written()
    save(post.workspace, held(seen, body=OTHER))
    mine = held(seen, body=MINE, writer="template:x")
    with pytest.raises(ChangedElsewhere):
        save(post.workspace, mine, draft=a_draft(mine))
    assert drafts_of(post, seen.id)[0] == ("a template", MINE)
    assert read_message(post.workspace, seen.id).body == OTHER


def test_the_same_text_is_no_conflict_and_another_choice_of_facts_is(post: Post) -> None:
    seen = post.written()
    save(post.workspace, held(seen, body=OTHER))
    save(post.workspace, held(seen, body=OTHER))
    with pytest.raises(ChangedElsewhere, match="Nothing was overwritten"):
        save(post.workspace, replace(held(seen, body=OTHER), facts=("orders:count",)))
    assert drafts_of(post, seen.id) == [] and read_message(post.workspace, seen.id).facts == ()


def test_who_reads_it_again_goes_on(post: Post) -> None:
    seen = post.written()
    theirs = save(post.workspace, held(seen, body=OTHER))
    mine = save(post.workspace, held(theirs, body=MINE))
    assert mine.body == MINE and mine.version > theirs.version > seen.version
    assert save(post.workspace, replace(seen.edit, body=OTHER)).body == OTHER  # without a version nothing is asked


def test_a_version_that_was_undone_never_names_another_text(post: Post) -> None:
    seen = post.written()
    first = held(seen, body=OTHER)
    stale = save(post.workspace, first, draft=a_draft(first))
    undo_last(post.workspace)
    back = read_message(post.workspace, seen.id)
    assert back.body == seen.body and back.version not in (seen.version, stale.version)
    second = held(back, body=MINE)
    now = save(post.workspace, second, draft=a_draft(second))
    assert now.version not in (seen.version, stale.version, back.version)
    for version in (seen.version, stale.version, back.version):
        with pytest.raises(UserError, match="changed since"):
            approve(post.workspace, seen.id, version)
    read_sentences(post.workspace, seen.id)
    approve(post.workspace, seen.id, now.version)


def test_the_first_draft_still_goes_after_the_second_was_undone(post: Post) -> None:
    edit = Edit(0, post.customer(), None, "check_in", "warm", "template:x", "Your time", "Dear Nora Berg,", MINE, ())
    message = save(post.workspace, edit, draft=a_draft(edit))
    further = held(message, body=OTHER)
    save(post.workspace, further, draft=a_draft(further))
    undo_last(post.workspace)
    assert read_message(post.workspace, message.id).body == MINE
    undo_last(post.workspace)
    assert post.value("SELECT count(*) FROM messages") == 0


def test_what_is_no_text_leaves_the_version(post: Post) -> None:
    message = post.approved()
    recall(post.workspace, [message.id])
    discard(post.workspace, [message.id])
    undo_last(post.workspace)
    undo_last(post.workspace)
    back = read_message(post.workspace, message.id)
    assert (back.state, back.version) == ("queued", message.version)
