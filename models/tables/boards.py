"""What people arranged on Insights: dashboards of their own or changed ones of the program, and saved views."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from models.tables.meta import metadata, surrogate

dashboards = Table(
    "dashboards",
    metadata,
    surrogate(),
    Column("name", Text, nullable=False),  # that of a program's dashboard: it is shown instead
    Column("definition", Text, nullable=False),  # JSON, in the form of resources/dashboards
    Column("changed_at", Text, nullable=False),
)

saved_views = Table(
    "saved_views",
    metadata,
    surrogate(),
    Column("name", Text, nullable=False),
    Column("filters", Text, nullable=False),  # JSON: field of the filter bar to what was chosen
    Column("changed_at", Text, nullable=False),
)
