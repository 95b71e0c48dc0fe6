"""How many cells of a column fit its kind, where nothing is to be decided: addresses, numbers of phones, yes and no."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from services.sync.kinds import words
from services.sync.kinds.column import LIKELY, PROVEN, Column, Described, Evidence
from services.sync.kinds.memo import Memo, Unfit
from services.sync.kinds.nothing import is_nothing
from services.sync.kinds.phones import phone_key

_FOUND_WORDS = {
    "one": "are addresses",
    "several": "hold several addresses, of which the first is taken",
    "international": "name their country",
    "national": "name no country",
    "yes": "mean yes",
    "no": "mean no",
}


@dataclass
class Checked(Evidence):
    """Counts of cells by what they turned out to be.

    Attributes
    ----------
    kind
        The kind of the column's field: `email`, `phone`, `boolean` or `flag_deleted`.
    found
        `unfit` and, by kind, `one` or `several` addresses, `national` or `international` numbers, `yes` or `no`.
    """

    kind: str
    found: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        look = _LOOKS[self.kind]
        self._memo = Memo(lambda text: "" if is_nothing(text, typed=True) else look(text))

    def take(self, cells: Sequence[str]) -> None:
        """Add cells to the evidence."""
        self.found.update(map(self._memo.__getitem__, cells))
        self.found.pop("", None)

    @property
    def filled(self) -> int:
        """How many cells have something in them."""
        return sum(self.found.values())

    def describe(self, one: Column) -> Described:
        """How many fit, and what they are."""
        evidence = [f"{self.found[name]:,} {text}" for name, text in _FOUND_WORDS.items() if self.found[name]]
        unfit = self.found["unfit"]
        return Described(super().describe(one).words, evidence, unfit, LIKELY if unfit else PROVEN)


def _email(text: str) -> str:
    try:
        words.to_email(text)
    except Unfit:
        return "unfit"
    return "several" if len(words.addresses_in(text)) > 1 else "one"


def _phone(text: str) -> str:
    key = phone_key(text)
    return "unfit" if not key else "international" if key.startswith("+") else "national"


def _boolean(text: str) -> str:
    try:
        return "yes" if words.to_boolean(text) else "no"
    except Unfit:
        return "unfit"


_LOOKS: dict[str, Callable[[str], str]] = {
    "email": _email,
    "phone": _phone,
    "boolean": _boolean,
    "flag_deleted": _boolean,
}
CHECKED = tuple(_LOOKS)
