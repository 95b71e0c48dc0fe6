"""The mail: no word changes on the way, no header can be smuggled in, files and links hold what was approved."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.values.errors import UserError
from services.outreach import approve, handed_over, mail_link, read_message, send_due, why_not_by_hand, write_eml
from services.outreach.mime import (
    LINE,
    OutgoingEmail,
    dated,
    flowed,
    full_text,
    joined,
    link,
    read_email,
    wire_address,
    write_email,
)
from tests.servers.mail_server import MailServer
from tests.services.outreach.outbox.post import NOW, Post

HEADERS = {"Date", "From", "To", "Subject", "Message-ID", "List-Unsubscribe", "MIME-Version", "Content-Type",
           "Content-Transfer-Encoding"}  # fmt: skip


def email(subject: str = "Your order", name: str = "Nora Berg", text: str = "Dear Nora,\n") -> OutgoingEmail:
    return OutgoingEmail("nora@example.org", name, "ada@linden.example", "Ada", subject, text, "<1@linden.example>")


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab >-.\nFrom üß漢é "), max_size=400))
def test_wrapping_changes_no_word(text: str) -> None:
    lines = [line if line == "-- " else line.rstrip(" ") for line in text.split("\n")]
    assert joined(flowed(text)) == "\n".join(lines)
    for line in flowed(text).split("\n"):
        assert len(line) <= LINE or " " not in line[:-1].strip()[4 : LINE - 2]


@settings(max_examples=150, deadline=None)
@given(subject=st.text(max_size=120), name=st.text(max_size=60), body=st.text(max_size=300))
def test_no_text_makes_a_header_of_its_own(subject: str, name: str, body: str) -> None:
    text = full_text("Dear Nora,", body, "", "", "Answer to unsubscribe.")
    try:
        mail = write_email(email(subject, name, text))
    except UserError:
        return
    whole = dated(mail, NOW)
    parsed = message_from_bytes(whole, policy=policy.default)
    assert set(parsed.keys()) == HEADERS and len(parsed.keys()) == len(HEADERS)
    assert [one.addr_spec for one in parsed["To"].addresses] == ["nora@example.org"]
    headers, read = read_email(mail)
    assert (headers["Subject"].split(), read) == (parsed["Subject"].split(), text)


@pytest.mark.parametrize("subject", ["Hello\nBcc: all@example.org", "Hello\r\nX: y", "a\u2028b", "", "   "])
def test_a_subject_of_several_lines_or_none_is_refused(subject: str) -> None:
    with pytest.raises(UserError, match=r"subject has a line break|has no subject"):
        write_email(email(subject))


@pytest.mark.parametrize("address", ["", "nora", "nora@", "a b@example.org", "nora@ex ample.org", "n\n@example.org",
                                     "nora@example.org>", "zoë@example.org"])  # fmt: skip
def test_an_address_that_servers_do_not_take_is_refused(address: str) -> None:
    with pytest.raises(UserError, match="address is not valid"):
        wire_address(address)


def test_a_domain_in_other_letters_has_its_ascii_name() -> None:
    assert wire_address("nora@müller.example") == "nora@xn--mller-kva.example"


def test_a_link_is_encoded_and_not_too_long() -> None:
    found = link(email("50 % & more?", text="Dear Nora,\n\nA & B = “C”\n"))
    assert found.startswith("mailto:nora@example.org?subject=50%20%25%20%26%20more%3F&body=")
    assert unquote(urlsplit(found).query.partition("body=")[2]) == "Dear Nora,\r\n\r\nA & B = “C”"
    with pytest.raises(UserError, match=r"too long to open .* \.eml"):
        link(email(text="word " * 1000))


def test_a_file_opens_as_a_draft_and_the_email_no_longer_goes_by_itself(
    post: Post, server: MailServer, tmp_path: Path
) -> None:
    (message,) = post.due()
    path = write_eml(post.workspace, message.id, tmp_path)
    parsed = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert parsed["X-Unsent"] == "1" and parsed["To"] == "Nora Berg <c1@example.org>"
    assert path.name == f"Nora Berg ({message.id}).eml"
    send_due(post.workspace, now=True)
    assert not server.accepted and post.state(message) == "approved"
    handed_over(post.workspace, message.id, "eml")
    assert read_message(post.workspace, message.id).via == "eml"
    assert post.value("SELECT count(*) FROM email_events WHERE source = 'bellwether'") == 1


def test_file_and_link_are_refused_unapproved_and_in_quiet_hours(post: Post, tmp_path: Path) -> None:
    message = post.written()
    for door in (
        lambda: write_eml(post.workspace, message.id, tmp_path),
        lambda: mail_link(post.workspace, message.id),
    ):
        with pytest.raises(UserError, match="Nobody has approved"):
            door()
    assert why_not_by_hand(post.workspace, message.id).startswith("Nobody has approved")
    approve(post.workspace, message.id)
    assert why_not_by_hand(post.workspace, message.id) == ""
    post.move(hours=13)
    assert "quiet hours: it may go out tomorrow" in why_not_by_hand(post.workspace, message.id), "said beforehand too"
    for door in (
        lambda: write_eml(post.workspace, message.id, tmp_path),
        lambda: mail_link(post.workspace, message.id),
    ):
        with pytest.raises(UserError, match="quiet hours: it may go out tomorrow from 08:00 on"):
            door()
    assert post.state(message) == "queued" and not list(tmp_path.glob("*.eml"))
