"""Facts beside the model: what went wrong or well with a customer, told even where no model counts it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.scoring.features import Features
from services.scoring.reason_figures import Told, iso_days, rows_of, tenths

Flags = NDArray[np.bool_]

_UNHAPPY_BELOW = 2.5
_HAPPY_FROM = 4.5
_IGNORED_MAILS = 5
_ANSWERING_SHARE = 0.25
#: Fewer emails than this tell no share.
_TOLD_MAILS = 3
_SPEND_FALL = 0.6
#: So many returns in a year, on so many of the purchase days, say that goods disappoint.
_RETURNS, _RETURNED_SHARE = 3, 0.25
#: Of so many features used before, half or fewer still are; of so many visits in three months, none followed.
_FEATURES, _STILL_USED, _VISITS = 3, 0.5, 6


class Fact(NamedTuple):
    """What is known beside the closed form: a reason whose points are the model's where it counts such facts."""

    code: str
    told: Told
    kind: str


def facts_of(seen: Features) -> dict[int, tuple[list[Fact], list[Fact]]]:
    """Return by customers' places what raises the risk and what lowers it: tickets, reviews, mail, order values."""
    percent_down = np.rint(100.0 * (1.0 - seen.mean_last_3 / np.maximum(seen.mean_6_before, 1.0)))
    sad, panned = seen.unhappy_since_order > 0, seen.bad_reviews_since_order > 0
    answering = (seen.mails_180d >= _TOLD_MAILS) & (seen.answer_share >= _ANSWERING_SHARE)
    answered = np.round(seen.answer_share * seen.mails_180d)
    rated, starred = (tenths(seen.rating_mean), seen.ratings), (tenths(seen.stars_mean), seen.stars)
    left, away = seen.leaving_90d > 0, _no_visits(seen)
    today = str(iso_days(np.array([seen.day]))[0])
    said, last = iso_days(np.where(left, seen.day - seen.leaving_days, 0)), iso_days(np.where(away, seen.last_visit, 0))
    raising = (
        ("leaving", "leaving", left, (said, today)),
        ("tickets", "unhappy_since", sad, (seen.unhappy_since_order,)),
        ("reviews", "bad_reviews_since", panned, (seen.bad_reviews_since_order,)),
        ("tickets", "unhappy_tickets", ~sad & (seen.tickets_unhappy_60d > 0), (seen.tickets_unhappy_60d,)),
        ("reviews", "bad_reviews", ~panned & (seen.stars_mean <= _UNHAPPY_BELOW), starred),
        ("value", "smaller_orders", seen.mean_last_3 <= _SPEND_FALL * seen.mean_6_before, (percent_down,)),
        ("email", "no_clicks", (seen.mails_180d >= _IGNORED_MAILS) & (seen.answer_share == 0.0), (seen.mails_180d,)),
        ("satisfaction", "low_ratings", seen.rating_mean <= _UNHAPPY_BELOW, rated),
        ("use", "features_left", _fewer_features(seen), (seen.features_kept, seen.features_before)),
        ("deals", "deals_lost", _more_lost(seen), (seen.deals_lost_6m, seen.deals_won_6m)),
        ("visits", "stayed_away", away, (last, today)),
        ("returns", "returns", _gives_back(seen), (seen.returns_12m, seen.rhythm_12m)),
    )
    lowering = (
        ("reviews", "good_reviews", ~panned & (seen.stars_mean >= _HAPPY_FROM), starred),
        ("email", "emails_answered", answering, (answered, seen.mails_180d)),
    )
    found: dict[int, tuple[list[Fact], list[Fact]]] = {}
    for side, (kind, facts) in enumerate((("raises", raising), ("lowers", lowering))):
        for code, phrase, holds, figures in facts:
            places = np.flatnonzero(holds)
            for place, row in zip(places.tolist(), rows_of(places, figures), strict=False):
                found.setdefault(place, ([], []))[side].append(Fact(code, (phrase, row), kind))
    return found


def _fewer_features(seen: Features) -> Flags:
    fewer = seen.features_kept <= _STILL_USED * seen.features_before
    return np.asarray((seen.features_before >= _FEATURES) & fewer)


def _more_lost(seen: Features) -> Flags:
    """Who lost more deals than they won: of two offers for one thing the other is lost when one is won."""
    return np.asarray((seen.deals_lost_6m > np.nan_to_num(seen.deals_won_6m)) & (seen.deals_open == 0))


def _no_visits(seen: Features) -> Flags:
    """Who used to come and does not; where visits are the rhythm itself, its gap says so."""
    came = (seen.visits_90d_before >= _VISITS) & (seen.visits_30d == 0)
    return np.asarray(came & ~seen.by_activity)


def _gives_back(seen: Features) -> Flags:
    often = (seen.returns_12m >= _RETURNS) & (seen.returns_12m >= _RETURNED_SHARE * seen.rhythm_12m)
    return np.asarray(often & ~seen.by_activity & (seen.rhythm_12m > 0))
