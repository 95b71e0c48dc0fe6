"""Backups of a book: made by themselves, checked, thinned out, and restored with what may not be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.lazy import offering

if TYPE_CHECKING:
    from services.backups.keeping import back_up, back_up_before_import, backups_of, copies_with_data, daily_backup
    from services.backups.restoring import Restored, Since, compare, restore
else:
    __getattr__ = offering(
        __name__,
        {
            "services.backups.keeping": "back_up back_up_before_import backups_of copies_with_data daily_backup",
            "services.backups.restoring": "Restored Since compare restore",
        },
    )
