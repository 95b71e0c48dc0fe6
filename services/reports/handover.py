"""The pack that goes with a portfolio when it changes hands: its figures, and whose briefs follow in which order.

The briefs themselves are read one by one, by whoever prints them: none waits for all, and few are held at a time.
"""

from __future__ import annotations

from typing import Final

from models import sqlite
from models.values import words
from models.values.errors import UserError
from models.values.metrics import Condition, Query
from models.values.reports import Handover, HandoverLine
from models.values.scores import CAME_ONCE
from services.insight import reading
from services.insight.lines import Line, read_lines
from services.insight.reader import Reader
from services.metrics import Metrics
from services.workspace import Workspace

#: Metric and period of each figure; all of the owner, as Insights shows them with the same filter.
_FIGURES: Final = (
    ("customers", "all"), ("active_customers", "all"), ("revenue", "12m"), ("at_risk_customers", "all"),
    ("revenue_at_risk", "all"), ("open_tickets", "all"), ("open_deals", "all"), ("pipeline_value", "all"),
    ("open_tasks", "all"),
)  # fmt: skip
_PERIODS: Final = {"12m": ", last 12 months"}
_SEVERITIES: Final = {4: "Critical", 3: "High", 2: "Medium", 1: "Low"}
#: What the cover's revenue at risk sums, so that the contents add up to it.
_AT_RISK: Final = f"CASE WHEN NOT {CAME_ONCE} THEN s.value_at_risk_minor END"
#: Those with an alert first, the gravest and soonest due before; then by what is at risk with them.
_CUSTOMERS: Final = f"""
SELECT c.id AS customer_id, c.name, c.external_id, {_AT_RISK} AS at_risk, a.id, a.severity, a.state, a.rule, a.reason
FROM customers c LEFT JOIN customer_risk_scores s ON s.customer_id = c.id
LEFT JOIN alerts a ON a.id = (SELECT x.id FROM alerts x WHERE x.customer_id = c.id
    AND x.state NOT IN ('resolved', 'not_useful') ORDER BY x.severity DESC, x.due_at LIMIT 1)
WHERE c.owner = ?
ORDER BY a.severity IS NULL, a.severity DESC, coalesce(a.due_at, '~'), coalesce({_AT_RISK}, 0) DESC,
    c.name COLLATE NOCASE, c.id"""


def handover_of(workspace: Workspace, owner: str, to: str, book: str) -> Handover:
    """Return what a pack says before its briefs: the figures of an owner's customers, and the customers in order.

    Parameters
    ----------
    owner, to
        Who hands over, and to whom; '' where that is not known yet.
    book
        What the book is called.

    Raises
    ------
    UserError
        The owner has no customers.
    """
    with reading(workspace) as reader:
        months = words.count(reader.policy.clv_horizon_months, "month")
        found = reader.rows(_CUSTOMERS, (owner,))
        alerts = read_lines(reader, (row for row in found if row["id"] is not None))
        lines = tuple(_line(reader, row, alerts.get(row["id"])) for row in found)
        as_of = words.full_day(reader.present)
        today = words.full_day(reader.today)
    if not lines:
        raise UserError(f"No customer has the owner “{owner}”. Write the name as Customers has it.")
    return Handover(owner, to.strip(), book, as_of, today, _figures(Metrics(workspace), owner, months), lines)


def _line(reader: Reader, row: sqlite.Row, alert: Line | None) -> HandoverLine:
    why = f"{_SEVERITIES[row['severity']]}: {alert.words}" if alert is not None else ""
    money = reader.money(row["at_risk"]) if row["at_risk"] else ""
    return HandoverLine(row["customer_id"], words.name_of(row["name"], row["external_id"]), why, money)


def _figures(metrics: Metrics, owner: str, months: str) -> tuple[tuple[str, str], ...]:
    """Each figure with its title, in words; one that has too few rows to tell is a dash."""
    found = []
    for name, period in _FIGURES:
        answer = metrics.answer(Query((name,), where=(Condition("owner", "=", owner),), period=period))
        unit, value = answer.columns[0].unit, answer.totals[name]
        shown = words.in_unit(value, unit, answer.currency) if isinstance(value, int | float) else "–"
        over = f", {months}" if name == "revenue_at_risk" else _PERIODS.get(period, "")
        found.append((f"{metrics.catalogue.metrics[name].title}{over}", shown))
    return tuple(found)
