"""Which entity the rows of a file are of, by how well its headers name the fields of each; or what must be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from models.values.errors import Question
from services.entities import ENTITIES, Entity, Field
from services.sync.formats.headers import (
    known_headers,
    known_words,
    lacking,
    normal,
    numbers_rows,
    same_words,
    words_of,
)
from services.sync.formats.learnt import guessed
from services.sync.formats.looks import WORDS, is_word
from services.sync.formats.propose import UNNAMED, Seen, fields_of, named_outright, propose
from services.sync.formats.reshape import own_columns
from services.sync.formats.shapes import listed_otherwise, mail_flags, named_after, told
from services.sync.formats.tenure import tenure_of
from services.sync.kinds.vocabulary import vocabulary
from services.sync.read import Table

# So many more columns must name something else.
_MORE = 2
# What a file's name counts beside its headers.
_NAMED_AFTER = 0.5
# Where another entity reaches this part of the best one's score, headers alone do not decide.
_ABOUT_EQUAL = 0.85
_STILL_LIKELY = 0.6
# How much of a cell is shown in a sentence.
_SHOWN = 40
# So few columns say nothing of what rows are where many others are not known.
_HARDLY = 2
# Days that lists of customers have beside the one since when each is one.
_OF_PROFILES = vocabulary("of_profiles")["words"]
# What a column that numbers rows is called behind what they are.
_NUMBERS = frozenset({"id", "number", "no", "num", "nr", "ref", "reference", "key", "code", "uuid"})
# What lists of employees, suppliers and the like would be taken for.
_TAKEN_FOR = ("customers", "products", "orders", "returns", "opportunities", "tickets", "contracts", "activities")
# What a list of customers counts of which fewer than this part are of somebody else.
_AGAIN, _DISTINCT = 0.5, 0.75
# Headers of what somebody noted down, beside what was said.
_REMARKS = frozenset(map(normal, vocabulary("remarks")["words"]))
_OWED = frozenset(map(words_of, vocabulary("owed")["words"]))
# What any row may have says nothing of what the rows are, where so many columns say who somebody is.
_OF_ANYTHING, _WELL_KNOWN = frozenset(map(words_of, vocabulary("of_anything")["words"])), 5
_NOUNS = vocabulary("whose")["nouns"]
IDENTIFIES = frozenset({"customer_id", "email", "name", "last_name", "company", "phone"})
_WHO = ("customer_id", "customer_email", "customer_name", "customer_last_name", "customer_phone")


class Undecided(Question):
    """Something of a file must be said by a person first.

    Attributes
    ----------
    question
        What is open, for a window that asks it; the error's own words say too how a command is told.
    entity
        What the file looks most like; '' where nothing speaks for anything.
    left_out
        Whether it is a list of something else than customers, which nobody has to answer.
    certain
        Whether the question stays, whatever else the rows look like: what a column counts is not told by its name.
    """

    def __init__(
        self, question: str, advice: str, entity: str = "", *, left_out: bool = False, certain: bool = False
    ) -> None:
        super().__init__(question, advice)
        self.question, self.entity, self.left_out, self.certain = question, entity, left_out, certain

    def __str__(self) -> str:
        return " ".join(self.args)


class Held:
    """The headers and first cells of a file, with what a person said its columns mean; entities are ranked by them."""

    def __init__(self, seen: Seen, chosen: Mapping[str, str], table: Table | None = None) -> None:
        self.seen, self.chosen, self.table = seen, chosen, table
        self._known: dict[tuple[str, bool], dict[str, str]] = {}

    def mapping(self, entity: Entity, *, by_content: bool = False) -> dict[str, str]:
        """Column to field of an entity, '' for a column that is left out."""
        key = entity.name, by_content
        if key not in self._known:
            found = fields_of(propose(entity, self.seen, by_content=by_content))
            if entity.name == "customers":
                found = self._by_length(found) | found
            self._known[key] = merged_with(found, self.chosen)
        return self._known[key]

    def _by_length(self, found: Mapping[str, str]) -> dict[str, str]:
        """Columns that say since when each customer is one and who left, where only a length says it."""
        lasted = tenure_of(self.seen)
        if lasted is None or not lasted.unit or not _one_each(self.seen, found, "customer_id"):
            return {}
        return {lasted.column: "contract_starts_on"} | ({lasted.flag: "churned_on"} if lasted.flag else {})

    def describes_people(self, entity: Entity, mapping: Mapping[str, str]) -> bool:
        """Whether rows say next to nothing but who somebody is, each of another one: so does a list of customers."""
        if entity.customer in ("self", "none"):
            return False
        roles = {column: field.role for column, name in mapping.items() if (field := entity.field(name)) is not None}
        of_people = [column for column, role in roles.items() if role == "customer"]
        own = [column for column in roles if column not in of_people]
        reached = next((one for one in of_people if mapping[one] in ("customer_email", "customer_phone")), "")
        first = self.seen.columns[0]
        numbers = {first} if numbers_rows(self.seen.plain[0], self.seen.cells[0], self.seen.looks[0]) else set()
        if len(of_people) < _WELL_KNOWN or not reached or not all(map(_is_of_anything, set(own) - numbers)):
            return False
        return _one_each(self.seen, mapping, mapping[reached])

    def named(self, entity: Entity) -> list[str]:
        """The fields of an entity that columns name."""
        return [name for name in self.mapping(entity).values() if name and entity.field(name) is not None]

    def ranked(self, *, by_content: bool = False) -> list[tuple[float, Entity]]:
        """Entities by how well headers name their fields, best first; those that lack something needed are left out."""
        found = (
            (self.score(entity, by_content=by_content), entity) for entity in ENTITIES.values() if not entity.by_account
        )
        return sorted(((score, entity) for score, entity in found if score is not None), key=lambda item: -item[0])

    def likeliest(self) -> Entity | None:
        """What rows are most like where that must be asked: something needed may be missing."""
        ranked = self.ranked() or self.ranked(by_content=True)
        if ranked:
            return ranked[0][1]
        counts = [(len(self.named(one)), one) for one in ENTITIES.values() if not one.by_account]
        most, entity = max(counts, key=lambda one: one[0])
        return entity if most >= _MORE else None

    def shown(self, entity: Entity) -> dict[str, str]:
        """Column to field as a person sees them beside a question: with what columns are that no rule names."""
        known = self.mapping(entity)
        return fields_of(guessed(entity, self.seen, known)) | known

    def score(self, entity: Entity, *, by_content: bool = False) -> float | None:
        """How well headers name the fields of an entity; None where something that it needs lacks."""
        seen, table, mapping = self.seen, self.table, self.mapping(entity, by_content=by_content)
        of_all = told(entity, table) if table is not None else {}
        fields = [name for name in mapping.values() if name]
        if any(entity.field(name) is None for name in fields) or lacking(entity, [*fields, *of_all]):
            return None
        if _only_by_key(entity, fields) and not _one_row_each(entity, seen, mapping):
            return None
        telling_names = {
            name: _weight_of(normal(column))
            for column, name in mapping.items()
            if name in entity.telling and normal(column) not in entity.vague
        }
        nobody = entity.customer == "required" and not {*_WHO} & set(fields)
        # What only its cells name tells of nobody's rows as little as a header that could be of anything.
        if entity.vague and not (telling_names.keys() & {*self.named(entity)} if nobody else telling_names):
            return None
        if by_content and nobody and all(map(UNNAMED.fullmatch, seen.columns)):
            return None
        if entity.name == "conversations" and _only_remarks(mapping):
            return None
        telling = sum(telling_names.values()) / len(entity.telling)
        named = sum(_named_outright(entity, column, name) for column, name in mapping.items() if name)
        # What only the file's name and a key tell counts less than a column.
        if lacking(entity, fields):
            telling *= _ABOUT_EQUAL / 2
        score = telling + (len(fields) + named) / max(1, len(seen.columns))
        if entity.customer == "self" and (_come_again(seen, mapping, entity.known_by) or numbered_otherwise(seen)):
            score *= _AGAIN
        if self.describes_people(entity, mapping) and not (table is not None and named_after(entity, table)):
            score *= _AGAIN
        return score + (_NAMED_AFTER if table is not None and named_after(entity, table) else 0)


def _is_of_anything(column: str) -> bool:
    words = words_of(column)
    return tuple(word for word in words if word not in _NOUNS) in _OF_ANYTHING or words in _OF_ANYTHING


def _only_remarks(mapping: Mapping[str, str]) -> bool:
    """Whether what was said is only what somebody noted about a call: a list of calls, and of no conversations."""
    columns = {field: column for column, field in mapping.items()}
    return normal(columns.get("text", "")) in _REMARKS and "duration" in columns


def _only_by_key(entity: Entity, fields: Sequence[str]) -> bool:
    return bool(entity.known_by) and not any(set(group) & set(fields) for group in entity.needs)


def _one_row_each(entity: Entity, seen: Seen, mapping: Mapping[str, str]) -> bool:
    """Whether most columns say something of rows that a key names, each once: no list of what these rows did."""
    most = 2 * len([name for name in mapping.values() if name]) > len(seen.columns)
    return most and _one_each(seen, mapping, entity.known_by)


def _one_each(seen: Seen, mapping: Mapping[str, str], key: str) -> bool:
    """Whether no cell of a key's column stands twice."""
    known = [cells for column, cells in zip(seen.columns, seen.cells, strict=True) if mapping.get(column) == key]
    return all(len(set(cells)) == len(cells) for cells in known)


def _come_again(seen: Seen, mapping: Mapping[str, str], key: str) -> bool:
    """Whether many a key stands in several rows: they say what somebody did, and are not a list of who there is."""
    known = [cells for column, cells in zip(seen.columns, seen.cells, strict=True) if mapping.get(column) == key]
    return any(len(set(cells)) < _DISTINCT * len(cells) for cells in known)


def numbered_otherwise(seen: Seen) -> str:
    """The first column where it numbers rows of something else than people: "Enrollment ID"; '' for all others."""
    header, cells = seen.columns[0] if seen.columns else "", seen.cells[0] if seen.cells else ()
    *noun, last = words_of(header) or ("",)
    rows = max(map(len, seen.cells), default=0)
    if last not in _NUMBERS or not noun or seen.looks[0] != "id" or not len(set(cells)) == len(cells) == rows > 1:
        return ""
    people = ENTITIES["customers"]
    known = {name for one in (header, " ".join(noun)) for name, _ in known_words(people).get(same_words(one), ())}
    return "" if known or same_words(" ".join(noun)) & people.row_words else header


def _dated_otherwise(held: Held) -> str:
    """A column of days that says nothing of a customer, such as when an event is: "Veranstaltungsdatum"; '' for none.

    Lists of customers say of days only the first, the last and the next, and when a person was born.
    """
    known = {**held.mapping(ENTITIES["customers"]), **held.chosen}
    of_events = [one for one in ENTITIES["activities"].fields if one.kind == "moment"]
    for field in of_events:
        for column in named_outright(ENTITIES["activities"], held.seen, field):
            if column not in known and same_words(column).isdisjoint(_OF_PROFILES):
                return column
    return ""


@cache
def _weight_of(header: str) -> float:
    """How much a header tells of what rows are: the less, the more entities have it, such as "created at"."""
    tells = (
        any(name in one.telling for name, _ in known_headers(one).get(header, ()))
        for one in ENTITIES.values()
        if not one.by_account
    )
    return float(max(1, sum(tells)) ** -0.5)


def _named_outright(entity: Entity, column: str, field: str) -> float:
    """1 where a header names the entity's own field in its own words, such as "Review ID"; less for a synonym."""
    if normal(column) == normal(field):
        return 1.0 if field in entity.telling else 0.5
    return 0.0


def what_they_are(table: Table, held: Held) -> Entity:
    """Say what the rows are about by the rules alone; lists of anything but customers are left out.

    Raises
    ------
    Undecided
        It cannot be told, or they are such a list.
    """
    seen, mails = held.seen, ENTITIES["email_events"]
    _ask_what_is_counted(table, held)
    if mail_flags(seen) and {"happened_at", *_WHO} & set(held.named(mails)) > {"happened_at"}:
        return mails
    best: Entity | None = None
    undecided: Undecided | None = None
    try:
        best = _best_entity(table, held)
    except Undecided as problem:
        undecided = problem
    names = held.named(best) if best is not None and best.customer != "self" else ()
    nobody = best is not None and best.customer == "required" and not {*_WHO} & set(names)
    if best is None or nobody or best.name in _TAKEN_FOR:
        words = listed_otherwise(table, sure=not {"customer_id", "order_id", "price"}.isdisjoint(names))
        if words is not None:
            label = (best or ENTITIES["customers"]).label.lower()
            raise Undecided(
                f"The rows of {table.path.name} look like {words}, not {label}, so they are left out.",
                f"To import them as {label} anyway, say --as {(best or ENTITIES['customers']).name}.",
                best.name if best is not None else "",
                left_out=True,
            )
    if best is None:
        raise undecided or AssertionError
    return best


def _ask_what_is_counted(table: Table, held: Held) -> None:
    """Ask in what it is counted how long customers without names have been with us, where nothing tells it.

    Raises
    ------
    Undecided
        Nothing does.
    """
    customers, lasted = ENTITIES["customers"], tenure_of(held.seen)
    known = held.mapping(customers)
    if lasted is None or lasted.unit or customers.known_by not in known.values():
        return
    if _only_by_key(customers, held.named(customers)) and _one_each(held.seen, known, customers.known_by):
        raise Undecided(
            f"{table.path.name} looks like customers without names.", lasted.note(table), customers.name, certain=True
        )


def _best_entity(table: Table, held: Held) -> Entity:
    ranked = held.ranked() or held.ranked(by_content=True)
    if not ranked:
        found = _more_is_named(table, held, 0)
        if found is None:
            raise _unrecognised(table)
        return found
    even = [entity for score, entity in ranked if score >= _ABOUT_EQUAL * ranked[0][0]]
    even = [entity for entity in even if not _only_by_key(entity, held.named(entity))] or even
    even = _of_a_term(table, held, even) or _of_subscribers(table, held, [one for _, one in ranked], even) or even
    even = _of_records(table, held, even) or even
    even = _by_their_words(held, even)
    billed = next((one for score, one in ranked if one.asked_beside and score >= _STILL_LIKELY * ranked[0][0]), None)
    likely = {even[0].asked_beside, *(one.name for one in even)}
    if billed is not None and billed.asked_beside in likely and _says_what_is_owed(held, billed):
        return billed
    invoices = ENTITIES["invoices"]
    owed = even[0].name == invoices.asked_beside and named_after(invoices, table) and _says_what_is_owed(held, invoices)
    if owed and billed is None:
        raise _lacks(table, held, invoices)
    even += [one for _, one in ranked if one.name == even[0].asked_beside and one not in even]
    if len(even) > 1:
        names = " or ".join(entity.label.lower() for entity in even)
        choices = " or ".join(f"--as {entity.name}" for entity in even)
        raise Undecided(f"{table.path.name} could be {names}.", f"Say which with {choices}.", even[0].name)
    listed = even[0].customer == "self" and not named_after(even[0], table)
    if listed and is_hardly_named(held, even[0]):
        raise _unrecognised(table)
    found = _where_more_is_named(table, held, even[0]) or even[0]
    header, day = (numbered_otherwise(held.seen), _dated_otherwise(held)) if listed else ("", "")
    if found is even[0] and (header or day):
        why = f"a number of its own for each row (“{header}”)" if header else f"a day of its own (“{day}”)"
        raise Undecided(
            f"{table.path.name} has {why}, so its rows may be what customers did and not the customers.",
            "Say which with --as activities or --as customers.",
            "activities",
        )
    return found


def _of_records(table: Table, held: Held, even: list[Entity]) -> list[Entity]:
    """What rows are that say more than who somebody is: by a number and a day of their own, or the file's name."""
    customers = ENTITIES["customers"]
    if customers not in even or named_after(customers, table):
        return []
    found = []
    for entity in even:
        columns = {field: column for column, field in held.mapping(entity).items()}
        own = all(same_words(columns.get(field, "")) & entity.row_words for field in (entity.key, entity.day) if field)
        own = own and (bool(entity.day) or "customer_id" in columns)
        event = bool(told(entity, table)) and bool(_dated_otherwise(held))
        if entity.customer == "required" and (own or event or named_after(entity, table)):
            found.append(entity)
    return found


def _unrecognised(table: Table) -> Undecided:
    return Undecided(
        f"{table.path.name} is not recognised: its columns ({some_of(table.columns)}) do not say what it contains.",
        f"Say it with --as {'|'.join(ENTITIES)}, and name columns with --map 'Column=field'.",
    )


def is_hardly_named(held: Held, entity: Entity) -> bool:
    """Whether next to nothing is known of rows but whose they are: so lists in other languages look."""
    own, columns = len(held.named(entity)), [one for one in held.seen.columns if not UNNAMED.fullmatch(one)]
    return own <= _HARDLY and own * 4 < len(columns)


def _says_what_is_owed(held: Held, entity: Entity) -> bool:
    """Whether rows say when each was paid, or what is left of it, and name no order: what was bought says neither."""
    columns = held.seen.columns
    bought = {"sku", "quantity", "unit_price", "line_id"} & set(held.named(ENTITIES["orders"]))
    if bought or any({"order"} == same_words(column) & {"order", "purchase"} for column in columns):
        return False
    return "paid_on" in held.named(entity) or any(words_of(column) in _OWED for column in columns)


def _of_a_term(table: Table, held: Held, even: list[Entity]) -> list[Entity]:
    """Contracts, where a file is called so and its rows say from when until when each runs: no order does."""
    contracts, orders = ENTITIES["contracts"], ENTITIES["orders"]
    if set(map(id, even)) != {id(contracts), id(orders)} or not named_after(contracts, table):
        return []
    runs = {"starts_on", "ends_on"} <= set(held.named(contracts))
    return [contracts] if runs and not named_after(orders, table) else []


def _of_subscribers(table: Table, held: Held, ranked: list[Entity], even: list[Entity]) -> list[Entity]:
    """Choose customers where each row is of another one, with a contract that has no number of its own.

    They must say more of the customer than a contract can hold, or name nobody: a list of contracts is of customers
    whom another file names, and where it is called one, it is one.
    """
    customers, contracts = ENTITIES["customers"], ENTITIES["contracts"]
    mapping, terms = held.mapping(customers), held.named(contracts)
    if customers not in ranked or contracts not in even or len(even) > 1 + (customers in even):
        return []
    if "contract_id" in terms or not _one_each(held.seen, mapping, "customer_id"):
        return []
    says_more = len(even) == 2 and customers in even and len(held.seen.columns) - len(mapping) >= _MORE
    nameless = {*_WHO} & set(terms) == {"customer_id"} and not named_after(contracts, table)
    return [customers] if says_more or nameless else []


def _by_their_words(held: Held, even: list[Entity]) -> list[Entity]:
    """Of entities that are about equally likely those for which the cells speak: "opened" is of emails, "call" is not.

    Those without a column of known words are kept unless the words of exactly one other are there.
    """
    if len(even) == 1:
        return even
    known = {entity.name: _knows_its_words(held, entity) for entity in even}
    sure = [entity for entity in even if known[entity.name]]
    return sure if len(sure) == 1 else [entity for entity in even if known[entity.name] is not False] or even


def _knows_its_words(held: Held, entity: Entity) -> bool | None:
    """Whether most cells of an entity's columns of known words are such words; None where it has no such column."""
    kinds = {one.name: one.kind for one in entity.fields}
    known = [
        is_word(WORDS[kinds[name]], cell)
        for column, cells in zip(held.seen.columns, held.seen.cells, strict=True)
        if (name := held.mapping(entity).get(column, "")) and kinds.get(name) in WORDS
        for cell in cells
    ]
    return sum(known) * 2 > len(known) if known else None


def _where_more_is_named(table: Table, held: Held, entity: Entity) -> Entity | None:
    """What rows are rather: a list of sales without customers is none of products, though it names products and prices.

    Raises
    ------
    Undecided
        Most columns name something that only lacks what it needs.
    """
    contracts = ENTITIES["contracts"]
    if entity.customer == "self" and not IDENTIFIES & {*held.named(entity)}:
        # Terms of nobody are no list of customers; whose they are may be told from names in the cells.
        known = held.mapping(contracts, by_content=True).values()
        return None if lacking(contracts, known) else contracts
    own = len(held.named(entity)) + len(told(entity, table))
    called = (one for one in ENTITIES.values() if one is not entity and named_after(one, table))
    if any(len(held.named(one)) >= own + _MORE for one in called):
        return _more_is_named(table, held, own)
    if own * 2 < len(own_columns(table)) and not (told(entity, table) and named_after(entity, table)):
        return _more_is_named(table, held, own)
    return None


def _more_is_named(table: Table, held: Held, own: int) -> Entity | None:
    """The likeliest entity that has enough more names than `own`: with a column that can be nothing but what it lacks.

    Raises
    ------
    Undecided
        No such column is there.
    """
    likely = [
        (len(names), other, names)
        for other in ENTITIES.values()
        if (names := held.named(other)) and not held.describes_people(other, held.mapping(other))
    ]
    for count, other, names in sorted(likely, key=lambda one: -one[0]):
        missing = lacking(other, names)
        if missing and count >= own + _MORE:
            only_a_day = [[field.kind for field in group] for group in missing] == [["moment"]]
            if only_a_day and not lacking(other, held.mapping(other, by_content=True).values()):
                return other
            raise _lacks(table, held, other)
    return None


def _lacks(table: Table, held: Held, entity: Entity) -> Undecided:
    """Ask for a column of what rows look like."""
    missing = lacking(entity, held.named(entity))[0]
    return unreadable(table, held.seen, entity, missing) or Undecided(
        f"{table.path.name} looks like {entity.label.lower()}, but no column is {named_fields(missing)}.",
        f"Name it with --map 'Column={missing[0].name}', or say with --as what the rows are.",
        entity.name,
    )


def unreadable(table: Table, seen: Seen, entity: Entity, missing: Sequence[Field]) -> Undecided | None:
    """Ask for another column where the one whose header names what lacks has nothing that can be read as it."""
    for field in missing:
        for column in named_outright(entity, seen, field, fitting=False):
            cells = dict.fromkeys(seen.cells[seen.columns.index(column)])
            shown = " and ".join(f"“{cell[:_SHOWN]}”" for cell in list(cells)[:2])
            return Undecided(
                f"{table.path.name} looks like {entity.label.lower()}, but “{column}” cannot be read as {field.label}:"
                f" it has {shown}.",
                f"Correct these cells, or name another column with --map 'Column={field.name}'.",
                entity.name,
            )
    return None


def merged_with(mapping: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Columns to fields as they were found; what a person said comes first."""
    taken = {field for field in chosen.values() if field}
    kept = {column: field for column, field in mapping.items() if column not in chosen and field not in taken}
    return {**kept, **chosen}


def named_fields(fields: Sequence[Field]) -> str:
    """Fields as the boxes of a window name them."""
    return " or ".join(f"“{one.label}”" for one in fields)


def some_of(columns: Sequence[str]) -> str:
    """The first columns of a file, for a sentence."""
    shown = ", ".join(column.replace("\n", " ")[:40] for column in columns[:12])
    return shown + (f" and {len(columns) - 12} more" if len(columns) > 12 else "")
