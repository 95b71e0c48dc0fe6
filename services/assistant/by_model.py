"""Let a language model read a question: it chooses from the catalogue, and its choice is checked like anybody's.

It gets the names of the catalogue with their sentences and the question, names and numbers of rows masked; never rows
or figures. What it answers becomes a question only where the catalogue knows each name in it; it runs by the same code,
and only once a person has seen how it reads, unless the words alone were read in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from models.values.assistant import Inquiry
from models.values.errors import UserError
from models.values.metrics import OPERATORS
from services.assistant.answering import CUSTOMER
from services.assistant.documents import question_of
from services.metrics.catalogue import Catalogue
from services.outreach.model.questions import ask_in_json
from services.workspace import Workspace

#: What a model may choose; a draft, a task or one customer's page it may not.
_FORMS: Final = ("figure", "rows", "count", "share")
_ALLOWED: Final = ("form", "query", "rows", "customers", "order", "limit")
_MOST_VALUES: Final = 12
_RULES: Final = f"""You turn one question about a business into a query. Answer with one JSON object and nothing else:
{{"form": "figure" | "rows" | "count" | "share" | "none",
 "query": {{"metrics": [NAME], "by": [FIELD], "where": [[FIELD, OP, VALUE]], "period": PERIOD,
  "compare": "previous" | "year" | null, "order": ["-NAME"], "limit": N}} for a figure,
 "rows": {{"entity": ENTITY, "where": [[FIELD, OP, VALUE]], "period": PERIOD, "metric": NAME | null}} for the others,
 "customers": [{{"entity": ENTITY, "where": [...], "period": PERIOD, "least": N, "denied": true | false}}]}}
OP is one of {" ".join(OPERATORS)}. PERIOD is 30d, 12w, 12m, 2y, 2026, 2026-03, 2026-Q1, 2026-01-01..2026-03-31 or all.
"customers" keeps rows whose customer has (or, denied, has no) rows of another entity. Use only names that are listed
below. Texts in square brackets stand for names: write them as they are; whom a question names is added by the program.
If the lists cannot answer the question, "form" is "none"."""


def read_by_model(
    workspace: Workspace, catalogue: Catalogue, text: str, profile: str, cancelled: Callable[[], bool] = lambda: False
) -> Inquiry | None:
    """Return how a language model reads a question; None where it finds nothing that the catalogue has.

    Raises
    ------
    Cancelled, EnvironmentFault, UserError
        There is no such model, or its endpoint fails.
    """
    document = ask_in_json(workspace, profile, f"{_RULES}\n\n{listing(catalogue)}", text, cancelled)
    if not isinstance(document, Mapping) or document.get("form") not in _FORMS:
        return None
    try:
        found = question_of({name: document[name] for name in _ALLOWED if name in document}, catalogue)
    except (UserError, TypeError, ValueError, KeyError):
        return None
    return None if _picks_customers(found) else found


def _picks_customers(question: Inquiry) -> bool:
    """Whether a model chose customers by number: whom a question is about is what the person typed."""
    where = [*(question.query.where if question.query else ()), *(question.rows.where if question.rows else ())]
    return any(one.name in (CUSTOMER, "customer") for one in (*where, *(w for j in question.joins for w in j.where)))


def listing(catalogue: Catalogue) -> str:
    """Return the names of the catalogue with what they are, a line each; no value of the book is among them."""
    lines = []
    for entity in catalogue.entities.values():
        lines.append(f"ENTITY {entity.name}: {entity.title}")
        for one in entity.fields.values():
            values = f" ({', '.join(one.labels[:_MOST_VALUES])})" if one.labels else ""
            lines.append(f"  FIELD {one.name}: {one.title}, {one.kind}{values}")
    lines += [f"METRIC {one.name} of {one.entity}: {one.title}. {one.counts}" for one in catalogue.metrics.values()]
    return "\n".join(lines)
