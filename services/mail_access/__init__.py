"""Access to a mail account: which server an address has, and the sign-in with the browser that providers ask for.

address → provider (server, port, encryption, way to sign in) → browser sign-in (OAuth 2 with PKCE, back to this
computer) → what lasts of it in the keyring → an access token for the mail server. Everything is imported at its first
use: the libraries of it cost 300 ms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.lazy import offering

if TYPE_CHECKING:
    from models.values.mail_access import Provider
    from services.mail_access.providers import provider_at, providers_for, sign_in_at, sign_ins
    from services.mail_access.tokens import access_token, sign_in, sign_out, signed_in
    from services.workspace import Workspace
else:
    __getattr__ = offering(
        __name__,
        {
            "services.mail_access.providers": "providers_for provider_at sign_in_at sign_ins",
            "services.mail_access.tokens": "sign_in sign_out signed_in access_token",
        },
    )


def provider_named(code: str) -> Provider | None:
    """Return the provider of a code such as ``microsoft365``, None where there is none."""
    from services.mail_access.providers import providers as known

    return known().get(code)


def lacks_secret(workspace: Workspace) -> bool:
    """Return whether a person has to be asked for the password or the sign-in: this computer has no keyring for it."""
    account, keyring = workspace.preferences.mail, workspace.keyring
    return bool(account.host and account.user) and not keyring.lasting and keyring.get(account.secret) is None
