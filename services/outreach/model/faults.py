"""What can go wrong between here and a language model, each in one sentence that says what to do.

What the endpoint itself writes into an error is never repeated: it may hold the prompt, or a part of the key.
"""

from __future__ import annotations

import socket
import ssl
from typing import Any, Final
from urllib.parse import urlsplit

from models.values.errors import EnvironmentFault, UserError
from services.settings import ModelProfile

#: Ends the sentences: a draft that fails leaves what was there.
KEPT: Final = "Your text is as it was."
#: Kind of trouble: the few words of the composer's line, then the sentence.
_SAID: Final[dict[str, tuple[str, str]]] = {
    "name": (
        "No network",
        "The computer {host} was not found. Check the network, and the address of {name} in Settings.",
    ),
    "refused": (
        "{name} does not answer",
        "Nothing answers at {host}. Start the model server, or check the address of {name} in Settings.",
    ),
    "unreachable": ("No network", "{host} cannot be reached from this network. Check the connection and try again."),
    "slow_to_connect": (
        "{name} does not answer",
        "{host} could not be reached within {seconds} s. Check the network, or try again in a moment.",
    ),
    "tls": (
        "No safe connection",
        "No safe connection to {host}: {detail}. Check the address of {name}, or ask your IT for its certificate.",
    ),
    "no_tls": (
        "No safe connection",
        "{host} does not speak TLS at this address. Check whether {name} is meant to begin with http:// in Settings.",
    ),
    "certificates": (
        "No safe connection",
        "This computer's certificates cannot be read (see SSL_CERT_FILE and SSL_CERT_DIR). Ask your IT to fix them.",
    ),
    "proxy": ("No network", "The proxy of this network did not let {host} through. Check the proxy, or ask your IT."),
    "silent": (
        "{name} took too long",
        "{name} sent nothing for {seconds} s, so Bellwether gave up. Try again, or allow more time in Settings.",
    ),
    "half": (
        "{name} stopped in the middle",
        "{name} stopped in the middle of its answer; none of it was kept. Try again.",
    ),
    "cut": (
        "{name} stopped in the middle",
        "{name} reached the limit that its server sets for an answer; nothing was kept. Tick fewer facts or choose "
        "another writer; whoever runs {name} can raise the limit, Bellwether cannot.",
    ),
    "endless": (
        "{name} took too long",
        "{name} was not done after 10 minutes and was stopped; nothing was kept. Try again, or choose another model.",
    ),
    "too_long": (
        "{name} wrote far too much",
        "{name} did not stop writing and was stopped; nothing was kept. Try again, or choose another model.",
    ),
    "not_a_model": (
        "{name} is not a language model",
        "{host} did not answer like a language model. Check the address of {name} in Settings.",
    ),
    "redirect": (
        "{name} has moved",
        "{host} redirects to another address, and nothing was sent there. Enter the new address in Settings.",
    ),
    "garbage": (
        "{name} could not be understood",
        "{name}’s answer could not be understood; none of it was kept. Try again, or choose another model.",
    ),
    "nothing": (
        "{name} wrote nothing",
        "{name} returned an empty answer. Try again, or choose another model.",
    ),
    "no_email": (
        "{name} wrote no email",
        "What {name} wrote is not an email ({detail}); none of it was kept. Try again, or choose another model.",
    ),
    "no_reading": (
        "{name} wrote no second reading",
        "What {name} wrote is not a second reading; none of it was kept. Try again, or choose another model.",
    ),
    "declined": (
        "{name} declined",
        "{name} declined to write this email; nothing was kept. Tick other facts, or write it yourself.",
    ),
    "key": (
        "The key was not accepted",
        "{name} does not accept the key. Enter the key again in Settings.",
    ),
    "no_key": (
        "{name} asks for a key",
        "{name} asks for a key, and none is stored. Enter it in Settings.",
    ),
    "forbidden": (
        "{name} refused",
        "{name} refused: the key is known but may not use “{model}”. Ask whoever gave you the key.",
    ),
    "no_model": (
        "{name} has no such model",
        "{host} has no model “{model}”. Check the model's name and the address of {name} in Settings.",
    ),
    "refused_request": (
        "{name} refused",
        "{name} refused the request (error {detail}). Check the model's name and the kind of {name} in Settings.",
    ),
    "too_large": (
        "{name} refused",
        "The facts are more than {name} takes. Tick fewer of them.",
    ),
    "no_credit": (
        "{name} has no credit left",
        "The account of {name} has no credit left. Ask whoever pays for it.",
    ),
    "busy": (
        "{name} is busy",
        "{name} accepts no more requests for now{detail}. Try again in a while.",
    ),
    "broken": (
        "{name} is not working",
        "{name} reports a problem (error {detail}). Try again in a while.",
    ),
}  # fmt: skip


#: What TLS says of an answer that is none of TLS.
_NO_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"})


class Trouble(Exception):
    """What went wrong, before it is known to which model it happened.

    Attributes
    ----------
    kind
        A key of the sentences above.
    detail
        What the sentence needs beside the profile; never words of the endpoint.
    """

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.detail = detail


class ModelFault(EnvironmentFault):
    """A language model could not be reached or did not answer as it should; nothing of the answer was kept.

    Attributes
    ----------
    short
        The few words with which the composer says why a template was used: "No network".
    kind
        Which of the troubles it was, for those who decide by it.
    """

    def __init__(self, sentence: str, short: str = "", kind: str = "") -> None:
        super().__init__(sentence)
        self.short = short
        self.kind = kind

    def __reduce__(self) -> tuple[type[ModelFault], tuple[str, str, str]]:
        """Survive the way from a child process."""
        return ModelFault, (str(self), self.short, self.kind)


def met(error: Exception) -> Trouble:
    """Return the trouble behind an error of the client library."""
    import httpx2

    chain: list[BaseException] = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and cause not in chain:
        chain.append(cause)

    def first(*kinds: type[BaseException]) -> Any:
        return next((one for one in chain if isinstance(one, kinds)), None)

    if (own := first(Trouble)) is not None:
        return own  # type: ignore[no-any-return]
    if (tls := first(ssl.SSLCertVerificationError)) is not None:
        return Trouble("tls", f"the certificate is not valid ({tls.verify_message or 'unknown issuer'})")
    if (tls := first(ssl.SSLError)) is not None:
        return Trouble("no_tls" if tls.reason in _NO_TLS else "tls", "the handshake failed")
    if first(httpx2.ProxyError):
        return Trouble("proxy")
    if first(httpx2.ConnectTimeout):
        return Trouble("slow_to_connect")
    if first(httpx2.TimeoutException):
        return Trouble("silent")
    if first(UnicodeDecodeError):
        return Trouble("garbage")
    if first(socket.gaierror, UnicodeError):  # a name that can be none
        return Trouble("name")
    if first(httpx2.ConnectError):
        return Trouble("refused" if first(ConnectionError) else "unreachable")
    protocol = first(httpx2.ProtocolError)
    broken_off = protocol is None or "disconnected" in str(protocol) or "closed connection" in str(protocol)
    return Trouble("half" if broken_off else "not_a_model")


def told(trouble: Trouble, profile: ModelProfile, *, connect_s: float) -> ModelFault:
    """Return the fault in the words of a profile."""
    short, sentence = _SAID[trouble.kind]
    seconds = connect_s if trouble.kind == "slow_to_connect" else profile.timeout_s
    values = {
        "name": f"“{profile.name}”",
        "host": host_of(profile),
        "model": profile.model,
        "seconds": f"{seconds:g}",
        "detail": trouble.detail,
    }
    return ModelFault(f"{sentence.format(**values)} {KEPT}", short.format(**values), trouble.kind)


def host_of(profile: ModelProfile) -> str:
    """Return the endpoint's computer, with its port where the address names one."""
    parts = urlsplit(profile.base_url)
    host = parts.hostname or profile.base_url
    host = f"[{host}]" if ":" in host else host
    try:
        port = parts.port
    except ValueError:
        port = None
    return f"{host}:{port}" if port else host


def fallback_words(error: Exception, template: str = "") -> str:
    """Return the line that says why a template wrote the draft: "No network: written from the template “…”."."""
    if isinstance(error, ModelFault) and error.short:
        why = error.short
    elif isinstance(error, UserError):
        why = "No language model is ready"
    else:
        why = "The language model failed"
    return f"{why}: written from the template{f' “{template}”' if template else ''}."
