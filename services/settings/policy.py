"""Policy: the figures of the business, one frozen value that every room reads and none keeps a copy of.

A policy that exists is valid: each part checks itself when it is made, and says which field is wrong and why.
It is stored in the book, versioned (``services.settings.stored``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.values.tones import TONES
from services.settings.codec import FieldError
from services.settings.curves import EngagementCurves, EngagementWeights, HealthCurves, HealthWeights, within
from services.settings.local_zone import this_computers_zone

SEVERITIES = ("critical", "high", "medium", "low")
CHURN_HORIZONS_DAYS = (30, 60, 90, 180)
USUAL_TONE = "warm"
#: Fields that say how emails are written, when they go out, who is named and how long customers are kept: no score and
#: no rule reads them.
ABOUT_EMAILS = frozenset(
    {
        *("recall_minutes", "quiet_hours", "consent_on_record", "auto_drafts", "sender_line", "unsubscribe_line"),
        *("tone_by_segment", "service_manager", "rule_owners", "retention_months"),
    }
)
#: As of which day a book is scored; empty: nobody was asked.
LOOK_FROM = ("", "data-end", "today")


def _known_zone(name: str, zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise FieldError(name, f"{zone!r} is not a time zone; write one such as Europe/Berlin") from None


def _known_currency(name: str, currency: str) -> None:
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha() and currency.isupper()):
        raise FieldError(name, f"{currency!r} is not a currency; write three capital letters such as USD")


@dataclass(frozen=True, slots=True)
class SlaHours:
    """Business hours within which an alert of each severity is answered (ALERTS.md)."""

    critical: float = 4
    high: float = 8
    medium: float = 24
    low: float = 40

    def __post_init__(self) -> None:
        before = 0.0
        for name in SEVERITIES:
            hours = getattr(self, name)
            within(name, hours, 0.25, 2000, " hours")
            if hours < before:
                raise FieldError(name, "must not be shorter than for the severity above")
            before = hours

    def of(self, severity: str) -> float:
        """Return the hours of ``severity``; a severity that is unknown counts as low."""
        return float(getattr(self, severity)) if severity in SEVERITIES else self.low


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When the clock of an answer runs.

    Attributes
    ----------
    weekdays
        0 is Monday, 6 is Sunday.
    opens, closes
        Local times of the zone; the day closes after it opens.
    time_zone
        IANA name; empty: this computer's zone.
    holidays
        Days on which nobody works.
    """

    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    opens: time = time(9, 0)
    closes: time = time(17, 0)
    time_zone: str = ""
    holidays: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        if not self.weekdays:
            raise FieldError("weekdays", "at least one day of the week must be a working day")
        if len(set(self.weekdays)) != len(self.weekdays) or not set(self.weekdays) <= set(range(7)):
            raise FieldError("weekdays", "must be different numbers from 0 (Monday) to 6 (Sunday)")
        if self.opens >= self.closes:
            raise FieldError("closes", "must be later than the opening time")
        if self.time_zone:
            _known_zone("time_zone", self.time_zone)

    def zone(self) -> tzinfo:
        """Return the zone in which the hours are meant."""
        return ZoneInfo(self.time_zone) if self.time_zone else this_computers_zone()

    def works_on(self, day: date) -> bool:
        """Return whether a day is a working day."""
        return day.weekday() in self.weekdays and day not in self.holidays

    def working_day(self, day: date) -> date:
        """Return a day, or the first working day after it; the day itself where holidays leave none within a year."""
        return next((one for later in range(366) if self.works_on(one := day + timedelta(days=later))), day)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When no email goes out: from ``begins`` over midnight to ``ends``, and on days that are no working days.

    Local times of the customer's owner. What falls into them waits until they end.
    """

    enabled: bool = True
    begins: time = time(20, 0)
    ends: time = time(8, 0)
    free_days: bool = True

    def __post_init__(self) -> None:
        if self.begins == self.ends:
            raise FieldError("ends", "must differ from the time at which quiet hours begin")


@dataclass(frozen=True, slots=True)
class AutoDrafts:
    """Whether the pipeline may draft by template for new alerts. It never approves and never sends.

    Attributes
    ----------
    approved_by
        Who switched it on; without a name nothing is drafted.
    rules, segments
        Codes of rules and names of segments; empty segments mean all, empty rules mean none.
    per_day
        At most so many a day.
    """

    enabled: bool = False
    approved_by: str = ""
    rules: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    per_day: int = 10

    def __post_init__(self) -> None:
        within("per_day", self.per_day, 1, 200, " drafts")
        if self.enabled and not self.approved_by.strip():
            raise FieldError("approved_by", "enter the name of the person who approves automatic drafts")


@dataclass(frozen=True, slots=True)
class SegmentFigure:
    """A figure that holds for one segment instead of the general one."""

    segment: str
    figure: float


@dataclass(frozen=True, slots=True)
class SegmentTone:
    """The tone in which a segment is written to instead of the general one."""

    segment: str
    tone: str

    def __post_init__(self) -> None:
        if self.tone not in TONES:
            raise FieldError("tone", f"{self.tone!r} is not a tone; choose one of {', '.join(TONES)}")


@dataclass(frozen=True, slots=True)
class OwnerZone:
    """The time zone in which an owner works."""

    owner: str
    time_zone: str

    def __post_init__(self) -> None:
        _known_zone("time_zone", self.time_zone)


@dataclass(frozen=True, slots=True)
class RuleParameter:
    """One figure of one rule, set by this book instead of the rule's own."""

    rule: str
    name: str
    value: float | bool | str

    def __post_init__(self) -> None:
        if not self.rule or not self.name:
            raise FieldError("rule", "a rule's figure needs the rule and the figure's name")


@dataclass(frozen=True, slots=True)
class RuleOwner:
    """Who answers for a rule."""

    rule: str
    owner: str

    def __post_init__(self) -> None:
        if not self.owner.strip():
            raise FieldError("owner", "enter the name of the person who answers for the rule")


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """How many units of the reporting currency one unit of ``currency`` is worth, as decimal text."""

    currency: str
    rate: str

    def __post_init__(self) -> None:
        _known_currency("currency", self.currency)
        try:
            rate = Decimal(self.rate)
        except InvalidOperation:
            raise FieldError("rate", f"{self.rate!r} is not a number; write one such as 1.0845") from None
        if not rate.is_finite() or rate <= 0:
            raise FieldError("rate", "must be greater than 0")


@dataclass(frozen=True, slots=True)
class Policy:
    """Every business figure of a book. Shares and risks are 0–1, scores 0–100, money integer minor units.

    Attributes
    ----------
    engagement_threshold, engagement_threshold_by_segment
        Below it, engagement is low; a segment may have its own.
    health_threshold
        Below it, health is low.
    churn_warning, churn_critical
        Churn risk from which it is coloured, and coloured critical.
    churn_threshold_by_segment
        Churn risk from which a customer of such a segment counts as high, wherever the rest of the book stands.
    churn_horizon_days, clv_horizon_months
        Horizons of churn risk (30, 60, 90 or 180 days) and of lifetime value.
    discount_rate, margin
        Yearly discount rate, and the share of revenue that counts as value.
    refit_days
        The scores' parameters are fitted again when the book has this many new days.
    engagement_weights, health_weights
        Share of each part in the score; the shares of a score add up to 1.
    engagement_curves, health_curves
        How a measure becomes 0 to 100: pairs of measure and score, straight lines between them.
    sla_hours
        Business hours within which an alert of each severity is answered.
    business_hours
        When the time to answer runs.
    owner_zones
        Owners who work in another time zone than the business hours.
    card_budget
        Alerts the queue shows; every critical comes on top.
    critical_budget
        Critical alerts a day and owner that silence or the model alone may raise; distress has no limit.
    service_manager
        To whom alerts about tickets and distress are handed: named in what they suggest. Empty: nobody by name.
    watch_days
        An order within this time after an alert was raised or worked resolves it as "came back".
    snooze_latest_days
        Latest date of a snooze or wait that has a condition.
    stale_factor
        A source is stale when it is older than this many times its usual interval.
    email_cap_days
        At most one email to a customer in this many days.
    tone_by_segment
        In which tone a segment is written to; others warmly, and companies under contract always formally.
    incentive_share, incentive_share_by_segment, incentive_approval_minor
        Cap of an incentive as a share of yearly value, and the amount above which a manager approves.
    reporting_currency
        Empty: the currency of most of the book's first orders.
    look_from
        The day of the scores: "data-end" is the last day of the data, "today" is today. Empty: the last day of the
        data, and in a book whose data end long ago a question that is still open.
    won_deals_count
        In a book without orders, won deals are its purchases.
    recall_minutes
        An approved email that goes out at once can be stopped for so long.
    quiet_hours
        When no email goes out.
    auto_drafts
        Whether emails are drafted from templates for new alerts. They are never approved or sent by themselves.
    consent_on_record
        Nobody is emailed without consent on record; False leaves customers without any entry to the person's judgement.
    sender_line, unsubscribe_line
        Company and postal address under every email, and the sentence that says how to unsubscribe.
    retention_months
        Customers without contact for this long are due to be erased; a person erases them. 0: never.
    rule_parameters, rule_owners
        Figures of rules that differ from the rules' own, and who answers for a rule.
    exchange_rates
        What one unit of another currency is worth in the reporting currency.
    """

    engagement_threshold: float = 50
    engagement_threshold_by_segment: tuple[SegmentFigure, ...] = ()
    health_threshold: float = 60
    churn_warning: float = 0.40
    churn_critical: float = 0.50
    churn_threshold_by_segment: tuple[SegmentFigure, ...] = ()
    churn_horizon_days: int = 90
    clv_horizon_months: int = 12
    discount_rate: float = 0.10
    margin: float = 1.0
    refit_days: int = 28
    engagement_weights: EngagementWeights = EngagementWeights()
    engagement_curves: EngagementCurves = EngagementCurves()
    health_weights: HealthWeights = HealthWeights()
    health_curves: HealthCurves = HealthCurves()
    sla_hours: SlaHours = SlaHours()
    business_hours: BusinessHours = BusinessHours()
    owner_zones: tuple[OwnerZone, ...] = ()
    card_budget: int = 25
    critical_budget: int = 5
    service_manager: str = ""
    watch_days: int = 60
    snooze_latest_days: int = 30
    stale_factor: float = 2.0
    email_cap_days: int = 7
    tone_by_segment: tuple[SegmentTone, ...] = (SegmentTone("One-time", "brief"),)
    incentive_share: float = 0.01
    incentive_share_by_segment: tuple[SegmentFigure, ...] = (SegmentFigure("Champion", 0.02),)
    incentive_approval_minor: int = 5000
    recall_minutes: int = 10
    quiet_hours: QuietHours = QuietHours()
    consent_on_record: bool = True
    auto_drafts: AutoDrafts = AutoDrafts()
    sender_line: str = ""
    unsubscribe_line: str = "Prefer not to get these emails? Reply “unsubscribe”."
    retention_months: int = 0
    rule_parameters: tuple[RuleParameter, ...] = ()
    rule_owners: tuple[RuleOwner, ...] = ()
    reporting_currency: str = ""
    won_deals_count: bool = True
    look_from: str = ""
    exchange_rates: tuple[ExchangeRate, ...] = ()

    def __post_init__(self) -> None:
        for name, low, high, unit in LIMITS:
            within(name, getattr(self, name), low, high, unit)
        if self.churn_critical < self.churn_warning:
            raise FieldError("churn_critical", "must not be below the risk at which a warning is shown")
        if self.churn_horizon_days not in CHURN_HORIZONS_DAYS:
            raise FieldError("churn_horizon_days", "must be 30, 60, 90 or 180 days")
        if self.look_from not in LOOK_FROM:
            raise FieldError("look_from", f"must be one of {', '.join(one for one in LOOK_FROM if one)}, or empty")
        if self.reporting_currency:
            _known_currency("reporting_currency", self.reporting_currency)
        _only_once("exchange_rates", [rate.currency for rate in self.exchange_rates])
        _only_once("rule_parameters", [f"{one.rule}.{one.name}" for one in self.rule_parameters])
        _only_once("rule_owners", [one.rule for one in self.rule_owners])
        _only_once("owner_zones", [one.owner for one in self.owner_zones])
        _only_once("tone_by_segment", [one.segment for one in self.tone_by_segment])
        for name, high in _BY_SEGMENT:
            figures = getattr(self, name)
            _only_once(name, [one.segment for one in figures])
            for one in figures:
                within(f"{name}.{one.segment}", one.figure, 0, high)

    def engagement_threshold_of(self, segment: str | None) -> float:
        """Return the engagement threshold that holds for ``segment``."""
        return _by_segment(self.engagement_threshold_by_segment, segment, self.engagement_threshold)

    def tone_of(self, segment: str | None) -> str:
        """Return the tone in which ``segment`` is written to."""
        return next((one.tone for one in self.tone_by_segment if one.segment == segment), USUAL_TONE)

    def incentive_share_of(self, segment: str | None) -> float:
        """Return the cap of an incentive for ``segment``, a share of yearly value."""
        return _by_segment(self.incentive_share_by_segment, segment, self.incentive_share)

    def zone_of(self, owner: str | None) -> tzinfo:
        """Return the time zone in which ``owner`` works; without an entry, that of the business hours."""
        found = (one.time_zone for one in self.owner_zones if one.owner == owner)
        zone = next(found, "")
        return ZoneInfo(zone) if zone else self.business_hours.zone()

    def rate_of(self, currency: str) -> Decimal | None:
        """Return what one unit of ``currency`` is worth in the reporting currency, None if not known."""
        if currency == self.reporting_currency:
            return Decimal(1)
        found = (Decimal(one.rate) for one in self.exchange_rates if one.currency == currency)
        return next(found, None)


LIMITS: tuple[tuple[str, float, float, str], ...] = (
    ("engagement_threshold", 0, 100, ""),
    ("health_threshold", 0, 100, ""),
    ("churn_warning", 0, 1, ""),
    ("churn_critical", 0, 1, ""),
    ("clv_horizon_months", 1, 60, " months"),
    ("discount_rate", 0, 1, ""),
    ("margin", 0.01, 1, ""),
    ("refit_days", 1, 365, " days"),
    ("card_budget", 1, 1000, " alerts"),
    ("critical_budget", 0, 1000, " alerts"),
    ("watch_days", 1, 730, " days"),
    ("snooze_latest_days", 1, 365, " days"),
    ("stale_factor", 1, 100, ""),
    ("email_cap_days", 1, 365, " days"),
    ("recall_minutes", 0, 120, " minutes"),
    ("retention_months", 0, 600, " months"),
    ("incentive_share", 0, 1, ""),
    ("incentive_approval_minor", 0, 10**12, ""),
)


#: Figures by segment with the highest that each may be.
_BY_SEGMENT = (
    ("engagement_threshold_by_segment", 100),
    ("churn_threshold_by_segment", 1),
    ("incentive_share_by_segment", 1),
)


def _only_once(name: str, keys: list[str]) -> None:
    if len(set(keys)) != len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise FieldError(name, f"{twice} is listed twice")


def _by_segment(figures: tuple[SegmentFigure, ...], segment: str | None, general: float) -> float:
    return next((one.figure for one in figures if one.segment == segment), general)
