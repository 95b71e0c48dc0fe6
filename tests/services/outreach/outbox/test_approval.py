"""Approval under the policy that the book has now, and taking back while another email for the alert is open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.values.errors import UserError
from services.audit import undo_last
from services.outreach import approve, discard, read_message, recall, send_due, settle
from services.outreach.mime import read_email
from tests.servers.mail_server import MailServer
from tests.services.outreach.outbox.post import Post


def _alert_of(post: Post, number: int) -> int | None:
    return read_message(post.workspace, number).alert_id


def test_a_recall_while_another_email_for_the_alert_is_open_loses_neither(post: Post, server: MailServer) -> None:
    customer = post.customer()
    open_alert = post.alert(customer)
    first = post.approved(customer, alert=open_alert)
    second = post.written(customer, alert=open_alert, body="Thank you for everything.")
    changes = recall(post.workspace, [first.id])
    assert changes.kept == ("The other email begun to Nora Berg stays in the outbox, no longer linked to the alert.",)
    assert post.states([first, second]) == ["in_review", "in_review"]
    assert (_alert_of(post, first.id), _alert_of(post, second.id)) == (open_alert, None)
    assert read_message(post.workspace, first.id).edit == first.edit
    assert read_message(post.workspace, second.id).edit == replace(second.edit, alert_id=None)
    post.move(minutes=11)
    assert not send_due(post.workspace, now=True)[0].sent and not server.accepted


def test_the_undo_of_such_a_recall_puts_both_back(post: Post, server: MailServer) -> None:
    customer = post.customer()
    open_alert = post.alert(customer)
    first = post.approved(customer, alert=open_alert)
    second = post.written(customer, alert=open_alert)
    recall(post.workspace, [first.id])
    undo_last(post.workspace)
    assert post.states([first, second]) == ["queued", "in_review"]
    assert (_alert_of(post, first.id), _alert_of(post, second.id)) == (open_alert, open_alert)
    post.move(minutes=11)
    assert send_due(post.workspace, now=True)[0].sent == (first.id,)


def test_two_emails_for_one_alert_are_taken_back_together(post: Post) -> None:
    post.policy(email_cap_days=1)
    customer = post.customer()
    open_alert = post.alert(customer)
    first = post.approved(customer, alert=open_alert)
    second = post.approved(customer, alert=open_alert, at="2026-11-24T09:00:00Z")
    recall(post.workspace, [first.id, second.id])
    assert post.states([first, second]) == ["in_review", "in_review"]
    assert sorted([_alert_of(post, first.id) or 0, _alert_of(post, second.id) or 0]) == [0, open_alert]


def test_what_did_not_arrive_goes_back_beside_another_email_that_is_open(post: Post, server: MailServer) -> None:
    customer = post.customer()
    open_alert = post.alert(customer)
    first = post.approved(customer, alert=open_alert)
    post.move(minutes=11)
    server.at("accepted", "close", times=1)
    assert send_due(post.workspace)[0].in_doubt == (first.id,)
    second = post.written(customer, alert=open_alert)
    settle(post.workspace, first.id, delivered=False)
    assert post.states([first, second]) == ["in_review", "in_review"]
    assert (_alert_of(post, first.id), _alert_of(post, second.id)) == (open_alert, None)


def test_an_email_that_may_have_left_counts_from_then_and_not_from_when_it_was_due(
    post: Post, server: MailServer
) -> None:
    customer = post.customer()
    first = post.approved(customer)
    post.move(days=14)  # two weeks without a network
    server.at("accepted", "close", times=1)
    assert send_due(post.workspace)[0].in_doubt == (first.id,)
    second = post.written(customer)
    with pytest.raises(UserError, match="limit is one in 7 days"):
        approve(post.workspace, second.id)
    post.move(days=7)
    approve(post.workspace, second.id)
    assert post.states([first, second]) == ["in_doubt", "queued"]


def test_a_recalled_email_has_its_alert_to_itself_after_the_other_was_discarded(post: Post) -> None:
    customer = post.customer()
    open_alert = post.alert(customer)
    first = post.approved(customer, alert=open_alert)
    second = post.written(customer, alert=open_alert)
    discard(post.workspace, [second.id])
    assert not recall(post.workspace, [first.id]).kept
    assert (_alert_of(post, first.id), _alert_of(post, second.id)) == (open_alert, open_alert)


@pytest.mark.parametrize("account", [True, False])
def test_an_email_is_approved_under_the_policy_that_another_program_wrote(post: Post, account: bool) -> None:
    message = post.written()
    post.workspace.change_policy(sender_line="Linden Supply, Harbour Street 4", recall_minutes=30)
    assert post.workspace.policy.recall_minutes != 30  # this program still has the one that it was opened with
    if not account:
        post.account(host="")
    approve(post.workspace, message.id, message.version)
    _, text = read_email(post.value("SELECT mail FROM messages"))
    assert "Linden Supply, Harbour Street 4" in text
    assert post.value("SELECT due_at FROM messages") == ("2026-11-19T09:30:00Z" if account else None)
