"""The command that says what customers of the whole book complain of more than they used to: issues."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.cli.frame import Reply, in_book
from models.values.emerging import EmergingReport
from models.values.errors import UserError
from models.values.words import count
from services import insight
from services.workspace import Workspace

if TYPE_CHECKING:
    from services.insight import Reader


@in_book(as_of=True)
def issues(workspace: Workspace) -> Reply:
    """List what tickets and reviews mention more often than before: how often, since when, by whom."""
    with insight.reading(workspace) as reader:
        report = insight.read_emerging(reader)
        if report is None:
            raise UserError("The book has not been scored yet. Import tickets or reviews, or run `bellwether score`.")
        lines = [insight.issue_words(reader, issue) for issue in report.issues]
        words = "\n".join(_told(report, lines)) if lines else _nothing(report, reader)
    return Reply(report.as_json(), words)


def _told(report: EmergingReport, lines: list[str]) -> Iterator[str]:
    for line, issue in zip(lines, report.issues, strict=True):
        yield f"{line}\n  such as: {issue.example}"


def _nothing(report: EmergingReport, reader: Reader) -> str:
    if report.checked:
        topics = count(report.checked, "topic")
        return (
            f"Nothing is on the rise as of {report.as_of}: {topics} {'is' if report.checked == 1 else 'are'} as before."
        )
    if reader.value("SELECT EXISTS (SELECT 1 FROM tickets) OR EXISTS (SELECT 1 FROM reviews)"):
        return f"Too few tickets and reviews as of {report.as_of} to tell what is on the rise."
    return (
        "The book has no tickets or reviews. Import an export of your help desk or of "
        "your shop's reviews with `bellwether import FILE`."
    )
