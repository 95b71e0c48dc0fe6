"""220 sentences by a fourth outsider: contradicted states, amounts, days, names, products and denials, and honest ones.

At the first measure 79 of 110 contradictions were blocked, and 17 of 110 honest sentences: for a day or a name that
nobody has in the data and that contradicts none of it. The check has learnt from them since, so this set measures no
more: it holds what was reached.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from models.values.outreach import Claim, Fact, FactValue
from models.values.words import MONTHS_LONG
from services.outreach.claims import Context, Text, find_claims
from services.outreach.facts.found import on
from services.outreach.verified import with_own_words, written_by_code
from tests.measured import Tell
from tests.services.outreach.claims.marlow import fact
from tests.services.outreach.claims.test_states import TODAY
from tests.services.outreach.claims.test_states_outsider import EXAM, LABELS, known

FOURTH: Final = EXAM.with_name("states_fourth.jsonl")
_CURRENCIES: Final = {"£": "GBP", "€": "EUR", "$": "USD"}
#: Of which row a value is that stands in the set by itself.
_ROWS: Final = {"renewal": "contract", "contract_status": "contract", "quote": "deal", "deal_stage": "deal"}


def held(said: dict[str, Any]) -> tuple[tuple[Fact, ...], Context]:
    """Return what the program would hold of a customer of whom the set says so."""
    rated = {"review_rating": int(said["review_rating"])} if "review_rating" in said else {}
    facts, record = known({**said, **rated})
    values: list[FactValue] = []
    if "amount" in said:
        values.append(FactValue("money", said["amount"][1:].replace(",", ""), _CURRENCIES[said["amount"][0]]))
    if "date" in said:
        day, month, year = said["date"].split()
        values += on(date(int(year), MONTHS_LONG.index(month) + 1, int(day)))
    if "product" in said:
        values.append(FactValue("product", said["product"]))
    if values:
        group = next((row for name, row in _ROWS.items() if name in said), "order")
        first, *others = facts or (fact("row:1", "On record", "row #1", group),)
        facts = (replace(first, values=(*first.values, *values)), *others)
    if (since := said.get("customer_since", "new")) != "new":
        facts += (fact("person:since", f"Customer since {since}", "CRM", "person", ("year", since)),)
    days = {TODAY - timedelta(days=7)} if "last week" in said.values() else set[date]()
    names = (said["name"].removeprefix("Dr "),) if "name" in said else ()
    return facts, Context(TODAY, own_names=names, record=replace(record, days=record.days | days))


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Return the sentences of a set."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def flagged(row: dict[str, Any]) -> tuple[list[Claim], bool]:
    """Return what is flagged in a sentence, and whether it is verified."""
    facts, context = held(row["facts"])
    text = Text("A note", "Hello,", f"{row['sentence']}\n\nWarm regards,")
    claims = with_own_words(text, find_claims(text, facts, context), written_by_code({}), ())
    body = [one for one in claims if one.where == "body"]
    wrong = [one for one in body if one.verdict == "unsupported"]
    return wrong, not wrong and not any(one.kind == "own" for one in body)


def test_what_contradicts_the_data_is_blocked_and_what_does_not_is_to_be_read(tell: Tell) -> None:
    rows = rows_of(FOURTH)
    blocked, of = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    other_state = 0
    for row in rows:
        kind = (row["verdict"], row["category"])
        wrong, verified = flagged(row)
        assert not (verified and row["verdict"] == "contradicts"), row
        of[kind] += 1
        blocked[kind] += bool(wrong)
        other_state += row["verdict"] == "fine" and any(one.label in LABELS for one in wrong)
    contradicted = sum(count for (verdict, _), count in blocked.items() if verdict == "contradicts")
    honest = sum(count for (verdict, _), count in blocked.items() if verdict == "fine")
    kinds = ", ".join(f"{category} {blocked[verdict, category]}/{count}" for (verdict, category), count in of.items())
    tell(f"{contradicted} of 110 contradictions and {honest} of 110 honest sentences blocked, {other_state} of these"
         f" for another state; by kind: {kinds}")  # fmt: skip
    assert contradicted >= 100
    assert honest <= 5 and other_state <= 1
