"""What a column may mean, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

#: Below this, a person is told what a column was taken for.
SURE = 0.8


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a column may mean.

    Attributes
    ----------
    field
        Name of the field.
    confidence
        0–1; below `SURE` a person is told.
    why
        In words, as the window shows it.
    """

    field: str
    confidence: float
    why: str
