"""Answer queries over the catalogue: figures of groups, compared, ordered and told with what must be known of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from copy import copy
from dataclasses import replace
from datetime import date
from heapq import nlargest
from typing import TYPE_CHECKING, Any, Final

from models import sqlite
from models.store.driver import driver_of
from models.values.errors import UserError
from models.values.metrics import Answer, Column, Condition, Period, Query, RowList, RowsQuery, Value
from models.values.money import exponent
from models.values.nearest import nearest
from models.values.notes import Note
from models.values.said_leaving import risk_words
from models.values.words import WEEKDAYS, day_of, full_day, listed
from services.book.alert_phrasing import reason_words
from services.book.deal_phrasing import why_to_act
from services.book.sources import SOURCES
from services.metrics.catalogue import TIME, Catalogue, Entity, Metric
from services.metrics.coverage import Coverage
from services.metrics.figures import Asked, Figure, Figures, Reckoning, only_largest, whole_of
from services.metrics.guard import guarded
from services.metrics.listing import Listing, numbers
from services.metrics.load import the_catalogue
from services.metrics.periods import GRAINS, buckets, compared, cut_off, first_day, paired, period_of
from services.metrics.score_days import ScoreDays
from services.metrics.sources import Context
from services.metrics.statements import Scope, Statements
from services.settings import minor_rates, reporting_currency
from services.workspace import Workspace

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: The field by which programs group and choose customers; it is no dimension that a person would choose.
CUSTOMER: Final = "customer_number"
#: So many answers are remembered; each is some kilobytes.
_REMEMBERED: Final = 256
_SECONDS: Final = 30.0
_LAST_DAYS: Final = " UNION ALL ".join(
    f"SELECT max({day}) FROM {table} WHERE {day} <= :today" for _, table, day in SOURCES
)
_COMPARED: Final = {"previous": "previous period", "year": "a year before"}


def _reason_words(stored: str, day: str) -> str:
    return reason_words(stored, date.fromisoformat(day))


class Metrics:
    """The catalogue over one book.

    Parameters
    ----------
    owners
        Only customers of these owners count; () for all.
    seconds
        How long an answer may take.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        owners: Sequence[str] = (),
        catalogue: Catalogue | None = None,
        seconds: float = _SECONDS,
    ) -> None:
        self._workspace, self._owners, self._seconds = workspace, tuple(sorted(owners)), seconds
        self.catalogue = catalogue or the_catalogue()
        self._answers: OrderedDict[tuple[object, ...], Answer] = OrderedDict()
        self._making: dict[tuple[object, ...], threading.Lock] = {}
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._score_days = (-1, ScoreDays())  # of the book with this journal head

    @contextmanager
    def at_one_state(self) -> Iterator[Metrics]:
        """Yield the same, all of whose answers are of one state of the book: in one transaction, for one thread."""
        with self._workspace.store.read() as connection:
            found = copy(self)
            found._connection = connection
            yield found

    def answer(self, query: Query, cancelled: Callable[[], bool] = lambda: False) -> Answer:
        """Return the figures that a query asks for; the same state of the book gives the same answer at once.

        Raises
        ------
        UserError
            A name is not known, does not go with another, or the answer takes too long.
        Cancelled
            It was cancelled.
        """
        with self.reading(cancelled) as connection:
            key = (self.head(connection), self._workspace.clock.today(), self._owners, query)
            with self._lock:
                making = self._making.setdefault(key, threading.Lock())
            try:
                with making:  # who asks the same at the same time waits for the one answer
                    return self._known(key) or self._keep(key, _Answering(self, connection, query).answer())
            finally:
                self._making.pop(key, None)

    def _known(self, key: tuple[object, ...]) -> Answer | None:
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def _keep(self, key: tuple[object, ...], made: Answer) -> Answer:
        with self._lock:
            self._answers[key] = made
            while len(self._answers) > _REMEMBERED:
                self._answers.popitem(last=False)
        return made

    def rows_of(self, query: Query, metric: str, cell: Mapping[str, Value] | None = None) -> RowsQuery:
        """Return the query for the rows behind one figure of an answer.

        Of a figure that is made of others, those of the first; of a conversion the rows that it begins with.

        Parameters
        ----------
        cell
            The dimensions' values in the figure's row; None: the total.
        """
        one = self.catalogue.basis(self.catalogue.metric(metric))
        given = cell or {}
        return RowsQuery(
            entity=one.entity,
            where=query.where,
            period=query.period,
            as_of=query.as_of,
            metric=one.name,
            cell=tuple((name, given[name]) for name in query.by if name in given),
        )

    def rows(self, query: RowsQuery, cancelled: Callable[[], bool] = lambda: False) -> RowList:
        """Return the rows that a query asks for, the newest first, with the figure that a metric makes of them.

        Those behind a sum of money come by what they add to it, the largest first.

        Raises
        ------
        UserError
            A name is not known, or the answer takes too long.
        """
        with self.reading(cancelled) as connection:
            return Listing(self, connection, query).rows()

    def count_rows(self, query: RowsQuery) -> int:
        """Return how many rows a query asks for.

        Raises
        ------
        UserError
            A name is not known, or the answer takes too long.
        """
        with self.reading(lambda: False) as connection:
            return Listing(self, connection, query).total()

    def needs_scores(self, query: Query) -> bool:
        """Return whether a query asks for scores, which the book has of its own as-of day alone."""
        for name in query.metrics:
            metric = self.catalogue.metric(name)
            if self.catalogue.of_scores(metric):
                return True
            entity = self.catalogue.entities[metric.entity]
            if any(self.catalogue.is_score(entity, one) for one in (*query.by, *(c.name for c in query.where))):
                return True
        return False

    def has_rows(self, entity: str) -> bool:
        """Return whether the book has any row of an entity."""
        with self.reading(lambda: False) as connection:
            contexts, _ = self.contexts(connection, None)
            known = self.catalogue.entity(entity)
            scope = Scope(known, contexts[known.until], day=known.day)
            one = numbers(self.statements().rows(scope, None, {})).limit(1).params(scope.context.parameters)
            return connection.execute(one).first() is not None

    def coverage(self) -> Coverage:
        """How far the data of the book reach now."""
        return Coverage(self._workspace, self.catalogue)

    def days(self) -> tuple[date, date | None]:
        """Return the last day of the book's data, and the day of its scores; None before the first ones."""
        with self.reading(lambda: False) as connection:
            contexts, scored = self.contexts(connection, None)
            return contexts["data"].as_of, scored

    @contextmanager
    def reading(self, cancelled: Callable[[], bool] = lambda: False) -> Iterator[Connection]:
        """Yield a connection for one answer, which ends when it is cancelled or takes too long."""
        held = nullcontext(self._connection) if self._connection is not None else self._workspace.store.read()
        with held as connection, guarded(connection, cancelled, self._seconds):
            driver = driver_of(connection)
            sqlite.give_function(driver, "reason_words", 2, _reason_words)
            sqlite.give_function(driver, "why_to_act", 3, why_to_act)
            sqlite.give_function(driver, "risk_words", 2, risk_words)
            yield connection

    @staticmethod
    def head(connection: Connection) -> int:
        """Return the number of the journal's last entry, which says in which state the book is."""
        return int(connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM journal").scalar() or 0)

    def contexts(self, connection: Connection, as_of: date | None) -> tuple[dict[str, Context], date | None]:
        """Return from which days rows are looked at, and the day of the scores.

        Raises
        ------
        UserError
            The day lies in the future.
        """
        today, workspace = self._workspace.clock.today(), self._workspace
        if as_of is not None and as_of > today:
            raise UserError(f"{as_of} is in the future. Choose a day up to today.")
        scored = day_of(connection.exec_driver_sql("SELECT as_of FROM customer_risk_scores LIMIT 1").scalar())
        known = scored
        if known is None:
            from sqlalchemy import text

            days = connection.execute(text(_LAST_DAYS), {"today": today.isoformat()}).scalars()
            known = max((found for one in days if (found := day_of(one)) is not None), default=today)
        currency = reporting_currency(connection, workspace.policy)
        data = Context(
            as_of=as_of or known,
            now=workspace.at if as_of is None else f"{as_of}T23:59:59Z",
            currency=currency,
            rates=minor_rates(workspace.policy, currency),
            has_orders=bool(connection.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM orders)").scalar()),
            watch_days=workspace.policy.watch_days,
        )
        return {"data": data, "today": replace(data, as_of=as_of or today)}, scored

    def statements(self) -> Statements:
        """Return what builds statements under the policy in force."""
        return Statements(self.catalogue, self._workspace.policy)

    def reckoning(self, connection: Connection) -> Reckoning:
        """Return what reckons one answer of the book as a connection sees it."""
        head = self.head(connection)
        with self._lock:
            if self._score_days[0] != head:
                self._score_days = (head, ScoreDays())
            return Reckoning(connection, self.catalogue, self.statements(), self._score_days[1])

    @property
    def owners(self) -> tuple[str, ...]:
        """Whose customers count; () for all."""
        return self._owners


class _Answering:
    """One answer in the making."""

    def __init__(self, metrics: Metrics, connection: Connection, query: Query) -> None:
        self._query, self._catalogue = query, metrics.catalogue
        if not query.metrics:
            raise UserError("Name at least one metric; `bellwether metrics` lists them.")
        self._metrics = [metrics.catalogue.metric(name) for name in dict.fromkeys(query.metrics)]
        self._by = tuple(dict.fromkeys(query.by))
        contexts, self._scored = metrics.contexts(connection, query.as_of)
        self._as_of = contexts["data"].as_of
        self._currency = contexts["data"].currency
        period = period_of(query.period, self._as_of)
        beside = compared(period, query.compare).last if query.compare else None
        self._asked = Asked(self._by, query.where, period, contexts, metrics.owners, beside)
        self._reckoning = metrics.reckoning(connection)
        self._notes: list[Note] = []
        self._uneven: frozenset[Value] = frozenset()  # groups of time that cannot be compared
        self._check(metrics)

    def _check(self, metrics: Metrics) -> None:
        grains = [name for name in self._by if name in GRAINS]
        if len(grains) > 1:
            raise UserError(f"Figures can be shown by {grains[0]} or by {grains[1]}, not by both.")
        for metric in self._metrics:
            known = self._catalogue.dimensions_of(metric)
            for name in self._by:
                if name not in known and not (name == CUSTOMER and self._has_customers(metric)):
                    raise UserError(f"“{metric.title}” cannot be shown by “{name}”. {nearest(name, known)}")
            for entity in self._entities(metric):
                for one in self._query.where:
                    if one.name not in TIME or not entity.day:
                        entity.field(one.name)
        if metrics.needs_scores(self._query):
            if self._scored is None:
                self._notes.append(Note("unscored"))
            elif self._as_of != self._scored:
                raise UserError(
                    f"Scores are of {full_day(self._scored)}. Ask without another day, or score as of that day first."
                )

    def _has_customers(self, metric: Metric) -> bool:
        return all(CUSTOMER in entity.fields for entity in self._entities(metric))

    def _entities(self, metric: Metric) -> list[Entity]:
        if metric.kind == "derived":
            return [one for name in metric.uses for one in self._entities(self._catalogue.metrics[name])]
        return [self._catalogue.entities[metric.entity]]

    def answer(self) -> Answer:
        self._reckoning.expect(self._metrics)
        self._reckoning.largest = only_largest(self._query, self._order, self._metrics)
        found = {one.name: self._reckoning.figures(one, self._asked) for one in self._metrics}
        totals = {one.name: self._total(one, found[one.name]) for one in self._metrics}
        before = self._before() if self._query.compare else {}
        keys = self._keys(found)
        columns, rows, figures = self._table(keys, found, before)
        order = self._selected(columns, rows)
        rows, figures = [rows[at] for at in order], [figures[at] for at in order]
        shares = [name for name in (figures[0] if figures else ()) if any(each[name].interval for each in figures)]
        few = self._few(figures)
        self._add_notes(totals)
        return Answer(
            as_of=self._as_of,
            period=self._asked.period,
            columns=tuple(columns),
            rows=tuple(rows),
            totals={name: figure.value for name, figure in totals.items()},
            currency=self._currency,
            noted=tuple(self._notes),
            definition=" ".join(f"{one.title}: {one.counts}" for one in self._metrics),
            sql=";\n\n".join(self._reckoning.ran),
            intervals={name: tuple(each[name].interval for each in figures) for name in shares},
            few=few,
        )

    def _total(self, metric: Metric, found: Figures) -> Figure:
        if not self._by:
            return found.get((), Figure(metric.no_rows, 0))
        if all(self._catalogue.parts_rows(metric, name) for name in self._by):
            whole = self._reckoning.totals.get(metric.name)
            return whole_of(metric, found.values() if whole is None else whole.values())
        if metric.kind == "derived":
            each = ((of, self._reckoning.figures(of, self._asked)) for of in map(self._catalogue.metric, metric.uses))
            used = {one.name: Figures({(): self._total(one, figures)}) for one, figures in each}
            return self._reckoning.derive(metric, used)[()]
        return self._reckoning.figures(metric, replace(self._asked, by=())).get((), Figure(metric.no_rows, 0))

    def _before(self) -> dict[str, Figures]:
        """The figures of the period that is compared with, under the names that its groups have now."""
        assert self._query.compare is not None
        period = compared(self._asked.period, self._query.compare)
        asked = replace(self._asked, period=period, beside=None)
        renamed: Mapping[Value, Value] = {}
        grain = next((name for name in self._by if name in GRAINS), None)
        if grain is not None:
            renamed, self._uneven, noted = paired(period, self._asked.period, grain)
            self._notes += noted
        at = self._by.index(grain) if grain is not None else None
        found = {}
        for metric in self._metrics:
            if self._catalogue.of_scores(metric):
                self._notes.append(Note("not_compared", metric.name, (_COMPARED[self._query.compare],)))
                continue
            figures = self._reckoning.figures(metric, asked)
            found[metric.name] = {
                (key if at is None else (*key[:at], renamed.get(key[at], key[at]), *key[at + 1 :])): figure
                for key, figure in figures.items()
            }
        return found

    def _keys(self, found: Mapping[str, Figures]) -> list[tuple[Value, ...]]:
        """All groups; of a line over time also the weeks or months in which nothing was."""
        keys = dict.fromkeys(key for figures in found.values() for key in figures)
        if len(self._by) == 1 and self._by[0] in GRAINS and (keys or self._asked.period.first is not None):
            dated = sorted(str(key[0]) for key in keys if key[0] is not None)
            first = self._asked.period.first
            if first is None and dated:
                first = first_day(dated[0])
            if first is not None:
                named = [(name,) for name, _ in buckets(replace(self._asked.period, first=first), self._by[0])]
                keys = dict.fromkeys([*named, *keys])
        if not self._by:
            keys = dict.fromkeys([()])
        return list(keys)

    def _table(
        self, keys: Sequence[tuple[Value, ...]], found: Mapping[str, Figures], before: Mapping[str, Figures]
    ) -> tuple[list[Column], list[tuple[Value, ...]], list[dict[str, Figure]]]:
        columns = [self._dimension(name) for name in self._by]
        for metric in self._metrics:
            columns.append(Column(metric.name, metric.title, metric.unit))
            if self._query.compare:
                said = _COMPARED[self._query.compare]
                columns.append(Column(f"{metric.name}_before", f"{metric.title}, {said}", metric.unit))
                columns.append(Column(f"{metric.name}_change", f"{metric.title}, change", "percent"))
        rows: list[tuple[Value, ...]] = []
        figures: list[dict[str, Figure]] = []
        for key in keys:
            each = {one.name: found[one.name].get(key) or Figure(one.no_rows, 0) for one in self._metrics}
            cells = list(key)
            for metric in self._metrics:
                value = each[metric.name].value
                cells.append(value)
                if self._query.compare:
                    known = metric.name in before and not self._uneven.intersection(key)
                    none = Figure(metric.no_rows if known else None, 0)
                    past = each[f"{metric.name}_before"] = (before[metric.name].get(key) if known else None) or none
                    cells += [past.value, _change(value, past.value, metric.unit)]
            rows.append(tuple(cells))
            figures.append(each)
        return columns, rows, figures

    def _dimension(self, name: str) -> Column:
        entity = self._entities(self._metrics[0])[0]
        if name in TIME and name not in entity.fields:
            return Column(name, name.capitalize(), "text")
        known = entity.field(name)
        return Column(name, known.title, known.kind if known.kind in ("flag", "day") else "text")

    def _selected(self, columns: Sequence[Column], rows: Sequence[tuple[Value, ...]]) -> list[int]:
        """The numbers of the rows that are shown, in their order."""
        names = [column.name for column in columns]
        kept = [at for at, row in enumerate(rows) if all(self._holds(one, columns, row) for one in self._query.having)]
        order = self._order
        natural = [self._rank(name) for name in self._by]
        kept = self._largest(kept, rows, names, order)

        def by_dimensions(at: int) -> tuple[Any, ...]:
            return tuple(rank(rows[at][place]) for place, rank in enumerate(natural))

        kept.sort(key=by_dimensions)
        for said in reversed(order):
            name, falling = said.removeprefix("-"), said.startswith("-")
            if name not in names:
                raise UserError(f"“{name}” is not a column of this answer. Order by one of {', '.join(names)}.")
            place = names.index(name)
            known = [at for at in kept if rows[at][place] is not None]
            rank = natural[place] if place < len(natural) else _plain
            known.sort(key=lambda at, place=place, rank=rank: rank(rows[at][place]), reverse=falling)  # type: ignore[misc]
            kept = [*known, *(at for at in kept if rows[at][place] is None)]
        return kept[: self._query.limit] if self._query.limit is not None else kept

    @property
    def _order(self) -> tuple[str, ...]:
        """The columns by which rows are ordered, those that fall with a minus."""
        if self._query.order or not self._by or any(self._has_order(name) for name in self._by):
            return self._query.order
        return (f"-{self._metrics[0].name}",)

    def _largest(
        self, kept: list[int], rows: Sequence[tuple[Value, ...]], names: Sequence[str], order: Sequence[str]
    ) -> list[int]:
        """Leave out, of very many rows, those that are too small to be among the few that are shown."""
        limit, name = self._query.limit, order[0].removeprefix("-") if order else ""
        if limit is None or name not in names[len(self._by) :] or not order[0].startswith("-"):
            return kept
        place = names.index(name)
        known: list[Any] = [rows[at][place] for at in kept if rows[at][place] is not None]
        if len(known) <= limit:
            return kept
        least = nlargest(limit, known)[-1]
        return [at for at in kept if (value := rows[at][place]) is not None and value >= least]

    def _has_order(self, name: str) -> bool:
        known = self._entities(self._metrics[0])[0].fields.get(name)
        return name in TIME if known is None else known.has_order

    def _rank(self, name: str) -> Callable[[Value], tuple[Any, ...]]:
        """How the values of a dimension are ordered: by time, by the bands, else by name; nothing comes last."""
        entity = self._entities(self._metrics[0])[0]
        labels = WEEKDAYS if name == "weekday" else entity.fields[name].labels if name in entity.fields else ()
        places = {label.casefold(): place for place, label in enumerate(labels)}
        return lambda value: (value is None, places.get(str(value).casefold(), len(places)), *_plain(value))

    def _holds(self, one: Condition, columns: Sequence[Column], row: tuple[Value, ...]) -> bool:
        place = next((at for at, column in enumerate(columns) if column.name == one.name), None)
        if place is None or place < len(self._by):
            figures = ", ".join(column.name for column in columns[len(self._by) :])
            raise UserError(f"“{one.name}” is not a figure of this answer. Choose one of {figures}.")
        value = row[place]
        if one.operator == "is-empty":
            return value is None
        compare = _COMPARE.get(one.operator)
        if compare is None:
            raise UserError(f"A figure cannot be compared with “{one.operator}”. Choose one of {', '.join(_COMPARE)}.")
        try:
            said = float(str(one.value))
        except ValueError:
            raise UserError(f"“{one.value}” is not a number, and {one.name} is one.") from None
        if columns[place].unit == "money":
            said *= 10 ** exponent(self._currency)
        return isinstance(value, int | float) and compare(value, said)

    def _few(self, figures: Sequence[Mapping[str, Figure]]) -> dict[str, tuple[int, ...]]:
        found = {}
        for metric in self._metrics:
            places = tuple(at for at, each in enumerate(figures) if 0 < each[metric.name].rows < metric.least)
            if places:
                found[metric.name] = places
                self._notes.append(Note("few", metric.name, (metric.least, metric.least_why, len(places))))
        return found

    def _add_notes(self, totals: Mapping[str, Figure]) -> None:
        grain = next((name for name in self._by if name in GRAINS), None)
        if grain is not None:
            self._notes += cut_off(self._asked.period, grain, self._as_of)
        for name, total in totals.items():
            if total.without_rate:
                self._notes.append(Note("without_rate", name, (total.without_rate,)))
        for one in self._metrics:
            if not all(self._catalogue.adds_up(one, name) for name in self._by):
                self._notes.append(Note("apart", one.name))
        today = self._asked.contexts["today"].as_of
        for one in self._metrics if today != self._as_of and self._query.as_of is None else ():
            if any(entity.until == "today" for entity in self._entities(one)):
                self._notes.append(Note("through", one.name, (full_day(today),)))
        if self._asked.period.first is not None:
            self._note_undated()
        for one in self._metrics:
            if not totals[one.name].rows:
                self._note_unmatched(one)

    def _note_unmatched(self, metric: Metric) -> None:
        """Say which word of a condition no row has: a name that is misspelt must not look like a figure of 0."""
        basis = self._catalogue.basis(metric)
        entity = self._catalogue.entities[basis.entity]
        plain = Metric("", "", "", "count", "simple", basis.entity, day=basis.day)
        for one in self._query.where:
            field = entity.fields.get(one.name)
            if field is None or field.kind != "category" or not field.dimension or one.operator not in ("=", "in"):
                continue
            whole = replace(self._asked, by=(one.name,), where=(), period=Period(None, self._asked.period.last))
            there = {str(key[0]).casefold() for key in self._reckoning.figures(plain, whole)}
            words = one.value if isinstance(one.value, tuple) else (one.value,)
            wrong = [f"“{word}”" for word in words if str(word).casefold() not in there]
            if there and wrong:
                said = (entity.title.lower(), field.title.lower(), listed(wrong))
                self._notes.append(Note("unmatched", metric.name, said))

    def _note_undated(self) -> None:
        """Say how many rows no period has, of metrics that count by another day than their rows' own."""
        counted: dict[tuple[object, ...], tuple[Scope, list[Metric]]] = {}
        for metric in self._metrics:
            if metric.kind in ("simple", "ratio") and metric.day:
                scope = self._reckoning.scope(metric, self._asked, None)
                counted.setdefault((scope.entity.name, scope.day, scope.parts), (scope, []))[1].append(metric)
        for scope, metrics in counted.values():
            statement = self._reckoning.statements.undated(metrics, scope)
            found = self._reckoning.connection.execute(statement, scope.context.parameters).one()
            self._notes += [
                Note("undated", metric.name, (without,))
                for metric, without in zip(metrics, found, strict=True)
                if without
            ]


def _plain(value: Value) -> tuple[Any, ...]:
    """A value to order by: numbers among numbers, text without regard to case."""
    return (isinstance(value, str), value.casefold() if isinstance(value, str) else value or 0)


def _change(now: Value, before: Value, unit: str) -> float | None:
    """How much a figure changed: of shares in points of 1, of others as a share of what was before."""
    if not isinstance(now, int | float) or not isinstance(before, int | float):
        return None
    if unit == "percent":
        return now - before
    return (now - before) / abs(before) if before else None


_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    "=": lambda one, other: one == other, "!=": lambda one, other: one != other,
    ">": lambda one, other: one > other, ">=": lambda one, other: one >= other,
    "<": lambda one, other: one < other, "<=": lambda one, other: one <= other,
}  # fmt: skip
