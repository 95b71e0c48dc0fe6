"""The rows of the files: changed fields, stages, tasks and scores, as a system takes them; and what it cannot take."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from models import sqlite
from models.values import words
from models.values.cells import guarded
from models.values.write_back import What, WriteBack, WriteFile
from services.entities import ENTITIES
from services.exporting.changed import ChangedRow, changed_rows, sources_of, written
from services.exporting.targets import Kind, Target
from services.sync.kinds.words import to_stage

#: How finely a figure is written: what a person would not see as a change is none.
_DIGITS: Final = {"engagement": 0, "health": 0, "churn_risk": 2}
#: What of a score is a figure: its change is worth a row.
_FIGURES: Final = frozenset({"engagement", "health", "churn_risk", "value_at_risk", "segment", "trend"})
_MARK_LETTERS: Final = 12
_AT_ONCE: Final = 500
#: What a row of these tables is called where the system does not have it.
_WHOM: Final = {"customers": "customer", "contacts": "contact"}
Ids = Mapping[int, Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class _Known:
    """A changed row with the (source, external id) under which the system may know it."""

    changed: ChangedRow
    ids: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Line:
    """A changed row as a system knows it: its id there, and the cells of the fields that were changed."""

    changed: ChangedRow
    source: str
    there: str
    cells: Mapping[str, str]


@dataclass
class Gathering:
    """Files as they come together, with what must be left out."""

    db: sqlite.Connection
    target: Target
    everything: bool
    files: list[WriteFile] = field(default_factory=list)
    marks: dict[str, dict[str, str]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    sources: tuple[str, ...] = ()
    before: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def take(self, whats: Collection[What]) -> WriteBack:
        """Gather these kinds of changes and return all files that have a row."""
        target = self.target
        self.sources = sources_of(self.db, target)
        self.before = {} if self.everything else written(self.db, target.name)
        for what, gather in (
            ("fields", self._fields),
            ("stages", self._stages),
            ("tasks", self._tasks),
            ("scores", self._scores),
        ):
            if what in whats:
                gather()
        return WriteBack(
            target=target.name,
            words=target.words,
            steps=target.steps,
            files=tuple(self.files),
            left_out=tuple(f"{count:,} × {why}." for why, count in self.left_out.items()),
            marks=tuple((name, tuple(marks.items())) for name, marks in self.marks.items()),
        )

    # -- fields and stages --------------------------------------------------------------------------------------

    def _fields(self) -> None:
        self._write_changed("fields", {table: self._changed(table) for table in ("customers", "contacts", "contracts")})

    def _stages(self) -> None:
        self._write_changed("stages", {"opportunities": self._changed("opportunities")}, self._stage_words())

    def _changed(self, table: str) -> list[_Known]:
        """The changed rows of a table that the system knows; customers and contacts whom it does not know are said."""
        kinds = [kind for kind in self.target.kinds if table in kind.of]
        if not kinds:
            return []
        people = table in _WHOM
        wanted = {name for kind in kinds for name in (*kind.fields, *kind.refused)}
        if people:  # also those that the system has no field for, which are named
            wanted = {name for one in ENTITIES[table].fields for name in one.columns}
        rows = changed_rows(self.db, table, wanted, self.target.name, self.sources)
        ids: Ids = (
            self._ids([one.row["id"] for one in rows])
            if table == "customers"
            else {one.row["id"]: self._own_id(one.row) for one in rows}
        )
        known = [_Known(one, ids[one.row["id"]]) for one in rows]
        nowhere = [one for one in known if not any(kind.id_of(key) for kind in kinds for _, key in one.ids)]
        if nowhere and people:
            self.left_out[f"a {_WHOM[table]} not in {self.target.system}: add them there"] += len(nowhere)
        return known

    def _own_id(self, row: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Under which id the system knows a row that has one of its own; none where it is of another system."""
        return [(row["source"], row["external_id"])] if not self.sources or row["source"] in self.sources else []

    def _write_changed(
        self,
        what: What,
        changed: Mapping[str, Sequence[_Known]],
        stages: Mapping[tuple[str, str], str] = MappingProxyType({}),
    ) -> None:
        """Write one file for each kind of record with a changed row."""
        for kind in self.target.kinds:
            lines = [
                _Line(known.changed, source, there, cells)
                for table in kind.of
                for known in changed.get(table, ())
                for source, key in known.ids
                if (there := kind.id_of(key)) and (cells := self._cells_of(kind, known.changed, source, stages))
            ]
            self._add_changed(kind, what, lines)

    def _add_changed(self, kind: Kind, what: What, lines: Sequence[_Line]) -> None:
        """A file with the columns that changed in any row."""
        used = [name for name in kind.fields if any(name in line.cells for line in lines)]
        head = [kind.source_column, kind.id_column, *(kind.fields[name] for name in used), kind.changed_column]
        texts = []
        for line in lines:
            shown = [self._cell_of(line, name) for name in used]
            names = ", ".join(kind.fields[name] for name in used if name in line.cells)
            texts.append([line.source, line.there, *shown, names])
        self._add(kind.name, what, head, texts)

    def _cell_of(self, line: _Line, name: str) -> str:
        """A changed cell; an unchanged one only where an empty cell would empty the field over there."""
        if name in line.cells or not self.target.empties:
            return line.cells.get(name, "")
        return self._plain(line.changed.row, name)

    def _cells_of(
        self, kind: Kind, one: ChangedRow, source: str, stages: Mapping[tuple[str, str], str]
    ) -> dict[str, str]:
        """The changed fields that the system takes; the others are counted with the reason."""
        cells: dict[str, str] = {}
        for name in one.fields:
            value, label = one.row[name], name.removesuffix("_minor").replace("_", " ")
            only = kind.only.get(name)
            if name in kind.refused:
                self.left_out[f"{label}: {kind.refused[name]}"] += 1
            elif name not in kind.fields:
                self.left_out[f"{label}: {self.target.system} has no field for it"] += 1
            elif (value is None or value == "") and not self.target.empties:
                self.left_out[f"{label}: emptied here, which a file cannot do: empty it in {self.target.system}"] += 1
            elif only is not None and not only.form.match(str(value)):
                self.left_out[f"{label}: {only.why}"] += 1
            elif name in kind.words and value not in kind.words[name]:
                self.left_out[f"{label} {value}: {self.target.system} has no such value"] += 1
            elif name == "stage":
                self._stage_cell(kind, cells, source, str(value), stages)
            else:
                word = kind.words.get(name, {}).get(str(value))
                cells[name] = self._plain(one.row, name) if word is None else cell(word)
        return cells

    def _stage_cell(
        self, kind: Kind, cells: dict[str, str], source: str, stage: str, stages: Mapping[tuple[str, str], str]
    ) -> None:
        """The system's own word for a stage, as its deals show it."""
        word = stages.get((source, stage)) or kind.stages.get(stage) or (stage if self.target.empties else "")
        if word:
            cells["stage"] = cell(word)
        else:
            why = f"no deal shows what {self.target.system} calls this stage: move the deal there"
            self.left_out[f"stage {stage}: {why}"] += 1

    def _stage_words(self) -> dict[tuple[str, str], str]:
        """(source, our stage) to the word that most of its deals have for it."""
        found: dict[tuple[str, str], str] = {}
        rows = self.db.execute(
            """SELECT source, stage_as_given, count(*) FROM opportunities WHERE stage_as_given <> ''
               GROUP BY source, stage_as_given ORDER BY count(*) DESC, stage_as_given"""
        )
        for source, given, _count in rows:
            found.setdefault((source, to_stage(given)), given)
        return found

    # -- tasks --------------------------------------------------------------------------------------------------

    def _tasks(self) -> None:
        kind = self.target.tasks
        rows = self.db.execute(
            "SELECT id, customer_id, title, due_on, done_at FROM tasks WHERE customer_id IS NOT NULL ORDER BY id"
        ).fetchall()
        ids = self._ids([row[1] for row in rows])
        before, marks = self.before.get("tasks", {}), {}
        columns = list(dict.fromkeys(column for column, _form in kind.whose))
        texts = []
        for number, customer, title, due_on, done_at in rows:
            mark = _mark([title, due_on, done_at is not None])
            old = before.get(str(number))
            if old == mark or (old is None and done_at is not None and not self.everything):
                continue
            if old is not None and not kind.again:
                self.left_out[f"a task changed after it was written: change it in {self.target.system}"] += 1
                continue
            whose = self._whose(ids[customer])
            if not whose:
                self.left_out[f"a task for a customer not in {self.target.system}"] += 1
                continue
            marks[str(number)] = mark
            state = kind.done if done_at else kind.open
            who = [cell(whose[1]) if column == whose[0] else "" for column in columns]
            texts.append([str(number) if kind.key else "", cell(title), cell(due_on), state, *who])
        self._add("tasks", "tasks", [kind.key, kind.title, kind.due_on, kind.status, *columns], texts)
        if marks:
            self.marks["tasks"] = marks

    def _whose(self, ids: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
        """The column and the id of a customer in it; the first form that fits goes before the later ones."""
        for column, form in self.target.tasks.whose:
            for _source, key in ids:
                found = form.match(key)
                if found:
                    return column, found.group(1)
        return None

    # -- scores -------------------------------------------------------------------------------------------------

    def _scores(self) -> None:
        kinds = [kind for kind in self.target.kinds if kind.scores]
        texts: dict[str, list[list[str]]] = {kind.name: [] for kind in kinds}
        for scores in self._score_rows({figure for kind in kinds for figure in kind.scores}):
            ids = self._ids([one["customer_id"] for one in scores])
            for kind in kinds:
                texts[kind.name] += self._score_lines(kind, scores, ids)
        for kind in kinds:
            head = [kind.source_column, kind.id_column, *kind.scores.values()]
            self._add(f"{kind.name}-scores", "scores", head, texts[kind.name])

    def _score_rows(self, figures: set[str]) -> Iterator[list[dict[str, Any]]]:
        """The figures of all customers, some at a time: the reasons beside them would fill the memory."""
        columns = ["s.value_at_risk_minor", "s.currency", "c.name"]
        columns += [f"s.{figure}" for figure in sorted(figures - {"value_at_risk", "currency", "name"})]
        cursor = self.db.execute(
            f"""SELECT s.customer_id, {", ".join(columns)} FROM customer_risk_scores s
                JOIN customers c ON c.id = s.customer_id ORDER BY s.customer_id"""
        )
        names = [one[0] for one in cursor.description]
        while rows := cursor.fetchmany(_AT_ONCE):
            yield [dict(zip(names, row, strict=True)) for row in rows]

    def _score_lines(self, kind: Kind, scores: Sequence[Mapping[str, Any]], ids: Ids) -> Iterator[list[str]]:
        """A line for each record of the system whose figures no earlier file has."""
        name = f"{kind.name}-scores"
        before = self.before.get(name, {})
        for score in scores:
            cells = [self._figure(score, figure) for figure in kind.scores]
            # The day alone is no change, nor is another name.
            mark = _mark([text for figure, text in zip(kind.scores, cells, strict=True) if figure in _FIGURES])
            for source, key in ids[score["customer_id"]]:
                there = kind.id_of(key)
                if not there:
                    continue
                row = _mark([source, there])  # an id may be an address: the journal keeps none
                if before.get(row) != mark:
                    self.marks.setdefault(name, {})[row] = mark
                    yield [source, there, *cells]

    def _figure(self, score: Mapping[str, Any], figure: str) -> str:
        if figure == "value_at_risk":
            amount, currency = score["value_at_risk_minor"], score["currency"]
            return "" if amount is None else cell(round(words.major(amount, currency or "USD")))
        value = score[figure]
        if value is None or figure not in _DIGITS:
            return cell(value)
        rounded = round(float(value), _DIGITS[figure])
        return cell(round(rounded * self.target.percent, 4) if figure == "churn_risk" else rounded)

    # -- what they share ----------------------------------------------------------------------------------------

    def _ids(self, customers: Iterable[int | None]) -> Ids:
        """Customer to (source, external id) under which the system knows them; all systems for a plain file."""
        found: dict[int, list[tuple[str, str]]] = defaultdict(list)
        wanted = sorted({one for one in customers if one is not None})
        own = f" AND source IN ({', '.join('?' * len(self.sources))})" if self.sources else ""
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(part))
            rows = self.db.execute(
                f"""SELECT customer_id, source, value FROM identities
                     WHERE kind = 'external_id' AND customer_id IN ({marks}){own} ORDER BY customer_id, id""",
                [*part, *self.sources],
            )
            for customer, source, value in rows:
                found[customer].append((source, value))
        return found

    def _plain(self, row: Mapping[str, Any], name: str) -> str:
        """A field as a cell: money in whole units of the row's currency, a share as the system counts it."""
        value = row[name]
        if value is not None and name == "probability":
            return cell(round(float(value) * self.target.percent, 4))
        if value is not None and name.endswith("_minor"):
            return cell(words.major(value, row["currency"] or "USD"))
        return cell(value)

    def _add(self, name: str, what: What, head: Sequence[str], texts: Sequence[Sequence[str]]) -> None:
        """Keep a file that has a row; a column that the system does not have has no name, and goes."""
        if not texts:
            return
        kept = [place for place, column in enumerate(head) if column]
        rows = tuple(tuple(text[place] for place in kept) for text in texts)
        self.files.append(WriteFile(name, what, tuple(head[place] for place in kept), rows))


def _mark(values: Sequence[Any]) -> str:
    text = json.dumps(values, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_MARK_LETTERS]


def cell(value: Any) -> str:
    """Return a value as a cell: no spreadsheet runs it, and no number or phone number is spoiled."""
    if value is None:
        return ""
    if isinstance(value, float):
        return format(value, "f").rstrip("0").rstrip(".")
    return str(value) if isinstance(value, int | Decimal) else guarded(str(value))
