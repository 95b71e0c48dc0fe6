"""The language model: ticked facts, masked, to any OpenAI-compatible endpoint, and its answer back as a draft.

facts → masking (names out) → prompt → client (streamed, with cancel and time-outs) → answer (an email, or refused) →
masking (names in). What an endpoint may do wrong is a sentence each in ``faults``. Everything is imported at its first
use: the client library costs most of a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.values.outreach import Masking

if TYPE_CHECKING:
    from services.workspace import Workspace


def masking_of(workspace: Workspace, customer_id: int) -> Masking:
    """Return what is masked for a customer, what is withheld, and what never leaves."""
    from services.outreach.model.masking import masking_of as do

    return do(workspace, customer_id)


def fallback_words(error: Exception, template: str = "") -> str:
    """Return the line that says why a template wrote the draft: "No network: written from the template “…”."."""
    from services.outreach.model.faults import fallback_words as do

    return do(error, template)
