"""The settings that can be changed, declared once: where each lies in the policy, its words, how it is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "whole", "percent", "choice", "time", "weekdays", "zone", "days", "currency"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Attributes
    ----------
    path
        Field of the policy, with a dot where it lies inside another value.
    unit
        Stands behind the field.
    says
        What it is for, in one sentence; '' where the title says it.
    choices
        (text, words) of a choice.
    """

    path: str
    title: str
    kind: Kind
    unit: str = ""
    says: str = ""
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def top(self) -> str:
        """The field of the policy that it lies in."""
        return self.path.partition(".")[0]

    @property
    def leaf(self) -> str:
        """Its name inside that field, or the field itself."""
        return self.path.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Group:
    """Settings under one heading. ``sums_to`` is the field whose parts must add up to 100 %."""

    key: str
    title: str
    says: str
    settings: tuple[Setting, ...]
    sums_to: str = ""


GROUPS = (
    Group(
        "thresholds",
        "Thresholds",
        "From where on a figure is marked, and a rule may raise a card.",
        (
            Setting("engagement_threshold", "Engagement is low below", "number", "of 100"),
            Setting("health_threshold", "Health is low below", "number", "of 100"),
            Setting("churn_warning", "Churn risk is coloured from", "percent", "%"),
            Setting("churn_critical", "Churn risk is critical from", "percent", "%"),
        ),
    ),
    Group(
        "horizons",
        "Horizons",
        "How far ahead churn risk and lifetime value look. Every figure on screen names its horizon.",
        (
            Setting(
                "churn_horizon_days",
                "Churn risk within",
                "choice",
                choices=(("30", "30 days"), ("60", "60 days"), ("90", "90 days"), ("180", "180 days")),
            ),
            Setting("clv_horizon_months", "Lifetime value over", "whole", "months"),
            Setting("discount_rate", "Discounted by, a year", "percent", "%"),
            Setting("margin", "Share of revenue that counts", "percent", "%"),
        ),
    ),
    Group(
        "engagement",
        "Engagement weights",
        "Engagement is a score from 0 to 100 of four parts.",
        (
            Setting("engagement_weights.recency", "Time since the last order", "percent", "%"),
            Setting("engagement_weights.frequency", "Number of orders", "percent", "%"),
            Setting("engagement_weights.value", "Average order value", "percent", "%"),
            Setting("engagement_weights.contact", "Time since our last email", "percent", "%"),
        ),
        sums_to="engagement_weights",
    ),
    Group(
        "health",
        "Health weights",
        "A part without data is left out, and the others weigh more.",
        (
            Setting("health_weights.recency", "Time since the last order", "percent", "%"),
            Setting("health_weights.frequency", "Orders in a year", "percent", "%"),
            Setting("health_weights.satisfaction", "Satisfaction", "percent", "%"),
            Setting("health_weights.email", "Emails clicked or answered", "percent", "%"),
            Setting("health_weights.reviews", "Reviews", "percent", "%"),
            Setting("health_weights.tickets", "Few tickets", "percent", "%"),
        ),
        sums_to="health_weights",
    ),
    Group(
        "sla",
        "Time to answer",
        "Business hours within which a card is answered. The clock stops while you wait for the customer.",
        (
            Setting("sla_hours.critical", "Critical", "number", "hours"),
            Setting("sla_hours.high", "High", "number", "hours"),
            Setting("sla_hours.medium", "Medium", "number", "hours"),
            Setting("sla_hours.low", "Low", "number", "hours"),
        ),
    ),
    Group(
        "hours",
        "Business hours",
        "When that clock runs.",
        (
            Setting("business_hours.weekdays", "Working days", "weekdays"),
            Setting("business_hours.opens", "Opens", "time"),
            Setting("business_hours.closes", "Closes", "time"),
            Setting("business_hours.time_zone", "Time zone", "zone"),
            Setting("business_hours.holidays", "Holidays", "days", says="One day a line, such as 2026-12-25."),
        ),
    ),
    Group(
        "queue",
        "Queue",
        "How much a day brings. A critical card is never held back.",
        (
            Setting("card_budget", "Cards a day", "whole", "cards", says="Those of highest expected value."),
            Setting(
                "watch_days",
                "An order counts as “came back” within",
                "whole",
                "days",
                says="Counted from the day on which the card was raised or worked.",
            ),
            Setting("email_cap_days", "At most one email in", "whole", "days"),
        ),
    ),
    Group(
        "money",
        "Money",
        "The currency in which the book adds up.",
        (
            Setting(
                "reporting_currency",
                "Reporting currency",
                "currency",
                says="Three letters such as USD. Empty: the currency of the book's first order.",
            ),
        ),
    ),
)
SETTINGS = tuple(setting for group in GROUPS for setting in group.settings)
