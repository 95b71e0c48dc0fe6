"""One request to a language model, streamed: with time limits, back-off and cancel of our own.

The client library is imported here and nowhere else: it costs nearly a second, in a worker, at the first draft. Its
own retries are off: they cannot be cancelled.
"""

from __future__ import annotations

import contextlib
import ipaddress
import math
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from models.values.errors import UserError
from services.outreach.model.events import Piece, as_characters, read_pieces
from services.outreach.model.faults import Trouble, met, told
from services.settings import ModelProfile

if TYPE_CHECKING:
    from services.outreach.model.wire import Connections

CONNECT_S: Final = 5.0
#: Pauses before the second and the third try, where the endpoint names none.
BACK_OFF_S: Final = (0.5, 2.0)
LONGEST_PAUSE_S: Final = 20.0
#: Who asks to wait longer than this is told of as such: the figure may be anything, infinity too.
_A_DAY_S: Final = 86_400.0
#: However a model thinks and whatever it sends, nobody waits longer for one email.
LONGEST_ANSWER_S: Final = 600.0
#: No email is longer; a model that does not stop is stopped.
MOST_CHARACTERS: Final = 20_000
_NO_ADDRESS: Final = "The address of “{}” cannot be used. Enter one such as https://models.example/v1 in Settings."
_AZURE_VERSION: Final = "2024-10-21"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a language model answered, whole; ``seconds`` are counted from the request on."""

    text: str
    tokens_in: int | None
    tokens_out: int | None
    seconds: float


def ask(
    profile: ModelProfile,
    key: str | None,
    body: bytes,
    *,
    on_words: Callable[[str], None],
    cancelled: Callable[[], bool],
) -> Answer:
    """Send a request and return the whole answer, telling the text so far as it comes.

    Parameters
    ----------
    key
        The profile's key; None where it needs none.
    body
        The JSON of the request, sent to the byte as it is.

    Raises
    ------
    Cancelled
        ``cancelled`` said so; the connection is closed.
    ModelFault
        In one sentence: not reached, refused, slow, broken off, or answered what is no answer.
    UserError
        The profile cannot be used as it is.
    """
    check_address(profile)
    check_key(profile, key)
    began = time.monotonic()
    try:
        for after in (*BACK_OFF_S, None):
            try:
                return _once(profile, key, body, on_words, cancelled, began)
            except _Busy as busy:
                wait = busy.wait if busy.wait is not None else after
                if after is None or wait is None or wait > LONGEST_PAUSE_S:
                    raise busy.trouble from busy
                _pause(wait, cancelled)
    except Trouble as trouble:
        what = Trouble("no_key") if trouble.kind == "key" and not key else trouble
        raise told(what, profile, connect_s=CONNECT_S) from trouble
    raise AssertionError("the last try returns or raises")


def check_address(profile: ModelProfile) -> None:
    """Refuse an address over which the facts would go readable for everybody on the way.

    Raises
    ------
    UserError
        It is no address, or http:// to another computer than this one, or one of the own network for a local model.
    """
    try:
        parts = urlsplit(profile.base_url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise UserError(_NO_ADDRESS.format(profile.name)) from None
    if parts.scheme == "https" or _is_loopback(host):
        return
    if profile.kind != "local":
        raise UserError(
            f"“{profile.name}” has an address with http://: anyone on the way could read the key and the facts. "
            "Use https:// in Settings."
        )
    if not _is_private(host):
        raise UserError(
            f"“{profile.name}” is meant to be a model on your own network, but {host} is not on it, and with "
            "http:// anyone on the way could read the facts. Write https:// in Settings."
        )


def check_key(profile: ModelProfile, key: str | None) -> None:
    """Refuse a missing key, and one that cannot be a key."""
    if not key:
        if profile.kind != "local":
            raise UserError(f"There is no key for “{profile.name}”. Enter it in Settings; templates need none.")
    elif not (key.isascii() and key.isprintable()) or key != key.strip():
        raise UserError(f"The key of “{profile.name}” has characters that no key has. Copy it into Settings again.")


def address_of(profile: ModelProfile) -> tuple[str, dict[str, str]]:
    """Return the address under which the endpoint's paths lie, and what is added to each."""
    base = profile.base_url.strip().rstrip("/").removesuffix("/chat/completions")
    if profile.kind != "azure" or base.endswith("/v1"):
        return base, {"api-version": profile.api_version} if profile.api_version else {}
    if "/deployments/" not in base:
        base = base if base.endswith("/openai") else f"{base}/openai"
        base = f"{base}/deployments/{quote(profile.model, safe='')}"
    return base, {"api-version": profile.api_version or _AZURE_VERSION}


class _Busy(Exception):
    def __init__(self, trouble: Trouble, wait: float | None) -> None:
        super().__init__(trouble.kind)
        self.trouble = trouble
        self.wait = wait


def _pause(seconds: float, cancelled: Callable[[], bool]) -> None:
    from services.outreach.model.wire import pause

    pause(seconds, cancelled)


def _once(
    profile: ModelProfile,
    key: str | None,
    body: bytes,
    on_words: Callable[[str], None],
    cancelled: Callable[[], bool],
    began: float,
) -> Answer:
    from services.outreach.model.wire import streamed

    work = partial(_pieces, profile, key, body)
    pieces = streamed(work, cancelled, CONNECT_S)
    with contextlib.closing(pieces):
        return _read(profile, pieces, on_words, began)


def _pieces(profile: ModelProfile, key: str | None, body: bytes, connections: Connections) -> Iterator[Piece]:
    """Ask the endpoint and yield what it writes, by the client library."""
    import httpx2
    import openai

    base, query = address_of(profile)
    transport = httpx2.HTTPTransport(
        verify=_certificates(base), proxy=_proxy(base), limits=httpx2.Limits(max_keepalive_connections=0)
    )
    hooks: Any = {"request": [connections.on_request], "response": [connections.on_response]}
    with httpx2.Client(transport=transport, trust_env=False, event_hooks=hooks) as carrier:
        client = openai.OpenAI(
            api_key=key or "none",
            base_url=base,
            max_retries=0,
            timeout=httpx2.Timeout(profile.timeout_s, connect=CONNECT_S),
            default_query=query,
            http_client=carrier,
        )
        try:
            answer = client.post(
                "/chat/completions",
                cast_to=object,
                content=body,
                options={"headers": _headers(profile, key)},
                stream=True,
                stream_cls=openai.Stream[object],
            )
            yield from read_pieces(answer.response)
        except openai.APIStatusError as error:
            raise _refused(error.status_code, error.code or "", error.response.headers) from None
        except httpx2.InvalidURL:
            raise UserError(_NO_ADDRESS.format(profile.name)) from None
        except (openai.APIConnectionError, httpx2.HTTPError, UnicodeError) as error:
            raise met(error) from error
        except openai.APIError as error:
            raise Trouble("broken", "in its answer") from error
        except (openai.OpenAIError, ValueError, RecursionError) as error:
            raise Trouble("garbage") from error


def _headers(profile: ModelProfile, key: str | None) -> dict[str, Any]:
    import openai

    headers: dict[str, Any] = {"Content-Type": "application/json", "Accept": "text/event-stream"}
    if profile.kind == "azure" and key:
        headers["api-key"] = key
    if profile.kind == "azure" or not key:
        headers["Authorization"] = openai.Omit()
    return headers


def _read(
    profile: ModelProfile, pieces: Iterator[Piece | None], on_words: Callable[[str], None], began: float
) -> Answer:
    text = ""
    ended = ""
    tokens: tuple[int | None, int | None] = (None, None)
    heard = time.monotonic()
    while True:
        try:
            piece = next(pieces, _END)
        except Trouble as trouble:
            if trouble.kind == "half" and ended:
                break  # every word had come: only what the endpoint counts is lost
            raise
        if piece is _END:
            break
        now = time.monotonic()
        if piece is not None and (piece.words or piece.thinking):
            heard = now
        elif now - heard > profile.timeout_s:
            raise Trouble("silent")
        if now - began > LONGEST_ANSWER_S:
            raise Trouble("endless")
        if piece is None:
            continue
        ended = ended or piece.ended
        if piece.tokens_in is not None or piece.tokens_out is not None:
            tokens = (piece.tokens_in, piece.tokens_out)
        if piece.words:
            text += piece.words
            if len(text) > MOST_CHARACTERS:
                raise Trouble("too_long")
            on_words(as_characters(text))
    text = as_characters(text)
    if not ended:
        raise Trouble("half" if text else "nothing")
    if ended in ("length", "content_filter"):
        raise Trouble("cut" if ended == "length" else "declined")
    if not text.strip():
        raise Trouble("nothing")
    return Answer(text, *tokens, time.monotonic() - began)


_END: Final = Piece(ended="over")
_BY_STATUS: Final = {
    401: "key", 403: "forbidden", 404: "no_model", 407: "proxy", 413: "too_large", 405: "not_a_model",
}  # fmt: skip


#: What endpoints call a few refusals that have no status of their own.
_BY_CODE: Final = {
    "content_filter": "declined",
    "context_length_exceeded": "too_large",
    "insufficient_quota": "no_credit",
    "model_not_found": "no_model",
    "invalid_api_key": "key",
}


def _refused(status: int, code: str, headers: Any) -> Exception:
    if code in _BY_CODE:
        return Trouble(_BY_CODE[code])
    if status in _BY_STATUS:
        return Trouble(_BY_STATUS[status])
    if 300 <= status < 400:
        return Trouble("redirect")
    if status == 429 or status >= 500:
        wait = _asked_to_wait(headers.get("retry-after", ""))
        later = f" and asks to wait {_duration(wait)}" if wait is not None and wait > LONGEST_PAUSE_S else ""
        trouble = Trouble("busy", later) if status == 429 else Trouble("broken", str(status))
        return _Busy(trouble, wait)
    return Trouble("refused_request", str(status))


def _asked_to_wait(value: str) -> float | None:
    """Return the seconds that a Retry-After names, as a number or as a moment."""
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
            seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return None
    return None if math.isnan(seconds) else min(max(0.0, seconds), _A_DAY_S)


def _duration(seconds: float | None) -> str:
    whole = round(seconds or 0)
    if whole >= _A_DAY_S:
        return "a day or more"
    return f"{whole} s" if whole < 90 else f"{round(whole / 60)} min"


def _certificates(base: str) -> ssl.SSLContext:
    if not base.startswith("https"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    import httpcore2

    try:
        return httpcore2.default_ssl_context()
    except OSError as error:
        raise Trouble("certificates") from error


def _proxy(base: str) -> str | None:
    """Return the network's proxy for an address; what is on this computer or network is reached without one."""
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(base)
    host = parts.hostname or ""
    if _is_private(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all")
    if not found:
        return None
    return found if "://" in found else f"http://{found}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _is_private(host: str) -> bool:
    """Whether a host is this computer or one of its network, as far as its name tells."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        inside = (".local", ".localhost", ".lan", ".internal", ".home.arpa")
        return "." not in host or host.endswith(inside)
    return address.is_private or address.is_loopback or address.is_link_local
