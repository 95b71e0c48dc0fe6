"""What was concluded about a file, in words, with the evidence and with what else could be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from models.values.reading import Conclusion, ReadingChoice, ReadingOption
from services.sync.kinds.vocabulary import listed
from services.sync.read.cells import Cut
from services.sync.read.content import Content
from services.sync.read.dialect import Candidate
from services.sync.read.header import Header

if TYPE_CHECKING:
    from services.sync.read.table import Dialect


_DELIMITERS, _ENCODINGS, _CONTAINERS = (listed("dialects")[name] for name in ("delimiters", "encodings", "containers"))


def delimiter_words(delimiter: str) -> str:
    """A delimiter's name, or the signs themselves."""
    other = f"“{delimiter}”" if delimiter.isprintable() else f"character {ord(delimiter[0])}"
    return str(_DELIMITERS.get(delimiter, other))


def delimiter_flag(delimiter: str) -> str:
    """The flag of the command line that decides for a delimiter."""
    return "--delimiter " + {"\t": "tab", " ": "blank"}.get(delimiter, f"'{delimiter}'")


def quote_words(quote: str) -> str:
    """A quotation mark's name."""
    return {'"': "quotation marks", "'": "apostrophes", "": "no quotes"}.get(quote, f"“{quote}”")


def encoding_words(encoding: str) -> str:
    """An encoding's usual name."""
    return str(_ENCODINGS.get(encoding, encoding))


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


@dataclass(frozen=True)
class Seen:
    """The first rows of a table, its header, the row of the file at which it starts, and where others begin below."""

    rows: list[list[str]]
    header: Header
    start: int
    starts: tuple[int, ...]


def about_packing(content: Content, choice: ReadingChoice) -> tuple[Conclusion, ...]:
    if content.container == "text":
        return ()
    name = f"“{content.member}” in a ZIP archive" if content.member else "packed with gzip"
    return (Conclusion("file", name, "you said so" if choice.member else "its first bytes show it", 1.0),)


def about_encoding(content: Content, choice: ReadingChoice) -> Conclusion:
    encoding = content.encoding
    options = tuple(
        ReadingOption(encoding_words(name), replace(choice, encoding=name), f"--encoding {name}")
        for name in encoding.rivals
    )
    return Conclusion("encoding", encoding_words(encoding.name), encoding.why, encoding.confidence, options)


def about_cut(cut: Cut, ranked: Sequence[Candidate], choice: ReadingChoice) -> tuple[Conclusion, ...]:
    best = ranked[0]
    others = {
        one.cut.delimiter: one for one in reversed(ranked) if one.cut.delimiter != cut.delimiter and one.width > 1
    }
    options = tuple(
        ReadingOption(
            f"{delimiter_words(one.cut.delimiter)}, {one.width} columns",
            replace(choice, delimiter=one.cut.delimiter),
            delimiter_flag(one.cut.delimiter),
        )
        for one in sorted(others.values(), key=lambda one: -one.score)[:4]
    )
    second = max((one.score for one in others.values()), default=0.0)
    if choice.delimiter is not None:
        why, sure = "you said so", 1.0
    elif best.width < 2:
        why, sure = "no delimiter splits its lines into columns", 0.7
    else:
        why = f"splits every row into the same {best.width} columns"
        sure = max(0.5, min(1.0, 1 - second / best.score / 2)) if best.score else 0.5
    quote = Conclusion(
        "quote",
        quote_words(cut.quote),
        "you said so" if choice.quote is not None else "they appear at the start and end of cells",
        1.0 if choice.quote is not None else 0.9,
    )
    return Conclusion("delimiter", delimiter_words(cut.delimiter), why, sure, options), quote


def about_rows(seen: Seen, choice: ReadingChoice) -> tuple[Conclusion, ...]:
    header = seen.header
    said = choice.header_row is not None or choice.header_rows is not None
    if header.row is None:
        option = ReadingOption("the first row names the columns", replace(choice, header_row=1), "--header-row 1")
        about = Conclusion(
            "header", "no row names the columns", "the first row looks like those below it", 0.8, (option,)
        )
    else:
        option = ReadingOption("no row names the columns", replace(choice, header_row=0), "--header-row 0")
        place = header.row + seen.start + 1
        name = f"row {place} names the columns" if header.rows == 1 else f"rows {place} to {place + header.rows - 1} do"
        about = Conclusion("header", name, f"row {place} looks like headings", 0.9, (option,))
    return (replace(about, why="you said so", confidence=1.0) if said else about,)


def further_tables(seen: Seen, choice: ReadingChoice) -> tuple[ReadingOption, ...]:
    data = seen.rows[seen.header.first_data_row :]
    shown = []
    for number, place in enumerate(seen.starts, (choice.table or 1) + 1):
        names = ", ".join(cell.strip() for cell in data[place] if cell.strip())[:80]
        shown.append(ReadingOption(f"table {number}: {names}", replace(choice, table=number), f"--table {number}"))
    return tuple(shown)


def warnings_of_text(content: Content) -> tuple[str, ...]:
    found = []
    encoding = content.encoding
    if encoding.broken:
        found.append(f"{encoding.broken:,} characters were broken in the file and are shown as \ufffd.")
    if encoding.has_nul:
        found.append("The file has NUL bytes in it; they were left out.")
    if encoding.confidence < 0.5 and encoding.rivals:
        name, other = encoding_words(encoding.name), encoding_words(encoding.rivals[0])
        found.append(f"Read as {name}. If accents look wrong, choose {other}.")
    return tuple(found)


def warnings_of_rows(seen: Seen) -> tuple[str, ...]:
    if not seen.starts:
        return ()
    count = len(seen.starts) + 1
    return (f"There are {count} tables in the file, one below the other; only the first is read.",)
