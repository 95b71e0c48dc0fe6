"""What tests of the store run with: plain books and encrypted ones."""

from __future__ import annotations

import pytest

from models.store.book_key import BookKey, random_key

Key = BookKey | None


@pytest.fixture(params=["plain", "encrypted"])
def key(request: pytest.FixtureRequest) -> Key:
    """Return the key of the book; a test that asks for it runs on both kinds."""
    return None if request.param == "plain" else random_key()
