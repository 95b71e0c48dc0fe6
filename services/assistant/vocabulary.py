"""What words of a question may mean: names of the catalogue, phrases of ``resources/assistant``, values of the book."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from models.values.metrics import Condition
from services.assistant.tokens import stems
from services.metrics import Metrics, condition_of, the_catalogue, values_of
from services.metrics.catalogue import Catalogue

WORDS: Final = Path(__file__).resolve().parents[2] / "resources" / "assistant" / "words.toml"

Kind = Literal[
    "metric", "entity", "field", "value", "event", "duration", "state", "form", "top", "grain", "compare", "by", "not",
    "link", "special", "versus", "since", "filler",
]  # fmt: skip
#: Left out of phrases and questions alike before they are compared.
ARTICLES: Final = frozenset(
    ["the", "a", "an", "our", "their", "my", "your", "his", "her", "its", "any", "some", "these", "please"]
)
#: Fields whose values are words that people use for them, and that are read from the book.
_CUSTOMER_FIELDS: Final = ("tier", "owner", "segment", "region", "country", "city", "industry")
_VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "customers": _CUSTOMER_FIELDS,
    "orders": ("channel",),
    "order_lines": ("category", "product"),
    "tickets": ("kind", "channel", "agent"),
    "emails": ("campaign", "campaign_kind"),
    "deals": ("stage", "kind", "origin", "owner", "lost_reason"),
    "activities": ("kind", "subject"),
    "surveys": ("kind",),
    "conversations": ("channel",),
    "alerts": ("severity", "outcome"),
}
#: Metrics and fields of one span of days, for which questions name their own, and one that reads as somebody.
_UNNAMED: Final = frozenset(
    {
        "buying_customers",
        "not_engaged",
        "without_contact",
        "repeated_tickets",
        "since_fit_scan",
        "unengaged_60d",
        "quiet_90d",
        "unhappy",
    }
)
#: Synonyms that say too little by themselves.
_TOO_SHORT: Final = frozenset(
    {("open",), ("click",), ("active",), ("lost",), ("churn",), ("of",), ("second",), ("left",), ("run",), ("win",)}
)
#: Words beside a kind of ticket that add nothing: "late delivery", "billing problem".
_WORSE: Final = ("late", "slow", "poor", "bad", "wrong", "delayed")
_TROUBLES: Final = ("problem", "issue", "trouble", "complaint")
_PEOPLE: Final = frozenset({"owner", "agent"})


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing that a phrase may mean.

    Attributes
    ----------
    what
        The metric's, entity's, field's (`ENTITY.FIELD`), form's … name; of a value the field's.
    entity
        Whose rows it speaks of; '' for any.
    where
        The conditions that it stands for.
    metric
        The metric whose conditions it stands for.
    usual
        Of a span of days, how many are meant where none are said.
    counts
        The metric that counts such rows of a period, on the day on which they became so.
    """

    kind: Kind
    what: str
    entity: str = ""
    where: tuple[Condition, ...] = ()
    metric: str = ""
    usual: int = 0
    counts: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """Phrases, as tuples of words without endings, with what they may mean.

    Attributes
    ----------
    words
        Every known word, with the number of phrases that have it.
    """

    phrases: Mapping[tuple[str, ...], tuple[Sense, ...]]
    harmless: frozenset[str]
    words: Mapping[str, int] = field(default_factory=dict)
    longest: int = 1

    def with_values(self, values: Iterable[tuple[tuple[str, ...], Sense]], capitals: frozenset[str]) -> Vocabulary:
        """Return the vocabulary with the book's values beside it.

        Parameters
        ----------
        capitals
            Words that the question has in capitals: a value such as ME or US is meant only so.
        """
        meant = ((phrase, one) for phrase, one in values if self._is_meant(phrase, capitals))
        return _vocabulary([*_pairs(self.phrases), *meant], self.harmless)

    def _is_meant(self, phrase: tuple[str, ...], capitals: frozenset[str]) -> bool:
        short = len(phrase) == 1 and (len(phrase[0]) <= 2 or phrase[0] in self.harmless or phrase[0] in ARTICLES)
        return not short or phrase[0] in capitals


def _pairs(
    phrases: Mapping[tuple[str, ...], tuple[Sense, ...]],
) -> Iterator[tuple[tuple[str, ...], Sense]]:
    return ((phrase, one) for phrase, meanings in phrases.items() for one in meanings)


def _vocabulary(pairs: Iterable[tuple[tuple[str, ...], Sense]], harmless: frozenset[str]) -> Vocabulary:
    found: dict[tuple[str, ...], dict[Sense, None]] = {}
    for phrase, meaning in pairs:
        if phrase:
            found.setdefault(phrase, {})[meaning] = None
    words = dict.fromkeys(harmless, 0) | Counter(word for phrase in found for word in phrase)
    longest = max(map(len, found))
    return Vocabulary({phrase: tuple(each) for phrase, each in found.items()}, harmless, words, longest)


def key_of(phrase: str) -> tuple[str, ...]:
    """Return a phrase as it is looked up: its words without endings and articles."""
    return tuple(word for word in stems(phrase) if word not in ARTICLES)


@cache
def the_vocabulary() -> Vocabulary:
    """Return the phrases that every book shares."""
    said = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    catalogue = the_catalogue()
    harmless = frozenset(word for one in said["harmless"].split() for word in (*stems(one), one))
    return _vocabulary([*_named(catalogue), *_said(said, catalogue)], harmless)


def _named(catalogue: Catalogue) -> Iterator[tuple[tuple[str, ...], Sense]]:
    """What the catalogue itself calls its metrics and fields."""
    for metric in catalogue.metrics.values():
        if metric.name in _UNNAMED:
            continue
        for words in (metric.name, metric.title, *metric.synonyms):
            if key_of(words) not in _TOO_SHORT and not words.startswith("number of"):
                yield key_of(words), Sense("metric", metric.name, metric.entity)
    for entity in catalogue.entities.values():
        for one in entity.fields.values():
            if (one.everywhere and entity.name != "customers") or one.name in _UNNAMED:
                continue
            meaning = Sense("field", f"{entity.name}.{one.name}", entity.name)
            for words in (one.title, *one.synonyms):
                if key_of(words) not in _TOO_SHORT:
                    yield key_of(words), meaning
            for label in one.labels:
                if one.bands_of and " " not in label:
                    continue  # "high" and "good" are said of anything
                yield key_of(label), Sense("value", one.name, entity.name, (Condition(one.name, "=", label),))


def _said(said: Mapping[str, Any], catalogue: Catalogue) -> Iterator[tuple[tuple[str, ...], Sense]]:
    kinds: Mapping[str, Kind] = {"forms": "form", "tops": "top", "grains": "grain", "compare": "compare",
                                 "special": "special"}  # fmt: skip
    for table, kind in kinds.items():
        for name, phrases in said[table].items():
            yield from ((key_of(words), Sense(kind, name)) for words in phrases)
    singles: Mapping[str, Kind] = {"by": "by", "negations": "not", "links": "link",
                                 "versus": "versus", "since": "since", "fillers": "filler"}  # fmt: skip
    for table, kind in singles.items():
        yield from ((key_of(words), Sense(kind, words)) for words in said[table]["say"])
    for name, phrases in said["entities"].items():
        yield from ((key_of(words), Sense("entity", name, name)) for words in phrases)
    for name, phrases in said["metrics"].items():
        entity = catalogue.metrics[name].entity
        yield from ((key_of(words), Sense("metric", name, entity)) for words in phrases)
    for words, names in said["ambiguous"].items():
        for name in names:
            yield key_of(words), Sense("metric", name, catalogue.metrics[name].entity)
    for name, phrases in said["fields"].items():
        yield from ((key_of(words), Sense("field", name, name.partition(".")[0])) for words in phrases)
    for name, values in said["values"].items():
        for value, each in values.items():
            yield from ((key_of(words), _is("customers", name, value)) for words in each)
    for one in said["events"]:
        where = tuple(map(condition_of, one.get("where", ())))
        where = catalogue.metrics[one["metric"]].where if "metric" in one else where
        yield from ((key_of(words), Sense("event", one["entity"], one["entity"], where)) for words in one["say"])
    for one in said["durations"]:
        meaning = Sense("duration", one["field"], "customers", tuple(map(condition_of, one.get("besides", ()))),
                          usual=one["usual"])  # fmt: skip
        yield from ((key_of(words), meaning) for words in one["say"])
    for one in said["states"]:
        where, metric = tuple(map(condition_of, one.get("where", ()))), one.get("metric", "")
        meaning = Sense("state", metric or one["say"][0], one["entity"], where, metric, counts=one.get("counts", ""))
        yield from ((key_of(words), meaning) for words in one["say"])


class BookValues:
    """The words that a book has as values, read at the first question and again once the book has changed."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._head = -1
        self._known: tuple[tuple[tuple[str, ...], Sense], ...] = ()

    def all(self) -> tuple[tuple[tuple[str, ...], Sense], ...]:
        """Return all values, as phrases with what they mean."""
        with self._metrics.reading() as connection:
            head = self._metrics.head(connection)
        if head != self._head:
            self._known = tuple(one for entity in _VALUES for one in self._read(entity))
            self._head = head
        return self._known

    def _read(self, entity: str) -> Iterator[tuple[tuple[str, ...], Sense]]:
        for name in _VALUES[entity]:
            values = values_of(self._metrics, entity, name)
            firsts: dict[str, list[str]] = {}
            for value in values:
                yield key_of(value), _is(entity, name, value)
                if (entity, name) == ("tickets", "kind") and " " not in value:
                    yield from ((key_of(f"{worse} {value}"), _is(entity, name, value)) for worse in _WORSE)
                    yield from ((key_of(f"{value} {noun}"), _is(entity, name, value)) for noun in _TROUBLES)
                if name in _PEOPLE and " " in value:
                    for part in {value.split()[0], value.split()[-1]}:
                        firsts.setdefault(part, []).append(value)
            for part, whole in firsts.items():
                if len(whole) == 1:
                    yield key_of(part), _is(entity, name, whole[0])


def _is(entity: str, name: str, value: str) -> Sense:
    return Sense("value", name, entity, (Condition(name, "=", value),))
