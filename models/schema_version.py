"""The version of the store's schema, apart from the tables: it is asked for before SQLAlchemy is needed."""

from __future__ import annotations

SCHEMA_VERSION = 9
