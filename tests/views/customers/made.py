"""A small book in memory with the questions of the Customers page: what its panes are tested against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from models.values.alerts import AlertRow, ScoreFigures, Severity, TimelinePage, TimelineRow
from models.values.anomalies import TrendWords
from models.values.changes import Changes
from models.values.customers import (
    ComparedFigures,
    CustomerFilter,
    CustomerProfile,
    CustomerRow,
    CustomersCount,
    CustomersPage,
    FilterChoices,
    IdentityField,
    Milestone,
    SortColumn,
)
from models.values.words import THIN
from services.workspace import Workspace

NAMES = ("Alder Row Books", "Beacon Tools", "Café Linden", "Dovetail Joinery", "Elm Street Vets", "Fathom Diving")
TIERS = ("Gold", "Silver", "Platinum", None)
SEGMENTS = ("At risk", "Loyal", "Cooling VIP", "Promising")


def made_row(number: int) -> CustomerRow:
    """Customer ``number``; every figure follows from the number."""
    silent = number % 17 == 0
    return CustomerRow(
        id=number,
        name=f"{NAMES[number % len(NAMES)]} {number}",
        tier=TIERS[number % 4],
        segment=None if silent else SEGMENTS[number % 4],
        churn_risk=None if silent else (number * 37 % 100) / 100,
        value_at_risk_minor=None if silent else number * 7919 % 1_000_000,
        currency="USD",
        engagement=None if silent else float(number * 29 % 101),
        last_order_on=None if silent else "2026-09-07",
        days_since_last_order=None if silent else number % 120,
        next_action="–" if number % 3 else "Call Mon",
        owner=("Ines", "West team", None)[number % 3],
        confidence=None if silent else "medium",
    )


_KEYS: dict[str, Callable[[CustomerRow], object]] = {
    "name": lambda row: row.name.casefold(),
    "tier": lambda row: row.tier,
    "segment": lambda row: row.segment,
    "churn": lambda row: row.churn_risk,
    "at_risk": lambda row: row.value_at_risk_minor,
    "engagement": lambda row: row.engagement,
    "last_order": lambda row: row.last_order_on,
    "next_action": lambda row: row.next_action,
    "owner": lambda row: row.owner,
}


class MadeCustomers:
    """Keeps rows; filters, sorts and pages them as the real book does."""

    def __init__(self, count: int = 450) -> None:
        self.rows = [made_row(number) for number in range(1, count + 1)]
        self.asked: list[tuple[str, object]] = []
        self.written: list[tuple[int | None, dict[str, str]]] = []

    def _matching(self, chosen: CustomerFilter) -> list[CustomerRow]:
        def passes(row: CustomerRow) -> bool:
            return (
                chosen.text.casefold() in row.name.casefold()
                and (not chosen.tiers or (row.tier or "") in chosen.tiers)
                and (not chosen.segments or (row.segment or "") in chosen.segments)
                and (not chosen.owners or (row.owner or "") in chosen.owners)
                and (chosen.churn_from is None or (row.churn_risk or 0) >= chosen.churn_from)
                and (chosen.renews_within_days is None)
            )

        return [row for row in self.rows if passes(row)]

    def page(
        self,
        chosen: CustomerFilter,
        sort: SortColumn,
        *,
        descending: bool,
        after: tuple[object, int] | None,
        limit: int,
    ) -> CustomersPage:
        self.asked.append(("page", (chosen, sort, descending, after)))
        key = _KEYS[sort]
        rows = self._matching(chosen)
        known = sorted((r for r in rows if key(r) is not None), key=lambda r: (key(r), r.id), reverse=descending)
        ordered = known + [r for r in rows if key(r) is None]
        start = 0 if after is None else next(n for n, r in enumerate(ordered) if r.id == after[1]) + 1
        shown = ordered[start : start + limit]
        more = start + limit < len(ordered)
        return CustomersPage(tuple(shown), (key(shown[-1]), shown[-1].id) if more else None)

    def count(self, chosen: CustomerFilter) -> CustomersCount:
        rows = self._matching(chosen)
        at_risk = sum(r.value_at_risk_minor or 0 for r in rows)
        return CustomersCount(len(rows), len(self.rows), at_risk, "USD", "When last checked, …", win_back=12)

    def choices(self) -> FilterChoices:
        return FilterChoices(
            tiers=(("Gold", 3), ("Silver", 2), ("", 1)),
            segments=(("Loyal", 4),),
            regions=(("Northwest", 9),),
            owners=(("West team", 5), ("Ines", 4), ("", 2)),
        )

    def profile(self, customer_id: int) -> CustomerProfile:
        self.asked.append(("profile", customer_id))
        row = next(r for r in self.rows if r.id == customer_id)
        return profile_of(row)

    def trends(self, customer_id: int) -> TrendWords:
        self.asked.append(("trends", customer_id))
        return TrendWords("Orders down since 7 Sep; tickets as usual", ("Orders down since 7 Sep: none in 74 days",))

    def compared(self, customer_id: int) -> ComparedFigures:
        self.asked.append(("compared", customer_id))
        lines = ("Total spend · $12,300, median $8,100", f"Open rate · 40{THIN}% of 10, median 50{THIN}%")
        return ComparedFigures("Loyal", lines, ("Favourite categories · Outerwear and Denim",))

    def timeline(self, customer_id: int, kinds: frozenset[str], after: tuple[str, str] | None) -> TimelinePage:
        self.asked.append(("timeline", (customer_id, kinds, after)))
        rows = tuple(r for r in timeline_rows(customer_id) if not kinds or r.kind in kinds)
        return TimelinePage(rows, {"order": 5, "email": 3, "ticket": 1}, None)

    def writing(self, customer_id: int | None, fields: Mapping[str, str]) -> Callable[[Workspace], Changes]:
        self.written.append((customer_id, dict(fields)))
        return lambda _workspace: Changes()


def figures() -> ScoreFigures:
    """Scores of one customer who needs a person."""
    return ScoreFigures(
        as_of="2026-11-19", churn_risk=0.72, churn_horizon_days=90, churn_change_points=31, engagement=34,
        engagement_change=-27, engagement_threshold=50, health=41, health_coverage=6, change_days=60,
        value_at_risk_minor=524_000, value_at_risk_low_minor=360_000, value_at_risk_high_minor=710_000,
        clv_if_stays_minor=728_000, clv_minor=204_000, clv_low_minor=100_000, clv_high_minor=300_000,
        clv_horizon_months=12, currency="USD", confidence="high", confidence_why=("23 purchase days",),
        last_order_on="2026-09-07", last_order_words="7 Sep · $386", days_since_last_order=74, usual_gap_days=21,
        segment="Cooling VIP", segment_before="Loyal", trend="falling", model="MBG/NBD",
    )  # fmt: skip


def profile_of(row: CustomerRow) -> CustomerProfile:
    """A full profile of a row."""
    alert = AlertRow(
        id=77, customer_id=row.id, customer=row.name, severity=Severity.CRITICAL, kind="risk", state="open",
        rule="gap", reason="No order for 74 days; the usual gap is 21", due_at="2026-11-21T12:02:00Z",
        due_words="47 min", due_aloud="due in 47 minutes", due_within_hour=True, breached=False,
        value_at_risk_minor=524_000, upside_minor=0,
        currency="USD", churn_risk=0.72, tier=row.tier, owner=row.owner, sparkline=(1, 2, 3), until=None, group="hour",
    )  # fmt: skip
    return CustomerProfile(
        id=row.id, name=row.name, tier=row.tier,
        metadata_line="Cooling VIP, was Loyal until Sep · customer since March 2023 · Portland, OR · yours",
        ids=(("CRM", f"00{row.id}"), ("shop", f"s-{row.id}")), alert=alert, figures=figures(),
        milestones=(
            Milestone("Mar 2023", "First order", "start"), Milestone("Sep 2023", "Loyal, 4 orders", "good"),
            Milestone("Aug 2025", "Gold tier", "good"), Milestone("Sep 2026", "Late delivery", "bad"),
            Milestone("Nov 2026", "Cooling VIP", "warn"),
        ),
        journey_line="44 months · 23 orders · 17 outerwear",
        identity=(
            IdentityField("Email", "orders@alder.example", "CRM"), IdentityField("Phone", "+1 503 555 0148", "shop"),
            IdentityField("Place", "Portland, OR", "CRM"), IdentityField("Tier", "Gold since Aug 2025", "CRM"),
            IdentityField("Consent", "given 2 Mar 2023", "sign-up"),
            IdentityField("Lifetime value", "$2,040 of $7,280 a year if they stay", "scored"),
        ),
        records_joined=3, deals_line="1 open, 19 days in stage", deals=("Winter restock · $450 · Proposal",),
        tickets_line="2, both closed", tickets=("Late delivery · rated 2 of 5 · 18 Sep",), reviews_line="3",
        reviews=("4.7 of 5 · “Great fit, fast exchange”",),
        emails=("clicked", "clicked", "opened", "replied", "opened", "opened", "clicked", "sent", "sent", "sent",
                "sent", "unknown"),
        emails_line="last 12: 4 clicked, none in the last 5", emails_count=28,
        fields={"name": row.name, "email": "orders@alder.example", "tier": row.tier or "", "owner": row.owner or "",
                "email_consent": "given", "city": "Portland", "region": "OR"},
    )  # fmt: skip


def timeline_rows(customer_id: int) -> tuple[TimelineRow, ...]:
    """Nine events of a customer."""
    base = TimelineRow("order", "2026-09-07", "7 Sep", "$386.00", " · 3 items · web", "neutral", "order #5128", "o1")
    orders = [replace(base, reference=f"order #{5128 - n}", key=f"o{n}") for n in range(5)]
    emails = [
        TimelineRow("email", "2026-11-12", "12 Nov", "Autumn lookbook", " sent · opens not known yet", "neutral",
                    f"email #{8841 - n}", f"e{n}")
        for n in range(3)
    ]  # fmt: skip
    ticket = TimelineRow("ticket", "2026-09-18", "18 Sep", "Late delivery", " · rated 2 of 5", "bad",
                         f"ticket #{customer_id}", "t1")  # fmt: skip
    return (*emails, ticket, *orders)
