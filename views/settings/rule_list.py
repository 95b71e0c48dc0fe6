"""The rules as a table: on or off, severity, and what each named in the months of its record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from models.values.alerts import Severity
from models.values.rule_records import FEWEST_CASES, LEFT, early_words
from views.lists.word_table import TableCell, TableColumn, TableLine
from views.widgets.painting import OPPORTUNITY, Mark, mark_of
from views.words import DASH, DOT, counted, whole

if TYPE_CHECKING:
    from services.alerting import RuleRecord

SWITCH: Final = "switch"
COLUMNS: Final = (
    TableColumn("On", 56),
    TableColumn("Rule", least=190),
    TableColumn("Severity", 136),
    TableColumn("Owner", 88, keeps=1, narrow=76),
    TableColumn("Alerts", 60, right=True, narrow=52),
    TableColumn("Correct", 150, right=True, narrow=80),
    TableColumn("Early by", 92, right=True, keeps=3, narrow=72),
    TableColumn("Not useful", 88, right=True, keeps=2, narrow=60),
)
#: What the columns count.
MEANING: Final = (
    "Alerts: what each rule, as it is now, would have raised in the months of its record, and the book's own alerts "
    "since. Correct: of the alerts old enough to judge (90 days), how many "
    "customers left, or spent less where the rule is about spending. Early by: median days before the customer counted "
    "as gone; “–” where a rule does not predict leaving."
)


def mark_for(found: RuleRecord) -> Mark:
    """The severity that the rule's alerts can have, or the range of it."""
    if found.kind == "opportunity":
        return OPPORTUNITY
    low, high = (Severity(one) for one in found.severities)
    mark = mark_of(high, found.kind)
    return mark if low == high else replace(mark, word=f"{low.name.capitalize()} to {high.name.lower()}")


def lines_of(found: Sequence[RuleRecord]) -> list[TableLine]:
    """One line a rule."""
    return [_line(one) for one in found]


def columns_of(found: Sequence[RuleRecord]) -> tuple[TableColumn, ...]:
    """The columns: where room is short, that of the owners gives way first, unless a rule has one."""
    if not any(one.owner for one in found):
        return COLUMNS
    return tuple(replace(one, keeps=4) if one.title == "Owner" else one for one in COLUMNS)


def total_of(found: Sequence[RuleRecord]) -> str:
    """All rules in one line."""
    years = [one.year for one in found]
    judged = sum(one.judged for one in years)
    parts = [
        f"{counted(len(found), 'rule')}, {sum(one.enabled for one in found)} on",
        counted(sum(one.alerts for one in years), "alert"),
        f"{whole(sum(one.correct for one in years))} of {whole(judged)} correct" if judged else "",
        f"{whole(sum(one.not_useful for one in years))} marked not useful",
    ]
    return DOT.join(part for part in parts if part)


def _line(found: RuleRecord) -> TableLine:
    year, mark = found.year, mark_for(found)
    ink = "ink" if found.enabled else "ink_3"
    predicts = found.past is not None and found.past.outcome == LEFT
    early = early_words(year.early_by) if predicts and year.early_by is not None else DASH
    silent = not found.enabled and not year.alerts
    switch = TableCell(
        "On" if found.enabled else "Off",
        link=SWITCH,
        on=found.enabled,
        tip="Switch the rule off (Space)" if found.enabled else "Switch the rule on (Space)",
    )
    cells = (
        switch,
        TableCell(found.title, ink, tip=f"{found.title}\n{found.condition}".strip()),
        TableCell(mark.word, mark=mark),
        TableCell(found.owner or DASH, ink, tip=found.owner),
        TableCell(DASH if silent else whole(year.alerts), ink),
        _correct(found, ink),
        TableCell(early, ink),
        TableCell(DASH if silent else whole(year.not_useful), ink),
    )
    return TableLine(cells, found.code)


def _correct(found: RuleRecord, ink: str) -> TableCell:
    year = found.year
    if not year.judged:
        return TableCell(DASH, ink, tip="No alert is old enough to judge.")
    said = f"{whole(year.correct)} of {whole(year.judged)}"
    if year.judged < FEWEST_CASES:
        few = f"A rule is judged once {counted(FEWEST_CASES, 'alert')} can be."
        return TableCell(f"{said}{DOT}needs {FEWEST_CASES}", "ink_2" if found.enabled else "ink_3", tip=few, short=said)
    exempt = found.past.exemption if found.past is not None else ""
    return TableCell(said, ink, tip=f"{exempt}." if exempt else "")
