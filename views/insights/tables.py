"""The tables of the tab Scores as lines of finished cells: models, misses, figures of value, sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from models.values.emerging import EmergingIssue
from models.values.report_card import Fact, MissLine, ModelLine, SourceLine
from models.values.words import day, day_of
from views.lists.word_table import TableCell, TableColumn, TableLine
from views.words import DASH, MINUS, chance, counted, money, whole

MODELS: Final = (
    TableColumn("Model"),
    TableColumn("Log loss", 76, right=True),
    TableColumn("AUC, %", 68, right=True),
    TableColumn("Bias", 72, right=True, keeps=1),
)
VALUE: Final = (TableColumn("Lifetime value"), TableColumn("Figure", 132, right=True))
SOURCES: Final = (
    TableColumn("Source"),
    TableColumn("Through", 70, keeps=1),
    TableColumn("State", 116),
    TableColumn("Customers", 96, right=True, keeps=3),
    TableColumn("Used for", keeps=2),
)
ISSUES: Final = (
    TableColumn("What"),
    TableColumn("Now", 64, right=True),
    TableColumn("Usual", 60, right=True),
    TableColumn("Since", 68, right=True),
    TableColumn("Customers", 96, right=True, keeps=1),
)
#: What the measures mean, for whoever has not met them.
MEASURES: Final = (
    "Log loss: lower is better; a forecast that is sure and wrong costs most.\n"
    "AUC, %: of 100 pairs, one who left and one who stayed, how often the one who left had the higher risk. "
    "50 is chance.\n"
    "✓ marks the best.\n"
    "Bias: how many points more (+) or fewer (−) were predicted to leave than left."
)
_LINK: Final = "customer"


def model_lines(models: Sequence[ModelLine]) -> list[TableLine]:
    """Models in the order of the models; the best figure of a column is marked, the one in use too."""
    lines = []
    for one in models:
        name = f"{one.label} · in use" if one.used else one.label
        ink = "ink_2" if one.reference and not one.used else "ink"
        cells = (
            TableCell(name, ink, strong=one.used, tip=one.plain),
            _best(None if one.log_loss is None else f"{one.log_loss:.3f}", best=one.best_log_loss),
            _best(None if one.auc is None else f"{100 * one.auc:.1f}", best=one.best_auc),
            TableCell(_signed_points(one.bias), "ink_2"),
        )
        lines.append(TableLine(cells, one.name))
    return lines


def _best(figure: str | None, *, best: bool) -> TableCell:
    if figure is None:
        return TableCell(DASH, "ink_3", tip="Could not be calculated.")
    if best:
        return TableCell(f"✓ {figure}", "good_text", strong=True, tip="No other model did better.")
    return TableCell(figure)


def _signed_points(share: float | None) -> str:
    if share is None:
        return DASH
    points = round(100 * share)
    sign = "+" if points > 0 else MINUS if points < 0 else "±"
    return f"{sign}{abs(points)} {'pt' if abs(points) == 1 else 'pts'}"


def miss_lines(misses: Sequence[MissLine], currency: str) -> list[TableLine]:
    """Customers whose forecasts were wrong; each leads to their page."""
    return [
        TableLine(
            (
                TableCell(one.name, link=_LINK, tip=one.tier or ""),
                TableCell(chance(one.risk)),
                TableCell(DASH if one.value_minor is None else money(one.value_minor, currency), "ink_2"),
            ),
            one.customer_id,
        )
        for one in misses
    ]


def fact_lines(facts: Sequence[Fact]) -> list[TableLine]:
    """Figures of lifetime value; what is not as it should be has an icon and a colour."""
    lines = []
    for one in facts:
        off = one.good is False
        figure = TableCell(
            one.figure, "warning_text" if off else "ink", strong=True, icon="warning" if off else "", tip=one.meaning
        )
        lines.append(TableLine((TableCell(one.label, tip=one.meaning), figure), one.label))
    return lines


def source_lines(sources: Sequence[SourceLine]) -> list[TableLine]:
    """Kinds of data, in the order of the book."""
    lines = []
    for one in sources:
        ink, icon = ("warning_text", "warning") if one.stale else ("good_text", "check")
        cells = (
            TableCell(one.name, tip=f"{counted(one.customers, 'customer')} with it, through {one.through}"),
            TableCell(one.through, "ink_2"),
            TableCell(one.state, ink, strong=True, small=True, icon=icon),
            TableCell(whole(one.customers), "ink_2"),
            TableCell(one.used_for, "ink_3", small=True, tip=one.used_for),
        )
        lines.append(TableLine(cells, one.name))
    return lines


def usual_words(expected: float) -> str:
    """How many there would have been: "3", "0.4", "none"."""
    if expected < 0.05:
        return "none"
    return whole(expected) if expected >= 1.5 else f"{expected:.1f}"


def issue_lines(issues: Sequence[EmergingIssue], today: date) -> list[TableLine]:
    """What customers complain of more than they used to, the surest first."""
    lines = []
    for one in issues:
        since = day_of(one.since)
        seen = whole(one.seen) if one.of is None else f"{whole(one.seen)} of {whole(one.of)}"
        cells = (
            TableCell(one.title, strong=True, tip=f"Such as: {one.example}" if one.example else ""),
            TableCell(seen, "warning_text", strong=True),
            TableCell(usual_words(one.expected), "ink_2"),
            TableCell(DASH if since is None else day(since, today), "ink_2"),
            TableCell(whole(one.customer_count), "ink_2"),
        )
        lines.append(TableLine(cells, one.title))
    return lines
