"""What the page asks the book, run in the pool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from models.values.assistant import Inquiry, Response, ResultTable
from models.values.changes import Changes
from models.values.metrics import Query, Value
from models.values.words import major
from services.workspace import Workspace
from views.shell.book import Book

if TYPE_CHECKING:
    from services.assistant import Assistant

READY_MADE = (
    "Which customers are at risk?",
    "Tickets of the last 30 days with negative sentiment",
    "Customers with 5-star reviews but no order in 90 days",
    "Satisfaction by ticket type",
    "Revenue by month in the last 12 months",
    "Open deals with a probability above 70% and a value above $200",
    "Customers without contact for 90 days",
    "Top 3 reasons for negative reviews last quarter",
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a question, and how long it took."""

    found: Response
    milliseconds: int
    next_questions: tuple[str, ...] = ()


class AskRoom:
    """Asks the book."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._made: tuple[Workspace, Assistant] | None = None

    @property
    def _assistant(self) -> Assistant:
        """What answers, kept as long as the workspace is the same, as it knows the book's values then."""
        from services.assistant import Assistant

        workspace = self._book.workspace
        if self._made is None or self._made[0] is not workspace:
            self._made = (workspace, Assistant(workspace))
        return self._made[1]

    def ask(self, text: str, before: Inquiry | None, choose: int | None) -> Reply:
        """Answer a question."""
        from services.assistant import asks_for_them

        begun, assistant = perf_counter(), self._assistant
        rows = assistant.behind(before) if before is not None and asks_for_them(text) else None
        found = assistant.again(text, rows) if rows is not None else assistant.ask(text, before, choose)
        return Reply(found, round((perf_counter() - begun) * 1000), _next(found))

    def steps(self, question: Inquiry) -> tuple[tuple[str, int], ...]:
        """From rows to answer."""
        return self._assistant.steps(question)


def _next(found: Response) -> tuple[str, ...]:
    """Questions that go on from an answer."""
    question = found.readings[0].question if found.status == "answered" and found.readings else None
    if question is None:
        return ()
    if question.query is not None:
        offered = ["by month", "by owner", "compared with last year", "who are they?"]
        taken = {f"by {one}" for one in question.query.by}
        timed = any(one in ("day", "week", "month", "quarter", "year") for one in question.query.by)
        return tuple(one for one in offered if one not in taken and not (timed and one == "by month"))
    if question.rows is not None and question.form != "reasons":
        return ("by owner", "by month") if question.rows.entity != "customers" else ("by owner", "by segment")
    return ("what should I do next?",) if question.form == "overview" else ()


def pinned(title: str, query: Query, workspace: Workspace) -> Changes:
    """Keep the figures of an answer as a tile."""
    from services.metrics.own import pin_tile

    return pin_tile(workspace, title, query)


def write_of(table: ResultTable) -> Callable[[Workspace, Path], int]:
    """What writes a table to a file, money in major units."""
    return partial(_write, table)


def _write(table: ResultTable, _workspace: Workspace, path: Path) -> int:
    from services.exporting import write_table

    heads = [f"{one.title} ({table.currency})" if one.unit == "money" else one.title for one in table.columns]
    rows = [[_cell(value, one.unit, table.currency) for one, value in zip(table.columns, each, strict=True)]
            for each in table.rows]  # fmt: skip
    return write_table(heads, rows, path)


def _cell(value: Value, unit: str, currency: str) -> Value:
    if unit == "money" and isinstance(value, int | float):
        return float(major(round(value), currency))
    return value
