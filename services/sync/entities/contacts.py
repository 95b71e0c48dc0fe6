"""Contacts: the people of customers that are companies, one row a person with a reference to the account."""

from __future__ import annotations

from services.sync.entities.base import Entity, Field

CONTACTS = Entity(
    name="contacts",
    label="Contacts",
    table="contacts",
    telling=("contact_id", "role", "is_primary"),
    needs=(("customer_id", "customer_name"), ("name", "first_name", "last_name", "email")),
    customer="required",
    order=15,
    by_account=True,
    fields=(
        Field("contact_id", "id", "Contact id", role="key"),
        Field("customer_id", "id", "Account id", role="customer"),
        Field("customer_name", "text", "Account", role="customer"),
        Field("name", "text", "Name"),
        Field("first_name", "text", "First name", role="control"),
        Field("last_name", "text", "Last name", role="control"),
        Field("role", "text", "Role"),
        Field("email", "email", "Email"),
        Field("phone", "phone", "Phone"),
        Field("email_consent", "consent", "Email consent"),
        Field("email_opt_out", "opt_out", "Opted out of emails", role="control"),
        Field("email_consent_since", "date", "Consent since"),
        Field("email_consent_how", "text", "Consent source"),
        Field("preferred_channel", "text", "Preferred channel"),
        Field("preferred_hours", "text", "Preferred hours"),
        Field("is_primary", "boolean", "Primary contact"),
        Field("deleted", "flag_deleted", "Deleted", role="control"),
    ),
)
