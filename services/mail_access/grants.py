"""What is said to a provider's sign-in server: OAuth 2 with PKCE, by `msal` for Microsoft and by `authlib` for others.

Both speak through one kind of HTTP session: with the computer's own trust in certificates beside the bundled one, a
time-out, and no redirect (a token request that is sent on elsewhere would carry the grant there). Whoever waits may
give up: a request that is under way is then not waited for.
"""

from __future__ import annotations

import base64
import binascii
import json
import queue
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from models.values.errors import Cancelled, NetworkFault
from models.values.mail_access import SignInWay
from models.values.words import shortened

T = TypeVar("T")
_SECONDS: Final = 20
_LOOKS_EVERY_S: Final = 0.1
_SAID: Final = 160
#: Codes by which a provider says that a person has to sign in again (RFC 6749 5.2, OpenID Connect Core 3.1.2.6).
_ENDED: Final = frozenset({"invalid_grant", "interaction_required", "login_required", "consent_required"})
_WHO: Final = ("preferred_username", "email", "upn")


class SignInFault(NetworkFault):
    """The sign-in does not work now; one sentence that says what to do."""


class GrantEnded(Exception):
    """The provider takes what was kept of a sign-in no more: only a person can sign in again."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a provider gave: an access token for so many seconds, and what gets the next one.

    Attributes
    ----------
    refresh_token
        '' where the provider gave none, or lets the former one stand.
    who
        Address of the person who signed in, '' where the provider does not say.
    """

    access_token: str
    seconds: int
    refresh_token: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """A sign-in that was begun: where the browser goes, the state it brings back, and what its answer is given to."""

    url: str
    state: str
    finish: Callable[[Mapping[str, str]], Grant]


def begin(way: SignInWay, redirect: str, user: str) -> Flow:
    """Begin a sign-in; asks the provider's discovery document of Microsoft alone.

    Raises
    ------
    SignInFault
        The provider cannot be reached, or does not know the tenant.
    """
    return _begin_microsoft(way, redirect, user) if way.authority else _begin_other(way, redirect, user)


def refresh(way: SignInWay, refresh_token: str) -> Grant:
    """Get another access token.

    Raises
    ------
    GrantEnded
        A person has to sign in again.
    SignInFault
        It does not work now.
    """
    if way.authority:
        found = _asked(way, lambda: _known_tenant(way).acquire_token_by_refresh_token(refresh_token, way.scope.split()))
        return _grant(way, found)
    session = _other(way)
    return _grant(way, _asked(way, lambda: session.refresh_token(way.token_url, refresh_token=refresh_token)))


def revoke(way: SignInWay, refresh_token: str) -> None:
    """Ask a provider who offers it to end a grant.

    Raises
    ------
    SignInFault
        It could not be told.
    """
    if not way.revoke_url:
        return
    session = _other(way)

    def ask() -> dict[str, Any]:
        answer = session.revoke_token(way.revoke_url, token=refresh_token)
        return {} if answer.status_code < 400 else {"error": f"HTTP {answer.status_code}"}

    error = _asked(way, ask).get("error")
    if error:
        raise SignInFault(f"{way.title} did not withdraw the permission ({error}).")


def not_waited_for(job: Callable[[], T], cancelled: Callable[[], bool]) -> T:
    """Do something in a thread of its own, and stop waiting for it as soon as ``cancelled`` says so.

    Raises
    ------
    Cancelled
        It did.
    """
    found: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

    def work() -> None:
        try:
            found.put((job(), None))
        except BaseException as error:  # noqa: BLE001  handed on to who waits
            found.put((None, error))

    threading.Thread(target=work, name="sign-in request", daemon=True).start()
    while True:
        try:
            value, error = found.get(timeout=_LOOKS_EVERY_S)
        except queue.Empty:
            if cancelled():
                raise Cancelled("The sign-in was cancelled.") from None
            continue
        if error is not None:
            raise error
        return value  # type: ignore[return-value]


# -- Microsoft ----------------------------------------------------------------------------------------------------


def _microsoft(way: SignInWay) -> Any:
    import msal
    import requests

    session = _prepared(requests.Session())
    session.request = _with_time_out(session.request)
    return msal.PublicClientApplication(
        way.client_id,
        authority=f"{way.authority.rstrip('/')}/{way.tenant}",
        http_client=session,
        instance_discovery=False,
    )


def _known_tenant(way: SignInWay) -> Any:
    try:
        return _microsoft(way)
    except ValueError as error:
        raise SignInFault(
            f"{way.title} does not know the tenant “{way.tenant}”: ask your IT for the right one."
        ) from error


def _begin_microsoft(way: SignInWay, redirect: str, user: str) -> Flow:
    application = _asked(way, lambda: _known_tenant(way))
    flow: dict[str, Any] = application.initiate_auth_code_flow(
        way.scope.split(),
        redirect_uri=redirect,
        login_hint=user or None,
        prompt="select_account",
        response_mode="form_post",  # in an address the code would stay in the browser's history (RFC 9700, 4.3.1)
    )

    def finish(answer: Mapping[str, str]) -> Grant:
        return _grant(way, _asked(way, lambda: application.acquire_token_by_auth_code_flow(flow, dict(answer))))

    return Flow(flow["auth_uri"], flow["state"], finish)


# -- Google and others --------------------------------------------------------------------------------------------


def _other(way: SignInWay, redirect: str = "") -> Any:
    from authlib.integrations.requests_client import OAuth2Session

    made = OAuth2Session(
        client_id=way.client_id,
        client_secret=way.client_secret or None,
        token_endpoint_auth_method="client_secret_post" if way.client_secret else "none",
        revocation_endpoint_auth_method="client_secret_post" if way.client_secret else "none",
        redirect_uri=redirect or None,
        code_challenge_method="S256",
        default_timeout=_SECONDS,
    )
    return _prepared(made)


def _begin_other(way: SignInWay, redirect: str, user: str) -> Flow:
    from authlib.common.security import generate_token

    session, verifier = _other(way, redirect), generate_token(64)
    asks = {**dict(way.asks), **({"login_hint": user} if user else {})}
    url, state = session.create_authorization_url(way.authorize_url, code_verifier=verifier, scope=way.scope, **asks)

    def finish(answer: Mapping[str, str]) -> Grant:
        if "error" in answer:
            return _grant(way, dict(answer))
        return _grant(
            way,
            _asked(
                way,
                lambda: session.fetch_token(
                    way.token_url, grant_type="authorization_code", code=answer["code"], code_verifier=verifier
                ),
            ),
        )

    return Flow(url, state, finish)


# -- both ---------------------------------------------------------------------------------------------------------


def _prepared(session: Any) -> Any:
    from requests.adapters import HTTPAdapter

    class SystemTrust(HTTPAdapter):  # type: ignore[misc,unused-ignore]
        def init_poolmanager(self, *args: Any, **more: Any) -> None:
            super().init_poolmanager(*args, **more, ssl_context=ssl.create_default_context())

    session.mount("https://", SystemTrust())
    session.max_redirects = 0
    return session


def _with_time_out(request: Callable[..., Any]) -> Callable[..., Any]:
    def asked(*args: Any, **more: Any) -> Any:
        more.setdefault("timeout", _SECONDS)
        return request(*args, **more)

    return asked


def _asked(way: SignInWay, ask: Callable[[], Any]) -> Any:
    """Ask, with every trouble of the network as one sentence, and an error of OAuth 2 as its document."""
    import requests
    from authlib.integrations.base_client import OAuthError

    try:
        return ask()
    except OAuthError as error:
        return {"error": error.error or "unknown", "error_description": error.description or ""}
    except requests.exceptions.SSLError as error:
        raise SignInFault(
            f"The certificate of {way.title}’s sign-in page cannot be checked: ask your IT whether the network "
            "inspects traffic."
        ) from error
    except (requests.exceptions.ConnectionError, requests.exceptions.Timeout) as error:
        raise SignInFault(f"{way.title}’s sign-in cannot be reached: there is no network.", offline=True) from error
    except requests.exceptions.RequestException as error:
        raise SignInFault(f"{way.title}’s sign-in is not working right now. Try again later.") from error
    except (ValueError, KeyError, RuntimeError) as error:  # what both libraries say of an answer that is none
        raise SignInFault(
            f"{way.title}’s sign-in gave an answer that Bellwether cannot read. Try again later."
        ) from error


def _grant(way: SignInWay, found: Mapping[str, Any]) -> Grant:
    token = found.get("access_token")
    if not isinstance(token, str) or not token:
        raise _refusal(way, found)
    claims = found.get("id_token_claims") or _claims(found.get("id_token"))
    who = next((str(claims[name]) for name in _WHO if claims.get(name)), "")
    try:
        seconds = int(float(found.get("expires_in") or 0))
    except (TypeError, ValueError, OverflowError):
        seconds = 0
    return Grant(token, max(0, seconds), str(found.get("refresh_token") or ""), who)


def _claims(token: object) -> Mapping[str, Any]:
    """What an ID token says; its signature is not checked, as it came over TLS from its issuer (OIDC Core 3.1.3.7)."""
    if not isinstance(token, str) or token.count(".") != 2:
        return {}
    middle = token.split(".")[1]
    try:
        found = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (binascii.Error, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _refusal(way: SignInWay, found: Mapping[str, Any]) -> Exception:
    error = str(found.get("error") or "no token")
    described = str(found.get("error_description") or "").strip()
    said = shortened(f"{error}: {described.splitlines()[0]}" if described else error, _SAID)
    if "AADSTS65001" in described or "AADSTS90094" in described:
        return SignInFault(f"Your organisation has not approved Bellwether yet: ask your IT to approve it ({said}).")
    if error == "access_denied":
        return SignInFault(f"{way.title} was not allowed to let Bellwether send. Sign in again, and choose Allow.")
    if error in _ENDED:
        return GrantEnded(said)
    if error in ("invalid_client", "unauthorized_client"):
        return SignInFault(f"{way.title} does not accept the client ID: ask your IT for the right one ({said}).")
    return SignInFault(f"{way.title} refused the sign-in ({said}).")
