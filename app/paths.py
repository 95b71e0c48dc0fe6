"""Where this computer keeps Bellwether's files. The one module that asks the operating system for places."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs

from services.settings.managed_sources import MAC_DOMAIN, REGISTRY

NAME = "bellwether"
BOOK_NAME = "book.bellwether"
POLICY_NAME = "policy.toml"


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


def managed_sources() -> tuple[str, ...]:
    """Return where IT's settings may be, the strongest first.

    The places are fixed: a variable of the environment, which a person may set, leads to no other one.
    """
    if sys.platform == "win32":
        return (REGISTRY, str(policy_file()))
    if sys.platform == "darwin":
        import pwd

        managed = Path("/Library/Managed Preferences")
        profile = f"{MAC_DOMAIN}.plist"
        return (str(managed / profile), str(managed / pwd.getpwuid(os.getuid()).pw_name / profile), str(policy_file()))
    return (str(policy_file()),)


def policy_file() -> Path:
    """Return where IT's file lies, if there is one."""
    if sys.platform in ("win32", "darwin"):
        return platformdirs.site_config_path(NAME, appauthor=False) / POLICY_NAME
    return Path("/etc/xdg") / NAME / POLICY_NAME
