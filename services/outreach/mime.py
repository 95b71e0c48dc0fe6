"""The mail itself: from the parts of a text to what goes over the line, and back to what a person reads.

Plain text only, wrapped at 78 signs as ``format=flowed`` (RFC 3676): a reader that knows it joins the lines again, any
other shows them as they are, and no word changes. Everything is ASCII on the wire, so that no server need know more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import Parser
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote

from models.values.errors import UserError

LINE: Final = 78
#: Mail apps and systems cut longer links, silently (Windows at 2,083 signs).
LONGEST_LINK: Final = 2_000
LONGEST_SUBJECT: Final = 400
_FOOTER: Final = "-- "
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_BREAKS: Final = re.compile(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


@dataclass(frozen=True, slots=True)
class OutgoingEmail:
    """A mail in its parts; without a sender it is for the mail app, which puts its own."""

    to_address: str
    to_name: str
    from_address: str
    from_name: str
    subject: str
    text: str
    message_id: str


def full_text(greeting: str, body: str, signature: str, sender_line: str, unsubscribe_line: str) -> str:
    """Return the text of a mail: greeting, body, signature, and under a line who sends it and how to unsubscribe."""
    parts = [greeting.strip(), body.strip("\n"), signature.strip("\n")]
    footer = "\n".join(line for line in (sender_line.strip(), unsubscribe_line.strip()) if line)
    text = "\n\n".join(_clean(part) for part in parts if part.strip())
    return f"{text}\n\n{_FOOTER}\n{_clean(footer)}\n" if footer else f"{text}\n"


def write_email(email: OutgoingEmail) -> str:
    """Return a mail as it goes out but for its date, in ASCII with CRLF.

    Raises
    ------
    UserError
        An address cannot be written to, or the subject has a line break.
    """
    written = _written(email, email.to_name)
    if written is None:  # a name that does not survive the folding of headers is left out; the address stands
        written = _written(email, "")
    if written is None:
        raise UserError("The subject has characters that email cannot carry. Use plain text.")
    return written


def dated(mail: str, at: datetime, *, unsent: bool = False) -> bytes:
    """Return a mail with its date; ``unsent`` lets a mail app open it as a draft."""
    first = f"Date: {format_datetime(at.astimezone(UTC))}\r\n" + ("X-Unsent: 1\r\n" if unsent else "")
    return (first + mail).encode("ascii")


def read_email(mail: str) -> tuple[dict[str, str], str]:
    """Return the headers of a mail and its text as it was before it was wrapped."""
    parsed = Parser(policy=SMTP).parsestr(mail)
    assert isinstance(parsed, EmailMessage)
    headers = {name: str(value) for name, value in parsed.items()}
    return headers, joined(str(parsed.get_content()))


def wire_address(address: str) -> str:
    """Return an address as servers take it: a domain in other letters becomes its ASCII name.

    Raises
    ------
    UserError
        It is no address, or one that most servers do not take.
    """
    local, _, domain = address.strip().rpartition("@")
    try:
        name = domain.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    if not _LOCAL.fullmatch(local) or not re.fullmatch(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f.:IPv]+\]", name):
        raise UserError("The email address is not valid; correct it first.")
    return f"{local}@{name}"


def link(email: OutgoingEmail) -> str:
    """Return the ``mailto:`` link of a mail (RFC 6068).

    Raises
    ------
    UserError
        It is longer than mail apps take; the sentence says what to do instead.
    """
    body = email.text.rstrip("\n").replace("\n", "\r\n")
    to = quote(wire_address(email.to_address), safe="@")
    found = f"mailto:{to}?subject={quote(_subject(email.subject), safe='')}&body={quote(body, safe='')}"
    if len(found) > LONGEST_LINK:
        raise UserError(
            f"The email is too long to open in the mail app ({len(found):,} characters, at most "
            f"{LONGEST_LINK:,}). Save it as an .eml file instead and open that."
        )
    return found


# -- wrapping -----------------------------------------------------------------------------------------------------


def flowed(text: str) -> str:
    """Return a text in lines of at most 78 signs where a word allows it; a line that goes on ends in a blank."""
    return "\n".join(piece for line in text.split("\n") for piece in _pieces(line))


def joined(wrapped: str) -> str:
    """Return the text that was wrapped: the inverse of ``flowed`` but for blanks at the end of a line."""
    lines: list[str] = []
    goes_on = False
    for line in wrapped.replace("\r\n", "\n").split("\n"):
        piece = line.removeprefix(" ")
        if goes_on:
            lines[-1] += piece
        else:
            lines.append(piece)
        goes_on = piece.endswith(" ") and piece != _FOOTER
    return "\n".join(lines)


def _pieces(line: str) -> list[str]:
    if line == _FOOTER:
        return [line]
    rest = line.rstrip(" ")
    pieces = []
    while len(rest) > LINE - 1:
        at = _last_break(rest)
        if at is None:
            break
        pieces.append(_stuffed(rest[:at]))
        rest = rest[at:]
    return [*pieces, _stuffed(rest)]


def _last_break(rest: str) -> int | None:
    """Return the place after the last blank that fits the line, else after the first one; None without any."""
    at = rest.rfind(" ", 3, LINE - 2)
    at = at if at >= 0 else rest.find(" ", LINE - 2)
    return at + 1 if 0 <= at < len(rest) - 1 else None


def _stuffed(piece: str) -> str:
    return f" {piece}" if piece.startswith((" ", ">", "From ")) else piece


# -- inside -------------------------------------------------------------------------------------------------------


def _clean(text: str) -> str:
    lines = _CONTROL.sub("", _BREAKS.sub("\n", text)).split("\n")
    return "\n".join(line.rstrip(" ") for line in lines)


def _subject(subject: str) -> str:
    if _BREAKS.search(subject):
        raise UserError("The subject has a line break. Write it on one line.")
    said = _CONTROL.sub("", subject).strip()
    if not said:
        raise UserError("The email has no subject. Write one.")
    if len(said) > LONGEST_SUBJECT:
        raise UserError(f"The subject is longer than {LONGEST_SUBJECT} characters. Shorten it.")
    return said


def _name(name: str) -> str:
    return " ".join(_CONTROL.sub(" ", _BREAKS.sub(" ", name)).split())[:200]


def _address(name: str, address: str) -> Address:
    local, _, domain = wire_address(address).rpartition("@")
    return Address(_name(name), local, domain)


def _written(email: OutgoingEmail, to_name: str) -> str | None:
    """Return the mail, or None where a reader would not find in it what was written."""
    subject, to = _subject(email.subject), _address(to_name, email.to_address)
    mail = EmailMessage(policy=SMTP)
    if email.from_address:
        sender = _address(email.from_name, email.from_address)
        mail["From"] = sender
        mail["List-Unsubscribe"] = f"<mailto:{quote(sender.addr_spec, safe='@')}?subject=unsubscribe>"
    mail["To"] = to
    mail["Subject"] = subject
    mail["Message-ID"] = email.message_id
    text = flowed(email.text)
    plain = text.isascii() and all(len(line) <= LINE for line in text.split("\n"))
    mail.set_content(text, cte="7bit" if plain else "quoted-printable", params={"format": "flowed"},
                     charset="us-ascii" if text.isascii() else "utf-8")  # fmt: skip
    written = mail.as_bytes().decode("ascii", "replace")
    headers, found = read_email(written)
    read = Parser(policy=SMTP).parsestr(written, headersonly=True)
    same = (
        headers["Subject"] == subject
        and [(one.display_name, one.addr_spec) for one in read["To"].addresses] == [(to.display_name, to.addr_spec)]
        and found.rstrip() == joined(text).rstrip()
    )
    return written if same else None
