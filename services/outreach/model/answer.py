"""What a language model answered, taken for an email or refused: never a part of it, never repaired into one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from services.outreach.model.faults import Trouble
from services.outreach.model.visible import visible

MOST_SUBJECT: Final = 200
_THOUGHTS: Final = re.compile(r"\A\s*<(think|thinking|reasoning)>.*?</\1>\s*", re.DOTALL | re.IGNORECASE)
_FENCED: Final = re.compile(r"\A(?:[^`\n]{0,80}\n)?```[\w-]*[ \t]*\n(.*?)\n?```\s*\Z", re.DOTALL)
_HTML: Final = re.compile(
    r"<!doctype|</?(?:html|head|body|div|span|p|br|table|td|tr|ul|ol|li|a|b|i|strong|em|h\d|img|script|style)\b[^>]*>",
    re.IGNORECASE,
)
_SUBJECT: Final = re.compile(r"\A[*_#\s]*subject(?: line)?[*_\s]*:[*_\s]*(.*?)[*_\s]*\Z", re.IGNORECASE)
_GREETING: Final = re.compile(
    r"\A(?:hello|hi|hey|dear|good (?:morning|afternoon|evening)|greetings)"
    r"(?: [\w\[\]’'.&\-]+){0,6}[ \t]*[,:!]?[ \t]*(?:\n+|\Z)",
    re.IGNORECASE,
)
_CLOSING: Final = re.compile(
    r"\n+[ \t]*(?:(?:with )?(?:my |our )?(?:(?:very )?(?:best|kind|kindest|warm|warmest) (?:regards|wishes)|regards"
    r"|sincerely|yours (?:sincerely|faithfully|truly)|sincerely yours|many thanks|best|cheers|respectfully|thank you)"
    r"(?: and best wishes)?)[,.]?[ \t]*(?:\n[^\n]{0,60}){0,4}\s*\Z",
    re.IGNORECASE,
)
_PREAMBLE_LINES: Final = 2


@dataclass(frozen=True, slots=True)
class Email:
    """Subject and body of an answer."""

    subject: str
    body: str


def to_email(answer: str, *, subject: str = "") -> Email:
    """Return the email that an answer is.

    Parameters
    ----------
    subject
        Of the text that was to be changed: it stays where the answer names none.

    Raises
    ------
    Trouble
        It is nothing, or no email in plain text.
    """
    text = _THOUGHTS.sub("", visible(answer.replace("\r\n", "\n").replace("\r", "\n"))).strip()
    fenced = _FENCED.match(text)
    text = fenced.group(1).strip() if fenced else text
    if not text:
        raise Trouble("nothing")
    if text[0] in "{[" and (document := _as_json(text)) is not None:
        found = _of_document(document)
    elif text.startswith(('{"', "{\n")):
        raise Trouble("no_email", "it is a part of a document for programs")
    else:
        found = _of_text(text, subject)
    if _HTML.search(found.subject) or _HTML.search(found.body):
        raise Trouble("no_email", "it is written for a web page")
    # Once more: in JSON, signs that nobody sees can stand as escapes.
    return _checked(Email(" ".join(visible(found.subject).split()), _letter(visible(found.body))))


def so_far(answer: str) -> str:
    """Return an answer that still comes as it may be shown: without thoughts and fences around it."""
    text = _THOUGHTS.sub("", answer)
    if re.match(r"\s*<(think|thinking|reasoning)>", text, re.IGNORECASE):
        return ""
    return re.sub(r"\A\s*```[\w-]*[ \t]*\n?|\n?```\s*\Z", "", text)


def _as_json(text: str) -> object:
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document


def _of_document(document: object) -> Email:
    if isinstance(document, dict):
        named = {str(name).casefold(): value for name, value in document.items()}
        subject, body = named.get("subject"), named.get("body")
        if isinstance(subject, str) and isinstance(body, str) and set(named) <= {"subject", "body", "greeting"}:
            return Email(subject, body)
    raise Trouble("no_email", "it is a document for programs")


def _of_text(text: str, subject: str) -> Email:
    lines = text.split("\n")
    filled = [at for at, line in enumerate(lines) if line.strip()][: _PREAMBLE_LINES + 1]
    for at in filled:
        found = _SUBJECT.match(lines[at])
        if found:
            return Email(found.group(1), "\n".join(lines[at + 1 :]))
    if subject:
        return Email(subject, text)
    raise Trouble("no_email", "it has no subject")


def _letter(body: str) -> str:
    """Return the body without what is added afterwards, in paragraphs one empty line apart."""
    text = _GREETING.sub("", body.strip(), count=1)
    text = _CLOSING.sub("", text)
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _checked(email: Email) -> Email:
    if not email.subject or len(email.subject) > MOST_SUBJECT:
        raise Trouble("no_email", "it has no subject" if not email.subject else "its subject is a letter by itself")
    if not email.body:
        raise Trouble("no_email", "it has no text")
    if not re.search(r"[^\W\d_]{2,}\W+[^\W\d_]{2,}", email.body):
        raise Trouble("no_email", "it is not in words")
    return email
