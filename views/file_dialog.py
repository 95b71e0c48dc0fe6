"""The dialogs that ask for files and folders, which never look into a file.

On Linux, SQLite's locks belong to the process: they all fall as soon as the process closes any file of the book that
it has opened beside SQLite. The usual dialogs do just that: for the icon and the type of every file in the folder that
they show, they read its first bytes. Beside the book's own window this takes the locks of that window away, and the
next program that closes the book deletes the log under it. So the dialog here is Qt's own, and icon and type are told
by the name alone. Windows and macOS have no such locks or ask in a process of their own: there it is the system's.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QFileInfo, QStandardPaths
from PySide6.QtGui import QAbstractFileIconProvider, QIcon
from PySide6.QtWidgets import QApplication, QFileDialog, QStyle, QWidget

_FLATPAK = Path("/.flatpak-info")
_Icon = QAbstractFileIconProvider.IconType
_PIXMAPS = {
    _Icon.Computer: QStyle.StandardPixmap.SP_ComputerIcon,
    _Icon.Desktop: QStyle.StandardPixmap.SP_DesktopIcon,
    _Icon.Trashcan: QStyle.StandardPixmap.SP_TrashIcon,
    _Icon.Network: QStyle.StandardPixmap.SP_DriveNetIcon,
    _Icon.Drive: QStyle.StandardPixmap.SP_DriveHDIcon,
    _Icon.Folder: QStyle.StandardPixmap.SP_DirIcon,
    _Icon.File: QStyle.StandardPixmap.SP_FileIcon,
}


class NamesOnly(QAbstractFileIconProvider):
    """Tells a file's icon and type by what its folder says of it, from whatever thread; no file is opened for it."""

    def __init__(self) -> None:
        super().__init__()
        style = QApplication.style()
        self._icons = {kind: style.standardIcon(pixmap) for kind, pixmap in _PIXMAPS.items()}

    def icon(self, asked: QFileInfo | QAbstractFileIconProvider.IconType, /) -> QIcon:
        """Return the icon of a folder or a file."""
        if isinstance(asked, QFileInfo):
            asked = _Icon.Folder if asked.isDir() else _Icon.File
        return self._icons.get(asked, QIcon())

    def type(self, info: QFileInfo, /) -> str:
        """Return what the column of types says."""
        if info.isDir():
            return QCoreApplication.translate("QFileDialog", "Folder")
        return f"{info.suffix().upper()} file".lstrip()

    def forget(self) -> None:
        """Let the icons go before the program does: pictures do not outlive it."""
        self._icons = {}


@cache
def names_only() -> NamesOnly:
    """Return the one that all dialogs ask; a dialog does not own it, and may ask until its last moment."""
    icons = NamesOnly()
    application = QApplication.instance()
    if application is not None:
        application.aboutToQuit.connect(icons.forget)
    return icons


def choose_files(parent: QWidget, title: str, folder: str, kinds: str, taken: Callable[[Sequence[Path]], None]) -> None:
    """Ask for files, from a folder on; ``taken`` is called with them once they are chosen."""
    dialog = _dialog(parent, title, folder)
    dialog.setNameFilters(kinds.split(";;"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.filesSelected.connect(lambda names: taken([Path(name) for name in names]))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def choose_file(parent: QWidget, title: str, folder: str, kinds: str, taken: Callable[[Path], None]) -> None:
    """Ask for one file, from a folder on; ``taken`` is called with it once it is chosen."""
    dialog = _dialog(parent, title, folder)
    dialog.setNameFilters(kinds.split(";;"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    _open(dialog, taken)


def choose_place(
    parent: QWidget, title: str, place: Path, kinds: str, taken: Callable[[Path], None], *, replaces: bool = False
) -> None:
    """Ask where a file is to be written; ``place`` is proposed.

    Parameters
    ----------
    replaces : whether a file that is there may be written over, which is asked once more; else whoever writes refuses.
    """
    dialog = _dialog(parent, title, str(place.parent))
    dialog.setNameFilters(kinds.split(";;"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setOption(QFileDialog.Option.DontConfirmOverwrite, not replaces)
    dialog.setDefaultSuffix(place.suffix.lstrip("."))
    dialog.selectFile(place.name)
    dialog.filterSelected.connect(partial(_follow_kind, dialog))
    _open(dialog, taken)


def _follow_kind(dialog: QFileDialog, kind: str) -> None:
    """Give the proposed name the ending of the kind of file that was chosen: "Excel (*.xlsx)"."""
    ending = kind.partition("*")[2].rstrip(")")
    dialog.setDefaultSuffix(ending.lstrip("."))
    for name in dialog.selectedFiles():
        dialog.selectFile(Path(name).with_suffix(ending).name)


def _open(dialog: QFileDialog, taken: Callable[[Path], None]) -> None:
    dialog.fileSelected.connect(lambda name: taken(Path(name)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def choose_folder(parent: QWidget, title: str, folder: str) -> str:
    """Ask for a folder and wait for the answer; '' where none was chosen."""
    dialog = _dialog(parent, title, folder)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    try:
        chosen = dialog.selectedFiles() if dialog.exec() else []
    finally:
        dialog.deleteLater()
    return chosen[0] if chosen else ""


def _dialog(parent: QWidget, title: str, folder: str) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    if sys.platform == "linux" and not _asked_elsewhere():
        # The desktop's own dialog lives in this process too, and is not told how to look at files.
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setIconProvider(names_only())
    dialog.setDirectory(_first_place(folder))
    return dialog


def _first_place(folder: str) -> str:
    """Where a dialog begins: in its folder, or where exports usually land if there is none, or it is gone."""
    downloads = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
    return next((place for place in (folder, downloads) if place and Path(place).is_dir()), str(Path.home()))


def _asked_elsewhere() -> bool:
    """Whether the system asks in a process of its own: the portal of a sandbox."""
    return os.environ.get("QT_QPA_PLATFORMTHEME") == "xdgdesktopportal" or _FLATPAK.exists()
