"""Contracts: a file of their own, or columns of a file of customers."""

from __future__ import annotations

from typing import Final

from services.sync.entities.base import CUSTOMER_FIELDS, Entity, Field

CONTRACTS: Final = Entity(
    name="contracts",
    label="Contracts",
    table="contracts",
    telling=("contract_id", "starts_on", "ends_on", "notice_days", "value_per_year", "renews"),
    needs=(
        ("customer_id", "customer_email", "customer_name", "customer_phone"),
        ("starts_on", "ends_on"),
        ("contract_id", "ends_on", "notice_days", "renews"),
    ),
    vague=("start date", "start", "status", "end date", "end"),
    customer="required",
    order=45,
    fields=(
        Field("contract_id", "id", "Contract number", role="key"),
        *CUSTOMER_FIELDS,
        Field("number", "text", "Number"),
        Field("starts_on", "date", "Starts"),
        Field("ends_on", "date", "End or renewal date"),
        Field("left_on", "date", "Ended", role="control"),
        Field("notice_days", "integer", "Notice period (days)"),
        Field("value_per_year", "money", "Annual value"),
        Field("currency", "currency", "Currency"),
        Field("status", "contract_status", "Status"),
        Field("renews", "boolean", "Auto-renewal"),
    ),
)

_DAYS: Final = ("contract_starts_on", "renews_on", "churned_on")


def _of(name: str, label: str, part: str) -> Field:
    field = CONTRACTS.field(part)
    assert field is not None
    beside = _DAYS if name not in _DAYS else ()
    return Field(name, field.kind, label, role="part", part=part, beside=beside)


#: Columns of a file of customers that speak of the customer's contract.
OF_CONTRACT: Final = (
    _of("contract_starts_on", "Contract starts", "starts_on"),
    _of("renews_on", "Renews", "ends_on"),
    _of("churned_on", "Left", "left_on"),
    _of("contract_number", "Contract number", "number"),
    _of("notice_days", "Notice period (days)", "notice_days"),
    _of("contract_value", "Annual contract value", "value_per_year"),
    _of("contract_status", "Contract status", "status"),
    _of("contract_renews", "Auto-renewal", "renews"),
)
