"""The scorecard: every score of every customer at the end of one day. Events, parameters and policy in, arrays out.

It reads neither clock nor store. Order of the rooms: features, churn, lifetime value, engagement, health, segments,
trend, confidence, reasons.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.values.backtest import CANDIDATES
from services.scoring import btyd, lifetime_value, trends, week
from services.scoring.confidence import Confidence, confidence
from services.scoring.engagement import PartScores, engagement, health
from services.scoring.features import Features, features_at, sparklines
from services.scoring.ledger import Ledger
from services.scoring.lifetime_value import LifetimeValue
from services.scoring.model_selection import in_use
from services.scoring.model_selection.groups import GROUPS
from services.scoring.parameters import ChurnModel, Parameters, stored_name
from services.scoring.range_levels import has_value, history_of
from services.scoring.reason_figures import Leads
from services.scoring.reasons import Contributions, contributions, drivers_json
from services.scoring.segments import Membership, replay
from services.scoring.silence import silence_p
from services.scoring.standing import ACTIVE, standing_of
from services.settings import Policy

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

#: Of the simulation behind the ranges: scores are the same whenever they are computed.
SEED = 20_250_101
#: The model of those who have left.
NO_RISK = "None (has left)"


@dataclass(frozen=True)
class Figures:
    """The scores that history keeps, shape (customers,) each; nan where there is nothing to score.

    `standing` has codes of `services.scoring.standing`: only who is active has value at risk.
    """

    seen: Features
    churn_risk: Floats
    engagement: PartScores
    health: PartScores
    value: LifetimeValue
    value_at_risk: Floats
    standing: Whole


@dataclass(frozen=True)
class Scorecard:
    """All scores of one day. `drivers` and `changed` are JSON texts; `sparkline` has shape (customers, 12).

    `silence_p`: see `services.scoring.standing`. `left_on`: a day number, nan for customers.
    """

    figures: Figures
    membership: Membership
    trend: Whole
    confidence: Confidence
    drivers: list[str]
    changed: list[str | None]
    sparkline: Whole
    models: list[str]
    silence_p: Floats
    left_on: Floats


def _by_rhythm(seen: Features, orders: Floats, activity: Floats) -> Floats:
    return np.where(seen.by_activity, activity, orders) if seen.by_activity.any() else orders


def risk_in_use(ledger: Ledger, seen: Features, parameters: Parameters, horizon_days: int) -> Floats:
    """P(no purchase day in the next `horizon_days`) by the model in use, nan for who has left; see `churn_risk`."""
    closed = churn_risk(seen, parameters, horizon_days)
    risk = in_use.risks_over(ledger, seen, parameters, horizon_days, closed)
    return np.where(ledger.left, np.nan, risk) if ledger.left.any() else risk


def churn_risk(seen: Features, parameters: Parameters, horizon_days: int) -> Floats:
    """The same in closed form (MBG/NBD); over days of activity for those who never ordered."""
    x, t_x, age = seen.frequency, seen.recency, seen.age
    risk = btyd.p_no_purchase(parameters.orders.btyd, x, t_x, age, float(horizon_days))
    if seen.by_activity.any():
        risk = _by_rhythm(seen, risk, btyd.p_no_purchase(parameters.activity.btyd, x, t_x, age, float(horizon_days)))
    return np.asarray(np.clip(risk, 0.0, 1.0))


def figures_at(
    ledger: Ledger, parameters: Parameters, policy: Policy, *, like: Features | None = None, ranges: bool = True
) -> Figures:
    """Churn risk, engagement, health and value at the end of the ledger's day; see `features_at` and `forecast`."""
    seen = features_at(ledger, parameters.gaps, like)
    risk = risk_in_use(ledger, seen, parameters, policy.churn_horizon_days)
    standing = standing_of(ledger, seen, parameters)
    value = lifetime_value.forecast(
        parameters.buys,
        parameters.value,
        history_of(seen),
        months=policy.clv_horizon_months,
        horizon_days=policy.churn_horizon_days,
        risk=risk,
        yearly_discount=policy.discount_rate,
        margin=policy.margin,
        seed=SEED,
        levels=parameters.levels,
        ranges=ranges,
    )
    value = lifetime_value.in_whole_units(_unknown_unless(has_value(seen) & ~ledger.left, value), risk)
    return Figures(
        seen=seen,
        churn_risk=risk,
        engagement=engagement(
            seen,
            median_value=parameters.median_value,
            email_cap_days=policy.email_cap_days,
            weights=policy.engagement_weights,
            curves=policy.engagement_curves,
        ),
        health=health(seen, ledger.leaving_by(ledger.day), weights=policy.health_weights, curves=policy.health_curves),
        value=value,
        value_at_risk=np.where(standing == ACTIVE, value.if_stays - value.expected, np.nan),
        standing=standing,
    )


def _unknown_unless(known: NDArray[np.bool_], value: LifetimeValue) -> LifetimeValue:
    """Nobody who never ordered has a lifetime value: what they would spend is not known, and is not zero.

    Nor has anybody who left, or of whom every order is in a currency without a rate.
    """
    if known.all():
        return value
    names = LifetimeValue.__dataclass_fields__
    return LifetimeValue(*(np.where(known, getattr(value, name), np.nan) for name in names))


def _contributions(ledger: Ledger, seen: Features, parameters: Parameters, horizon_days: int) -> Contributions:
    ours = contributions(parameters.orders, seen, horizon_days)
    if seen.by_activity.any():
        other = contributions(parameters.activity, seen, horizon_days)
        ours = Contributions(
            np.where(seen.by_activity, other.base, ours.base),
            np.where(seen.by_activity[:, None], other.points, ours.points),
        )
    learnt = in_use.grouped(ledger, seen, parameters, horizon_days)
    if not learnt:
        return ours
    found = _with_learnt(ours, learnt)
    names = np.full(found.points.shape, -1, np.int64)
    for model in learnt:
        names = np.where(model.among[:, None], model.leads, names)
    frame = in_use.frame_in_use(ledger, seen, parameters, horizon_days)
    return replace(found, leads=Leads(names, frame, parameters.median_value, parameters.currency))


def _with_learnt(closed: Contributions, learnt: list[in_use.Grouped]) -> Contributions:
    """Contributions by the groups of the learnt models, where these score; of the closed form elsewhere."""
    base = closed.base
    points = np.zeros((base.size, len(GROUPS)))
    points[:, : closed.points.shape[1]] = closed.points
    logit, level = np.full(points.shape, np.nan), np.full(base.shape, np.nan)
    for model in learnt:
        usual, sizes = in_use.on_the_scale_of_risk(model.base, model.points)
        base = np.where(model.among, usual, base)
        points = np.where(model.among[:, None], sizes, points)
        logit = np.where(model.among[:, None], model.points, logit)
        level = np.where(model.among, model.base, level)
    return Contributions(base, points, GROUPS, logit, level)


def _model_names(ledger: Ledger, seen: Features, parameters: Parameters, horizon_days: int) -> list[str]:
    def named(model: ChurnModel, on: str) -> str:
        return model.name.replace(" (", f"{on} (")

    nothing = ChurnModel.prior_name()
    learnt = in_use.by_contract(parameters, horizon_days)
    contract = nothing
    if learnt is not None:
        contract = stored_name(CANDIDATES.index(learnt.name)).replace(" (", " on contracts (")
    names = (named(parameters.orders, ""), named(parameters.activity, " on activity"), nothing, contract)
    which = np.where(seen.rhythm_count == 0, 2, seen.by_activity.astype(np.int64))
    which = np.where(in_use.under_contract(ledger, parameters, horizon_days), 3, which)
    told = [names[index] for index in which.tolist()]
    for place in np.flatnonzero(ledger.left).tolist():
        told[place] = NO_RISK
    return told


def membership_at(ledger: Ledger, seen: Features, parameters: Parameters) -> Membership:
    """Segments at the end of the ledger's day."""
    yearly = np.nan_to_num(seen.mean_value) * 365.25 / np.maximum(np.nan_to_num(seen.usual_gap, nan=1e9), 1.0)
    worth = yearly / parameters.top_yearly_value if parameters.top_yearly_value > 0 else np.zeros(yearly.shape)
    return replay(ledger, seen.usual_gap, worth)


def scorecard(ledger: Ledger, parameters: Parameters, policy: Policy, like: Features | None = None) -> Scorecard:
    """Score every customer at the end of the ledger's day; `like`: its features, if they are known already."""
    figures = figures_at(ledger, parameters, policy, like=like)
    seen = figures.seen
    horizon = policy.churn_horizon_days
    parts = _contributions(ledger, seen, parameters, horizon)
    drivers = drivers_json(seen, parts, parameters.orders, parameters.activity)
    for place in np.flatnonzero(ledger.left).tolist():
        drivers[place] = "[]"
    return Scorecard(
        figures=figures,
        membership=membership_at(ledger, seen, parameters),
        trend=trends.direction(
            seen.recent, seen.window, seen.earlier, seen.exposure, seen.days_since / np.maximum(seen.usual_gap, 1.0)
        ),
        confidence=confidence(ledger, seen, parameters, figures.churn_risk, horizon),
        drivers=drivers,
        changed=week.changed_json(
            ledger,
            parameters,
            week.Standing(seen, figures.churn_risk, parts, parts.codes),
            risk_of=lambda past, then: risk_in_use(past, then, parameters, horizon),
            parts_of=lambda past, then: _contributions(past, then, parameters, horizon),
        ),
        sparkline=sparklines(ledger),
        models=_model_names(ledger, seen, parameters, horizon),
        silence_p=silence_p(ledger, seen),
        left_on=ledger.left_on,
    )
