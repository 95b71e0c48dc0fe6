"""What a language model answered, taken for an email or refused: never a part of it, never repaired into one.

It is asked for a document of sentences (`FORM`). An endpoint that cannot be held to one answers the same as text, or an
email in plain text; then all of it is the writer's own words. Placeholders stay as they are here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from services.outreach.model.faults import Trouble
from services.outreach.model.visible import visible

MOST_SUBJECT: Final = 200
#: How the greeting may begin; the name in it is put in by code.
GREETINGS: Final = ("hello", "dear")
#: The JSON schema of an answer, strict: every sentence by itself.
FORM: Final[dict[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["subject", "greeting", "paragraphs"],
    "properties": {
        "subject": {"type": "string"},
        "greeting": {"type": "string", "enum": list(GREETINGS)},
        "paragraphs": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["sentences"],
                "properties": {"sentences": {"type": "array", "items": {"type": "string"}}},
            },
        },
    },
}
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
_SUBJECT_SO_FAR: Final = re.compile(r'"subject"\s*:\s*"((?:[^"\\]|\\.)*)')
#: Every string but the names of a document's parts, its end still to come or not.
_STRING: Final = re.compile(r'"(?!(?:text|sentences|paragraphs|subject|greeting)"\s*:)((?:[^"\\]|\\.)+)"?(?!\s*:)')


@dataclass(frozen=True, slots=True)
class Email:
    """Subject and body of an answer; the greeting is '' or one of `GREETINGS`."""

    subject: str
    body: str
    greeting: str = ""


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
    text = bare(answer)
    if text[0] in "{[" and (document := as_document(text)) is not None:
        found = _of_document(document)
    elif text.startswith(('{"', "{\n")):
        raise Trouble("no_email", "it is a part of a document for programs")
    else:
        found = _of_text(text, subject)
    if _HTML.search(found.subject) or _HTML.search(found.body):
        raise Trouble("no_email", "it is written for a web page")
    # Once more: in JSON, signs that nobody sees can stand as escapes.
    written = Email(" ".join(visible(found.subject).split()), _body(visible(found.body)), found.greeting)
    return _checked(written)


def so_far(answer: str) -> str:
    """Return an answer that still comes as it may be shown: without thoughts and fences around it."""
    text = _THOUGHTS.sub("", answer)
    if re.match(r"\s*<(think|thinking|reasoning)>", text, re.IGNORECASE):
        return ""
    shown = re.sub(r"\A\s*```[\w-]*[ \t]*\n?|\n?```\s*\Z", "", text)
    return _written_so_far(shown) if shown.lstrip().startswith("{") else shown


def _written_so_far(answer: str) -> str:
    """Return a document of sentences that still comes as the email that it is so far, '' before its first word."""
    subject = _SUBJECT_SO_FAR.search(answer)
    blocks = answer.partition('"paragraphs"')[2].split('"sentences"')[1:]
    paragraphs = [" ".join(map(_unescaped, _STRING.findall(block))) for block in blocks]
    head = f"Subject: {_unescaped(subject[1])}" if subject else ""
    return "\n\n".join(part for part in (head, *paragraphs) if part)


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:  # cut within an escape
        return text.partition("\\")[0]


def bare(answer: str) -> str:
    """Return an answer without thoughts, fences and signs that nobody sees.

    Raises
    ------
    Trouble
        Nothing is left.
    """
    text = _THOUGHTS.sub("", visible(answer.replace("\r\n", "\n").replace("\r", "\n"))).strip()
    fenced = _FENCED.match(text)
    text = fenced.group(1).strip() if fenced else text
    if not text:
        raise Trouble("nothing")
    return text


def as_document(text: str) -> object:
    """Return a JSON document, None where it is none."""
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document


def _of_document(document: object) -> Email:
    if isinstance(document, dict):
        named = {str(name).casefold(): value for name, value in document.items()}
        if "paragraphs" in named:
            return _of_sentences(named)
        subject, body = named.get("subject"), named.get("body")
        if isinstance(subject, str) and isinstance(body, str) and set(named) <= {"subject", "body", "greeting"}:
            return Email(subject, body)
    raise Trouble("no_email", "it is a document for programs")


def _of_sentences(named: dict[str, object]) -> Email:
    """The email of a document of sentences; a sentence is a text, or a text under "text"."""
    subject, paragraphs = named.get("subject"), named["paragraphs"]
    if not isinstance(subject, str) or not isinstance(paragraphs, list) or set(named) - set(FORM["required"]):
        raise Trouble("no_email", "it is a document for programs")
    body = []
    for paragraph in paragraphs:
        some = paragraph.get("sentences") if isinstance(paragraph, dict) else paragraph
        some = some if isinstance(some, list) else [some]
        said = [one.get("text") if isinstance(one, dict) else one for one in some]
        if not all(isinstance(one, str) for one in said):
            raise Trouble("no_email", "it is a document for programs")
        body.append(" ".join(" ".join(str(one).split()) for one in said if str(one).strip()))
    greeting = str(named.get("greeting", "")).casefold()
    return Email(subject, "\n\n".join(one for one in body if one), greeting if greeting in GREETINGS else "")


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


def _body(body: str) -> str:
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
