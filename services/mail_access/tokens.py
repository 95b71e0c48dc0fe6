"""What lasts of a browser sign-in, in the keyring only; and the access token of the moment, in memory only.

An access token is refreshed shortly before it ends, and once more where a mail server does not take it. Two programs
may refresh at the same time, and a provider that changes the grant with each refresh then refuses one of them: so a
refusal counts only where the keyring still has what was refused.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from models.values.errors import Cancelled, EnvironmentFault, UserError
from models.values.mail_access import SignInWay
from services.mail_access import grants
from services.mail_access.grants import Grant, GrantEnded, SignInFault
from services.mail_access.loopback import returning
from services.mail_access.providers import way_of
from services.settings import MailAccount, SignInClient
from services.workspace import Workspace

if TYPE_CHECKING:
    from models.store import Store

#: So long before its end an access token is not used any more.
_EARLY: Final = timedelta(minutes=3)
_LOOKS_EVERY_S: Final = 0.1
PATIENCE_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the keyring has of a sign-in."""

    refresh_token: str
    client_id: str
    who: str = ""


_lock: Final = threading.Lock()
_tokens: Final[WeakKeyDictionary[Store, dict[str, tuple[str, datetime]]]] = WeakKeyDictionary()


def sign_in(
    workspace: Workspace,
    account: MailAccount,
    client: SignInClient | None,
    *,
    open_link: Callable[[str], None],
    cancelled: Callable[[], bool] = lambda: False,
    patience_s: float = PATIENCE_S,
) -> str:
    """Sign in with the browser and keep what lasts of it in the keyring; return who signed in, '' if nobody says.

    ``open_link`` is given the address that the browser must go to, in the thread that called.

    Raises
    ------
    Cancelled
        ``cancelled`` said so.
    EnvironmentFault, UserError
        Refused, not reachable, not come back in ten minutes: one sentence that says what to do.
    """
    workspace.managed.limits.refuse_mail_host(account.host)
    way = _way(workspace, account, client)
    with returning() as listener:
        redirect = f"http://{way.redirect_host}:{listener.port}"
        flow = grants.not_waited_for(lambda: grants.begin(way, redirect, account.user), cancelled)
        listener.expect(flow.state)
        open_link(flow.url)
        answer = listener.wait(patience_s=patience_s, cancelled=cancelled)
    try:
        grant = grants.not_waited_for(lambda: flow.finish(answer), cancelled)
    except GrantEnded as error:
        raise SignInFault(f"{way.title} refused the sign-in ({error}).") from error
    if not grant.refresh_token:
        raise SignInFault(
            f"{way.title} gave no lasting permission, so you would have to sign in every hour: ask your IT to allow"
            " offline access."
        )
    _keep(workspace, account, way, grant)
    return grant.who


def sign_out(workspace: Workspace, account: MailAccount, client: SignInClient | None) -> str:
    """Forget a sign-in, ask a provider who offers it to end the permission, and say what came of it."""
    kept, way = _kept(workspace, account), _resolved(workspace, account, client)
    _forget(workspace, account)
    if kept is None:
        return "You are not signed in."
    where = f" To remove it everywhere, go to {way.remove_at}." if way.remove_at else ""
    if not way.revoke_url:
        return f"Signed out on this computer.{where}"
    try:
        grants.revoke(way, kept.refresh_token)
    except (SignInFault, GrantEnded) as error:
        return f"Signed out on this computer. {str(error).rstrip('.')}.{where}"
    return f"Signed out, and {way.title} has withdrawn the permission."


def signed_in(workspace: Workspace, account: MailAccount) -> str | None:
    """Return who is signed in, '' where the provider did not say, None where nobody is."""
    kept = _kept(workspace, account)
    return kept.who if kept is not None else None


def access_token(
    workspace: Workspace, account: MailAccount, *, fresh: bool = False, cancelled: Callable[[], bool] = lambda: False
) -> str:
    """Return an access token for a mail server, refreshed where it ends soon, or at once where ``fresh`` is asked.

    Raises
    ------
    SignInFault
        Nobody is signed in, the grant has ended, or the provider cannot be reached.
    Cancelled
        ``cancelled`` said so.
    """
    while not _lock.acquire(timeout=_LOOKS_EVERY_S):
        if cancelled():
            raise Cancelled("The sign-in was cancelled.")
    try:
        found, ends = _tokens.get(workspace.store, {}).get(account.secret, ("", workspace.clock.now()))
        if found and not fresh and workspace.clock.now() < ends - _EARLY:
            return found
        return _refreshed(workspace, account, cancelled)
    finally:
        _lock.release()


# -- inside -------------------------------------------------------------------------------------------------------


def _refreshed(workspace: Workspace, account: MailAccount, cancelled: Callable[[], bool]) -> str:
    way = _way(workspace, account, workspace.preferences.sign_in.get(account.sign_in))
    refused = ""
    while True:
        kept = _kept(workspace, account)
        if kept is None or kept.client_id != way.client_id:
            raise SignInFault(f"You are not signed in to {way.title}: sign in in Settings › Mail server.")
        if kept.refresh_token == refused:
            _forget(workspace, account)
            raise SignInFault(f"{way.title} has ended your sign-in: sign in again in Settings › Mail server.") from None
        token = kept.refresh_token
        try:
            grant = grants.not_waited_for(lambda token=token: grants.refresh(way, token), cancelled)  # type: ignore[misc]
        except GrantEnded:
            refused = token
            continue
        _keep(workspace, account, way, replace(grant, refresh_token=grant.refresh_token or token, who=kept.who))
        return grant.access_token


def _way(workspace: Workspace, account: MailAccount, client: SignInClient | None) -> SignInWay:
    way = _resolved(workspace, account, client)
    if not way.client_id:
        raise SignInFault(f"Signing in to {way.title} needs a client ID: ask your IT for it.")
    if not way.authority and not (way.authorize_url and way.token_url and way.scope):
        raise UserError(f"Signing in to {way.title} needs its sign-in address, token address and scope.")
    return way


def _resolved(workspace: Workspace, account: MailAccount, client: SignInClient | None) -> SignInWay:
    way = way_of(account, client)
    if client is None or way.client_secret or not client.client_id:
        return way
    return replace(way, client_secret=workspace.keyring.get(client.secret) or "")


def _kept(workspace: Workspace, account: MailAccount) -> _Kept | None:
    text = workspace.keyring.get(account.secret)
    try:
        return _Kept(**json.loads(text)) if text else None
    except (ValueError, TypeError):
        return None


def _keep(workspace: Workspace, account: MailAccount, way: SignInWay, grant: Grant) -> None:
    kept = {"refresh_token": grant.refresh_token, "client_id": way.client_id, "who": grant.who}
    text = json.dumps(kept)
    if workspace.keyring.get(account.secret) != text:
        workspace.keyring.set(account.secret, text)
    ends = workspace.clock.now() + timedelta(seconds=grant.seconds)
    _tokens.setdefault(workspace.store, {})[account.secret] = (grant.access_token, ends)


def _forget(workspace: Workspace, account: MailAccount) -> None:
    _tokens.get(workspace.store, {}).pop(account.secret, None)
    try:
        workspace.keyring.delete(account.secret)
    except EnvironmentFault:
        # A locked keyring cannot lose it; what is there no longer works, or is overwritten by the next sign-in.
        workspace.keyring.set(account.secret, "")
