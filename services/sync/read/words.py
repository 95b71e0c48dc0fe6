"""How a dialect is said to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.sync.read.cut import BLANKS, FIXED

if TYPE_CHECKING:
    from services.sync.read.table import Dialect

_DELIMITERS = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "vertical bar",
    " ": "blank",
    ":": "colon",
    "#": "number sign",
    "~": "tilde",
    "^": "caret",
    BLANKS: "blanks",
    FIXED: "fixed width",
}
_ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "latin-1": "Latin-1",
    "mac_roman": "Mac Roman",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
}
_CONTAINERS = {"gzip": "gzip", "zip": "ZIP"}


def delimiter_words(delimiter: str) -> str:
    """A delimiter's name, or the signs themselves."""
    return _DELIMITERS.get(delimiter, f"“{delimiter}”" if delimiter.isprintable() else f"character {ord(delimiter[0])}")


def delimiter_flag(delimiter: str) -> str:
    """The flag of the command line that decides for a delimiter."""
    return "--delimiter " + {"\t": "tab", " ": "blank"}.get(delimiter, f"'{delimiter}'")


def quote_words(quote: str) -> str:
    """A quotation mark's name."""
    return {'"': "quotation marks", "'": "apostrophes", "": "no quotes"}.get(quote, f"“{quote}”")


def encoding_words(encoding: str) -> str:
    """An encoding's usual name."""
    return _ENCODINGS.get(encoding, encoding)


def dialect_words(dialect: Dialect) -> str:
    """A dialect in a few words, such as "UTF-8, comma"."""
    if dialect.sheet:
        words = [f"workbook, sheet “{dialect.sheet}”"]
    else:
        cut = "JSON" if dialect.container == "json" else delimiter_words(dialect.delimiter)
        words = [encoding_words(dialect.encoding), cut]
        if dialect.container in _CONTAINERS:
            words.append(_CONTAINERS[dialect.container])
        if dialect.member:
            words.append(f"“{dialect.member}”")
    if dialect.header_row is None:
        words.append("no header row")
    elif dialect.header_rows > 1:
        words.append(f"names in {dialect.header_rows} rows")
    return ", ".join(words)
