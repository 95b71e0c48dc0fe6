"""The fields that a customer's ticked facts fill, for sentences with placeholders such as ``{last_order.when}``.

A second fact of the same kind has fields of its own: ``{ticket_2.opened}``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from models.values.words import capital
from services.outreach.claims import fold, sentences
from services.outreach.facts import Found
from services.outreach.templates.fields import FIELDS, FLAGS

PLACEHOLDER: Final = re.compile(r"\{\{?\s*([a-z][a-z_0-9.]*)\s*\}?\}")
_NUMBERED: Final = re.compile(r"_\d+$")
#: Several facts of these are told in one field.
_TOLD_TOGETHER: Final = frozenset({"matter", "suggestions"})
_OPEN: Final = re.compile(r"[{}]")


class UnknownSlot(Exception):
    """A sentence has a placeholder that no ticked fact fills."""


def slots_of(found: Sequence[Found], ticked: Collection[str], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what templates may use of the ticked facts, and beside it the fields of further facts of the same kind.

    Parameters
    ----------
    values
        Those of templates (``templates.fields.fill``).
    """
    slots = dict(values)
    seen: Counter[str] = Counter()
    known = {one.fact.key: one for one in found}
    for key in ticked:
        for root, filling in known[key].fillings.items() if key in known else ():
            seen[root] += 1
            if seen[root] > 1 and root not in _TOLD_TOGETHER:
                slots[f"{root}_{seen[root]}"] = filling
    return slots


def root_of(name: str) -> str:
    """Return the root of a slot's name: ``ticket`` of ``ticket_2``."""
    return _NUMBERED.sub("", name)


def texts_of(slots: Mapping[str, Any]) -> dict[str, str]:
    """Return the text of each placeholder; what is yes or no can only be asked."""
    return {path: text for name, value in slots.items() for path, text in _parts(name, value) if text}


def put_in(sentence: str, texts: Mapping[str, str]) -> str:
    """Return a sentence with its placeholders filled, with a capital where it begins with one.

    Raises
    ------
    UnknownSlot
        A placeholder is none, or something in braces is left.
    """

    def text(found: re.Match[str]) -> str:
        said = texts.get(found[1])
        if said is None:
            raise UnknownSlot(found[1])
        return capital(said) if not sentence[: found.start()].strip() else said

    made = PLACEHOLDER.sub(text, sentence)
    if _OPEN.search(PLACEHOLDER.sub("", sentence)):
        raise UnknownSlot(sentence)
    return made


def _parts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if root_of(name) in FIELDS:
            yield name, value
    elif isinstance(value, Mapping):
        for part, text in value.items():
            path = f"{root_of(name)}.{part}"
            if isinstance(text, str) and path in FIELDS and path not in FLAGS:
                yield f"{name}.{part}", text


def filled(body: str, texts: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return a body with its placeholders filled, and the sentences left out: they ask for what is not there."""
    left_out: list[str] = []
    paragraphs = []
    for paragraph in body.split("\n\n"):
        folded = fold(paragraph)
        kept: list[str] = []
        end = 0
        for span in sentences(folded):
            gap, end = paragraph[end : span.start], span.end
            try:
                said = put_in(paragraph[span.start : span.end], texts)
            except UnknownSlot:
                left_out.append(paragraph[span.start : span.end])
                continue
            kept += [gap if kept or gap.strip() else "", said]
        paragraphs.append("".join(kept).strip())
    return "\n\n".join(one for one in paragraphs if one), tuple(left_out)
