"""Words of other systems, and the few words of this one that they become.

Of a consent, what says neither yes nor no is unknown, and it is told: an opt-out that nobody understood must not pass
for nothing. Of an order, the same word says two things: as the kind of a row, "refund" is money that went back, a
return; as the status of an order, "refunded" says that the purchase of this very row was undone: it is worth nothing,
and no return of another one.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Final

from services.permission.ledger import address_key
from services.sync.kinds.memo import Unfit
from services.sync.kinds.vocabulary import hints, meanings, phrase, vocabulary

_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_OLDEST: Final = 120
_EMAIL = re.compile(r"[^\s@,;<>\"()]+@[^\s@,;<>\"()]+")
_BETWEEN_ADDRESSES = re.compile(r"\s*(?::::|[;,|\n]|\s/\s)\s*(?=[^\s;,|])")
_ADDRESS = re.compile(r".*<([^<>]+)>\s*")
_RATING = re.compile(
    r"([0-9])(?:[.,]([0-9]{1,6}))?(?P<five>\s*/\s*5(?:[.,]0)?"
    r"|\s*(?:stars?|of 5|out of 5|sterne?n?|von 5|étoiles?|sur 5|estrellas?|de 5))?(?:\s*[-–:(]\s*[^\d].*)?",
    re.IGNORECASE,
)
# A mark on a scale that it names itself: 8/10, 14/20, 92%.
_OF_SCALE = re.compile(
    r"([0-9]{1,3}(?:[.,][0-9]{1,6})?)\s*(?:(?:/|of|out of|von|sur|de)\s*(4|6|7|10|20|100)|(%))", re.IGNORECASE
)
# What a header says of the ends of its scale, and its first and last mark: "(1 = very good, 6 = bad)", "(0-10)".
_END: Final = re.compile(r"(\d{1,2})\s*(?:[=:]|\b(?:is|ist)\b)\s*([^\W\d_][^,;)\d=]*)")
_FROM_TO: Final = re.compile(r"(?<!\d)([01])\s*(?:-|–|to|bis|à|a)\s*(\d{1,2})(?!\d)")
#: "Question 1: Good" names no end of a scale.
_NUMBERED: Final = re.compile(r"\d\s*:")
_USUAL_LAST: Final = 5
_HARD: Final = re.compile(r"difficult|\bhard\b|effort|schwer|schwierig|aufwendig|difficile|difícil|unlikely")
_SENTIMENTS = {"negative": -1.0, "neg": -1.0, "neutral": 0.0, "mixed": 0.0, "positive": 1.0, "pos": 1.0}
_CONSENT, _ORDERS = vocabulary("consent"), vocabulary("order_kind")
_YES, _NO, _LEFT = _CONSENT["yes"], _CONSENT["no"], _CONSENT["left"]
_GIVEN: Final = _YES | _CONSENT["given"]
_UNKNOWN: Final = _CONSENT["unknown"] | {""}
_DAY: Final = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\b.*", re.DOTALL)
UNDONE: Final = "undone"
_PURCHASES: Final = _ORDERS["purchases"] | {""}
_RETURNS, _UNDONE, _CANCELLATIONS = _ORDERS["returns"], _ORDERS["undone"], _ORDERS["cancellations"]
_CANCEL, _BACK = hints("order")["cancelled"], hints("order")["back"]
# Words of yes that say of an order that it stands.
_STANDS: Final = frozenset(("active", "enabled", "confirmed", "verified", "aktiv", "actif", "activo"))
_CANCELLED_ON: Final = re.compile(r"\d{1,4}[ ./]\d{1,2}[ ./]\d{2,4}")


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
    return int(bool(word) and _meant("yes_no", word, "is neither yes nor no") == "yes")


def to_stage(text: str) -> str:
    """The stage of this program that another system's stage stands for; what is not known at all is Identified."""
    word = phrase(text)
    known = meanings("stage").get(word)
    return known or next((stage for stage, told in hints("stage").items() if told.search(word)), "Identified")


def knows_stage(text: str) -> bool:
    """Whether a stage is known by name or by a telling part of it."""
    word = phrase(text)
    return word in meanings("stage") or any(told.search(word) for told in hints("stage").values())


def to_mail_kind(text: str) -> str:
    """What happened to a mail."""
    word = phrase(text).removeprefix("email ").removesuffix(" email").strip()
    return _meant("mail_kind", word, "is not a known email event")


def _meant(table: str, word: str, unfit: str) -> str:
    found = meanings(table).get(word)
    if found is None:
        raise Unfit(unfit)
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
    told = hints("ticket")
    if told["pending"].search(word):
        return "pending"
    if told["solved"].search(word):
        return "open" if told["denied"].search(word) else "solved"
    return "open" if told["open"].match(word) else None


def to_contract_status(text: str) -> str:
    """Active, ended or unknown."""
    return meanings("contract_status").get(phrase(text)) or guessed_contract_status(text) or "unknown"


def guessed_contract_status(text: str) -> str | None:
    """What a status that is not known by name says by a part of it; None where that says both, or is denied."""
    word, told = phrase(text), hints("contract_status")
    if word in meanings("contract_status") or told["denied"].search(word):
        return None
    likely = [standing for standing in ("ended", "active") if told[standing].search(word)]
    return likely[0] if len(likely) == 1 else None


def to_survey_kind(text: str) -> str:
    """NPS, CSAT or CES."""
    return _meant("survey_kind", text.strip().lower(), "is not an NPS, CSAT or CES survey")


def to_direction(text: str) -> str:
    """Whether something was said by the customer or to them."""
    return _meant("direction", phrase(text), "does not say whether it is from the customer or to them")


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


def turned_scale(header: str) -> tuple[int, int] | None:
    """Return the first and last mark of a scale whose header says that the first is the best; None for others.

    German marks at school are such a scale: "Schulnote". Where only one end is named, marks are from 1, and to 5.
    """
    if "schulnote" in header.lower():
        return 1, 6
    ends = {int(mark): _goodness(said) for mark, said in _END.findall(header)}
    named = _FROM_TO.search(header)
    marks = (int(named[1]), int(named[2])) if named else (min(ends, default=0), max(ends, default=0))
    if len(ends) == 1 and not named and not _NUMBERED.search(header):
        marks = (1, marks[1] if marks[1] > 1 else _USUAL_LAST)
    first, last = ends.get(marks[0], 0), ends.get(marks[1], 0)
    return marks if marks[0] < marks[1] and (first > 0 or last < 0) and first > last else None


def _goodness(said: str) -> int:
    """Whether words for the end of a scale are good (1), bad (-1), or not known."""
    if _HARD.search(said.lower()):
        return -1
    mark = int(meanings("rating").get(phrase(said.strip(" .")), 3))
    return (mark > 3) - (mark < 3)


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on the scale that its cell says, from 0 or 1 to `scale`, the best."""

    mark: float
    scale: int

    def on(self, scale: float) -> float:
        """The mark on another scale; none is below 1 of five."""
        if scale == self.scale:
            return self.mark
        mark = round(self.mark * scale / self.scale, 6)
        return max(1.0, mark) if scale == 5 else mark


def is_turned_mark(text: str) -> bool:
    """Whether a cell of a turned scale is one of its marks; what is said in words or stars is as good as it says."""
    return any(map(str.isdecimal, text))


def to_turned_rating(text: str, scale: tuple[int, int]) -> int:
    """A rating from 1 to 5 of a mark on a scale whose first mark is the best: 1 of 1 to 6 is 5.

    Raises
    ------
    Unfit
        It is no such mark.
    """
    if not is_turned_mark(text):
        return to_rating(text)
    first, last = scale
    return math.floor(5.5 - 4 * (_turned_mark(text, scale) - first) / (last - first))


def to_turned_score(text: str, scale: tuple[int, int]) -> Mark:
    """A score of a mark on a scale whose first mark is the best, on the same scale with its last the best.

    Raises
    ------
    Unfit
        It is no such mark.
    """
    if is_turned_mark(text):
        return Mark(sum(scale) - _turned_mark(text, scale), scale[1])
    said = to_score(text)
    assert isinstance(said, Mark)
    return said


def _turned_mark(text: str, scale: tuple[int, int]) -> float:
    first, last = scale
    try:
        mark = float(re.sub(rf"\s*/\s*{last}$", "", text.strip()).rstrip("+-").replace(",", "."))
    except ValueError:
        raise Unfit(f"is not a mark from {first} to {last}") from None
    if not first <= mark <= last:
        raise Unfit(f"is not between {first} and {last}")
    return mark


def is_whole_rating(text: str) -> bool:
    """Whether a rating is kept as it is given."""
    value = _rating(text)
    return value is None or value == int(value)


def _rating(text: str) -> float | None:
    body = text.strip()
    if body and not body.strip("★☆½"):
        return body.count("★") + body.count("½") / 2
    if body and not body.strip("*"):
        return len(body)
    if scaled := _on_scale(body):
        return scaled.on(5)
    match = _RATING.fullmatch(body)
    if match:
        return float(f"{match[1]}.{match[2] or 0}")
    said = meanings("rating").get(phrase(body.strip(" .!")))
    return float(said) if said else None


def _on_scale(body: str) -> Mark | None:
    found = _OF_SCALE.fullmatch(body)
    return Mark(float(found[1].replace(",", ".")), int(found[2] or 100)) if found else None


def to_score(text: str) -> float | Mark:
    """A score of a survey that is no bare number: a mark on the scale that it names, words and stars on one of five.

    A figure with a remark, "4 - good", names no scale.

    Raises
    ------
    Unfit
        It is none.
    """
    value = _rating(text)
    if value is None:
        raise Unfit("is not a number")
    body = text.strip()
    remarked = _RATING.fullmatch(body)
    return value if remarked and not remarked["five"] else _on_scale(body) or Mark(value, 5)


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


def to_consent(text: str) -> str:
    """Consent given, withdrawn, or unknown; a text that says neither is unknown."""
    word = phrase(text)
    if word in _GIVEN:
        return "given"
    return "withdrawn" if word in _LEFT or word in _NO else "unknown"


def knows_consent(text: str) -> bool:
    """Whether a text is known to say something of consent, if only that nobody knows."""
    return any(phrase(text) in known for known in (_GIVEN, _LEFT, _NO, _UNKNOWN))


def to_opt_out(text: str) -> str:
    """Consent as a column says it whose yes means no: withdrawn, or unknown.

    A day is the one on which somebody opted out. Not to have opted out is not a consent.

    Raises
    ------
    Unfit
        It says neither.
    """
    word = phrase(text)
    if word in _YES or word in _LEFT or _DAY.fullmatch(text.strip()):
        return "withdrawn"
    if word in _NO or word in _GIVEN or word in _UNKNOWN:
        return "unknown"
    raise Unfit("does not say whether they opted out")


def stricter(consents: list[Any] | None, opt_outs: list[Any]) -> list[Any]:
    """Consents of rows that have a column of opt-outs too: who opted out has withdrawn it, whatever else is said."""
    given = consents if consents is not None else [None] * len(opt_outs)
    return [out if out == "withdrawn" else one or out for one, out in zip(given, opt_outs, strict=True)]


def is_status(header: str) -> bool:
    """Whether a column says how an order stands, and not what kind of row it is."""
    return hints("order")["status"].search(phrase(header)) is not None


def is_cancelled_flag(header: str) -> bool:
    """Whether a column says with yes or no whether an order was cancelled: "Voided", "Anulado", "Is cancelled"."""
    words = [word for word in phrase(header).rstrip("?").split() if word not in ("is", "was", "ist", "est")]
    return len(words) == 1 and (words[0] in _CANCELLATIONS or _CANCEL.match(words[0]) is not None)


def to_cancelled(text: str) -> str:
    """What such a column says of an order: yes, a day, or a word for it; anything else is a purchase."""
    return "cancellation" if _says_cancelled(phrase(text)) else "purchase"


def knows_cancelled(text: str) -> bool:
    """Whether such a cell is known to say one or the other."""
    word = phrase(text)
    said_no = word in _PURCHASES or meanings("yes_no").get(word) == "no" or not word.strip("0.,")
    return said_no or _says_cancelled(word)


def _says_cancelled(word: str) -> bool:
    yes = meanings("yes_no").get(word) == "yes" and word not in _STANDS
    return yes or word in _CANCELLATIONS or _CANCELLED_ON.match(word) is not None


def to_order_kind(text: str, *, status: bool = False) -> str:
    """Purchase, return or cancellation; a word that says neither of the last two is a purchase.

    An order that was refunded or returned in part is still a purchase.

    Parameters
    ----------
    status : bool
        Whether it says how the order of its row stands: `undone` then stands for one that was wholly given back.
    """
    word = phrase(text)
    if word in _PURCHASES:
        return "purchase"
    if word in _CANCELLATIONS:
        return "cancellation"
    if word in _RETURNS or word in _UNDONE:
        return UNDONE if status else "return"
    if is_partly_back(text) or hints("order")["denied"].search(word):
        return "purchase"
    if _CANCEL.search(word):
        return "cancellation"
    if _BACK.search(word):
        return UNDONE if status else "return"
    return "purchase"


def is_partly_back(text: str) -> bool:
    """Whether a word says that some of an order was given back: how much is not said."""
    word = phrase(text)
    return bool(hints("order")["partly"].search(word) and _BACK.search(word))


def knows_order_kind(text: str) -> bool:
    """Whether a kind or status of an order is known by name or by a telling part of it, and says all."""
    word = phrase(text)
    if any(word in known for known in (_PURCHASES, _RETURNS, _UNDONE, _CANCELLATIONS)):
        return True
    return bool(_CANCEL.search(word) or _BACK.search(word)) and not is_partly_back(text)
