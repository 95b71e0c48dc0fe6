"""What a file is made of before it is a table: text, packed text, an archive, a workbook, or nothing that can be read.

Nothing is guessed from the file's name. Bytes decide: magic numbers and what lies in an archive. What is not a table
but is known (a web page, a PDF document, a picture) is named, with what to do instead.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Literal, cast

from models.values.errors import EnvironmentFault, UserError
from services.sync.kinds.vocabulary import listed
from services.sync.read.bounds import moved_on
from services.sync.read.encoding import BLOCK, Encoding, by_mark, by_nuls, decide, scan

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SAMPLE_BYTES = 1 << 16
Container = Literal["text", "gzip", "zip", "workbook"]

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_AS_CSV = "open it where it was made and save it as CSV, then import that file"
# First bytes of what people drop on an importer by mistake, what that is, and what to do instead.
_FOREIGN = tuple((bytes.fromhex(first), *said) for first, said in listed("dialects")["foreign"].items())
_JSON = re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*\{)")
_TEXT_CONTROLS = bytes((0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A, 0x1B))
_CONTROLS = bytes(byte for byte in range(1, 32) if byte not in _TEXT_CONTROLS)
# Signs that old systems put between cells; one of them is not a sign of a program or a picture.
_SEPARATORS = (b"\x01", b"\x1c", b"\x1d", b"\x1e", b"\x1f")
# Limits of what is read: a line, what packed text may unpack to (beyond the first, so many times its size), and files
# of an archive. An export keeps far below them; what does not would take memory, or hours, and bring nothing.
_LONGEST_LINE = 32 << 20
_FREELY_UNPACKED = 512 << 20
_MOST_PACKED = 300
_MOST_MEMBERS = 200
# What packers add to an archive for themselves.
_PACKERS_OWN = re.compile(r"(?:^|/)(?:__MACOSX/|\.|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)


@dataclass(frozen=True)
class Content:
    """A file known to hold text: where it is, how it is packed, and how its bytes become characters.

    `size_bytes` is the size of what is read from the disk (for a member of an archive, its packed size): what progress
    is measured against.
    """

    path: Path
    container: Container
    member: str
    encoding: Encoding
    size_bytes: int
    json: bool = False

    @property
    def compressed(self) -> bool:
        """Whether the text is packed."""
        return self.container != "text"

    @property
    def name(self) -> str:
        """The file's name, and the member's within an archive."""
        return _name(self.path, self.member)


def _name(path: Path, member: str) -> str:
    return f"{path.name} › {member}" if member else path.name


def container_of(path: Path) -> tuple[Container, bytes]:
    """What a file is packed as, and its first bytes.

    Raises
    ------
    UserError
        Missing, a folder, or empty; the message says what to do.
    EnvironmentFault
        The file is there but cannot be read.
    """
    size_of(path)
    with reading(path), path.open("rb") as raw:
        head = raw.read(SAMPLE_BYTES)
    if head.startswith(_GZIP):
        return "gzip", head
    if head.startswith(_OLE):
        return "workbook", head
    if head.startswith(_ZIP):
        return ("workbook" if _is_workbook(path) else "zip"), head
    return "text", head


def _is_workbook(path: Path) -> bool:
    """Whether an archive is an Excel or OpenDocument workbook.

    Raises
    ------
    UserError
        It is a document of another kind.
    """
    with reading(path), zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if any(name.startswith("xl/workbook.") for name in names):
            return True
        if "word/document.xml" in names or "ppt/presentation.xml" in names:
            raise UserError(f"{path.name} is a text document or slides: {_AS_CSV}.")
        office = "mimetype" in names and "content.xml" in names
        if office and b"spreadsheet" not in archive.read("mimetype")[:200]:
            raise UserError(f"{path.name} is an office document, not a table: {_AS_CSV}.")
        return office


def members_of(path: Path) -> list[zipfile.ZipInfo]:
    """The files in a ZIP archive that a person put there, in its order.

    Raises
    ------
    UserError
        There are none, or the archive is locked by a password.
    """
    with reading(path), zipfile.ZipFile(path) as archive:
        found = [
            info
            for info in archive.infolist()
            if not info.is_dir() and info.file_size and not _PACKERS_OWN.search(info.filename)
        ]
    if not found:
        raise UserError(f"{path.name} is a ZIP archive with nothing in it. Export it again, then import the new file.")
    if len(found) > _MOST_MEMBERS:
        raise UserError(
            f"{path.name} holds {len(found):,} files; at most {_MOST_MEMBERS} are read at once. "
            "Unpack it, then import the files that you need."
        )
    if any(info.flag_bits & 0x1 for info in found):
        raise UserError(f"{path.name} is locked with a password. Unpack it first, then import its contents.")
    return found


def inspect(path: Path, container: Container = "text", member: str = "", encoding: str | None = None) -> Content:
    """Find out how the bytes of a file, or of a member of it, become text, or refuse it in one sentence.

    Raises
    ------
    UserError
        Empty, or no text; the message says what to do.
    EnvironmentFault
        The file is there but cannot be read.
    """
    size, name = size_of(path), _name(path, member)
    with reading(path):
        with open_bytes(path, container, member) as stream:
            head = stream.read(SAMPLE_BYTES)
        if not head.strip(b" \t\r\n\x00\xef\xbb\xbf"):
            raise UserError(f"{name} is empty. Export it again, then import the new file.")
        _refuse_foreign(name, head)
        found = _encoding(path, container, member, head, name)
    if encoding is not None:
        found = Encoding(encoding, "replace", 1.0, "you said so", has_nul=found.has_nul)
    json = _JSON.match(head.removeprefix(b"\xef\xbb\xbf")) is not None
    return Content(path, container, member, found, size, json)


def size_of(path: Path) -> int:
    """A file's size in bytes; more than 0.

    Raises
    ------
    UserError
        Missing, a folder, or empty.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        raise UserError(
            f"There is no file {path.name} in {path.absolute().parent}. Check the name and the folder."
        ) from None
    except OSError as problem:
        raise EnvironmentFault(f"{path.name} cannot be read ({_word(problem)}). Nothing was imported.") from problem
    except ValueError:
        raise UserError("The file name has characters that are not allowed. Check the name.") from None
    if path.is_dir():
        raise UserError(f"{path.name} is a folder. Choose the files in it.")
    if not path.is_file():
        raise UserError(f"{path.name} is not an ordinary file. Choose an export that is saved on a disk.")
    if status.st_size == 0:
        raise UserError(f"{path.name} is empty. Export it again, then import the new file.")
    return status.st_size


def stamp_of(path: Path) -> str:
    """A mark that changes whenever somebody writes to a file."""
    with reading(path):
        status = path.stat()
    return f"{status.st_mtime_ns}-{status.st_size}"


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what can go wrong while reading a file into sentences."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as problem:
        raise UserError(
            f"{path.name} is packed but damaged or cut short. Download it again, then import the new file."
        ) from problem
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError) as problem:
        raise UserError(
            f"{path.name} is a ZIP archive or workbook that is damaged or packed in an unknown way: {_AS_CSV}."
        ) from problem
    except UnicodeDecodeError as problem:
        raise UserError(
            f"{path.name} has bytes that are not {problem.encoding} text. Save it as UTF-8, then import that file."
        ) from problem
    except OSError as problem:
        raise EnvironmentFault(f"{path.name} cannot be read ({_word(problem)}). Nothing was imported.") from problem


def _word(problem: OSError) -> str:
    return (problem.strerror or type(problem).__name__).lower()


class _Bounded(io.RawIOBase):
    """The unpacked bytes of a file; stops where no export goes on: a line without end, a text that only unpacks."""

    def __init__(self, inner: IO[bytes], name: str, most: int | None) -> None:
        self._inner = inner
        self._name = name
        self._left = most
        self._line = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read into a buffer, and look at what came."""
        block = self._inner.read(len(memoryview(buffer)))
        moved_on()
        memoryview(buffer)[: len(block)] = block
        end = max(block.rfind(b"\n"), block.rfind(b"\r"))
        self._line = self._line + len(block) if end < 0 else len(block) - end
        if self._line > _LONGEST_LINE:
            raise UserError(
                f"{self._name} has a line of more than {_LONGEST_LINE >> 20} MB, so it is not a table. "
                "Export it again as CSV with one row per line."
            )
        if self._left is not None:
            self._left -= len(block)
            if self._left < 0:
                raise UserError(
                    f"{self._name} unpacks to more than {_MOST_PACKED} times its size, which no export does. "
                    "Unpack it and check it; import the unpacked file if it is what you expect."
                )
        return len(block)


@contextmanager
def _opened(path: Path, container: Container, member: str) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The unpacked bytes, and the raw stream that tells how far was read."""
    most = max(_FREELY_UNPACKED, _MOST_PACKED * path.stat().st_size) if container != "text" else None
    with ExitStack() as opened:
        raw = opened.enter_context(path.open("rb"))
        inner: IO[bytes] = raw
        if container == "gzip":
            inner = cast(IO[bytes], opened.enter_context(gzip.GzipFile(fileobj=raw, mode="rb")))
        elif container == "zip":
            archive = opened.enter_context(zipfile.ZipFile(raw))
            inner = opened.enter_context(archive.open(member))
        bounded = _Bounded(inner, _name(path, member), most)
        yield cast(BinaryIO, io.BufferedReader(bounded, buffer_size=BLOCK)), raw


@contextmanager
def open_bytes(path: Path, container: Container, member: str = "") -> Iterator[BinaryIO]:
    """Open a file for reading its unpacked bytes."""
    with _opened(path, container, member) as (stream, _):
        yield stream


@contextmanager
def open_text(content: Content) -> Iterator[tuple[io.TextIOWrapper, BinaryIO]]:
    """Open a file as text with its line ends as they stand, and the raw stream that tells how far it was read."""
    encoding = content.encoding
    with (
        _opened(content.path, content.container, content.member) as (stream, raw),
        io.TextIOWrapper(stream, encoding=encoding.name, errors=encoding.errors, newline="") as text,
    ):
        yield text, raw


def _refuse_foreign(name: str, head: bytes) -> None:
    for magic, what, advice in _FOREIGN:
        if head.startswith(magic):
            raise UserError(f"{name} is {what}: {advice}.")
    if head.startswith((_ZIP, _GZIP, _OLE)):
        raise UserError(f"{name} is packed twice: unpack it first, then import its contents.")
    if head[:4] == b"RIFF" or head[4:8] == b"ftyp" or (head[:2] == b"BM" and head[6:10] == bytes(4)):
        raise UserError(f"{name} is a picture or a video: export the data as CSV.")
    start = head.lstrip(b" \t\r\n\xef\xbb\xbf")[:512].lower()
    if re.match(rb"<(?:!doctype html|html|table|head|body|meta|div)\b", start) or b"<html" in start:
        raise UserError(f"{name} is a web page, not an export: {_AS_CSV}.")
    if start.startswith(b"<?xml"):
        raise UserError(f"{name} is an XML document: {_AS_CSV}.")
    if re.match(rb"\[\s*\[", start):
        raise UserError(f"{name} is a JSON document: export the same data as CSV.")


def _encoding(path: Path, container: Container, member: str, head: bytes, name: str) -> Encoding:
    marked = by_mark(head) or by_nuls(head)
    if marked is not None:
        return marked
    separator = max(_SEPARATORS, key=lambda sign: head.count(sign))
    strange = len(head) - len(head.translate(None, _CONTROLS + b"\x00")) - head.count(separator)
    if strange * 20 > len(head):
        raise UserError(f"{name} is neither text nor a sound Excel or ZIP file. Export it again, as CSV if you can.")
    with open_bytes(path, container, member) as stream:
        counts = scan(stream)
    if counts.nuls * 100 > counts.total:
        raise UserError(f"{name} is neither text nor a sound Excel or ZIP file. Export it again, as CSV if you can.")
    return decide(counts)
