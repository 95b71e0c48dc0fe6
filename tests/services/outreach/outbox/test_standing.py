"""Facts are looked at again as an email is handed over: one that changed takes it back to review, and nothing goes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from models.store import connect
from models.values.errors import UserError
from models.values.outreach import Edit, Message
from services.outreach import approve, draft_by_template, mail_link, read_message, save, send_due, write_eml
from tests.servers.mail_server import MailServer
from tests.services.outreach.outbox.post import Post
from tests.services.outreach.outbox.test_ordered_since import imported
from tests.services.outreach.reading import as_read


def change(post: Post, sql: str) -> None:
    driver = connect(post.workspace.store.path)
    driver.execute(sql)
    driver.close()


@pytest.fixture
def waiting(post: Post) -> Message:
    """An approved email that speaks of the last order."""
    customer = post.customer()
    imported(post, customer, "2026-09-05")
    post.move(minutes=1)
    draft = draft_by_template(post.workspace, customer, goal="check_in", tone="brief")
    assert "5 September" in draft.body
    edit = Edit(0, customer, None, "check_in", "brief", draft.writer, draft.subject, draft.greeting, draft.body,
                draft.facts)  # fmt: skip
    message = save(post.workspace, as_read(edit), for_review=True)
    approve(post.workspace, message.id, message.version)
    post.move(minutes=11)
    return read_message(post.workspace, message.id)


def test_an_email_whose_facts_stand_goes_out(post: Post, server: MailServer, waiting: Message) -> None:
    assert send_due(post.workspace)[0].sent == (waiting.id,) and len(server.accepted) == 1


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("UPDATE orders SET ordered_on = '2026-09-06'", "no longer matches your data. Check the text again."),
        ("DELETE FROM orders", "no longer in your data. Check the text again."),
    ],
)
def test_a_fact_that_changed_takes_it_back_and_nothing_is_sent(
    post: Post, server: MailServer, waiting: Message, sql: str, why: str
) -> None:
    change(post, sql)
    run, _ = send_due(post.workspace)
    message = read_message(post.workspace, waiting.id)
    assert run.failed == (waiting.id,) and not run.sent and not server.accepted
    assert message.state == "in_review" and message.approved_by is None and message.edit == waiting.edit
    assert message.fault is not None and message.fault.endswith(why)


def test_it_is_not_given_to_a_mail_program_either(
    post: Post, server: MailServer, waiting: Message, tmp_path: Path
) -> None:
    change(post, "UPDATE orders SET ordered_on = '2026-09-06'")
    with pytest.raises(UserError, match=r"Not sent\. .* no longer matches your data"):
        write_eml(post.workspace, waiting.id, tmp_path)
    assert not list(tmp_path.glob("*.eml"))
    assert read_message(post.workspace, waiting.id).state == "in_review"
    message = read_message(post.workspace, waiting.id)
    with pytest.raises(UserError):
        mail_link(post.workspace, message.id)


def test_a_sentence_of_their_own_that_was_read_is_not_asked_about_again(
    post: Post, server: MailServer, waiting: Message
) -> None:
    edit = replace(waiting.edit, id=0, customer_id=post.customer("Ada Moor"), facts=(), greeting="Dear Ada Moor,",
                   body="The new workshop suits us well.\n\nKind regards,\nAda")  # fmt: skip
    message = save(post.workspace, as_read(edit), for_review=True)
    approve(post.workspace, message.id, message.version)
    post.move(minutes=11)
    assert message.id in send_due(post.workspace)[0].sent
