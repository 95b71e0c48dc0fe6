"""Sentences that are true by construction: fields of ticked facts, rendered by code, in wordings of a closed list.

slots (which fields a customer's facts fill, and the sentence of a model with them put in) → wordings (the closed list,
and whether a sentence is one of it). A sentence with the right figures in any other wording is the writer's own.
"""

from __future__ import annotations

from services.outreach.frames.slots import filled, slots_of, texts_of
from services.outreach.frames.wordings import offered, written_as

__all__ = ["filled", "offered", "slots_of", "texts_of", "written_as"]
