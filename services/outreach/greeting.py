"""Whether a greeting is this customer's: a usual salutation, and a name of theirs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from services.outreach.claims.text import fold, lower

_SALUTATION: Final = re.compile(
    r"(?P<hello>dear|hello|hi|hey|good (?:morning|afternoon|evening|day)|greetings)"
    r"(?: (?P<title>mr|mrs|ms|miss|mx|dr|prof|professor)\.?)?(?:,)?(?: (?P<name>[^,:;!?\n]+?))?(?:,|:|\.)?$"
)
_TEAM: Final = re.compile(
    r"(?:(?:the|all at|everyone at|team at) )?(?P<name>.*?)(?: (?:team|crew|family|colleagues))?$"
)
_NOBODY: Final = frozenset({"team", "all", "everyone", "there", "the team", "all of you", "you all", "both"})


def fault_of_greeting(greeting: str, names: Sequence[str]) -> str:
    """Return why a greeting is not this customer's, '' where it is.

    Parameters
    ----------
    names
        What the customer may be called: full name, first name, company, its short form.
    """
    said = " ".join(lower(fold(greeting)).split())
    if not said:
        return "There is no greeting"
    if any(_is_picture(letter) and not any(letter in name for name in names) for letter in greeting):
        return "The greeting holds a picture"
    found = _SALUTATION.match(said)
    if found is None:
        return "The greeting is unusual"
    called = found["name"] or ""
    title = found["title"]
    if not called:
        return "" if not any(names) else "The greeting has no name"
    if called in _NOBODY:
        return "" if called in ("team", "the team") or not any(names) else "The greeting has no name"
    core = _TEAM.match(called)
    bare = _bare(core["name"] if core else called)
    accepted = {_bare(name).removeprefix("the ") for name in names if _bare(name)}
    if title and not any(_bare(name).startswith(f"{title} ") for name in names):
        return f"The greeting says {title.capitalize()}, which the customer’s name does not"
    if title:
        accepted |= {form for name in accepted for form in (name.removeprefix(f"{title} "), name.split()[-1])}
    if bare in accepted or _bare(called).removeprefix("the ") in accepted:
        return ""
    if len(bare.split()) > 1 and any(name.startswith(f"{bare} ") for name in accepted):
        return ""
    parts = re.split(r" (?:and|&) ", called)
    if len(parts) > 1 and all(_bare(part) in accepted for part in parts):
        return ""
    return "The greeting is not this customer’s name"


def _is_picture(letter: str) -> bool:
    return not letter.isascii() and unicodedata.category(letter) in ("So", "Sk", "Cn", "Co")


def _bare(name: str) -> str:
    return " ".join(re.findall(r"[\w&]+", lower(fold(name)))).replace("&", "and")
