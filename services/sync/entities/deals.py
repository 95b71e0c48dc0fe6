"""Deals and the history of their stages."""

from __future__ import annotations

from services.sync.entities.base import CUSTOMER_FIELDS, ITEM_FIELDS, Entity, Field

OPPORTUNITIES = Entity(
    name="opportunities",
    label="Opportunities",
    table="opportunities",
    telling=("opportunity_id", "stage", "probability", "closes_on", "origin"),
    vague=("id", "record id", "status", "source", "campaign"),
    needs=(("stage",), ("opportunity_id", "name", "amount")),
    customer="optional",
    day="",
    like=(("customer_id", "name"), ("customer_id", "opened_on")),
    order=85,
    fields=(
        Field("opportunity_id", "id", "Opportunity", role="key"),
        *CUSTOMER_FIELDS,
        *ITEM_FIELDS,
        Field("name", "text", "Name"),
        Field("kind", "text", "Kind"),
        Field("stage", "stage", "Stage", columns=("stage", "stage_as_given"), required=True),
        Field("amount", "money", "Amount"),
        Field("currency", "currency", "Currency"),
        Field("probability", "percent", "Probability"),
        Field("opened_on", "date", "Opened on"),
        Field("closes_on", "date", "Closes on"),
        Field("owner", "text", "Owner"),
        Field("origin", "text", "Origin"),
        Field("deleted", "flag_deleted", "Deleted", role="control"),
    ),
)

STAGE_CHANGES = Entity(
    name="stage_changes",
    label="Stage changes",
    table="stage_changes",
    telling=("from_stage", "to_stage", "changed_at"),
    needs=(("to_stage",), ("changed_at",), ("opportunity_id",)),
    customer="none",
    day="changed_at",
    like=(("opportunity_id", "changed_on"),),
    order=90,
    fields=(
        Field("change_id", "id", "Change id", role="key"),
        Field("opportunity_id", "id", "Opportunity", role="reference", required=True),
        Field("from_stage", "stage", "From stage"),
        Field("to_stage", "stage", "To stage", required=True),
        Field("changed_at", "moment", "Changed at", required=True),
        Field("changed_by", "text", "Changed by", role="control"),
    ),
)
