"""How the risk did in the past for customers who were told about as much: what a person asks of a percentage first."""

from __future__ import annotations

import json
from typing import Final

from models.values.words import chance
from services.insight.reader import Reader

#: A group of the last check speaks for a risk that lies no further off, a share of 1.
_NEAR: Final = 0.075
_LAST: Final = """SELECT json_extract(report, '$.calibration'), json_extract(report, '$.horizon_days')
                    FROM score_reports WHERE kind = 'backtest' AND json_valid(report) ORDER BY id DESC LIMIT 1"""


def record_words(reader: Reader, risk: float | None, horizon_days: int) -> str:
    """Return what came where about as much was said: "When about 72 % was said, 126 of 217 left."; '' if unknown."""
    found = reader.driver.execute(_LAST).fetchone()
    if risk is None or found is None or found[0] is None or found[1] != horizon_days:
        return ""
    try:
        groups = [(float(one["said"]), int(one["left"]), int(one["customers"])) for one in json.loads(found[0])]
    except (KeyError, TypeError, ValueError):  # of another version of the program: the next check says it
        return ""
    near = [one for one in groups if one[2] and abs(one[0] - risk) <= _NEAR]
    if not near:
        return ""
    said, left, customers = min(near, key=lambda one: abs(one[0] - risk))
    told = chance(said)
    about = told if told[0] in "<>" else f"about {told}"
    return f"When {about} was said, {left:,} of {customers:,} left."
