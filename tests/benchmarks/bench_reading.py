"""How many true dialects are found in the public collections of messy files; what is missed, by name.

The collection of van den Burg, Nazábal and Sutton (2019) as its re-annotators describe it: a file counts where the
delimiter and the quote are those that a person wrote down. A quote that occurs nowhere in a file cannot be wrong.
The best published tools find 91 of 100.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from models.values.errors import BellwetherError
from services.sync import read_table

GOAL = 0.95
_HEADER_LINES = 2
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "vslash": "|", "nsign": "#", "space": " "}
_QUOTES = {"doublequote": '"', "singlequote": "'"}


def found_dialect(path: Path) -> tuple[str, str]:
    """Delimiter and quote that a file is read with, or the sentence that refuses it."""
    try:
        dialect = read_table(path, rowless=True).dialect
    except BellwetherError as problem:
        return str(problem), ""
    return " " if dialect.delimiter == "blanks" else dialect.delimiter, dialect.quote


def score(folder: Path) -> tuple[int, list[str]]:
    """How many files were tried, and the misses in words."""
    tried, misses = 0, []
    for line in (folder / "dialects.txt").read_text(encoding="utf-8").splitlines()[_HEADER_LINES:]:
        name, _, delimiter, quote, *_ = line.split("|")
        path = folder / "files" / name
        if not path.exists():
            continue
        tried += 1
        wanted = (_DELIMITERS[delimiter], _QUOTES[quote])
        got = found_dialect(path)
        if got[0] != wanted[0] or (got[1] != wanted[1] and wanted[1].encode() in path.read_bytes()):
            misses.append(f"{name}: delimiter {wanted[0]!r} quote {wanted[1]!r}, found {got[0]!r} {got[1]!r}")
    return tried, misses


def main() -> int:
    """Print the score and return whether the goal is met."""
    data = Path(os.environ.get("BELLWETHER_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    folder = data / "csv" / "wrangling"
    if not folder.exists():
        sys.stdout.write("The collection of messy files is not on this computer.\n")
        return 0
    began = time.perf_counter()
    tried, misses = score(folder)
    right = tried - len(misses)
    sys.stdout.write(
        f"true dialects found: {right} of {tried} ({right / tried:.1%}; goal {GOAL:.0%})"
        f" in {time.perf_counter() - began:.1f} s\n"
    )
    for miss in misses:
        sys.stdout.write(f"  missed {miss}\n")
    return 0 if right >= GOAL * tried else 1


if __name__ == "__main__":
    raise SystemExit(main())
