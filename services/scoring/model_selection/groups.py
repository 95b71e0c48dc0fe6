"""Which reason, of those that people are told, each feature of the frame belongs to."""

from __future__ import annotations

from services.scoring.model_selection.frame import INPUTS

#: Reasons that people are told.
GROUPS = (
    *INPUTS, "value", "tickets", "satisfaction", "reviews", "email", "activity", "contract", "deals", "mix",
    "discounts", "visits", "use", "fields", "leaving",
)  # fmt: skip
#: The group of each feature beside the three inputs of the closed form.
GROUP_OF = {
    "frequency": "orders",
    "days_365": "orders",
    "one_time": "orders",
    "gap_spread": "orders",
    "tenure": "tenure",
    "mean_value": "value",
    "last_value": "value",
    "highest_value": "value",
    "spend": "value",
    "spend_90": "value",
    "spend_pulse": "value",
    "given_back": "value",
    "tickets": "tickets",
    "tickets_unhappy": "tickets",
    "ticket_mood": "tickets",
    "ticket_open_days": "tickets",
    "satisfaction": "satisfaction",
    "review_score": "reviews",
    "leaving_words": "leaving",
    "leaving_fresh": "leaving",
    "answer_share": "email",
    "activity_recent": "activity",
    "activity_year": "activity",
    "activity_gap": "activity",
    "contract_age": "contract",
    "anniversary": "contract",
    "charge_change": "contract",
    "renewed": "contract",
    "renewal_due": "contract",
    "deals_open": "deals",
    "deal_still": "deals",
    "deals_lost": "deals",
    "kinds_change": "mix",
    "new_kinds": "mix",
    "top_kind_share": "mix",
    "discount_share": "discounts",
    "discount_change": "discounts",
    "visits": "visits",
    "visits_change": "visits",
    "visit_gap": "visits",
    "features_used": "use",
    "features_kept": "use",
}

#: What of a group moved the risk: figures that people can be told, with the features that tell of each. The aspects of
#: a group stand together, in the order of `GROUPS`.
ASPECTS = {
    "gap": ("gap", "days_since", "relative_gap", "own_silence", "own_wait"),
    "longest": ("silence",),
    "lately": ("days_30", "days_90", "pulse_21", "pulse_42", "pulse_84"),
    "kept": ("kept_share",),
    "count": ("orders", "frequency", "one_time"),
    "year": ("days_365",),
    "spread": ("gap_spread",),
    "known": ("tenure",),
    "mean_value": ("mean_value",),
    "last_value": ("last_value",),
    "highest_value": ("highest_value",),
    "spend": ("spend",),
    "spent_lately": ("spend_90", "spend_pulse"),
    "given_back": ("given_back",),
    "active_lately": ("activity_recent",),
    "active_year": ("activity_year",),
    "active_last": ("activity_gap",),
    "runs": ("contract_age", "anniversary", "renewed", "renewal_due"),
    "charged": ("charge_change",),
}
ASPECT_NAMES = tuple(ASPECTS)
#: The group of each aspect.
GROUP_OF_ASPECT = tuple(
    features[0] if features[0] in INPUTS else GROUP_OF.get(features[0], INPUTS[0]) for features in ASPECTS.values()
)
#: The place of the aspect of each feature.
ASPECT_OF = {feature: place for place, features in enumerate(ASPECTS.values()) for feature in features}
