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
        Field(
            "opportunity_id",
            "id",
            "Opportunity",
            ("id", "opportunity", "deal id", "record id", "opportunity number", "deal"),
            role="key",
        ),
        *CUSTOMER_FIELDS,
        *ITEM_FIELDS,
        Field("name", "text", "Name", ("opportunity name", "deal name", "topic", "title", "deal title"), ("name",)),
        Field("kind", "text", "Kind", ("type", "deal type", "opportunity type"), ("kind",)),
        Field(
            "stage",
            "stage",
            "Stage",
            ("stage name", "deal stage", "stagename", "status", "pipeline stage", "sales stage"),
            ("stage", "stage_as_given"),
            required=True,
        ),
        Field(
            "amount",
            "money",
            "Amount",
            ("value", "deal value", "close value", "deal amount", "est. revenue", "opportunity amount", "total"),
            ("amount_minor",),
        ),
        Field("currency", "currency", "Currency", ("currency code", "amount currency"), ("currency",)),
        Field("probability", "percent", "Probability", ("probability (%)", "likelihood"), ("probability",)),
        Field(
            "opened_on",
            "date",
            "Opened on",
            ("created date", "create date", "engage date", "created", "created at", "open date", "opened", "opened at"),
            ("opened_on",),
        ),
        Field(
            "closes_on",
            "date",
            "Closes on",
            ("close date", "closing date", "expected close date", "est. close date", "closed on", "closes"),
            ("closes_on",),
        ),
        Field(
            "owner",
            "text",
            "Owner",
            ("opportunity owner", "deal owner", "sales agent", "owner id", "sales rep", "assigned to"),
            ("owner",),
        ),
        Field("origin", "text", "Origin", ("lead source", "source", "campaign"), ("origin",)),
        Field("deleted", "flag_deleted", "Deleted", ("is deleted", "isdeleted"), role="control"),
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
        Field("change_id", "id", "Change id", ("history id",), role="key"),
        Field(
            "opportunity_id", "id", "Opportunity", ("deal id", "opportunity", "deal"), role="reference", required=True
        ),
        Field(
            "from_stage", "stage", "From stage", ("old stage", "old value", "previous stage", "from"), ("from_stage",)
        ),
        Field("to_stage", "stage", "To stage", ("new stage", "new value", "stage", "to"), ("to_stage",), required=True),
        Field(
            "changed_at",
            "moment",
            "Changed at",
            ("changed on", "edit date", "date", "last modified", "change date", "at"),
            ("changed_on", "changed_at"),
            required=True,
        ),
        Field("changed_by", "text", "Changed by", ("edited by", "user"), role="control"),
    ),
)
