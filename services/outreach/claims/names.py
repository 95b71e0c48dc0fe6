"""Names in a text: people, companies, products and categories, found in the facts or flagged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from operator import eq
from typing import Final

from services.outreach.claims.found import ON_RECORD, Found, Part
from services.outreach.claims.goods import NOT_THEIRS, find_goods, has_it, small_name
from services.outreach.claims.lexicon import lexicon, phrase
from services.outreach.claims.sources import NO_SOURCE, Source
from services.outreach.claims.text import Span, fold, lower, within

ANOTHER: Final = "another customer’s name"
UNKNOWN: Final = "a name that is not in your data"
_CAPITAL: Final = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w'-]*"
_NAME: Final = re.compile(rf"(?<![\w'-]){_CAPITAL}(?:(?: & | and | of | de | van | von | der | la |[ ]){_CAPITAL})*")
_WORD: Final = re.compile(r"[^\W\d_]+")
#: Whoever is one of these is none of the others.
_TITLES: Final = ("mr|herrn?|monsieur|sr|señor", "mrs|ms|miss|frau|madame|mme|mlle|sra|señora")
_WITH_TITLE: Final = re.compile(rf"\b(?:({_TITLES[0]})|{_TITLES[1]})\.? ([^\W\d_]+)(?: ([^\W\d_]+))?")
_PIECE: Final = re.compile(r"[^\s&]+")
#: A full name has so many words; two that begin with as many letters alike may be one, misspelt.
_FULL: Final = 2
_BEGINNING: Final = 2


def find_products(part: Part) -> Iterator[Found]:
    """Yield products and categories of the book, and of the facts, at each place where their name stands."""
    named: dict[str, tuple[str, Source | None]] = {}
    for known in (*part.context.products, *part.context.categories):
        named[small_name(known)] = (known, None)
    for source, value in part.sources.values("product", "category"):
        if value.text.strip():
            named.setdefault(small_name(value.text), (value.text, source))
            if named[small_name(value.text)][1] is None:
                named[small_name(value.text)] = (value.text, source)
    taken: list[Span] = []
    for name in sorted(named, key=len, reverse=True):
        for span in places_of(part.small, name):
            if not any(span.meets(one) for one in taken) and not _mere_word(part, span, name):
                taken.append(span)
                holder = named[name][1]
                if name in part.context.record.products and (holder is None or _only_suggested(part, name)):
                    yield Found(*span, "product", note=ON_RECORD)
                    continue
                wrong = holder is not None and _only_suggested(part, name) and has_it(part, span)
                yield Found(*span, "product", None if wrong else holder, NOT_THEIRS if wrong else NO_SOURCE)
    yield from find_goods(part, taken)


def _only_suggested(part: Part, name: str) -> bool:
    """Whether no fact but a suggestion names a product: they do not have it."""
    held = part.sources.values("product", "category")
    return {source.fact.group for source, value in held if small_name(value.text) == name} == {"suggestion"}


def find_names(part: Part, taken: Iterable[tuple[int, int]]) -> Iterator[Found]:
    """Yield names of people and companies: with capitals, or in any letters where a customer is called so."""
    used = list(taken)
    yield from _titled_otherwise(part)
    for name in sorted(part.context.own_names, key=len, reverse=True):
        for span in places_of(part.small, small_name(name), plural=False):
            if not within(span, used) and (" " in name or part.text[span.start].isupper()):
                used.append(span)
                yield Found(*span, "name", ours="this customer")
    for holder, value in part.sources.values("name"):
        for span in places_of(part.small, small_name(value.text), plural=False):
            if not within(span, used):
                used.append(span)
                yield Found(*span, "name", holder)
    for name in part.context.other_names:
        for span in places_of(part.small, name, plural=False):
            if not within(span, used):
                used.append(span)
                yield Found(*span, "name", label=ANOTHER)
    for span in _capitals(part):
        for piece in _free(part, span, used):
            said = part.text[piece.start : piece.end]
            if _known(said, part.context.our_names):
                if piece.start < part.signed:
                    yield Found(*piece, "name", ours="your company")
            elif _is_variant(part, piece):
                yield Found(*piece, "name", label=UNKNOWN)
            elif (source := _in_facts(part, said)) is not None:
                yield Found(*piece, "name", source)
            elif (
                _calls_otherwise(part, piece, said)
                or _is_another_of_ours(part, piece, said)
                or _misspelt(said, part.context.record.owners)
            ):
                yield Found(*piece, "name", label=UNKNOWN)


def _calls_otherwise(part: Part, piece: Span, said: str) -> bool:
    """Whether the customer is called by a name that is not theirs, or somebody else signs.

    Whoever else is named contradicts nothing; but a name that is theirs in part is theirs misspelt.
    """
    theirs = (*part.context.own_names, *part.context.record.contacts)
    if _known(said, theirs):
        return False
    start = part.sentence_at(piece.start).start
    hailed = phrase("hailed").search(part.small, start, piece.start) is not None or (
        phrase("spoken_to").search(part.small, start, piece.start) is not None
        and phrase("goes_on").match(part.small, piece.end) is not None
    )
    partly = len(said.split()) > 1 and any(_known(word, theirs) for word in _WORD.findall(said) if len(word) > 2)
    return hailed or partly or piece.start >= part.signed


def _misspelt(said: str, names: Iterable[str]) -> bool:
    """Whether a name is nearly one of some: "Nora Whitman", of Nora Whitfield. Each word begins as that one's."""
    words = lower(said).split()
    held = [lower(fold(name)).split() for name in names]
    if len(words) < _FULL or words in held:
        return False
    alike = (zip(words, other, strict=True) for other in held if len(other) == len(words))
    return any(all(one[:_BEGINNING] == two[:_BEGINNING] for one, two in pairs) for pairs in alike)


def _titled_otherwise(part: Part) -> Iterator[Found]:
    """Yield "Mr Petersen", of Mrs Petersen."""
    called = (*part.context.own_names, *part.context.record.contacts, *(source.said for source in part.sources.all))
    held = [found.groups() for text in called for found in _WITH_TITLE.finditer(small_name(text))]
    for found in _WITH_TITLE.finditer(part.small) if held else ():
        titles = {bool(title) for title, *names in held if set(filter(None, names)) & {found[2], found[3]}}
        if titles and bool(found[1]) not in titles:
            yield Found(*found.span(), "name", label=UNKNOWN)


def _is_another_of_ours(part: Part, piece: Span, said: str) -> bool:
    """Whether somebody is said to have done what a fact says of another of ours: visited them, looked at the boiler."""
    start, end = part.sentence_at(piece.start)
    around = f"{part.small[start : piece.start]}*{part.small[piece.end : end]}"
    for done, held in lexicon().ours:
        if done.search(around):
            names = [value.text for source, value in part.sources.values("name") if held.search(source.said)]
            names = [name for name in names if not _known(name, part.context.own_names)]
            if names and not _known(said, names):
                return True
    return False


def places_of(small: str, name: str, *, plural: bool = True) -> Iterator[Span]:
    """Yield the places of a name in a text in small letters."""
    if not name.strip():
        return
    flexible = r"\s+".join(map(re.escape, name.split()))
    ending = r"(?:e?s)?" if plural else r"(?:'s?)?"
    for found in re.finditer(rf"(?<![\w]){flexible}{ending}(?!\w)", small):
        yield Span(found.start(), found.end())


def _mere_word(part: Part, span: Span, name: str) -> bool:
    """Whether a category or product that is called by a common word is only that word here: "other", "service"."""
    return " " not in name and lexicon().is_common(name) and part.text[span.start].islower()


def _capitals(part: Part) -> Iterator[Span]:
    """Sequences of words with capitals.

    The first word of a sentence has one anyway: it counts where another name's word follows, or where a customer is
    called so.
    """
    starts = opening_places(part.text)
    known = lexicon()
    for found in _names_in(part):
        start, end = found.span()
        end -= 2 if part.text[start:end].endswith("'s") else 0
        while start < end:
            first = _PIECE.match(part.text, start, end)
            if first is None:
                break
            word = first.group().lower().strip("'-.")
            alone = first.end() >= end and word not in part.context.name_words and start < part.signed
            if word in known.capital or (start in starts and (alone or known.is_common(word))):
                start = first.end()
                while start < end and not part.text[start].isupper():
                    start += 1
                continue
            yield Span(start, end)
            break


def opening_places(text: str) -> frozenset[int]:
    """Return the places of a folded text at which a word has a capital because something begins there."""
    return frozenset(found.end() for found in phrase("opening").finditer(text))


def _names_in(part: Part) -> Iterator[re.Match[str]]:
    """Yield words with capitals that may be names. German nouns have one too: there only behind a title."""
    for start, end in part.sentences:
        names = list(_NAME.finditer(part.text, start, end))
        if not names or part.language_at(start) != "de":
            yield from names
            continue
        for found in phrase("titled").finditer(part.text, start, end):
            name = _NAME.match(part.text, found.end(), end)
            if name is not None:
                yield name


def _free(part: Part, span: Span, used: list[Span] | list[tuple[int, int]]) -> Iterator[Span]:
    """The parts of a sequence that nothing else has explained, without months and the like."""
    run: Span | None = None
    known = lexicon()
    for piece in _PIECE.finditer(part.text, span.start, span.end):
        word = piece.group().lower().strip("'-.,")
        explained = within(piece.span(), used) or word in known.capital or (piece.group()[0].islower())
        if explained or not piece.group()[0].isalpha():
            if run is not None:
                yield run
            run = None
        else:
            run = Span(run.start if run else piece.start(), piece.end())
    if run is not None:
        yield run


def _known(said: str, names: Iterable[str]) -> bool:
    """Whether each word of a name is one of some names' words."""
    words = {word.strip("'.,").lower() for name in names for word in name.split()}
    return all(word.strip("'.,").lower() in words for word in said.split())


def _is_variant(part: Part, piece: Span) -> bool:
    """Whether a name goes on as a product of theirs that is not called so: "Gold cover", of the Silver cover.

    Or is one but for a word: "Ledger Lite", of Ledger Pro.
    """
    behind = re.match(r" ([^\W\d_]+)", part.small[piece.end :])
    named = {small_name(value.text) for _, value in part.sources.values("product")} | part.context.record.products
    if phrase("not_theirs").search(part.small, *part.clause_at(piece.start)):
        return False
    alike = [name.split() for name in named if behind is not None and name.split()[-1] == behind[1]]
    said = part.small[piece.start : piece.end].split()
    if alike and not any(set(said) & set(name) for name in alike):
        return True
    as_long = [name.split() for name in named if len(name.split()) == len(said) > 1]
    return any(0 < sum(map(eq, said, name)) < len(said) for name in as_long)


def _in_facts(part: Part, said: str) -> Source | None:
    """The fact whose words hold a name as it is written."""
    wanted = re.compile(rf"(?<!\w){re.escape(said.strip(chr(39)))}(?!\w)")
    for source in part.sources.all:
        texts = [source.fact.words, source.fact.label, *(v.text for v in source.fact.values if v.kind != "quote")]
        if any(wanted.search(fold(text)) for text in texts):
            return source
    return None
