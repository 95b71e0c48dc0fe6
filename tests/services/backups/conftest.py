"""A mail server on loopback and a book that sends over it, as the outbox's tests have them."""

from tests.services.outreach.outbox.conftest import post, server

__all__ = ["post", "server"]
