"""Commands about files: read, import, imports, undo-import."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from app.bootstrap import recipe_for
from app.cli.frame import (
    DONE,
    IN_PART,
    NOTHING_DONE,
    JsonOption,
    StoreOption,
    answer,
    never_cancelled,
    opened,
    progress_line,
    say,
    table,
    told,
)
from models.values.errors import BellwetherError, EnvironmentFault
from models.values.imports import ImportOptions, ImportRequest, Receipt
from models.values.reading import Conclusion, Doubt, ReadingChoice, ReadingOption
from services.jobs import ImportOutcome, import_files
from services.pipeline import after_change
from services.workspace import Workspace


class DateOrder(StrEnum):
    """Order of day, month and year in a file's dates."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


Files = Annotated[list[str], typer.Argument(metavar="FILE…", help="Exports to read.")]


@told
def read(
    files: Files,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write each table to this folder.")] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", metavar="NAME", help="Such as utf-8, cp1252, mac_roman.")
    ] = None,
    delimiter: Annotated[
        str | None,
        typer.Option(
            "--delimiter", metavar="SIGN", help="What stands between cells; tab, blank, blanks and fixed too."
        ),
    ] = None,
    quote: Annotated[
        str | None, typer.Option("--quote", metavar="SIGN", help="What stands around cells; none for nothing.")
    ] = None,
    escape: Annotated[
        str | None,
        typer.Option("--escape", metavar="SIGN", help="What stands before a quote within a cell."),
    ] = None,
    header_row: Annotated[
        int | None,
        typer.Option("--header-row", metavar="ROW", min=0, help="Row that names the columns, from 1; 0 for none."),
    ] = None,
    header_rows: Annotated[
        int | None, typer.Option("--header-rows", metavar="COUNT", min=1, max=3, help="How many rows name them.")
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", metavar="NAME", help="Sheet of a workbook.")] = None,
    member: Annotated[str | None, typer.Option("--member", metavar="NAME", help="File in a ZIP archive.")] = None,
    table_: Annotated[
        int | None, typer.Option("--table", metavar="N", min=1, help="Which of several tables in a file.")
    ] = None,
    json: JsonOption = False,
) -> int:
    """Read files of any dialect and write clean tables: UTF-8, RFC 4180, one header row, text as it stood."""
    if out is None and len(files) > 1 and not json:
        raise typer.BadParameter("Several files need --out DIR, one table each.")
    choice = ReadingChoice(
        encoding=encoding,
        delimiter=_sign(delimiter, longest=4),
        quote=_sign(quote, longest=1),
        escape=_sign(escape, longest=1),
        header_row=header_row,
        header_rows=header_rows,
        sheet=sheet,
        member=member,
        table=table_,
    )
    documents = [
        _read_one(Path(name), out, one, quiet=json)
        for name in files
        for one in (_of_each_member(Path(name), choice) if json or out is not None else [choice])
    ]
    if json:
        answer(documents, "", True)
    failed = [document for document in documents if document["error"]]
    for document in documents:
        for words in [document["error"]] if document["error"] else [] if json else document["warnings"]:
            say(words)
    if failed:
        return NOTHING_DONE if len(failed) == len(documents) else IN_PART
    return DONE


def _of_each_member(path: Path, choice: ReadingChoice) -> list[ReadingChoice]:
    """A choice for each file of a ZIP archive with several; else the one that was made."""
    from services.sync import tables_in

    if choice.member is not None:
        return [choice]
    try:
        named = [option.choice.member for option in tables_in(path)]
    except BellwetherError:
        return [choice]
    return [replace(choice, member=member) for member in named]


def _sign(text: str | None, *, longest: int) -> str | None:
    """A sign as it is given on a command line, where some cannot be typed."""
    if text is None or text in ("blanks", "fixed"):
        return text
    sign = {"tab": "\t", "\\t": "\t", "blank": " ", "space": " ", "none": ""}.get(text, text)
    if len(sign) > longest or any(letter in sign for letter in "\r\n\0"):
        raise typer.BadParameter(f"{text!r} is no sign that stands between or around cells.")
    return sign


def _read_one(path: Path, out: Path | None, choice: ReadingChoice, *, quiet: bool) -> dict[str, Any]:
    from services.sync import read_table

    document: dict[str, Any] = {
        "file": str(path),
        "dialect": None,
        "columns": [],
        "rows": 0,
        "error": None,
        "warnings": [],
        "concluded": [],
        "further_tables": [],
    }
    try:
        found = read_table(path, choice, rowless=True)
        document |= {
            "dialect": found.dialect.as_dict(),
            "columns": list(found.columns),
            "warnings": list(found.warnings),
            "concluded": [_concluded(one) for one in found.reading.conclusions],
            "further_tables": [_option(one) for one in found.reading.others],
        }
        if out is not None:
            document["rows"] = _write_table(found, out / _plain_name(Path(found.dialect.member or path)))
        elif quiet:
            document["rows"] = sum(1 for _ in _rows_of(found))
        else:
            document["rows"] = _write_rows(found, sys.stdout)
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


def _rows_of(found: Any) -> Any:
    for batch in found.batches():
        for place, row in enumerate(batch.rows):
            if place not in batch.blank and place not in batch.left_out:
                yield row


def _write_rows(found: Any, target: IO[str]) -> int:
    from services.sync.read import write_rows

    return write_rows(target, chain([found.columns], _rows_of(found))) - 1


def _write_table(found: Any, target: Path) -> int:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and target.samefile(found.path):
            raise EnvironmentFault(f"{target} is the file that is read. Name another folder with --out.")
        with target.open("w", encoding="utf-8", newline="") as file:
            return _write_rows(found, file)
    except OSError as error:
        raise EnvironmentFault(
            f"{target} cannot be written ({error.strerror}). Name another folder with --out."
        ) from error


@told
def import_(
    files: Files,
    entity: Annotated[str | None, typer.Option("--as", metavar="ENTITY", help="What the rows are.")] = None,
    mapping: Annotated[
        list[str] | None, typer.Option("--map", metavar="'Column=field'", help="Which field a column is; repeatable.")
    ] = None,
    source: Annotated[str | None, typer.Option("--source", metavar="NAME", help="The system it comes from.")] = None,
    timezone: Annotated[
        str | None,
        typer.Option("--timezone", metavar="ZONE", help="Zone of times without one; default: this computer's."),
    ] = None,
    date_order: Annotated[
        DateOrder | None, typer.Option("--date-order", help="Order in which dates are written.")
    ] = None,
    currency: Annotated[
        str | None, typer.Option("--currency", metavar="CODE", help="Currency of bare amounts.")
    ] = None,
    read: Annotated[
        list[str] | None,
        typer.Option(
            "--read",
            metavar="'Column=how'",
            help="How a column is read: dmy, mdy, excel, unix, point, comma …; repeatable.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say exactly what would change, and change nothing.")
    ] = False,
    no_score: Annotated[bool, typer.Option("--no-score", help="Do not score or raise alerts afterwards.")] = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> int:
    """Import files, then score and raise alerts."""
    options = ImportOptions(
        entity=entity,
        mapping=tuple(_pair(text, "--map 'Column=field'") for text in mapping or ()),
        source=source,
        timezone=timezone,
        date_order=date_order.value if date_order is not None else None,
        currency=currency,
        meanings=tuple(_pair(text, "--read 'Column=how'") for text in read or ()),
    )
    with _book(store, dry_run) as workspace:
        requests = tuple(_request(workspace, name, options, dry_run=dry_run) for name in files)
        outcome = import_files(
            workspace,
            requests,
            score=not (no_score or dry_run),
            progress=progress_line(json),
            cancelled=never_cancelled,
        )
    return _reported(outcome, json)


@contextmanager
def _book(store: Path | None, dry_run: bool) -> Iterator[Workspace]:
    """Open the book; a dry run where there is none yet looks at an empty one that is thrown away."""
    if dry_run and not Path(recipe_for(store).store).exists():
        with (
            tempfile.TemporaryDirectory(prefix="bellwether-dry-run-") as folder,
            opened(Path(folder) / "book.bellwether", create=True) as workspace,
        ):
            yield workspace
        return
    with opened(store, create=True, writes=not dry_run) as workspace:
        yield workspace


def _reported(outcome: ImportOutcome, as_json: bool) -> int:
    """Print receipts and faults and return the exit code."""
    for result in outcome.files:
        if result.error:
            name = Path(result.file).name
            say(result.error if name in result.error else f"{name}: {result.error}")
    receipts = [result.receipt for result in outcome.files if result.receipt is not None]
    documents = [
        result.receipt.as_json() if result.receipt else {"file": result.file, "error": result.error}
        for result in outcome.files
    ]
    if receipts or as_json:
        answer(documents, _words(receipts, outcome), as_json)
    if not receipts:
        return NOTHING_DONE
    return (
        IN_PART if len(receipts) < len(outcome.files) or any(receipt.rows["rejected"] for receipt in receipts) else DONE
    )


def _pair(text: str, form: str) -> tuple[str, str]:
    column, separator, field = text.rpartition("=")
    if not separator or not column:
        raise typer.BadParameter(f"Write {form}, not {text!r}.")
    return column, field.strip()


def _request(workspace: Workspace, name: str, options: ImportOptions, *, dry_run: bool) -> ImportRequest:
    return ImportRequest(
        store=workspace.recipe.store,
        file=name,
        now=workspace.at,
        actor=workspace.person,
        options=options,
        dry_run=dry_run,
    )


def _words(receipts: list[Receipt], outcome: ImportOutcome) -> str:
    lines = []
    for receipt in receipts:
        rows = receipt.rows
        what = "would import" if receipt.dry_run else f"import {receipt.import_id}"
        lines.append(f"{receipt.file} · {receipt.recognised_as} · {what} · {receipt.seconds:.1f} s")
        lines.append(
            f"  {rows['read']:,} read = {rows['inserted']:,} new + {rows['updated']:,} changed"
            f" + {rows['unchanged']:,} unchanged + {rows['rejected']:,} rejected + {rows['ignored']:,} ignored"
        )
        lines += [f"  {count:,} × {reason}" for reason, count in (receipt.reasons | receipt.ignored_reasons).items()]
        lines += [f"  note: {warning}" for warning in receipt.warnings]
        lines += [f"  rejected rows: {receipt.rejects_file}"] if receipt.rejects_file else []
    if outcome.pipeline.scores is not None:
        run = outcome.pipeline.scores
        lines.append(
            f"{run.scored:,} of {run.customers:,} customers scored as of {run.as_of}; "
            f"{len(outcome.pipeline.opened):,} alerts opened, {len(outcome.pipeline.closed):,} closed"
        )
    return "\n".join(lines)


@told
def imports(store: StoreOption = None, json: JsonOption = False) -> int:
    """List what was imported, newest first."""
    from services.sync import imports_history

    with opened(store) as workspace:
        records = imports_history(workspace)
    documents = [
        {**record.receipt.as_json(), "finished_at": record.finished_at, "undone": record.undone} for record in records
    ]
    rows = [
        (
            str(record.id),
            record.finished_at,
            record.file_name,
            record.recognised_as,
            f"{record.rows['read']:,}",
            f"{record.rows['inserted']:,}",
            f"{record.rows['updated']:,}",
            f"{record.rows['rejected']:,}",
            "undone" if record.undone else "",
        )
        for record in records
    ]
    head = ("id", "at", "file", "recognised as", "read", "new", "changed", "rejected", "")
    answer(documents, table(head, rows, frozenset({0, 4, 5, 6, 7})), json)
    return DONE


@told
def undo_import(
    number: Annotated[int, typer.Argument(metavar="ID", help="The import, as `imports` numbers it.")],
    store: StoreOption = None,
    json: JsonOption = False,
) -> int:
    """Undo an import: its rows go, what it changed returns, what was changed later is kept and named."""
    from services.sync import undo_import as undo

    with opened(store, writes=True) as workspace:
        changes = undo(workspace, number)
        after_change(workspace, changes, progress=progress_line(json))
    document = {"entry": changes.entry, "words": changes.words, "kept": list(changes.kept)}
    answer(document, "\n".join([changes.words, *changes.kept]), json)
    return DONE
