"""List the rows of an entity, or those behind a figure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from models.values.metrics import Column, Period, RowList, RowsQuery
from services.metrics.catalogue import Metric
from services.metrics.figures import Asked, figure_of_rows
from services.metrics.periods import GRAINS, buckets, period_of
from services.metrics.sources import Context

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from services.metrics.answer import Metrics


class Listing:
    """One list of rows in the making."""

    def __init__(self, metrics: Metrics, connection: Connection, query: RowsQuery) -> None:
        self._query, self._catalogue = query, metrics.catalogue
        self._metric = metrics.catalogue.metric(query.metric) if query.metric is not None else None
        self._entity = metrics.catalogue.entity(query.entity)
        contexts, _ = metrics.contexts(connection, query.as_of)
        self._asked = Asked(tuple(name for name, _ in query.cell), query.where,
                            period_of(query.period, contexts["data"].as_of), contexts, metrics.owners)  # fmt: skip
        self._reckoning = metrics.reckoning(connection)

    def total(self) -> int:
        """Return how many rows there are."""
        from sqlalchemy import func, select

        statement, context = self._statement()
        counted = select(func.count()).select_from(numbers(statement).subquery())
        return int(self._reckoning.run(counted, context)[0][0])

    def customers(self, least: int) -> tuple[int, ...]:
        """Return the numbers of the customers who have at least so many of the rows."""
        from sqlalchemy import func, select

        statement, context = self._statement()
        whose = (
            statement.with_only_columns(statement.selected_columns.whose, maintain_column_froms=True)
            .order_by(None)
            .subquery()
        )
        known = select(whose.c.whose).where(whose.c.whose.is_not(None)).group_by(whose.c.whose)
        found = known.having(func.count() >= least) if least > 1 else known
        return tuple(int(row[0]) for row in self._reckoning.run(found, context))

    def _statement(self) -> tuple[Select[Any], Context]:
        metric, entity, cell = self._metric, self._entity, dict(self._query.cell)
        probe = metric or Metric("", "", "", "count", "simple", entity.name)
        context = self._asked.contexts[entity.until]
        period: Period | None = self._reckoning.within(probe, self._asked)
        if probe.kind == "as_of":
            # The state at the end of the figure's own week or month.
            grain = next((name for name in cell if name in GRAINS), None)
            last = self._asked.period.last if period is None else period.last
            if grain is not None:
                name = cell.pop(grain)
                whole = replace(self._asked.period, last=last)
                last = next(bucket.last for said, bucket in buckets(whole, grain) if said == name)
            context, period = context.on(last), Period(None, last)
        scope = self._reckoning.scope(probe, self._asked, period, context)
        return self._reckoning.statements.rows(scope, metric, cell), context

    def rows(self) -> RowList:
        """Return the rows, as many as the query asks for, with the figure of all of them."""
        metric, entity = self._metric, self._entity
        statement, context = self._statement()
        found = self._reckoning.run(statement, context)
        columns = [Column(name, entity.fields[name].title, _unit(entity.fields[name].kind)) for name in entity.shows]
        figure = None
        if metric is not None:
            columns.append(Column("value", metric.title, metric.unit if metric.kind != "ratio" else "flag"))
            figure = figure_of_rows(metric, [row[-1] for row in found])
        shown = found[: self._query.limit] if self._query.limit is not None else found
        return RowList(
            entity=entity.name,
            as_of=context.as_of,
            columns=(Column("id", "Number", "count"), *columns),
            rows=tuple((row[0], *row[2:]) for row in shown),
            total=len(found),
            customers=tuple(row[1] for row in shown),
            currency=context.currency,
            figure=figure,
            value="value" if metric is not None else None,
            sql=";\n\n".join(self._reckoning.ran),
        )


def numbers(statement: Select[Any]) -> Select[Any]:
    """Return the numbers of listed rows alone, in any order."""
    return statement.with_only_columns(statement.selected_columns.id, maintain_column_froms=True).order_by(None)


def _unit(kind: str) -> str:
    return "text" if kind in ("text", "category") else kind
