"""What left this computer: one line for each email, request to a language model, and file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DisclosureKind = Literal["email", "model", "export", "write-back"]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One thing that left.

    Attributes
    ----------
    at
        When, UTC.
    kind
        email, model (a request to a language model), export or write-back (files).
    to
        To whom: an address, a server with the model, or the file.
    what
        What it was, in words.
    size
        Bytes; None where nobody knows.
    fields
        Which facts or columns it held; empty where they are not listed.
    by
        Who did it.
    customer
        The customer whom it was about, '' for several.
    """

    at: str
    kind: DisclosureKind
    to: str
    what: str
    size: int | None
    fields: tuple[str, ...]
    by: str
    customer: str = ""
