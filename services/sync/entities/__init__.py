"""What files may be about. Each entity is declared: its fields, their types, the headers under which files have them.

Adding an entity is a declaration here and a table in the store; no other code of sync names one of these.
"""

from services.sync.entities.base import CUSTOMER_FIELDS, Entity, Field, Kind
from services.sync.entities.contacts import CONTACTS
from services.sync.entities.contracts import CONTRACTS
from services.sync.entities.customers import CUSTOMERS, PRODUCTS
from services.sync.entities.deals import OPPORTUNITIES, STAGE_CHANGES
from services.sync.entities.events import ACTIVITIES, CONVERSATIONS, EMAIL_EVENTS, REVIEWS, SURVEYS, TICKETS
from services.sync.entities.orders import ORDERS, RETURNS

ENTITIES: dict[str, Entity] = {
    entity.name: entity
    for entity in (
        CUSTOMERS,
        PRODUCTS,
        ORDERS,
        RETURNS,
        TICKETS,
        REVIEWS,
        EMAIL_EVENTS,
        ACTIVITIES,
        CONVERSATIONS,
        SURVEYS,
        OPPORTUNITIES,
        STAGE_CHANGES,
        CONTRACTS,
        CONTACTS,
    )
}

__all__ = ["CUSTOMER_FIELDS", "ENTITIES", "Entity", "Field", "Kind"]
