"""The outbox as it is listed: each email in one tab, page after page, in words."""

from __future__ import annotations

import pytest

from models.values.errors import UserError
from services.outreach import count_held, discard, read_outbox, read_standing, send_due
from services.settings import MailAccount
from services.sync import record_consent
from tests.servers.mail_server import MailServer
from tests.services.outreach.outbox.post import Post


def test_pages_by_key_hold_every_email_once_in_order(post: Post) -> None:
    written = [post.written().id for _ in range(7)]
    found, key = [], None
    while True:
        page = read_outbox(post.workspace, "review", after=key, count=3)
        found += [row.id for row in page.rows]
        key = page.next_key
        if key is None:
            break
    assert found == sorted(written, reverse=True)
    assert page.counts["review"] == 7


def test_every_state_has_its_tab_and_its_words(post: Post, server: MailServer) -> None:
    failed, doubted, sent = post.due(3)
    server.at("rcpt", "550 no", times=1)
    send_due(post.workspace, only=[failed.id])
    server.at("accepted", "close", times=1)
    send_due(post.workspace, only=[doubted.id])
    send_due(post.workspace, only=[sent.id])
    waiting, review, gone = post.approved(), post.written(), post.written()
    discard(post.workspace, [gone.id])
    rows = {tab: read_outbox(post.workspace, tab).rows for tab in ("review", "waiting", "doubt", "failed", "sent")}
    assert {tab: [row.id for row in found] for tab, found in rows.items()} == {
        "review": [review.id],
        "waiting": [waiting.id],
        "doubt": [doubted.id],
        "failed": [failed.id],
        "sent": [sent.id],
    }
    assert {tab: found[0].state_words for tab, found in rows.items()} == {
        "review": "Awaiting your review",
        "waiting": "Goes out in 10 min",
        "doubt": "Delivery not confirmed",
        "failed": "Not sent",
        "sent": "Sent at 09:11",
    }
    assert read_standing(post.workspace).words == "1 delivery not confirmed"


def test_the_text_filter_looks_at_customer_and_subject(post: Post) -> None:
    post.written(post.customer("Harbor Lane"))
    other = post.written(subject="Your harbour")
    assert [row.customer for row in read_outbox(post.workspace, "review", text="HARBOR").rows] == ["Harbor Lane"]
    assert [row.id for row in read_outbox(post.workspace, "review", text="harbour").rows] == [other.id]
    with pytest.raises(UserError, match="not a tab of the outbox"):
        read_outbox(post.workspace, "elsewhere")


def test_the_chip_says_what_waits(post: Post) -> None:
    assert read_standing(post.workspace).words == ""
    post.approved()
    standing = read_standing(post.workspace)
    assert (standing.words, standing.next_due) == ("Online · 1 email scheduled", "2026-11-19T09:10:00Z")
    post.preferences(mail=MailAccount())
    assert read_standing(post.workspace).words == "No mail account · 1 email waits"


def test_what_no_server_will_take_is_to_hand_over_and_not_scheduled(post: Post) -> None:
    account = post.workspace.preferences.mail
    post.preferences(mail=MailAccount())
    post.approved()
    assert read_standing(post.workspace).words == "1 email to send yourself"
    post.preferences(mail=account)
    standing = read_standing(post.workspace)
    assert (standing.words, standing.waiting, standing.offline) == ("1 email to send yourself", 1, False)
    post.approved()
    assert read_standing(post.workspace).words == "Online · 1 email scheduled"


def test_an_approved_email_whose_consent_was_withdrawn_since_is_held_and_never_sent(
    post: Post, server: MailServer
) -> None:
    held, other = post.approved(), post.approved()
    address = str(post.value("SELECT to_address FROM messages WHERE id = ?", held.id))
    assert count_held(post.workspace, address) == 0
    record_consent(post.workspace, address, "withdrawn")
    rows = {row.id: row for row in read_outbox(post.workspace, "waiting").rows}
    assert rows[held.id].state_words == "Held: consent withdrawn 19 Nov 2026, recorded by hand"
    assert rows[held.id].fault.startswith("Consent was withdrawn")
    assert (rows[held.id].held, rows[other.id].held) == (True, False)
    assert (rows[other.id].state_words, rows[other.id].fault) == ("Goes out in 10 min", "")
    assert count_held(post.workspace, address.upper()) == 1
    post.move(minutes=11)
    assert send_due(post.workspace)[0].sent == (other.id,)
    assert [mail.recipients for mail in server.accepted] != [[address]] and len(server.accepted) == 1
    assert post.state(held) == "failed"


def test_without_a_mail_account_an_approved_email_is_held_by_a_withdrawal_too(post: Post) -> None:
    post.preferences(mail=MailAccount())
    held = post.approved()
    record_consent(
        post.workspace, str(post.value("SELECT to_address FROM messages WHERE id = ?", held.id)), "withdrawn"
    )
    assert (
        read_outbox(post.workspace, "waiting").rows[0].state_words
        == "Held: consent withdrawn 19 Nov 2026, recorded by hand"
    )
