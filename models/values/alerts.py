"""Values of the queue: what a row, a group, a page and the tiles show. Money is in minor units of ``currency``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Literal

from models.values.overrides import OverrideMark
from models.values.reaching import Approach, Person, SpendYear
from models.values.words import money, money_range, money_short, percent

#: Why the confidence in a score is low whose model tells nobody apart; a rule that asks for churn risk asks for
#: confidence, too.
ALIKE_WORDS: Final = (
    "The model cannot tell the customers in this book apart yet: their churn risks are nearly the same, or no better "
    "than chance."
)


class Severity(IntEnum):
    """Order of urgency; the store keeps the number."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


#: Outcome of an alert of the book whose rule or watch was switched off or removed.
RULE_OFF: Final = "rule_off"
#: SQL of alerts that say nothing of their rule: somebody knew already (earlier versions kept those as not useful), it
#: is off, or what it said was over before anyone looked.
NO_VERDICT: Final = (
    f"(coalesce(outcome, '') IN ('known', 'known already', '{RULE_OFF}')"
    " OR (coalesce(outcome, '') = 'solved' AND coalesce(closed_by, '') = 'rule' AND NOT coalesce(touched, 0)))"
)
#: SQL of alerts with which their rule was right: the work on them came to something.
RIGHT: Final = (
    "(state = 'resolved' AND (outcome IN ('saved', 'solved', 'lost')"
    " OR (outcome = 'came_back' AND coalesce(touched, 0))))"
)

#: SQL of what an alert ``{alert}`` is to lose by the record of its rules, 0 where none says it.
RECORDED_LOSS: Final = """coalesce((SELECT max(g.evidence ->> 'loss') FROM alert_signals g
    WHERE g.alert_id = {alert}.id AND g.cleared_at IS NULL), 0)"""

#: What the money of alerts is, wherever one, a group or a list of them shows it.
AT_STAKE: Final = (
    "At stake: revenue you could lose in the next 12 months. Where your own history shows more customers leaving after "
    "such a silence, that share is used. Totals leave out “a year” (last year’s spend)."
)

AlertKind = Literal["risk", "opportunity", "data"]
AlertState = Literal["open", "seen", "in_work", "waiting", "snoozed", "resolved", "not_useful"]
QueueTab = Literal["todo", "waiting", "snoozed", "done"]


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert in the queue."""

    id: int
    customer_id: int | None
    customer: str
    severity: Severity
    kind: AlertKind
    state: AlertState
    rule: str
    reason: str  # why, and what decides: "No order for 90 days; the usual gap is 24 · complaint “Late”, 3 Sep"
    due_at: str | None
    due_words: str  # "47 min", "3 h", "Mon", "2 h late"
    due_aloud: str  # "due in 47 minutes", "due Mon", "2 hours late"
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
    said_leaving: bool = False  # the alert is about words of leaving
    parts: tuple[str, ...] = ()  # of the reason, which joins them
    names: frozenset[tuple[str, int]] = frozenset()  # the rows that it names, as (table, id)
    loss_minor: int = 0  # what is to be lost by the record of the alert's rules, where a model expects less
    record: str = ""  # "17 of 25 left after such a silence", where loss_minor stands by it; '' elsewhere
    spent_minor: int = (
        0  # in 12 months, of an alert about their words whose value at risk does not tell what is at stake
    )
    said: str = ""  # "they are leaving", "they may leave": their words count, and no churn risk of a model

    @property
    def at_stake_minor(self) -> int | None:
        """What is likely to be lost, as `AT_STAKE` says; None: not known."""
        return max(self.value_at_risk_minor or 0, self.loss_minor) if self.loss_minor else self.value_at_risk_minor

    @property
    def left_before(self) -> str:
        """ "17 of 25 left": the record that counts instead of the model's churn risk; '' where none does.

        What they said counts before it, and so does what a person set.
        """
        replaced = self.said or any(mark.figure == "churn_risk" for mark in self.overridden)
        return "" if replaced else self.record.partition(" after ")[0]


@dataclass(frozen=True, slots=True)
class QueueGroup:
    """A header of the queue: "Due today · 3 — $23.5k at stake"."""

    key: str
    title: str
    count: int
    at_stake_minor: int | None  # of its risks, as each alert shows it; None: of none a value is known
    upside_minor: int


#: How the alerts of a tab may be ordered, in words; only the first has groups by day.
QueueOrder = Literal["due", "severity", "value", "customer"]
QUEUE_ORDERS: Final[dict[QueueOrder, str]] = {
    "due": "Due date, severity, value",
    "severity": "Severity, value",
    "value": "Value",
    "customer": "Customer",
}


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """OR within a kind, AND between kinds; empty means no restriction."""

    text: str = ""
    severities: frozenset[int] = field(default_factory=frozenset)
    tiers: frozenset[str] = field(default_factory=frozenset)
    owners: frozenset[str] = field(default_factory=frozenset)
    kinds: frozenset[str] = field(default_factory=frozenset)
    rules: frozenset[str] = field(default_factory=frozenset)
    need_today: bool = False
    done_days: int = 1  # how far back the tab of done alerts reaches
    resolved_only: bool = False  # leaves out alerts that were not useful

    @property
    def is_search(self) -> bool:
        """Whether something is looked for: among all open alerts, not only those within today's limit."""
        return bool(self.text or self.severities or self.tiers or self.kinds or self.rules)


#: Key of the book's value that says whose critical alerts wait for a day that has room, by owner.
CRITICAL_ALERTS: Final = "critical_alerts"


#: What a book lacks before it can say that nobody needs a person: customers, the scoring of what came in last, or
#: anything to score them by.
Lacks = Literal["", "customers", "scoring", "history"]


@dataclass(frozen=True, slots=True)
class QueuePage:
    """The queue of one tab in view order, with its groups (none but by due time) and the counts of every tab."""

    tab: QueueTab
    groups: tuple[QueueGroup, ...]
    rows: tuple[AlertRow, ...]
    counts: dict[str, int]  # per tab
    beyond_budget: int  # beyond today's limit, shown or not, never a critical one
    currency: str
    next_due_words: str  # for the empty state: "Harbor Lane Café, Monday"
    more: int = 0  # alerts after the last row: groups and counts have them
    lacks: Lacks = ""  # what an empty queue lacks before it may be called clear
    held: str = ""  # why inactivity alerts are held back: "your orders end on 20 May", '' where they are not
    criticals_waiting: str = ""  # "3 more critical alerts wait for tomorrow: at most 5 a day", '' for none
    churn_bars: tuple[float, float] = (1.0, 1.0)  # from which on a churn risk is a warning, and critical: the policy's
    today: Tile | None = None  # what the same reading says above the queue
    progress: DayProgress | None = None
    rules: tuple[tuple[str, str, int], ...] = ()  # that raised alerts of the tab: code, title, how many
    newest: int = 0  # id of the alert raised last, in whatever tab


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
class DayProgress:
    """How far the day has come.

    Attributes
    ----------
    done
        The alerts that were handled today, each with what was at stake in minor units of ``currency``.
    left
        How many are still due today.
    snoozed
        The alerts that were only put off today.
    ended
        How many were closed today by no person: solved, or no longer true.
    """

    done: Mapping[int, int]
    left: int
    currency: str
    snoozed: frozenset[int] = frozenset()
    ended: int = 0

    @property
    def handled(self) -> int:
        """How many were handled."""
        return len(self.done)

    @property
    def of(self) -> int:
        """These, and what is still due today."""
        return self.handled + self.left

    @property
    def words(self) -> str:
        """``Handled today 3 of 13 · $9.1k · 2 snoozed · 1 ended by itself``; ``Handled today 3, no more due today``."""
        count = f"{self.handled:,} of {self.of:,}" if self.left else f"{self.handled:,}, no more due today"
        parts = [f"Handled today {count}" if self.of else "Nothing due today"]
        minor = sum(self.done.values())
        parts += [money_short(minor, self.currency)] if minor else []
        parts += [f"{len(self.snoozed):,} snoozed"] if self.snoozed else []
        parts += [f"{self.ended:,} ended by {'itself' if self.ended == 1 else 'themselves'}"] if self.ended else []
        return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class Freshness:
    """What stands beside the title: how far the data reach and how old each source is."""

    through: str | None  # day
    words: str  # "Data through 20 Nov · synced and scored 12 min ago"
    warning: str  # "email events 18 days old", or ''
    empty: bool  # nothing was ever imported
    asked_from: str = ""  # the last day of data so old that the person must say from which day to look


#: Code of the reason that a customer's own words are: it comes before all others.
SAID_LEAVING: Final = "said_leaving"


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
    details: tuple[tuple[str, str], ...] = ()  # what else the row's file said of it, by name
    times: int = 1  # how many of the kind it stands for


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
    own_rhythm: bool = True  # the usual gap is their own; else it is that of customers like them
    overridden: tuple[OverrideMark, ...] = ()  # what a person set in place of a computed figure
    week_line: str = ""  # "Since 14 Nov: risk 31 % → 44 %: no order for 7 more days (+9)", '' where nothing moved

    history: tuple[tuple[str, float], ...] = ()  # (ISO day, churn risk) of the last half year, the oldest first
    # of each: the ISO day on which it was worked out afterwards; None: worked out on its own day
    history_worked_out_on: tuple[str | None, ...] = ()
    model_day: str | None = None  # ISO day on which the model of these scores was fitted
    typical_risk: float | None = None  # to which the reasons' points are added: with them it is the model's churn risk
    left_on: str | None = None  # ISO day on which they left: no risk and no value at risk is shown
    record: str = ""  # "40 similar customers: predicted 72 %, actual 58 %.", '' where no check speaks for such a risk
    clv_median_minor: int | None = None
    segment_since: str | None = None  # ISO day on which the segment became what it is
    average_risk: float | None = None  # the book's, where the model cannot tell its customers apart; else None
    last_returned: bool = False  # the last order came back whole
    said_leaving: str = ""  # "they are leaving", "they may leave": their words count, and no churn risk of a model
    said_chance: float | None = None  # how likely they carry that out, of what is at risk and expected
    # the model's churn risk and lifetime value, where words count instead
    model_risk: float | None = None
    model_clv_minor: int | None = None
    standing: str | None = "active"  # or win_back, lost; None where nothing is known

    @property
    def risk_note(self) -> str:
        """What stands beside a churn risk that does not tell how this customer stands; '' beside others."""
        if self.mark_of("churn_risk") is not None:
            return ""
        if self.said_leaving:
            return f"they said that {self.said_leaving}, which the model does not count"
        if self.average_risk is None:
            return ""
        average = percent(self.average_risk)
        return f"the average of your active customers is {average}; the model cannot tell customers apart yet"

    def clv_range(self, *, short: bool = False) -> str:
        """The range of the lifetime value, and the median where the range does not hold it; '' without a range."""
        low, high, mean, median = self.clv_low_minor, self.clv_high_minor, self.clv_minor, self.clv_median_minor
        if low is None or high is None:
            return ""
        said = money_range(low, high, self.currency, mean_minor=mean, short=short)
        if mean is None or median is None or low <= mean <= high or "average" in said:
            return said
        # Few customers bring much: the mean lies above what four in five bring.
        middle = f"median {money(median, self.currency)}" if median else "the average outcome; over half bring nothing"
        return f"{said}, {middle}"

    def value_at_risk_range(self, *, short: bool = False) -> str:
        """The range of the value at risk; '' without one."""
        low, high = self.value_at_risk_low_minor, self.value_at_risk_high_minor
        if low is None or high is None:
            return ""
        return money_range(low, high, self.currency, mean_minor=self.value_at_risk_minor, short=short)

    @property
    def stays_words(self) -> str:
        """What they bring if they stay, "£4,490"; "about £4,490" where the range at risk goes beyond it."""
        if self.clv_if_stays_minor is None:
            return ""
        beyond = (self.value_at_risk_high_minor or 0) > self.clv_if_stays_minor
        return ("about " if beyond else "") + money(self.clv_if_stays_minor, self.currency)

    def mark_of(self, figure: str) -> OverrideMark | None:
        """The mark of a figure that a person set, None where the computed one counts."""
        return next((one for one in self.overridden if one.figure == figure), None)


@dataclass(frozen=True, slots=True)
class AlertDetail:
    """Everything that the detail and the actions show for one alert."""

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
    rule_line: str  # "Rule “Order gap”: 7 of 10 correct this year"
    raised_line: str  # "Raised 08:02 · answer within 4 working hours"
    due_words: str  # "due 12:02"
    notes: tuple[str, ...]
    contact: str = ""  # what followed our email: "Emailed 20 Nov · ordered 3 days later, $386 since"
    person: Person | None = None  # None for an alert of the book, as the next two
    approach: Approach | None = None
    spend: SpendYear | None = None
    watched_rows: int | None = None  # of an alert of a watch: how many rows are behind its figure
