"""Exporting: what the book says as files for other programs, and what was changed here as files that systems take.

Lists and scores are written as tables (`tables`, `lists`, `report`). Write-back (`write_back`) is apart, as it needs
more: changed (read from the journal) · gather (rows in the system's own words) · write_back (files, then a journal
entry); only what changed, nothing is sent anywhere. What a system calls its fields is declared in
`resources/write_back`. No spreadsheet runs a cell of any of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.lazy import offering

if TYPE_CHECKING:
    from services.exporting.lists import write_alerts_list, write_customers_list, write_emails_list
    from services.exporting.report import write_report_card
    from services.exporting.tables import (
        exporting,
        note_export,
        refuse_export,
        sheet_cell,
        write_export,
        write_file,
        write_table,
    )
else:
    __getattr__ = offering(
        __name__,
        {
            "services.exporting.lists": "write_alerts_list write_customers_list write_emails_list",
            "services.exporting.report": "write_report_card",
            "services.exporting.tables": (
                "exporting note_export refuse_export sheet_cell write_export write_file write_table"
            ),
        },
    )
