"""Reports: a dashboard as a workbook, a table or a document, and one customer on one page,
and the pack of a portfolio that changes hands.

`gather` reads all answers of a dashboard at once; `workbook` and `table` write them as files. Pages (PDF) are painted
by `views.printing` from the same values.
"""

from __future__ import annotations

from services.reports.brief import brief_of
from services.reports.gather import report_of
from services.reports.handover import handover_of
from services.reports.personal_data import personal_data
from services.reports.table import write_report_table, write_rows_table
from services.reports.workbook import write_report_workbook

__all__ = [
    "brief_of",
    "handover_of",
    "personal_data",
    "report_of",
    "write_report_table",
    "write_report_workbook",
    "write_rows_table",
]
