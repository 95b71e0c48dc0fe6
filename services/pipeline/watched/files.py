"""What is going on with the files of watched folders between two looks: pure memory, without clock, store or window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from models.values.watching import FileMark, FolderLook, WaitingFile
from services.pipeline.watched.look import settled


@dataclass(frozen=True, slots=True)
class FolderState:
    """How one watched folder stands.

    Attributes
    ----------
    looked
        Whether it was looked into yet.
    fault
        Why it cannot be looked into; '' if it can.
    waiting
        Files that wait for a person.
    unsettled, whole
        How many are still written, and how many are whole and not dealt with yet.
    files, left_alone
        How many there are, and how many of other kinds.
    """

    folder: str
    looked: bool = False
    fault: str = ""
    waiting: tuple[WaitingFile, ...] = ()
    unsettled: int = 0
    whole: int = 0
    files: int = 0
    left_alone: int = 0


class WatchedFiles:
    """Takes looks, says which files are whole and not dealt with, and keeps what became of them."""

    def __init__(self, folders: Sequence[str] = ()) -> None:
        self._folders = tuple(folders)
        self._looks: dict[str, FolderLook] = {}
        self._before: dict[str, FolderLook] = {}
        self._done: set[FileMark] = set()
        self._waiting: dict[FileMark, WaitingFile] = {}
        self._again: set[FileMark] = set()  # of those that wait: to be decided once more

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders that are watched."""
        return self._folders

    def watch(self, folders: Sequence[str]) -> None:
        """Watch these folders from now on; what is known of the others is forgotten."""
        self._folders = tuple(folders)
        for kept in (self._looks, self._before):
            for folder in [one for one in kept if one not in self._folders]:
                del kept[folder]
        self._forget_gone()

    def take(self, looks: Iterable[FolderLook]) -> None:
        """Take a look into each folder. A folder that does not answer keeps what it showed last, and its fault."""
        for look in looks:
            if look.folder not in self._folders:
                continue
            last = self._looks.get(look.folder)
            if look.fault and last is not None:
                look = FolderLook(look.folder, last.marks, last.left_alone, look.fault)
                self._before.pop(look.folder, None)  # what two looks show must be two looks that saw something
            elif last is not None:
                self._before[look.folder] = last if not last.fault else FolderLook(look.folder)
            self._looks[look.folder] = look
        self._forget_gone()

    @property
    def whole(self) -> tuple[FileMark, ...]:
        """Files that two looks showed alike, that are not dealt with and wait for nobody."""
        return tuple(chain.from_iterable(self._whole_in(folder) for folder in self._looks))

    @property
    def fresh(self) -> tuple[FileMark, ...]:
        """Files that the last look showed for the first time: they have just landed."""
        found: list[FileMark] = []
        for folder, look in self._looks.items():
            before = self._before.get(folder)
            if before is not None and not look.fault:
                known = {mark.path for mark in before.marks}
                found += [one for one in look.marks if one.size and one.path not in known and self._is_open(one)]
        return tuple(found)

    @property
    def restless(self) -> bool:
        """Whether something is there that the next look may find whole: it is worth looking soon."""
        return any(self._unsettled(folder) for folder in self._looks)

    @property
    def waiting(self) -> tuple[WaitingFile, ...]:
        """All files that wait for a person."""
        return tuple(self._waiting.values())

    def states(self) -> tuple[FolderState, ...]:
        """How each folder stands, in their order."""
        return tuple(self._state(folder) for folder in self._folders)

    def dealt_with(self, done: Iterable[FileMark], waiting: Iterable[WaitingFile]) -> tuple[WaitingFile, ...]:
        """Take what became of files; return those that wait and did not before, or for another reason."""
        asked = list(waiting)
        new = tuple(one for one in asked if self._waiting.get(one.mark) != one)
        self._done.update(done)
        self._waiting.update({one.mark: one for one in asked})
        self._again -= {one.mark for one in asked}
        self._forget_gone()
        return new

    def ask_again(self) -> None:
        """The book has learned something, or a person wants it: decide again about all files.

        Those that wait are shown as waiting until that is done.
        """
        self._done.clear()
        self._again = set(self._waiting)

    def _is_open(self, mark: FileMark) -> bool:
        return mark not in self._done and (mark not in self._waiting or mark in self._again)

    def _whole_in(self, folder: str) -> tuple[FileMark, ...]:
        look, before = self._looks[folder], self._before.get(folder)
        if look.fault or before is None:
            return ()
        return tuple(mark for mark in settled(before.marks, look.marks) if self._is_open(mark))

    def _unsettled(self, folder: str) -> int:
        look, before = self._looks[folder], self._before.get(folder)
        alike = frozenset(settled(before.marks, look.marks) if before is not None else ())
        fresh = [mark for mark in look.marks if mark.size and mark not in alike and self._is_open(mark)]
        return 0 if look.fault else len(fresh)

    def _state(self, folder: str) -> FolderState:
        look = self._looks.get(folder)
        if look is None:
            return FolderState(folder)
        there = frozenset(look.marks)
        return FolderState(
            folder,
            looked=True,
            fault=look.fault,
            waiting=tuple(one for one in self._waiting.values() if one.mark in there),
            unsettled=self._unsettled(folder),
            whole=len(self._whole_in(folder)),
            files=len(look.marks),
            left_alone=len(look.left_alone),
        )

    def _forget_gone(self) -> None:
        there = {mark for look in self._looks.values() for mark in look.marks}
        self._done &= there
        self._waiting = {mark: one for mark, one in self._waiting.items() if mark in there and mark not in self._done}
        self._again &= self._waiting.keys()
