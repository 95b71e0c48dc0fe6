"""Access to a mail account: which server an address has, and the sign-in with the browser that providers ask for.

address → provider (server, port, encryption, way to sign in) → browser sign-in (OAuth 2 with PKCE, back to this
computer) → what lasts of it in the keyring → an access token for the mail server. Everything is imported at its first
use: the libraries of it cost 300 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.values.mail_access import Provider
    from services.settings import MailAccount, SignInClient
    from services.workspace import Workspace


def providers_for(address: str) -> tuple[Provider, ...]:
    """Return the provider of an address; of a company's own domain those who may host it; of no address nothing."""
    from services.mail_access.providers import providers_for as do

    return do(address)


def provider_at(host: str) -> Provider | None:
    """Return the provider whose server it is, None of any other server."""
    from services.mail_access.providers import provider_at as do

    return do(host)


def sign_in_at(provider: Provider, clients: Mapping[str, SignInClient]) -> str:
    """Return whom one signs in to with the browser at a provider, '' for a password: the way without a client ID."""
    from services.mail_access.providers import sign_in_at as do

    return do(provider, clients)


def provider_named(code: str) -> Provider | None:
    """Return the provider of a code such as ``microsoft365``, None where there is none."""
    from services.mail_access.providers import providers as known

    return known().get(code)


def sign_ins() -> dict[str, str]:
    """Return whom one can sign in to with the browser without naming endpoints: code to title."""
    from services.mail_access.providers import sign_ins as do

    return do()


def sign_in(
    workspace: Workspace, account: MailAccount, client: SignInClient | None, *, open_link: Callable[[str], None],
    cancelled: Callable[[], bool] = lambda: False,
) -> str:  # fmt: skip
    """Sign in with the browser and keep what lasts of it in the keyring; return who signed in, '' if nobody says.

    ``open_link`` is given the address that the browser must go to, in the thread that called.

    Raises
    ------
    Cancelled
        ``cancelled`` said so.
    EnvironmentFault, UserError
        Refused, not reachable, not come back in ten minutes: one sentence that says what to do.
    """
    from services.mail_access.tokens import sign_in as do

    return do(workspace, account, client, open_link=open_link, cancelled=cancelled)


def sign_out(workspace: Workspace, account: MailAccount, client: SignInClient | None) -> str:
    """Forget a sign-in, ask a provider who offers it to end the permission, and say what came of it."""
    from services.mail_access.tokens import sign_out as do

    return do(workspace, account, client)


def signed_in(workspace: Workspace, account: MailAccount) -> str | None:
    """Return who is signed in, '' where the provider did not say, None where nobody is."""
    from services.mail_access.tokens import signed_in as do

    return do(workspace, account)


def lacks_secret(workspace: Workspace) -> bool:
    """Return whether a person has to be asked for the password or the sign-in: this computer has no keyring for it."""
    account, keyring = workspace.preferences.mail, workspace.keyring
    return bool(account.host and account.user) and not keyring.lasting and keyring.get(account.secret) is None


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
    from services.mail_access.tokens import access_token as do

    return do(workspace, account, fresh=fresh, cancelled=cancelled)
