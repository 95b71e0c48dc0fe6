"""Audit: the journal as a person reads it, undo of the last action, and the check of chain and store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.lazy import offering

if TYPE_CHECKING:
    from services.audit.audit import (
        digest_imports,
        entries_of_others,
        forget_head,
        history,
        redo_last,
        remember_head,
        undo_last,
        verify_book,
    )
else:
    __getattr__ = offering(
        __name__,
        {
            "services.audit.audit": (
                "digest_imports entries_of_others forget_head history redo_last remember_head undo_last verify_book"
            ),
        },
    )
