"""States turned round and negations, by somebody who had not seen the check, of five customers that stand as facts.

130 sentences contradict what is on record and 70 do not, in English, German and Spanish. At the first measure 18 were
blocked. The check then learnt from every other sentence, and 37 of the 64 others are blocked (37 of 58 without what is
in no book: invoices, trials, paused subscriptions, appointments, quotes). Of the honest ones that are blocked, all
promise money or a delivery, or ask for a payment.

Later three sets of 90 sentences each were written about the same customers in English, German and French, each before
the check had learnt from it, and the third in idioms on purpose. Of 60 that contradict a state 37, 37 and 31 were
blocked at the first measure (the check of before: 37, 35 and 22), and of 30 honest ones 2, 1 and 3.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any, Final

from models.values.outreach import Fact
from services.outreach.claims import Context, Text, find_claims
from services.outreach.claims.record import Record
from services.outreach.verified import with_own_words, written_by_code
from tests.measured import Tell
from tests.services.outreach.claims.marlow import fact

FILE: Final = Path(__file__).resolve().parents[3] / "fixtures" / "outreach" / "states.jsonl"
LATER: Final = FILE.with_name("states_later.jsonl")
ROWS: Final[list[dict[str, Any]]] = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
TODAY: Final = date(2026, 11, 23)
#: What the program has as facts of what the set says of each customer, and as states of their record.
KNOWN: Final[dict[str, tuple[Fact, ...]]] = {
    "open since 12 Nov, subject 'zipper broken'": (
        fact("ticket:1", "Ticket “zipper broken”, open since 12 Nov", "ticket #1", "ticket", ("date", "2026-11-12"),
             ("statement", "open"), ("statement", "not settled yet")),),
    "closed 20 Nov, subject 'wrong size'": (
        fact("ticket:1", "Wrong size, resolved 20 Nov", "ticket #1", "ticket", ("date", "2026-11-20"),
             ("statement", "resolved"), ("statement", "closed")),),
    "delivered 3 Nov, leather boots": (
        fact("order:1", "Last order delivered 3 Nov", "order #1", "order", ("date", "2026-11-03"),
             ("product", "Leather boots")),),
    "placed 18 Nov, not yet shipped, wool coat": (
        fact("order:1", "Last order 18 Nov, not shipped yet", "order #1", "order", ("date", "2026-11-18"),
             ("product", "Wool coat")),),
    "in transit since 20 Nov, espresso machine": (
        fact("order:1", "Last order on the way since 20 Nov", "order #1", "order", ("date", "2026-11-20"),
             ("product", "Espresso machine")),),
    "renews automatically 1 Feb, no notice given": (
        fact("contract:1", "Renews 1 Feb 2027", "contract #1", "contract", ("date", "2027-02-01")),),
    "cancelled by customer, ends 31 Dec": (
        fact("contract:1", "Contract cancelled, ends 31 Dec", "contract #1", "contract", ("date", "2026-12-31")),),
    "notice given by customer, ends 31 Mar": (
        fact("contract:1", "Contract cancelled, ends 31 Mar 2027", "contract #1", "contract", ("date", "2027-03-31")),),
    "in negotiation": (fact("deal:1", "Open deal, negotiation", "deal #1", "deal"),),
    "lost": (fact("deal:1", "Deal lost", "deal #1", "deal"),),
    "won 2 Nov": (fact("deal:1", "Deal won 2 Nov", "deal #1", "deal", ("date", "2026-11-02")),),
    "2 stars on 5 Nov": (
        fact("review:1", "2 of 5", "review #1", "review", ("date", "2026-11-05"), ("number", "2"), ("number", "5")),),
    "5 stars on 8 Nov": (
        fact("review:1", "5 of 5", "review #1", "review", ("date", "2026-11-08"), ("number", "5"), ("number", "5")),),
    "received and refunded 15 Nov, linen shirt": (
        fact("return:1", "Returned Linen shirt 15 Nov, refunded", "order #2", "order", ("date", "2026-11-15"),
             ("product", "Linen shirt")),),
}  # fmt: skip

#: What the book says of a customer beside the facts: (topic, value).
STATES: Final = {
    ("consent", "yes"): "given",
    ("consent", "no"): "refused",
    ("last_email", "not opened"): "unopened",
    ("last_email", "opened 10 Nov, not answered"): "opened",
    ("last_email", "opened 14 Nov, not answered"): "opened",
    ("last_email", "opened and answered 11 Nov"): "answered",
    ("return", "none"): "kept",
    ("visit", "none"): "none",
    ("return", "announced 9 Nov, coffee grinder, not yet received"): "announced",
    ("ticket", "none"): "none",
    ("visit", "store visit 1 Nov"): "visited",
    ("review", "none"): "none",
    ("invoice", "overdue since 1 Nov, unpaid"): "unpaid",
    ("invoice", "paid 4 Nov"): "paid",
    ("complaint", "open since 8 Nov, damaged parcel"): "open",
    ("trial", "expired 30 Oct, not converted"): "ended",
    ("appointment", "cancelled by customer 10 Nov"): "cancelled",
    ("quote", "accepted 7 Nov"): "won",
}
#: Set below what was measured, so that a step back is told and a word that is changed is not.
LEAST_BLOCKED, MOST_HONEST_BLOCKED = 0.88, 0.05
_DAY: Final = re.compile(r"(\d+) (Oct|Nov|Dec|Jan|Feb|Mar)")


def record_of(facts: dict[str, str]) -> Record:
    """Return the record of a customer of the set: states and days."""
    topics = {"last_email": "email", "complaint": "ticket", "quote": "deal"}
    months = ("Oct", "Nov", "Dec", "Jan", "Feb", "Mar")
    days = {date(2026 if (at := months.index(month)) < 3 else 2027, (at + 9) % 12 + 1, int(day))
            for said in facts.values() for day, month in _DAY.findall(said)}  # fmt: skip
    states = {(topics.get(what, what), STATES[what, said]) for what, said in facts.items() if (what, said) in STATES}
    if ("ticket", "open") in states:
        states -= {("ticket", "none")}
    return Record(frozenset(days), states=frozenset(states))


def later_rows() -> list[dict[str, Any]]:
    """The sentences of the later sets, with what stands of their customer: "A" is the first customer of the first."""
    customers = list({json.dumps(row["facts"]): row["facts"] for row in ROWS}.values())
    rows = [json.loads(line) for line in LATER.read_text("utf-8").splitlines()]
    return [row | {"facts": customers["ABCDE".index(row["who"])]} for row in rows]


def read(row: dict[str, Any]) -> str:
    """Return whether a sentence is verified, to be read, or blocked."""
    facts = tuple(one for said in row["facts"].values() for one in KNOWN.get(said, ()))
    text = Text("A note", "Hello,", f"{row['text']}\n\nWarm regards,")
    claims = with_own_words(
        text, find_claims(text, facts, Context(TODAY, record=record_of(row["facts"]))), written_by_code({}), ()
    )
    body = [one for one in claims if one.where == "body"]
    if any(one.verdict == "unsupported" for one in body):
        return "blocked"
    return "to read" if any(one.kind == "own" for one in body) else "verified"


def test_most_contradicted_states_are_blocked_and_honest_ones_hardly_ever(tell: Tell) -> None:
    found = Counter((row["contradicts"], row["which"], read(row)) for row in ROWS)

    def count(contradicts: bool, outcome: str = "") -> int:
        return sum(n for (one, _, said), n in found.items() if one == contradicts and outcome in ("", said))

    kinds = sorted({row["which"] for row in ROWS if row["contradicts"]})
    tell(f"{count(True, 'blocked')} of {count(True)} contradicted states blocked, {count(True, 'verified')} verified;"
         f" {count(False, 'blocked')} of {count(False)} honest sentences blocked: " + ", ".join(
             f"{kind} {found[True, kind, 'blocked']}/{sum(found[True, kind, said] for said in ('blocked', 'to read'))}"
             for kind in kinds))  # fmt: skip
    assert not count(True, "verified")
    assert count(True, "blocked") >= LEAST_BLOCKED * count(True)
    assert count(False, "blocked") <= MOST_HONEST_BLOCKED * count(False)


def test_states_are_told_in_sets_that_were_written_later(tell: Tell) -> None:
    found = Counter((row["set"], row["contradicts"], read(row)) for row in later_rows())
    blocked = [found[number, True, "blocked"] for number in (1, 2, 3)]
    flagged = sum(found[number, False, "blocked"] for number in (1, 2, 3))
    tell(f"{blocked[0]}, {blocked[1]} and {blocked[2]} of 60 contradicted states blocked; {flagged} of 90 honest ones")
    assert not any(contradicts and said == "verified" for _, contradicts, said in found)
    assert blocked[0] >= 54 and blocked[1] >= 50 and blocked[2] >= 35
    assert flagged <= MOST_HONEST_BLOCKED * 90
