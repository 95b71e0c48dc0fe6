"""Exports that are known by their headers: what they are about, and what their columns mean.

A signature is a handful of headers that only this export has together; further columns, and their order, do not matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from services.sync.map.headers import normal


@dataclass(frozen=True, slots=True)
class System:
    """One export of one system.

    Attributes
    ----------
    name
        The system, as rows keep it in `source`.
    words
        How the window calls the export.
    entity
        What it is about.
    headers
        Headers that it must have.
    mapping
        Header to field; other columns are kept as extra details where the entity has room for them.
    currency
        What its amounts are in where no column says so; '' if the export does not settle it.
    cancelled_prefix
        First letter of order ids that are cancellations.
    shape
        For a file without headers: the types of its columns, in order.
    remark
        What a person should know about how the export is read; '' if nothing.
    """

    name: str
    words: str
    entity: str
    headers: tuple[str, ...]
    mapping: dict[str, str] = field(hash=False)
    currency: str = ""
    cancelled_prefix: str = ""
    shape: tuple[str, ...] = ()
    remark: str = ""

    def matches(self, columns: frozenset[str]) -> bool:
        """Whether normalised headers include all that this export must have."""
        return bool(self.headers) and all(normal(header) in columns for header in self.headers)


SYSTEMS: tuple[System, ...] = (
    System(
        name="salesforce",
        words="Salesforce accounts",
        entity="customers",
        headers=("ID", "ISDELETED", "NAME", "BILLINGCITY", "SYSTEMMODSTAMP"),
        mapping={
            "ID": "customer_id",
            "ISDELETED": "deleted",
            "NAME": "name",
            "PHONE": "phone",
            "BILLINGCITY": "city",
            "BILLINGSTATE": "region",
            "BILLINGCOUNTRY": "country",
            "OWNERID": "owner",
            "CREATEDDATE": "signed_up_on",
        },
    ),
    System(
        name="salesforce",
        words="Salesforce opportunities",
        entity="opportunities",
        headers=("ID", "ISDELETED", "ACCOUNTID", "STAGENAME", "CLOSEDATE", "SYSTEMMODSTAMP"),
        mapping={
            "ID": "opportunity_id",
            "ISDELETED": "deleted",
            "ACCOUNTID": "customer_id",
            "NAME": "name",
            "STAGENAME": "stage",
            "AMOUNT": "amount",
            "CURRENCYISOCODE": "currency",
            "PROBABILITY": "probability",
            "CLOSEDATE": "closes_on",
            "TYPE": "kind",
            "LEADSOURCE": "origin",
            "OWNERID": "owner",
            "CREATEDDATE": "opened_on",
        },
    ),
    System(
        name="maven_crm",
        words="CRM accounts",
        entity="customers",
        headers=("account", "sector", "year_established", "office_location", "subsidiary_of"),
        mapping={"account": "customer_id", "office_location": "country"},
        remark="The export has no ids: an account is known by its name.",
    ),
    System(
        name="maven_crm",
        words="CRM sales pipeline",
        entity="opportunities",
        headers=("opportunity_id", "sales_agent", "account", "deal_stage", "engage_date", "close_value"),
        mapping={
            "opportunity_id": "opportunity_id",
            "sales_agent": "owner",
            "product": "product",
            "account": "customer_id",
            "deal_stage": "stage",
            "engage_date": "opened_on",
            "close_date": "closes_on",
            "close_value": "amount",
        },
        currency="USD",
    ),
    System(
        name="maven_crm",
        words="CRM products",
        entity="products",
        headers=("product", "series", "sales_price"),
        mapping={"product": "name", "series": "category", "sales_price": "price"},
        currency="USD",
    ),
    System(
        name="online_retail",
        words="Online Retail order lines",
        entity="orders",
        headers=("InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"),
        mapping={
            "InvoiceNo": "order_id",
            "StockCode": "sku",
            "Description": "product",
            "Quantity": "quantity",
            "InvoiceDate": "ordered_at",
            "UnitPrice": "unit_price",
            "CustomerID": "customer_id",
            "Country": "customer_country",
        },
        currency="GBP",
        cancelled_prefix="C",
        remark="Invoices that begin with C are cancellations.",
    ),
    System(
        name="cdnow",
        words="CDNOW purchases",
        entity="orders",
        headers=("customer_id", "date", "number_of_cds", "dollar_value"),
        mapping={
            "customer_id": "customer_id",
            "date": "ordered_at",
            "number_of_cds": "quantity",
            "dollar_value": "amount",
        },
        currency="USD",
    ),
    System(
        name="cdnow",
        words="CDNOW purchases, 1/10 sample",
        entity="orders",
        headers=(),
        mapping={
            "column 1": "customer_id",
            "column 3": "ordered_at",
            "column 4": "quantity",
            "column 5": "amount",
        },
        currency="USD",
        shape=(r"\d{5}", r"\d{4}", r"(?:19|20)\d{6}", r"\d{1,3}", r"\d+\.\d\d"),
        remark="The file has no header: its columns are known by their form.",
    ),
    System(
        name="support_tickets",
        words="Support tickets",
        entity="tickets",
        headers=("Ticket ID", "Customer Email", "Ticket Subject", "Ticket Status", "First Response Time"),
        mapping={
            "Ticket ID": "ticket_id",
            "Customer Name": "customer_name",
            "Customer Email": "customer_email",
            "Ticket Type": "kind",
            "Ticket Subject": "subject",
            "Ticket Description": "text",
            "Ticket Status": "status",
            "Ticket Priority": "priority",
            "Ticket Channel": "channel",
            "First Response Time": "opened_at",
            "Time to Resolution": "resolved_at",
            "Customer Satisfaction Rating": "satisfaction",
        },
        remark="The export has no time of opening: the first response stands for it.",
    ),
)
