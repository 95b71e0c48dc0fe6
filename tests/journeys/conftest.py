"""A day's window: the fixtures of the views' tests, and hands that press keys as a person does."""

from __future__ import annotations

from tests.views.conftest import one_theme, open_window, theme

__all__ = ["one_theme", "open_window", "theme"]
