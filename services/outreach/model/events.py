"""What a model server answers: the words out of the events that it streams, or out of one JSON document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from services.outreach.model.faults import Trouble

if TYPE_CHECKING:
    import httpx2

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


def read_pieces(response: httpx2.Response) -> Iterator[Piece]:
    """Yield the pieces of an answer: its events as they come, or the one document of a server that does not stream.

    Read here and not by the client library: that one gives up at events without data, as pings are, and passes over
    in silence whether the stream was said to be over.

    Raises
    ------
    Trouble
        It is no answer of a language model, or it reports an error of its own.
    """
    kind = response.headers.get("content-type", "").lower()
    if "html" in kind:
        raise Trouble("not_a_model")
    if "json" in kind:
        yield _piece(json.loads(b"".join(response.iter_bytes())))
        yield Piece(ended="done")
        return
    seen = False
    for line in _lines(response.iter_bytes()):
        field, _, value = line.partition(b":")
        if field == b"data":
            seen = True
            if value.strip() == b"[DONE]":
                yield Piece(ended="done")
                return
            yield _piece(json.loads(value))
    if not seen and kind and "event-stream" not in kind:
        raise Trouble("garbage")


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        # Only these two end a line; a separator inside a JSON text is text.
        *whole, rest = (rest + chunk).replace(b"\r\n", b"\n").split(b"\n") if b"\n" in chunk else [rest + chunk]
        yield from whole
    yield rest


def as_characters(text: str) -> str:
    """Return a text whose characters are whole: some servers cut one in two between events, or send half of one."""
    if not _HALVES.search(text):
        return text
    if "\ud800" <= text[-1] <= "\udbff":
        text = text[:-1]  # the other half is still to come, or never comes
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _piece(document: object) -> Piece:
    if not isinstance(document, dict):
        raise Trouble("garbage")
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
