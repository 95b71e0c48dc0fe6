"""What a model server streams: the words of its answer out of server-sent events, or out of one JSON document.

Read here and not by the client library, because that one passes over in silence what must be told: a stream that ends
in the middle, an answer that is no stream, a page of HTML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from services.outreach.model.faults import Trouble

#: No line of an answer is longer, and no answer in one document.
_MOST_BYTES: Final = 4_000_000
_HALVES: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an answer.

    Attributes
    ----------
    words
        What was written since the piece before; '' for a sign of life.
    thinking
        The model works on words that are not for the email.
    ended
        Why the answer is over ("stop", "length", …), '' while it is not.
    tokens_in, tokens_out
        What the endpoint counted, where it says so.
    """

    words: str = ""
    thinking: bool = False
    ended: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None


def read_pieces(chunks: Iterable[bytes]) -> Iterator[Piece]:
    """Yield the pieces of an answer as its bytes come.

    Raises
    ------
    Trouble
        It is no answer of a language model, or it reports an error of its own.
    """
    seen = False
    other: list[bytes] = []
    size = 0
    for line in _lines(chunks):
        field, _, value = line.partition(b":")
        if field == b"data" and not other:
            seen = True
            if value.strip() == b"[DONE]":
                yield Piece(ended="done")
                return
            yield _piece(_document(value))
        elif not seen and line.strip() and field not in (b"", b"event", b"id", b"retry"):
            other.append(line)
            size += len(line)
            if size > _MOST_BYTES:
                raise Trouble("garbage")
        else:
            yield Piece()  # a comment keeps the connection alive and says nothing: whoever reads may lose patience
    if other:
        yield from _whole(b"\n".join(other))


def as_characters(text: str) -> str:
    """Return a text whose characters are whole: some servers cut one in two between events, or send half of one."""
    if not _HALVES.search(text):
        return text
    if "\ud800" <= text[-1] <= "\udbff":
        text = text[:-1]  # the other half is still to come, or never comes
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        # Only these two end a line; a separator inside a JSON text is text.
        *whole, rest = (rest + chunk).replace(b"\r\n", b"\n").split(b"\n") if b"\n" in chunk else [rest + chunk]
        if len(rest) > _MOST_BYTES:
            raise Trouble("garbage")
        yield from whole or (b"",)
    if rest:
        yield rest


def _whole(document: bytes) -> Iterator[Piece]:
    """Read an answer that came as one document, from a server that does not stream."""
    start = document.lstrip()[:1]
    if start != b"{":
        raise Trouble("not_a_model" if start == b"<" else "garbage")
    yield _piece(_document(document))
    yield Piece(ended="done")


def _document(text: bytes) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Trouble("garbage") from error
    if not isinstance(document, dict):
        raise Trouble("garbage")
    return document


def _piece(document: dict[str, Any]) -> Piece:
    if document.get("error"):
        raise Trouble("broken", "in its answer")
    usage = document.get("usage")
    tokens = (_count(usage, "prompt_tokens"), _count(usage, "completion_tokens"))
    choices = document.get("choices")
    if choices is None and usage is None:
        raise Trouble("garbage")
    if not choices:
        return Piece("", False, "", *tokens)
    choice = choices[0] if isinstance(choices, list) else None
    if not isinstance(choice, dict):
        raise Trouble("garbage")
    said = choice.get("delta") or choice.get("message") or {}
    if not isinstance(said, dict):
        raise Trouble("garbage")
    if said.get("refusal"):
        raise Trouble("declined")
    words = said.get("content") or ""
    if not isinstance(words, str):
        raise Trouble("garbage")
    thinking = bool(said.get("reasoning_content") or said.get("reasoning"))
    return Piece(words, thinking, str(choice.get("finish_reason") or ""), *tokens)


def _count(usage: object, name: str) -> int | None:
    count = usage.get(name) if isinstance(usage, dict) else None
    return count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else None
