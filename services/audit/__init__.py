"""Audit: the journal as a person reads it, undo of the last action, and the check of chain and store."""

from __future__ import annotations

from services.audit.audit import history, remember_head, undo_last, verify_book

__all__ = ["history", "remember_head", "undo_last", "verify_book"]
