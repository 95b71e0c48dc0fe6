"""Commands about the mail account: mail set, sign-in, sign-out, test. What they keep is this computer's."""

from __future__ import annotations

import sys
import webbrowser
from dataclasses import replace
from typing import Annotated, Any

import typer

from app.cli.frame import DONE, IN_PART, Reply, ask_secret, in_book, keep_preferences, own_preferences, say
from models.values.errors import UserError
from models.values.mail_access import Provider
from services import mail_access, outreach
from services.settings import MailAccount, SignInClient
from services.workspace import Workspace


def _text(name: str, words: str) -> Any:
    return typer.Option(f"--{name}", metavar=name.upper().replace("-", "_"), help=words)


Address = Annotated[str | None, _text("address", "Your address as the sender; fills in the server of its provider.")]
At = Annotated[str | None, _text("provider", "The provider of the server, such as microsoft365, google, zoho_eu.")]
Name = Annotated[str | None, _text("name", "Your name as the sender.")]
Host = Annotated[str | None, _text("host", "The server; '' to send from your mail app.")]
Security = Annotated[str | None, _text("security", "starttls, tls or none.")]
User = Annotated[str | None, _text("user", "The user who signs in; '' if the server needs no password.")]
SignIn = Annotated[
    str | None, _text("sign-in", "Browser sign-in: microsoft, google, or another name; '' for a password.")
]
ClientId = Annotated[str | None, _text("client-id", "From your IT: Bellwether's client ID at the provider.")]
Tenant = Annotated[str | None, _text("tenant", "Microsoft: your organisation.")]
AuthorizeUrl = Annotated[str | None, _text("authorize-url", "Sign-in address of another provider.")]
TokenUrl = Annotated[str | None, _text("token-url", "Token address of another provider.")]
Scope = Annotated[str | None, _text("scope", "Scope of another provider.")]


@in_book(create=True)
def show(workspace: Workspace) -> Reply:
    """Show the mail account of this computer."""
    return _shown(workspace)


@in_book(create=True)
def change(
    workspace: Workspace,
    address: Address = None, provider: At = None, name: Name = None, host: Host = None,
    port: Annotated[int | None, typer.Option("--port", help="Port of the server.")] = None,
    security: Security = None, user: User = None, sign_in: SignIn = None, client_id: ClientId = None,
    tenant: Tenant = None, authorize_url: AuthorizeUrl = None, token_url: TokenUrl = None, scope: Scope = None,
    password: Annotated[bool, typer.Option("--password", help="Ask for the password, and keep it.")] = False,
    client_secret: Annotated[bool, typer.Option("--client-secret", help="Ask for the client secret.")] = False,
) -> Reply:  # fmt: skip
    """Set up the mail account. Options you leave out keep their value, or take that of the provider.

    Exit code 3: saved, but the server is still missing.
    """
    given = {"from_address": address, "from_name": name, "host": host, "port": port, "security": security,
             "user": user, "sign_in": sign_in}  # fmt: skip
    named = {"client_id": client_id, "tenant": tenant, "authorize_url": authorize_url, "token_url": token_url,
             "scope": scope}  # fmt: skip
    before = workspace.preferences.mail
    account = _changed(workspace, provider, {key: value for key, value in given.items() if value is not None})
    workspace.managed.limits.refuse_mail_host(account.host)
    clients = _clients(workspace, account, {key: value for key, value in named.items() if value is not None})
    if password:
        workspace.keyring.set(account.secret, ask_secret(f"Password of {account.user} at {account.host}"))
    if client_secret:
        client = clients.get(account.sign_in, SignInClient())
        workspace.keyring.set(client.secret, ask_secret("Client secret"))
    if before.secret != account.secret:
        workspace.keyring.delete(before.secret)
    own = own_preferences()
    if workspace.managed.is_locked("sign_in"):
        keep_preferences(replace(own, mail=account))
    else:
        keep_preferences(replace(own, mail=account, sign_in=clients))
    kept = replace(workspace.preferences, mail=account, sign_in=clients)
    if password and not workspace.keyring.lasting:
        say("This computer has no keyring, so the password is not stored: `send` asks for it.")
    open_question = address and host is None and not account.host
    return _shown(replace(workspace, preferences=kept))._replace(code=IN_PART if open_question else DONE)


def _changed(workspace: Workspace, code: str | None, given: dict[str, Any]) -> MailAccount:
    workspace.managed.refuse_change("mail", "The mail account")
    before = workspace.preferences.mail
    address = given.get("from_address", before.from_address)
    moved = "from_address" in given and (address != before.from_address or not before.host)
    provider = _provider(code, address if moved and "host" not in given else "", has_server=bool(before.host))
    if provider is None:
        return replace(before, **given)
    way = mail_access.sign_in_at(provider, workspace.preferences.sign_in)
    filled = {"host": provider.host, "port": provider.port, "security": provider.security, "sign_in": way}
    if provider.note:
        say(provider.note)
    return replace(before, **{**filled, "user": address, **given})


def _provider(code: str | None, address: str, *, has_server: bool) -> Provider | None:
    """Return whose server it is; None where that is not known, which is refused where another server is set up."""
    if code is not None:
        found = mail_access.provider_named(code)
        if found is None:
            raise UserError(f"No provider is called “{code}”. Name the server instead: --host SERVER.")
        return found
    known = mail_access.providers_for(address)
    if len(known) > 1:
        listed = " or ".join(f"--provider {one.code}" for one in known)
        unknown = f"The provider of {address.rpartition('@')[2]} is not known: add {listed}, or --host SERVER."
        if has_server:
            raise UserError(f"Nothing was saved. {unknown}")
        say(unknown)
        return None
    return known[0] if known else None


def _clients(workspace: Workspace, account: MailAccount, named: dict[str, str]) -> dict[str, SignInClient]:
    clients = dict(workspace.preferences.sign_in)
    if not named:
        return clients
    workspace.managed.refuse_change("sign_in", "The client ID")
    if not account.sign_in:
        raise UserError("A client ID is for browser sign-in: add --sign-in microsoft or google.")
    return {**clients, account.sign_in: replace(clients.get(account.sign_in, SignInClient()), **named)}


@in_book(create=True)
def sign_in(workspace: Workspace) -> Reply:
    """Sign in with the browser. The link is printed too, for a browser that does not open."""
    account = _browser_account(workspace)
    client = workspace.preferences.sign_in.get(account.sign_in)
    mail_access.sign_in(workspace, account, client, open_link=_open_link)
    if not workspace.keyring.lasting:
        say("This computer has no keyring, so the sign-in ends with this command. Sign in in the window instead.")
    return _shown(workspace)


def _open_link(link: str) -> None:
    say(f"Sign in with your browser. If it does not open, go to:\n{link}")
    webbrowser.open(link)


@in_book(create=True)
def sign_out(workspace: Workspace) -> Reply:
    """Forget the browser sign-in, and end it at the provider where that is possible."""
    account = _browser_account(workspace)
    words = mail_access.sign_out(workspace, account, workspace.preferences.sign_in.get(account.sign_in))
    return Reply({"words": words}, words)


def _browser_account(workspace: Workspace) -> MailAccount:
    account = workspace.preferences.mail
    if not account.sign_in:
        raise UserError("The account signs in with a password. `bellwether mail set --sign-in microsoft` changes that.")
    return account


@in_book(create=True)
def try_account(
    workspace: Workspace,
    send: Annotated[bool, typer.Option("--send", help="Send a short email to your own address.")] = False,
) -> Reply:
    """Connect, encrypt and sign in; nothing is sent unless you ask for an email to yourself."""
    ask_password(workspace)
    do = outreach.send_to_oneself if send else outreach.try_mail
    words = do(workspace, workspace.preferences.mail, None)
    return Reply({"words": words}, words)


def ask_password(workspace: Workspace) -> None:
    """Ask for the password, once a run, where this computer has no keyring that could have it."""
    account = workspace.preferences.mail
    if not account.sign_in and sys.stdin.isatty() and mail_access.lacks_secret(workspace):
        workspace.keyring.set(account.secret, ask_secret(f"Password of {account.user} at {account.host}"))


def _shown(workspace: Workspace) -> Reply:
    account = workspace.preferences.mail
    client = workspace.preferences.sign_in.get(account.sign_in)
    who = mail_access.signed_in(workspace, account) if account.sign_in else None
    has_password = not account.sign_in and workspace.keyring.get(account.secret) is not None
    document = {
        "host": account.host,
        "port": account.port,
        "security": account.security,
        "user": account.user,
        "from_address": account.from_address,
        "from_name": account.from_name,
        "sign_in": account.sign_in,
        "client_id": client.client_id if client is not None else "",
        "signed_in": who,
        "password": has_password,
    }
    return Reply(document, _words(account, who, has_password))


def _words(account: MailAccount, who: str | None, has_password: bool) -> str:
    address = f"<{account.from_address}>" if account.from_name and account.from_address else account.from_address
    sender = f"{account.from_name} {address}".strip()
    if not account.host:
        how = "--provider …" if account.from_address else "--address YOU@…"
        none = f"No mail server is set up: emails open in your mail app. `mail set {how}` sets one up."
        return f"Sender: {sender}\n{none}" if sender else none
    if account.sign_in:
        state = f"signed in as {who or account.user}" if who is not None else "not signed in: `bellwether mail sign-in`"
        way = f"Browser ({account.sign_in}): {state}"
    elif account.user:
        state = "stored" if has_password else "not stored: `bellwether mail set --password`"
        way = f"Password of {account.user}: {state}"
    else:
        way = "No password"
    return f"Server: {account.host}:{account.port}, {account.security}\nSender: {sender or 'none yet'}\n{way}"
