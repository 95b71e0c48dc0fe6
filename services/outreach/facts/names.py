"""How a customer is called: first name, full name, the company's short name, and the greeting made of them.

Nothing is guessed: no "Ms" or "Mr", no first name out of an address. A name that may be a person's or a shop's is
used as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_TITLES: Final = frozenset({"dr", "prof", "mr", "mrs", "ms", "miss", "mx", "sir", "herr", "frau", "m", "mme"})
_LEGAL: Final = re.compile(
    r"[\s,]+(?:co|company|inc|incorporated|ltd|limited|llc|llp|plc|corp|corporation|gmbh(?: & co\.? kg)?|ag|kg|ug|e\.?k"
    r"|s\.?a|s\.?a\.?r\.?l|s\.?r\.?l|b\.?v|n\.?v|oy|ab|a/?s|aps|sas|pty(?: ltd)?)\.?$",
    re.IGNORECASE,
)
#: "Hello Walnut Supply team", not "Hello The Walnut Supply team".
_ARTICLE: Final = re.compile(r"^the (?=\S+ \S)", re.IGNORECASE)
#: "Marlow & Pike Outfitters" is Marlow & Pike to those who write to it; "Joshi & Daughters" keeps all its words.
_TWO_NAMES: Final = re.compile(r"^([^\s&,]+ (?:&|and|\+) [^\s&,]+)\s+\S")
_TRADE: Final = re.compile(
    r"[&+@/\d]|\b(?:the|of|and|co|inc|ltd|llc|gmbh|ag|group|studio|shop|store|stores|café|cafe|outfitters|supply|bros"
    r"|brothers|sons|daughters|house|works|services|solutions|systems|labs|foods|partners|bakery|clinic|school"
    r"|university|hotel|bank|team|department|office)\b",
    re.IGNORECASE,
)

#: "Ida Moor68": a person whom a system told apart from others of the same name.
_NUMBERED: Final = re.compile(r"[^\W\d_]{2,}(?: [^\W\d_]+){0,2} [^\W\d_]{2,}\d+")

#: What systems write where they know no name: "Customer 17850", "unknown".
_NO_NAME: Final = re.compile(
    r"(?:customer|client|account|user|guest|buyer|member|kunde|contact)[\s_#:.-]*(?:no|nr)?[\s_#:.-]*[\w-]*\d[\w-]*"
    r"|[\d\s#./-]+|n/?a|none|null|unknown|anonymous|guest|test|-+|\?+|customer without a name",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Names:
    """What a customer may be called in an email; each is '' where it is not known.

    Attributes
    ----------
    full, first
        Of a person.
    company, short
        Of a company, as the book has it and as an email has it.
    """

    full: str = ""
    first: str = ""
    company: str = ""
    short: str = ""

    @property
    def called(self) -> str:
        """The name that stands in a sentence: of the person, else of the company."""
        return self.full or self.company

    def greeting(self, tone: str) -> str:
        """Return the line that an email begins with, in the tone's manner."""
        hello = "Dear" if tone == "formal" else "Hello"
        if self.full:
            by_full_name = tone == "formal" and not _NUMBERED.fullmatch(self.full)
            return f"{hello} {self.full if by_full_name or not self.first else self.first},"
        return f"{hello} {self.short} team," if self.short else "Hello,"


def names_of(name: str | None, company: str | None) -> Names:
    """Return what a customer with these two fields may be called."""
    full, firm = (" ".join((one or "").split()) for one in (name, company))
    full, firm = ("" if _NO_NAME.fullmatch(one) else one for one in (full, firm))
    if not full:
        return Names(company=firm, short=short_name(firm))
    if full.casefold() == firm.casefold() or (not firm and is_company(full)):
        return Names(company=full, short=short_name(full))
    return Names(full=_in_order(full), first=first_name(full), company=firm, short=short_name(firm))


def first_name(name: str) -> str:
    """Return the first name of a person's full name, '' where it is not known: one word, or an initial."""
    parts = [part for part in _in_order(" ".join(name.split())).split(" ") if not _is_title(part)]
    if len(parts) < 2 or len(parts[0].rstrip(".")) < 2 or not parts[0][0].isalpha():
        return ""
    return parts[0].capitalize() if parts[0].isupper() else parts[0]


def is_company(name: str) -> bool:
    """Return whether a name without anything beside it is a company's rather than a person's."""
    plain = name.rstrip("0123456789") if _NUMBERED.fullmatch(name) else name
    return bool(_TRADE.search(plain) or _LEGAL.search(plain)) or len(name.split()) > 4


def short_name(company: str) -> str:
    """Return a company's name without article and legal form, and of two names with a trade behind them the names."""
    bare = _ARTICLE.sub("", _LEGAL.sub("", company))
    pair = _TWO_NAMES.match(bare)
    return pair.group(1) if pair else bare


def has_first_name(name: str | None, company: str | None) -> bool:
    """Return whether a customer can be called by a first name."""
    return bool(names_of(name, company).first)


def _in_order(name: str) -> str:
    """Return ``Whitfield, Dana`` as ``Dana Whitfield``."""
    last, comma, first = name.partition(", ")
    return f"{first} {last}" if comma and last and first and "," not in first else name


def _is_title(part: str) -> bool:
    return part.rstrip(".").casefold() in _TITLES
