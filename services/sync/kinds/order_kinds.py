"""What kind of order a word speaks of: a purchase, a return, a cancellation; in four languages.

The same word says two things. As the kind of a row, "refund" is money that went back: a return. As the status of an
order, "refunded" says that the purchase of this very row was undone: it is worth nothing, and no return of another one.
"""

from __future__ import annotations

import re
from typing import Final

from services.sync.kinds.vocabulary import meanings, phrase, vocabulary

UNDONE: Final = "undone"
_WORDS: Final = vocabulary("order_kind")
_PURCHASES: Final = _WORDS["purchases"] | {""}
_RETURNS, _UNDONE, _CANCELLATIONS = _WORDS["returns"], _WORDS["undone"], _WORDS["cancellations"]
# Of words that are not known, tried in this order; a word that is denied ("no refund") says nothing of the kind.
_DENIED: Final = re.compile(
    r"\b(?:no|non|not|nicht|kein\w*|sans|sin|pas|pending|request\w*|beantragt|angefragt)\b|\bnon\w*able\b"
)
_PARTLY: Final = re.compile(
    r"\bpart(?:ial|ially|ly|iell|ielle|iellement|ialmente)?\b|\bteil\w*|\bparcial\w*|\bpartiel\w*"
)
_CANCEL: Final = re.compile(r"\b(?:cancel|void|storn|annul|anul)")
_BACK: Final = re.compile(
    r"\b(?:refund|return(?:s|ed)?\b|erstatt|ruckerstatt|retour|rembours|reembols|devol|devuel|chargeback)"
)
# Words of yes that say of an order that it stands.
_STANDS: Final = frozenset(
    phrase(one) for one in ("active", "enabled", "confirmed", "verified", "aktiv", "actif", "activo")
)
_DAY: Final = re.compile(r"\d{1,4}[ ./]\d{1,2}[ ./]\d{2,4}")
_STATUS: Final = re.compile(r"status|\bstate\b|statut|estado|zustand|\betat\b")


def is_status(header: str) -> bool:
    """Whether a column says how an order stands, and not what kind of row it is."""
    return _STATUS.search(phrase(header)) is not None


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
    return yes or word in _CANCELLATIONS or _DAY.match(word) is not None


def to_order_kind(text: str, *, status: bool = False) -> str:
    """Purchase, return or cancellation; a word that says neither of the last two is a purchase.

    An order that was refunded or returned in part is still a purchase.

    Parameters
    ----------
    text : str
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
    if is_partly_back(text) or _DENIED.search(word):
        return "purchase"
    if _CANCEL.search(word):
        return "cancellation"
    if _BACK.search(word):
        return UNDONE if status else "return"
    return "purchase"


def is_partly_back(text: str) -> bool:
    """Whether a word says that some of an order was given back: how much is not said."""
    word = phrase(text)
    return bool(_PARTLY.search(word) and _BACK.search(word))


def knows_order_kind(text: str) -> bool:
    """Whether a kind or status of an order is known by name or by a telling part of it, and says all."""
    word = phrase(text)
    if any(word in known for known in (_PURCHASES, _RETURNS, _UNDONE, _CANCELLATIONS)):
        return True
    return bool(_CANCEL.search(word) or _BACK.search(word)) and not is_partly_back(text)
