"""Where this computer keeps Bellwether's files. The one module that asks the operating system for places."""

from __future__ import annotations

from pathlib import Path

import platformdirs

NAME = "bellwether"
BOOK_NAME = "book.bellwether"


def data_folder() -> Path:
    """Return the folder of books (made when it is first written to)."""
    return platformdirs.user_data_path(NAME, appauthor=False)


def default_book() -> Path:
    """Return the user's own book."""
    return data_folder() / BOOK_NAME


def sample_book() -> Path:
    """Return where ``demo`` keeps the sample book unless it is told otherwise."""
    return data_folder() / "sample.bellwether"


def log_folder() -> Path:
    """Return the folder of logs and crash reports."""
    return platformdirs.user_log_path(NAME, appauthor=False)


def managed_policy() -> Path | None:
    """Return IT's policy file where there is one."""
    path = platformdirs.site_config_path(NAME, appauthor=False) / "policy.toml"
    return path if path.is_file() else None
