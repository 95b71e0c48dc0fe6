"""A day's window: the fixtures of the views' tests, and hands that press keys as a person does."""

from __future__ import annotations

from tests.views.conftest import open_window, theme

__all__ = ["open_window", "theme"]
