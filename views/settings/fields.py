"""The settings that can be changed, declared once: where each lies in the policy, its words, how it is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.values.scores import SEGMENTS

Kind = Literal[
    "number", "whole", "percent", "money", "choice", "time", "weekdays", "zone", "days", "currency", "tick", "line",
    "name", "text", "ticks", "by_segment", "percent_by_segment", "tone_by_segment",
    "rates",
]  # fmt: skip


AUTO_DRAFTS = "auto_drafts"
PRIVACY = "privacy"


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
        What it is for, in one sentence; '' where the title says it. For a tick, the text next to the box.
    choices
        (text, words) of a choice, or of boxes to tick.
    hint
        Stands in the field while it is empty.
    """

    path: str
    title: str
    kind: Kind
    unit: str = ""
    says: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""

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


_SCORES = (
    Group(
        "thresholds",
        "Thresholds",
        "When a score is highlighted and can raise an alert.",
        (
            Setting("engagement_threshold", "Engagement is low below", "number", "of 100"),
            Setting(
                "engagement_threshold_by_segment",
                "Different for a segment",
                "by_segment",
                says="Leave empty to use the same as for everyone.",
            ),
            Setting("health_threshold", "Health is low below", "number", "of 100"),
            Setting("churn_warning", "Churn risk is coloured from", "percent", "%"),
            Setting("churn_critical", "Churn risk is critical from", "percent", "%"),
            Setting(
                "churn_threshold_by_segment",
                "High churn risk starts at",
                "percent_by_segment",
                says="Leave empty for the riskiest 10\u202f% of your customers. Low-value customers raise no alert.",
            ),
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
            Setting(
                "look_from",
                "Score as of",
                "choice",
                says="If your data ends well in the past, inactivity alerts start once you choose a date.",
                choices=(("", "Not chosen"), ("data-end", "Last day of data"), ("today", "Today")),
            ),
            Setting("discount_rate", "Yearly discount rate", "percent", "%"),
            Setting("margin", "Margin", "percent", "%"),
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
)
_QUEUE = (
    Group(
        "sla",
        "Time to answer",
        "Business hours within which an alert is answered. The clock stops while you wait for the customer.",
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
        "Time to answer counts within these hours.",
        (
            Setting("business_hours.weekdays", "Working days", "weekdays"),
            Setting("business_hours.opens", "Opens", "time"),
            Setting("business_hours.closes", "Closes", "time"),
            Setting("business_hours.time_zone", "Time zone", "zone"),
            Setting("business_hours.holidays", "Holidays", "days", says="One date per line, such as 2026-12-25."),
        ),
    ),
    Group(
        "queue",
        "Queue",
        "How many alerts a day brings: by severity, then by expected value. Critical ones are always shown.",
        (
            Setting("card_budget", "Alerts a day", "whole", "alerts", says="The most severe first."),
            Setting(
                "critical_budget",
                "Critical inactivity alerts",
                "whole",
                "alerts",
                says="For each owner and day; the rest stay high until there is room. Alerts about distress have"
                " no limit.",
            ),
            Setting(
                "service_manager",
                "Service manager",
                "line",
                says="Named in alerts about tickets and distress. Leave empty to name nobody.",
            ),
            Setting(
                "watch_days",
                "An order counts as “came back” within",
                "whole",
                "days",
                says="Counted from the day the alert was raised or worked on.",
            ),
        ),
    ),
)
_MONEY = (
    Group(
        "money",
        "Money",
        "The currency of all totals.",
        (
            Setting(
                "reporting_currency",
                "Reporting currency",
                "currency",
                says="Three letters such as USD. Leave empty for the currency that most of your first orders use.",
            ),
            Setting(
                "won_deals_count",
                "Won deals",
                "tick",
                says="Count as purchases in books without orders",
            ),
            Setting(
                "exchange_rates",
                "Exchange rates",
                "rates",
                says="One currency per line, with the value of one unit, such as EUR 1.0845. Orders in a currency"
                " without a rate count as purchases without a value.",
            ),
        ),
    ),
    Group(
        "incentives",
        "Incentives",
        "How much an alert may suggest to offer, and how much an email may promise.",
        (
            Setting("incentive_share", "At most, of yearly value", "percent", "%"),
            Setting(
                "incentive_share_by_segment",
                "Different for a segment",
                "percent_by_segment",
                says="Leave empty to use the same as for everyone.",
            ),
            Setting("incentive_approval_minor", "A manager approves above", "money"),
        ),
    ),
)
_EMAILS = (
    Group(
        "emails",
        "Emails",
        "Checked when an email is drafted, approved and sent, also from the command line.",
        (
            Setting(
                "consent_on_record",
                "Consent",
                "tick",
                says="Only write to customers whose consent is on record",
            ),
            Setting(
                "email_cap_days",
                "At most one email in",
                "whole",
                "days",
                says="To one customer, whoever sends it.",
            ),
            Setting(
                "recall_minutes",
                "An approved email can be stopped for",
                "whole",
                "minutes",
                says="After that it goes out. Enter 0 to send at once.",
            ),
            Setting(
                "tone_by_segment",
                "Tone by segment",
                "tone_by_segment",
                says="Companies under contract always get a formal tone.",
            ),
            Setting("sender_line", "Company and postal address", "line", says="Added below every email."),
            Setting("unsubscribe_line", "How to unsubscribe", "line", says="The last line of every email."),
        ),
    ),
    Group(
        "quiet",
        "Quiet hours",
        "Emails due in quiet hours wait until they end. Times are in the time zone of the customer's owner.",
        (
            Setting("quiet_hours.enabled", "Quiet hours", "tick", says="Send no emails in quiet hours"),
            Setting("quiet_hours.begins", "Start", "time"),
            Setting("quiet_hours.ends", "End", "time"),
            Setting("quiet_hours.free_days", "Days off", "tick", says="Also on non-working days"),
        ),
    ),
    Group(
        AUTO_DRAFTS,
        "Automatic drafts",
        "Bellwether can draft emails for new alerts from templates, for you to review. It never approves or sends.",
        (
            Setting("auto_drafts.enabled", "Automatic drafts", "tick", says="Draft emails for the alerts named below"),
            Setting(
                "auto_drafts.approved_by",
                "Approved by",
                "name",
                says="The name of the person responsible; it is recorded in the journal.",
            ),
            Setting("auto_drafts.rules", "For alerts of", "ticks", says="Tick none to draft nothing."),
            Setting(
                "auto_drafts.segments",
                "For customers who are",
                "ticks",
                says="Tick none for every segment.",
                choices=tuple((name, name) for name in reversed(SEGMENTS)),
            ),
            Setting("auto_drafts.per_day", "Daily limit", "whole", "drafts"),
        ),
    ),
)
_PRIVACY = (
    Group(
        "retention",
        "Retention",
        "Customers without contact for this long are listed under Data, Retention. You erase them there.",
        (
            Setting(
                "retention_months",
                "Keep customers for",
                "whole",
                "months",
                says="After the last contact. Enter 0 to keep them indefinitely.",
            ),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Section:
    """A tab of the page with its groups of settings."""

    key: str
    title: str
    groups: tuple[Group, ...]


SECTIONS = (
    Section("scores", "Scores", _SCORES),
    Section("queue", "Queue", _QUEUE),
    Section("money", "Money", _MONEY),
    Section("emails", "Emails", _EMAILS),
    Section(PRIVACY, "Privacy", _PRIVACY),
)
GROUPS = tuple(group for section in SECTIONS for group in section.groups)
SETTINGS = tuple(setting for group in GROUPS for setting in group.settings)
