"""What a unit of work changed: the value from which scoring, the queue and the window know what to renew."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Above this many customers a change is "everyone": a set of ids would cost more than it saves.
EVERYONE_FROM = 50_000


@dataclass(frozen=True, slots=True)
class Changes:
    """Outcome of one unit of work.

    ``customers`` is the set of customers whose rows changed; with ``everyone`` it is empty and means all of them.
    ``tables`` names the tables that were written, ``policy`` the fields of the policy that changed, ``kept`` holds a
    sentence for each row or field that an undo left as it is, ``entry`` is the journal entry's id, and ``entries`` are
    the ids of all that were merged.
    """

    entry: int | None = None
    entries: frozenset[int] = field(default_factory=frozenset)
    customers: frozenset[int] = field(default_factory=frozenset)
    everyone: bool = False
    alerts: frozenset[int] = field(default_factory=frozenset)
    tables: frozenset[str] = field(default_factory=frozenset)
    policy: frozenset[str] = field(default_factory=frozenset)
    kept: tuple[str, ...] = ()
    words: str = ""

    def merged(self, other: Changes) -> Changes:
        """Return the union of both, with the later entry."""
        customers = self.customers | other.customers
        everyone = self.everyone or other.everyone or len(customers) > EVERYONE_FROM
        return Changes(
            entry=other.entry or self.entry,
            entries=self.entries | other.entries,
            customers=frozenset() if everyone else customers,
            everyone=everyone,
            alerts=self.alerts | other.alerts,
            tables=self.tables | other.tables,
            policy=self.policy | other.policy,
            kept=self.kept + other.kept,
            words=other.words or self.words,
        )
