"""Words of other systems, and the few words of this one that they become."""

from __future__ import annotations

import re

from services.sync.validate.memo import Unfit

_EMAIL = re.compile(r"[^\s@,;<>\"()]+@[^\s@,;<>\"()]+")
_BETWEEN_ADDRESSES = re.compile(r"\s*(?::::|[;,|\n]|\s/\s)\s*(?=[^\s;,|])")
_ADDRESS = re.compile(r".*<([^<>]+)>\s*")
# English, German, French, Spanish, and what spreadsheets and forms put there.
_YES_WORDS = """
1 1.0 true yes y t on x ✓ ✔ ☑ ✅ checked enabled active
ja j wahr richtig an aktiv
oui o vrai actif
sí si s verdadero cierto activo
"""
_NO_WORDS = """
0 0.0 false no n f off ✗ ✘ ☐ ❌ unchecked disabled inactive
nein falsch aus inaktiv
non faux inactif
falso inactivo
"""
_YES = frozenset(_YES_WORDS.split())
_NO = frozenset((*_NO_WORDS.split(), ""))

_STAGES = {
    "identified": "Identified",
    "prospecting": "Identified",
    "prospect": "Identified",
    "new": "Identified",
    "lead": "Identified",
    "qualified": "Qualified",
    "qualification": "Qualified",
    "engaging": "Qualified",
    "needs analysis": "Qualified",
    "value proposition": "Qualified",
    "id. decision makers": "Qualified",
    "perception analysis": "Qualified",
    "proposal": "Proposal",
    "proposal/price quote": "Proposal",
    "negotiation": "Negotiation",
    "negotiation/review": "Negotiation",
    "won": "Won",
    "closed won": "Won",
    "closedwon": "Won",
    "lost": "Lost",
    "closed lost": "Lost",
    "closedlost": "Lost",
}
# Tried in this order on stages that are not known by name.
_STAGE_HINTS = (
    (("lost", "dead", "abandon", "disqualif", "declin"), "Lost"),
    (("won", "signed"), "Won"),
    (("negot", "contract", "legal", "review", "verbal", "commit"), "Negotiation"),
    (("propos", "quote", "present", "demo", "offer", "trial", "pilot"), "Proposal"),
    (
        ("qualif", "engag", "need", "discover", "contacted", "meeting", "appointment", "decision", "evaluat"),
        "Qualified",
    ),
)
_CONSENTS = {
    "given": "given",
    "granted": "given",
    "subscribed": "given",
    "yes": "given",
    "true": "given",
    "1": "given",
    "opted in": "given",
    "opt in": "given",
    "opt-in": "given",
    "y": "given",
    "accepted": "given",
    "withdrawn": "withdrawn",
    "unsubscribed": "withdrawn",
    "no": "withdrawn",
    "false": "withdrawn",
    "0": "withdrawn",
    "opted out": "withdrawn",
    "opt out": "withdrawn",
    "opt-out": "withdrawn",
    "n": "withdrawn",
    "revoked": "withdrawn",
    "unknown": "unknown",
    "never_subscribed": "unknown",
    "": "unknown",
}
_ORDER_KINDS = {
    "purchase": "purchase",
    "order": "purchase",
    "sale": "purchase",
    "paid": "purchase",
    "completed": "purchase",
    "complete": "purchase",
    "fulfilled": "purchase",
    "shipped": "purchase",
    "delivered": "purchase",
    "processing": "purchase",
    "closed": "purchase",
    "invoice": "purchase",
    "return": "return",
    "returned": "return",
    "refund": "return",
    "refunded": "return",
    "credit": "return",
    "credit note": "return",
    "cancelled": "cancellation",
    "canceled": "cancellation",
    "cancellation": "cancellation",
    "cancel": "cancellation",
    "void": "cancellation",
    "voided": "cancellation",
}
_MAIL_KINDS = {
    "sent": "sent",
    "send": "sent",
    "processed": "sent",
    "delivered": "delivered",
    "delivery": "delivered",
    "opened": "opened",
    "open": "opened",
    "clicked": "clicked",
    "click": "clicked",
    "replied": "replied",
    "reply": "replied",
    "converted": "converted",
    "conversion": "converted",
    "bounced": "bounced",
    "bounce": "bounced",
    "hard bounce": "bounced",
    "soft bounce": "bounced",
    "unsubscribed": "unsubscribed",
    "unsubscribe": "unsubscribed",
    "optout": "unsubscribed",
}
_TICKET_STATUSES = {
    "open": "open",
    "new": "open",
    "reopened": "open",
    "in progress": "open",
    "assigned": "open",
    "pending": "pending",
    "on hold": "pending",
    "hold": "pending",
    "waiting": "pending",
    "pending customer response": "pending",
    "waiting on customer": "pending",
    "solved": "solved",
    "resolved": "solved",
    "closed": "solved",
    "done": "solved",
}
_DIRECTIONS = {
    **dict.fromkeys(
        ("from customer", "in", "inbound", "incoming", "received", "customer", "user", "client", "visitor", "contact"),
        "from_customer",
    ),
    **dict.fromkeys(("requester", "end user", "eingehend", "entrant", "entrante"), "from_customer"),
    **dict.fromkeys(
        ("to customer", "out", "outbound", "outgoing", "sent", "agent", "admin", "operator", "team", "bot", "support"),
        "to_customer",
    ),
    **dict.fromkeys(("staff", "ausgehend", "sortant", "saliente"), "to_customer"),
}
_SENTIMENTS = {"negative": -1.0, "neg": -1.0, "neutral": 0.0, "mixed": 0.0, "positive": 1.0, "pos": 1.0}
_SURVEYS = {
    "nps": "nps",
    "net promoter score": "nps",
    "csat": "csat",
    "satisfaction": "csat",
    "customer satisfaction": "csat",
    "ces": "ces",
    "effort": "ces",
    "customer effort score": "ces",
}


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
        raise Unfit("is no email address")
    local, _, domain = body.rpartition("@")
    if "." not in domain.strip("."):
        raise Unfit("has no domain ending")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            raise Unfit("is no email address") from None
    return f"{local}@{domain}".lower()


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
    word = text.strip().lower()
    if word in _YES:
        return 1
    if word in _NO:
        return 0
    raise Unfit("is neither yes nor no")


def to_stage(text: str) -> str:
    """The stage of this program that another system's stage stands for; what is not known at all is Identified."""
    word = text.strip().lower()
    known = _STAGES.get(word)
    if known:
        return known
    for hints, stage in _STAGE_HINTS:
        if any(hint in word for hint in hints):
            return stage
    return "Identified"


def knows_stage(text: str) -> bool:
    """Whether a stage is known by name or by a telling part of it."""
    word = text.strip().lower()
    return word in _STAGES or any(hint in word for hints, _ in _STAGE_HINTS for hint in hints)


def to_consent(text: str) -> str:
    """Consent given, withdrawn, or unknown; a text that says neither is unknown."""
    return _CONSENTS.get(text.strip().lower(), "unknown")


def to_order_kind(text: str) -> str:
    """Purchase, return or cancellation; a status that says neither of the last two is a purchase."""
    word = text.strip().lower()
    if word in _ORDER_KINDS:
        return _ORDER_KINDS[word]
    if "cancel" in word or "void" in word:
        return "cancellation"
    if "refund" in word or "return" in word:
        return "return"
    return "purchase"


def to_mail_kind(text: str) -> str:
    """What happened to a mail."""
    word = text.strip().lower().replace("_", " ").removeprefix("email ").strip()
    found = _MAIL_KINDS.get(word)
    if found is None:
        raise Unfit("is no known event of a mail")
    return found


def to_ticket_status(text: str) -> str:
    """Open, pending or solved; a status that is not known counts as open."""
    word = text.strip().lower()
    known = _TICKET_STATUSES.get(word)
    if known:
        return known
    if "pend" in word or "wait" in word or "hold" in word:
        return "pending"
    return "solved" if "clos" in word or "solv" in word or "done" in word else "open"


def to_survey_kind(text: str) -> str:
    """NPS, CSAT or CES."""
    found = _SURVEYS.get(text.strip().lower())
    if found is None:
        raise Unfit("is no survey of the kinds NPS, CSAT, CES")
    return found


def to_direction(text: str) -> str:
    """Whether something was said by the customer or to them."""
    found = _DIRECTIONS.get(text.strip().lower().replace("_", " ").replace("-", " "))
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
        raise Unfit("is no sentiment") from None
    if not -1 <= value <= 1:
        raise Unfit("is not between -1 and 1")
    return value


def to_rating(text: str) -> int:
    """A rating from 1 to 5: "4", "4.0", "4/5", "4 stars", "★★★★"."""
    body = text.strip()
    if body and not body.strip("★☆"):
        body = str(body.count("★"))
    match = re.fullmatch(r"([0-9])(?:[.,]0+)?(?:\s*/\s*5|\s*(?:stars?|of 5|out of 5))?", body, re.IGNORECASE)
    if not match:
        raise Unfit("is no rating from 1 to 5")
    value = int(match[1])
    if not 1 <= value <= 5:
        raise Unfit("is not between 1 and 5")
    return value
