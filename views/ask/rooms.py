"""What the page asks the book, run in the pool."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from models.values.assistant import Inquiry, Response, ResultTable
from models.values.changes import Changes
from models.values.customers import Among
from models.values.knowledge import KnownDocument
from models.values.metrics import Query
from services.workspace import Workspace
from views.shell.book import Book

if TYPE_CHECKING:
    from services.assistant import Assistant


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a question, and how long it took."""

    found: Response
    milliseconds: int
    next_questions: tuple[str, ...] = ()
    figure: Query | None = None


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
        return self._reply(found, begun)

    def _reply(self, found: Response, begun: float) -> Reply:
        """An answer with how long it took, and what a tile would show of it."""
        took = round((perf_counter() - begun) * 1000)
        question = found.readings[0].question if found.status == "answered" and found.readings else None
        if question is None:
            return Reply(found, took)
        return Reply(found, took, _next(question), self._assistant.figure(question))

    def again(self, text: str, question: Inquiry) -> Reply:
        """Answer a question as it was read."""
        begun = perf_counter()
        return self._reply(self._assistant.again(text, question), begun)

    def ask_model(self, text: str, before: Inquiry | None, profile: str) -> Reply:
        """Let a language model read a question as well; names are hidden from it."""
        begun = perf_counter()
        return self._reply(self._assistant.ask_model(text, profile, before), begun)

    @property
    def model(self) -> str:
        """The language model that may read questions, '' without one."""
        preferences = self._book.workspace.preferences
        known = [one.name for one in preferences.profiles]
        return preferences.writer if preferences.writer in known else known[0] if known else ""

    def customers(self, found: Response) -> Among:
        """All customers whose rows an answer has: of the first ten, those ten."""
        reading = found.readings[0]
        if reading.question.limit is None:
            return Among(reading.sentence, self._assistant.customers(reading.question))
        return Among(
            reading.sentence, tuple(dict.fromkeys(one for one in found.tables[0].customers if one is not None))
        )

    def steps(self, question: Inquiry) -> tuple[tuple[str, int], ...]:
        """From rows to answer."""
        return self._assistant.steps(question)

    def documents(self) -> tuple[KnownDocument, ...]:
        """The policy documents of the book."""
        from services.knowledge import known_documents

        return known_documents(self._book.workspace)


def added(paths: Sequence[Path], workspace: Workspace) -> Changes:
    """Add documents to the book."""
    from services.knowledge import add_documents

    return add_documents(workspace, paths)


def removed(number: int, workspace: Workspace) -> Changes:
    """Remove a document from the book."""
    from services.knowledge import remove_document

    return remove_document(workspace, number)


def _next(question: Inquiry) -> tuple[str, ...]:
    """Questions that go on from an answer."""
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


def add_follow_up(alert: int, workspace: Workspace) -> Changes:
    """Add the task that was offered to a customer's open alert."""
    from services.alerting import add_task

    return add_task(workspace, alert, "Follow up")


def write_of(table: ResultTable) -> Callable[[Workspace, Path], int]:
    """What writes a table to a file, money in major units."""
    return partial(_write, table)


def _write(table: ResultTable, _workspace: Workspace, path: Path) -> int:
    from services.reports.table import write_figures_table

    return write_figures_table(table.columns, table.rows, table.currency, path)
