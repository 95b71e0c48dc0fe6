"""Short forms of first names, words that say only what kind of firm it is, and forms of address."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).resolve().parents[2] / "resources" / "vocabulary"


def _listed(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


_LISTED: Final = _listed("people")
_SHORT_FORMS: Final[dict[str, str]] = _LISTED["short_forms"]
_MEANT: Final = Counter(short for shorts in _SHORT_FORMS.values() for short in shorts.split())
#: Short form to the name that it stands for. A short form of several names stands for none of them.
NICKNAMES: Final[dict[str, str]] = {
    short: full for full, shorts in _SHORT_FORMS.items() for short in shorts.split() if _MEANT[short] == 1
}
LEGAL_FORMS, COURTESY, MAILBOX_DOMAINS, SHARED_MAILBOXES = (
    frozenset(_LISTED[name].split()) for name in ("legal_forms", "courtesy", "mailbox_domains", "shared_mailboxes")
)
#: A country as it is called elsewhere to its English name.
COUNTRIES: Final[dict[str, str]] = {
    one: country for country, names in _listed("countries")["same"].items() for one in names.split(", ")
}
