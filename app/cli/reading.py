"""Reading files: the command `read`, and the options by which a person says how a file is written."""

from __future__ import annotations

import functools
import inspect
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.frame import DONE, IN_PART, NOTHING_DONE, JsonOption, answer, harmless, say, told
from models.values.errors import BellwetherError, EnvironmentFault
from models.values.reading import Conclusion, Doubt, ReadingChoice, ReadingOption
from services import sync

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

    from services.sync import Table

Files = Annotated[list[str], typer.Argument(metavar="FILE…", help="Exports to read.")]
#: The options of `reads`, by the part of a `ReadingChoice` that each says.
_OPTIONS: dict[str, Any] = {
    "encoding": Annotated[
        str | None, typer.Option("--encoding", metavar="NAME", help="Such as utf-8, cp1252, mac_roman.")
    ],
    "delimiter": Annotated[
        str | None,
        typer.Option("--delimiter", metavar="SIGN", help="Delimiter between cells; also tab, blank, blanks or fixed."),
    ],
    "quote": Annotated[
        str | None, typer.Option("--quote", metavar="SIGN", help="Quote character around cells; none for no quotes.")
    ],
    "escape": Annotated[
        str | None, typer.Option("--escape", metavar="SIGN", help="Escape character before a quote within a cell.")
    ],
    "header_row": Annotated[
        int | None,
        typer.Option("--header-row", metavar="ROW", min=0, help="Row that names the columns, from 1; 0 for none."),
    ],
    "header_rows": Annotated[
        int | None,
        typer.Option("--header-rows", metavar="COUNT", min=1, max=3, help="How many rows hold the column names."),
    ],
    "sheet": Annotated[str | None, typer.Option("--sheet", metavar="NAME", help="Sheet of a workbook.")],
    "member": Annotated[str | None, typer.Option("--member", metavar="NAME", help="File in a ZIP archive.")],
    "table": Annotated[
        int | None, typer.Option("--table", metavar="N", min=1, help="Which of several tables in a file.")
    ],
}
_LONGEST_SIGN = {"delimiter": 4, "quote": 1, "escape": 1}


def reads(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options by which a person says how files are written, in place of its `choice`."""
    signature = inspect.signature(command, eval_str=True)

    @functools.wraps(command)
    def run(**given: Any) -> int:
        return command(choice=_choice({name: given.pop(name) for name in _OPTIONS}), **given)

    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=option)
        for name, option in _OPTIONS.items()
    ]
    own = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in signature.parameters.values()]
    at = list(signature.parameters).index("choice")
    # What a signature says is what typer makes options of.
    run.__signature__ = signature.replace(parameters=[*own[:at], *options, *own[at + 1 :]])  # type: ignore[attr-defined]
    return run


@told
@reads
def read(
    files: Files,
    *,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write each table to this folder.")] = None,
    choice: ReadingChoice,
    json: JsonOption = False,
) -> int:
    """Read files of any dialect and write clean tables: UTF-8, RFC 4180, one header row, text as it stood."""
    if out is None and len(files) > 1 and not json:
        raise typer.BadParameter("Several files need --out DIR, one table each.")
    documents = [
        _read_one(Path(name), out, one, quiet=json)
        for name in files
        for one in (sync.of_each_member(Path(name), choice) if json or out is not None else [choice])
    ]
    if json:
        answer(documents, "", True)
    failed = [document for document in documents if document["error"]]
    in_part = any(document["surplus_rows"] for document in documents)
    for document in documents:
        for words in [document["error"]] if document["error"] else [] if json else document["warnings"]:
            say(words)
    if failed:
        return NOTHING_DONE if len(failed) == len(documents) else IN_PART
    return IN_PART if in_part else DONE


def _choice(said: dict[str, Any]) -> ReadingChoice:
    signs = {part: _sign(said[part], longest=longest) for part, longest in _LONGEST_SIGN.items()}
    return ReadingChoice(**{**said, **signs})


def _sign(text: str | None, *, longest: int) -> str | None:
    """A sign as it is given on a command line, where some cannot be typed."""
    if text is None or text in ("blanks", "fixed"):
        return text
    sign = {"tab": "\t", "\\t": "\t", "blank": " ", "space": " ", "none": ""}.get(text, text)
    if len(sign) > longest or (not sign and longest > 1) or any(letter in sign for letter in "\r\n\0"):
        raise typer.BadParameter(f"{text!r} is not a delimiter or quote character.")
    return sign


def _read_one(path: Path, out: Path | None, choice: ReadingChoice, *, quiet: bool) -> dict[str, Any]:
    document: dict[str, Any] = {
        "file": str(path),
        "dialect": None,
        "columns": [],
        "rows": 0,
        "error": None,
        "warnings": [],
        "concluded": [],
        "further_tables": [],
        "left_out": {},
        "fixed_rows": [],
        "surplus_rows": [],
    }
    seen = _Seen()
    try:
        with sync.bounded(path):
            found = sync.read_table(path, choice, rowless=True)
            document |= {
                "dialect": found.dialect.as_dict(),
                "columns": list(found.columns),
                "warnings": list(found.warnings),
                "concluded": [_concluded(one) for one in found.reading.conclusions],
                "further_tables": [_option(one) for one in found.reading.others],
            }
            if out is not None:
                document["rows"] = _write_table(found, out / _plain_name(Path(found.dialect.member or path)), seen)
            elif quiet:
                document["rows"] = sum(1 for _ in seen.rows_of(found))
            else:
                document["rows"] = _write_rows(found, _Screen() if sys.stdout.isatty() else sys.stdout, seen)
        document |= {"left_out": dict(seen.left_out), "fixed_rows": seen.fixed, "surplus_rows": seen.surplus}
        document["warnings"] += seen.in_words()
    except Doubt as doubt:
        document |= {"error": str(doubt), "options": [_option(one) for one in doubt.options]}
    except BellwetherError as error:
        document["error"] = str(error)
    return document


def _concluded(one: Conclusion) -> dict[str, Any]:
    return {
        "part": one.part,
        "is": one.words,
        "because": one.why,
        "confidence": round(one.confidence, 2),
        "options": [_option(option) for option in one.options],
    }


def _option(one: ReadingOption) -> dict[str, str]:
    return {"is": one.words, "flag": one.flag}


def _plain_name(path: Path) -> str:
    """The name of the table that a file becomes: its own, with the ending of what is written."""
    name = path.name.removesuffix(".gz")
    ending = Path(name).suffix.lower()
    return f"{name}.csv" if ending in (".zip", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods") else name


@dataclass
class _Seen:
    """Rows that a pass over a file left out, repaired or found too long; numbered from 1, below the header."""

    left_out: Counter[str] = field(default_factory=Counter)
    fixed: list[int] = field(default_factory=list)
    surplus: list[int] = field(default_factory=list)

    def rows_of(self, found: Table) -> Iterator[list[str]]:
        """Yield the rows of data."""
        for batch in found.batches():
            self.left_out.update(batch.left_out.values())
            self.fixed += [batch.first + place for place in sorted(batch.repaired)]
            self.surplus += [batch.first + place for place in sorted(batch.overlong)]
            for place, row in enumerate(batch.rows):
                if place not in batch.blank and place not in batch.left_out:
                    yield row

    def in_words(self) -> list[str]:
        """What a person should know of it."""
        said = [f"Left out: {count:,} × {why}." for why, count in self.left_out.items()]
        if self.fixed:
            said.append(
                f"Fixed while reading: {_rows(self.fixed)} (a stray quotation mark, or a cell too many or too few)."
            )
        if self.surplus:
            said.append(
                f"Not read in full: {_rows(self.surplus)}. The number of cells differs from the header, and cells "
                "beyond it are not in the table. Fix the file, then read it again."
            )
        return said


def _rows(numbers: Sequence[int]) -> str:
    shown = ", ".join(f"{number:,}" for number in numbers[:10])
    more = f" and {len(numbers) - 10:,} more" if len(numbers) > 10 else ""
    return f"{'row' if len(numbers) == 1 else 'rows'} {shown}{more}"


class _Screen:
    """Standard output where a person looks at it: what a terminal would obey is shown as a sign."""

    def write(self, text: str) -> int:
        """Write a row."""
        return sys.stdout.write(harmless(text.replace("\r\n", "\n")))


def _write_rows(found: Table, target: SupportsWrite[str], seen: _Seen) -> int:
    from services.sync.read import write_rows

    return write_rows(target, chain([found.columns], seen.rows_of(found))) - 1


def _write_table(found: Table, target: Path, seen: _Seen) -> int:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and target.samefile(found.path):
            raise EnvironmentFault(f"{target} is the file being read. Name another folder with --out.")
        with target.open("w", encoding="utf-8", newline="") as file:
            return _write_rows(found, file, seen)
    except OSError as error:
        raise EnvironmentFault(
            f"{target} cannot be written ({error.strerror}). Name another folder with --out."
        ) from error
