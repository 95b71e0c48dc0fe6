"""What else customers do: tickets, reviews, mail events, activities, surveys."""

from __future__ import annotations

from services.sync.entities.base import CUSTOMER_FIELDS, ITEM_FIELDS, Entity, Field

_LIKE = "customer_id"


def _happened_at(*headers: str) -> Field:
    """When something happened, under the headers that every export uses and those of this entity."""
    return Field(
        "happened_at",
        "moment",
        "At",
        ("at", "date", "timestamp", *headers),
        ("happened_on", "happened_at"),
        required=True,
    )


TICKETS = Entity(
    name="tickets",
    label="Tickets",
    table="tickets",
    telling=("ticket_id", "subject", "priority", "status", "resolved_at", "satisfaction", "agent"),
    needs=(("ticket_id", "subject", "text"), ("status", "priority", "subject", "resolved_at")),
    customer="required",
    day="opened_at",
    like=((_LIKE, "opened_on"),),
    order=50,
    fields=(
        Field(
            "ticket_id", "id", "Ticket", ("ticket", "ticket number", "case id", "case number", "ticket no"), role="key"
        ),
        *CUSTOMER_FIELDS,
        Field("subject", "text", "Subject", ("ticket subject", "ticket name", "title", "case subject"), ("subject",)),
        Field(
            "text",
            "long_text",
            "Text",
            ("description", "ticket description", "body", "message", "details", "comment"),
            ("text",),
        ),
        Field(
            "kind", "text", "Type", ("type", "ticket type", "category", "reason", "issue type", "case type"), ("kind",)
        ),
        Field("channel", "text", "Channel", ("ticket channel", "source", "via", "case origin", "origin"), ("channel",)),
        Field("status", "ticket_status", "Status", ("ticket status", "state", "case status"), ("status",)),
        Field("priority", "text", "Priority", ("ticket priority", "severity", "urgency"), ("priority",)),
        Field("sentiment", "sentiment", "Sentiment", ("ticket sentiment",), ("sentiment",)),
        Field(
            "opened_at",
            "moment",
            "Opened at",
            (
                "opened",
                "opened on",
                "created",
                "created at",
                "created time",
                "created on",
                "create date",
                "date opened",
                "open date",
                "date",
                "submitted at",
                "date created",
                "created date",
            ),
            ("opened_on", "opened_at"),
        ),
        Field(
            "resolved_at",
            "moment",
            "Resolved at",
            (
                "resolved",
                "resolved on",
                "resolved time",
                "solved at",
                "closed at",
                "closed time",
                "close date",
                "date closed",
                "closed on",
                "closed date",
                "resolution date",
            ),
            ("resolved_on", "resolved_at"),
        ),
        Field(
            "satisfaction",
            "rating",
            "Satisfaction",
            ("satisfaction score", "satisfaction rating", "customer satisfaction rating", "csat", "rating"),
            ("satisfaction",),
        ),
        Field("agent", "text", "Agent", ("assignee", "assigned to", "owner", "handled by", "ticket owner"), ("agent",)),
    ),
)

REVIEWS = Entity(
    name="reviews",
    label="Reviews",
    table="reviews",
    telling=("review_id", "rating", "text", "verified"),
    needs=(("rating",), ("reviewed_at",), ("review_id", "text", "title", "sku", "product")),
    customer="required",
    day="reviewed_at",
    like=((_LIKE, "reviewed_on"),),
    order=60,
    fields=(
        Field("review_id", "id", "Review id", ("id",), role="key"),
        *CUSTOMER_FIELDS,
        *ITEM_FIELDS,
        Field(
            "rating", "rating", "Rating", ("stars", "score", "review score", "star rating"), ("rating",), required=True
        ),
        Field("title", "text", "Title", ("review title", "headline", "summary"), ("title",)),
        Field(
            "text",
            "long_text",
            "Text",
            ("review", "review text", "body", "content", "comment", "review content", "review body"),
            ("text",),
        ),
        Field("sentiment", "sentiment", "Sentiment", (), ("sentiment",)),
        Field(
            "reviewed_at",
            "moment",
            "Reviewed at",
            (
                "review date",
                "reviewed on",
                "date",
                "created at",
                "date created",
                "submitted at",
                "review creation date",
            ),
            ("reviewed_on", "reviewed_at"),
            required=True,
        ),
        Field(
            "verified",
            "boolean",
            "Verified",
            ("verified purchase", "is verified buyer", "verified buyer"),
            ("verified",),
        ),
    ),
)

EMAIL_EVENTS = Entity(
    name="email_events",
    label="Email events",
    table="email_events",
    telling=("event_id", "kind", "message", "campaign"),
    needs=(("kind",), ("happened_at",), ("message", "campaign", "customer_email")),
    customer="required",
    day="happened_at",
    like=((_LIKE, "happened_on", "kind"),),
    order=70,
    fields=(
        Field("event_id", "id", "Event id", ("id",), role="key"),
        *CUSTOMER_FIELDS,
        Field("message", "text", "Message", ("message id", "mail id", "email id", "email name"), ("message",)),
        Field(
            "campaign", "text", "Campaign", ("campaign name", "campaign id", "flow", "campaign title"), ("campaign",)
        ),
        Field("subject", "text", "Subject", ("email subject", "subject line"), role="control"),
        Field(
            "kind",
            "mail_kind",
            "Event",
            ("event", "event type", "type", "action", "event name"),
            ("kind",),
            required=True,
        ),
        _happened_at("event time", "event date", "time", "occurred at", "created at", "datetime", "sent at"),
    ),
)

ACTIVITIES = Entity(
    name="activities",
    label="Activities",
    table="activities",
    telling=("activity_id", "kind", "duration"),
    needs=(("kind",), ("happened_at",)),
    customer="required",
    day="happened_at",
    like=((_LIKE, "happened_on", "kind"),),
    order=75,
    fields=(
        Field("activity_id", "id", "Activity id", ("id", "session id", "visit id"), role="key"),
        *CUSTOMER_FIELDS,
        Field(
            "kind", "activity_kind", "Kind", ("activity", "activity type", "type", "action"), ("kind",), required=True
        ),
        _happened_at("time", "occurred at", "activity date", "visited at", "started at", "datetime"),
        Field(
            "duration",
            "duration",
            "Duration in seconds",
            ("duration seconds", "duration s", "duration (s)", "seconds", "length"),
            ("duration_s",),
        ),
        Field("subject", "text", "Subject", ("page", "document", "feature", "title", "details"), ("subject",)),
    ),
)

_SCORES = (
    *("nps", "nps score", "net promoter score", "csat", "csat score", "satisfaction score", "ces", "ces score"),
    *("effort score", "rating", "answer", "value"),
)
SURVEYS = Entity(
    name="surveys",
    label="Surveys",
    table="surveys",
    telling=("survey_id", "kind", "score"),
    vague=(
        *("score", "rating", "answer", "value", "punktzahl", "antwort", "wert", "bewertung", "note", "réponse"),
        *("puntuación", "respuesta", "valor"),
    ),
    needs=(("score",), ("answered_at",)),
    customer="required",
    day="answered_at",
    like=((_LIKE, "answered_on", "kind"),),
    order=80,
    fields=(
        Field("survey_id", "id", "Survey id", ("response id", "respondent id", "answer id"), role="key"),
        *CUSTOMER_FIELDS,
        Field("kind", "survey_kind", "Kind", ("survey", "survey type", "metric"), ("kind",), required=True),
        Field("score", "number", "Score", _SCORES, ("score",), required=True),
        Field("scale", "integer", "Scale", ("scale max", "maximum"), ("scale",)),
        Field("comment", "long_text", "Comment", ("feedback", "verbatim", "text"), ("comment",)),
        Field(
            "answered_at",
            "moment",
            "Answered at",
            ("answered on", "date", "submitted at", "submit date", "created at", "response date", "timestamp"),
            ("answered_on", "answered_at"),
            required=True,
        ),
    ),
)

CONVERSATIONS = Entity(
    name="conversations",
    label="Conversations",
    table="conversations",
    telling=("conversation_id", "direction", "text", "channel"),
    needs=(("text",), ("happened_at",), ("conversation_id", "direction")),
    customer="required",
    day="happened_at",
    like=((_LIKE, "happened_on", "channel"), (_LIKE, "happened_on")),
    order=78,
    fields=(
        Field(
            "conversation_id",
            "id",
            "Conversation",
            ("conversation", "message id", "chat id", "call id", "mention id", "transcript id", "letter id"),
            role="key",
        ),
        *CUSTOMER_FIELDS,
        Field(
            "channel",
            "text",
            "Channel",
            ("conversation channel", "source", "medium", "platform", "network", "type"),
            ("channel",),
        ),
        Field(
            "direction",
            "direction",
            "Direction",
            ("sender type", "author type", "sent by", "in or out", "message direction"),
            ("direction",),
        ),
        Field(
            "text",
            "long_text",
            "Text",
            (
                *("message", "body", "transcript", "chat transcript", "content", "conversation text", "message text"),
                *("comment", "mention", "letter", "message body"),
            ),
            ("text",),
        ),
        _happened_at(
            *("time", "sent at", "received at", "created at", "occurred at", "posted at", "started at", "datetime"),
            "message date",
        ),
        Field("sentiment", "sentiment", "Sentiment", ("conversation sentiment", "tone"), ("sentiment",)),
    ),
)
