"""Watched folders with how each stands, and the files in them that wait for the person."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from models.values.watching import FileMark, WaitingFile
from models.values.words import capital
from views.lists.word_table import TableCell, TableColumn, TableLine, WordTable
from views.theme import Theme, fonts
from views.widgets.buttons import CommandButton
from views.widgets.labels import column, label, row
from views.words import counted, whole

if TYPE_CHECKING:
    from services.pipeline.watched import FolderState

_FOLDERS = (
    TableColumn("Folder"),
    TableColumn("Now"),
    TableColumn("Files", 72, right=True, keeps=1),
    TableColumn("", 130, right=True),
)
_WAITING = (
    TableColumn("File", 220),
    TableColumn("Why it waits"),
    TableColumn("", 76, right=True),
    TableColumn("", 100, right=True),
)
_INVITATION = (
    "No folders are watched. Once a file in a watched folder is complete, Bellwether imports it the way it imported "
    "earlier files with the same columns. Any other file waits here for you. Nothing is moved or deleted there."
)


class WatchedPane(QWidget):
    """Asks to watch a folder or no more, to look again, to check files, to leave one out.

    Signals
    -------
    folder_wanted, look_wanted : no arguments.
    stop_wanted, open_wanted : path of a folder.
    check_wanted : paths of files.
    leave_wanted : `FileMark` of a file.
    """

    folder_wanted = Signal()
    look_wanted = Signal()
    stop_wanted = Signal(str)
    open_wanted = Signal(str)
    check_wanted = Signal(object)
    leave_wanted = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._waiting: tuple[WaitingFile, ...] = ()
        self.add = CommandButton(theme, "Watch a folder…", "plus")
        self.again = CommandButton(theme, "Look again", "retry")
        for button, asked in ((self.add, self.folder_wanted), (self.again, self.look_wanted)):
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            button.clicked.connect(asked)
        self.folders = WordTable(theme, "Watched folders", _FOLDERS, whole=True)
        self.folders.opened.connect(lambda folder: self.open_wanted.emit(folder))
        self.folders.linked.connect(lambda _what, folder: self.stop_wanted.emit(folder))
        self.waiting = WordTable(theme, "Files that wait for you", _WAITING, whole=True)
        self.waiting.opened.connect(self._check)
        self.waiting.linked.connect(self._linked)
        self.waiting.menu_wanted.connect(self._menu)
        self._none = label(_INVITATION, fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        self._fault = label("", fonts.LIST, fonts.REGULAR, "warning_text", wrap=True)
        self._heading = label("Waits for you", fonts.HEADING, fonts.SEMIBOLD)
        self._all = CommandButton(theme, "Check all", "file")
        self._all.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._all.clicked.connect(self._check_all)
        title = label("Watched folders", fonts.HEADING, fonts.SEMIBOLD)
        head = row(title, -1, self.again, 8, self.add, margins=(20, 16, 20, 10))
        self._second = QWidget()
        self._second.setLayout(column(row(self._heading, -1, self._all, margins=(20, 22, 20, 8)), self.waiting))
        words = column(self._none, self._fault, margins=(20, 0, 20, 8))
        self.setLayout(column(head, words, self.folders, self._second))
        self.show_states((), (), importing=False, fault="")

    def show_states(
        self, folders: Sequence[str], states: Sequence[FolderState], *, importing: bool, fault: str
    ) -> None:
        """Show how the folders stand; one that was not looked into yet says so."""
        known = {state.folder: state for state in states}
        self.folders.show_lines([_folder_line(one, known.get(one), importing=importing) for one in folders])
        self._waiting = tuple(chain.from_iterable(state.waiting for state in states))
        self.waiting.show_lines([_waiting_line(one) for one in self._waiting])
        self._heading.setText(f"{counted(len(self._waiting), 'file')} {_verb(len(self._waiting))} for you")
        self._second.setVisible(bool(self._waiting))
        self._all.setVisible(len(self._waiting) > 1)
        self.folders.setVisible(bool(folders))
        self.again.setVisible(bool(folders))
        self._none.setVisible(not folders)
        self._fault.setText(fault)
        self._fault.setVisible(bool(fault))

    def _check_all(self) -> None:
        self.check_wanted.emit([one.mark.path for one in self._waiting])

    def _check(self, mark: object) -> None:
        if isinstance(mark, FileMark):
            self.check_wanted.emit([mark.path])

    def _linked(self, what: str, mark: object) -> None:
        if what == "leave":
            self.leave_wanted.emit(mark)
        else:
            self._check(mark)

    def _menu(self, mark: object, at: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction("Check…", partial(self._check, mark))
        menu.addAction("Leave it out", partial(self.leave_wanted.emit, mark))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)


def _verb(count: int) -> str:
    return "waits" if count == 1 else "wait"


def _folder_line(folder: str, state: FolderState | None, *, importing: bool) -> TableLine:
    files = whole(state.files) if state is not None and state.looked else ""
    stop = TableCell("Stop watching", small=True, link="stop", tip="The files and the imported data stay")
    return TableLine((TableCell(folder, tip=folder), _now(state, importing=importing), TableCell(files), stop), folder)


def _now(state: FolderState | None, *, importing: bool) -> TableCell:
    if state is None or not state.looked:
        return TableCell("Not checked yet", "ink_3", small=True)
    if state.fault:
        words = capital(state.fault.removeprefix(state.folder).lstrip())
        return TableCell(words, "warning_text", small=True, icon="warning", tip=state.fault)
    if state.unsettled:
        words = f"{counted(state.unsettled, 'file')} {'is' if state.unsettled == 1 else 'are'} still being written"
        return TableCell(words, "ink_2", small=True, icon="clock")
    if state.whole:
        doing = "being imported" if importing else "next"
        words = f"{counted(state.whole, 'file')} {'is' if state.whole == 1 else 'are'} {doing}"
        return TableCell(words, "ink_2", small=True, icon="clock")
    left = f"; {whole(state.left_alone)} of other types ignored" if state.left_alone else ""
    if state.waiting:
        count = len(state.waiting)
        return TableCell(f"{counted(count, 'file')} {_verb(count)} for you{left}", small=True, icon="warning")
    return TableCell(f"Up to date{left}", "good_text", small=True, icon="check")


def _waiting_line(one: WaitingFile) -> TableLine:
    return TableLine(
        (
            TableCell(one.mark.name, tip=one.mark.path),
            TableCell(one.why, "ink_2", small=True, tip=one.why),
            TableCell("Check…", small=True, link="check", tip="Open it on the Data page"),
            TableCell("Leave out", small=True, link="leave", tip="Do not ask about this file again"),
        ),
        one.mark,
    )
