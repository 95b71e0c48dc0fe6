"""Words of other systems, and the few words of this one that they become."""

from __future__ import annotations

import math
import re
from typing import Final

from services.permission.ledger import address_key
from services.sync.kinds.memo import Unfit
from services.sync.kinds.vocabulary import meanings, phrase

_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_OLDEST: Final = 120
_EMAIL = re.compile(r"[^\s@,;<>\"()]+@[^\s@,;<>\"()]+")
_BETWEEN_ADDRESSES = re.compile(r"\s*(?::::|[;,|\n]|\s/\s)\s*(?=[^\s;,|])")
_ADDRESS = re.compile(r".*<([^<>]+)>\s*")
_RATING = re.compile(
    r"([0-9])(?:[.,]([0-9]{1,6}))?(?:\s*/\s*5(?:[.,]0)?"
    r"|\s*(?:stars?|of 5|out of 5|sterne?n?|von 5|étoiles?|sur 5|estrellas?|de 5))?(?:\s*[-–:(]\s*[^\d].*)?",
    re.IGNORECASE,
)
# Tried in this order on stages that are not known by name; a hint is the beginning of a word.
_STAGE_HINTS: Final = tuple(
    (re.compile(rf"(?<![a-z])(?:{hints})"), stage)
    for hints, stage in (
        (
            r"lost\b|closed?lost|dead\b|abandon|disqualif|unqualif|declin|verlor|abgelehnt|abgesagt|perdu|perdid"
            r"|rechazad|descartad",
            "Lost",
        ),
        (r"won\b|closed?won|signed\b|gewonnen|unterschrieben|unterzeichnet|gagne|signe\b|ganad|firmad", "Won"),
        (r"(?:re)?negot|contract|legal|review|verbal|commit|verhandl|vertrag|negoci|contrat", "Negotiation"),
        (
            r"propos|quot|present|demo|offer|trial|pilot|angebot|vorschlag|vorstell|devis|offre|ofert|presupuest"
            r"|propuest",
            "Proposal",
        ),
        (
            r"(?:pre)?qualif|engag|need|discover|contacted|meeting|appointment|decision|evaluat|bedarf|kontaktiert"
            r"|termin\b|besoin|contacte\b|rendez|necesidad|contactad|reunion|calific",
            "Qualified",
        ),
    )
)
_DENIED: Final = re.compile(r"\b(?:no|non|not|never|nicht|kein\w*|pas|sin)\b")
_WAITS: Final = re.compile(r"(?<![a-z])(?:pend|a?wait|hold|wart|attente|espera)")
_SOLVED: Final = re.compile(
    r"(?<![a-z])(?:auto ?)?(?:clos|solv|resolv|done\b|complet|finish|geschlossen|gelost|erledig"
    r"|resolu|resuel|ferm|cerrad|solucion)"
)
_SENTIMENTS = {"negative": -1.0, "neg": -1.0, "neutral": 0.0, "mixed": 0.0, "positive": 1.0, "pos": 1.0}


def to_email(text: str) -> str:
    """An address as it is compared: without a name around it, in lower case, its domain in ASCII.

    Of several addresses in one cell the first is meant.

    Raises
    ------
    Unfit
        It is none.
    """
    body = addresses_in(text)[0].removeprefix("mailto:").strip(" .'")
    if "@" not in body:
        raise Unfit("has no @")
    if not _EMAIL.fullmatch(body) or ".." in body:
        raise Unfit("is not an email address")
    domain = body.rpartition("@")[2]
    if "." not in domain.strip("."):
        raise Unfit("has no domain ending")
    key = address_key(body)
    if not key.rpartition("@")[2].isascii():
        raise Unfit("is not an email address")
    return key


def addresses_in(text: str) -> list[str]:
    """The addresses of a cell, as written, without names around them; the cell itself where there is at most one."""
    body = text.strip()
    parts = [part.strip() for part in _BETWEEN_ADDRESSES.split(body)]
    if len(parts) > 1 and all("@" in part for part in parts):
        return [_address(part) for part in parts]
    return [_address(body)]


def _address(body: str) -> str:
    if body.endswith(">"):
        match = _ADDRESS.fullmatch(body)
        return match[1].strip() if match else body
    return body


def name_key(text: str) -> str:
    """A name as it is compared: without case, punctuation and stray blanks."""
    return " ".join("".join(sign if sign.isalnum() else " " for sign in text.casefold()).split())


def loose_key(text: str) -> str:
    """A name without any blank or punctuation: "GTXPro" and "GTX Pro" are the same."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def to_boolean(text: str) -> int:
    """Yes or no, in a few languages."""
    word = phrase(text)
    said = meanings("yes_no").get(word) if word else "no"
    if said is None:
        raise Unfit("is neither yes nor no")
    return int(said == "yes")


def to_stage(text: str) -> str:
    """The stage of this program that another system's stage stands for; what is not known at all is Identified."""
    word = phrase(text)
    known = meanings("stage").get(word)
    return known or next((stage for hints, stage in _STAGE_HINTS if hints.search(word)), "Identified")


def knows_stage(text: str) -> bool:
    """Whether a stage is known by name or by a telling part of it."""
    word = phrase(text)
    return word in meanings("stage") or any(hints.search(word) for hints, _ in _STAGE_HINTS)


def to_mail_kind(text: str) -> str:
    """What happened to a mail."""
    word = phrase(text).removeprefix("email ").removesuffix(" email").strip()
    found = meanings("mail_kind").get(word)
    if found is None:
        raise Unfit("is not a known email event")
    return found


def to_ticket_status(text: str) -> str:
    """Open, pending or solved; a status that is not known counts as open."""
    return _ticket_status(text) or "open"


def knows_ticket_status(text: str) -> bool:
    """Whether a status of a ticket is known by name or by a telling part of it."""
    return _ticket_status(text) is not None


def _ticket_status(text: str) -> str | None:
    word = phrase(text)
    known = meanings("ticket_status").get(word)
    if known is not None:
        return known
    if _WAITS.search(word):
        return "pending"
    if _SOLVED.search(word):
        return "open" if _DENIED.search(word) else "solved"
    return "open" if re.match(r"un(?:re)?solved|\b(?:re ?)?open", word) else None


def to_contract_status(text: str) -> str:
    """Active, ended or unknown."""
    return meanings("contract_status").get(phrase(text), "unknown")


def to_survey_kind(text: str) -> str:
    """NPS, CSAT or CES."""
    found = meanings("survey_kind").get(text.strip().lower())
    if found is None:
        raise Unfit("is not an NPS, CSAT or CES survey")
    return found


def to_direction(text: str) -> str:
    """Whether something was said by the customer or to them."""
    found = meanings("direction").get(phrase(text))
    if found is None:
        raise Unfit("does not say whether it is from the customer or to them")
    return found


def to_sentiment(text: str) -> float:
    """A sentiment from -1 to 1, given as a word or a number."""
    word = text.strip().lower()
    if word in _SENTIMENTS:
        return _SENTIMENTS[word]
    try:
        value = float(word)
    except ValueError:
        raise Unfit("is not a sentiment") from None
    if not -1 <= value <= 1:
        raise Unfit("is not between -1 and 1")
    return value


def to_rating(text: str) -> int:
    """A rating from 1 to 5: "4", "4.0", "4/5", "4 stars", "★★★★"; one between two is rounded, a half up."""
    value = _rating(text)
    if value is None:
        raise Unfit("is not a rating from 1 to 5")
    if not 1 <= value <= 5:
        raise Unfit("is not between 1 and 5")
    return math.floor(value + 0.5)


def is_whole_rating(text: str) -> bool:
    """Whether a rating is kept as it is given."""
    value = _rating(text)
    return value is None or value == int(value)


def _rating(text: str) -> float | None:
    body = text.strip()
    if body and not body.strip("★☆½"):
        return body.count("★") + body.count("½") / 2
    match = _RATING.fullmatch(body)
    if match:
        return float(f"{match[1]}.{match[2] or 0}")
    said = meanings("rating").get(phrase(body.strip(" .!")))
    return float(said) if said else None


def to_birth_year(text: str, year: int) -> int:
    """The year of a birth: of a date, the year itself, or an age in the year of the file.

    Raises
    ------
    Unfit
        It is none of them.
    """
    body = text.strip().removesuffix(".0")
    if is_age(body):
        return year - int(body)
    found = _YEAR.search(body)
    if found is None or not year - _OLDEST <= int(found[0]) <= year:
        raise Unfit("is not a year or date of birth or an age")
    return int(found[0])


def is_age(text: str) -> bool:
    """Whether a number is an age and not a year."""
    body = text.strip().removesuffix(".0")
    return body.isdecimal() and int(body) <= _OLDEST


def to_gender(text: str) -> str:
    """Female, male or other; a word that is not known is kept as the file has it."""
    return meanings("gender").get(phrase(text).rstrip("."), text.strip())
