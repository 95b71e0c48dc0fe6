"""What a sentence says of a product together with a day or a rating, against the record: another order, other stars."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from services.outreach.claims.dates import days_said
from services.outreach.claims.figures import spelled_value
from services.outreach.claims.found import Found, Part
from services.outreach.claims.lexicon import phrase
from services.outreach.claims.names import places_of

APART: Final = "its parts are of different records"
_RATED: Final = re.compile(r"(?<![\w.,/])(\d)(?:\s?/\s?|\s(?:out of|of|von|sur|de)\s)5(?![\w/]|[.,]\d)")
_LAST_WORD: Final = re.compile(r"([\w-]+) (?:pairs? of |of )?(?:the )?$")


def find_apart(part: Part) -> Iterator[Found]:
    """Yield sentences that put a product to a day, a number, a rating or a complaint that no record of it has.

    Only sentences of one product: of several it cannot be said which is meant.
    """
    known = _products(part)
    for start, end in part.sentences if known else ():
        said = part.small[start:end]
        names = {name for name in known if any(places_of(said, name))}
        if len(names) == 1 and not phrase("not_theirs").search(said):
            (name,) = names
            if _on_another_day(part, start, end, name) or _of_another_record(part, said, name):
                yield Found(start, end, "statement", label=APART)


def _on_another_day(part: Part, start: int, end: int, name: str) -> bool:
    days = [day for thing, day in part.context.record.things if thing == name]
    said = days_said(part, start, end)
    return bool(days and said) and not any(first <= day <= last for first, last in said for day in days)


def _of_another_record(part: Part, said: str, name: str) -> bool:
    record = part.context.record
    rated = _RATED.search(said)
    if rated is not None and record.ratings:
        return (name, int(rated[1])) not in record.ratings
    held = {quantity for thing, quantity in record.quantities if thing == name}
    for place in places_of(said, name):
        before = _LAST_WORD.search(said[: place.start])
        value = (spelled_value(before[1]) if not before[1].isdigit() else before[1]) if before is not None else None
        if held and value is not None and str(value) not in held:
            return True
    return bool(record.said.strip()) and phrase("voiced").search(said) is not None and not record.spoke_of(name)


def _products(part: Part) -> set[str]:
    known = {" ".join(one.lower().split()) for one in part.context.products}
    return {one for one in known | part.context.record.products if one in part.small}
