"""What columns mean beside the others of their file: firms beside people, amounts beside their discounts.

Apart from `propose`, which looks at each column by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from services.entities import ENTITIES, Entity
from services.sync.formats.headers import own_words, same_words, words_of
from services.sync.formats.looks import look, second_choice
from services.sync.kinds.memo import Unfit
from services.sync.kinds.numbers import plain_number
from services.sync.kinds.vocabulary import vocabulary

# What only a line of an order has: where none of these is, a row is an order.
_OF_A_LINE: Final = frozenset({"line_id", "product", "unit_price"})
Cells = Mapping[str, Sequence[str]]
#: Below this, a person is told what a column was taken for.
SURE = 0.8


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a column may mean.

    Attributes
    ----------
    field
        Name of the field.
    confidence
        0–1; below `SURE` a person is told.
    why
        In words, as the window shows it.
    """

    field: str
    confidence: float
    why: str


def settle(
    entity: Entity, found: Mapping[str, Proposal], claimed: Sequence[tuple[str, str]], cells: Cells
) -> dict[str, Proposal]:
    """Look again at what each column was taken for by itself.

    Parameters
    ----------
    found : mapping of str to Proposal
        By column.
    claimed : sequence of (str, str)
        Columns with all fields that they may stand for.
    cells : mapping of str to sequence of str
        The filled cells of each column.
    """
    mapping = dict(found)
    _name_the_company(entity, mapping)
    _name_the_customer(entity, mapping, cells)
    _name_the_customers_company(entity, mapping, claimed, cells)
    _take_codes_for_the_item(mapping, claimed, cells)
    _prefer_own_id(entity, mapping, cells)
    _name_the_number(entity, mapping, claimed)
    _settle_code(entity, mapping, claimed, cells)
    _leave_out_ledgers(entity, mapping, cells)
    if entity.name == "orders":
        _leave_out_subtotals(mapping, claimed, cells)
        _take_what_was_paid(mapping, [column for column, field in claimed if field == "amount"], cells)
    return mapping


def _places(mapping: Mapping[str, Proposal]) -> dict[str, str]:
    return {one.field: column for column, one in mapping.items()}


def _name_the_company(entity: Entity, mapping: dict[str, Proposal]) -> None:
    """Beside a person's first name, "Account" is the company and "Name" the last name; a "Nom" alone is whole."""
    places = _places(mapping)
    alone = places.get("last_name", "")
    if alone and not {"name", "first_name"} & set(places):
        whole = same_words(alone) - vocabulary("whose")["nouns"] <= vocabulary("whose")["named"]
        if whole and entity.field("name") is not None:
            mapping[alone] = replace(mapping[alone], field="name")
        return
    if not {"name", "first_name"} <= set(places) or entity.field("last_name") is None:
        return
    column = places["name"]
    words = same_words(column) - vocabulary("whose")["named"]
    if words and words <= vocabulary("whose")["firms"] and entity.field("company") is not None:
        if "company" not in places:
            mapping[column] = replace(mapping[column], field="company")
    elif "last_name" not in places:
        mapping[column] = replace(mapping[column], field="last_name")


def _name_the_customer(entity: Entity, mapping: dict[str, Proposal], cells: Cells) -> None:
    """Beside a customer's first name, a name of one word is the last name."""
    places = _places(mapping)
    column = places.get("customer_name")
    if column is None or "customer_first_name" not in places or entity.field("customer_last_name") is None:
        return
    one_word = len(set(words_of(column)) - vocabulary("whose")["nouns"]) == 1
    bare = one_word and not _is_firm(column) and look(cells[column]) != "name"
    if bare and "customer_last_name" not in places:
        mapping[column] = replace(mapping[column], field="customer_last_name")


def _name_the_customers_company(
    entity: Entity, mapping: dict[str, Proposal], claimed: Sequence[tuple[str, str]], cells: Cells
) -> None:
    """The company for which a person orders or asks is not the name of that person."""
    places = _places(mapping)
    person = places.get("customer_last_name") or places.get("customer_name")
    if entity.field("customer_company") is None or "customer_company" in places or person is None:
        return
    named = places.get("customer_name", "")
    if "customer_last_name" in places and _is_firm(named):
        mapping[named] = replace(mapping[named], field="customer_company")
        return
    people = (one for one, field in claimed if field == "customer_name" and one not in mapping and not _is_firm(one))
    if _is_firm(named) and (other := next(people, "")):
        mapping[other], person = mapping.pop(named), other
    firms = (column for column in cells if column not in mapping and _is_firm(column))
    for column in firms:
        if look(cells[column]) not in ("id", "phone", "email") and not _is_firm(person):
            why = "From its header, next to a person’s name"
            mapping[column] = Proposal("customer_company", mapping[person].confidence, why)
            return


def _is_firm(header: str) -> bool:
    """Whether a header names a company, and no account: "Organization", "Company name", "billing_company"."""
    words = same_words(header) - vocabulary("whose")["named"]
    return bool(words) and words <= vocabulary("whose")["firms"] - {"account", "customer"}


def _take_codes_for_the_item(mapping: dict[str, Proposal], claimed: Sequence[tuple[str, str]], cells: Cells) -> None:
    """An "Item" with codes below it is a product's code where another column describes the product."""
    places = _places(mapping)
    column = places.get("product")
    if column is None or "sku" in places or look(cells[column]) != "id":
        return
    words = (other for other, field in claimed if field == "product" and other not in mapping)
    named = next((other for other in words if look(cells[other]) != "id"), None)
    if named is not None:
        mapping[named] = mapping[column]
        mapping[column] = replace(mapping[column], field="sku", why="From its values, next to a description")


def _settle_code(
    entity: Entity, mapping: dict[str, Proposal], claimed: Sequence[tuple[str, str]], cells: Cells
) -> None:
    """A barcode beside a product's own number is not its code, nor is a bare number that never recurs.

    Such a number is that of the row itself, unless another column is.
    """
    places, key = _places(mapping), entity.key
    column = places.get("sku")
    if column is None:
        return
    spare = "product_id" in places and second_choice(entity.field("sku"), column)
    once = len(set(cells[column])) == len(cells[column]) > 1
    of_product = same_words(column) & ENTITIES["products"].row_words
    bare = entity.customer != "none" and own_words(entity, column) == {"id"} and not of_product
    of_row = bare and (same_words(column) != {"id"} if key in places else once and (column, key) in claimed)
    if spare or of_row or (bare and once and not {*_OF_A_LINE, "quantity"} & set(places)):
        found = mapping.pop(column)
        if once and not spare and key not in places and (column, key) in claimed:
            mapping[column] = replace(found, field=key)


def _prefer_own_id(entity: Entity, mapping: dict[str, Proposal], cells: Cells) -> None:
    """An "id" in front that never recurs is the row's own, and an "Invoice ID" beside it that of another record."""
    first, other = next(iter(cells), ""), _places(mapping).get(entity.key, "")
    rows = max(map(len, cells.values()), default=0)
    if words_of(first) != ("id",) or not len(set(cells[first])) == len(cells[first]) == rows > 1:
        return
    named = same_words(other) - {"id"}
    if not other or other == first or named <= {entity.name.removesuffix("s")} or len(set(cells[other])) < rows:
        return
    mapping[first] = mapping.pop(other)


def _name_the_number(entity: Entity, mapping: dict[str, Proposal], claimed: Sequence[tuple[str, str]]) -> None:
    """Beside an invoice's id its number is what people know it by: "Invoice ID", "Invoice Number"."""
    places, key = _places(mapping), entity.key
    if entity.field("number") is None or "number" in places or key not in places:
        return
    for column, field in claimed:
        named = same_words(column) - {"id"}
        if field == key and column not in mapping and named and named <= entity.row_words:
            mapping[column] = replace(mapping[places[key]], field="number")
            return


def _leave_out_ledgers(entity: Entity, mapping: dict[str, Proposal], cells: Cells) -> None:
    """An account that is one and the same for all customers is one of the books, "200", and a name is one's own."""
    places = _places(mapping)
    people = [cells[places[name]] for name in ("customer_email", "customer_name") if name in places]
    if entity.customer == "self" or not any(len(set(one)) > 1 for one in people):
        return
    for field in ("customer_id", "customer_name"):
        column = places.get(field, "")
        same = len(cells.get(column, ())) > 1 and len(set(cells[column])) == 1
        if same and (field == "customer_name" or "account" in words_of(column)):
            del mapping[column]


def _is_an_order(mapping: Mapping[str, Proposal], cells: Cells) -> bool:
    """Whether each row is an order as a whole: it has an id that never recurs, and nothing of a line."""
    places = _places(mapping)
    orders = cells.get(places.get("order_id", ""), ())
    return len(set(orders)) == len(orders) > 1 and not {*_OF_A_LINE, "sku"} & set(places)


def _leave_out_subtotals(mapping: dict[str, Proposal], claimed: Sequence[tuple[str, str]], cells: Cells) -> None:
    """A subtotal beside the total of an order is not a line of it, and alone it is the total."""
    places = _places(mapping)
    column = places.get("line_total", "")
    words = set(words_of(column))
    of_all = "subtotal" in words and not words & {"line", "lines"} and {"amount", "unit_price"} <= set(places)
    if not column or not (of_all or _is_an_order(mapping, cells)):
        return
    found = mapping.pop(column)
    if "amount" not in places:
        mapping[column] = replace(found, field="amount") if (column, "amount") in claimed else found


def _take_what_was_paid(mapping: dict[str, Proposal], amounts: Sequence[str], cells: Cells) -> None:
    """Where another column is the amount less its discount, that is what was paid."""
    places = _places(mapping)
    if not {"amount", "discount"} <= set(places):
        return
    whole, off = (cells[places[field]] for field in ("amount", "discount"))
    for column in amounts:
        if column not in mapping and any(_is_less(whole, off, cells[column], comma) for comma in (False, True)):
            before = mapping.pop(places["amount"])
            mapping[column] = replace(before, why="By its header: the amount after the discount")
            return


def _is_less(whole: Sequence[str], off: Sequence[str], left: Sequence[str], comma: bool) -> bool:
    """Whether amounts are others less their discounts; discounts may be empty, and at least one is not zero."""
    try:
        amounts, discounts, rest = (
            [abs(Decimal(plain_number(cell, comma))) for cell in one] for one in (whole, off, left)
        )
    except Unfit:
        return False
    if len(amounts) != len(rest):
        return False
    given = [discount for discount in discounts if discount]
    return bool(given) and given == [one - other for one, other in zip(amounts, rest, strict=True) if one != other]
