"""Single looks into the book: the values of a field, a field of some rows, the customers who have rows."""

from __future__ import annotations

from collections.abc import Sequence

from models.values.metrics import RowsQuery, Value
from services.metrics.answer import Metrics
from services.metrics.listing import Listing
from services.metrics.statements import Scope


def customers_of(metrics: Metrics, query: RowsQuery, least: int = 1) -> tuple[int, ...]:
    """Return the numbers of the customers who have at least so many of the rows that a query asks for.

    Raises
    ------
    UserError
        A name is not known, or the answer takes too long.
    """
    with metrics.reading() as connection:
        return Listing(metrics, connection, query).customers(least)


def values_of(metrics: Metrics, entity: str, field: str) -> tuple[str, ...]:
    """Return the different values of a field of words, over the rows of the entity's source."""
    known = metrics.catalogue.entity(entity)
    with metrics.reading() as connection:
        contexts, _ = metrics.contexts(connection, None)
        scope = Scope(known, contexts[known.until], parts=known.field(field).parts)
        asked = metrics.statements().values(scope, field).params(scope.context.parameters)
        return tuple(str(row[0]) for row in connection.execute(asked) if row[0] not in (None, ""))


def field_of(metrics: Metrics, entity: str, field: str, numbers: Sequence[int]) -> dict[int, Value]:
    """Return a field of some rows, by their numbers."""
    known = metrics.catalogue.entity(entity)
    with metrics.reading() as connection:
        contexts, _ = metrics.contexts(connection, None)
        scope = Scope(known, contexts[known.until])
        asked = metrics.statements().field(scope, field, numbers).params(scope.context.parameters)
        return {int(row[0]): row[1] for row in connection.execute(asked)}
