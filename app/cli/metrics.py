"""Commands about the catalogue: the list of metrics, their figures, and the rows behind them."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.frame import (
    DONE,
    AsOfOption,
    JsonOption,
    StoreOption,
    answer,
    day_of,
    opened,
    opened_as_of,
    say,
    table,
    told,
)
from models.values.metrics import Compare, Query, RowsQuery
from models.values.words import count, full_day, in_cell, major

if TYPE_CHECKING:
    from models.values.metrics import Answer, Column, Condition, RowList, Value

#: So many rows are listed in words; a program asks for JSON or CSV and gets them all.
MOST_LISTED = 200
_NUMBERS = frozenset({"count", "number", "money", "percent", "score", "hours", "days"})
Where = Annotated[
    list[str] | None,
    typer.Option("--where", metavar="'FIELD OP VALUE'", help="Only such rows: 'tier = Gold'. May be repeated."),
]
PeriodOption = Annotated[
    str, typer.Option("--period", metavar="PERIOD", help="30d, 12w, 12m, 2026, 2026-03, 2026-01-01..2026-03-31 or all.")
]
CompareOption = Annotated[Compare | None, typer.Option("--compare", help="With the period before, or a year ago.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="Write comma-separated values to standard output.")]


@told
def metrics(
    search: Annotated[str, typer.Option("--query", metavar="Q", help="Words of a name, title or definition.")] = "",
    json: JsonOption = False,
) -> int:
    """List the metrics that `query` answers, with what each counts."""
    from services.metrics import the_catalogue

    words = search.lower().split()
    lines = [
        one
        for one in the_catalogue().lines()
        if all(word in f"{one.name} {one.title} {one.definition} {' '.join(one.synonyms)}".lower() for word in words)
    ]
    rows = [(one.name, one.unit, one.entity, one.kind.replace("_", " "), one.definition) for one in lines]
    answer([one.as_json() for one in lines], table(("name", "unit", "entity", "kind", "what it counts"), rows), json)
    return DONE


@told
def query(
    names: Annotated[str, typer.Argument(metavar="METRIC[,METRIC…]", help="As listed by `metrics`.")],
    by: Annotated[str, typer.Option("--by", metavar="DIM[,DIM…]", help="Such as month, tier, owner, category.")] = "",
    where: Where = None,
    period: PeriodOption = "all",
    compare: CompareOption = None,
    order: Annotated[
        str, typer.Option("--order", metavar="COLUMN[,…]", help="Order by columns; -COLUMN for the largest first.")
    ] = "",
    having: Annotated[
        list[str] | None,
        typer.Option("--having", metavar="'METRIC OP VALUE'", help="Only groups with such figures: 'tickets >= 3'."),
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="How many rows at the most.")] = None,
    store: StoreOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
    as_csv: CsvOption = False,
) -> int:
    """Answer with figures of the book: `query revenue --by month,segment --where 'tier = Gold' --period 12m`."""
    day = day_of(as_of)
    asked = Query(
        metrics=_names(names),
        by=_names(by),
        where=conditions_of(where),
        period=period,
        as_of=day,
        compare=compare,
        order=_names(order),
        limit=limit,
        having=conditions_of(having),
    )
    found = _answered(asked, store)
    if as_csv:
        _write_csv(found.columns, found.rows, found.currency)
    else:
        answer(document_of(found), _words(found), json)
    for note in found.notes if as_csv or not json else ():
        say(note)
    return DONE


def _answered(asked: Query, store: Any) -> Answer:
    """The answer; where scores of an earlier day are asked for, from a look back at that day."""
    from services.metrics import Metrics

    with opened(store) as workspace:
        asking = Metrics(workspace)
        if asked.as_of is None or not asking.needs_scores(asked):
            return asking.answer(asked)
    with opened_as_of(store, asked.as_of) as past:
        return Metrics(past).answer(asked)


@told
def rows(
    entity: Annotated[str, typer.Argument(metavar="ENTITY", help="Such as customers, orders, tickets, deals.")],
    where: Where = None,
    period: PeriodOption = "all",
    metric: Annotated[
        str | None, typer.Option("--metric", metavar="METRIC", help="Only the rows behind this metric's figure.")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="How many rows at the most.")] = None,
    store: StoreOption = None,
    as_of: AsOfOption = None,
    json: JsonOption = False,
    as_csv: CsvOption = False,
) -> int:
    """List rows of the book, the newest first: `rows tickets --where 'sentiment = negative' --period 30d`."""
    from services.insight.lines import with_lines
    from services.metrics import Metrics

    day = day_of(as_of)
    with opened(store) as workspace:
        shown = limit if limit is not None or json or as_csv else MOST_LISTED
        found = Metrics(workspace).rows(
            RowsQuery(entity, conditions_of(where), period, day, metric=metric, limit=shown)
        )
        found = with_lines(workspace, found)
    if as_csv:
        _write_csv(found.columns, found.rows, found.currency)
    else:
        answer(_rows_document(found), _rows_words(found), json)
    if not json and found.total > len(found.rows):
        say(f"{len(found.rows):,} of {count(found.total, 'row')} shown; --limit {found.total} shows all.")
    return DONE


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def conditions_of(texts: list[str] | None) -> tuple[Condition, ...]:
    from services.metrics import condition_of

    return tuple(condition_of(text) for text in texts or ())


def document_of(found: Answer) -> dict[str, Any]:
    """The answer as other programs read it: money in major units, shares of 1."""
    units = {column.name: column.unit for column in found.columns}
    return {
        "as_of": found.as_of.isoformat(),
        "period": {
            "from": found.period.first.isoformat() if found.period.first is not None else None,
            "to": found.period.last.isoformat(),
        },
        "currency": found.currency,
        "columns": [{"name": one.name, "title": one.title, "unit": one.unit} for one in found.columns],
        "rows": _plain_rows(found.columns, found.rows, found.currency),
        "totals": {name: plain(value, units[name], found.currency) for name, value in found.totals.items()},
        "intervals": {
            name: [[one.low, one.high, one.rows] if one is not None else None for one in each]
            for name, each in found.intervals.items()
        },
        "few": {name: list(places) for name, places in found.few.items()},
        "notes": list(found.notes),
        "definition": found.definition,
        "sql": found.sql,
    }


def _rows_document(found: RowList) -> dict[str, Any]:
    return {
        "as_of": found.as_of.isoformat(),
        "currency": found.currency,
        "columns": [{"name": one.name, "title": one.title, "unit": one.unit} for one in found.columns],
        "rows": _plain_rows(found.columns, found.rows, found.currency),
        "total": found.total,
        "sql": found.sql,
    }


def _plain_rows(columns: Sequence[Column], found: Iterable[Sequence[Value]], currency: str) -> list[list[Any]]:
    return [[plain(value, one.unit, currency) for one, value in zip(columns, row, strict=True)] for row in found]


def plain(value: Value, unit: str, currency: str) -> Any:
    """A figure for programs: money as decimal text in major units, so that no cent is lost."""
    if value is None:
        return None
    if unit == "money" and isinstance(value, int | float):
        return str(major(round(value), currency))
    return bool(value) if unit == "flag" else value


def _write_csv(columns: Sequence[Column], found: Iterable[Sequence[Value]], currency: str) -> None:
    text = StringIO()
    written = csv.writer(text)
    written.writerow([f"{one.name} ({currency})" if one.unit == "money" else one.name for one in columns])
    written.writerows(["" if cell is None else cell for cell in row] for row in _plain_rows(columns, found, currency))
    sys.stdout.write(text.getvalue())


def _words(found: Answer) -> str:
    shown = figures_table(found.columns, found.rows, found.currency, found.few)
    units = [(one.title, found.totals[one.name], one.unit) for one in found.columns if one.name in found.totals]
    totals = ", ".join(f"{title} {in_cell(value, unit, found.currency)}" for title, value, unit in units)
    first = full_day(found.period.first) if found.period.first is not None else "the beginning"
    span = f"{first} to {full_day(found.period.last)}"
    return f"{shown}\n\nTotal: {totals} ({span}, as of {full_day(found.as_of)})\n{found.definition}"


def _rows_words(found: RowList) -> str:
    columns = [found.columns[at] for at in found.shown]
    return figures_table(columns, [[row[at] for at in found.shown] for row in found.rows], found.currency)


def figures_table(
    columns: Sequence[Column],
    found: Sequence[Sequence[Value]],
    currency: str,
    few: Mapping[str, Sequence[int]] | None = None,
) -> str:
    """Return rows as a table of words; a figure from too few rows has a star."""
    lines = [
        tuple(
            in_cell(value, one.unit, currency) + ("*" if at in (few or {}).get(one.name, ()) else "")
            for one, value in zip(columns, row, strict=True)
        )
        for at, row in enumerate(found)
    ]
    right = frozenset(at for at, one in enumerate(columns) if one.unit in _NUMBERS)
    return table(tuple(one.title for one in columns), lines, right)
