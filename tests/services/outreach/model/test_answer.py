"""What a model answered becomes an email, whole, or is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.outreach.model.answer import Email, so_far, to_email
from services.outreach.model.faults import Trouble

BODY = "Thank you for the order.\n\nWould a short call suit you?"


@pytest.mark.parametrize(
    "answer",
    [
        f"Subject: A word\n\n{BODY}",
        f"\ufeffSUBJECT:  A word \r\n\r\n{BODY}".replace("\n\n", "\r\n\r\n"),
        f"**Subject:** A word\n\n{BODY}",
        f"Here is the email:\n\nSubject: A word\n\n{BODY}",
        f"```\nSubject: A word\n\n{BODY}\n```",
        f"Sure:\n```text\nSubject: A word\n\n{BODY}\n```\n",
        f"<think>The customer\nSubject: no</think>\nSubject: A word\n\n{BODY}",
        f"Subject: A word\n\nHello [customer],\n\n{BODY}",
        f"Subject: A word\n\nDear Dana Whitfield,\n{BODY}",
        f"Subject: A word\n\n{BODY}\n\nWarm regards,\n[Your name]\nAccount manager",
        f"Subject: A word\n\n{BODY}\n\nYours sincerely",
        f"Subject: A word\n\n{BODY}\n\nBest,\nThe team\n",
        f"Subject: A word\n\n\n\n{BODY}   \n",
        '{"subject": "A word", "body": "Thank you for the order.\\n\\nWould a short call suit you?"}',
        '```json\n{"Subject": "A word", "Body": "Thank you for the order.\\n\\nWould a short call suit you?"}\n```',
    ],
)
def test_an_email_in_any_wrapping_is_the_email(answer: str) -> None:
    assert to_email(answer) == Email("A word", BODY)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("", "nothing"),
        (" \n ", "nothing"),
        ("```\n\n```", "nothing"),
        ("<think>hm</think>", "nothing"),
        ("I cannot help with that.", "no_email"),
        ("Subject: A word", "no_email"),
        ("Subject: A word\n\nHello Dana,\n", "no_email"),
        ("Subject:\n\nSome text for you.", "no_email"),
        (f"Subject: {'word ' * 60}\n\nSome text for you.", "no_email"),
        ("Subject: A word\n\n42 17 99", "no_email"),
        ('{"email": "Subject: A word"}', "no_email"),
        ('{"subject": "A word", "body": "Some text", "discount": 20}', "no_email"),
        ('{"subject": "A word", "body": ["Some text"]}', "no_email"),
        ('["Subject: A word", "Some text"]', "no_email"),
        ('{"subject": "A word", "greeting": "hello", "paragraphs": [{"sentences": [1]}]}', "no_email"),
        ('{"subject": "A word", "greeting": "hello", "paragraphs": "Some text"}', "no_email"),
        ('{"subject": "A word", "paragraphs": [["Some text."]], "discount": 20}', "no_email"),
        ('{"subject": "A word", "body": "Some te', "no_email"),
        ("<html><body><p>Subject: A word</p></body></html>", "no_email"),
        ("Subject: A word\n\n<p>Some text for <b>you</b>.</p>", "no_email"),
        ("Subject: A word\n\nSome text<br>for you.", "no_email"),
    ],
)
def test_what_is_no_email_is_refused(answer: str, kind: str) -> None:
    with pytest.raises(Trouble) as caught:
        to_email(answer)
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    "paragraphs",
    [
        '[{"sentences": ["Thank you for the order."]}, {"sentences": ["Would a short call suit you?"]}]',
        '[{"sentences": [{"text": "Thank you for the order."}]}, {"sentences": ["Would a short", "call suit you?"]}]',
        '[["Thank you for the order."], ["Would a short call suit you?"]]',
        '["Thank you for the order.", "Would a short call suit you?"]',
    ],
)
def test_a_document_of_sentences_is_the_email(paragraphs: str) -> None:
    answer = f'{{"subject": "A word", "greeting": "dear", "paragraphs": {paragraphs}}}'
    assert to_email(answer) == Email("A word", BODY, "dear")
    assert to_email(f"```json\n{answer}\n```") == Email("A word", BODY, "dear")


def test_a_document_is_shown_as_an_email_while_it_comes() -> None:
    answer = '{"subject": "A \\"word\\"", "greeting": "hello", "paragraphs": [{"sentences": ["Thank you.", "How'
    assert so_far(answer) == 'Subject: A "word"\n\nThank you. How'
    assert so_far(answer + ' are you?"]}, {"sentences": ["Bye') == (
        'Subject: A "word"\n\nThank you. How are you?\n\nBye'
    )
    assert so_far('{"sub') == ""
    for end in range(len(answer)):
        assert "{" not in so_far(answer[:end])


def test_a_rewrite_without_a_subject_keeps_the_one_that_was() -> None:
    assert to_email("Thank you for the order.", subject="As before") == Email("As before", "Thank you for the order.")
    with pytest.raises(Trouble):
        to_email("Thank you for the order.")


def test_signs_that_nobody_sees_are_taken_out() -> None:
    assert (
        to_email("Subject: A\u200b word\n\nWe give you 2\u200b0\x00 % o\u00adff.\u202e").body == "We give you 20 % off."
    )
    assert to_email('{"subject": "A \\u0000word", "body": "Some \\u200btext."}') == Email("A word", "Some text.")


def test_thanks_in_the_middle_are_no_sign_off() -> None:
    body = (
        "Many thanks for the order.\n\nIt left our house and should be with you.\n\nShall we talk about the next one?"
    )
    assert to_email(f"Subject: A word\n\n{body}").body == body


def test_thoughts_and_fences_are_not_shown_while_they_come() -> None:
    assert so_far("<think>The customer is") == ""
    assert so_far("<think>The customer</think>\nSubject: A") == "Subject: A"
    assert so_far("```text\nSubject: A\n```") == "Subject: A"


@given(st.text(max_size=300))
@settings(max_examples=200)
def test_any_answer_is_an_email_or_refused(answer: str) -> None:
    try:
        email = to_email(answer)
    except Trouble:
        return
    assert email.subject
    assert email.body
    assert "\n" not in email.subject
