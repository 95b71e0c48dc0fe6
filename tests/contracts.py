"""Rows of customers as tests write them: what they say of a contract goes to a contract of the customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DAYS = ("contract_starts_on", "renews_on", "churned_on")


def without_contract(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a customer's own values, and those of the contract, empty for none."""
    start, renews, left = (values.get(name) for name in _DAYS)
    own = {name: value for name, value in values.items() if name not in _DAYS}
    if not (start or renews or left):
        return own, {}
    return own, {"starts_on": start, "ends_on": left or renews, "status": "ended" if left else None}
