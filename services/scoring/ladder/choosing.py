"""The choice of the rung, and its reason in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.values.backtest import ADDITIVE, LOGISTIC, MBG, PRIOR, RULE, RUNGS, WAYS
from models.values.words import capital
from services.scoring.ladder.calibration import log_odds, sigmoid
from services.scoring.ladder.measures import surprise

if TYPE_CHECKING:
    from services.scoring.ladder.judging import Judgement

Floats = NDArray[np.float64]
#: Of risks and who left: how far off they were, in nats.
Loss = Callable[[Floats, NDArray[np.bool_]], float]

#: What a rung gained on the one below it in small books of public orders (nats a customer), which counts as much as
#: what so many customers of the book itself tell. Fifty customers cannot tell which of two rungs is better: their
#: windows differ by ten times that by chance. Among thousands it counts for nothing.
_USUAL_GAIN, _AS_CUSTOMERS = 0.003, 300
_STEPS = 50


@dataclass(frozen=True)
class Choice:
    """The rung in use, why, and whether it beats the rule; None: there is no window to tell."""

    used: str
    why: str
    beats_rule: bool | None


def levelled(risk: Floats, left: NDArray[np.bool_]) -> float:
    """Mean surprise of risks in nats once their common level is that of the window.

    How many leave swings with seasons and sales for all rungs alike, and which of them the swing flatters is chance.
    Who leaves is what a rung knows of later windows too: so rungs are compared on that.
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
    """By how many nats `higher` told windows better than `lower`, each window at its own level; None: never both."""
    return _mean_gain(tests, higher, lower, levelled)


def expected_gain(tests: Sequence[Judgement], higher: str, lower: str) -> float | None:
    """The gain to expect of `higher`: that of the book's windows, drawn to what such a rung usually gains."""
    found = gain(tests, higher, lower)
    if found is None:
        return None
    customers = max(one.left.size for one in tests if higher in one.risks and lower in one.risks)
    return (customers * found + _AS_CUSTOMERS * _USUAL_GAIN) / (customers + _AS_CUSTOMERS)


def _outright(risk: Floats, left: NDArray[np.bool_]) -> float:
    """Mean surprise with the level that the risks had: how people were told."""
    return float(np.mean(surprise(risk, left)))


def choose(tests: Sequence[Judgement], least: Mapping[str, int], *, has_history: bool, lowest: str = MBG) -> Choice:
    """Choose the rung: each must be expected to beat the best one below it on later windows, from `lowest` on."""
    customers = max((one.left.size for one in tests), default=0)
    used, words = lowest, ""
    if not tests:
        why = (
            f"{capital(WAYS[lowest])} is used: no stretch of the past is over yet that another way could be judged on."
        )
        return Choice(lowest if has_history else PRIOR, why, None)
    for higher in (LOGISTIC, ADDITIVE):
        better = expected_gain(tests, higher, used)
        if better is None:
            words = words or _untried(higher, customers, least[higher])
        elif better > 0.0:
            used = higher
    return Choice(used, _why(tests, used, words), _beats(tests, used))


def _untried(name: str, customers: int, least: int) -> str:
    if customers < least:
        return f"; {WAYS[name]} takes {least:,} customers"
    return f"; {WAYS[name]} takes more stretches of the past than are over"


def _beats(tests: Sequence[Judgement], used: str) -> bool | None:
    better = _mean_gain(tests, used, RULE, _outright)
    return None if better is None else better > 0


def _why(tests: Sequence[Judgement], used: str, rest: str) -> str:
    windows = sum(used in one.risks for one in tests)
    over = f"{windows} stretch{'es' if windows != 1 else ''} of the past"
    gains = {name: gain(tests, used, name) for name in RUNGS if name != used}
    others = {name: gained for name, gained in gains.items() if gained is not None}
    better = [name for name, gained in others.items() if gained <= 0]
    first = capital(WAYS[used])
    if not others:
        told = f"{first} is used: there is nothing else to judge it by"
    elif not better:
        told = f"{first} told {over} best"
    elif all(RUNGS.index(name) > RUNGS.index(used) for name in better):
        kept = " and ".join(WAYS[name] for name in better)
        told = f"{first} is used: {kept} told {over} no better, or hardly so"
    else:
        kept = " and ".join(WAYS[name] for name in better)
        told = f"{first} is used: {kept} told {over} as well, but that can be chance among so few customers"
    return f"{told}{rest}."
