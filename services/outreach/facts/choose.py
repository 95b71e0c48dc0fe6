"""Which facts are shown and which of them are proposed: a table of sorts and goals.

What helps a goal is proposed; what a customer need not read about themselves (a tier, an amount, a deal, what they
rated an answer) is there to be ticked and is never proposed. Trouble is proposed where the goal is to apologise: a
letter that checks in or offers more does not open an old complaint by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from services.outreach.facts.found import Found

MOST: Final = 12
#: Sorts in the order in which they are shown, the most telling first.
ORDER: Final = (
    "since", "orders", "last_order", "trouble", "open ticket", "bad review", "renewal", "praise", "feature",
    "products", "suggestion", "further category", "deal", "tier", "ticket rating", "preferences", "categories",
    "review", "contract", "survey", "conversation", "campaign", "contact", "returned", "amount", "document",
)  # fmt: skip

PROPOSED: Final = {
    "apologise": frozenset({"since", "orders", "last_order", "trouble", "open ticket", "bad review", "praise"}),
    "check_in": frozenset({"since", "orders", "last_order", "products", "suggestion", "praise"}),
    "renewal": frozenset({"since", "orders", "renewal", "contract", "praise", "products"}),
    "thank": frozenset({"since", "orders", "last_order", "praise", "suggestion", "further category"}),
    "introduce": frozenset({"feature", "last_order", "products", "preferences", "orders"}),
}
#: What a card is about is proposed beside what its goal proposes: rule to sorts.
ABOUT: Final = {
    "deal_stalled": frozenset({"deal"}),
    "deal_at_risk": frozenset({"deal"}),
    "emails_unread": frozenset({"campaign"}),
    "satisfaction_falling": frozenset({"bad review", "review"}),
    "bad_review": frozenset({"bad review"}),
}
#: An older complaint is left alone where the card is about a newer one; unread mailings are not answered by an offer.
ASIDE: Final = {"bad_review": frozenset({"trouble"}), "emails_unread": frozenset({"suggestion", "products"})}
_TICKED_MOST: Final = {"suggestion": 2}
#: Of these sorts a second one is shown though it is not proposed.
_MORE_THAN_ONE: Final = frozenset({"trouble", "open ticket", "document"})
#: Without trouble on record an apology has nothing to say; it then speaks of these.
_INSTEAD: Final = frozenset({"products", "suggestion"})


def chosen(found: Sequence[Found], goal: str, *, keep: Collection[str] = (), rule: str = "") -> tuple[Found, ...]:
    """Return the facts to show for a goal, the proposed ones ticked and first, at most twelve beside those to keep.

    Parameters
    ----------
    keep
        Keys of facts that are shown in any case.
    rule
        Of the card that the email answers: what the card is about is proposed as well.
    """
    place = {sort: at for at, sort in enumerate(ORDER)}
    ranked = sorted(enumerate(found), key=lambda one: (place.get(one[1].sort, len(place)), one[0]))
    wanted = PROPOSED.get(goal, PROPOSED["check_in"])
    if goal == "apologise" and not {"trouble", "open ticket", "bad review"} & {one.sort for one in found}:
        wanted |= _INSTEAD
    about = ABOUT.get(rule, frozenset()) & {one.sort for one in found}
    if about:
        wanted = (wanted | about) - ASIDE.get(rule, frozenset())
    counted: dict[str, int] = {}
    ticked, others = [], []
    for _, one in ranked:
        counted[one.sort] = counted.get(one.sort, 0) + 1
        if one.sort in wanted and counted[one.sort] <= _TICKED_MOST.get(one.sort, 1):
            ticked.append(replace(one, fact=replace(one.fact, ticked=True)))
        elif counted[one.sort] == 1 or one.sort in _MORE_THAN_ONE:
            others.append(one)
    shown = [*ticked, *others]
    place_of = {one.fact.key: at for at, one in enumerate(shown)}
    kept = [one for _, one in ranked if one.fact.key in keep and place_of.get(one.fact.key, MOST) >= MOST]
    return (*shown[:MOST], *kept)
