"""The book of the importer's tests, for those of its files for other programs."""

from tests.services.sync.conftest import book

__all__ = ["book"]
