"""Commands about imports: import, imports, undo-import."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer

from app.bootstrap import recipe_for
from app.cli.frame import (
    DONE,
    IN_PART,
    NOTHING_DONE,
    JsonOption,
    Reply,
    StoreOption,
    answer,
    in_book,
    never_cancelled,
    opened,
    progress_line,
    question_of,
    say,
    say_first_record,
    table,
    told,
)
from app.cli.reading import Files, reads
from app.paths import sample_book
from models.values.errors import UserError
from models.values.imports import ImportOptions, ImportRequest, Receipt
from models.values.reading import ReadingChoice
from models.values.words import count
from services import sync
from services.book.files import SAMPLE_BOOK, SAMPLE_TAKES_NONE
from services.book.sources import asked_end
from services.pipeline import after_change
from services.pipeline.jobs import ImportOutcome, import_files
from services.pipeline.watched import each_file, left_alone, why_left_alone
from services.workspace import Workspace

Entity = Annotated[str | None, typer.Option("--as", metavar="ENTITY", help="What the rows are.")]
Kind = Annotated[
    str | None,
    typer.Option("--kind", metavar="KIND", help="The kind of all rows, such as store_visit."),
]
Mapping = Annotated[
    list[str] | None, typer.Option("--map", metavar="'Column=field'", help="Which field a column is; repeatable.")
]
Meanings = Annotated[
    list[str] | None,
    typer.Option(
        "--read",
        metavar="'Column=how'",
        help="How a column is read: dmy, mdy, excel, unix, point, comma …; repeatable.",
    ),
]
Source = Annotated[str | None, typer.Option("--source", metavar="NAME", help="The system it comes from.")]
Timezone = Annotated[
    str | None,
    typer.Option("--timezone", metavar="ZONE", help="Time zone of times without one; default: this computer's."),
]
Order = Annotated[
    Literal["dmy", "mdy", "ymd"] | None, typer.Option("--date-order", help="Order in which dates are written.")
]
Currency = Annotated[str | None, typer.Option("--currency", metavar="CODE", help="Currency of amounts that name none.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show exactly what would change, without changing anything.")]
NoScore = Annotated[bool, typer.Option("--no-score", help="Do not score or raise alerts afterwards.")]

Plain = Annotated[bool, typer.Option("--plain", help="Begin a new book without encryption.")]


@told
@reads
def import_(
    files: Files,
    *,
    entity: Entity = None,
    kind: Kind = None,
    mapping: Mapping = None,
    source: Source = None,
    timezone: Timezone = None,
    date_order: Order = None,
    currency: Currency = None,
    read: Meanings = None,
    choice: ReadingChoice,
    dry_run: DryRun = False,
    no_score: NoScore = False,
    plain: Plain = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> int:
    """Import files and archives, customers before their orders, then score and raise alerts."""
    options = ImportOptions(
        entity=entity,
        kind=kind,
        mapping=tuple(_pair(text, "--map 'Column=field'") for text in mapping or ()),
        source=source,
        timezone=timezone,
        date_order=date_order,
        currency=currency,
        meanings=tuple(_pair(text, "--read 'Column=how'") for text in read or ()),
        reading=choice,
    )
    with _book(store, dry_run, plain) as workspace:
        named = [_request(workspace, name, options, dry_run=dry_run) for name in files]
        requests = sync.together([one for request in named for one in each_file(request)])
        order = sync.order_of_import(workspace, requests)
        outcome = import_files(
            workspace,
            tuple(requests[place] for place in order),
            score=not (no_score or dry_run),
            progress=progress_line(json),
            cancelled=never_cancelled,
        )
        with workspace.store.snapshot() as driver:
            asked = asked_end(driver, workspace.clock.today(), workspace.read_policy())
        if outcome.pipeline.scores is not None:
            say_first_record(workspace, json)
        for path in (path for request in named for path in left_alone(request)):
            say(why_left_alone(path))
    code = _reported(outcome, order, json)
    if asked is not None and not dry_run:
        say(question_of(asked))
    return code


@contextmanager
def _book(store: Path | None, dry_run: bool, plain: bool) -> Iterator[Workspace]:
    """Open the book; a dry run where there is none yet looks at an empty one that is thrown away."""
    if dry_run and not Path(recipe_for(store).store).exists():
        with (
            tempfile.TemporaryDirectory(prefix="bellwether-dry-run-") as folder,
            opened(Path(folder) / "book.bellwether", create=True, beginning="passing") as workspace,
        ):
            yield workspace
        return
    if Path(recipe_for(store).store).resolve() == sample_book().resolve():
        raise UserError(f"{SAMPLE_BOOK}. {SAMPLE_TAKES_NONE}")
    with opened(store, create=True, writes=not dry_run, beginning="plain" if plain else "encrypted") as workspace:
        yield workspace


def _reported(outcome: ImportOutcome, order: tuple[int, ...], as_json: bool) -> int:
    """Print receipts and faults and return the exit code; `order` has the places of the files as they were named.

    Documents stand as the files were named, each with its place in the order of import.
    """
    for result in outcome.files:
        if result.error:
            name = Path(result.file).name
            say(result.error if name in result.error else f"{name}: {result.error}")
    receipts = [result.receipt for result in outcome.files if result.receipt is not None]
    documents = [
        {
            **(result.receipt.as_json() if result.receipt else {"file": result.file, "error": result.error}),
            "order": place,
        }
        for place, result in enumerate(outcome.files, 1)
    ]
    named = [document for _, document in sorted(zip(order, documents, strict=True), key=lambda pair: pair[0])]
    if receipts or as_json:
        answer(named, "\n".join([*_order_words(outcome, order), _words(receipts, outcome)]), as_json)
    if not receipts and not any(result.asks for result in outcome.files):
        return NOTHING_DONE
    in_part = len(receipts) < len(outcome.files) or any(map(_lacks_something, receipts))
    return IN_PART if in_part else DONE


def _lacks_something(receipt: Receipt) -> bool:
    """Whether rows were rejected, or nothing of a file is in the book."""
    rows = receipt.rows
    return bool(rows["rejected"]) or rows["read"] > 0 == rows["inserted"] + rows["updated"] + rows["unchanged"]


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


def _order_words(outcome: ImportOutcome, order: tuple[int, ...]) -> list[str]:
    """Say in which order files were imported where it is not the one in which they were named."""
    if list(order) == sorted(order):
        return []
    names = ", ".join(Path(result.file).name for result in outcome.files)
    return [f"In this order, so that files others refer to come first: {names}"]


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
        who = receipt.customers
        lines += [f"  {count(who['created'], 'new customer')}"] if who["created"] else []
        lines += [f"  {receipt.with_earlier}"] if receipt.with_earlier else []
        lines += [f"  {receipt.distress}"] if receipt.distress else []
        lines += [f"  {many:,} × {reason}" for reason, many in (receipt.reasons | receipt.ignored_reasons).items()]
        lines += [f"  note: {warning}" for warning in receipt.notes]
        lines += [f"  rejected rows: {receipt.rejects_file}"] if receipt.rejects_file else []
    if outcome.pipeline.scores is not None:
        run = outcome.pipeline.scores
        lines.append(
            f"{run.scored:,} of {run.customers:,} customers scored as of {run.as_of}; "
            f"{count(len(outcome.pipeline.opened), 'alert')} opened, {len(outcome.pipeline.closed):,} closed"
        )
    return "\n".join(lines)


@in_book()
def imports(workspace: Workspace) -> Reply:
    """List what was imported, newest first."""
    records = sync.imports_history(workspace)
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
    return Reply(documents, table(head, rows, frozenset({0, 4, 5, 6, 7})))


@in_book(writes=True)
def undo_import(
    workspace: Workspace,
    number: Annotated[int, typer.Argument(metavar="ID", help="The import, as `imports` numbers it.")],
    json: JsonOption = False,
) -> Reply:
    """Undo an import: removes its rows and restores what it changed. Later changes are kept and named."""
    changes = sync.undo_import(workspace, number)
    after_change(workspace, changes, progress=progress_line(json))
    document = {"entry": changes.entry, "words": changes.words, "kept": list(changes.kept)}
    return Reply(document, "\n".join([changes.words, *changes.kept]))
