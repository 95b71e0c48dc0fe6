"""`ask`: a question in plain words, answered from the book."""

from __future__ import annotations

import base64
import json as text_of
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.frame import DONE, IN_PART, NOT_ALLOWED, Reply, in_book
from app.cli.metrics import MOST_LISTED, figures_table, plain
from models.values.errors import UserError
from services.workspace import Workspace

if TYPE_CHECKING:
    from models.values.assistant import Inquiry, Response, ResultTable

_CODES = {"answered": DONE, "choose": IN_PART, "refused": NOT_ALLOWED}


@in_book()
def ask(
    workspace: Workspace,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="Such as “revenue by month for Gold customers”.")],
    choose: Annotated[
        int | None,
        typer.Option("--choose", min=1, metavar="K", help="Which reading you mean, where several are offered."),
    ] = None,
    context: Annotated[
        str, typer.Option("--context", metavar="ID", help="Continue from an earlier answer: the `context` of its JSON.")
    ] = "",
    model: Annotated[
        str, typer.Option("--model", metavar="NAME", help="Let this language model read the question as well.")
    ] = "",
    *,
    json: bool = False,
) -> Reply:
    """Ask the book a question in plain words: `ask "tickets by type in the last 30 days"`. It only reads."""
    from services.assistant import Assistant, asks_for_them
    from services.metrics import Metrics

    metrics = Metrics(workspace)
    assistant = Assistant(workspace, metrics)
    before = _question_of(context, metrics) if context else None
    rows = assistant.behind(before) if before is not None and asks_for_them(question) else None
    if model:
        found = assistant.ask_model(question, model, before)
        if choose is not None and found.status == "choose":
            found = assistant.again(question, found.readings[min(choose, len(found.readings)) - 1].question)
    else:
        found = assistant.again(question, rows) if rows is not None else assistant.ask(question, before, choose)
    steps = (
        assistant.steps(found.readings[0].question) if json and found.status == "answered" and found.readings else ()
    )
    return Reply(document_of(found, steps), _words(found), list(found.notes), _CODES[found.status])


def document_of(found: Response, steps: Sequence[tuple[str, int]] = ()) -> dict[str, Any]:
    """The answer as other programs read it: money in major units, shares of 1."""
    from services.assistant import document_of as asked_document

    main = found.tables[0] if found.tables else None
    readings = [{"sentence": one.sentence, "query": asked_document(one.question)} for one in found.readings]
    return {
        "status": found.status,
        "sentence": found.sentence,
        "as_of": found.as_of.isoformat() if found.as_of is not None else None,
        "columns": [{"name": one.name, "title": one.title, "unit": one.unit} for one in main.columns] if main else [],
        "rows": _rows(main) if main is not None else [],
        "total": main.total if main is not None else 0,
        "more": [{"title": one.title, "rows": _rows(one)} for one in found.tables[1:]],
        "readings": readings if found.status != "answered" else [],
        "why": found.why,
        "query": readings[0]["query"] if found.status == "answered" and readings else None,
        "context": _context(found.readings[0].question) if found.status == "answered" and found.readings else None,
        "sql": found.sql,
        "notes": list(found.notes),
        "definition": found.definition,
        "steps": [{"what": words, "rows": number} for words, number in steps],
        "passages": [
            {"document": one.document, "page": one.page, "heading": one.heading, "text": one.text}
            for one in found.passages
        ],
    }


def _rows(one: ResultTable) -> list[list[Any]]:
    return [[plain(value, column.unit, one.currency) for value, column in zip(row, one.columns, strict=True)]
            for row in one.rows]  # fmt: skip


def _context(question: Inquiry) -> str:
    """A question as a short text, by which the next one may go on from it; nothing is kept."""
    from services.assistant import document_of as asked_document

    return base64.urlsafe_b64encode(zlib.compress(text_of.dumps(asked_document(question)).encode())).decode()


def _question_of(context: str, metrics: Any) -> Inquiry:
    from services.assistant import question_of

    try:
        unpacker = zlib.decompressobj()
        said = text_of.loads(unpacker.decompress(base64.urlsafe_b64decode(context), 100_000))
        return question_of(said, metrics.catalogue)
    except (ValueError, zlib.error, UserError):
        raise UserError("The context is not one that an answer gave. Ask the question in full.") from None


def _words(found: Response) -> str:
    if found.status == "choose":
        by = [f" (read by {one.by})" if one.by else "" for one in found.readings]
        lines = [f"  {at}. {one.sentence}{by[at - 1]}" for at, one in enumerate(found.readings, 1)]
        return "\n".join(["Which of these do you mean? Ask again with --choose and its number.", *lines])
    if found.status == "refused":
        return "\n".join([found.why, "You can ask, for example:", *(f"  {one}" for one in found.examples)])
    parts = [found.sentence]
    for one in found.tables:
        if len(one.rows) > 1 or len(one.columns) > 1:
            parts += ["", *([one.title] if len(found.tables) > 1 else []), _table(one)]
    return "\n".join(parts)


def _table(one: ResultTable) -> str:
    if one.prose:
        return "\n".join(f"{what}: {line}" if what else str(line) for what, line in one.rows)
    return figures_table(one.columns, one.rows[:MOST_LISTED], one.currency)
