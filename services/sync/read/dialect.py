"""How a text is cut into cells: delimiter, quote, escape, line ends.

Each candidate dialect cuts the sample, and the one under which the rows are most alike *and* the cells look most like
clean values wins (the consistency measure of van den Burg, Nazábal and Sutton, Data Mining and Knowledge Discovery 33,
2019: pattern score times type score). A count of delimiters alone is fooled by prose and by decimal commas. Beyond the
measure, the signs next to the quotation marks are evidence too: a mark opens after a delimiter and closes before one,
so a cut that leaves marks in the middle of cells has missed the delimiter.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from services.sync.read import celltypes
from services.sync.read.cells import BLANKS, FIXED, Cut, Record, Splitter

MAX_CELL = 16 << 20
# What programs write between cells, and what is met now and then; a rare sign must win by more.
_USUAL = {",": 1.0, ";": 1.0, "\t": 1.0, "|": 1.0}
_RARE = dict.fromkeys("#~^:!*&$@=/_\x01\x1c\x1d\x1e\x1f\xa6\xa7\xac", 0.8)
_LONG = re.compile(r"(?<=[\w\"'])(?:[^\w\s\"'.()\[\]{}\-]{2,4}|[,;|] )(?=[\w\"'])")
# Colons and slashes of addresses and clocks stand within a cell.
_WITHIN = re.compile(r"\w+:/+[^\s,;|]*|\d{1,2}:\d{2}(?::\d{2})?|\d{1,4}/\d{1,2}/\d{1,4}|[\w.+-]+@[\w-]+\.[\w.]+")
_SAMPLE_ROWS = 300
# So much of a line is enough to see which signs stand between its cells.
_TELLING_SIGNS = 2_000
_SCORED_CELLS = 6_000
# `#` alone in its cell is a column's name: the number of an answer.
# What escapes are for is that quotes stand where they belong: a cut with both escapes and stray quotes is a poor guess.
_IDLE_ESCAPE = 0.75
_REMARK = re.compile(r"#(?!\"?\s*[,;\t|])")
_SEP_LINE = re.compile(r"\"?sep=(.)\"?\s*", re.IGNORECASE)
_CLEAN = frozenset(
    (celltypes.EMPTY, celltypes.NUMBER, celltypes.DATE, celltypes.EMAIL, celltypes.TOKEN, celltypes.WORDS)
)
_FEWEST_LINES = 3
_ON_BOTH_SIDES = 0.3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A dialect, how well it fits (0 to 1), and how many columns most rows have under it."""

    cut: Cut
    score: float
    width: int


def rank_cuts(
    sample: str, *, whole: bool, delimiter: str | None = None, quote: str | None = None, escape: str | None = None
) -> list[Candidate]:
    """Dialects by how well they fit the first characters of a file, best first.

    Parameters
    ----------
    sample : str
        Text from the file's start.
    whole : bool
        Whether the sample is all of the file; if not, its last row may be cut short and does not count.
    delimiter, quote, escape : str, optional
        What a person said.
    """
    lines = sample_lines(sample)
    ends = Counter(re.findall(r"\r\n|\r|\n", sample)).most_common(1)
    newline = ends[0][0] if ends else "\n"
    said = _SEP_LINE.match(lines[0].rstrip("\r\n")) if lines and len(lines[0]) < 12 else None
    comments = 0 if said else _leading_comments(lines)
    skipped = 1 if said else comments
    body = _without_comments(lines[skipped:])
    text = "".join(body)
    told = delimiter or (said.group(1) if said else None)
    usual = Cut(
        told or next((sign for sign in _USUAL if sign not in text), ","),
        _lone_quote(text) if quote is None else quote,
        escape or "",
        newline,
        skipped,
    )
    if told in (BLANKS, FIXED):
        return [Candidate(replace(usual, quote="", escape=""), 0.0, 1)]
    found = [
        _scored(replace(cut, newline=newline, skipped=skipped), body, prior, whole=whole)
        for one, prior in ({told: 1.0} if told else _delimiters(text, body)).items()
        for cut in _cuts(one, text)
        if quote in (None, cut.quote) and escape in (None, cut.escape)
    ]
    ranked = sorted(found, key=lambda candidate: -candidate.score)
    if told is None and (not ranked or ranked[0].score < 0.5):
        ranked = [*_by_columns(body, newline, skipped, whole=whole), *ranked]
    if not ranked or ranked[0].score <= 0 or (told is None and _decimal_commas(body)):
        ranked = [Candidate(usual, 0.0, 1), *ranked]
    return ranked


def _decimal_commas(lines: Sequence[str]) -> bool:
    """Whether the lines are one column of amounts with decimal commas below a name."""
    filled = [line.strip() for line in lines if line.strip()]
    below = filled[1:]
    return bool(below) and "," not in filled[0] and all(re.fullmatch(r"-?\d+(?:,\d+)?", line) for line in below)


def sample_lines(sample: str) -> list[str]:
    """Cut a sample into lines as a file opened for text does: at CR, LF and CRLF only."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", sample)


def sample_rows(cut: Cut, sample: str, *, whole: bool) -> list[list[str]]:
    """Cut the sample; the last row is left out where the sample ends in the middle of the file."""
    rows: list[list[str]] = []
    for row in cut.rows(sample_lines(sample)[cut.skipped :]):
        rows.append(row)
        if len(rows) > _SAMPLE_ROWS:
            break
    else:
        if not whole and len(rows) > 1:
            rows.pop()
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _leading_comments(lines: Sequence[str]) -> int:
    """How many lines that begin with `#` stand before the table; a last one that is cut like it is its header."""
    count = next((place for place, line in enumerate(lines) if not _REMARK.match(line)), 0)
    named = count and any(lines[count - 1].count(sign) == lines[count].count(sign) > 0 for sign in _USUAL)
    return count - 1 if named else count


def _without_comments(lines: Sequence[str]) -> list[str]:
    """Lines to judge a cut by: a few that begin with `#` are remarks, many are a column of its own.

    One with a lone quote may be the end of a cell of several lines: it stays, and the cuts say what it is.
    """
    kept = [line for line in lines if not _REMARK.match(line) or line.count('"') % 2]
    return kept if (len(lines) - len(kept)) * 3 <= len(lines) else list(lines)


def _delimiters(text: str, lines: Sequence[str]) -> dict[str, float]:
    """Signs that may stand between cells, each with how much is to be thought of it before the text is cut."""
    found = {sign: prior for sign, prior in _USUAL.items() if sign in text}
    filled = [_WITHIN.sub("", line[:_TELLING_SIGNS]).strip() for line in lines[:_SAMPLE_ROWS] if line.strip()]
    if len(filled) < 2:
        return found
    for sign, prior in _RARE.items():
        if sum(sign in line[1:] for line in filled) >= 0.9 * len(filled):
            found[sign] = prior
    if all(" " in line for line in filled):
        found[" "] = 0.5
    for sign, count in Counter(_LONG.findall("\n".join(filled))).most_common(3):
        if count >= 0.9 * len(filled):
            found[sign] = 0.95
            for single in set(sign) - {" "}:
                if text.count(single) == text.count(sign) * sign.count(single) and not sign.endswith(" "):
                    found.pop(single, None)
    return found


def _cuts(delimiter: str, text: str) -> Iterator[Cut]:
    """The quotes and escapes that a text may have with a delimiter."""
    sign = re.escape(delimiter)
    for quote in _quotes(sign, text):
        skip = delimiter not in (" ", "\t") and _blanks_follow(sign, quote, text)
        yield Cut(delimiter, quote, "", "\n", 0, skip)
        if "\\" in text and (f"\\{quote}" in text if quote else f"\\{delimiter}" in text):
            yield Cut(delimiter, quote, "\\", "\n", 0, skip)


def _quotes(sign: str, text: str) -> list[str]:
    found = ['"']
    enclosed = re.findall(rf"(?:^|{sign})[ \t]*'(?:[^'\n]|'')+'[ \t]*(?={sign}|\r?$)", text, re.MULTILINE)
    if len(enclosed) > 0.2 * text.count("\n"):
        found.append("'")
    elif '"' not in text and "\\'" in text and not re.search(r"(?<!\\)'", text):
        # Nobody escapes a sign that means nothing: the program that wrote this quotes with it.
        return ["'"]
    return [*found, ""] if '"' in text else found


def _lone_quote(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return "'" if lines and all(re.fullmatch(r"'[^']*'", line.strip()) for line in lines) else '"'


def _blanks_follow(sign: str, quote: str, text: str) -> bool:
    """Whether blanks after a delimiter are the writer's habit: before quotes, or before every cell."""
    if quote and re.search(rf"{sign} +{quote}", text):
        return True
    after = re.findall(rf"{sign}(.)", text)
    return len(after) > 1 and all(letter == " " for letter in after)


def _scored(cut: Cut, lines: Sequence[str], prior: float, *, whole: bool) -> Candidate:
    records = _records(cut, lines, whole=whole)
    if not records:
        return Candidate(cut, 0.0, 1)
    # A sign that ends every line is its end, and makes no column.
    ended = len(records) > 2 and all(len(record.cells) > 1 and not record.cells[-1] for record in records)
    widths = Counter(len(record.cells) - ended for record in records)
    pattern = sum(count * max(1e-3, width - 1) / width for width, count in widths.items()) / len(widths)
    width, most = widths.most_common(1)[0]
    cells = clean = 0
    for record in records:
        for cell, quoted in zip(record.cells, record.quoted, strict=True):
            cells += 1
            clean += _is_clean(cell, quoted, record.regular, cut)
        if cells > _SCORED_CELLS:
            break
    evenness = most / len(records)
    score = prior * pattern / len(records) * (clean / cells) * evenness
    if cut.escape and not all(record.regular for record in records):
        score *= _IDLE_ESCAPE
    return Candidate(cut, score, width)


def _records(cut: Cut, lines: Sequence[str], *, whole: bool) -> list[Record]:
    found: list[Record] = []
    for record in Splitter(cut.marks, lines):
        found.append(record)
        if len(found) > _SAMPLE_ROWS:
            break
    else:
        if not whole and len(found) > 1:
            found.pop()
    return [record for record in found if any(record.cells)]


def _is_clean(cell: str, quoted: bool, regular: bool, cut: Cut) -> bool:
    if quoted:
        # What stands in quotes may be anything; that the marks are where they belong is what makes it clean.
        return regular or cut.quote not in cell
    if '"' in cell or (cut.quote and cut.quote in cell) or (len(cell) > 2 and cell[0] == cell[-1] == "'"):
        return False
    if len(cell) > 120:
        return cut.quote not in cell
    return celltypes.cell_type(cell) in _CLEAN


def _by_columns(lines: Sequence[str], newline: str, skipped: int, *, whole: bool) -> list[Candidate]:
    """Runs of blanks or places in the line as cuts, where at least one column holds only numbers or dates."""
    body = lines if whole or len(lines) < 2 else lines[:-1]
    filled = [line for line in body if line.strip()]
    blanks = Cut(BLANKS, "", "", newline, skipped)
    found = []
    if _telling(list(blanks.rows(filled))):
        found.append(Candidate(blanks, 0.5, len(filled[0].split())))
    else:
        fixed = Cut(FIXED, "", "", newline, skipped, places=fixed_places(filled))
        if len(fixed.places) > 1 and _telling(list(fixed.rows(filled))):
            found.append(Candidate(fixed, 0.5, len(fixed.places)))
    return found


def _telling(rows: Sequence[Sequence[str]]) -> bool:
    if len(rows) < 2:
        return False
    width, count = Counter(map(len, rows)).most_common(1)[0]
    if width < 2 or count < 0.95 * len(rows):
        return False
    body = [row for row in rows[1:] if len(row) == width]
    kinds = [celltypes.column_type(column) for column in zip(*body, strict=True)]
    return any(kind in (celltypes.NUMBER, celltypes.DATE) for kind in kinds)


def fixed_places(lines: Sequence[str]) -> tuple[int, ...]:
    """Where columns begin; empty where the lines are not laid out in columns.

    A place is between two columns where every line has a blank. A gap of a single blank counts only where the lines are
    of one length and many have text on both of its sides, because words stand above each other by chance too.
    """
    texts = [line.rstrip("\r\n").expandtabs(8) for line in lines if line.strip()]
    if len(texts) < _FEWEST_LINES or any("\t" in line for line in lines):
        return ()
    width = max(map(len, texts))
    if width > 4_000:
        return ()
    filled = [0] * width
    for text in texts:
        for place, sign in enumerate(text):
            filled[place] += sign != " "
    blank = [count == 0 for count in filled]
    places = [place for place in range(width) if not blank[place] and (place == 0 or blank[place - 1])]
    if not places:
        return ()
    even = len({len(text) for text in texts}) == 1
    wide = [place for place in places[1:] if blank[place - 2] or (even and _divides(texts, place))]
    return (0, *wide) if wide else ()


def _divides(texts: Sequence[str], place: int) -> bool:
    both = sum(text[place - 2] != " " and text[place] != " " for text in texts)
    return both >= _ON_BOTH_SIDES * len(texts)
