"""Headers as they are compared, and which fields of an entity they could stand for, in seven languages."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from services.entities import ENTITIES, Entity, Field
from services.sync.kinds.vocabulary import meanings, vocabulary

# Columns that this program adds to a file of rejected rows; a fixed file is imported as if they were not there.
REJECT_COLUMNS = ("Row in the file", "Why it was rejected")
# Words that end in "nr" and are longer are compounds of it: "Auftragsnr".
_COMPOUND = 3
# What stands before the names of all columns of a table in some databases, and of how many columns it must.
_PREFIX = re.compile(r"([A-Za-z][A-Za-z0-9]{0,5}[_.]|\w{2,20} [-–:] )(?=\w)")
_FEWEST_PREFIXED, _PREFIXED = 4, 0.8
_VOWELS = frozenset("aeiou")
_JOINED = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MAIL = re.compile(r"\be[-_ ]?mail", re.IGNORECASE)
_WORD = re.compile(r"[a-z]+|\d+")
_ZONE_SUFFIX = re.compile(r"\s*\([A-Z]{2,5}\)$")
# Signs within a short form of one word: "A/c", "p.a.", "Rec'd".
_WITHIN = re.compile(r"(?<=\b[a-z])[./](?=[a-z]\b)|(?<=[a-z])['’](?=d\b)", re.IGNORECASE)
# What says only in what a moment is counted: "changed_at_ms", "signup_epoch".
_COUNTED = re.compile(r"(?:[\s_]+(?:unix|epoch|ts|millis|milliseconds|msec|ms))+$", re.IGNORECASE)
_COUNT = re.compile(r"1\d{9}(?:\d{3}|\d{6})?(?:\.\d+)?")
_OF_MOMENTS = frozenset({"at", "on", "time", "date", "dt"})
FOLDER: Final = Path(__file__).resolve().parents[3] / "resources" / "synonyms"
LANGUAGES: Final = {"de": "German", "fr": "French", "es": "Spanish", "nl": "Dutch", "it": "Italian", "pt": "Portuguese"}
# What stands before or after the name of a column and says only in what it is counted.
_UNIT = re.compile(
    r"[\[(][^\[\]()]*[\])]|\s*/\s*(?:5|7|10)\s*$|[\s_]1\s*$"
    r"|(?:(?:^|[\s_])(?:in|en))?[\s_]+(?:[tk]?(?:eur|usd|gbp|chf|euro|€|\$|£)|cents?|centimes|c[eé]ntimos|minor)\s*$"
    r"|[\s_]+(?:brutto|netto|gross|net|ttc|ht)\s*$"
    r"|[\s_]+(?:(?:in|ex)cl?|inkl|zzgl|ohne|mit)\.?[\s_]*(?:vat|tax(?:es)?|gst|mwst|ust|btw|iva|tva)\.?\s*$",
    re.IGNORECASE,
)

# What some programs write around the name of a column that a person made.
_WRAPPED = re.compile(r"custom fields?\s*[(\[](.+)[)\]]", re.IGNORECASE)


@cache
def folded(header: str) -> str:
    """A header without case, accents, blanks, punctuation."""
    text = unicodedata.normalize("NFKD", header.replace("ß", "ss").replace("º", "").replace("°", ""))
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def without_unit(header: str) -> str:
    """A header without what says in what it is counted: "Betrag (EUR)", "Total in USD"."""
    wrapped = _WRAPPED.fullmatch(header.strip())
    return _UNIT.sub("", wrapped[1] if wrapped else header).strip()


@cache
def _tables(code: str) -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8"))


def listed(code: str, entity: Entity) -> dict[str, list[str]]:
    """Field to its headers in one language, likelier first; those of the entity itself stand instead of common ones."""
    tables = _tables(code)
    own = {**tables.get(entity.name, {}), **entity.headers.get(code, {})}
    said = {**tables.get("customer", {}), **tables.get("item", {}), **own}
    return {name: headers for name, headers in said.items() if entity.field(name) is not None}


@cache
def synonyms(entity: Entity) -> dict[str, tuple[tuple[str, int, str], ...]]:
    """Folded header → fields of an entity that it may stand for, each with its rank and its language."""
    found: dict[str, list[tuple[str, int, str]]] = {}
    for code, language in LANGUAGES.items():
        for name, headers in listed(code, entity).items():
            for rank, header in enumerate(headers):
                found.setdefault(folded(header), []).append((name, rank, language))
    return {header: tuple(sorted(fields, key=lambda one: one[1])) for header, fields in found.items()}


@cache
def normal(header: str) -> str:
    """A header without case, blanks, punctuation and the zone that some programs add to it."""
    text = unicodedata.normalize("NFKC", header).strip().lstrip("\ufeff").removesuffix("*")
    text = _ZONE_SUFFIX.sub("", text.strip())
    text = text.replace("#", " number ").replace("%", " percent ")
    return "".join(sign for sign in text.casefold() if sign.isalnum()) or text.strip()


@cache
def words_of(text: str) -> tuple[str, ...]:
    """The words of a header or a file's name, without case and accents: "CustomerID" and "customer_id" are the same."""
    plain = _MAIL.sub("email", _JOINED.sub(" ", _WITHIN.sub("", text))).replace("ß", "ss").replace("#", " number ")
    if not plain.isascii():
        plain = "".join(sign for sign in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(sign))
    return tuple(_WORD.findall(plain.casefold()))


def fingerprint(columns: Iterable[str]) -> str:
    """What a set of headers is remembered by, whatever their order."""
    return "|".join(sorted({normal(column) for column in columns if column not in REJECT_COLUMNS}))


@cache
def known_headers(entity: Entity) -> dict[str, tuple[tuple[str, int], ...]]:
    """Normalised header → fields it may stand for, with a rank: 0 for the field's own name, then its synonyms."""
    found: dict[str, list[tuple[str, int]]] = {}
    english = listed("en", entity)
    for field in entity.fields:
        for place, header in enumerate((field.name, field.label, *english.get(field.name, ()), *field.once)):
            found.setdefault(normal(header), []).append((field.name, place))
    return {header: tuple(sorted(fields, key=lambda item: item[1])) for header, fields in found.items()}


@cache
def same_words(header: str) -> frozenset[str]:
    """The words of a header, with short ones written out: "cust_no" and "Customer number" have the same."""
    same, small = meanings("same_words"), vocabulary("small_words")["words"]
    words = [
        f"{word[:-1]}ummer" if len(word) > _COMPOUND and word.endswith("nr") else word for word in words_of(header)
    ]
    return frozenset(same.get(word) or _written_out(word) for word in words) - small


def _written_out(word: str) -> str:
    """Return the one known word that has the consonants of an abbreviation: "vrfd" is "verified"."""
    known = _consonants() if len(word) >= _COMPOUND and not set(word) & _VOWELS else {}
    found = known.get(word, ())
    return found[0] if len(found) == 1 else word


@cache
def _consonants() -> dict[str, tuple[str, ...]]:
    listed_headers = (
        one for entity in ENTITIES.values() for headers in listed("en", entity).values() for one in headers
    )
    found: dict[str, set[str]] = {}
    for word in {word for header in listed_headers for word in words_of(header)}:
        found.setdefault(word[0] + "".join(sign for sign in word[1:] if sign not in _VOWELS), set()).add(word)
    same = meanings("same_words")
    return {short: tuple(sorted({same.get(word, word) for word in words})) for short, words in found.items()}


@cache
def _every_word() -> frozenset[str]:
    """All words of the headers that are known, in any language."""
    listed_words = (
        word
        for entity in ENTITIES.values()
        for code in ("en", *LANGUAGES)
        for name, headers in listed(code, entity).items()
        for header in (name, *headers)
        for word in words_of(header)
    )
    return frozenset(listed_words) | meanings("same_words").keys()


def without_prefix(columns: Sequence[str]) -> tuple[str, ...]:
    """Headers without what nearly all of them begin with and what names nothing: the "dc_" of "dc_city", "dc_email"."""
    firsts = [found[1] if (found := _PREFIX.match(column)) else "" for column in columns]
    likely = max(firsts, key=firsts.count, default="")
    if not likely or firsts.count(likely) < max(_FEWEST_PREFIXED, _PREFIXED * len(columns)):
        return tuple(columns)
    # A word set apart by blanks says what all rows are: "Deal - Stage".
    if not likely.endswith(" "):
        telling = meanings("same_words") if len(likely) == 2 else _every_word()
        if likely[:-1].casefold() in telling:
            return tuple(columns)
    return tuple(
        column[len(likely) :] if first == likely else column for column, first in zip(columns, firsts, strict=True)
    )


def numbers_rows(header: str, cells: Sequence[str], looks: str) -> bool:
    """Whether a first column numbers the rows of a program: "Copper ID", each different."""
    words = words_of(header)
    own = len(words) == 2 and words[1] == "id" and words[0] not in _every_word()
    own = (
        own
        or words in (("uuid",), ("guid",))
        or (len(words) == 1 and header.isupper() and header.endswith("ID") and words[0] not in _every_word())
    )
    return own and looks == "id" and len(set(cells)) == len(cells) > 1


def without_count(header: str, cells: Sequence[str]) -> str:
    """A header over seconds since 1970, or thousandths of them, as one over days has it; "" for all others."""
    rest = _COUNTED.sub("", _JOINED.sub(" ", header))
    if rest == _JOINED.sub(" ", header) or not cells or not all(map(_COUNT.fullmatch, cells)):
        return ""
    return rest if words_of(rest)[-1:] and words_of(rest)[-1] in _OF_MOMENTS else f"{rest} date"


@cache
def known_words(entity: Entity) -> dict[frozenset[str], tuple[tuple[str, int], ...]]:
    """Words of headers → fields that they may stand for, in any language, with a rank."""
    found: dict[frozenset[str], dict[str, int]] = {}
    for code in ("en", *LANGUAGES):
        for name, headers in listed(code, entity).items():
            for rank, header in enumerate((name, *headers)):
                # "of_order_id" says without its "of" what an order's own number is called.
                if rank or not name.startswith("of_"):
                    found.setdefault(same_words(header), {}).setdefault(name, rank)
    return {words: tuple(sorted(fields.items(), key=lambda one: one[1])) for words, fields in found.items() if words}


def own_words(entity: Entity, header: str) -> frozenset[str]:
    """The words of a header without those that only say what the rows are: "ticket opened date"."""
    return same_words(header) - entity.row_words


def fields_for(entity: Entity, header: str) -> list[str]:
    """Names of the fields that a header could stand for, the likeliest first."""
    known = known_headers(entity)
    exact = [name for name, _ in known.get(normal(header), ())]
    words = set(_words(header))
    near = [
        field.name
        for field in entity.fields
        if field.name not in exact and words and any(words & set(_words(one)) for one in (field.name, field.label))
    ]
    return exact + near


def lacking(entity: Entity, fields: Iterable[str]) -> list[tuple[Field, ...]]:
    """Return the groups of fields from which a file about this entity needs one and has none."""
    given = set(fields) - {""}
    if entity.known_by in given and len(given) > 1:
        return []
    return [
        tuple(field for name in group if (field := entity.field(name)))
        for group in entity.needs
        if not given & set(group)
    ]


def _words(header: str) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9]+", header.casefold()) if len(word) > 2]
