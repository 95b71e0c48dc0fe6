"""The command that says what customers of the whole book complain of more than they used to: issues."""

from __future__ import annotations

from app.cli.alerts import opened_as_of
from app.cli.frame import DONE, AsOfOption, JsonOption, StoreOption, answer, day_of, told
from models.values.emerging import EmergingReport
from models.values.errors import UserError


@told
def issues(store: StoreOption = None, as_of: AsOfOption = None, json: JsonOption = False) -> int:
    """List what tickets and reviews tell of more than they used to: how often, since when, from whom."""
    from services.insight import issue_words, read_emerging, reading

    with opened_as_of(store, day_of(as_of)) as workspace, reading(workspace) as reader:
        report = read_emerging(reader)
        if report is None:
            raise UserError("The book was not scored yet. Import tickets or reviews, or run `bellwether score`.")
        lines = [issue_words(reader, issue) for issue in report.issues]
    answer(report.as_json(), _words(report, lines), json)
    return DONE


def _words(report: EmergingReport, lines: list[str]) -> str:
    if not lines:
        return f"Nothing emerges as of {report.as_of}: {report.checked:,} topics are about as they were."
    examples = (f"{line}\n  such as: {issue.example}" for line, issue in zip(lines, report.issues, strict=True))
    return "\n".join(examples)
