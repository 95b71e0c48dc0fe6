"""What a customer who speaks of leaving says that they do, and until when: one meaning of it, in four languages.

Whether somebody speaks of leaving at all `services.distress.leaving_words` tells. The patterns under ``[leaving]`` in
`resources/lexicon` tell which of it is said in plain words: that they close an account, end a contract or move to
somebody else. A customer who compares, threatens or denies it may leave.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Final, NamedTuple

from models.values import words
from services.distress.leaving_words import says_leaving
from services.distress.lexicon import WORD, lexicons, plain
from services.distress.weighed_words import SENTENCE, own_words

#: What a customer who leaves says; one who compares does not leave yet.
_LEAVES: Final = frozenset({"close", "end", "move", "leave"})
_DOES: Final = _LEAVES | {"compare"}
#: Where a line breaks within a sentence.
_WRAPPED: Final = re.compile(r"(?<![.!?;:\n])\n(?!\n)")
_CLAUSE: Final = re.compile(r"[,:()–—]")
#: A negation counts up to so many words before what is denied; in German it may follow at once.
_BEFORE, _AFTER = 4, 1
_SUNDAY: Final = 6
_SHOWN: Final = 160
#: How a day of the week is named as a term: by it, before it, or the next one, which is never today.
_TERM_DAYS: Final = frozenset({"week_day", "before_week_day", "next_week_day"})
_ACCENTED: Final = ("threat", "decide")


class Words(NamedTuple):
    """Words of leaving: the sentence in which a customer says it, and what the text with that sentence says of it."""

    sentence: str
    departure: Departure


class Departure(NamedTuple):
    """What is said of leaving.

    Attributes
    ----------
    does
        What they say that they do, as the patterns name it; what is threatened or denied is left out.
    decides
        They say that they still decide.
    until
        The last day of the term that they named, None without one.
    month_ends
        That term is the end of a month.
    term
        The sentence in which they named it.
    """

    does: frozenset[str]
    decides: bool
    until: date | None
    month_ends: bool
    term: str

    @property
    def leaves(self) -> bool:
        """Whether they say in plain words that they leave."""
        return bool(self.does & _LEAVES)

    def by(self, today: date, who: str = "they") -> str:
        """Until when to speak with them: "before they decide", "by Tuesday"; '' without a term, or after it."""
        if self.until is not None and today > self.until:
            return ""
        if self.decides:
            return f"before {who} decide"
        if self.until is None:
            return ""
        if self.month_ends:
            return "before the end of the month"
        return "this week" if self.until.weekday() == _SUNDAY else f"by {words.WEEKDAYS_LONG[self.until.weekday()]}"

    def told(self, today: date) -> str:
        """Say it after "they said": that they are leaving by 30 Nov."""
        day = f" by {words.day(self.until, today)}" if self.until is not None else ""
        if self.leaves:
            return f"that they are leaving{day}"
        if self.decides and self.until is not None and today > self.until:
            return f"that they may leave; they planned to decide by {words.WEEKDAYS[self.until.weekday()]}{day[3:]}"
        return f"that they may leave{' and will decide' if self.decides else ''}{day}"


@cache
def _lexicon() -> tuple[Mapping[str, re.Pattern[str]], frozenset[str]]:
    """The patterns by their names, and the words that deny."""
    files = lexicons()
    patterns = {code: re.compile("|".join(file["leaving"][code] for file in files)) for code in files[0]["leaving"]}
    return patterns, frozenset(word for file in files for word in plain(file["sentiment"]["negations"]).split())


@cache
def _week_days() -> Mapping[str, int]:
    """The days of the week by their names; Monday is 0."""
    return {name: number for file in lexicons() for number, name in enumerate(file["week_days"].split())}


def read_departure(text: str, day: date) -> Departure:
    """Return what a text says of leaving that a customer wrote, or said, on a day."""
    does: set[str] = set()
    terms: list[tuple[date, bool, str]] = []
    decides = False
    for sentence in SENTENCE.findall(_WRAPPED.sub(" ", own_words(text))):
        found = _said(sentence)
        does |= found.keys() & _DOES
        decides |= "decide" in found
        if found.keys() & _DOES or "decide" in found or _is_of(sentence, says_leaving(text)):
            terms += [(*term, " ".join(sentence.split())) for term in _terms(found, day)]
    until, month_ends, term = min(terms, default=(None, False, ""))
    return Departure(frozenset(does), decides, until, month_ends, term)


def leaving_words(text: str | None, *, rated_well: bool = False) -> str | None:
    """Return the sentence in which a customer speaks of leaving, with that in which they say until when; else None.

    A customer who rates well in the same breath leaves only where they say so in plain words.
    """
    said = says_leaving(text)
    if said is None or text is None:
        return None
    departure = read_departure(text, date.min)
    if rated_well and not departure.leaves:
        return None
    whole = departure.term
    if not whole or _is_of(whole, said):
        return said
    term = words.shortened(whole, _SHOWN)
    flat = " ".join(text.split())
    first, second = (said, term) if flat.find(said.rstrip("…")) <= flat.find(term.rstrip("…")) else (term, said)
    return f"{first} {second}" if f"{first} {second}" in flat else f"{first.rstrip('…')} … {second}"


def leaving_words_of(*texts: str | None, day: date = date.min, rated_well: bool = False) -> Words | None:
    """Return what `leaving_words` finds in a text, or else in the text below its title; None where neither says it.

    A title is a few words: alone, "Between M and the next" reads like an end. What is quoted, counted and told is of
    the same words.

    Parameters
    ----------
    texts
        The title, where there is one, and the text.
    day
        On which they wrote it: terms such as "this week" count from it.
    """
    for text in dict.fromkeys((texts[-1], ". ".join(filter(None, texts)))):
        said = leaving_words(text, rated_well=rated_well)
        if said is not None and text is not None:
            return Words(said, read_departure(text, day))
    return None


def _said(sentence: str) -> dict[str, str]:
    """What a sentence says, by the names of the patterns; what it threatens or denies is not what they do."""
    patterns, _ = _lexicon()
    own = plain(sentence)
    # Accents are kept where nothing else tells "yes" from "if" in Spanish, and "decided" from "decides" in French.
    texts = dict.fromkeys(_ACCENTED, sentence.lower())
    matches = {code: match for code, pattern in patterns.items() if (match := pattern.search(texts.get(code, own)))}
    threat = matches.get("threat")
    return {
        code: match[0] for code, match in matches.items() if code not in _DOES or not (threat or _denied(own, match))
    }


def _denied(sentence: str, match: re.Match[str]) -> bool:
    before = WORD.findall(_CLAUSE.split(sentence[: match.start()])[-1])[-_BEFORE:]
    after = WORD.findall(_CLAUSE.split(sentence[match.end() :])[0])[:_AFTER]
    return not _lexicon()[1].isdisjoint((*before, *WORD.findall(match[0]), *after))


def _terms(found: Mapping[str, str], day: date) -> list[tuple[date, bool]]:
    """The last days of the terms that a sentence of a day names, each with whether a month ends on it.

    "On Tuesday" may be the last one: it is a term of who decides.
    """
    terms = []
    if "week_end" in found:
        # On a Sunday it is the week that begins.
        terms.append((day + timedelta(days=_SUNDAY - day.weekday() or 7), False))
    on_day = {"on_week_day"} if "decide" in found else set()
    for code in found.keys() & _TERM_DAYS or found.keys() & on_day:
        named = next(_week_days()[word] for word in WORD.findall(found[code]) if word in _week_days())
        before = (named - day.weekday() - 1) % 7  # days to the one before it
        ahead = {"before_week_day": before, "next_week_day": before + 1}.get(code, (before + 1) % 7)
        terms.append((day + timedelta(days=ahead), False))
    if "month_end" in found:
        terms.append((day.replace(day=calendar.monthrange(day.year, day.month)[1]), True))
    return terms


def _is_of(sentence: str, said: str | None) -> bool:
    """Whether a sentence is the one shown, which may be shortened."""
    return said is not None and " ".join(sentence.split()).startswith(said.rstrip("…"))
