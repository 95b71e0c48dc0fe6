"""Outcomes: what followed an email. Counts and sums in time, and no claim that one caused the other."""

from __future__ import annotations

from services.outcomes.attribution import Returned, contact_of_alert, contact_of_message, returned

__all__ = ["Returned", "contact_of_alert", "contact_of_message", "returned"]
