"""The words of scores: what the store keeps as a phrase's name with its figures, as a label with its evidence.

A reason is stored as {code, phrase, figures, points, kind}; words are made when it is shown. A reason that was stored
in words, by an earlier version, is shown as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from models.values.alerts import ALIKE_WORDS
from models.values.past_cases import cases_words
from models.values.words import THIN, capital, gap_words, money_short, percent
from models.values.words import count as plural
from models.values.words import day as day_words
from services.book.sources import SOURCES

#: A reason with its label and its evidence.
Reason = dict[str, Any]
Words = tuple[str, str]

_MOODS = {"good": "Good", "mixed": "Mixed", "bad": "Bad"}
#: Months of the visits of before.
_MONTHS = 3
_YEAR_DAYS = 365
#: Of each aspect of money the words with an amount (and the book's median purchase day), and those without one.
_AMOUNTS = {
    "mean_value": ("{0} a purchase day; {1} is typical of your customers", "No purchase day has an amount"),
    "last_value": ("Last purchase day {0}; {1} is typical of your customers", "The last has no amount"),
    "highest_value": (
        "Highest purchase day {0}; {1} is typical of your customers",
        "No purchase day has an amount",
    ),
    "spend": ("{0} in total", "Nothing spent"),
    "spent_lately": ("{0} in 90 days", "Nothing in 90 days"),
    "given_back": ("{0} returned in total", "Nothing returned"),
}
#: Names of sources in a sentence.
SOURCE_WORDS = {table: words for words, table, _ in SOURCES} | {"opportunities": "deals"}
#: The phrase of customers whom no model tells apart.
ALIKE = "alike"
PAUSE_WORDS = "In this book the model cannot tell a long pause from a departure."
LEFT_WORDS = "They have left: no churn risk and no revenue at risk."
_GROUPS = {
    "gap": "orders",
    "email": "emails clicked or answered",
    "activity": "other activity",
    "use": "use of features",
    "mix": "choice of products",
}
_BASELINES = {"orders": "“no order for {} days”", "activity": "“no activity for {} days”"}
_RATED = {"satisfaction": "Satisfaction", "reviews": "Reviews"}


def reasons_in_words(drivers: str | None) -> list[Reason]:
    """The reasons of a customer, from the JSON of the public table, each with its label and evidence."""
    return [_with(one, *_words_of(one)) for one in json.loads(drivers or "[]")]


def week_in_words(changed: str | None, drivers: str | None) -> list[Reason]:
    """What moved a risk in a week, likewise; a part without words of its own is called as among the `drivers`."""
    parts = json.loads(changed or "[]")
    if all("label" in one or "phrase" in one for one in parts):
        return [_with(one, _words_of(one)[0]) for one in parts]
    labels = {one["code"]: one["label"] for one in reversed(reasons_in_words(drivers))}
    return [_with(one, _words_of(one)[0] or labels.get(one["code"]) or _called(one["code"])) for one in parts]


def confidence_in_words(why: str | None) -> tuple[str, ...]:
    """Why the confidence in a customer's scores is not high, from the JSON of the public table."""
    known = json.loads(why or "[]")
    return tuple(one if isinstance(one, str) else _CONFIDENCE[one["phrase"]](*one["figures"]) for one in known)


def is_alike(why: str | None) -> bool:
    """Whether the model cannot tell the customers of the book apart, from the same."""
    known = json.loads(why or "[]")
    return ALIKE_WORDS in known or {"phrase": ALIKE, "figures": []} in known


def _called(code: str) -> str:
    return code.replace("_", " ").capitalize()


def _with(stored: Reason, label: str, evidence: str = "") -> Reason:
    rest = {name: value for name, value in stored.items() if name not in ("phrase", "figures")}
    return {"code": stored["code"], "label": label, "evidence": evidence} | rest


def _words_of(stored: Reason) -> Words:
    if "label" in stored:
        return stored["label"], stored.get("evidence", "")
    return _PHRASES[stored["phrase"]](*stored["figures"]) if "phrase" in stored else ("", "")


def known_for(days: int) -> str:
    """A length of time in days, months or years."""
    if days < 60:
        return plural(days, "day")
    months = round(days / 30.4375)
    return plural(months, "month") if months < 24 else f"{days / 365.25:.1f} years".replace(".0 ", " ")


def _noun(active: bool) -> str:
    return "activity" if active else "order"


def _day(active: bool) -> str:
    return "active day" if active else "purchase day"


def _since(active: bool) -> str:
    return f"Gap since last {_noun(active)}"


def _gap(days: int | None, usual: int | None, own: bool, active: bool) -> Words:
    told = f"No {_noun(active)} for {plural(days, 'day')}" if days else f"Last {_noun(active)} today"
    if days is None:
        told = f"No {_noun(active)} known"
    return _since(active), f"{told}; {gap_words(usual, own)}" if usual else told


def _only_one(since: int, active: bool) -> Words:
    told = f"{plural(since, 'day')} ago" if since else "today"
    return f"One {_day(active)} so far", f"The only {_day(active)} was {told}"


def _lately(count: int, active: bool) -> Words:
    return "Activity lately" if active else "Orders lately", f"{plural(count, _day(active))} in 90 days"


def _not_over(since: int, usual: int, own: bool, active: bool) -> Words:
    of = f"{since:,} of the usual {plural(usual, 'day')}" if own else f"{plural(since, 'day')}; {gap_words(usual, own)}"
    return _since(active), f"No {_noun(active)} for {of}"


def _not_long(since: int, usual: int, own: bool, active: bool) -> Words:
    than = f"not twice the usual {usual:,}" if since < 2 * usual and own else "others have longer gaps"
    return _since(active), f"No {_noun(active)} for {plural(since, 'day')}; {than}"


def _orders(count: int, typical: int, active: bool) -> Words:
    return f"{plural(count, _day(active))} so far", f"The typical repeat customer has {typical:,}"


def _few_orders(count: int, active: bool) -> Words:
    return f"{plural(count, _day(active))} so far", "A long gap says little about so few orders"


def _many_orders(count: int, active: bool) -> Words:
    return f"{plural(count, _day(active))} so far", "A long gap is unusual for a frequent buyer"


def _uneven(percent: int, active: bool) -> Words:
    told = f"vary by {percent:,}{THIN}%" if percent else "are all alike"
    return "Regularity", f"The gaps between {_day(active)}s {told}"


def _tenure(days: int, typical: int, active: bool) -> Words:
    return f"First {_noun(active)} {known_for(days)} ago", f"The typical repeat customer: {known_for(typical)} ago"


def _customer_for(days: int, typical: int) -> Words:
    return f"Customer for {known_for(days)}", f"The typical repeat customer: {known_for(typical)} ago"


def _way(percent: int) -> str:
    return "down" if percent < 0 else "up"


def _spending(percent: int) -> Words:
    return "Spending", f"Last 6 months {_way(percent)} {abs(percent)}{THIN}% on the 6 before"


def _spending_outweighed(percent: int) -> Words:
    told = f"{_way(percent).capitalize()} {abs(percent)}{THIN}% in 6 months"
    return "Spending", f"{told}; their orders overall count more"


def _amount(aspect: str, amount: int, usual: int, back: int, currency: str) -> Words:
    told, without = _AMOUNTS[aspect]
    if amount <= 0:
        return "Spending", without
    returned = f"; {money_short(back, currency)} returned in total" if back > 0 else ""
    return "Spending", told.format(money_short(amount, currency), money_short(usual, currency)) + returned


def _of_five(tenths: int, count: str) -> str:
    return f"{tenths / 10:.1f} of 5, {count} in a year"


def _deals(running: int, still: int | None, lost: int, won: int) -> Words:
    told = "None open"
    if running:
        moved = f"{plural(still, 'day')} ago" if still else "today"
        told = f"{running:,} open, last moved {moved}"
    ended = [f"{count:,} {how}" for count, how in ((lost, "lost"), (won, "won")) if count]
    return "Deals", f"{told}; {', '.join(ended)} in 6 months" if ended else told


def _mix(now: int | None, before: int | None) -> Words:
    if now is None or before is None:
        return "Products bought", "Not known"
    told = f"{now:,} different in 6 months, {before:,} in the 6 before"
    return "Products bought", told if now or before else "None in a year"


def _discounts(now: int | None, before: int | None) -> Words:
    if now is None:
        return "Discounts", "Nothing bought in 6 months"
    told = f"{now}{THIN}% of revenue discounted in 6 months"
    return "Discounts", told if before is None else f"{told}, {before}{THIN}% in the year before"


def _other_activity(days: int | None) -> Words:
    if days is None:
        return "Other activity", "None so far"
    day = f"{plural(days, 'day')} ago" if days > 1 else "yesterday" if days else "today"
    return "Other activity", f"Last {day}"


def _contract(days: int | None) -> Words:
    if days is None:
        return "Contract", "None running"
    left = plural(_YEAR_DAYS - days % _YEAR_DAYS, "day")
    return "Contract", f"Runs {known_for(days)}; can be ended in {left}"


def _renewed(since: int, due: int) -> Words:
    coming = f"the next is due in {plural(due, 'day')}" if due >= 0 else f"the next was due {plural(-due, 'day')} ago"
    return "Contract", f"Renewed {known_for(since)} ago; {coming}"


def _charged(percent: int) -> Words:
    than = "lower" if percent < 0 else "higher"
    return "Order amount", f"Last order {abs(percent):,}{THIN}% {than} than 3 months before"


def _features_of(kept: int, before: int) -> str:
    return f"Uses {kept or 'none'} of the {plural(before, 'feature')} used in the 3 months before"


def _dated(day: str, today: str) -> str:
    """An ISO day as people write it: ``3 Sep``, with the year where it is long ago."""
    return day_words(date.fromisoformat(day), date.fromisoformat(today))


def _some(noun: str, count: int) -> str:
    """ "Unhappy ticket", of more than one in the plural."""
    return noun if count == 1 else f"{noun}s"


def _rating_moved(code: str, now: float, then: float) -> Words:
    return f"{_RATED[code]} {now:.1f} of 5, was {then:.1f}", ""


def _unhappy(more: int) -> Words:
    told = plural(abs(more), "unhappy ticket")
    return told if more > 0 else f"{told} fewer in 60 days", ""


_PHRASES: dict[str, Callable[..., Words]] = {
    # The rhythm.
    "gap": _gap,
    "only_one": _only_one,
    "lately": _lately,
    "not_over": _not_over,
    "not_long": _not_long,
    "orders": _orders,
    "few_orders": _few_orders,
    "many_orders": _many_orders,
    "in_a_year": lambda year, total, active: (f"{plural(year, _day(active))} in 12 months", f"{total:,} so far"),
    "uneven": _uneven,
    "tenure": _tenure,
    "customer_for": _customer_for,
    # Money and the channels beside orders, whichever way they count.
    "spending": _spending,
    "spending_outweighed": _spending_outweighed,
    "spending_new": lambda: ("Spending", "Nothing to compare the last 6 months with"),
    "amount": _amount,
    "tickets": lambda count: ("Support tickets", f"{count:,} in 90 days" if count else "None in 90 days"),
    "satisfaction": lambda tenths, count: ("Satisfaction", _of_five(tenths, plural(count, "rating"))),
    "answered": lambda tenths, count: (
        "Satisfaction", f"Answered when asked: {_of_five(tenths, plural(count, 'rating'))}",
    ),
    "unrated": lambda: ("Satisfaction", "Not rated in a year"),
    "ticket_mood": lambda mood: ("Ticket sentiment", f"{_MOODS[mood]}; not rated in a year"),
    "reviews": lambda tenths, count: ("Reviews", _of_five(tenths, plural(count, "review"))),
    "no_reviews": lambda: ("Reviews", "None in a year"),
    "review_mood": lambda mood: ("Review sentiment", f"{_MOODS[mood]}; no stars"),
    "emails": lambda answered, mails: (
        "Emails", f"{answered} of {mails} clicked or replied to in 180 days" if mails else "None sent in 180 days",
    ),
    "activity": _other_activity,
    "activity_month": lambda count: ("Other activity", f"{count or 'None'} in 30 days"),
    "activity_year": lambda count: ("Other activity", f"{count or 'None'} in 12 months"),
    "contract": _contract,
    "renewed": _renewed,
    "charged": _charged,
    "deals": _deals,
    "mix": _mix,
    "mix_now": lambda now: ("Products bought", f"{now:,} different in 6 months" if now else "None in 6 months"),
    "discounts": _discounts,
    "visits": lambda now, before: (
        "Visits and logins", f"{now:,} in 30 days, {round(before / _MONTHS):,} a month before",
    ),
    "visits_now": lambda now: ("Visits and logins", f"{now:,} in 30 days"),
    "no_visits": lambda: ("Visits and logins", "None so far"),
    "no_visit_since": lambda day, today: ("Visits and logins", f"No visit or login since {_dated(day, today)}"),
    "fields": lambda: ("Customer fields", "What the imported fields say about them, such as the type of contract"),
    "leaving": lambda day, today: ("Mentions of leaving", f"Spoke of leaving on {_dated(day, today)}"),
    "no_leaving": lambda: ("Mentions of leaving", "None in a year"),
    "use": lambda now: ("Features", f"Uses {plural(now, 'feature')}, none before" if now else "None used in 4 months"),
    "use_kept": lambda kept, before: ("Features", _features_of(kept, before)),
    # What went wrong or well.
    "unhappy_tickets": lambda count: (_some("Unhappy ticket", count), f"{count:,} in 60 days"),
    "unhappy_since": lambda count: (_some("Unhappy ticket", count), f"{count:,} since the last order"),
    "bad_reviews_since": lambda count: (_some("Bad review", count), f"{count:,} since the last order"),
    "bad_reviews": lambda tenths, count: ("Bad reviews", _of_five(tenths, f"{count:,}")),
    "good_reviews": lambda tenths, count: ("Good reviews", _of_five(tenths, f"{count:,}")),
    "low_ratings": lambda tenths, count: ("Low ratings", _of_five(tenths, f"{count:,}")),
    "smaller_orders": lambda percent: ("Smaller orders", f"last 3 down {percent}{THIN}%"),
    "no_clicks": lambda mails: ("No clicks", f"none of {mails:,} emails in 180 days"),
    "emails_answered": lambda answered, mails: ("Emails answered", f"{answered:,} of {mails:,} in 180 days"),
    "features_left": lambda kept, before: ("Features no longer used", _features_of(kept, before)),
    "deals_lost": lambda lost, won: (
        _some("Deal", lost) + " lost", f"{lost:,} in 6 months, {won or 'none'} won, none open",
    ),
    "stayed_away": lambda day, today: (
        "No visits or logins any more", f"No visit or login since {_dated(day, today)}",
    ),
    "returns": lambda returns, days: ("Returns", f"{returns:,} for {plural(days, 'purchase day')} in 12 months"),
    # The week.
    "churn_risk": lambda: ("Churn risk", ""),
    "first_order": lambda: ("The first order", ""),
    "cancelled": lambda: ("An order was cancelled", ""),
    "silent": lambda days, active: (f"{'No activity' if active else 'No order'} for {days} more days", ""),
    "came": lambda days, active: (f"{'Active' if active else 'Ordered'} on {plural(days, 'day')}", ""),
    "unhappy": _unhappy,
    "rating_moved": _rating_moved,
}  # fmt: skip


def _old(source: str, days: int) -> str:
    if source == "orders":
        return f"The book's newest order is {days:,} days older than its other data."
    words = SOURCE_WORDS.get(source, source)
    return f"{capital(words)} {'is' if words == 'activity' else 'are'} {days:,} days older than the book's other data."


def _off(share: float, cases: int) -> str:
    way, points = "high" if share > 0 else "low", round(100 * abs(share))
    return f"In back-tests the churn risk was {points} points too {way} on average ({cases:,} cases)."


def _no_record(group: str, share: float) -> str:
    words = _GROUPS.get(group, group.replace("_", " "))
    return f"Not on record for this customer: {words}, {percent(share)} of what the churn risk depends on."


def _once(active: bool) -> str:
    day, who = ("day of activity", "those who came once") if active else ("purchase day", "one-time buyers")
    return f"Only one {day} on record: the model cannot tell {who} apart."


def _as_the_baseline(label: str, days: int) -> str:
    rule = _BASELINES.get(label, "the baseline").format(days)
    return f"In back-tests the churn risk was no more accurate than {rule}."


_CONFIDENCE: dict[str, Callable[..., str]] = {
    ALIKE: lambda: ALIKE_WORDS,
    "left": lambda: LEFT_WORDS,
    "pause": lambda: PAUSE_WORDS,
    "nothing_yet": lambda: "No orders or other activity yet.",
    "once": _once,
    "few_days": lambda least, active: (
        f"Fewer than {least} {'days of activity' if active else 'purchase days'} on record."
    ),
    "average": lambda: "In back-tests no model was more accurate than the average churn rate.",
    "few_customers": lambda: "The book has too few customers with a history to train a model.",
    "known_for": lambda days: f"Known for less than {days} days.",
    "under_contract_for": lambda days: f"Under contract for less than {days} days.",
    "no_rate": lambda: "None of the orders has an exchange rate, so their value is not known.",
    "some_without_rate": lambda: "Some orders have no exchange rate and count without a value.",
    "all_old": lambda days: f"The book's newest data is {days:,} days older than these scores.",
    "old": _old,
    "off": _off,
    "off_by": lambda points: f"In back-tests the churn risk was off by {points} points on average.",
    "similar": cases_words,
    "few_similar": lambda fewest: f"Fewer than {fewest} similar customers were in the back-tests.",
    "as_the_baseline": _as_the_baseline,
    "no_record": _no_record,
    "much_missing": lambda: (
        f"More than {percent(0.33)} of what the churn risk depends on is missing for this customer."
    ),
}
