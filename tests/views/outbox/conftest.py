"""The mail server and the book that sends over it, as the outbox's own tests have them."""

from __future__ import annotations

from tests.services.outreach.outbox.conftest import post, server

__all__ = ["post", "server"]
