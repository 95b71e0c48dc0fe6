"""How this computer reaches a mail server and language models. Secrets are not here: they are in the keyring only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final
from urllib.parse import urlsplit

from services.settings.codec import FieldError
from services.settings.curves import within

SECURITIES = ("starttls", "tls", "none")
KINDS = ("cloud", "azure", "local")
#: A name, or an address in numbers.
_HOST: Final = re.compile(r"[\w.-]*|\[?[0-9a-fA-F:.]+(?:%\w+)?\]?")


@dataclass(frozen=True, slots=True)
class MailAccount:
    """The mail server over which approved emails go out.

    Attributes
    ----------
    host
        Empty: no account is set up, and emails are handed to the mail app.
    security
        starttls (587), tls (465), or none, which is only taken for this computer itself.
    user
        Empty: the server asks for no password.
    from_address, from_name
        The sender; the address is also the one that an unsubscribe mail goes to.
    sign_in
        Empty: with the user's password. Else the provider whom the person signs in to with the browser: ``microsoft``,
        ``google``, or a name that `Preferences.sign_in` has.
    """

    host: str = ""
    port: int = 587
    security: str = "starttls"
    user: str = ""
    from_address: str = ""
    from_name: str = ""
    sign_in: str = ""

    def __post_init__(self) -> None:
        if self.security not in SECURITIES:
            raise FieldError("security", "must be starttls, tls or none")
        within("port", self.port, 1, 65535)
        if not _HOST.fullmatch(self.host):
            raise FieldError("host", "must be a name such as smtp.example.com, without a user, password or path")

    @property
    def secret(self) -> str:
        """Name of the password in the keyring; with a browser sign-in, of what lasts of it."""
        return f"mail{'-sign-in' if self.sign_in else ''}:{self.user}@{self.host}"


@dataclass(frozen=True, slots=True)
class SignInClient:
    """How a provider knows this program when a person signs in with the browser; '' is as `resources/mail` has it.

    Attributes
    ----------
    client_id
        The number under which the organisation registered the program at the provider.
    client_secret
        What Google gives desktop programs beside it, which is no secret there; from IT's file only, as one that a
        person types is kept in the keyring.
    tenant
        Microsoft's: the organisation, as its name or number.
    authority
        Microsoft's: another cloud, such as https://login.microsoftonline.us.
    authorize_url, token_url, revoke_url, scope
        OAuth 2 endpoints of any other provider, and what is asked for there.
    """

    client_id: str = ""
    client_secret: str = ""
    tenant: str = ""
    authority: str = ""
    authorize_url: str = ""
    token_url: str = ""
    revoke_url: str = ""
    scope: str = ""

    def __post_init__(self) -> None:
        for name in ("authority", "authorize_url", "token_url", "revoke_url"):
            parts = urlsplit(getattr(self, name))
            if getattr(self, name) and (parts.scheme != "https" or not parts.hostname or "@" in parts.netloc):
                raise FieldError(name, "must be an address such as https://login.example.com/token")

    @property
    def secret(self) -> str:
        """Name under which the keyring has a client secret that a person typed."""
        return f"mail-client:{self.client_id}"


@dataclass(frozen=True, slots=True)
class ModelProfile:
    """A language model behind an OpenAI-compatible endpoint.

    Attributes
    ----------
    name
        What the person calls it; unique among the profiles.
    kind
        cloud, azure (deployment in the path, key in a header of its own), or local (a server on this computer; most
        take no key).
    api_version
        Azure-style endpoints only.
    timeout_s
        Seconds without a word after which a request is given up.
    price_in, price_out
        Decimal text: price of a million tokens in and out in ``currency``; empty: cost is not shown.
    """

    name: str
    base_url: str
    model: str
    kind: str = "cloud"
    api_version: str = ""
    timeout_s: float = 30
    price_in: str = ""
    price_out: str = ""
    currency: str = "USD"

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise FieldError("name", "a language model needs a name")
        if self.kind not in KINDS:
            raise FieldError("kind", "must be cloud, azure or local")
        _check_address(self.base_url)
        if not self.model.strip():
            raise FieldError("model", "enter the model's name, or its deployment")
        within("timeout_s", self.timeout_s, 1, 600, " seconds")
        for name in ("price_in", "price_out"):
            price = getattr(self, name)
            try:
                wrong = bool(price) and Decimal(price) < 0
            except InvalidOperation:
                wrong = True
            if wrong:
                raise FieldError(name, "must be a price per million tokens such as 0.15, or empty")

    @property
    def secret(self) -> str:
        """Name of the key in the keyring."""
        return f"model:{self.name}"


def _check_address(address: str) -> None:
    """Refuse what is no address, and one that carries a secret: addresses are shown, and stand in files."""
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FieldError("base_url", "must be an address such as https://models.example/v1")
    if "@" in parts.netloc:
        raise FieldError("base_url", "must not contain a user name or password: enter the key in its own field")
    if parts.query or parts.fragment:
        raise FieldError("base_url", "must end before the “?” or “#”: enter a key or version in its own field")
