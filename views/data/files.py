"""Files outside the program: exports are chosen in a dialog, a file of rejects is opened by the system."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from views.file_dialog import choose_files

_SUFFIXES = "Exports (*.csv *.tsv *.tab *.psv *.txt *.dat *.gz *.zip *.xlsx *.xlsm *.xls *.ods);;All files (*)"


def choose_exports(parent: QWidget, folder: str, taken: Callable[[Sequence[Path]], None]) -> None:
    """Ask for files, from a folder on; `taken` is called with them once they are chosen."""
    choose_files(parent, "Choose exports", folder, _SUFFIXES, taken)


def open_file(path: str) -> None:
    """Open a file with the program that the system has for it; nothing happens without a path."""
    if path:
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))
