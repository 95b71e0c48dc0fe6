"""What a sentence says of a customer's states, such as that their ticket is settled: by weights that were learnt.

People say it in too many ways for patterns made by hand, and such patterns take a wish or a condition for a statement.
So `tests/fixtures/outreach/said.txt` holds marked sentences, and ``python -m tests.benchmarks.fit_states`` fits one
regression of their words, pairs of words and of the patterns of `resources/claims/states.toml`. What it learnt is
`resources/claims/said.tsv`, which can be read, and is all that the program needs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from services.outreach.claims.lexicon import FOLDER, Value, compiled, phrase, topics

WEIGHTS: Final = FOLDER / "said.tsv"
#: What stands for the thing of a ticket, and for that of an order, so that their names need not be learnt.
TICKET_THING, ORDER_THING = " *t ", " *o "
#: Weights are written as whole hundredths.
SCALE: Final = 100
#: A contradiction counts where it is so much likelier than the likeliest of all else that the sentence may say.
BAR: Final = 0.65
#: Keeps features of long sentences from adding up to more than those of short ones.
LENGTH: Final = 3.0
#: And it has to be so likely in itself: what nobody has taught says a little of everything.
LEAST: Final = 0.35
_BEGINNING: Final = 5
#: Emails that are typed are read anew with each letter; their sentences are not.
_REMEMBERED: Final = 2_000
_TOKEN: Final = re.compile(r"\*[to]|[^\W\d_]+|\d+|[?!]")
_QUOTED: Final = re.compile(r'"[^"]+"')
_MARKS: Final = {"*t": "ticket", "*o": "order"}

State = tuple[str, str]


class Learnt(NamedTuple):
    """The states that sentences are read for, ("", "") first for none of them; the weights of each feature."""

    states: tuple[State, ...]
    places: Mapping[str, int]
    weights: np.ndarray
    first: np.ndarray


@cache
def learnt() -> Learnt:
    """Return the weights, read once: states in the first line, what each begins with in the second, then features."""
    head, start, *lines = WEIGHTS.read_text(encoding="utf-8").splitlines()
    states = tuple((topic, value) for topic, _, value in (one.partition(".") for one in head.split("\t")[1:]))
    weights = np.zeros((len(lines), len(states)), dtype=np.float32)
    places = {}
    for place, line in enumerate(lines):
        feature, *cells = line.split("\t")
        places[feature] = place
        for cell in cells:
            state, _, weight = cell.partition(":")
            weights[place, int(state)] = int(weight) / SCALE
    return Learnt(states, places, weights, np.array([int(one) / SCALE for one in start.split("\t")[1:]]))


@cache
def learnt_topics() -> frozenset[str]:
    """Return the topics that are told by weights; the others are told by patterns alone."""
    return frozenset(topic for topic, _ in learnt().states)


def marked(sentence: str, things: Iterable[tuple[re.Pattern[str], str]]) -> str:
    """Return a sentence in small letters without what it quotes, and with marks for what facts call their things.

    Parameters
    ----------
    things
        Patterns of the thing of a ticket or of an order, each with its topic.
    """
    sentence = _QUOTED.sub(" ", sentence)
    for pattern, topic in things:
        sentence = pattern.sub(TICKET_THING if topic == "ticket" else ORDER_THING, sentence)
    return sentence


def features(sentence: str) -> set[str]:
    """Return words, beginnings, pairs of neighbours and of beginnings with one between, and which patterns it has."""
    words = _TOKEN.findall(_plain(sentence))
    stems = [word[:_BEGINNING] for word in words]
    found = set(words)
    found.update("_" + stem for stem in stems if len(stem) == _BEGINNING)
    found.update(f"{one} {two}" for one, two in pairwise(words))
    found.update(f".{one} {two}" for one, two in zip(stems, stems[2:], strict=False))
    found.add("^" + " ".join(stems[:2]))
    return found | _patterned(sentence)


def _patterned(sentence: str) -> set[str]:
    nouns = [name for name, pattern in _patterns()[0] if pattern.search(sentence)]
    nouns += [name for mark, name in _MARKS.items() if mark in sentence]
    said = {name for name, pattern in _patterns()[1] if pattern.search(sentence)}
    found = {f"@{name}" for name in (*nouns, *said)}
    found.update(f"@{noun} {name}" for noun in nouns for name in said)
    denied = phrase("denies").search(phrase("denies_nothing").sub(" ", sentence)) is not None
    for mark, holds in (
        ("-", denied),
        ("?", "?" in sentence),
        ("~", phrase("supposed").search(sentence) is not None),
    ):
        if holds:
            found.update([mark, *(f"{mark}{name}" for name in (*nouns, *said))])
    return found


@cache
def _patterns() -> tuple[list[tuple[str, re.Pattern[str]]], list[tuple[str, re.Pattern[str]]]]:
    """The patterns of nouns by their topics, and those of values."""
    values = []
    for topic in topics():
        for value in topic.values:
            for kind, pattern in (
                ("!", compiled(value.says)), ("", value.strong), ("", value.words), ("", value.glad)
            ):  # fmt: skip
                if pattern is not None:
                    values.append((f"{topic.name}.{value.name}{kind}", pattern))
    return [(topic.name, topic.nouns) for topic in topics() if topic.nouns is not None], values


def _plain(sentence: str) -> str:
    """A sentence without accents."""
    apart = unicodedata.normalize("NFKD", sentence.replace("ß", "ss"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


@lru_cache(_REMEMBERED)
def chances(sentence: str) -> np.ndarray:
    """Return how likely a marked sentence says each of `learnt().states`: shape (states,), in all 1."""
    model, found = learnt(), features(sentence)
    places = [place for place in map(model.places.get, found) if place is not None]
    likely = model.weights[places].sum(axis=0) * (LENGTH / np.sqrt(len(found))) + model.first
    likely = np.exp(likely - likely.max())
    return np.asarray(likely / likely.sum())


def excluded(held: Mapping[str, Sequence[Value]], states: Sequence[State] | None = None) -> dict[int, Value]:
    """Return which states, else `learnt().states`, a customer's own rule out: places, each with a value that does.

    Where they have several of a topic, such as an open and a closed ticket, each must rule it out.
    """
    ruled_out = {}
    for place, (topic, name) in enumerate(learnt().states if states is None else states):
        for other, value_name in ((topic, name), *_implied().get((topic, name), ())):
            values = held.get(other, ())
            if values and not any(value_name in value.includes | value.allows for value in values):
                ruled_out[place] = values[0]
    return ruled_out


@cache
def _implied() -> dict[State, tuple[State, ...]]:
    """What follows from states: what is overdue is not paid."""
    return {(topic.name, value.name): value.implies for topic in topics() for value in topic.values}


def contradiction(sentence: str, ruled_out: Mapping[int, Value], bar: float = BAR) -> Value | None:
    """Return the value of a customer's that a marked sentence surely contradicts, None where it is not sure."""
    if not ruled_out:
        return None
    likely, against = chances(sentence), list(ruled_out)
    best = max(against, key=lambda place: float(likely[place]))
    other = np.delete(likely, against).max()
    return ruled_out[best] if likely[best] > max(LEAST, bar * (likely[best] + other)) else None
