"""A server that speaks as language models do, and a workspace that knows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from services.settings import ModelProfile
from services.workspace import Workspace
from tests.servers.model_server import MODEL, ModelServer, model_server

NAME = "House model"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A model server on loopback."""
    with model_server() as running:
        yield running


@pytest.fixture
def profile(server: ModelServer) -> ModelProfile:
    """A profile of that server."""
    return ModelProfile(NAME, server.url, MODEL, kind="local", timeout_s=20, price_in="0.15", price_out="0.60")


@pytest.fixture
def with_profile(book: Workspace) -> Callable[[ModelProfile], Workspace]:
    """Give the sample book's workspace a language model."""

    def give(profile: ModelProfile) -> Workspace:
        return replace(book, preferences=replace(book.preferences, profiles=(profile,)))

    return give


@pytest.fixture
def workspace(with_profile: Callable[[ModelProfile], Workspace], profile: ModelProfile) -> Workspace:
    """The sample book beside the server."""
    return with_profile(profile)
