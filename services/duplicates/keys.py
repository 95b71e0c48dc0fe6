"""Keys under which customers who may be one meet, so that nobody is compared with everybody.

Each is precise enough to gather few: an address, the end of a number, a whole name, the beginnings of two words of it
with a place, a firm or a domain. A key that gathers more than `MOST` says nothing and is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from zlib import crc32

from services.duplicates.normal import Person, heard

#: More customers than these under one key: a switchboard, a made-up address, the commonest name of a large city.
MOST: Final = 40
_BEGINNING: Final = 4
_HEARD: Final = str.maketrans({"y": "i", "c": "k", "z": "s", "v": "f", "d": "t"})


def keys_of(person: Person) -> frozenset[int]:
    """The keys of a customer, each 32 bits: two that agree by chance cost a comparison and nothing else."""
    return frozenset(crc32(text.encode()) for text in _texts(person))


def _texts(person: Person) -> Iterator[str]:
    for email in person.emails:
        yield f"e:{email}"
    for phone in person.phones:
        yield f"p:{phone}"
    for local in person.locals:
        yield f"l:{local}"
    places = [place for place in (person.city, person.postcode) if place] or [person.region or person.country]
    grounds = [*(f"c:{place}" for place in places if place), *(f"d:{domain}" for domain in person.domains)]
    if person.company and person.company != person.names:
        grounds.append(f"f:{_beginning(person.company[0])}{_beginning(person.company[-1])}")
    if person.names:
        whole = " ".join(sorted(person.names))
        yield f"n:{whole}"
        for ground in grounds:
            yield f"w:{whole}|{ground}"
            for pair in _beginnings(person.names):
                yield f"b:{pair}|{ground}"
        if person.firm or len(person.names) > 2:
            yield f"j:{_beginning(''.join(person.names), 8)}"
    elif person.company:
        yield f"n:{' '.join(sorted(person.company))}"


def _beginnings(names: tuple[str, ...]) -> set[str]:
    """The beginning of a word with the first letter of another: initials, swapped words and most slips meet."""
    if len(names) == 1:
        return {_beginning(names[0])}
    telling = sorted(set(names), key=lambda word: (-len(word), word))[:3]
    found = set()
    for word in telling:
        if len(word) > 1:
            found |= {f"{_beginning(word)} {_letter(other)}" for other in telling if other != word}
    return found


def _letter(word: str) -> str:
    return _alike(word[:2])[:1]


def _beginning(word: str, length: int = _BEGINNING) -> str:
    """The beginning of a word in the letters that are heard: "Mueller" and "Müller", "Schmitt" and "Schmidt"."""
    return _alike(word)[:length]


@lru_cache(maxsize=20_000)
def _alike(word: str) -> str:
    sounds = heard(word).replace("ph", "f").replace("ck", "k").replace("dt", "t").translate(_HEARD)
    return "".join(sign for place, sign in enumerate(sounds) if place == 0 or sign != sounds[place - 1])
