"""Emails whose own sentences a person has read, without asking what they are."""

from __future__ import annotations

from dataclasses import replace

from models.values.outreach import Edit, Resolution
from services.outreach.claims import fold, sentences


def as_read(edit: Edit) -> Edit:
    """The email with all that it says kept as read by Ada."""
    said = [edit.subject, *(edit.body[start:end] for start, end in sentences(fold(edit.body)))]
    read = (Resolution(one, "read", "", "", "Ada", "2026-11-19T09:00:00Z") for one in dict.fromkeys(said))
    return replace(edit, resolutions=(*edit.resolutions, *read))
