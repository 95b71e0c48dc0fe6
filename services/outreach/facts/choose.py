"""Which facts are shown and which of them are proposed: a table of sorts and goals.

What helps a goal is proposed; what a customer need not read about themselves (a tier, an amount, a deal, what they
rated an answer) is there to be ticked and is never proposed. Trouble is proposed where the goal is to apologise: an
email that checks in or offers more does not open an old complaint by itself, and offers nothing to somebody who
complained lately. While a matter waits for an answer, an apology is about nothing else and names each of them, and no
email praises or sells; nor while a ticket is open.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from services.outreach.facts.found import Found

MOST: Final = 12
#: Sorts in the order in which they are shown, the most telling first.
ORDER: Final = (
    "matter", "since", "orders", "last_order", "open ticket", "invoice", "trouble", "bad review", "document", "renewal",
    "praise", "past praise", "feature", "products", "suggestion", "further category", "deal", "tier",
    "ticket rating", "preferences", "size", "categories", "review", "contract", "survey", "conversation", "campaign",
    "contact", "returned", "amount", "measurements",
)  # fmt: skip

PROPOSED: Final = {
    "apologise": frozenset({"since", "orders", "last_order", "trouble", "open ticket", "bad review", "praise"}),
    "check_in": frozenset({"since", "orders", "last_order", "products", "suggestion", "praise"}),
    "renewal": frozenset({"since", "orders", "renewal", "contract", "praise", "products"}),
    "thank": frozenset({"since", "orders", "last_order", "praise", "suggestion", "further category"}),
    "introduce": frozenset({"feature", "last_order", "products", "preferences", "orders"}),
}
#: Of these rules an open deal is a reason to write.
_QUIET: Final = ("gap_beyond_usual", "likely_to_leave", "activity_dropped", "win_back_due")
#: What an alert is about is proposed beside what its goal proposes: rule to sorts.
ABOUT: Final = {
    **dict.fromkeys(_QUIET, frozenset({"deal"})),
    "deal_stalled": frozenset({"deal"}),
    "deal_at_risk": frozenset({"deal"}),
    "emails_unread": frozenset({"campaign"}),
    "satisfaction_falling": frozenset({"bad review", "review"}),
    "bad_review": frozenset({"bad review"}),
}
#: An older complaint is left alone where the alert is about a newer one; neither unread mailings nor an open deal are
#: answered by an offer, nor by what they bought.
ASIDE: Final = {
    "bad_review": frozenset({"trouble"}),
    **dict.fromkeys(("emails_unread", "deal_stalled", "deal_at_risk", *_QUIET), frozenset({"suggestion", "products"})),
}
_TICKED_MOST: Final = {"suggestion": 2, "matter": MOST}
#: Of these sorts a second one is shown though it is not proposed.
_MORE_THAN_ONE: Final = frozenset({"trouble", "open ticket", "invoice", "document"})
#: These neither praise nor sell.
_OFFERS: Final = frozenset({"suggestion", "further category"})
_WHILE_IT_WAITS: Final = _OFFERS | {"praise"}
#: Alerts of these rules ask what has got worse: an email that sells, or repeats older praise, has not heard it.
_ASKING: Final = frozenset({"satisfaction_falling"})
#: Without trouble on record an apology has nothing to say; it then speaks of these.
_INSTEAD: Final = frozenset({"products", "suggestion"})


def chosen(
    found: Sequence[Found], goal: str, *, keep: Collection[str] = (), rule: str = "", complained: bool = False
) -> tuple[Found, ...]:
    """Return the facts to show for a goal, the proposed ones ticked and first, at most twelve beside those to keep.

    Parameters
    ----------
    keep
        Keys of facts that are shown in any case.
    rule
        Of the alert that the email answers: what the alert is about is proposed as well.
    complained
        They complained of late, and it was not made good: nothing is offered to them.
    """
    place = {sort: at for at, sort in enumerate(ORDER)}
    ranked = sorted(enumerate(found), key=lambda one: (place.get(one[1].sort, len(place)), one[0]))
    wanted = PROPOSED.get(goal, PROPOSED["check_in"])
    if goal == "apologise" and not {"trouble", "open ticket", "bad review"} & {one.sort for one in found}:
        wanted |= _INSTEAD
    about = ABOUT.get(rule, frozenset()) & {one.sort for one in found}
    if about:
        wanted = (wanted | about) - ASIDE.get(rule, frozenset())
    if rule in _ASKING:
        wanted -= _WHILE_IT_WAITS
    if any(one.sort == "matter" for one in found):
        wanted = frozenset({"since", "matter"}) if goal == "apologise" else wanted - _WHILE_IT_WAITS
    elif not any(one.is_open_ticket for one in found):
        wanted -= _older_complaints(found)
    else:
        wanted = (wanted - _WHILE_IT_WAITS) | {"open ticket"}
    counted: dict[str, int] = {}
    ticked, others = [], []
    for _, one in ranked:
        counted[one.sort] = counted.get(one.sort, 0) + 1
        if one.sort in wanted and counted[one.sort] <= _TICKED_MOST.get(one.sort, 1):
            offers = complained and one.sort in _OFFERS
            ticked.append(replace(one, fact=replace(one.fact, ticked=not offers)))
        elif counted[one.sort] == 1 or one.sort in _MORE_THAN_ONE:
            others.append(one)
    shown = [*ticked, *others]
    place_of = {one.fact.key: at for at, one in enumerate(shown)}
    kept = [one for _, one in ranked if one.fact.key in keep and place_of.get(one.fact.key, MOST) >= MOST]
    return (*shown[:MOST], *kept)


def _older_complaints(found: Sequence[Found]) -> frozenset[str]:
    """Which sort of settled complaint is the older one: an apology is for what they said last."""
    newest: dict[str, str] = {}
    for one in found:
        if one.sort in ("trouble", "bad review"):
            newest[one.sort] = max(newest.get(one.sort, ""), one.newest_day)
    return frozenset(sort for sort, day in newest.items() if day < max(newest.values()))
