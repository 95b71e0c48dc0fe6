"""From a path to a table: what the file is packed as, its encoding, its cut, its header; each concluded or said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from models.values.cells import unguarded
from models.values.errors import UserError
from models.values.reading import Conclusion, Doubt, Reading, ReadingChoice, ReadingOption, also
from services.sync.read.bounds import bounded
from services.sync.read.cells import FIXED, Cut
from services.sync.read.conclude import (
    Seen,
    about_cut,
    about_encoding,
    about_packing,
    about_rows,
    delimiter_flag,
    delimiter_words,
    further_tables,
    warnings_of_rows,
    warnings_of_text,
)
from services.sync.read.content import (
    SAMPLE_BYTES,
    Content,
    container_of,
    inspect,
    open_text,
    reading,
    stamp_of,
)
from services.sync.read.dialect import MAX_CELL, Candidate, fixed_places, rank_cuts, sample_lines, sample_rows
from services.sync.read.header import Header, find_header
from services.sync.read.json_rows import json_rows
from services.sync.read.sheets import SheetRows, member_of, sheet_option, sheets_of
from services.sync.read.stream import Rows, TextRows, with_rows_ahead
from services.sync.read.structure import AHEAD, ANOTHER, Rules, Sorter, table_starts
from services.sync.read.table import BATCH_ROWS, Dialect, Returned, Table

_SAMPLE_ROWS = 300
# A header in two rows and a row of data.
_FEWEST_ROWS = 3
# Two readings whose fit differs by less than this part are about equally likely.
_ABOUT_EQUAL = 0.95
_NO_CHOICE = ReadingChoice()


def read_table(path: Path, choice: ReadingChoice = _NO_CHOICE, *, rowless: bool = False) -> Table:
    """Find out how a file is written and hand it over as a table of text.

    Parameters
    ----------
    choice : ReadingChoice
        What a person said about how it is written; it comes before any evidence.
    rowless : bool
        Whether a header without rows is a table too.

    Raises
    ------
    Doubt
        Two readings are about equally likely.
    UserError
        The file is missing, a folder, empty, has no rows, or is not a table.
    EnvironmentFault
        The file cannot be read.
    """
    with bounded(path):
        return _read_table(path, choice, rowless=rowless)


def _read_table(path: Path, choice: ReadingChoice, *, rowless: bool) -> Table:
    container, _ = container_of(path)
    if container == "workbook":
        return _of_sheet(path, choice, rowless=rowless)
    member = ""
    if container == "zip":
        member = member_of(path, choice)
    content = inspect(path, container, member, _known_encoding(choice.encoding))
    if content.json:
        return _of_json(content, choice, rowless=rowless)
    return _of_text(content, choice, rowless=rowless)


def _of_text(content: Content, choice: ReadingChoice, *, rowless: bool) -> Table:
    cut, ranked, first_rows = _beginning(content, choice)
    rows = TextRows(content, cut, 0)
    seen = _see(first_rows, choice, cut.delimiter, rows)
    dialect = replace(
        _placed(seen, cut.skipped),
        encoding=content.encoding.name,
        delimiter=cut.delimiter,
        quote=cut.quote,
        escape=cut.escape,
        newline=cut.newline,
        compressed=content.compressed,
        container=content.container,
        member=content.member,
    )
    conclusions = (
        *about_packing(content, choice),
        about_encoding(content, choice),
        *about_cut(cut, ranked, choice),
        *about_rows(seen, choice),
    )
    rows = replace(rows, width=len(seen.header.columns))
    warnings = (*warnings_of_text(content), *warnings_of_rows(seen))
    return _table(
        content.path,
        dialect,
        seen,
        rows,
        Reading(conclusions, choice, further_tables(seen, choice)),
        warnings,
        rowless=rowless,
        name=content.name,
    )


def _of_json(content: Content, choice: ReadingChoice, *, rowless: bool) -> Table:
    rows = json_rows(content)
    with reading(content.path):
        sample = next(rows.chunks(_SAMPLE_ROWS, 0)).rows
    seen = Seen(sample, Header(rows.columns, 0, 1), 0, ())
    encoding, packed = content.encoding.name, content.compressed
    dialect = Dialect(encoding=encoding, compressed=packed, container="json", member=content.member)
    about = Conclusion("file", "records of JSON", "its first characters show it", 1.0)
    conclusions = (*about_packing(content, choice), about, about_encoding(content, choice))
    found = Reading(conclusions, choice)
    warnings = warnings_of_text(content)
    return _table(content.path, dialect, seen, rows, found, warnings, rowless=rowless, name=content.name)


def _beginning(content: Content, choice: ReadingChoice) -> tuple[Cut, list[Candidate], list[list[str]]]:
    """The cut of a text, its candidates by their fit, and its first rows: more is read until there are a few."""
    sample, whole, size = "", False, SAMPLE_BYTES
    with reading(content.path), open_text(content) as (text, _):
        while True:
            more = text.read(size)
            whole = len(more) < size
            sample += more.lstrip("\ufeff").replace("\0", "")
            if whole and not sample.strip():
                raise UserError(f"{content.name} is empty. Export it again, then import the new file.")
            cut, ranked = _cut(content, sample, choice, whole=whole)
            rows = sample_rows(cut, sample, whole=whole)
            if whole or len(rows) >= _FEWEST_ROWS or len(sample) > MAX_CELL:
                return cut, ranked, rows
            size *= 4


def _of_sheet(path: Path, choice: ReadingChoice, *, rowless: bool) -> Table:
    sheets = sheets_of(path)
    sheet = sheets[0]
    if choice.sheet is not None:
        named = [one for one in sheets if one.name.strip().casefold() == choice.sheet.strip().casefold()]
        if not named:
            names = ", ".join(f"“{one.name}”" for one in sheets[:12])
            raise UserError(f"{path.name} has no sheet “{choice.sheet}” with anything in it. Its sheets are {names}.")
        sheet = named[0]
    rows = SheetRows(path, sheet.name, sheet.rows)
    with reading(path):
        sample = next(rows.chunks(_SAMPLE_ROWS, 0)).rows
    while sample and not any(sample[-1]):
        sample.pop()
    if not sample:
        raise UserError(
            f"The sheet “{sheet.name}” of {path.name} has no rows at its top. Move its table up and save it."
        )
    seen = _see(sample, choice, "", rows)
    dialect = replace(_placed(seen), container="workbook", sheet=sheet.name)
    others = tuple(sheet_option(one, choice) for one in sheets if one is not sheet)
    about = Conclusion(
        "sheet",
        f"sheet “{sheet.name}”",
        "you said so" if choice.sheet else "it is the only one" if not others else "it has the most data",
        1.0 if choice.sheet or not others else 0.8,
        others,
    )
    found = Reading((about, *about_rows(seen, choice)), choice, (*others, *further_tables(seen, choice)))
    warnings = warnings_of_rows(seen)
    if others and choice.sheet is None:
        names = ", ".join(f"“{option.choice.sheet}”" for option in others[:5])
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        warnings = (f"The workbook has other sheets: {names}{more}; only “{sheet.name}” is read.", *warnings)
    return _table(path, dialect, seen, rows, found, warnings, rowless=rowless, name=path.name)


def _table(
    path: Path,
    dialect: Dialect,
    seen: Seen,
    rows: Rows,
    found: Reading,
    warnings: tuple[str, ...],
    *,
    rowless: bool,
    name: str,
) -> Table:
    header = seen.header
    data = seen.rows[header.first_data_row :]
    if not rowless and not any(any(row) for row in data):
        raise UserError(f"{name} has a header but no rows below it. Export it again with the rows included.")
    returned = Returned.of(header.columns, _names_as_written(seen, len(header.columns)))
    clean = unguarded if returned else str
    width = (returned.width if returned else None) or len(header.columns)
    end = seen.starts[0] if seen.starts else len(data)
    return Table(
        path=path,
        dialect=dialect,
        columns=tuple(map(clean, header.columns[:width])),
        size_bytes=path.stat().st_size,
        stamp=stamp_of(path),
        warnings=warnings,
        sample=tuple(tuple(returned.row(row) if returned else row) for row in data[:end]),
        reading=found,
        _rows=rows,
        _header=_names_as_written(seen, width),
        _first_data_row=header.first_data_row + seen.start,
        _returned=returned,
    )


def _names_as_written(seen: Seen, width: int) -> tuple[str, ...]:
    """The header as it stands in the file, by which it is known where it is repeated."""
    header = seen.header
    if header.row is None or header.rows > 1:
        return header.columns
    return tuple([*seen.rows[header.row], *[""] * width][:width])


def _see(rows: list[list[str]], choice: ReadingChoice, delimiter: str, file: Rows) -> Seen:
    """Find header and further tables among the first rows, in the table that was chosen; `file` has all rows."""
    if (choice.header_row or 0) > max(1, len(rows)):
        raise UserError(
            f"There is no row {choice.header_row:,} among the first {len(rows):,} of the file, where Bellwether looks "
            "for column names. Choose another row."
        )
    header, starts = _first_table(rows, choice, delimiter)
    wanted = choice.table or 1
    if wanted == 1 or not rows:
        return Seen(rows, header, 0, tuple(starts))
    start, rest = 0, rows
    for number in range(2, wanted + 1):
        start += _next_table(rest, header, delimiter, file, start, number)
        rest = next(file.chunks(_SAMPLE_ROWS, start)).rows
        header, starts = _first_table(rest, choice, delimiter)
    return Seen(rest, header, start, tuple(starts))


def _first_table(rows: list[list[str]], choice: ReadingChoice, delimiter: str) -> tuple[Header, list[int]]:
    """The header of the first table among rows, and where others begin below it.

    A longer table below must not decide how wide the first one is: its rows up to a blank one are looked at alone, and
    that holds where another table does begin there.
    """
    end = _end_of_first(rows)
    if end is not None:
        header = find_header(rows[:end], choice.header_row, choice.header_rows)
        starts = _starts(rows, header, delimiter)
        if starts and not any(map(any, rows[end : header.first_data_row + starts[0]])):
            return header, starts
    header = find_header(rows, choice.header_row, choice.header_rows)
    return header, _starts(rows, header, delimiter)


def _end_of_first(rows: Sequence[Sequence[str]]) -> int | None:
    """The blank row below the first rows that stand together like a table of three columns or more."""
    begin = 0
    for place, row in enumerate(rows):
        if any(row):
            continue
        widths = [sum(1 for cell in one if cell.strip()) for one in rows[begin:place]]
        if len(widths) > 2 and sum(1 for width in widths if width > 2) * 2 > len(widths):
            return place
        begin = place + 1
    return None


def _next_table(rows: Sequence[list[str]], header: Header, delimiter: str, file: Rows, start: int, number: int) -> int:
    """How many rows below the beginning of a table the next one begins; the file is read as far as that is.

    Raises
    ------
    UserError
        None does.
    """
    sorter, below = _sorter(rows[header.first_data_row :], header, delimiter), header.first_data_row
    if header.row is not None:
        for chunk, ahead in with_rows_ahead(file.chunks(BATCH_ROWS, start + below), AHEAD):
            found = sorter.sort(list(chunk.rows), len(header.columns), ahead)
            another = [place for place, word in found.left_out.items() if word == ANOTHER]
            if another:
                return below + min(another)
            below += len(chunk.rows)
    known = "one table was" if number == 2 else f"{number - 1} tables were"
    raise UserError(f"The file has no table {number}: {known} found. Choose another table.")


def _starts(rows: Sequence[list[str]], header: Header, delimiter: str) -> list[int]:
    data = [list(row) for row in rows[header.first_data_row :]]
    if not data or header.row is None:
        return []
    return table_starts(data, _sorter(data, header, delimiter), len(header.columns))


def _sorter(data: Sequence[Sequence[str]], header: Header, delimiter: str) -> Sorter:
    """Return what sorts a table's rows; the rows up to the first blank one show their shape."""
    until = next((place for place, row in enumerate(data) if not any(row) and place), len(data))
    return Sorter(Rules(header.columns, data[:until]), delimiter)


def _placed(seen: Seen, before: int = 0) -> Dialect:
    """Where a table's names and rows begin; `before`: so many lines lie above what was cut into rows."""
    named, above = seen.header.row, seen.start + before
    skipped = (seen.header.first_data_row if named is None else named) + above
    return Dialect(header_row=None if named is None else named + above, skipped=skipped, header_rows=seen.header.rows)


def _known_encoding(name: str | None) -> str | None:
    import codecs

    if name is None:
        return None
    try:
        "".encode(codecs.lookup(name).name)
    except (LookupError, UnicodeError, ValueError):
        raise UserError(
            f"There is no encoding “{name}”. Choose one such as utf-8, cp1252, mac_roman or utf-16."
        ) from None
    return codecs.lookup(name).name


def _cut(content: Content, sample: str, choice: ReadingChoice, *, whole: bool) -> tuple[Cut, list[Candidate]]:
    """The cut that the evidence and a person speak for, and the candidates by their fit."""
    ranked = rank_cuts(sample, whole=whole, delimiter=choice.delimiter, quote=choice.quote, escape=choice.escape)
    cut = ranked[0].cut
    if cut.delimiter == FIXED and not cut.places:
        cut = replace(cut, places=fixed_places(sample_lines(sample)[cut.skipped :]) or (0,))
    if choice.delimiter is None:
        rivals = [ranked[0], *(one for one in ranked[1:] if _is_rival(one, ranked[0]))]
        if len(rivals) > 1:
            options = tuple(
                ReadingOption(
                    f"{one.width} columns by {delimiter_words(one.cut.delimiter)}",
                    also(choice, ReadingChoice(delimiter=one.cut.delimiter)),
                    delimiter_flag(one.cut.delimiter),
                )
                for one in rivals[:4]
            )
            raise Doubt(f"{content.name} can be cut into columns in {len(options)} ways.", options)
    return cut, ranked


def _is_rival(one: Candidate, best: Candidate) -> bool:
    """Whether another delimiter fits about as well, and makes other columns."""
    other = one.cut.delimiter.strip(" ") != best.cut.delimiter.strip(" ") or not one.cut.delimiter.strip(" ")
    return (
        other
        and one.cut.delimiter != best.cut.delimiter
        and one.width > 1
        and one.score >= _ABOUT_EQUAL * best.score > 0.05
    )
