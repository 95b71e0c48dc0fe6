"""Any file becomes a table of text.

In this order: is it text (`content`), how is it cut into cells (`dialect`), which row names the columns (`header`),
and then its rows in batches (`table`). Nothing here knows what a customer is.
"""

from services.sync.read.table import BATCH_ROWS, Batch, Dialect, Table, read_table

__all__ = ["BATCH_ROWS", "Batch", "Dialect", "Table", "read_table"]
