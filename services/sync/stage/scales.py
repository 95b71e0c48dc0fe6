"""How far the scale of a survey goes where its file does not say: without it, a score says nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from services.sync.formats.plan import Plan
from services.sync.formats.questions import kind_of_survey
from services.sync.kinds.memo import Unfit, Unsettled
from services.sync.kinds.words import to_survey_kind

_SCALES = (5, 7, 10, 100)


class Scales:
    """What surveys of each kind go up to: 10 for a recommendation, else what the file's highest score shows.

    The first rows show it, until a score further down is higher: then all rows do.
    """

    def __init__(self, plan: Plan) -> None:
        self._settled = plan.settled
        self._usual = kind_of_survey(plan.mapping)
        most: dict[str, float] = defaultdict(float)
        for kind, score in self._scores(plan):
            most[kind] = max(most[kind], score)
        self._scales = {kind: next((one for one in _SCALES if top <= one), 100) for kind, top in most.items()}
        self._scales["nps"] = 10

    def _scores(self, plan: Plan) -> Iterator[tuple[str, float]]:
        """Kind and score of each row that says its scale nowhere else."""
        score, kind, scale = plan.column("score"), plan.column("kind"), plan.column("scale")
        rows: Iterator[Sequence[str]] = iter(plan.table.sample)
        if plan.settled:
            rows = chain.from_iterable(batch.rows for batch in plan.table.batches())
        for row in rows:
            if score is None or score.place >= len(row) or (scale and scale.place < len(row) and row[scale.place]):
                continue
            named = row[kind.place] if kind is not None and kind.place < len(row) else ""
            yield _kind(named) or self._usual, _number(row[score.place])

    def add(self, values: dict[str, list[Any]], count: int) -> dict[int, str]:
        """Say the kind and the scale of each row that does not say them itself.

        Returns
        -------
        dict of int to str
            Why rows do not fit: their score is above their scale.

        Raises
        ------
        Unsettled
            A score is higher than the first rows showed.
        """
        kinds: Sequence[Any] = values.setdefault("kind", [self._usual] * count)
        given = values.get("scale", [None] * count)
        scales = [
            self._scales.get(str(kind), 5) if scale is None else scale for kind, scale in zip(kinds, given, strict=True)
        ]
        values["scale"] = scales
        above = {
            place: f"is above {scale:g}, the end of its scale"
            for place, (score, scale) in enumerate(zip(values["score"], scales, strict=True))
            if isinstance(score, int | float) and isinstance(scale, int | float) and score > scale
        }
        if not self._settled and any(given[place] is None and kinds[place] != "nps" for place in above):
            raise Unsettled
        return above


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
