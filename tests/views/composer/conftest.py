"""The composer's pauses are shorter here: what is tested is what follows them, not how long they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from services.settings import ModelProfile
from services.workspace import Workspace
from tests.servers.model_server import ModelServer, model_server
from tests.views.composer.made import Desk, open_desk, somebody
from tests.views.conftest import OpenWindow


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check and store sooner after the last letter."""
    monkeypatch.setattr("views.composer.session.REVIEW_AFTER_MS", 60)
    monkeypatch.setattr("views.composer.session.SAVE_AFTER_MS", 150)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A model server on loopback."""
    with model_server() as running:
        yield running


@pytest.fixture
def model_desk(qtbot: QtBot, open_window: OpenWindow, sample: Workspace, server: ModelServer) -> Desk:
    """An email that is open, and a language model of that server that may write and read it."""
    profile = ModelProfile("loopback", server.url, "loopback-1", kind="local", price_in="1", price_out="2")
    made = open_desk(qtbot, open_window, sample, profile)
    made.open(*somebody(sample))
    return made
