"""What headers and a file's name say of all its rows, where no column says it; declared in `resources/shapes.toml`.

Three things are told so: of what kind all rows are (visits, sessions, calls), that one row stands for several (a mail
with what happened to it, a sale that came back), and that the rows are a list of something else than customers.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from services.entities import ENTITIES, Entity
from services.sync.formats.headers import same_words, words_of
from services.sync.formats.looks import is_word, sides_of_calls
from services.sync.formats.propose import UNNAMED, Seen, fields_of, named_outright, propose
from services.sync.formats.reshape import fixed_header, reshape
from services.sync.formats.rules import is_time_of_day
from services.sync.formats.systems import Rule, System
from services.sync.formats.tenure import tenure_of
from services.sync.formats.terms import days_of_contracts, number_of_contracts
from services.sync.formats.wide import happened
from services.sync.kinds.vocabulary import hints, phrase, vocabulary
from services.sync.kinds.words import to_boolean, to_mail_kind, to_stage
from services.sync.read import Table, celltypes
from services.sync.read.structure import is_footer

FILE: Final = Path(__file__).resolve().parents[3] / "resources" / "shapes.toml"
_SURE = 2
_MOMENT: Final = "Date and time"
_DATED: Final = frozenset({"contract_starts_on", "renews_on", "churned_on"})
_YEARLY: Final = "Value of a year"
_VALUES: Final = frozenset({"value_per_year", "value_per_quarter", "value_per_month"})
#: From so many letters on a word may be put together of a period and what is paid: "Monatsmiete".
_LONG: Final = 8
#: A share, or a number of periods, is no amount; nor is the day or month of a payment.
_DIGIT: Final = re.compile(r"\d")
_WHEN_PAID: Final = frozenset({"payment", "payments", "dd", "due", "month", "quarter"})
_DAY_OR_MONTH: Final = re.compile(r"\s*(?:[1-9]|[12]\d|3[01])\s*")
_OTHER_SIDE: Final = "Number of the customer"
_CLOCK: Final = frozenset({"time", "hora", "heure", "uhrzeit"})
_BEGINS: Final = frozenset({"start"})
_ENDED: Final = "Stage or end"
# What a column is called that says whether a deal is won or lost, and how long its words are at most.
_STANDING, _WORD, _ENDS = frozenset({"status", "state", "result", "outcome"}), 24, ("Won", "Lost")
CUSTOMER_ABOVE: Final = "Customer (above the rows)"


@dataclass(frozen=True, slots=True)
class _Evidence:
    ids: tuple[frozenset[str], ...]
    strong: tuple[frozenset[str], ...]
    marks: tuple[frozenset[str], ...]
    unless: tuple[frozenset[str], ...]
    names: tuple[tuple[str, ...], ...]

    def weight(self, headers: Sequence[frozenset[str]], name: Sequence[str]) -> tuple[int, int]:
        """How much speaks for it alone (a key in front, the file's name, telling headers), and with its marks."""
        if any(one <= header for one in self.unless for header in headers):
            return 0, 0
        alone = 2 * (bool(headers) and headers[0] in self.ids)
        alone += 2 * any(tuple(name[-len(one) :]) == one for one in self.names)
        alone += 2 * sum(any(one <= header for header in headers) for one in self.strong)
        return alone, alone + sum(any(one <= header for header in headers) for one in self.marks)


def told(entity: Entity, table: Table) -> dict[str, str]:
    """What all rows of a file are, by field: {"kind": "store_visit"}; nothing where the headers do not say it."""
    found: dict[str, str] = {}
    for field, values in _said()["told"].get(entity.name, {}).items():
        # Where equally much speaks for two kinds, what speaks for one alone decides: the file's name, a key in front.
        ranked = sorted(((_weight(evidence, table)[::-1], value) for value, evidence in values.items()), reverse=True)
        if ranked and ranked[0][0][0] >= _SURE and (len(ranked) == 1 or ranked[0][0] > ranked[1][0]):
            found[field] = ranked[0][1]
    return found


def listed_otherwise(table: Table, *, sure: bool) -> str | None:
    """Which list of something else than customers a file is, in words; None for all others.

    Parameters
    ----------
    sure : bool
        Whether its columns name what such lists lack, as whose each row is: then more must speak for one.
    """
    weights = weights_of_lists(table)
    likely = max(weights, key=lambda words: weights[words][1] if weights[words][0] else 0)
    alone, together = weights[likely]
    return likely if alone and together >= _SURE + sure else None


def weights_of_lists(table: Table) -> dict[str, tuple[int, int]]:
    """How much speaks for each list of something else than customers, alone and with its marks."""
    return {words: _weight(evidence, table) for words, evidence in _said()["lists"].items()}


def names_of_files() -> list[tuple[str, tuple[str, ...]]]:
    """What files are called, each with the entity, or "" for a list of something other than customers."""
    known = [(entity, words) for entity, listed in _said()["names"].items() for words in listed]
    return known + [("", words) for evidence in _said()["lists"].values() for words in evidence.names]


def evidence_of_lists() -> list[frozenset[str]]:
    """The headers that tell lists of something else than customers."""
    return [one for evidence in _said()["lists"].values() for one in (*evidence.ids, *evidence.strong)]


def named_after(entity: Entity, table: Table) -> bool:
    """Whether a file's name says that its rows are of an entity."""
    name = name_of(table)
    kinds = (one for values in _said()["told"].get(entity.name, {}).values() for one in values.values())
    names = (*_said()["names"].get(entity.name, ()), *(one for kind in kinds for one in kind.names))
    found = any(tuple(name[-len(one) :]) == one for one in names)
    if not found or entity.customer != "self":
        return found
    # "factures_clients" are the invoices of customers.
    others = (one for other, listed in _said()["names"].items() if other != entity.name for one in listed)
    return not any(len(one) == 1 and one[0] in name for one in others)


def mail_flags(seen: Seen) -> dict[str, str]:
    """Columns that say of each mail whether something happened to it, with what; {} where fewer than two do."""
    found: dict[str, str] = {}
    for column, cells in zip(seen.columns, seen.cells, strict=True):
        kind = _said()["mail_flags"].get(" ".join(words_of(column)))
        if kind and kind not in found.values() and all(happened(cell) is not None for cell in cells):
            found[column] = kind
    if len(found) < _SURE:
        return {}
    kinds = fields_of(propose(ENTITIES["email_events"], seen))
    worded = next((column for column, field in kinds.items() if field == "kind" and column not in found), None)
    said = worded is not None and any(is_word(to_mail_kind, cell) for cell in seen.cells[seen.columns.index(worded)])
    return {} if said else found


@dataclass(frozen=True, slots=True)
class Laid:
    """A table as the rows of an entity lie in it, what the columns mean that were added, and all of it in words."""

    table: Table
    mapping: Mapping[str, str]
    notes: tuple[str, ...] = ()


def lay_out(table: Table, seen: Seen, entity: Entity, kind: str | None, chosen: Mapping[str, str]) -> Laid:
    """Lay rows out as an entity has them: several for one, with what is told of all.

    Parameters
    ----------
    kind : str, optional
        Of what kind a person said that all rows are.
    chosen : mapping of str to str
        What a person said columns mean.
    """
    groups = rule_of_groups(table)
    if groups is not None:
        shown = with_groups(table)
        seen = Seen.of(shown.columns, shown.sample)
    columns = {field: column for column, field in {**fields_of(propose(entity, seen)), **chosen}.items()}
    said = told(entity, table)
    if entity.name == "activities" and "kind" not in columns:
        said.setdefault("kind", kind_of_name(table))
    rules: tuple[Rule, ...] = ()
    mapping: dict[str, str] = {}
    notes: list[str] = []
    if entity.name == "email_events" and (flags := mail_flags(seen)):
        column = "Event (of the row)"
        message = "" if "message" in columns else "Message (of the row)"
        says = {"flags": flags, "into": column, "key": columns.get("event_id"), "at": columns.get("happened_at")}
        rules = (Rule("events", {**says, "message": message}),)
        mapping = {column: "kind"} | ({message: "message"} if message else {})
        notes.append(f"Each row is an email and what happened to it: {', '.join(flags)} are kept as separate events.")
    elif entity.name == "orders" and (flag := _returned_flag(seen)):
        column = columns.get("kind") or "Kind (of the row)"
        into = {"kind": column, "of": "Returned order"}
        rules = (Rule("given_back", {"flag": flag, "order": columns.get("order_id"), **into}),)
        notes.append(f"Rows with yes in “{flag}” are kept as a purchase and its return.")
        mapping = {column: "kind"} | ({"Returned order": "of_order_id"} if "order_id" in columns else {})
    if entity.name == "orders" and (below := _said_above(table, columns)):
        rules = (below, *rules)
        notes.append("Later rows of an order take its day and customer from its first row.")
    for field in (one for one in entity.fields if one.either and columns.get(one.name) in seen.columns):
        more = [one for one in named_outright(entity, seen, field) if one not in columns.values()]
        own, *others = sorted([columns[field.name], *more], key=_speaks_of_renewal)
        if others and not {own, *others} & chosen.keys():
            rules, mapping[own] = (*rules, Rule("fill", {"column": own, "from": others})), field.name
            notes.append(f"“{others[0]}” counts where “{own}” is empty.")
    if entity.name == "opportunities" and (ends := _ends_apart(seen, columns)) and columns["stage"] not in chosen:
        rules, mapping[_ENDED] = (*rules, Rule("ended_stage", {**ends, "into": _ENDED})), "stage"
        notes.append(
            f"“{ends['status']}” says which deals are won or lost; the others have the stage in “{ends['stage']}”."
        )
    if (parts := _day_and_time(entity, seen, columns)) and parts["day"] not in chosen:
        rules = (Rule("day_and_time", {**parts, "into": _MOMENT}), *rules)
        mapping[_MOMENT] = parts["field"]
    if entity.name == "contracts":
        yearly, terms, more = _terms(entity, seen, {**columns, **{name: one for one, name in mapping.items()}}, chosen)
        rules, mapping, notes = (*rules, *yearly), mapping | terms, notes + more
    if entity.name == "customers" and not _DATED & columns.keys() and (lasted := tenure_of(seen)):
        notes.append(lasted.note(table))
        if lasted.unit:
            rules, mapping = (*rules, lasted.rule(table)), mapping | lasted.mapping
    sides = sides_of_calls(seen.columns, seen.cells, seen.looks) if entity.field("duration") else {}
    if sides and columns.get("customer_phone") not in chosen:
        says = {"by": sides["direction"], "form": _came_in(), "then": sides["from"], "otherwise": sides["to"]}
        rules, mapping[_OTHER_SIDE] = (*rules, Rule("choose", {**says, "into": _OTHER_SIDE})), "customer_phone"
        notes.append(f"“{sides['from']}” is the customer where a call came in, “{sides['to']}” where it went out.")
    missing = {field: text for field, text in said.items() if field not in columns and field not in mapping.values()}
    missing |= {"kind": kind} if kind and entity.field("kind") else {}
    if groups is not None:
        rules = (groups, *rules)
        notes.append("The names that stand alone above the rows are their customers.")
    if not rules and not missing:
        return Laid(table, mapping, tuple(notes))
    notes += [f"No column says the {field}: all rows are kept as “{text}”." for field, text in missing.items()]
    system = System("", "", entity.name, (), {}, fixed=missing, rules=rules)
    return Laid(reshape(table, system), mapping | {fixed_header(field): field for field in missing}, tuple(notes))


def _ends_apart(seen: Seen, columns: Mapping[str, str]) -> dict[str, Any]:
    """The columns of the stage and of how deals ended, with the words for it, where the stage does not say it."""
    cells = dict(zip(seen.columns, seen.cells, strict=True))
    stage = columns.get("stage", "")
    if stage not in cells or any(to_stage(cell) in _ENDS for cell in cells[stage]):
        return {}
    for column, texts in cells.items():
        if column in columns.values() or not same_words(column) & _STANDING:
            continue
        won, lost = ([one for one in set(texts) if len(one) < _WORD and to_stage(one) == end] for end in _ENDS)
        if won or lost:
            return {"status": column, "stage": stage, "won": sorted(won), "lost": sorted(lost)}
    return {}


def _speaks_of_renewal(header: str) -> bool:
    return hints("contract")["renewal"].search(" ".join(words_of(header))) is not None


def _said_above(table: Table, columns: Mapping[str, str]) -> Rule | None:
    """The rule that fills in the day and customer of an order's further rows, where only its first row has them."""
    key, day = columns.get("order_id"), columns.get("ordered_at")
    if key not in table.columns or day not in table.columns:
        return None
    by, on = table.columns.index(key), table.columns.index(day)
    rows = [row for row in table.sample if len(row) > max(by, on)]  # a blank row has no cells
    pairs = [(one, other) for one, other in pairwise(rows) if one[by].strip() and one[by] == other[by]]
    blank = not pairs and rows and rows[0][by].strip()
    if blank:
        pairs = [(one, other) for one, other in pairwise(rows) if one[by].strip() and not other[by].strip()]
    if not pairs or any(other[on].strip() for _, other in pairs) or not any(one[on].strip() for one, _ in pairs):
        return None
    said = [
        column for field, column in columns.items() if field in ("currency", "kind") or field.startswith("customer_")
    ]
    return Rule("carry", {"columns": [day, *said], "by": key, "blank": blank})


def _day_and_time(entity: Entity, seen: Seen, columns: Mapping[str, str]) -> dict[str, str]:
    """The columns of a day and of the time on it, and of what field; {} where no time stands in a column of its own."""
    cells = dict(zip(seen.columns, seen.cells, strict=True))
    clocks = [
        column
        for column, texts in cells.items()
        if column not in columns.values() and texts and all(map(is_time_of_day, texts)) and same_words(column) & _CLOCK
    ]
    zones = [column for column in cells if same_words(column) == {"time", "zone"}]
    for field in (one.name for one in entity.fields if one.kind == "moment" and columns.get(one.name) in cells):
        day = columns[field]
        own = same_words(day) | entity.row_words | _CLOCK | _BEGINS
        clock = next((column for column in clocks if same_words(column) <= own), None)
        if clock and not any(":" in text for text in cells[day]):
            return {"field": field, "day": day, "time": clock, "zone": next(iter(zones), "")}
    return {}


def kind_of_name(table: Table) -> str:
    """What activities are called where nothing but the file's name tells it: "workshop_attendances.csv" workshop_…"""
    return "_".join([*name_of(table)[:-1], *(word.removesuffix("s") for word in name_of(table)[-1:])]) or "activity"


def _terms(
    entity: Entity, seen: Seen, columns: Mapping[str, str], chosen: Mapping[str, str]
) -> tuple[tuple[Rule, ...], dict[str, str], list[str]]:
    """What else a list of contracts says: the rules for it, the columns, and both in words."""
    taken = {*columns.values(), *chosen}
    days, number = days_of_contracts(seen, taken, columns), number_of_contracts(seen, taken, columns)
    labels = {field.name: field.label for field in entity.fields}
    notes = [f"“{one}” was read as “{labels[name]}”: by part of its header." for one, name in days.items()]
    notes += [f"“{one}” was read as “{labels[name]}”: it numbers the rows." for one, name in number.items()]
    yearly, paid, more = _value_of_a_year(seen, columns, chosen)
    return yearly, paid | days | number, notes + more


def _value_of_a_year(
    seen: Seen, columns: Mapping[str, str], chosen: Mapping[str, str]
) -> tuple[tuple[Rule, ...], dict[str, str], list[str]]:
    """How a list of contracts tells what each is worth a year: the rules for it, the columns, and both in words."""
    paid = {column: field for column, field in _paid_each(seen, columns).items() if column not in chosen}
    known = {**columns, **{field: column for column, field in paid.items()}}
    if not _VALUES & known.keys() and (yearly := _per_year(seen, columns)):
        note = f"“{yearly[1].says['then']}” is the annual value where it is paid once a year, for one of a kind."
        return yearly, {_YEARLY: "value_per_year"}, [note]
    notes = [
        f"“{known[field]}” is paid each {period}: the annual value is {times} times that."
        for field, period, times in (("value_per_month", "month", 12), ("value_per_quarter", "quarter", 4))
        if field in known and "value_per_year" not in known
    ]
    notes += [
        f"Bellwether reads “{column}” as the annual value."
        for column, field in paid.items()
        if field == "value_per_year"
    ]
    return (), paid, notes


def _paid_each(seen: Seen, columns: Mapping[str, str]) -> dict[str, str]:
    """The column whose header says that an amount is paid each year, quarter or month; {} for none, or several."""
    every, beside = vocabulary("periods"), hints("paid")
    found: dict[str, str] = {}
    for column, kind, cells in zip(seen.columns, seen.kinds, seen.cells, strict=True):
        if column in columns.values() or kind != celltypes.NUMBER or _VALUES & columns.keys():
            continue
        header = beside["taxed"].sub(" ", " ".join(words_of(column)))
        header = header if every["value_per_year"].isdisjoint(header.split()) else beside["twelve"].sub(" ", header)
        words = [*header.split(), *map(" ".join, pairwise(header.split()))]
        when = _WHEN_PAID.issuperset(header.split()) or "month of" in words
        numbered = when and all(map(_DAY_OR_MONTH.fullmatch, cells))
        if "%" in column or _DIGIT.search(header) or every["no_amount"] & {*words} or numbered:
            continue
        says = {
            field
            for field in _VALUES
            for word in words
            if word in every[field] or (len(word) > _LONG and word.startswith(tuple(every[f"compound_{field}"])))
        }
        paid = every["paid"] & {*words, *same_words(column)} or any(
            word.endswith(tuple(every["paid"])) for word in words
        )
        if len(says) == 1 and paid:
            found[column] = says.pop()
    return found if len(found) == 1 else {}


def _per_year(seen: Seen, columns: Mapping[str, str]) -> tuple[Rule, ...]:
    """Rules that take what is paid a period as the value of a year, where a column says that the period is one."""
    every, spans = vocabulary("periods"), {}
    for column, cells in zip(seen.columns, seen.cells, strict=True):
        if cells and all(phrase(cell) in every["all"] | every["year"] for cell in cells):
            spans[column] = cells
    free = [
        (column, same_words(column), kind)
        for column, kind in zip(seen.columns, seen.kinds, strict=True)
        if column not in columns.values() and kind == celltypes.NUMBER
    ]
    counts = [column for column, words, _ in free if words & every["counts"]]
    prices = [column for column, words, _ in free if words & every["prices"] and not words & every["counts"]]
    if len(spans) != 1 or len(prices) != 1:
        return ()
    form = rf"^(?:{'|'.join(every['year'])})(?: 1(?:[.,]0+)?)*$"
    together, into = "Period and count", {"then": prices[0], "otherwise": "", "into": _YEARLY}
    gather = Rule("join", {"from": [*spans, *counts], "into": together})
    return gather, Rule("choose", {"by": together, "form": form, **into})


def _came_in() -> str:
    """The form of words that say that a call or message came from a customer, however they are written."""
    words = (word.replace(" ", "[ _-]") for word in vocabulary("direction")["from_customer"])
    return rf"^\s*(?:{'|'.join(words)})\s*$"


def _returned_flag(seen: Seen) -> str | None:
    flags = _said()["returned_flags"]
    for column, cells in zip(seen.columns, seen.cells, strict=True):
        if " ".join(words_of(column)) in flags and cells and all(is_word(to_boolean, cell) for cell in cells):
            return column
    return None


def _weight(evidence: _Evidence, table: Table) -> tuple[int, int]:
    return evidence.weight([frozenset(words_of(column)) for column in table.columns], name_of(table))


def name_of(table: Table) -> list[str]:
    """The words of a file's name that say something of what is in it."""
    stem, noise = table.path.name.split(".")[0], _said()["noise"]
    return [word for word in words_of(stem) if word not in noise and not word.isdecimal()]


@cache
def _said() -> Mapping[str, Any]:
    said = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {
        "told": {
            entity: {field: {value: _evidence(one) for value, one in values.items()} for field, values in one.items()}
            for entity, one in said["told"].items()
        },
        "lists": {words: _evidence(one) for words, one in said["lists"].items()},
        "mail_flags": {
            " ".join(words_of(one)): kind for kind, text in said["mail_flags"].items() for one in _each(text)
        },
        "returned_flags": {" ".join(words_of(one)) for one in _each(said["returned_flags"]["flags"])},
        "names": {entity: [tuple(words_of(one)) for one in _each(text)] for entity, text in said["names"].items()},
        "noise": {word for one in _each(said["noise"]["words"]) for word in words_of(one)},
    }


def _evidence(said: Mapping[str, str]) -> _Evidence:
    sets = {
        key: tuple(frozenset(words_of(one)) for one in _each(said.get(key, "")))
        for key in ("ids", "strong", "marks", "unless")
    }
    return _Evidence(**sets, names=tuple(tuple(words_of(one)) for one in _each(said.get("names", ""))))


def _each(text: str) -> Iterator[str]:
    return (one.strip() for line in text.strip().splitlines() for one in line.split(",") if one.strip())


def rule_of_groups(table: Table) -> Rule | None:
    """Return the rule that gives each row the name above it; None where rows are not grouped or groups have no name.

    The column of the names has no header, and only the file's name says that they are customers.
    """
    rows = [row for row in table.sample if any(cell.strip() for cell in row) and not is_footer(row)]
    if not rows or not UNNAMED.fullmatch(table.columns[0]) or "customer" not in same_words(table.path.stem):
        return None
    names = [row for row in rows if row[0].strip()]
    if len(names) in (0, len(rows)) or names[0] is not rows[0] or not all(map(_stands_alone, names)):
        return None
    return Rule("grouped", {"column": table.columns[0], "into": CUSTOMER_ABOVE})


def with_groups(table: Table) -> Table:
    """The table with the names above its rows in a column of their own, where it has such."""
    rule = rule_of_groups(table)
    return reshape(table, System("", "", "", (), {}, rules=(rule,))) if rule else table


def _stands_alone(row: Sequence[str]) -> bool:
    return bool(row[0].strip()) and not any(cell.strip() for cell in row[1:])
