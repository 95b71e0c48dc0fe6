"""The book of the importer's tests, for folders that are watched."""

from tests.services.sync.conftest import book

__all__ = ["book"]
