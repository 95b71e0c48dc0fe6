"""How far the scale of a survey goes where its file does not say: without it, a score says nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from services.sync.entities.questions import kind_of_survey
from services.sync.map.plan import Plan
from services.sync.validate.memo import Unfit
from services.sync.validate.words import to_survey_kind

_SCALES = (5, 7, 10, 100)


class Scales:
    """What surveys of each kind go up to: 10 for a recommendation, else what the file's first rows show."""

    def __init__(self, plan: Plan) -> None:
        self._usual = kind_of_survey(plan.mapping)
        score, kind = plan.column("score"), plan.column("kind")
        most: dict[str, float] = defaultdict(float)
        for row in plan.table.sample:
            given = _number(row[score.place]) if score is not None and score.place < len(row) else 0.0
            named = row[kind.place] if kind is not None and kind.place < len(row) else ""
            most[_kind(named) or self._usual] = max(most[_kind(named) or self._usual], given)
        self._scales = {kind: next((one for one in _SCALES if top <= one), 100) for kind, top in most.items()}
        self._scales["nps"] = 10

    def add(self, values: dict[str, list[Any]], count: int) -> None:
        """Say the kind and the scale of each row that does not say them itself."""
        kinds: Sequence[Any] = values.setdefault("kind", [self._usual] * count)
        given = values.get("scale", [None] * count)
        values["scale"] = [
            self._scales.get(str(kind), 5) if scale is None else scale for kind, scale in zip(kinds, given, strict=True)
        ]


def _kind(text: str) -> str | None:
    try:
        return to_survey_kind(text)
    except Unfit:
        return None


def _number(text: str) -> float:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return 0.0
