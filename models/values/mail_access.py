"""Values of access to a mail account: providers that are known by an address, and what a browser sign-in gave."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provider:
    """A mail provider as the form of the mail server is filled for it.

    Attributes
    ----------
    sign_in
        The provider whom a person signs in to with the browser, '' where that is not possible.
    takes_password
        Whether a password does, too.
    domains
        Domains of addresses that are surely there.
    note
        What a person must know to get in, '' for nothing.
    """

    code: str
    name: str
    host: str
    port: int
    security: str
    sign_in: str = ""
    takes_password: bool = True
    domains: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class SignInWay:
    """How people sign in to a provider with the browser, with everything that a request needs.

    Attributes
    ----------
    title
        As people call the provider.
    authority
        Microsoft's: the address under which a tenant lies; '' for every other provider, who has endpoints.
    redirect_host
        What this computer is called in the address that the browser comes back to.
    remove_at
        Where a person takes the permission back at the provider.
    asks
        Further parameters of the first request.
    """

    title: str
    client_id: str = ""
    client_secret: str = ""
    tenant: str = ""
    authority: str = ""
    authorize_url: str = ""
    token_url: str = ""
    revoke_url: str = ""
    scope: str = ""
    redirect_host: str = "127.0.0.1"
    remove_at: str = ""
    asks: tuple[tuple[str, str], ...] = ()
