"""A fresh book for each test."""

from __future__ import annotations

from tests.services.sync.conftest import book

__all__ = ["book"]
