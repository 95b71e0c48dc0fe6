"""Query module: on which day a deal closed, what it is worth, and which is worth a call. One meaning for all readers.

A deal closed on the day on which its history has it won or lost, or on its closing day, where the file means that and
it is earlier: who closes a deal writes it down later. An *expected* closing day is a plan: an open deal stays open when
that day is past, and of a deal that was won or lost it does not tell when.
"""

from __future__ import annotations

from typing import Final

from models.queries.products import deal_called, product_called
from models.values.money import MINOR_DIGITS
from models.values.outbox import OWN_SOURCE

#: What a column of expected closing days is called, in the languages whose column names are known.
_PLAN: Final = (
    *("expect", "est. ", "est ", "estim", "forecast", "target", "plan", "project", "anticipat"),
    *("erwart", "voraussicht", "ziel", "prévu", "prevu", "previst"),
)
_IS_PLAN: Final = " OR ".join(f"replace(m.key, '_', ' ') LIKE '%{word}%'" for word in _PLAN)
#: SQL of the imports whose closing days are plans; "End or expected end" is the end once there is one.
_PLANNED: Final = (
    "SELECT i.id FROM imports i, json_each(i.receipt, '$.mapping') m WHERE m.value = 'closes_on'"
    f" AND ({_IS_PLAN}) AND m.key NOT LIKE '% or %'"
)


#: SQL of what the deal ``o`` is called: a deal without a name of its own has its product's.
DEAL_NAME: Final = f"coalesce(nullif({deal_called('o')}, ''), {product_called('o')})"
#: SQL of the stage of the deal ``o`` as its file names it; where changes are recorded, those name the stage.
STAGE_NAME: Final = """coalesce(CASE WHEN NOT EXISTS (SELECT 1 FROM stage_changes h WHERE h.opportunity_id = o.id)
    THEN nullif(o.stage_as_given, '') END, o.stage)"""
#: SQL of whether an open alert is about the deal ``o``.
ALERTED: Final = """o.id IN (SELECT json_extract(g.evidence, '$.deal') FROM alerts a
    JOIN alert_signals g ON g.alert_id = a.id AND g.cleared_at IS NULL
    WHERE a.customer_id = o.customer_id AND a.state NOT IN ('resolved', 'not_useful'))"""


#: SQL of the deals that were won or lost here: their days tell nothing of how far the files reach.
CLOSED_HERE: Final = f"""(SELECT h.opportunity_id FROM stage_changes h WHERE h.source = '{OWN_SOURCE}'
    AND h.to_stage IN ('Won', 'Lost'))"""


def _at(change: str) -> str:
    """SQL of the place of a change among those of its deal."""
    return f"({change}.changed_on, coalesce({change}.changed_at, ''), {change}.id)"


#: SQL of the changes of stage that repeat the one before: one was made here, and the deal's system tells it too.
REPEATED: Final = f"""(SELECT again.id FROM stage_changes own
    JOIN stage_changes first ON first.opportunity_id = own.opportunity_id
    JOIN stage_changes again ON again.opportunity_id = own.opportunity_id AND again.to_stage = first.to_stage
    WHERE own.source = '{OWN_SOURCE}' AND own.id IN (first.id, again.id) AND {_at("first")} < {_at("again")}
    AND NOT EXISTS (SELECT 1 FROM stage_changes x WHERE x.opportunity_id = own.opportunity_id
        AND x.to_stage <> first.to_stage AND {_at("x")} > {_at("first")} AND {_at("x")} < {_at("again")}))"""


def list_price(currency: str) -> str:
    """SQL of the catalogue's price for the product ``p`` of the deal ``o``, in minor units; null where there is none.

    Parameters
    ----------
    currency
        That of prices and deals without one.
    """
    minor = "".join(f" WHEN '{code}' THEN {10**digits}" for code, digits in MINOR_DIGITS.items())
    units = f"CASE coalesce(p.currency, o.currency, '{currency}'){minor} ELSE 100 END"
    return f"CAST(nullif(round(CAST(p.price AS REAL) * {units}), 0) AS INTEGER)"


def closed_on(deal: str) -> str:
    """SQL of the day on which the opportunity `deal` was won or lost; null for an open one, or where it is not known.

    The earlier of its history and its closing day, so that no row of a later day moves it; of a deal that was opened
    again and closed again, those since then. The present stage is looked at: whoever asks of an earlier day compares
    the day with that.
    """
    reopened = f"""coalesce((SELECT max(r.changed_on) FROM stage_changes r WHERE r.opportunity_id = {deal}.id
        AND r.from_stage IN ('Won', 'Lost') AND r.to_stage NOT IN ('Won', 'Lost')), '')"""
    of_the_deal = f"h.opportunity_id = {deal}.id AND h.to_stage = {deal}.stage AND h.changed_on >= {reopened}"
    history = f"SELECT min(h.changed_on) FROM stage_changes h WHERE {of_the_deal}"
    told = f"coalesce({deal}.import_id NOT IN ({_PLANNED}), 1) AND {deal}.closes_on >= {reopened}"
    closing = f"CASE WHEN {told} THEN {deal}.closes_on END"
    earlier = f"nullif(min(coalesce(({history}), '~'), coalesce({closing}, '~')), '~')"
    return f"(CASE WHEN {deal}.stage IN ('Won', 'Lost') THEN {earlier} END)"


def known_by(day: str) -> str:
    """SQL of whether the change of stage ``h`` is known at the end of `day` (an SQL expression).

    What was changed here is known from its moment on (``:now``), however far the files reach.
    """
    return f"(h.changed_on <= {day} OR h.source = '{OWN_SOURCE}' AND h.changed_at <= :now)"


def stage_on(day: str, deal: str = "o") -> str:
    """SQL of the stage of the opportunity `deal` at the end of `day` (an SQL expression).

    Where its last change by then led, else what its first later one left.
    """
    changes, known = f"FROM stage_changes h WHERE h.opportunity_id = {deal}.id AND", known_by(day)
    return f"""coalesce(
    (SELECT h.to_stage {changes} {known} ORDER BY h.changed_on DESC, h.changed_at DESC, h.id DESC LIMIT 1),
    (SELECT coalesce(h.from_stage, 'Identified') {changes} NOT {known}
     ORDER BY h.changed_on, h.changed_at, h.id LIMIT 1),
    {deal}.stage)"""
