"""240 sentences by a fifth outsider, unseen at the first measure and learnt from since.

120 contradict the facts beside them, or say what no email may; 120 agree with them, ask, offer, thank or propose a day.
At the first measure 76 of 120 and 11 of 120 were blocked, 49 of the 80 with a contradicted figure, day, name, amount,
product or state, and none was verified. What was reached since is held here, and says nothing of unseen sentences.
The writer's facts are free in form, so they are read here as the program would hold them: days, sums, figures, names,
things, and states where the book has such.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any, Final

from models.values.outreach import Fact, FactValue
from models.values.words import MONTHS_LONG
from services.outreach.claims import Context, Text, find_claims
from services.outreach.claims.lexicon import lexicon
from services.outreach.claims.record import Record
from services.outreach.facts.found import on
from services.outreach.verified import with_own_words, written_by_code
from tests.measured import Tell
from tests.services.outreach.claims.marlow import fact
from tests.services.outreach.claims.test_every_kind import rows_of
from tests.services.outreach.claims.test_states_outsider import EXAM, LABELS

FIFTH: Final = EXAM.with_name("drafts_fifth.jsonl")
_WRONG, _HONEST = "contradicts", "honest"
#: What no fact of an email is.
_INTERNAL: Final = re.compile(
    "account_notes|churn|margin|payment_score|_note$|bank_details|score_interne|riesgo_baja|login_email|support_pin"
)
_THINGS: Final = ("order_item", "last_order_item", "product", "plan", "machine", "bestellung")
_OURS: Final = ("account_manager", "visited_by", "staff_praised", "tecnico", "technicien", "technician")
_PEOPLE: Final = (*_OURS, "decision_maker", "previous_contact")
_GROUPS: Final = {"person": "loyalty|contact$|customer", "deal": "deal|quote",
                  "ticket": "ticket|complaint|queja|reclamation|reply|review|rating|nps",
                  "contract": "contract|renewal|subscription|monthly|cuota|price|plan", "order": ""}  # fmt: skip
#: States by the key and the words of a value.
_STATES: Final = (
    ("ticket_status|complaint_status", "open|offen|ouvert|abierto|wait|wart|attente|technician|review", "ticket open"),
    ("ticket_status", "closed|resolved", "ticket closed"),
    ("open_tickets", "^0", "ticket closed"),
    ("open_tickets", "^[1-9]", "ticket open"),
    ("complaint$|queja", "none|ninguna", "ticket none"),
    ("order_status|replacement", "back order|fournisseur|rückstand|fabric|production|nicht|not ", "delivery waiting"),
    ("order_status", "delivered", "delivery delivered"),
    ("order_status", "^shipped|transit", "delivery shipped"),
    ("invoice_status", "due|vencida", "invoice unpaid"),
    ("invoice_status", "paid|bezahlt|payée", "invoice paid"),
    ("contract_status", "notice", "contract cancelled"),
    ("contract_status", "aktiv|active", "contract running"),
    ("consent$", "phone only|keine|pas de", "consent refused"),
    ("consent$", "allowed", "consent given"),
    ("deal_stage|open_quote", "", "deal open"),
    ("deal_stage|open_quote", "", "proposal sent"),
    ("last_visit|visita", "", "appointment held"),
    ("rating", "^4", "review good"),
    ("rating", "^2", "review bad"),
)  # fmt: skip
_SIGNS: Final = {"£": "GBP", "€": "EUR", "$": "USD"}
_SIGN: Final = re.compile(r"([£€$])(\d[\d.,]*\d|\d)")
_MONEY: Final = re.compile(r"(\d[\d., ]*\d|\d) (GBP|EUR|USD)")
_DATE: Final = re.compile(r"(\d{1,2})\.? (?:de )?([^\W\d_]{3,})(?: de)?(?: (\d{4}))?")


def _rows(said: dict[str, str], states: dict[str, str]) -> list[Fact]:
    """The ticket and the order as the program's facts word them, with their state and their thing."""
    made = []
    if "ticket_subject" in said and states.get("ticket") in ("open", "closed"):
        words, *more = {"open": ("open since 12 Jul", "open", "not settled yet"),
                        "closed": ("resolved 12 Jul", "resolved", "settled", "closed")}[states["ticket"]]  # fmt: skip
        subject = f"Ticket “{said['ticket_subject']}”, {words}"
        made.append(fact("ticket:1", subject, "ticket", "ticket", *(("statement", one) for one in more)))
    words = {"waiting": "Last order 1 Jul, not shipped yet", "shipped": "Last order on the way since 12 Jul",
             "delivered": "Last order delivered 3 Jul"}.get(states.get("delivery", ""), "")  # fmt: skip
    if words:
        thing = next((_thing(said[one]) for one in _THINGS if one in said), "")
        made.append(fact("order:1", words, "order", "order", *([("product", thing)] if thing else [])))
    return made


def _thing(said: str) -> str:
    return re.split(r",|:", re.sub(r"^\d+ (?:x |kg |sets of |cases of )?", "", said))[0]


def _values(key: str, said: str, today: date) -> list[FactValue]:
    made = []
    for number, currency in _MONEY.findall(said):
        whole, cents = re.fullmatch(r"(.*?)([.,]\d\d)?", number.replace(" ", "")).groups()  # type: ignore[union-attr]
        plain = re.sub(r"[.,]", "", whole) + (cents or "").replace(",", ".")
        made.append(FactValue("money", plain, currency))
    said = _MONEY.sub(" ", said)
    for day, month, year in _DATE.findall(said):
        if number := lexicon().months.get(month.lower()):
            when = date(int(year or today.year), number, int(day))
            made += on(when if year or when <= today else when.replace(year=today.year - 1))
    said = _DATE.sub(lambda one: " " if one[2].lower() in lexicon().months else one[0], said)
    for month, year in re.findall(rf"({'|'.join(MONTHS_LONG)})(?: (\d{{4}}))?", said):
        made.append(FactValue("month", f"{year or today.year}-{MONTHS_LONG.index(month) + 1:02}"))
    made += [FactValue("year" if len(one) == 4 and key == "loyalty_since" else "number", one.replace(",", "."))
             for one in re.findall(r"(?<![\w-])\d+(?:[.,]\d+)?(?![\w-])", said)]  # fmt: skip
    if key in _THINGS:
        made.append(FactValue("product", _thing(said)))
    if key in _PEOPLE:
        made.append(FactValue("name", re.sub(r" \(.*", "", said)))
    made += [FactValue("name", one) for one in re.findall(r"(?:durch|por|by) ((?:\w\.|[A-Z]\w+) [A-Z]\w+)", said)]
    return made


def held(said: dict[str, str]) -> tuple[tuple[Fact, ...], Context]:
    """Return what the program would hold of a customer of whom the set says so."""
    years = [int(one) for key, value in said.items() if "end" not in key and "renewal" not in key
             for one in re.findall(r"\b202\d\b", value)]  # fmt: skip
    today, facts = date(max(years, default=2026), 7, 15), []
    for key, written in said.items():
        if _INTERNAL.search(key):
            continue
        value = _SIGN.sub(lambda one: f"{one[2]} {_SIGNS[one[1]]}", written).replace(" out of ", " of ")
        group = next(name for name, keys in _GROUPS.items() if re.search(keys, key))
        words = f"{key.replace('open_', '').replace('_', ' ')}: {value}"
        found = tuple(_values(key, value, today))
        facts.append(Fact(f"{group}:{key}", words, f"{group} {key}", group, 1, group, found, ticked=True))
    states = {
        (topic, state)
        for keys, words, both in _STATES
        for topic, _, state in (both.partition(" "),)
        for key, value in said.items()
        if re.search(keys, key) and re.search(words, value.lower())
    }
    facts += _rows(said, dict(states))
    own = tuple(
        re.sub(r"^(?:Dr\.?|Mrs|Mme|Herr|Frau|Sra\.) ", "", said[one]) for one in ("contact", "customer") if one in said
    )
    ours = tuple(said[one] for one in _OURS if one in said)
    return tuple(facts), Context(today, own_names=own, our_names=ours, record=Record(states=frozenset(states)))


def outcome(row: dict[str, Any]) -> tuple[str, set[str]]:
    """Return whether a sentence is blocked, to read or verified, and why it is flagged."""
    facts, context = held(row["facts"])
    text = Text("A note", "Hello,", f"{row['sentence']}\n\nWarm regards,")
    claims = with_own_words(text, find_claims(text, facts, context), written_by_code({}), ())
    body = [one for one in claims if one.where == "body"]
    wrong = {one.label for one in body if one.verdict == "unsupported"}
    return "blocked" if wrong else "to read" if any(one.kind == "own" for one in body) else "verified", wrong


def measured(path: Path, tell: Tell) -> dict[str, int]:
    """Return how many sentences of a set are blocked by what they are, after telling it by kind; none is verified."""
    of, blocked = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    other_state = 0
    for row in rows_of(path):
        what, why = outcome(row)
        assert what != "verified" or row["verdict"] == "honest", row
        of[row["verdict"], row["category"]] += 1
        blocked[row["verdict"], row["category"]] += what == "blocked"
        other_state += row["verdict"] == "honest" and bool(why & LABELS)
    sums = {one: sum(count for (verdict, _), count in blocked.items() if verdict == one) for one in (_WRONG, _HONEST)}
    all_of = {one: sum(count for (verdict, _), count in of.items() if verdict == one) for one in (_WRONG, _HONEST)}
    kinds = ", ".join(f"{kind} {blocked[verdict, kind]}/{count}" for (verdict, kind), count in sorted(of.items()))
    tell(f"{sums[_WRONG]} of {all_of[_WRONG]} contradictions and {sums[_HONEST]} of {all_of[_HONEST]} honest sentences"
         f" blocked, {other_state} of these for another state; by kind: {kinds}")  # fmt: skip
    return {**sums, "other state": other_state}


def test_what_contradicts_is_blocked_and_honest_ones_are_not(tell: Tell) -> None:
    blocked = measured(FIFTH, tell)
    assert blocked["contradicts"] >= 112
    assert blocked["honest"] <= 2 and blocked["other state"] <= 1
