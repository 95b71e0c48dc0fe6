"""The choice of the model, and its reason in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.values.backtest import CANDIDATES, MBG, PRIOR, RULE, WAYS
from models.values.words import capital, count, listed
from services.scoring.model_selection.calibration import log_odds, sigmoid
from services.scoring.model_selection.measures import log_losses
from services.scoring.model_selection.windows import times_told

if TYPE_CHECKING:
    from services.scoring.model_selection.judging import Judgement

Floats = NDArray[np.float64]
#: Of risks and who left: how far off they were, in nats.
Loss = Callable[[Floats, NDArray[np.bool_]], float]

#: What a model gained on another in small books of public orders (nats a customer): it counts as much as what so many
#: customers of the book itself say. Fifty customers cannot tell which of two models is better: their windows differ by
#: ten times that by chance. Among thousands it counts for nothing. The rhythm gains more on the book's average.
_USUAL_GAIN, _ON_AVERAGE, _AS_CUSTOMERS = 0.003, 0.03, 300
_STEPS = 50
#: So many windows that share no day tell whether the book's average is better than a model.
_TELLING = 2.0


@dataclass(frozen=True)
class Choice:
    """The model in use, why, and whether it beats the rule; None: there is no window to tell."""

    used: str
    why: str
    beats_rule: bool | None


def levelled(risk: Floats, left: NDArray[np.bool_]) -> float:
    """Mean log loss of risks once their common level is that of the window.

    How many leave swings with seasons and sales for all models alike, and which of them the swing flatters is chance.
    Who leaves is what a model knows of later windows too: so models are compared on that.
    """
    logit = log_odds(risk)
    if left.all() or not left.any():
        return _outright(risk, left)
    shift = 0.0
    for _ in range(_STEPS):
        moved = sigmoid(logit + shift)
        slope = float(np.sum(moved * (1.0 - moved)))
        step = float(np.clip(np.sum(moved - left) / max(slope, 1e-9), -1.0, 1.0))
        shift -= step
        if abs(step) < 1e-9:
            break
    return _outright(sigmoid(logit + shift), left)


def _mean_gain(tests: Sequence[Judgement], higher: str, lower: str, loss: Loss) -> float | None:
    """By how much `higher` lost less than `lower`, on average over the windows in which both could be judged."""
    both = [one for one in tests if higher in one.risks and lower in one.risks and one.left.size]
    if not both:
        return None
    return float(np.mean([loss(one.risks[lower], one.left) - loss(one.risks[higher], one.left) for one in both]))


def gain(tests: Sequence[Judgement], higher: str, lower: str) -> float | None:
    """By how many nats `higher` predicted windows better than `lower`, each at its own level; None: never both."""
    return _mean_gain(tests, higher, lower, levelled)


def expected_gain(
    tests: Sequence[Judgement], higher: str, lower: str, loss: Loss = levelled, share: float = 1.0
) -> float | None:
    """The gain to expect of `higher`: that of the book's windows, drawn to what such a model usually gains.

    `share`: what each customer of the book counts.
    """
    found = _mean_gain(tests, higher, lower, loss)
    if found is None:
        return None
    customers = share * max(one.left.size for one in tests if higher in one.risks and lower in one.risks)
    usual = _ON_AVERAGE if lower == PRIOR else _USUAL_GAIN
    return (customers * found + _AS_CUSTOMERS * usual) / (customers + _AS_CUSTOMERS)


def _outright(risk: Floats, left: NDArray[np.bool_]) -> float:
    """Mean log loss at the level that the risks had."""
    return float(np.mean(log_losses(risk, left)))


def choose(tests: Sequence[Judgement], least: Mapping[str, int], models: Sequence[str], horizon_days: int) -> Choice:
    """Choose one of `models` (rising), or the book's average.

    The lowest needs no past. Each of the others must be expected to predict later windows better than the best below it
    (each window at its own level), and each of all better than the book's average (at the level that it had).
    """
    customers = max((one.left.size for one in tests), default=0)
    if not tests or not models:
        used = models[0] if models else PRIOR
        why = f"{capital(WAYS[used])} is used: no back-test period has ended yet to compare it with another model."
        return Choice(used, why, None)
    used, words = PRIOR, ""
    for higher in models:
        better = expected_gain(tests, higher, used)
        if better is None:
            used, words = (MBG, words) if higher == MBG else (used, words or _untried(higher, customers, least[higher]))
        elif better > 0.0 and not _refuted(tests, higher, horizon_days):
            used = higher
    return Choice(used, _why(tests, used, words), _beats(tests, used))


def _refuted(tests: Sequence[Judgement], name: str, horizon_days: int) -> bool:
    """Whether the book's average predicted its windows better than a model did, by more than chance among few.

    Windows that share most of their days are one: of less than `_TELLING` that do not, customers count for less, as the
    level of a model that was fitted on a book's first weeks is soon another.
    """
    both = [one.cutoff for one in tests if name in one.risks and PRIOR in one.risks and one.left.size]
    telling = len(both) / times_told(both, horizon_days) / _TELLING
    gained = expected_gain(tests, name, PRIOR, _outright, min(telling, 1.0))
    return gained is not None and gained <= 0.0


def _untried(name: str, customers: int, least: int) -> str:
    if customers < least:
        return f"; {WAYS[name]} needs {least:,} customers"
    return f"; {WAYS[name]} needs more back-test periods"


def _beats(tests: Sequence[Judgement], used: str) -> bool | None:
    better = _mean_gain(tests, used, RULE, _outright)
    return None if better is None else better > 0


def _why(tests: Sequence[Judgement], used: str, rest: str) -> str:
    windows = sum(used in one.risks for one in tests)
    over = count(windows, "back-test period")
    gains = {name: gain(tests, used, name) for name in CANDIDATES if name != used}
    others = {name: gained for name, gained in gains.items() if gained is not None}
    better = [name for name, gained in others.items() if gained <= 0]
    first = capital(WAYS[used])
    if not others:
        said = f"{first} is used: no other model could be back-tested"
    elif not better:
        said = f"{first} was the most accurate in {over}"
    else:
        others_too = listed([WAYS[name] for name in better])
        were = "was" if len(better) == 1 else "were"
        if all(CANDIDATES.index(name) > CANDIDATES.index(used) for name in better):
            said = f"{first} is used: {others_too} {were} hardly more accurate in {over}"
        else:
            said = f"{first} is used: {others_too} {were} as accurate in {over}, which can be chance in so small a book"
    return f"{said}{rest}."
