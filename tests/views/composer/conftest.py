"""The composer's pauses are shorter here: what is tested is what follows them, not how long they are."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check and store sooner after the last letter."""
    monkeypatch.setattr("views.composer.session.REVIEW_AFTER_MS", 60)
    monkeypatch.setattr("views.composer.session.SAVE_AFTER_MS", 150)
