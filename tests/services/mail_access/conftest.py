"""An authorisation server on loopback, and a book whose account signs in there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.keyrings import SystemKeyring
from services.settings import MailAccount
from tests.servers.mail_server import trusted
from tests.servers.sign_in_server import USER, Browser, SignInServer, sign_in_server
from tests.services.outreach.outbox.post import Post
from tests.vault import Vault

OTHER = "acme"


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[SignInServer]:
    with sign_in_server(tmp_path) as running, trusted(tmp_path):
        yield running


@pytest.fixture
def browser(provider: SignInServer, tmp_path: Path) -> Iterator[Browser]:
    made = Browser(tmp_path)
    yield made
    made.close()


@pytest.fixture
def vault() -> Vault:
    return Vault()


@pytest.fixture
def post(store_path: Path, provider: SignInServer, vault: Vault) -> Iterator[Post]:
    """A book whose account signs in at a provider with endpoints of its own; Microsoft is known beside it."""
    account = MailAccount("localhost", 587, "starttls", USER, USER, "Ada Lindqvist", OTHER)
    opened = Post(store_path, account)
    opened.preferences(sign_in={OTHER: provider.client, "microsoft": provider.microsoft})
    opened.workspace = replace(opened.workspace, keyring=SystemKeyring(vault))
    yield opened
    opened.close()
