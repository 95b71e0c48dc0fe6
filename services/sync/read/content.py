"""What a file is made of before it is a table: is it text at all, is it packed, in which encoding.

Nothing is guessed from the file's name. Bytes decide: magic numbers first, then byte order marks, then the pattern of
NULs that gives UTF-16 away, then a pass over the whole file that tells UTF-8 from the code pages of old Windows.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from models.values.errors import EnvironmentFault, UserError

BLOCK = 1 << 20
SAMPLE_BYTES = 1 << 16

_GZIP = b"\x1f\x8b"
_AS_CSV = "open it where it was made and save it as CSV, then import that file"
# First bytes of what people drop on an importer by mistake, and what to do instead.
_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a workbook or ZIP archive, whatever its name says", _AS_CSV),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook, whatever its name says", _AS_CSV),
    (b"%PDF", "a PDF document", "export the data behind it as CSV"),
    (b"SQLite format 3\x00", "a database", "export the table you need from it as CSV"),
    (b"PAR1", "a Parquet file", "export it as CSV"),
    (b"{\\rtf", "a formatted text document", _AS_CSV),
    (b"\x89PNG", "a picture", "export the data as CSV"),
    (b"\xff\xd8\xff", "a picture", "export the data as CSV"),
    (b"GIF8", "a picture", "export the data as CSV"),
    (b"\x7fELF", "a program", "choose the export itself"),
    (b"BZh", "packed with bzip2", "unpack it first"),
    (b"\xfd7zXZ\x00", "packed with xz", "unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "packed with 7-Zip", "unpack it first"),
    (b"Rar!", "packed with RAR", "unpack it first"),
)
_BOMS: tuple[tuple[bytes, str], ...] = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Five bytes have no character in Windows-1252; a file that uses one is Latin-1 (or worse).
_NOT_IN_CP1252 = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_TEXT_CONTROLS = bytes((0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A, 0x1B))
_CONTROLS = bytes(byte for byte in range(1, 32) if byte not in _TEXT_CONTROLS)


@dataclass(frozen=True)
class Content:
    """A file known to hold text: where it is, whether it is packed, and how its bytes become characters."""

    path: Path
    compressed: bool
    encoding: str
    errors: str
    has_nul: bool
    broken_bytes: int
    size_bytes: int


def inspect(path: Path) -> Content:
    """Find out how a file's bytes become text, or refuse it in one sentence.

    Raises
    ------
    UserError
        Missing, a folder, empty, or no text file; the message says what to do.
    EnvironmentFault
        The file is there but cannot be read.
    """
    size = _size_of(path)
    with reading(path):
        with path.open("rb") as raw:
            compressed = raw.read(2) == _GZIP
        with open_bytes(path, compressed) as stream:
            head = stream.read(SAMPLE_BYTES)
        if not head.strip(b" \t\r\n\x00\xef\xbb\xbf"):
            raise UserError(f"{path.name} is empty. Export it again, then import the new file.")
        _refuse_foreign(path, head)
        return _decide_encoding(path, compressed, size, head)


def _size_of(path: Path) -> int:
    try:
        status = path.stat()
    except FileNotFoundError:
        raise UserError(f"There is no file {path.name} in {path.parent}. Check the name and the folder.") from None
    except OSError as problem:
        raise EnvironmentFault(f"{path.name} cannot be read ({_word(problem)}). Nothing was imported.") from problem
    if path.is_dir():
        raise UserError(f"{path.name} is a folder. Choose the files in it.")
    if not path.is_file():
        raise UserError(f"{path.name} is not an ordinary file. Choose an export that is saved on a disk.")
    if status.st_size == 0:
        raise UserError(f"{path.name} is empty. Export it again, then import the new file.")
    return status.st_size


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what can go wrong while reading a file into sentences."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as problem:
        raise UserError(
            f"{path.name} is packed with gzip but damaged or cut short. Download it again, then import the new file."
        ) from problem
    except UnicodeDecodeError as problem:
        raise UserError(
            f"{path.name} has bytes that are no {problem.encoding} text. Save it again as UTF-8, then import that file."
        ) from problem
    except OSError as problem:
        raise EnvironmentFault(f"{path.name} cannot be read ({_word(problem)}). Nothing was imported.") from problem


def _word(problem: OSError) -> str:
    return (problem.strerror or type(problem).__name__).lower()


def open_bytes(path: Path, compressed: bool) -> BinaryIO:
    """Open a file for reading its unpacked bytes."""
    if compressed:
        return cast(BinaryIO, gzip.open(path, "rb"))
    return path.open("rb")


def open_text(content: Content) -> tuple[io.TextIOWrapper, BinaryIO]:
    """Open a file as text with its line ends as they stand, and the raw stream that tells how far it was read."""
    raw = content.path.open("rb")
    unpacked = gzip.GzipFile(fileobj=raw, mode="rb") if content.compressed else raw
    buffered = io.BufferedReader(cast(io.RawIOBase, unpacked), buffer_size=BLOCK)
    return io.TextIOWrapper(buffered, encoding=content.encoding, errors=content.errors, newline=""), raw


def _refuse_foreign(path: Path, head: bytes) -> None:
    for magic, what, advice in _FOREIGN:
        if head.startswith(magic):
            raise UserError(f"{path.name} is {what}: {advice}.")
    start = head.lstrip(b" \t\r\n\xef\xbb\xbf")[:512].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<body")) or b"<html" in start:
        raise UserError(f"{path.name} is a web page, not an export: {_AS_CSV}.")
    if start.startswith(b"<?xml"):
        raise UserError(f"{path.name} is an XML document: {_AS_CSV}.")
    if re.match(rb"(?:\{\s*[\"}]|\[\s*[\[{])", start):
        raise UserError(f"{path.name} is a JSON document: export the same data as CSV.")


def _decide_encoding(path: Path, compressed: bool, size: int, head: bytes) -> Content:
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return Content(path, compressed, encoding, "replace", False, 0, size)
    wide = _utf16_by_nuls(head)
    if wide:
        return Content(path, compressed, wide, "replace", False, 0, size)
    _refuse_binary(path, head)
    with open_bytes(path, compressed) as stream:
        counts = _scan(stream)
    if counts.nuls * 100 > counts.total:
        raise UserError(f"{path.name} is not a text file. Choose an export in CSV or another text format.")
    if counts.broken == 0:
        encoding, errors = "utf-8", "strict"
    elif counts.broken * 20 < counts.multibyte:
        # A UTF-8 file with a few broken bytes stays UTF-8: a code page would spoil every good character in it.
        encoding, errors = "utf-8", "replace"
    else:
        encoding, errors = ("latin-1" if counts.latin1_only else "cp1252"), "strict"
    broken = counts.broken if errors == "replace" else 0
    return Content(path, compressed, encoding, errors, counts.nuls > 0, broken, size)


def _utf16_by_nuls(head: bytes) -> str | None:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if half and odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if half and even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _refuse_binary(path: Path, head: bytes) -> None:
    strange = len(head) - len(head.translate(None, _CONTROLS + b"\x00"))
    if strange * 20 > len(head):
        raise UserError(f"{path.name} is not a text file. Choose an export in CSV or another text format.")


@dataclass
class _Counts:
    total: int = 0
    nuls: int = 0
    multibyte: int = 0
    broken: int = 0
    latin1_only: bool = False


def _scan(stream: BinaryIO) -> _Counts:
    """Read a file once and count what is and what is not UTF-8 in it."""
    counts = _Counts()
    rest = b""
    while block := stream.read(BLOCK):
        counts.total += len(block)
        counts.nuls += block.count(0)
        if not rest and block.isascii():
            continue
        rest = _scan_block(rest + block, counts, last=False)
    _scan_block(rest, counts, last=True)
    return counts


def _scan_block(block: bytes, counts: _Counts, *, last: bool) -> bytes:
    cut = len(block)
    if not last:
        # A character may be split between two blocks: the last few bytes wait for the next one.
        while cut > max(0, len(block) - 4) and block[cut - 1] & 0x80:
            cut -= 1
            if block[cut] & 0xC0 == 0xC0:
                break
    body, rest = block[:cut], block[cut:]
    text = body.decode("utf-8", errors="replace")
    if not text.isascii():
        broken = text.count("\ufffd") - body.count("\ufffd".encode())
        counts.broken += broken
        counts.multibyte += len(text) - len(text.encode("ascii", "ignore")) - broken
    if any(byte in body for byte in _NOT_IN_CP1252):
        counts.latin1_only = True
    return rest
