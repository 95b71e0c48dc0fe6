"""The measures that rules may test: a small closed set, each declared once with the SQL that reads it.

An expression reads the run's temporary tables: ``f`` holds one row per customer (from `customer_risk_scores`), ``d``
one per open deal, ``b`` one per kind of data; the others hang off ``f`` by customer and are built by
`services.alerting.facts` only when a rule asks for them. Nothing dated after ``:as_of`` is read; what people noted and
did in the program itself counts through ``:now``, the moment of the run, and whether an email may be sent is asked of
its day, ``:today``. An expression that is null makes its test fail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from models.queries.deals import stage_on
from services.book.kept_records import CONTACTS, last_contact
from services.entities import ENTITIES

SUBJECTS: Final = frozenset({"customer", "deal", "book", "product"})
#: What is measured of the book itself: the table of a run that holds it, under the alias that its measures read.
OF_THE_BOOK: Final = {"book": "temp.run_sources b", "product": "temp.run_products p"}
#: Customers that quantiles are taken over, as SQL: all that are scored; those who are active
#: (`services.scoring.standing`); and those of them of whom a model may speak: of the others it knows too little.
POPULATIONS: Final = {
    "book": "1",
    "active": "(f.standing = 'active')",
    "known": "(f.standing = 'active' AND f.confidence <> 'low')",
}
#: Days back from the as-of day that the SQL names as ``:day_N``. SQLite would work a date() out again for every row.
DAYS_BACK: Final = (14, 28, 30, 60, 90, 91, 180, 182, 336, 364, 365)
#: Parameters of rules that expressions name, with what stands for them where no rule in force has them.
NAMED: Final[dict[str, float | str]] = {"feature": "", "unknown_days": 90, "improbable": 0.05, "sure": 0.01}
ANY_CUSTOMER: Final = frozenset({"customer", "deal"})
DEAL: Final = frozenset({"deal"})
BOOK: Final = frozenset({"book"})
PRODUCT: Final = frozenset({"product"})


@dataclass(frozen=True)
class Measure:
    """One thing that can be measured.

    Parameters
    ----------
    sql
        Expression over the run's tables.
    block
        The table beside ``f`` that it reads, or None.
    subjects
        What it can be measured for.
    probability
        It lies between 0 and 1, so "1.5 times" must not ask for more than certainty.
    counts_none
        It is known where its table has no row, too: nothing counts as 0.
    among
        The measure whose quantiles "among the highest" means; None: its own.
    of_others
        It says how many more of the customer's deals there are, so that the reason need not count them.
    """

    sql: str
    block: str | None = None
    subjects: frozenset[str] = ANY_CUSTOMER
    probability: bool = False
    counts_none: bool = False
    among: str | None = None
    of_others: bool = False


STAGE_AS_OF: Final = stage_on(":as_of")

# Personal contact since the last order: what was said or written to this customer, not a newsletter to everyone.
_LAST_CONTACT: Final = last_contact("f.customer_id", "f.last_order_on", ":as_of", ":now")
_OF_SCAN: Final = (
    "(SELECT {what} FROM activities x{frm} WHERE x.customer_id = f.customer_id AND x.kind = 'fit_scan'"
    " AND x.happened_on <= :as_of {where} ORDER BY x.happened_on DESC, x.id DESC LIMIT 1)"
)
# Stops at the first product of a second category, so that a long history costs no more than a short one.
_SINGLE_CATEGORY: Final = (
    "(CASE WHEN EXISTS (SELECT 1 FROM order_lines) THEN"
    " (SELECT NOT EXISTS (SELECT 1 FROM orders o JOIN order_lines l ON l.order_id = o.id"
    " JOIN products p ON p.id = l.product_id WHERE o.customer_id = f.customer_id AND o.kind = 'purchase'"
    " AND o.ordered_on <= :as_of AND p.category <> first.category)"
    " FROM (SELECT p.category AS category FROM orders o JOIN order_lines l ON l.order_id = o.id"
    " JOIN products p ON p.id = l.product_id WHERE o.customer_id = f.customer_id AND o.kind = 'purchase'"
    " AND o.ordered_on <= :as_of AND p.category IS NOT NULL LIMIT 1) first) END)"
)

_TIMES_BEFORE: Final = (
    "(CASE WHEN f.orders_6m_before > 0 AND f.first_order_on <= :day_365"
    " THEN 1.0 * f.orders_6m / f.orders_6m_before END)"
)

MEASURES: Final[dict[str, Measure]] = {
    # scores
    "churn_risk": Measure("f.churn_risk", probability=True),
    # Null for a segment without a threshold of its own.
    "churn_threshold": Measure("f.risk_threshold"),
    "churn_above_threshold": Measure("(f.churn_risk - f.risk_threshold)"),
    "churn_horizon": Measure("f.churn_horizon"),
    "scored_by_contract": Measure("f.by_contract"),
    "value_at_risk": Measure("f.expected_loss"),
    # The expectation, chance of leaving included: who is lost in all likelihood is not among the most valuable.
    "lifetime_value": Measure("f.lifetime_value"),
    "lifetime_value_major": Measure("(1.0 * f.lifetime_value / :minor)"),
    # What a customer in distress is worth does not depend on what the model thinks of their staying.
    "value_if_stays": Measure("f.value_if_stays"),
    # The more of what they would bring if they stay, and what they spent in 12 months: the first may be too young.
    "worth": Measure("max(coalesce(f.value_if_stays, 0), coalesce(f.spent_12m, 0))"),
    "confidence": Measure("f.confidence"),
    "standing": Measure("f.standing"),
    "segment": Measure("f.segment"),
    "health": Measure("f.health"),
    "engagement": Measure("f.engagement"),
    "engagement_margin": Measure("(f.engagement - f.engagement_threshold)"),
    # The lowest engagement is the largest lack of it: quantiles are taken from above.
    "engagement_lack": Measure("(100 - f.engagement)"),
    "engagement_before": Measure("h.engagement", "history"),
    "days_below_engagement": Measure("h.days_below", "history"),
    "engagement_fall": Measure("(h.engagement - f.engagement)", "history"),
    # orders
    "days_since_order": Measure("f.days_since_order"),
    # Said where it is so: an order that came back whole does not prove that they stay.
    "last_returned": Measure("f.last_returned"),
    "usual_gap": Measure("f.usual_gap"),
    # P(a gap this long | their own gaps), null below four of these.
    "silence_chance": Measure("f.silence_p", probability=True),
    # Standard deviation of their own gaps over the mean gap: 0 for clockwork, 1 for chance.
    "gap_spread": Measure("k.spread", "gaps"),
    "longest_gap": Measure("k.longest", "gaps"),
    # What they would bring, of who is silent for longer than ever where their own rhythm makes that improbable.
    "stopped_short": Measure(
        "(CASE WHEN f.silence_p <= :sure AND f.days_since_order > k.longest THEN f.value_if_stays END)", "gaps"
    ),
    "beyond_longest": Measure("(f.days_since_order - k.longest)", "gaps"),
    "gap_ratio": Measure("(f.days_since_order / max(f.usual_gap, 1.0))"),
    # What it would be at the end of the risk's horizon, if no order came by then.
    "gap_ratio_ahead": Measure("((f.days_since_order + f.churn_horizon) / max(f.usual_gap, 1.0))"),
    "purchase_days": Measure("f.purchase_days"),
    "spent": Measure("f.spent"),
    "spent_12m": Measure("f.spent_12m"),
    "spend_fall": Measure("(CASE WHEN f.mean_before > 0 THEN 1.0 - 1.0 * f.mean_last / f.mean_before END)"),
    "spend_last": Measure("f.mean_last"),
    "spend_before": Measure("f.mean_before"),
    # P(the last three days with orders are as small by chance), null where the mean did not fall; and those days.
    "spend_chance": Measure("z.chance", "spending", probability=True),
    "spend_from": Measure("z.first", "spending"),
    "spend_to": Measure("z.last", "spending"),
    "purchase_days_6m": Measure("f.orders_6m"),
    "purchase_days_6m_before": Measure("f.orders_6m_before"),
    "purchase_days_year": Measure("(f.orders_6m + f.orders_6m_before)"),
    # Growth needs both half-years to be lived through, and something to grow from.
    "purchase_growth": Measure(f"({_TIMES_BEFORE} - 1)"),
    "purchase_times_before": Measure(_TIMES_BEFORE),
    # In days or in revenue, whichever went down more.
    "quarter_change": Measure("y.change", "quarters"),
    "single_category": Measure(_SINGLE_CATEGORY),
    "returning_category": Measure("a.category", "adoption"),
    "days_since_returning_category": Measure("a.days", "adoption"),
    "feature_uses": Measure(
        "(SELECT count(*) FROM activities x WHERE x.customer_id = f.customer_id AND x.kind = :feature"
        " AND x.happened_on <= :as_of)"
    ),
    # What the newest fit scan said.
    "recommended_size": Measure(
        _OF_SCAN.format(
            what="j.value",
            frm=", json_each(x.attributes) j",
            where="AND lower(replace(j.key, ' ', '_')) IN ('recommended_size', 'suggested_size', 'fit_size', 'size')",
        )
    ),
    "days_since_fit_scan": Measure(
        _OF_SCAN.format(what="julianday(:as_of) - julianday(x.happened_on)", frm="", where="")
    ),
    "days_since_contact": Measure(f"(julianday(:as_of) - julianday({_LAST_CONTACT}))"),
    "contacts_kept": Measure(CONTACTS),
    # activity
    "activity_6m": Measure("g.recent", "activity"),
    "activity_growth": Measure("(CASE WHEN g.before > 0 THEN 1.0 * g.recent / g.before - 1 END)", "activity"),
    "activity_fall": Measure("w.fall", "activity_drop"),
    "activity_weeks": Measure("w.weeks", "activity_drop"),
    "activity_channel": Measure("w.channel", "activity_drop"),
    "activity_since": Measure("w.since", "activity_drop"),
    "activity_seen": Measure("w.seen", "activity_drop"),
    "activity_expected": Measure("w.expected", "activity_drop"),
    # What goes on besides the channel that fell, and its last day; it counts as 1 where anything does.
    "activity_beside": Measure("w.goes_on", "activity_drop"),
    "activity_beside_on": Measure("w.goes_on_day", "activity_drop"),
    "activity_goes_on": Measure("(w.goes_on IS NOT NULL)", "activity_drop"),
    # service, reviews, emails, consent, contract
    "unhappy_tickets_60d": Measure("coalesce(t.unhappy_60d, 0)", "tickets", counts_none=True),
    "unhappy_open_hours": Measure("t.unhappy_open_hours", "tickets"),
    "unhappy_open_days": Measure("t.unhappy_open_days", "tickets"),
    "open_tickets": Measure("coalesce(t.open_tickets, 0)", "tickets", counts_none=True),
    # What went back in 14 days, held against what customers are worth.
    "returned": Measure("i.amount", "returned", among="worth"),
    "returned_days": Measure("i.days", "returned"),
    # Whether all of it was cancelled on the day on which it was ordered: a slip, or second thoughts.
    "returned_same_day": Measure("i.same_day", "returned"),
    "days_since_complaint": Measure("o.days", "complaints"),
    "complained_since_order": Measure("(o.days <= f.days_since_order)", "complaints"),
    "worst_recent_rating": Measure("r.worst_30d", "reviews"),
    "worst_review": Measure("r.worst", "reviews"),
    "bad_reviews_30d": Measure("r.bad_30d", "reviews"),
    "rating_recent": Measure("q.recent", "ratings"),
    "rating_before": Measure("q.before", "ratings"),
    "rating_fall": Measure("(q.before - q.recent)", "ratings"),
    "distress_signs": Measure("v.signs", "distress"),
    "distress_days": Measure("v.days", "distress"),
    "urgent_tickets": Measure("v.urgent", "distress"),
    "wrote_leaving": Measure("v.leaving", "distress"),
    "wrote_leaving_lately": Measure("v.leaving_lately", "distress"),
    "leaving_words": Measure("v.said", "distress"),
    "wrote_pressing": Measure("v.pressing", "distress"),
    "pressing_words": Measure("v.pressing_words", "distress"),
    "distress_rating": Measure("v.rating", "distress"),
    "distress_rated": Measure("v.rated", "distress"),
    "rated_since_order": Measure("v.rated_since", "distress"),
    "pressing_tickets": Measure("u.tickets", "pressing"),
    "pressing_days": Measure("u.days", "pressing"),
    "bad_mentions": Measure("m.mentions", "mentions"),
    "mention_days": Measure("m.days", "mentions"),
    "mention_channel": Measure("m.channel", "mentions"),
    "mention_leaving": Measure("m.leaving", "mentions"),
    "mention_words": Measure("m.said", "mentions"),
    "trouble_tickets": Measure("x.tickets", "trouble"),
    "trouble_rating": Measure("x.rating", "trouble"),
    "trouble_review": Measure("x.worst", "trouble"),
    "largest_open_deal": Measure("x.deal", "trouble"),
    "emails_unanswered": Measure("e.unanswered", "emails"),
    "days_since_withdrawal": Measure("f.days_since_withdrawal"),
    "days_to_renewal": Measure("f.days_to_renewal"),
    "renewal_term": Measure(
        "(SELECT julianday(k.ends_on) - julianday(k.starts_on) FROM contracts k WHERE k.customer_id = f.customer_id"
        " AND k.ends_on >= :as_of AND k.status IS NOT 'ended' ORDER BY k.ends_on LIMIT 1)"
    ),
    "days_to_deal_close": Measure("c.days_to_close", "closing"),
    # one open deal
    "deal_stage": Measure("d.stage", None, DEAL),
    "deal_named": Measure("d.named", None, DEAL),
    # The amount, else what the catalogue asks for its product.
    "deal_worth": Measure("d.worth", None, DEAL),
    "deal_listed": Measure("d.listed", None, DEAL),
    "deal_age": Measure("d.age_days", None, DEAL),
    # How long nine in ten closed deals took; null where contact is written down, which tells more.
    "deal_usual_days": Measure("d.usual_days", None, DEAL),
    # Whether enough closed to tell.
    "deals_compared": Measure("(EXISTS (SELECT 1 FROM temp.run_deal_days))", None, DEAL),
    "deal_overdue": Measure("(d.age_days - d.usual_days)", None, DEAL),
    # The age of the customer's oldest deal of those that the rule about age is for.
    "deal_longest": Measure(
        "(SELECT max(o.age_days) FROM temp.run_deals o WHERE o.customer_id = d.customer_id"
        " AND o.stage IN ('Qualified', 'Proposal') AND o.age_days > o.usual_days)",
        None,
        DEAL,
        among="deal_age",
    ),
    # Of the same customer, also those in other stages.
    "more_late_deals": Measure(
        "(SELECT count(*) FROM temp.run_deals o"
        " WHERE o.customer_id = d.customer_id AND o.id <> d.id AND o.age_days > o.usual_days)",
        None,
        DEAL,
        of_others=True,
    ),
    "deal_silent_days": Measure("d.silent_days", None, DEAL),
    "deal_untouched": Measure("(d.silent_days >= d.age_days)", None, DEAL),
    # The day on which it was to be closed, where that is over.
    "deal_close_passed": Measure("d.close_passed", None, DEAL),
    "deal_days_late": Measure("(julianday(:as_of) - julianday(d.close_passed))", None, DEAL),
    "deal_days_to_close": Measure("d.days_to_close", None, DEAL),
    "deal_amount": Measure("d.amount", None, DEAL),
    # Judged by what customers are worth, not by other deals.
    "deal_beside_worth": Measure("d.amount", None, DEAL, among="worth"),
    "deal_expected": Measure("d.expected", None, DEAL),
    # one kind of data of the book
    "source_words": Measure("b.words", None, BOOK),
    "source_age_days": Measure("b.age_days", None, BOOK),
    "source_interval_days": Measure("b.interval_days", None, BOOK),
    "source_age_ratio": Measure("(b.age_days / b.interval_days)", None, BOOK),
    # one product
    "product_name": Measure("p.name", None, PRODUCT),
    "product_rating": Measure("p.recent", None, PRODUCT),
    "product_rating_before": Measure("p.before", None, PRODUCT),
    "product_rating_fall": Measure("(p.before - p.recent)", None, PRODUCT),
    "product_ratings": Measure("p.ratings", None, PRODUCT),
    "product_fall_chance": Measure("p.chance", None, PRODUCT),
    # what entities declare
    **{name: Measure(f"({sql})") for entity in ENTITIES.values() for name, sql in entity.measures.items()},
}

#: Alias of each table that hangs off ``f``.
BLOCKS: Final = {
    "tickets": "t",
    "reviews": "r",
    "ratings": "q",
    "emails": "e",
    "closing": "c",
    "activity": "g",
    "activity_drop": "w",
    "spending": "z",
    "gaps": "k",
    "adoption": "a",
    "history": "h",
    "quarters": "y",
    "distress": "v",
    "pressing": "u",
    "mentions": "m",
    "trouble": "x",
    "complaints": "o",
    "returned": "i",
}


def day_bindings(as_of: str, now: str) -> dict[str, str]:
    """The as-of day with the days before it, and the moment of the run, by the names that the SQL uses."""
    day = date.fromisoformat(as_of)
    return {
        "as_of": as_of,
        "now": now,
        **{f"day_{back}": (day - timedelta(days=back)).isoformat() for back in DAYS_BACK},
    }
