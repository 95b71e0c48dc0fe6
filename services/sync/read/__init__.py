"""Any file becomes a table of text.

In this order: what is it packed as and is it text at all (`content`), in which encoding (`encoding`), how is it cut
into cells (`dialect`, `cut`, `cells`), which rows name the columns (`header`), what is not a row of it (`structure`),
then its rows in batches (`table`); sheets of workbooks join at the header (`sheets`). `opening` puts it together.
Nothing here knows what a customer is.
"""

from services.sync.read.bounds import bounded, end_bounds, moved_on
from services.sync.read.cells import write_rows
from services.sync.read.content import stamp_of
from services.sync.read.opening import read_table
from services.sync.read.sheets import of_each_member
from services.sync.read.structure import ANOTHER, is_ragged, ragged
from services.sync.read.table import BATCH_ROWS, Batch, Dialect, Table

__all__ = [
    "ANOTHER",
    "BATCH_ROWS",
    "Batch",
    "Dialect",
    "Table",
    "bounded",
    "end_bounds",
    "is_ragged",
    "moved_on",
    "of_each_member",
    "ragged",
    "read_table",
    "stamp_of",
    "write_rows",
]
