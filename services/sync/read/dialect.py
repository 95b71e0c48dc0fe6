"""How a text is cut into cells: delimiter, quote, escape, line ends.

Each candidate dialect parses the sample, and the one under which the rows are most alike *and* the cells look most like
clean values wins (the consistency measure of van den Burg, Nazábal and Sutton, Data Mining and Knowledge Discovery 33,
2019: pattern score times type score). A count of delimiters alone is fooled by prose and by decimal commas.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.sync.read import celltypes

BLANKS = "blanks"
MAX_CELL = 16 << 20
_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_ROWS = 300
_SEP_LINE = re.compile(r"\"?sep=(.)\"?\s*", re.IGNORECASE)
_CLEAN = frozenset(
    (celltypes.EMPTY, celltypes.NUMBER, celltypes.DATE, celltypes.EMAIL, celltypes.TOKEN, celltypes.WORDS)
)


@dataclass(frozen=True)
class Cut:
    """How lines become cells. A delimiter of `blanks` means: runs of blanks, leading ones ignored."""

    delimiter: str
    quote: str
    escape: str
    newline: str
    skipped: int

    def rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Cut lines into rows of cells."""
        if self.delimiter == BLANKS:
            return (line.split() for line in lines)
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            escapechar=self.escape or None,
            doublequote=True,
        )


def find_cut(sample: str, *, whole: bool) -> Cut:
    """Decide the dialect from the first characters of a file.

    Parameters
    ----------
    sample : str
        Text from the file's start.
    whole : bool
        Whether the sample is all of the file; if not, its last row may be cut short and does not count.
    """
    newline = "\r\n" if "\r\n" in sample else "\n" if "\n" in sample else "\r" if "\r" in sample else "\n"
    said = _SEP_LINE.match(sample)
    if said and sample[said.end() - 1 : said.end()] in "\r\n":
        delimiter, skipped = said.group(1), 1
        sample = sample[said.end() :]
        candidates = [Cut(delimiter, quote, _escape(sample, quote), newline, skipped) for quote in _quotes(sample)]
    else:
        candidates = [
            Cut(delimiter, quote, _escape(sample, quote), newline, 0)
            for delimiter in _DELIMITERS
            if delimiter in sample
            for quote in _quotes(sample)
        ]
    scored = [(_score(cut, sample, whole=whole), -place, cut) for place, cut in enumerate(candidates)]
    best_score, _, best = max(scored, default=(0.0, 0, Cut(",", '"', "", newline, 0)))
    if best_score < 0.5 and _by_blanks(sample, whole=whole):
        return Cut(BLANKS, "", "", newline, 0)
    return best


def sample_rows(cut: Cut, sample: str, *, whole: bool) -> list[list[str]]:
    """Cut the sample; the last row is left out where the sample ends in the middle of the file."""
    lines = sample.splitlines(keepends=True) if cut.newline == "\r" else sample.split("\n")
    text_lines = lines if cut.newline == "\r" else [line + "\n" for line in lines]
    rows: list[list[str]] = []
    try:
        for row in cut.rows(text_lines[cut.skipped :]):
            rows.append(row)
            if len(rows) > _SAMPLE_ROWS:
                break
        else:
            if not whole and len(rows) > 1:
                rows.pop()
    except csv.Error:
        return rows
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _quotes(sample: str) -> tuple[str, ...]:
    if '"' in sample:
        return ('"', "")
    if re.search(r"(?:^|[,;\t|])'[^'\n]*'(?:[,;\t|]|\r?$)", sample, re.MULTILINE):
        return ('"', "'")
    return ('"',)


def _escape(sample: str, quote: str) -> str:
    return "\\" if quote and re.search(rf"[^\\]\\{quote}[^,;\t|\r\n]", sample) else ""


def _score(cut: Cut, sample: str, *, whole: bool) -> float:
    rows = [row for row in sample_rows(cut, sample, whole=whole) if any(row)]
    if not rows:
        return 0.0
    widths = Counter(map(len, rows))
    pattern = sum(count * max(1e-3, width - 1) / width for width, count in widths.items()) / len(widths)
    cells = clean = 0
    for row in rows:
        for cell in row:
            cells += 1
            clean += _is_clean(cell, cut)
    evenness = widths.most_common(1)[0][1] / len(rows)
    return pattern / len(rows) * (clean / max(1, cells)) * evenness


def _is_clean(cell: str, cut: Cut) -> bool:
    if not cut.quote and '"' in cell:
        return False
    if "\n" in cell or len(cell) > 120:
        # Long prose is fine where quotes hold it together; a quote in its middle says that they do not.
        return bool(cut.quote) and not re.search(rf"{cut.quote}[{re.escape(cut.delimiter)}]", cell)
    return celltypes.cell_type(cell) in _CLEAN


def _by_blanks(sample: str, *, whole: bool) -> bool:
    """Whether runs of blanks cut the lines into columns of which at least one holds only numbers or dates."""
    rows = [row for row in sample_rows(Cut(BLANKS, "", "", "\n", 0), sample, whole=whole) if row]
    if len(rows) < 2:
        return False
    width, count = Counter(map(len, rows)).most_common(1)[0]
    if width < 2 or count < 0.95 * len(rows):
        return False
    body = [row for row in rows[1:] if len(row) == width]
    kinds = [celltypes.column_type(column) for column in zip(*body, strict=True)]
    return any(kind in (celltypes.NUMBER, celltypes.DATE) for kind in kinds)
