"""The words of alerts: the store keeps the rule, which of its texts holds, and the figures.

A reason is stored as JSON {rule, text, figures}: ``text`` names a variant of the rule's reason ('' for the plain one),
``figures`` has what its words show. Money is in minor units of ``currency``, days are ISO. Besides: ``more`` of its
kind, ``held`` since the files stopped coming, the stage at which its deal ``ended``, and the figure that a
person has ``overridden``; of a watched metric only its figure (``watch``). What an earlier version stored in words is
shown as it is. The words themselves are the rules' (``resources/rules``).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from models.values import words
from models.values.anomalies import ORDERS, about, channel_title
from models.values.deals import CLOSED
from models.values.overrides import FIGURES, model_words, value_words
from models.values.spoken import Spoken, spoken_in
from models.values.watches import reason_of
from services.book.sources import held_words

RULE_FILES: Final = Path(__file__).resolve().parents[2] / "resources" / "rules"
#: ``{measure:kind}``, or ``{measure:kind:one|other}``.
PLACEHOLDER: Final = re.compile(r"\{(\w+)(?::(\w+))?(?::([^|}]*)\|([^}]*))?\}")
#: What a rule about something else than a customer counts further ones of.
_NOUNS: Final = {"deal": "deal", "product": "product", "book": "source"}
_BETWEEN: Final = re.compile(r"([,;] )")
#: How words are known that were not written by the customer.
_SPOKEN: Final[dict[Spoken, str]] = {
    "phone": "Said on the phone",
    "meeting": "Said in a meeting",
    "note": "Noted",
}
#: Where words stand that came through no channel.
_WRITTEN_IN: Final = {"reviews": "review", "surveys": "survey"}
_SHOWN: Final = 60
#: What goes on besides a channel that fell, where it is no channel of activity: by its code.
CONTACT: Final = "contact"
_GOES_ON: Final = {ORDERS: "they still order", CONTACT: "they still get in touch"}

#: Stands for a name that is not known.
UNNAMED: Final = "-"

#: Measures that count the same.
_SAME: Final = {"trouble_tickets": "unhappy_tickets_60d"}

Fact = tuple[str, Any]
_Say = Callable[[Any, str, str, str, date], str]


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a reason between two commas or semicolons, and what it tells: measures with their values.

    `between`: what stands before it where it is not the first.
    """

    between: str
    words: str
    facts: frozenset[Fact]


@dataclass(frozen=True, slots=True)
class _Part:
    """Of a template: a literal text, or with a name a placeholder."""

    text: str
    name: str = ""
    kind: str = ""
    one: str = ""
    other: str = ""


# -- what is stored -------------------------------------------------------------------------------------------------


def reason_writer(
    rule: str, code: str, template: str, columns: Mapping[str, int], known: Mapping[str, Any], limits: Collection[float]
) -> Callable[[Sequence[Any], str], str]:
    """Return a function that makes a stored reason of a row of figures and a currency.

    Parameters
    ----------
    code, template
        Which of the rule's texts it is, and that text.
    columns
        Where each measure stands in the rows.
    known
        The rule's own words among the placeholders.
    limits
        Figures that others are compared with: a number that only rounding makes one of them keeps a decimal.
    """
    head: dict[str, Any] = {"rule": rule, "text": code}
    if _templates(rule).get(code) != template:
        head["template"] = template  # a rule of the book's own, or of an older program
    named = list(dict.fromkeys((match[1], match[2] or "text") for match in PLACEHOLDER.finditer(template)))
    fixed = {name: known[name] for name, _ in named if name in known}
    figures = [
        (name, columns[name], cache(lambda value, kind=kind: _kept(value, kind, limits)))
        for name, kind in named
        if name not in fixed
    ]
    has_money = any(kind == "money" for _, kind in named)

    def write(row: Sequence[Any], currency: str) -> str:
        kept = {name: None if row[at] is None else keep(row[at]) for name, at, keep in figures}
        document = {**head, "figures": {**fixed, **kept}}
        if has_money:
            document["currency"] = currency
        return json.dumps(document, ensure_ascii=False)

    return write


def _kept(value: Any, kind: str, limits: Collection[float]) -> Any:
    """A figure as it is stored: as exact as its words need it."""
    if kind in ("quote", "rated"):
        return json.loads(value)
    if isinstance(value, str):
        return value
    if kind in ("money", "days", "count", "further"):
        return round(value)
    if kind == "number":
        near = value not in limits and any(words.whole(float(value)) == words.whole(limit) for limit in limits)
        return round(float(value), 1) if near else int(words.whole(float(value)).replace(",", ""))
    return round(value, 1 if kind == "decimal" else 6) if isinstance(value, float) else value


def watch_reason(rule: str, figures: Mapping[str, Any]) -> str:
    """The stored reason of a watched metric; `figures`: those of `models.values.watches`."""
    return json.dumps({"rule": rule, "watch": figures}, ensure_ascii=False)


def watched_figure(stored: str) -> dict[str, Any] | None:
    """The figure of a watched metric that a stored reason tells, None for another one."""
    return _document(stored).get("watch")


def with_part(stored: str, **parts: Any) -> str:
    """A stored reason with other parts besides its figures; those that are None are taken out."""
    document = {**_document(stored), **parts}
    document = {name: value for name, value in document.items() if value is not None}
    return document["said"] if document.keys() == {"said"} else json.dumps(document, ensure_ascii=False)


def _document(stored: str) -> dict[str, Any]:
    if not stored.startswith("{"):
        return {"said": stored}
    document: dict[str, Any] = json.loads(stored)
    return document


# -- what is shown --------------------------------------------------------------------------------------------------


def reason_words(stored: str, today: date) -> str:
    """Return a stored reason in words; days are named as seen from `today`."""
    document = _document(stored)
    said = "".join(one.between + one.words for one in _clauses(document, today))
    return _overridden(document["overridden"], said) if "overridden" in document else said


def reason_clauses(stored: str, today: date) -> tuple[Clause, ...]:
    """Return the parts of a stored reason with the facts that they tell; what was stored in words tells none.

    What a person overrode is one part: without the rest it would say something else.
    """
    document = _document(stored)
    clauses = _clauses(document, today)
    if "overridden" not in document:
        return clauses
    facts = frozenset({("overridden", document["overridden"]["figure"])}).union(*(one.facts for one in clauses))
    return (Clause("", reason_words(stored, today), facts),)


def _overridden(override: Mapping[str, Any], said: str) -> str:
    """Say what a person set, what the model says, and what the rule had said.

    "Overridden to 20 %; model: 81 % · 81 % likely not to order within 90 days"
    """
    figure, currency = override["figure"], override["currency"]
    # A row shows the risk beside its words: only other figures have to be named.
    head = "Overridden" if figure == "churn_risk" else f"{words.capital(FIGURES[figure])} overridden"
    value, model = value_words(figure, override["value"], currency), model_words(figure, override["computed"], currency)
    return f"{head} to {value}; model: {model} · {said}"


def _clauses(document: Mapping[str, Any], today: date) -> tuple[Clause, ...]:
    if "said" in document:
        return (Clause("", document["said"], frozenset()),)
    if "watch" in document:
        return (Clause("", reason_of(document["watch"]), frozenset()),)
    figures, currency = document["figures"], document.get("currency", "")
    template = document.get("template") or _templates(document["rule"]).get(document["text"])
    if not template or _asked(template) - figures.keys():
        # Of a rule that this program does not know, or words of another version that ask for other figures.
        template = _definition(document["rule"]).get("title") or words.capital(document["rule"].replace("_", " "))
    found: list[Clause] = []
    for between, parts in _parsed(template):
        said = "".join(
            _SAYS[one.kind](figures.get(one.name), one.one, one.other, currency, today) if one.name else one.text
            for one in parts
        )
        facts = [fact for one in parts if one.name for fact in _facts(one, figures.get(one.name))] or [("", said)]
        found.append(Clause(between, said if found else words.capital(said), frozenset(facts)))
    if more := document.get("more"):
        noun = _NOUNS[_definition(document["rule"]).get("subject", "deal")]
        found.append(Clause("; ", f"{words.count(more, f'more {noun}')} like this", frozenset({("more", more)})))
    if held := document.get("held"):
        found.append(Clause("; ", held_words(*held), frozenset({("held", held[1])})))
    if ended := document.get("ended"):
        found.append(Clause("; ", ended_words(ended), frozenset({("ended", ended)})))
    return tuple(found)


def ended_words(stage: str) -> str:
    """Return what became of the deal of an alert: ``deal won``, ``deal moved to Negotiation``."""
    return f"deal {stage.lower()}" if stage in CLOSED else f"deal moved to {stage}"


def _facts(part: _Part, value: Any) -> Sequence[Fact]:
    """What is told by whatever measure is called alike: a sentence of theirs with its day, or a rating.

    Of what the words are about without showing it, the value is not told.
    """
    if part.kind == "known":
        return ((part.name, None),)
    if part.kind == "quote" and value:
        return ("said", value[0]), ("said_in", value[1]), ("said_on", value[3])
    if part.kind in ("said", "rated"):
        return ((part.kind, tuple(value) if isinstance(value, list) else value),)
    return ((_SAME.get(part.name, part.name), value),)


@cache
def _parsed(template: str) -> tuple[tuple[str, tuple[_Part, ...]], ...]:
    """The template's clauses, each with what stands before it."""
    clauses: list[tuple[str, list[_Part]]] = [("", [])]

    def add(text: str) -> None:
        first, *rest = _BETWEEN.split(text)
        if first:
            clauses[-1][1].append(_Part(first))
        for between, said in zip(rest[::2], rest[1::2], strict=True):
            clauses.append((between, [_Part(said)] if said else []))

    end = 0
    for match in PLACEHOLDER.finditer(template):
        add(template[end : match.start()])
        clauses[-1][1].append(_Part("", match[1], match[2] or "text", match[3] or "", match[4] or ""))
        end = match.end()
    add(template[end:])
    return tuple((between, tuple(parts)) for between, parts in clauses)


@cache
def _asked(template: str) -> frozenset[str]:
    """Return the measures that a template names with “no” and without a figure."""
    parts = (one for _, clause in _parsed(template) for one in clause if one.name)
    return frozenset(one.name for one in parts if _SAYS[one.kind](None, "", "", "", date.min) == "no")


@cache
def _definition(rule: str) -> Mapping[str, Any]:
    """A rule as the program brings it, {} for one that it does not."""
    path = RULE_FILES / f"{rule}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if rule.isidentifier() and path.exists() else {}


def _templates(rule: str) -> dict[str, str]:
    """The texts of a rule by their code."""
    known = _definition(rule)
    return {one["code"]: one["text"] for one in known.get("reasons", ())} | {"": known.get("reason", "")}


def _text(value: Any, _one: str, _other: str, _currency: str, _today: date) -> str:
    return str(value).replace("_", " ")


def _day(value: str, one: str, other: str, _currency: str, today: date) -> str:
    return f"{one}{words.day(date.fromisoformat(value), today)}{other}"


def _rated(value: Sequence[Any], _one: str, _other: str, _currency: str, today: date) -> str:
    """Return ``Rated 1 of 5 on 12 Nov: Late delivery``, of a survey ``Gave 2 of 10 in the survey of 12 Nov``.

    Of a ticket whose day of rating is not known: ``Rated 1 of 5: Late delivery, ticket of 12 Nov``.
    """
    given, scale, on, dated, what, origin = value
    day, marks = words.day(date.fromisoformat(on), today), f"{given:g} of {scale or 5:g}"
    if origin == "surveys":
        return f"Gave {marks} in the survey of {day}"
    named = words.shortened(what or "", _SHOWN)
    if not dated:
        return f"Rated {marks}: {f'{named}, ' if named else ''}ticket of {day}"
    return f"Rated {marks} on {day}: {named}" if named else f"Rated {marks} on {day}"


def _quote(value: Sequence[Any], _one: str, _other: str, _currency: str, today: date) -> str:
    """Return ``Wrote on 12 Nov (chat): “We leave.”``, or of a call, a meeting or a note how it is known.

    An earlier version kept a ticket's subject, and not the channel through which it came.
    """
    said, origin, what, on, *came_by = value
    channel = came_by[0] if came_by else what if origin == "conversations" else None
    day, how = words.day(date.fromisoformat(on), today), _SPOKEN.get(spoken_in(channel))
    if how:
        return f"{how}, {day}: “{said}”"
    where = _WRITTEN_IN.get(origin) or (channel or "").replace("_", " ").lower()
    return f"Wrote on {day}{f' ({where})' if where else ''}: “{said}”"


def _goes_on(value: str, _one: str, _other: str, _currency: str, _today: date) -> str:
    return _GOES_ON.get(value) or f"{channel_title(value).lower()} go on"


def _unless(none: str, say: _Say) -> _Say:
    """Say `none` of a figure that is missing."""
    return lambda value, one, other, currency, today: none if value is None else say(value, one, other, currency, today)


#: How each kind of figure is said.
_SAYS: Final[dict[str, _Say]] = {
    "text": _unless("no", _text),
    "said": _unless("no", lambda value, *_: str(value)),
    "money": _unless("no", lambda value, _one, _other, currency, _today: words.money(value, currency)),
    "percent": _unless("no", lambda value, *_: words.percent(float(value))),
    "chance": _unless("no", lambda value, *_: words.chance(float(value))),
    "decimal": _unless("no", lambda value, *_: f"{value:.1f}"),
    "number": _unless("no", lambda value, *_: f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"),
    "days": _unless("no", lambda value, *_: words.count(value, "day")),
    "count": _unless("no", lambda value, one, other, *_: words.count(value, one, other)),
    "about": _unless("no", lambda value, *_: about(value)),
    "channel": _unless("no", lambda value, *_: channel_title(value)),
    "goes_on": _unless("no", _goes_on),
    # A day between two texts, nothing without one.
    "day": _unless("", _day),
    "quote": _unless("", _quote),
    "rated": _unless("", _rated),
    "if": lambda value, one, other, *_: one if value else other,
    "further": lambda value, one, other, *_: f". {words.count(value, one, other)}" if value else "",
    "named": _unless("no", lambda value, one, *_: one if value == UNNAMED else value),
    # What the words are about without showing it.
    "known": lambda *_: "",
}
KINDS: Final = frozenset(_SAYS)
