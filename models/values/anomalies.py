"""Values of anomalies: where a customer does otherwise than their own past says, channel by channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from models.values.words import whole

#: Channels that are no activity of the customer's own words: what scoring makes of the book's other tables.
ORDERS, ORDER_VALUE, EMAILS, TICKETS, CONVERSATIONS = "orders", "order value", "emails", "tickets", "conversations"
NO_ACTIVITY: Final = (ORDERS, ORDER_VALUE, EMAILS, TICKETS, CONVERSATIONS)

#: Title, and one of it, of each channel that has words of its own; other kinds of activity are called as files do.
_WORDS: Final = {
    ORDERS: ("Orders", "purchase day"),  # several orders of one day count as one
    ORDER_VALUE: ("Order value", "order"),
    EMAILS: ("Emails clicked or answered", "email clicked or answered"),
    TICKETS: ("Tickets", "ticket"),
    CONVERSATIONS: ("Conversations", "message"),
    "login": ("Portal logins", "portal login"),
    "web_session": ("Web visits", "web visit"),
    "store_visit": ("Store visits", "store visit"),
    "document_view": ("Document views", "document view"),
    "feature_use": ("Use of features", "use of features"),
    "fit_scan": ("Fit scans", "fit scan"),
}

#: Below the first there is as good as nothing to expect; below the second no whole event.
_LEAST_EXPECTED: Final = 0.05
_ROUNDS_TO_ONE: Final = 0.5

Direction = Literal["down", "up"]


def channel_title(channel: str) -> str:
    """Return what a channel is called: ``Portal logins``."""
    known = _WORDS.get(channel)
    return known[0] if known is not None else channel.replace("_", " ").strip().capitalize()


def channel_events(channel: str, number: int) -> str:
    """Return a number of a channel's events: ``1 portal login``, ``14 web visits``, ``3 times “kiosk tap”``."""
    known = _WORDS.get(channel)
    if known is None:
        return f"{number:,} {'time' if number == 1 else 'times'} “{channel.replace('_', ' ').strip()}”"
    one = known[1]
    if number == 1:
        return f"1 {one}"
    first, _, rest = one.partition(" ")
    if channel in (EMAILS, "feature_use"):
        return f"{number:,} {first}s {rest}"
    return f"{number:,} {one}s"


def about(expected: float) -> str:
    """Return how many would have been usual: ``about 3``, ``fewer than 1``, ``none``."""
    if expected < _LEAST_EXPECTED:
        return "none"
    return f"about {whole(expected)}" if some_usual(expected) else "fewer than 1"


def some_usual(expected: float) -> bool:
    """Whether one or more would have been usual."""
    return expected >= _ROUNDS_TO_ONE


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One channel of one customer that is not as it was.

    Attributes
    ----------
    channel
        A kind of activity as the book has it (``login``), or one of `NO_ACTIVITY`.
    as_of
        ISO day through which the channel's source tells: never after the scores' own day.
    since
        ISO day from which it is otherwise: the likeliest.
    seen, expected
        Events from that day on, and as many as the customer's own earlier rate makes; of `ORDER_VALUE` minor units.
    window_days
        Days from `since` to `as_of`.
    p
        How likely so few (or so many) would be if nothing had changed.
    evidence
        "2 portal logins in 27 days, about 13 expected".
    """

    customer_id: int
    channel: str
    as_of: str
    since: str
    direction: Direction
    seen: float
    expected: float
    window_days: int
    p: float
    evidence: str

    @property
    def change(self) -> float:
        """By how much it fell or rose, as a share of what was to be expected: −0.85, 1.2."""
        return self.seen / self.expected - 1.0 if self.expected > 0 else 0.0


@dataclass(frozen=True, slots=True)
class ChannelTrend:
    """Where one channel of a customer is heading, and since when.

    ``direction`` is ``falling``, ``steady`` or ``rising``, and of orders that are late ``silent``. `since` is the ISO
    day of the change, None while steady; of a silence that of the last order. `expected` is what the customer's own
    earlier rate makes of the window; of a silence, how many orders were expected and did not come.
    """

    channel: str
    direction: str
    since: str | None
    seen: float
    expected: float
    window_days: int


@dataclass(frozen=True, slots=True)
class TrendWords:
    """A customer's trends in words.

    Attributes
    ----------
    line
        All channels in one line: "Orders down since 3 Sep; tickets up since 20 Oct; web visits as usual".
    more
        Each with its figures: "Orders down since 3 Sep: none in 78 days, about 4 expected".
    """

    line: str
    more: tuple[str, ...] = ()
