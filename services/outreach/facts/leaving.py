"""What a customer who speaks of leaving said, as an answer to it has it: it takes it up and does not ask for it again.

It is said in plain words of ours; a text that fits none of these is only thanked for.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, NamedTuple

from services.distress.matters import Matter
from services.distress.weighed_words import own_words
from services.outreach.facts.trouble import trouble_of

#: What they do, as the answer has it, in the order in which it is looked for.
_ASKED: Final = {
    "close": "you want to close your account",
    "end": "you want to end your contract",
    "compare": "you are talking to another supplier",
    "move": "you are moving to another supplier",
}
#: It happened more than once.
_REPEATED: Final = re.compile(
    r"\b(?:deliveries|orders|refunds|errors|mistakes|answers|sizes|again|twice|always|every|two|three|four|several)\b",
    re.IGNORECASE,
)


class Leaving(NamedTuple):
    """What they said, each '' where it is not known.

    Attributes
    ----------
    asked
        "you want to close your account".
    trouble
        What they named beside it: "the late deliveries".
    by
        Until when to speak with them: "before the end of the month".
    """

    asked: str
    trouble: str
    by: str


def read_leaving(matter: Matter, today: date) -> Leaving:
    """Return what is asked for in a matter, each '' in one that is no words of leaving."""
    departure = matter.departure
    if departure is None:
        return Leaving("", "", "")
    asked = next((words for code, words in _ASKED.items() if code in departure.does), "")
    return Leaving(asked, _trouble(own_words(matter.text)) if asked else "", departure.by(today, "you"))


def _trouble(text: str) -> str:
    trouble = trouble_of(text)
    if trouble is None:
        return ""
    named = trouble.title.lower()
    if _REPEATED.search(text) and trouble.code != "quality":
        named = f"{named[:-1]}ies" if named.endswith("y") else f"{named}s"
    return f"the {named}"
