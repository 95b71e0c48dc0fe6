"""What came from files: one row a file, its rejects, the images of what it changed, and confirmed mappings."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, Table, Text

from models.tables.meta import metadata, surrogate

imports = Table(
    "imports",
    metadata,
    surrogate(),
    Column("file_name", Text, nullable=False),
    Column("file_path", Text, nullable=False),
    Column("file_sha256", Text, nullable=False),
    Column("file_bytes", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("recognised_as", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("actor", Text, nullable=False),
    Column("rows_read", Integer, nullable=False),
    Column("rows_inserted", Integer, nullable=False),
    Column("rows_updated", Integer, nullable=False),
    Column("rows_unchanged", Integer, nullable=False),
    Column("rows_rejected", Integer, nullable=False),
    Column("rows_ignored", Integer, nullable=False),
    Column("receipt", Text, nullable=False),  # JSON, as DATA.md describes it
    Column("rejects_file", Text),
    Column("journal_id", Integer, nullable=False),
    Column("undone_by", Integer),  # the journal entry that undid it
)

import_rejects = Table(
    "import_rejects",
    metadata,
    surrogate(),
    Column("import_id", Integer, nullable=False),
    Column("line", Integer, nullable=False),  # 1-based row of data in the file
    Column("field", Text),
    Column("reason", Text, nullable=False),
    Column("cells", Text, nullable=False),  # JSON list: the row as the file had it
    Index("ix_import_rejects_import", "import_id"),
)

import_changes = Table(
    "import_changes",
    metadata,
    surrogate(),
    Column("import_id", Integer, nullable=False),
    Column("table_name", Text, nullable=False),
    Column("row_id", Integer, nullable=False),
    Column("before", Text, nullable=False),  # JSON object of the fields that changed
    Column("after", Text, nullable=False),
    Index("ix_import_changes_import", "import_id", "table_name"),
    Index("ix_import_changes_row", "table_name", "row_id"),
)

mappings = Table(
    "mappings",
    metadata,
    Column("header_signature", Text, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("mapping", Text, nullable=False),  # JSON {column: field}
    Column("options", Text, nullable=False),  # JSON: date order, currency, zone
    Column("confirmed_at", Text, nullable=False),
)
