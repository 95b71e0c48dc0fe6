"""Customers and products: what other rows refer to."""

from __future__ import annotations

from services.sync.entities.base import Entity, Field
from services.sync.entities.contracts import OF_CONTRACT

CUSTOMERS = Entity(
    name="customers",
    label="Customers",
    table="customers",
    telling=("name", "email", "tier", "signed_up_on", "email_consent", "company"),
    needs=(("email", "phone", "name", "company", "last_name", "first_name", "contract_starts_on"),),
    known_by="customer_id",
    customer="self",
    order=10,
    extras=True,
    fields=(
        Field("customer_id", "id", "Customer id", role="key"),
        Field("name", "text", "Name"),
        Field("first_name", "text", "First name", role="control"),
        Field("last_name", "text", "Last name", role="control"),
        Field("email", "email", "Email"),
        Field("phone", "phone", "Phone"),
        Field("company", "text", "Company"),
        Field("city", "text", "City"),
        Field("region", "text", "Region"),
        Field("country", "text", "Country"),
        Field("tier", "text", "Tier"),
        Field("owner", "text", "Owner"),
        Field("signed_up_on", "date", "Customer since"),
        Field("preferences", "text", "Preferences"),
        Field("email_consent", "consent", "Email consent"),
        Field("email_opt_out", "opt_out", "Opted out of emails", role="control"),
        Field("email_consent_since", "date", "Consent since"),
        Field("email_consent_how", "text", "Consent source"),
        Field("tracking_consent", "consent", "Tracking consent"),
        *OF_CONTRACT,
        Field("acquisition_cost", "money", "Acquisition cost"),
        Field("birth_year", "birth_year", "Year of birth"),
        Field("gender", "gender", "Gender"),
        Field("deleted", "flag_deleted", "Deleted", role="control"),
    ),
)

PRODUCTS = Entity(
    name="products",
    label="Products",
    table="products",
    telling=("price", "category", "sku"),
    needs=(("sku", "name", "product_id"), ("price", "category")),
    customer="none",
    order=20,
    fields=(
        Field("product_id", "id", "Product id", role="key"),
        Field("sku", "id", "Product code"),
        Field("name", "text", "Name"),
        Field("category", "text", "Category"),
        Field("brand", "text", "Brand"),
        Field("price", "decimal", "Price"),
        Field("currency", "currency", "Currency"),
    ),
)
