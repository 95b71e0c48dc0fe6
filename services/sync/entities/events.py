"""What else customers do: tickets, reviews, mail events, activities, surveys."""

from __future__ import annotations

from services.sync.entities.base import CUSTOMER_FIELDS, ITEM_FIELDS, Entity, Field

_LIKE = "customer_id"


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
        Field("ticket_id", "id", "Ticket", role="key"),
        *CUSTOMER_FIELDS,
        Field("subject", "text", "Subject"),
        Field("text", "long_text", "Text"),
        Field("kind", "text", "Type"),
        Field("channel", "text", "Channel"),
        Field("status", "ticket_status", "Status"),
        Field("priority", "text", "Priority"),
        Field("sentiment", "sentiment", "Sentiment"),
        Field("opened_at", "moment", "Opened at"),
        Field("first_answer_at", "instant", "First response"),
        Field("resolved_at", "moment", "Resolved at"),
        Field("resolution_hours", "hours", "Resolution time (hours)"),
        Field("satisfaction", "rating", "Satisfaction"),
        Field("agent", "text", "Agent"),
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
        Field("review_id", "id", "Review id", role="key"),
        *CUSTOMER_FIELDS,
        *ITEM_FIELDS,
        Field("rating", "rating", "Rating", required=True),
        Field("title", "text", "Title"),
        Field("text", "long_text", "Text"),
        Field("sentiment", "sentiment", "Sentiment"),
        Field("reviewed_at", "moment", "Reviewed at", required=True),
        Field("verified", "boolean", "Verified"),
        Field("helpful_votes", "integer", "Helpful votes"),
    ),
)


EMAIL_EVENTS = Entity(
    name="email_events",
    label="Email events",
    table="email_events",
    telling=("event_id", "kind", "message", "campaign"),
    needs=(("kind",), ("happened_at",), ("message", "campaign", "campaign_kind", "customer_email", "customer_id")),
    customer="required",
    day="happened_at",
    like=((_LIKE, "happened_on", "kind"),),
    order=70,
    fields=(
        Field("event_id", "id", "Event id", role="key"),
        *CUSTOMER_FIELDS,
        Field("message", "text", "Message"),
        Field("campaign", "text", "Campaign"),
        Field("campaign_kind", "text", "Campaign type"),
        Field("subject", "text", "Subject", role="control"),
        Field("kind", "mail_kind", "Event", required=True),
        Field("happened_at", "moment", "At", required=True),
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
    extras=True,
    fields=(
        Field("activity_id", "id", "Activity id", role="key"),
        *CUSTOMER_FIELDS,
        Field("kind", "activity_kind", "Kind", required=True),
        Field("happened_at", "moment", "At", required=True),
        Field("duration", "duration", "Duration in seconds", columns=("duration_s",)),
        Field("subject", "text", "Subject"),
    ),
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
        Field("survey_id", "id", "Survey id", role="key"),
        *CUSTOMER_FIELDS,
        Field("kind", "survey_kind", "Kind", required=True),
        Field("score", "number", "Score", required=True),
        Field("scale", "integer", "Scale"),
        Field("comment", "long_text", "Comment"),
        Field("answered_at", "moment", "Answered at", required=True),
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
        Field("conversation_id", "id", "Conversation", role="key"),
        *CUSTOMER_FIELDS,
        Field("channel", "text", "Channel"),
        Field("direction", "direction", "Direction"),
        Field("text", "long_text", "Text"),
        Field("happened_at", "moment", "At", required=True),
        Field("duration", "duration", "Duration in seconds", columns=("duration_s",)),
        Field("sentiment", "sentiment", "Sentiment"),
    ),
)
