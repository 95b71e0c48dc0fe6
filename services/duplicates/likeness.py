"""How alike two customers are: evidence for and against is added up, each piece with its words.

An address or a number weighs most, a name by how alike and how long it is, company and place less; what contradicts
weighs against. A name alone is never enough: many people bear the same one.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import Final

from rapidfuzz.distance import Indel, JaroWinkler

from models.values.people import Likeness
from services.duplicates.normal import Person, heard

_EMAIL, _PHONE, _NAME, _COMPANY = 60.0, 50.0, 40.0, 20.0
_CITY, _REGION, _POSTCODE, _DOMAIN, _LOCAL = 15.0, 6.0, 20.0, 15.0, 22.0
_OTHER_NAME, _OTHER_COMPANY, _OTHER_CITY, _OTHER_COUNTRY, _OTHER_CONTACT = -35.0, -15.0, -12.0, -25.0, -8.0
#: Below this likeness a name is another name; from the other on the agreement counts.
_UNLIKE, _ALIKE = 0.4, 0.7
_LONG_NAME, _PER_LETTER, _MOST_FOR_LENGTH = 10, 1.5, 15.0
#: What an initial is worth against the name that it may stand for.
_INITIAL: Final = 0.9


def likeness(one: Person, two: Person, *, least: int = 0) -> Likeness:
    """Compare two customers; the same whichever comes first.

    Parameters
    ----------
    one, two : Person
    least : int
        Below this score nobody asks how alike they are: it is 0 then, and names are not compared for nothing.
    """
    apart = [*_contacts(one, two), *_place(one, two)]
    if sum(points for points, _ in apart) + _NAME + _MOST_FOR_LENGTH + _COMPANY * bool(one.company) < least:
        return Likeness(0, ())
    found = list(apart)
    name = name_likeness(one.names, two.names)
    if name is not None:
        found.append(_of_name(name, one, two))
    by_firm = one.firm and two.firm
    company = None if by_firm and one.names == one.company else name_likeness(one.company, two.company)
    if company is not None and not (by_firm and two.names == two.company):
        found.append(_of_company(company))
    total = sum(points for points, _ in found)
    alike = by_firm and name is not None
    if not alike and not any(points > 0 for points, _ in apart) and (company or 0.0) <= _ALIKE:
        total = 0.0
    reasons = [words for points, words in sorted(found, key=lambda piece: -piece[0])]
    return Likeness(round(min(100.0, max(0.0, total))), tuple(reasons))


def name_likeness(one: tuple[str, ...], two: tuple[str, ...]) -> float | None:
    """How alike two names are (0–1), whatever the order of their words; None where one of them is unknown."""
    if not one or not two:
        return None
    if one == two or sorted(one) == sorted(two):
        return 1.0
    whole = Indel.normalized_similarity("".join(sorted(one)), "".join(sorted(two)))
    joined = Indel.normalized_similarity("".join(one), "".join(two))
    return max(_word_by_word(one, two), 0.98 * whole, 0.98 * joined)


def _word_by_word(one: tuple[str, ...], two: tuple[str, ...]) -> float:
    """Pair the words that are most alike; words without a partner count as unlike."""
    pairs = sorted(
        ((_word(left, right), min(left, right), max(left, right), i, j)
         for (i, left), (j, right) in product(enumerate(one), enumerate(two))),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )  # fmt: skip
    weight = sum(_weight(word) for word in (*one, *two))
    left_taken, right_taken, agreed = set(), set(), 0.0
    for alike, _, _, i, j in pairs:
        if i in left_taken or j in right_taken:
            continue
        left_taken.add(i)
        right_taken.add(j)
        agreed += alike * (_weight(one[i]) + _weight(two[j]))
    return agreed / weight


def _weight(word: str) -> float:
    return 2.0 if len(word) == 1 else float(min(len(word), 8)) + 2.0


@lru_cache(maxsize=20_000)
def _word(one: str, two: str) -> float:
    if one == two:
        return 1.0
    short, long = sorted((one, two), key=lambda word: (len(word), word))
    if len(short) == 1:
        return _INITIAL if long.startswith(short) else 0.0
    if len(short) >= 3 and long.startswith(short) and not long.isdecimal():
        return 0.93
    if heard(short) == heard(long):
        return 0.99
    alike = JaroWinkler.similarity(short, long)
    return alike if alike >= 0.8 else alike * 0.5


def _contacts(one: Person, two: Person) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    if _shared(one.emails, two.emails):
        found.append((_EMAIL, "same email"))
    elif one.emails and two.emails:
        domain = _shared(one.domains, two.domains)
        if _shared(one.locals, two.locals):
            found.append((_LOCAL, "same name before the @"))
        elif not domain:
            found.append((_OTHER_CONTACT, "different emails"))
        if domain:
            found.append((_DOMAIN, f"both at {domain}"))
    if _shared(one.phones, two.phones):
        found.append((_PHONE, "same phone"))
    elif one.phones and two.phones:
        found.append((_OTHER_CONTACT, "different phones"))
    return found


def _shared(one: tuple[str, ...], two: tuple[str, ...]) -> str:
    """The first of what two customers have in common, '' for nothing."""
    for value in one:
        if value in two:
            return value
    return ""


def _of_name(alike: float, one: Person, two: Person) -> tuple[float, str]:
    if alike < _ALIKE:
        against = _OTHER_NAME * min(1.0, (_ALIKE - alike) / (_ALIKE - _UNLIKE))
        return against, f"names only {alike:.0%} alike".replace("%", " %")
    share = (alike - _ALIKE) / (1.0 - _ALIKE)
    letters = min(sum(map(len, one.names)), sum(map(len, two.names)))
    length = min(_MOST_FOR_LENGTH, max(0.0, (letters - _LONG_NAME) * _PER_LETTER))
    percent = int(alike * 100)
    words = "same name" if alike >= 0.995 else f"name {percent} % alike"
    return (_NAME + length) * share, words


def _of_company(alike: float) -> tuple[float, str]:
    if alike >= 0.995:
        return _COMPANY, "same company"
    if alike >= _ALIKE:
        return _COMPANY * (alike - _ALIKE) / (1.0 - _ALIKE), f"company {int(alike * 100)} % alike"
    return _OTHER_COMPANY * min(1.0, (_ALIKE - alike) / (_ALIKE - _UNLIKE)), "different companies"


def _place(one: Person, two: Person) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    if one.country and two.country and one.country != two.country:
        found.append((_OTHER_COUNTRY, "different countries"))
    if one.postcode and one.postcode == two.postcode:
        found.append((_POSTCODE, f"same postcode {one.postcode.upper()}"))
    elif one.city and two.city:
        if one.city == two.city:
            found.append((_CITY, f"both in {max(one.place_words, two.place_words)}"))
        elif JaroWinkler.similarity(min(one.city, two.city), max(one.city, two.city)) >= 0.92:
            found.append((_CITY * 0.7, f"both near {max(one.place_words, two.place_words)}"))
        else:
            found.append((_OTHER_CITY, "different cities"))
    elif one.region and one.region == two.region:
        found.append((_REGION, "same region"))
    return found
