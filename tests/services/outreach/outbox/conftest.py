"""A mail server on loopback, and a book that sends over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.mail_server import MailServer, mail_server, trusted
from tests.services.outreach.outbox.post import Post, account_of


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    """A good server with STARTTLS and a password."""
    with mail_server(tmp_path, user="ada", password="right") as running, trusted(tmp_path):
        yield running


@pytest.fixture
def post(store_path: Path, server: MailServer) -> Iterator[Post]:
    """A book with an account at the server."""
    opened = Post(store_path, account_of(server))
    opened.workspace.keyring.set(opened.workspace.preferences.mail.secret, "right")
    yield opened
    opened.close()
