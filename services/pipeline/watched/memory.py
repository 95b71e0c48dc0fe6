"""What is known of files in watched folders: their digests, so that none is read twice, and which are left out.

It lies beside the book. Losing it costs a second reading of the files and nothing else: whether a file was imported
stands in the book, by its digest.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from models.private import private
from models.values.errors import Cancelled
from models.values.watching import FileMark
from services.sync.check_files import sha256_of

#: How many files are remembered, the last read ones.
MOST_FILES: Final = 50_000
_FORM: Final = 1


class Memory:
    """Digests of files by how they were seen, and the digests of those that a person left out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._digests, self._left_out = _read(path)
        self._taken_back: set[str] = set()
        self._changed = False

    @classmethod
    def of_store(cls, store: Path) -> Memory:
        """The memory that belongs to a book."""
        return cls(store.with_name(f"{store.name}.watched"))

    def digest(self, mark: FileMark, cancelled: Callable[[], bool]) -> str:
        """SHA-256 of a file, read at most once as long as it does not change.

        Raises
        ------
        OSError
            It cannot be read.
        Cancelled
        """

        def go_on() -> None:
            if cancelled():
                raise Cancelled

        found = self._digests.get(mark)
        if found is None:
            found = self._digests[mark] = sha256_of(Path(mark.path), go_on)
            self._changed = True
        return found

    def known(self, mark: FileMark) -> str:
        """The digest of a file that was read as it is now, '' for any other."""
        return self._digests.get(mark, "")

    def leave_out(self, digest: str) -> None:
        """Take no file with this content any more."""
        self._left_out.add(digest)
        self._changed = True

    def take_back(self, digest: str) -> None:
        """Do not leave this content out any more."""
        self._left_out.discard(digest)
        self._taken_back.add(digest)
        self._changed = True

    def leaves_out(self, digest: str) -> bool:
        """Whether a person said that this content is not to be imported."""
        return digest in self._left_out

    def save(self) -> None:
        """Write it with what another program wrote meanwhile, whole or not at all.

        A place that cannot be written only costs a second reading.
        """
        if not self._changed:
            return
        digests, left_out = _read(self._path)
        self._digests = digests | self._digests
        self._left_out |= left_out - self._taken_back
        newest = {mark.path: (mark, digest) for mark, digest in self._digests.items()}
        files = [[path, mark.size, mark.modified_ns, digest] for path, (mark, digest) in newest.items()]
        document = {"form": _FORM, "files": files[-MOST_FILES:], "left_out": sorted(self._left_out)}
        half = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}")
        with suppress(OSError):
            try:
                with open(half, "w", encoding="utf-8", opener=private) as file:
                    json.dump(document, file, ensure_ascii=False)
                half.replace(self._path)
                self._changed = False
            finally:
                half.unlink(missing_ok=True)


def _read(place: Path) -> tuple[dict[FileMark, str], set[str]]:
    try:
        document = json.loads(place.read_text(encoding="utf-8"))
        if document["form"] != _FORM:
            return {}, set()
        files = {
            FileMark(str(name), int(size), int(time)): str(digest) for name, size, time, digest in document["files"]
        }
        return files, {str(digest) for digest in document["left_out"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}, set()
