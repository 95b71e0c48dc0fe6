"""Backups of a book: made by themselves, checked, thinned out, and restored with what may not be lost."""

from __future__ import annotations

from services.backups.keeping import back_up, back_up_before_import, backups_of, copies_with_data, daily_backup
from services.backups.restoring import Restored, Since, compare, restore

__all__ = [
    "Restored",
    "Since",
    "back_up",
    "back_up_before_import",
    "backups_of",
    "compare",
    "copies_with_data",
    "daily_backup",
    "restore",
]
