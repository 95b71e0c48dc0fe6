"""How many examples a slow law is tried on."""

from __future__ import annotations

from tests.conftest import FRESH


def examples(usual: int) -> int:
    """Return so many, and twenty times as many, which are new ones, in ``make soak``."""
    return usual * 20 if FRESH else usual
