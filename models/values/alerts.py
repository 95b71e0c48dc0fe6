"""Values of the queue: what a row, a group, a page and the tiles show. Money is in minor units of ``currency``."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from models.values.overrides import OverrideMark


class Severity(IntEnum):
    """Order of urgency; the store keeps the number."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


AlertKind = Literal["risk", "opportunity", "data"]
AlertState = Literal["open", "seen", "in_work", "waiting", "snoozed", "resolved", "not_useful"]
QueueTab = Literal["todo", "waiting", "snoozed", "done"]
Outcome = Literal["came_back", "saved", "lost", "no_issue"]


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One card in the queue."""

    id: int
    customer_id: int | None
    customer: str
    severity: Severity
    kind: AlertKind
    state: AlertState
    rule: str
    reason: str
    due_at: str | None
    due_words: str  # "47 min", "3 h", "Mon", "2 h late"
    due_within_hour: bool
    breached: bool
    value_at_risk_minor: int | None  # None: not known, or the customer has left
    upside_minor: int
    currency: str
    churn_risk: float | None
    tier: str | None
    owner: str | None
    sparkline: tuple[int, ...]
    until: str | None
    group: str  # "hour" | "today" | "week" | "later" | "waiting" | "snoozed" | "done"
    overridden: tuple[OverrideMark, ...] = ()  # the figures that a person set


@dataclass(frozen=True, slots=True)
class QueueGroup:
    """A header of the queue: "Due today · 3 — $23.5k at risk"."""

    key: str
    title: str
    count: int
    value_at_risk_minor: int | None  # None: of none of its risks a value is known
    upside_minor: int


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """OR within a kind, AND between kinds; empty means no restriction."""

    text: str = ""
    severities: frozenset[int] = field(default_factory=frozenset)
    tiers: frozenset[str] = field(default_factory=frozenset)
    owners: frozenset[str] = field(default_factory=frozenset)
    kinds: frozenset[str] = field(default_factory=frozenset)
    need_today: bool = False
    done_days: int = 1  # how far back the tab of done cards reaches
    resolved_only: bool = False  # leaves out cards that were not useful


@dataclass(frozen=True, slots=True)
class QueuePage:
    """The queue of one tab in view order (due, then value), with its groups and the counts of every tab."""

    tab: QueueTab
    groups: tuple[QueueGroup, ...]
    rows: tuple[AlertRow, ...]
    counts: dict[str, int]  # per tab
    beyond_budget: int  # cards behind the daily budget, never a critical one
    currency: str
    next_due_words: str  # for the empty state: "Harbor Lane Café, Monday"
    more: int = 0  # cards after the last row: groups and counts have them


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the four figures on top; a click applies ``filter`` to the queue or opens ``page``."""

    key: str
    figure: str
    title: str
    line: str
    tone: Literal["neutral", "bad", "good"]
    tooltip: str = ""


@dataclass(frozen=True, slots=True)
class Freshness:
    """What stands beside the title: how far the data reach and how old each source is."""

    through: str | None  # day
    words: str  # "Data through 20 Nov · synced and scored 12 min ago"
    warning: str  # "email events 18 days old", or ''
    empty: bool  # nothing was ever imported


@dataclass(frozen=True, slots=True)
class Driver:
    """One reason: how many points of churn risk it adds or takes away, in words with its evidence."""

    code: str
    label: str
    points: float | None  # percentage points of risk; null: a fact without a contribution
    evidence: str


@dataclass(frozen=True, slots=True)
class RhythmPoint:
    """One stem of the rhythm chart: a purchase day, or a day on which an order was expected and did not come."""

    day: str
    amount_minor: int
    expected_missing: bool


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Orders against their usual rhythm, for a year."""

    points: tuple[RhythmPoint, ...]
    usual_low_minor: int | None  # band of usual order values (quartiles)
    usual_high_minor: int | None
    first_day: str
    last_day: str
    missing: int
    sentence: str  # the chart in one sentence, for a screen reader


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One row of the timeline of everything."""

    # order | return | ticket | email | review | deal | activity | alert | task | note | survey | conversation | left
    kind: str
    at: str  # day or moment, sortable
    when_words: str
    bold: str
    rest: str
    tone: Literal["neutral", "bad", "good"]
    reference: str  # "order #5128"
    key: str  # unique and sortable with ``at``: the keyset


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """A page of the timeline, newest first, with counts of every kind."""

    rows: tuple[TimelineRow, ...]
    counts: dict[str, int]
    next_key: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether they may be emailed, and why. ``lines`` are (state, words) with state ok | warn | no."""

    allowed: bool
    verdict: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class WorkItem:
    """Open work: a task or a deal."""

    kind: Literal["task", "deal"]
    id: int
    title: str
    words: str
    done: bool


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to do next, with the words why."""

    title: str
    why: str
    evidence: str  # counts from 10 cases on, else ''
    goal: str
    incentive_minor: int
    incentive_words: str
    goal_code: str = ""  # one of the goals of outreach; '' for a call


@dataclass(frozen=True, slots=True)
class ScoreFigures:
    """The figures of one customer, each with horizon, change and confidence."""

    as_of: str
    churn_risk: float | None
    churn_horizon_days: int
    churn_change_points: float | None  # over change_days
    engagement: float | None
    engagement_change: float | None
    engagement_threshold: float
    health: float | None
    health_coverage: int
    change_days: int
    value_at_risk_minor: int | None
    value_at_risk_low_minor: int | None
    value_at_risk_high_minor: int | None
    clv_if_stays_minor: int | None
    clv_minor: int | None
    clv_low_minor: int | None
    clv_high_minor: int | None
    clv_horizon_months: int
    currency: str
    confidence: str
    confidence_why: tuple[str, ...]
    last_order_on: str | None
    last_order_words: str  # "7 Sep · $386"
    days_since_last_order: int | None
    usual_gap_days: float | None
    segment: str | None
    segment_before: str | None
    trend: str | None
    model: str
    overridden: tuple[OverrideMark, ...] = ()  # what a person set in place of a computed figure
    week_line: str = ""  # "Since 14 Nov: risk 31 % → 44 %: no order for 7 more days (+9)", '' where nothing moved

    history: tuple[tuple[str, float], ...] = ()  # (ISO day, churn risk) of the last half year, the oldest first
    # of each: the ISO day on which it was worked out afterwards; None: told on its own day
    history_worked_out_on: tuple[str | None, ...] = ()
    model_day: str | None = None  # ISO day on which the model of these scores was fitted
    typical_risk: float | None = None  # to which the reasons' points are added: with them it is the model's churn risk
    left_on: str | None = None  # ISO day on which they left: no risk and no value at risk is told of them
    record: str = ""  # "When about 72 % was said, 126 of 217 left.", '' where no check speaks for such a risk

    def mark_of(self, figure: str) -> OverrideMark | None:
        """The mark of a figure that a person set, None where the computed one counts."""
        return next((one for one in self.overridden if one.figure == figure), None)


@dataclass(frozen=True, slots=True)
class AlertDetail:
    """Everything that the detail and the actions show for one card."""

    alert: AlertRow
    place: int  # 1-based place in the queue
    of: int
    tier: str | None
    metadata_line: str  # "Cooling VIP, was Loyal until Sep · customer since March 2023 · Portland, OR · yours"
    ids: tuple[tuple[str, str], ...]  # (source, id) for the copy menu
    story_bold: str
    story: str
    figures: ScoreFigures | None
    drivers: tuple[Driver, ...]
    rhythm: Rhythm | None
    permission: Permission | None
    recommendation: Recommendation | None
    open_work: tuple[WorkItem, ...]
    signals: tuple[str, ...]
    rule_line: str  # "Rule “Order gap”: right 7 times in 10 this year"
    raised_line: str  # "Raised 08:02 · answer within 4 working hours"
    due_words: str  # "due 12:02"
    notes: tuple[str, ...]
    contact: str = ""  # what followed our email: "Emailed 20 Nov · ordered 3 days later, $386 since"
