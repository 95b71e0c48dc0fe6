"""Which customers a filter lets through, as conditions on a customer's id that every list and sum shares.

Each kind of filter becomes a set of ids read from a covering index; the list walks the index of its sort column and
looks ids up in these sets, so that no wide row is read before it is shown. A filter that lets most of the book through
is looked up row by row instead: to build its set would cost more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from models.values.customers import CONTACT, CustomerFilter
from models.values.said_leaving import RISK_ORDER
from services.book.overdue import OVERDUE
from services.insight.reader import Reader, marks

#: A set larger than this share of the book is not built.
_SET_SHARE = 0.25
_ALWAYS_A_SET = 5_000


@dataclass(frozen=True, slots=True)
class Conditions:
    """SQL conditions on ``{id}``, the sets first, and their parameters in the same order."""

    clauses: tuple[str, ...]
    parameters: tuple[Any, ...]

    def on(self, column: str) -> str:
        """Return the conditions for the id column ``column``, each with a leading AND."""
        return "".join(f" AND {clause.replace('{id}', column)}" for clause in self.clauses)


class _Collector:
    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.sets: list[tuple[str, list[Any]]] = []
        self.lookups: list[tuple[str, list[Any]]] = []
        self.total: int = reader.value("SELECT COUNT(*) FROM customers")

    def add(self, ids: str, lookup: str, parameters: list[Any]) -> None:
        """Take a condition as the set ``ids`` where that is small, else as the ``lookup`` in each row."""
        most = max(_ALWAYS_A_SET, int(self.total * _SET_SHARE))
        size = self.reader.value(f"SELECT COUNT(*) FROM ({ids} LIMIT ?)", [*parameters, most + 1])
        if size <= most:
            self.sets.append((f"{{id}} IN ({ids})", parameters))
        else:
            self.lookups.append((lookup, parameters))

    def conditions(self) -> Conditions:
        every = [*self.sets, *self.lookups]
        return Conditions(tuple(clause for clause, _ in every), tuple(value for _, values in every for value in values))


def conditions_of(reader: Reader, wanted: CustomerFilter) -> Conditions:
    """Return the filter as conditions; text is looked for at the beginning of each word, and among ids."""
    collector = _Collector(reader)
    text = _text_condition(reader, wanted.text)
    if text is not None:
        collector.sets.append(text)
    for column, chosen in (("tier", wanted.tiers), ("region", wanted.regions), ("owner", wanted.owners)):
        if chosen:
            _add_choice(collector, "customers", "id", column, chosen)
    if wanted.among is not None:
        collector.sets.append(("{id} IN (SELECT value FROM json_each(?))", [json.dumps(wanted.among.ids)]))
    if wanted.segments:
        _add_choice(collector, "customer_risk_scores", "customer_id", "segment", wanted.segments)
    if wanted.confidences:
        confidences = sorted(wanted.confidences)
        clause = f"(SELECT confidence FROM customer_risk_scores WHERE customer_id = {{id}}) IN ({marks(confidences)})"
        collector.lookups.append((clause, list(confidences)))
    if CONTACT in wanted.standings:
        told = sorted(wanted.standings)
        found = "(SELECT coalesce(standing, '') FROM customer_risk_scores WHERE customer_id = {id})"
        collector.lookups.append((f"coalesce({found}, '{CONTACT}') IN ({marks(told)})", told))
    elif wanted.standings:
        _add_choice(collector, "customer_risk_scores", "customer_id", "standing", wanted.standings)
    scores = "SELECT customer_id FROM customer_risk_scores WHERE"
    said = f"SELECT * FROM ({scores} churn_risk >= ? UNION ALL {scores} said_leaving IS NOT NULL)"
    for column, sets, least in (
        (RISK_ORDER, said, wanted.churn_from),
        ("value_at_risk_minor", f"{scores} value_at_risk_minor >= ?", wanted.at_risk_from_minor),
    ):
        if least is not None:
            lookup = f"(SELECT {column} FROM customer_risk_scores WHERE customer_id = {{id}}) >= ?"
            collector.add(sets, lookup, [least])
    if wanted.renews_within_days is not None:
        until = reader.today + timedelta(days=wanted.renews_within_days)
        collector.sets.append(
            (
                "{id} IN (SELECT customer_id FROM contracts WHERE ends_on BETWEEN ? AND ? AND status IS NOT 'ended')",
                [reader.today.isoformat(), until.isoformat()],
            )
        )
    if wanted.open_alert:
        collector.sets.append(
            (
                "{id} IN (SELECT customer_id FROM alerts WHERE state NOT IN ('resolved', 'not_useful') "
                "AND customer_id IS NOT NULL)",
                [],
            )
        )
    if wanted.overdue:
        collector.lookups.append((f"(SELECT {OVERDUE} FROM customer_risk_scores WHERE customer_id = {{id}})", []))
    if wanted.consents:
        consents = sorted(wanted.consents)
        clause = f"(SELECT email_consent FROM customers WHERE id = {{id}}) IN ({marks(consents)})"
        collector.lookups.append((clause, list(consents)))
    return collector.conditions()


def _add_choice(collector: _Collector, table: str, key: str, column: str, chosen: Iterable[str]) -> None:
    named = sorted(one for one in chosen if one)
    tests = [f"{column} IN ({marks(named)})"] if named else []
    if "" in set(chosen):
        tests += [f"{column} IS NULL", f"{column} = ''"]
    # One query a test, so that each is a search of the index; the lookup has them all.
    sets = " UNION ALL ".join(f"SELECT {key} FROM {table} WHERE {test}" for test in tests)
    lookup = f"(SELECT {' OR '.join(tests)} FROM {table} WHERE {key} = {{id}})"
    collector.add(f"SELECT * FROM ({sets})", lookup, list(named))


def match_expression(text: str) -> str:
    """Return the full-text query for words as they are typed; '' where there is nothing to look for."""
    parts = [part for part in text.split() if any(letter.isalnum() for letter in part)]
    return " ".join('"' + part.replace('"', '""') + '"*' for part in parts)


def _text_condition(reader: Reader, text: str) -> tuple[str, list[Any]] | None:
    text = text.strip()
    expression = match_expression(text)
    if not text:
        return None
    if not expression:
        return "{id} IN (SELECT id FROM customers WHERE name LIKE ? ESCAPE '!')", [f"%{_escaped(text)}%"]
    if len(text) == 1:
        # One letter is a search of the names' index: the words of a whole book begin with any letter.
        return "{id} IN (SELECT id FROM customers WHERE name >= ? COLLATE NOCASE AND name < ? COLLATE NOCASE)", [
            text,
            text + "\U0010ffff",
        ]
    found = "SELECT rowid FROM customers_search WHERE customers_search MATCH ?"
    parameters: list[Any] = [expression]
    if " " not in text and re.search(r"\d", text):
        sources = _sources(reader)
        if sources:
            found += (
                " UNION SELECT customer_id FROM identities WHERE kind = 'external_id' "
                f"AND source IN ({marks(sources)}) AND value >= ? AND value < ?"
            )
            parameters += [*sources, text, text + "\U0010ffff"]
    return f"{{id}} IN ({found})", parameters


def _sources(reader: Reader) -> list[str]:
    """Return the systems that gave ids, by hops over the index: there are few of them, and many ids."""
    found = reader.driver.execute(
        """WITH RECURSIVE hop(source) AS (
               SELECT MIN(source) FROM identities WHERE kind = 'external_id'
               UNION ALL
               SELECT (SELECT MIN(source) FROM identities WHERE kind = 'external_id' AND source > hop.source)
               FROM hop WHERE hop.source IS NOT NULL
           ) SELECT source FROM hop WHERE source IS NOT NULL LIMIT 200"""
    )
    return [row[0] for row in found]


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
