"""What the columns of a file from no known system mean: by their name, a synonym, or what stands in them.

Each proposal says how sure it is. A name counts more than a synonym, a synonym of this program's language more than one
of another, and a column whose cells do not fit loses to one whose cells do. What stands in a column decides only where
a file would lack something needed without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from models.values.money import CODES
from services.entities import ENTITIES, Entity, Field
from services.sync.formats.headers import (
    REJECT_COLUMNS,
    folded,
    known_headers,
    known_words,
    lacking,
    normal,
    numbers_rows,
    own_words,
    same_words,
    synonyms,
    without_count,
    without_prefix,
    without_unit,
    words_of,
)
from services.sync.formats.looks import (
    asks_for_score,
    asks_for_words,
    contradicts,
    is_terse,
    look,
    named_by_cells,
    named_by_role,
    second_choice,
    sides_of_calls,
    speaks_otherwise,
    tells_of_mails,
)
from services.sync.formats.settle import Proposal, settle
from services.sync.formats.terms import days_of_contracts
from services.sync.kinds.vocabulary import hints, is_nothing, listed, phrase, vocabulary
from services.sync.read import celltypes

_ASKED = 1000  # behind all that has a name of its own
#: How sure a header is that names a field in other words of this program's language.
BY_SYNONYM: Final = 0.95
_BY_NAME, _BY_LANGUAGE, _BY_WORDS = 1.0, 0.9, 0.85
_BY_PART, _BY_QUESTION, _BY_CONTENT = 0.75, 0.75, 0.6
_FROM_VALUES, _BY_PLACE = "From its values", "From its place in front and its values"
_UNFIT = 0.5
_SHARE = 0.8
_KINDS: Final = listed("kinds")
# Words that only say of what type cells are, by what stands in them: such as a header may have too much, or lack.
_TYPE_WORDS: Final = {
    celltypes.DATE: (frozenset({"id", "timestamp", "time"}), frozenset({"date"})),
    celltypes.NUMBER: (frozenset({"value", "amount"}), frozenset({"amount"})),
    celltypes.OTHER: (frozenset({"id", "name", "type", "description", "value", "text"}), frozenset[str]()),
}
#: A column without a header, as reading calls it.
UNNAMED: Final = re.compile(r"column \d+")
# Codes of places have four or five digits; numbers to call begin with 0 or + and are longer than any code.
_POSTCODE, _DIALLED, _DIGIT = re.compile(r"\d{4,5}"), re.compile(r"[+0][\d\s().\-/]{7,18}\d"), re.compile(r"\d")
# "customers.id", "stage_id/name"; and what columns of records are called that only say which one it is.
_PATH = re.compile(r"\.|/(?=(?:id|name|display_name|email)$)")
# What stands before the columns of lines in an export of orders with their lines: "Order Lines/Product".
_OF_LINES: Final = re.compile(r"^(?:(?:order|sale|invoice)[ _]?)?(?:lines?|items?)\s*/\s*(?=\w)", re.IGNORECASE)
# Who signs a contract, and what headers add to it.
_SIGNERS, _BESIDE = (frozenset(map(phrase, _KINDS["words"][name])) for name in ("signers", "beside_signers"))
_GONE_BACK = frozenset.union(*(vocabulary("order_kind")[name] for name in ("returns", "undone", "cancellations")))
_OF_SOMEBODY: Final = frozenset(
    {"name", "first_name", "last_name", "company", "email", "phone", "city", "region", "country"}
)
_LATER: Final = hints("order")["later"]
_EITHER: Final = re.compile(r"\s*/\s*|\s(?:or|ou|oder|o)\s", re.IGNORECASE)
_OF_RECORD, _OF_PLACE = (frozenset(map(words_of, _KINDS["words"][name])) for name in ("of_record", "of_place"))


@dataclass(frozen=True, slots=True)
class Seen:
    """Headers with what stands below them in a file's first rows: looked at once, however many entities it is held to.

    Attributes
    ----------
    columns
        The headers.
    plain
        The headers without a prefix that all of them share, and without what says how moments are counted.
    cells, kinds, looks
        By place: the filled cells, the type that most of them fit, and what they are (`looks.look`).
    """

    columns: tuple[str, ...]
    plain: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    kinds: tuple[str, ...]
    looks: tuple[str, ...]

    @classmethod
    def of(cls, columns: Sequence[str], sample: Sequence[Sequence[str]] = ()) -> Seen:
        """Look at the first rows of a file."""
        cells = tuple(
            tuple(
                text
                for row in sample
                if place < len(row) and (text := row[place].strip()) and not is_nothing(text, typed=True)
            )
            for place in range(len(columns))
        )
        counted = tuple(map(without_count, columns, cells))
        kinds = tuple(
            celltypes.DATE if count else celltypes.column_type(column, _SHARE)
            for count, column in zip(counted, cells, strict=True)
        )
        bare = [_OF_LINES.sub("", header) for header in without_prefix(columns)]
        plain = tuple(count or header for count, header in zip(counted, bare, strict=True))
        return cls(tuple(columns), plain, cells, kinds, tuple(map(look, cells)))


def propose(entity: Entity, seen: Seen, *, by_content: bool = False) -> dict[str, Proposal]:
    """Map columns to fields of an entity; each field is given once, to the column that stands for it best.

    Parameters
    ----------
    seen : Seen
        The headers, and the file's first rows.
    by_content : bool
        Whether what the entity needs and no header names may be told from what stands in the columns.

    Returns
    -------
    dict of str to Proposal
        By column, in the file's order.
    """
    claims = []
    columns, hosts = seen.columns, _hosts(seen)
    texts = tuple(map(frozenset, seen.cells))
    for place, (column, cells, kind) in enumerate(zip(columns, seen.cells, seen.kinds, strict=True)):
        if column in REJECT_COLUMNS:
            continue
        looks = seen.looks[place]
        for rank, one in _claims(entity, seen.plain[place], kind, looks, cells):
            field = entity.field(one.field)
            if field is not None and (
                # A header that stands for a field only where no text comes twice below it.
                (normal(column) in set(map(normal, field.once)) and len(set(cells)) < len(cells))
                or contradicts(entity, field, column, cells, looks)
                or (field.role == "customer" and seen.plain[place] in hosts)
            ):
                continue
            fitting = field is None or fits(field, kind)
            if not fitting and one.confidence < _BY_NAME:
                continue
            unfit = Proposal(one.field, one.confidence - _UNFIT, f"{one.why}, though few cells fit")
            # Of two columns that may say what happened, the one with words that are known says it.
            other = (
                field is not None
                and fitting
                and (speaks_otherwise(field, cells) or second_choice(field, column) or is_terse(field, cells))
            )
            claims.append((not fitting, rank + _ASKED * other, place, one if fitting else unfit))
        if place == 0 and numbers_rows(seen.plain[place], cells, looks):
            claims.append((False, _ASKED - 1, place, Proposal(entity.key, _BY_PART, _BY_PLACE)))
        if entity.name == "email_events" and tells_of_mails(cells):
            claims.append((False, _ASKED - 1, place, Proposal("kind", _BY_CONTENT, _FROM_VALUES)))
        if entity.name == "surveys":
            claims += [(False, _ASKED, place, one) for one in _asked(column, cells)]
    found: dict[str, Proposal] = {}
    taken: set[str] = set()
    by_field: dict[str, list[int]] = {}
    for _, _, place, one in claims:
        by_field.setdefault(one.field, []).append(place)
    # A column that has nothing but a part of what another one has, such as an address or a number, gives way to it.
    behind = {
        (place, name)
        for name, places in by_field.items()
        for place in places
        if any(_gives_way(entity, name, seen, texts, place, other) for other in places)
    }
    for _, _, place, proposal in sorted(claims, key=lambda one: ((one[2], one[3].field) in behind, *one[:3])):
        if proposal.field not in taken and columns[place] not in found:
            found[columns[place]] = proposal
            taken.add(proposal.field)
    claimed = [(columns[place], one.field) for _, _, place, one in claims]
    mapping = settle(entity, found, claimed, dict(zip(columns, seen.cells, strict=True)))
    if by_content:
        mapping |= _by_content(entity, seen, mapping)
    return {column: mapping[column] for column in columns if column in mapping}


def fits(field: Field, kind: str) -> bool:
    """Whether cells of a type may be what a field is."""
    wanted = _KINDS["fits"].get(field.kind)
    return wanted is None or kind in (celltypes.EMPTY, celltypes.OTHER, *wanted)


def _gives_way(entity: Entity, name: str, seen: Seen, texts: Sequence[frozenset[str]], place: int, other: int) -> bool:
    """Whether a column has nothing below it, or fewer of the same addresses or numbers than another column.

    Nor does a word that stands in every row say what was bought and what came back, where another column does.
    """
    field = entity.field(name)
    if field is not None and field.kind == "order_kind" and len(texts[place]) == 1:
        return not _GONE_BACK.isdisjoint(map(phrase, texts[other]))
    if field is not None and field.role == "key" and not entity.with_lines:
        # A number that recurs names what several rows belong to: a conversation, and not its message.
        full = len(seen.cells[place]) == len(seen.cells[other])
        return full and len(texts[place]) < len(seen.cells[place]) and len(texts[other]) == len(seen.cells[other])
    if field is not None and field.kind == "moment" and seen.kinds[place] == seen.kinds[other] == celltypes.DATE:
        # A day beside the moment on it: "event_date", "event_ts".
        clocked = all(":" in text for text in texts[other]) and not any(":" in text for text in texts[place])
        same_day = clocked and texts[place] <= {text[:10] for text in texts[other]}
        # What happened has a day in every row: of something that came later, as a payment, many rows lack it.
        rows = max(map(len, seen.cells))
        seldom = len(seen.cells[place]) < _SHARE * rows == _SHARE * len(seen.cells[other])
        return same_day or (field.required and seldom and _LATER.search(phrase(seen.plain[place])) is not None)
    fewer = len(seen.cells[place]) < len(seen.cells[other])
    reached = seen.looks[place] in ("email", "phone") and texts[place] <= texts[other]
    return fewer and (not seen.cells[place] or reached)


def _asked(column: str, cells: Sequence[str]) -> Iterable[Proposal]:
    """What a survey's question stands for: forms export it as the header of its answers."""
    if asks_for_score(column, cells):
        yield Proposal("score", _BY_QUESTION, "By its question and the numbers that answer it")
    elif asks_for_words(column, cells):
        yield Proposal("comment", _BY_QUESTION, "By its question and the words that answer it")


def _hosts(seen: Seen) -> frozenset[str]:
    """Headers of who works here, where others say the same of a customer or guest: "User email", "Invitee email".

    Where a call has two numbers, the customer is who has the other one, and a user is one's own.
    """
    words = {column: same_words(column) for column in seen.plain}
    guests = {one - {"customer"} for one in words.values() if "customer" in one}
    guests -= {frozenset(), frozenset({"id"})}
    of_hosts = [column for column, one in words.items() if one & vocabulary("whose")["hosts"]]
    beside = any(words[column] - vocabulary("whose")["hosts"] in guests for column in of_hosts)
    return frozenset(of_hosts) if beside or sides_of_calls(seen.columns, seen.cells, seen.looks) else frozenset()


def named_outright(entity: Entity, seen: Seen, field: Field, *, fitting: bool = True) -> list[str]:
    """Columns whose whole header stands for a field, and whose cells fit, or do not."""
    return [
        column
        for column, plain, cells, kind, looks in zip(
            seen.columns, seen.plain, seen.cells, seen.kinds, seen.looks, strict=True
        )
        if fits(field, kind) is fitting
        and any(
            one.field == field.name and one.confidence >= _BY_WORDS
            for _, one in _claims(entity, plain, kind, looks, cells)
        )
    ]


def fields_of(proposals: Mapping[str, Proposal]) -> dict[str, str]:
    """Column to field."""
    return {column: proposal.field for column, proposal in proposals.items()}


def _claims(entity: Entity, column: str, kind: str, looks: str, cells: Sequence[str]) -> Iterable[tuple[int, Proposal]]:
    """The fields that a header may stand for, each once with its rank over all headers; the lowest is the likeliest."""
    seen: set[str] = set()
    for rank, one in _claims_of_all_sorts(entity, column, kind, looks, cells):
        if one.field not in seen:
            seen.add(one.field)
            yield rank, one


def _claims_of_all_sorts(
    entity: Entity, column: str, kind: str, looks: str, cells: Sequence[str]
) -> Iterable[tuple[int, Proposal]]:
    known, others = known_headers(entity), synonyms(entity)
    for shift, header in ((0, column), (200, without_unit(column))):
        for name, rank in known.get(normal(header), ()):
            sure, why = (_BY_NAME, "By its name") if rank < 2 else (BY_SYNONYM, "By its header")
            yield rank + shift, Proposal(name, sure, why)
        for name, rank, language in others.get(folded(header), ()):
            yield 100 + rank + shift, Proposal(name, _BY_LANGUAGE, f"By its {language} header")
    for name in named_by_cells(entity, column, looks):
        yield 300, Proposal(name, _BY_WORDS, "By its header and its values")
    for shift, words, sure, why in (
        (400, same_words(column), _BY_WORDS, "By the words of its header"),
        (500, same_words(without_unit(column)), _BY_WORDS, "By the words of its header"),
        (600, own_words(entity, column), _BY_PART, "By part of its header"),
        (620, own_words(entity, without_unit(column)), _BY_PART, "By part of its header"),
    ):
        for name, rank in known_words(entity).get(words, ()):
            yield rank + shift, Proposal(name, sure, why)
    for name in _set_apart(entity, column, cells):
        yield 650, Proposal(name, _BY_WORDS, "By the words of its header")
    for name in _within(entity, column):
        yield 700, Proposal(name, _BY_WORDS, "By its own part of the header")
    for name in (*_loosely(entity, column, kind), *named_by_role(entity, column, looks)):
        yield 800, Proposal(name, _BY_PART, "By part of its header")


def _set_apart(entity: Entity, column: str, cells: Sequence[str]) -> Iterable[str]:
    """Fields that a header names once it is rid of whose they are and which of several: "Country - Home".

    Only who the customer is and how to reach them comes in several kinds, and only what a line of an order has is said
    "of the product".
    """
    words, known = same_words(column), known_words(entity)
    of_line = words - frozenset(_KINDS["words"]["of_line"])
    if of_line != words:
        fields = (entity.field(name) for name, _ in known.get(of_line, ()))
        yield from (field.name for field in fields if field is not None and field.role in ("line", "item"))
    if entity.customer != "none":
        before = "" if entity.customer == "self" or entity.by_account else "customer_"
        yield from (before + name for name in _of_somebody(column))
    if "currency" in words and cells and set(cells) <= CODES and entity.field("currency") is not None:
        yield "currency"


@cache
def _of_somebody(column: str) -> tuple[str, ...]:
    """What a header says of whoever it names, in any language: "Reviewer First Name", "Rechnungsadresse Ort"."""
    people, which = known_words(ENTITIES["customers"]), frozenset(_KINDS["words"]["which"])
    parts = [words for part in _EITHER.split(column) if (words := same_words(part) - which)]
    bare = [words - vocabulary("whose")["nouns"] or words & vocabulary("whose")["firms"] for words in parts]
    named = [{name for name, _ in people.get(words, ()) if name in _OF_SOMEBODY} for words in bare]
    # A "nom" is a last name only beside a first one: that is settled by the other columns.
    return tuple(sorted(set.intersection(*named), key=lambda name: (name != "name", name))) if named else ()


def _within(entity: Entity, column: str) -> Iterable[str]:
    """Fields that a record within a record names: "source.author.email" is that of the author, "source.body" a text."""
    parts = _PATH.split(column)
    if len(parts) > 1 and " " not in column:
        known = known_headers(entity)
        for header in _named_by_path(entity, parts[-2], parts[-1]):
            yield from (name for name, _ in known.get(normal(header), ()))
            yield from (name for name, _ in known_words(entity).get(same_words(header), ()))
        if len(parts) > 2:
            yield from (name for name, _ in known.get(normal(" ".join(parts[-2:])), ()))
        fields = (entity.field(name) for name, _ in known.get(normal(parts[-1]), ()))
        yield from (field.name for field in fields if field is not None and field.kind == "long_text")


def _named_by_path(entity: Entity, above: str, last: str) -> Iterable[str]:
    """What a header says that names a table or a record and one of its columns: "customers.id", "stage_id/name"."""
    if words_of(last) in _OF_RECORD and same_words(above) - {"id"} - entity.row_words:
        yield above
    of = {word if word.endswith("ss") else word.removesuffix("s") for word in words_of(above)}
    if of & entity.row_words:
        yield last
    elif entity.customer != "none" and same_words(" ".join(of)) & vocabulary("whose")["nouns"]:
        yield last if entity.customer == "self" else f"customer {last}"
    if "address" in of and words_of(last) in _OF_PLACE:
        yield last if entity.customer == "self" else f"customer {last}"


def _loosely(entity: Entity, column: str, kind: str) -> Iterable[str]:
    """Fields that a header names but for a word that only says of what type its cells are: "gndr_cd", "Effective"."""
    words, sorts, loose = same_words(column), _KINDS["sorts"], _KINDS["words"]["loose"]
    for sort, (surplus, missing) in _TYPE_WORDS.items():
        if sort == celltypes.DATE and kind != sort and not words & missing:
            continue
        for near in (words - ({"id"} & surplus), words - surplus, words | missing, (words - surplus) | missing):
            for name, _ in known_words(entity).get(near, ()) if near and near != words else ():
                field = entity.field(name)
                if field is not None and (field.kind in sorts[sort] or (sort == "other" and name in loose)):
                    yield name


def _by_content(entity: Entity, seen: Seen, mapping: Mapping[str, Proposal]) -> dict[str, Proposal]:
    """Columns for what the entity needs and no header names, where exactly one column can be it."""
    found: dict[str, Proposal] = {}
    if entity.name == "contracts":
        days = days_of_contracts(seen, mapping, fields_of(mapping).values())
        found = {column: Proposal(name, _BY_PART, "By part of its header") for column, name in days.items()}
    groups = lacking(entity, [proposal.field for proposal in (*mapping.values(), *found.values())])
    for group in groups:
        # A day may be any day: only a header says that a contract began on it.
        for field in (one for one in group if one.role != "part"):
            free = [
                column
                for column, cells in zip(seen.columns, seen.cells, strict=True)
                if column not in mapping
                and column not in found
                and column not in REJECT_COLUMNS
                and _speaks_for(field, column, cells)
            ]
            if len(free) == 1:
                found[free[0]] = Proposal(field.name, _BY_CONTENT, _FROM_VALUES)
                break
        else:
            # Who signs a contract has names that no other rows have for a customer.
            if len(groups) == 1 and entity.name == "contracts":
                found |= _named_somebody(seen, {**mapping, **found})
    if all(map(UNNAMED.fullmatch, seen.columns)) and not entity.vague:
        found |= _nameless(entity, seen, {**mapping, **found})
    return found


def _named_somebody(seen: Seen, mapping: Mapping[str, Proposal]) -> dict[str, Proposal]:
    """The one column of names whose header says that they are those of who signed: others may be somebody else's."""
    rows = max(map(len, seen.cells), default=0)
    free = [
        column
        for column, cells, looks in zip(seen.columns, seen.cells, seen.looks, strict=True)
        if looks == "name"
        and column not in mapping
        and column not in REJECT_COLUMNS
        and not UNNAMED.fullmatch(column)
        and 2 * len(set(cells)) > len(cells) > _SHARE * rows
        and any(" " in cell for cell in cells)
        and all(map(_is_signer, _EITHER.split(column)))
    ]
    return {free[0]: Proposal("customer_name", _BY_CONTENT, _FROM_VALUES)} if len(free) == 1 else {}


def _is_signer(header: str) -> bool:
    words, phrases = same_words(header), {phrase(header)}
    return bool(phrases & _SIGNERS) or bool(words & _SIGNERS and words <= _SIGNERS | _BESIDE)


def _nameless(entity: Entity, seen: Seen, mapping: Mapping[str, Proposal]) -> dict[str, Proposal]:
    """What ids and currencies are in a file that names no column: the first ids are those of its rows if none is twice.

    Further ids say whose the rows are where only one column has any.
    """
    free = [place for place, column in enumerate(seen.columns) if column not in mapping]
    rows = max(map(len, seen.cells), default=0)
    people = _people(seen, free) if entity.customer == "self" else {}
    free = [place for place in free if place not in people]
    ids = [place for place in free if seen.looks[place] == "id" and len(seen.cells[place]) == rows > 1]
    found = {seen.columns[place]: Proposal(name, _BY_CONTENT, _FROM_VALUES) for place, name in people.items()}
    if ids and len(set(seen.cells[ids[0]])) == rows:
        found[seen.columns[ids.pop(0)]] = Proposal(entity.key, _BY_CONTENT, _FROM_VALUES)
    if len(ids) == 1 and entity.field("customer_id") is not None and entity.key != "customer_id":
        found[seen.columns[ids[0]]] = Proposal("customer_id", _BY_CONTENT, _FROM_VALUES)
    codes = [place for place in free if seen.cells[place] and set(seen.cells[place]) <= CODES]
    if len(codes) == 1 and entity.field("currency") is not None:
        found[seen.columns[codes[0]]] = Proposal("currency", _BY_CONTENT, _FROM_VALUES)
    return found


def _people(seen: Seen, free: Sequence[int]) -> dict[int, str]:
    """What a list of people without headers says of them: names, numbers to call, the city by its code."""
    found: dict[int, str] = {}
    for place in free:
        cells, named = seen.cells[place], found.values()
        after = seen.cells[place - 1] if place else ()
        if "name" not in named and seen.looks[place] == "name":
            found[place] = "name"
        elif "phone" not in named and _all_match(cells, _DIALLED):
            found[place] = "phone"
        elif "city" not in named and _all_match(after, _POSTCODE) and not any(map(_DIGIT.search, cells)):
            found[place] = "city"
    return found


def _all_match(cells: Sequence[str], form: re.Pattern[str]) -> bool:
    return len(cells) > 1 and all(map(form.fullmatch, cells))


def _speaks_for(field: Field, column: str, cells: Sequence[str]) -> bool:
    telling = _KINDS["telling"].get(field.kind)
    if telling is None or len(cells) < 2 or celltypes.column_type(cells, 0.9) != telling:
        return False
    if field.kind != "money":
        return True
    if not vocabulary("no_amounts")["words"].isdisjoint(words_of(column)):
        return False
    cents = sum(1 for cell in cells if not cell.isdigit() and cell.strip("-+()").strip()[-3:-2] in (".", ","))
    signs = sum(1 for cell in cells if any(sign in cell for sign in "€$£¥"))
    return max(cents, signs) * 2 > len(cells)
