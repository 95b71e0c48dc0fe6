"""Facts beside the model: what went wrong or well with a customer, told even where no model counts it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from models.values.words import count as plural
from services.scoring.features import Features
from services.scoring.reason_formatting import (
    features_words,
    leaving_words,
    no_visit_words,
    ratings_figure,
    ratings_words,
    up_to_points,
)

Flags = NDArray[np.bool_]

_UNHAPPY_BELOW = 2.5
_HAPPY_FROM = 4.5
_IGNORED_MAILS = 5
_ANSWERING_SHARE = 0.25
#: Fewer emails than this tell no share.
_TOLD_MAILS = 3
_SPEND_FALL = 0.6
#: More features than a customer uses: two numbers of them in one.
_FEW_OF = 1_000
#: So many returns in a year, on so many of the purchase days, say that goods disappoint.
_RETURNS, _RETURNED_SHARE = 3, 0.25
#: Of so many features used before, half or fewer still are; of so many visits in three months, none followed.
_FEATURES, _STILL_USED, _VISITS = 3, 0.5, 6


@dataclass(frozen=True)
class Fact:
    """What is known beside the closed form: a reason whose points are the model's where it counts such facts."""

    code: str
    label: str
    evidence: str
    kind: str

    def text(self, size: str | None) -> str:
        """JSON with a comma behind it; `size`: points and kind, None where the model gives none."""
        begun = up_to_points(self.code, self.label, self.evidence)
        return begun + (size if size is not None else f'null, "kind": "{self.kind}"}}, ')


def facts_of(seen: Features) -> dict[int, tuple[list[Fact], list[Fact]]]:
    """What tickets, reviews, mail and order values say, by the places of whom it is worth saying: raising, lowering."""
    fall = 1.0 - seen.mean_last_3 / np.maximum(seen.mean_6_before, 1.0)
    sad, panned = seen.unhappy_since_order > 0, seen.bad_reviews_since_order > 0
    answering = (seen.mails_180d >= _TOLD_MAILS) & (seen.answer_share >= _ANSWERING_SHARE)
    answered = np.round(seen.answer_share * seen.mails_180d) * _FEW_OF + np.minimum(seen.mails_180d, _FEW_OF - 1)
    rated, starred = ratings_figure(seen.rating_mean, seen.ratings), ratings_figure(seen.stars_mean, seen.stars)
    raising = (
        (seen.leaving_90d > 0, seen.day - seen.leaving_days, partial(_said_leaving, seen.day)),
        (sad, seen.unhappy_since_order, _unhappy_since),
        (panned, seen.bad_reviews_since_order, _bad_reviews_since),
        (~sad & (seen.tickets_unhappy_60d > 0), seen.tickets_unhappy_60d, _unhappy_tickets),
        (~panned & (seen.stars_mean <= _UNHAPPY_BELOW), starred, _low_reviews),
        (seen.mean_last_3 <= _SPEND_FALL * seen.mean_6_before, fall, _falling_orders),
        ((seen.mails_180d >= _IGNORED_MAILS) & (seen.answer_share == 0.0), seen.mails_180d, _ignored_mails),
        (seen.rating_mean <= _UNHAPPY_BELOW, rated, _low_satisfaction),
        (_fewer_features(seen), seen.features_kept * _FEW_OF + seen.features_before, _features_left),
        (_more_lost(seen), seen.deals_lost_6m * _FEW_OF + seen.deals_won_6m, _lost_deals),
        (_no_visits(seen), seen.last_visit, partial(_stayed_away, seen.day)),
        (_gives_back(seen), seen.returns_12m * _FEW_OF + seen.rhythm_12m, _returned),
    )
    lowering = (
        (~panned & (seen.stars_mean >= _HAPPY_FROM), starred, _good_reviews),
        (answering, answered, _answered_mails),
    )
    found: dict[int, tuple[list[Fact], list[Fact]]] = {}
    for side, facts in enumerate((raising, lowering)):
        for holds, figure, told in facts:
            places = np.flatnonzero(holds)
            for place, value in zip(places.tolist(), figure[places].tolist(), strict=True):
                found.setdefault(place, ([], []))[side].append(told(value))
    return found


def _said_leaving(today: int, last: float) -> Fact:
    return Fact("leaving", "Mentions of leaving", leaving_words(int(last), today), "raises")


def _unhappy_tickets(count: float) -> Fact:
    number = int(count)
    return Fact("tickets", "Unhappy ticket" if number == 1 else "Unhappy tickets", f"{number:,} in 60 days", "raises")


def _unhappy_since(count: float) -> Fact:
    number = int(count)
    label = "Unhappy ticket" if number == 1 else "Unhappy tickets"
    return Fact("tickets", label, f"{number:,} since the last order", "raises")


def _bad_reviews_since(count: float) -> Fact:
    number = int(count)
    return Fact("reviews", "Bad review" if number == 1 else "Bad reviews", f"{number:,} since the last order", "raises")


def _low_satisfaction(rated: float) -> Fact:
    return Fact("satisfaction", "Low ratings", ratings_words(rated), "raises")


def _low_reviews(starred: float) -> Fact:
    return Fact("reviews", "Bad reviews", ratings_words(starred), "raises")


def _good_reviews(starred: float) -> Fact:
    return Fact("reviews", "Good reviews", ratings_words(starred), "lowers")


def _ignored_mails(count: float) -> Fact:
    return Fact("email", "No clicks", f"none of {int(count):,} emails in 180 days", "raises")


def _answered_mails(number: float) -> Fact:
    answered, mails = divmod(int(number), _FEW_OF)
    return Fact("email", "Emails answered", f"{answered:,} of {mails:,} in 180 days", "lowers")


def _falling_orders(share: float) -> Fact:
    return Fact("value", "Smaller orders", f"last 3 down {share:.0%}".replace("%", "\u202f%"), "raises")


def _fewer_features(seen: Features) -> Flags:
    fewer = seen.features_kept <= _STILL_USED * seen.features_before
    return np.asarray((seen.features_before >= _FEATURES) & fewer)


def _features_left(number: float) -> Fact:
    kept, before = divmod(int(number), _FEW_OF)
    return Fact("use", "Features no longer used", features_words(kept, before), "raises")


def _more_lost(seen: Features) -> Flags:
    """Who lost more deals than they won: of two offers for one thing the other is lost when one is won."""
    return np.asarray((seen.deals_lost_6m > np.nan_to_num(seen.deals_won_6m)) & (seen.deals_open == 0))


def _lost_deals(number: float) -> Fact:
    lost, won = divmod(int(number), _FEW_OF)
    told = f"{lost:,} in 6 months, {won or 'none'} won, none open"
    return Fact("deals", "Deal lost" if lost == 1 else "Deals lost", told, "raises")


def _no_visits(seen: Features) -> Flags:
    """Who used to come and does not; where visits are the rhythm itself, its gap says so."""
    came = (seen.visits_90d_before >= _VISITS) & (seen.visits_30d == 0)
    return np.asarray(came & ~seen.by_activity)


def _stayed_away(today: int, last: float) -> Fact:
    return Fact("visits", "No visits or logins any more", no_visit_words(int(last), today), "raises")


def _gives_back(seen: Features) -> Flags:
    often = (seen.returns_12m >= _RETURNS) & (seen.returns_12m >= _RETURNED_SHARE * seen.rhythm_12m)
    return np.asarray(often & ~seen.by_activity & (seen.rhythm_12m > 0))


def _returned(number: float) -> Fact:
    returns, bought = divmod(int(number), _FEW_OF)
    return Fact("returns", "Returns", f"{returns:,} for {plural(bought, 'purchase day')} in 12 months", "raises")
