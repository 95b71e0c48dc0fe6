"""The choice of the rung, and its reason in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.values.backtest import ADDITIVE, LOGISTIC, MBG, PRIOR, RULE
from services.scoring.ladder.calibration import sigmoid
from services.scoring.ladder.measures import surprise

if TYPE_CHECKING:
    from services.scoring.ladder.judging import Judgement

Floats = NDArray[np.float64]

_NAMES = {PRIOR: "the book's prior", MBG: "MBG/NBD", LOGISTIC: "the logistic rung", ADDITIVE: "the additive rung"}
#: A better mean by no more than this many nats is no gain: the lower rung is kept.
LEAST_GAIN = 0.0
_SUREST, _STEPS = 1e-9, 50


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
    logit = np.log(np.clip(risk, _SUREST, 1.0)) - np.log(np.clip(1.0 - risk, _SUREST, 1.0))
    if left.all() or not left.any():
        return float(np.mean(surprise(risk, left)))
    shift = 0.0
    for _ in range(_STEPS):
        moved = sigmoid(logit + shift)
        slope = float(np.sum(moved * (1.0 - moved)))
        step = float(np.clip(np.sum(moved - left) / max(slope, 1e-9), -1.0, 1.0))
        shift -= step
        if abs(step) < 1e-9:
            break
    return float(np.mean(surprise(sigmoid(logit + shift), left)))


def gain(tests: Sequence[Judgement], higher: str, lower: str) -> float | None:
    """By how many nats `higher` told windows better than `lower`, on average over those where both could be judged."""
    both = [one for one in tests if higher in one.risks and lower in one.risks and one.left.size]
    if not both:
        return None
    return float(
        np.mean([levelled(one.risks[lower], one.left) - levelled(one.risks[higher], one.left) for one in both])
    )


def _outright(tests: Sequence[Judgement], used: str, other: str) -> float | None:
    """The same with the level that each of them had: how people were told."""
    both = [one for one in tests if used in one.risks and other in one.risks and one.left.size]
    if not both:
        return None
    gains = [np.mean(surprise(one.risks[other], one.left) - surprise(one.risks[used], one.left)) for one in both]
    return float(np.mean(gains))


def choose(tests: Sequence[Judgement], least: Mapping[str, int], *, has_history: bool, lowest: str = MBG) -> Choice:
    """Choose the rung: each must beat the best one below it on later windows, from `lowest` on."""
    customers = max((one.left.size for one in tests), default=0)
    used, words = lowest, ""
    if not tests:
        name = _NAMES[lowest][0].upper() + _NAMES[lowest][1:]
        why = f"{name} is used: no window of the past has closed yet that another could be judged on."
        return Choice(lowest if has_history else PRIOR, why, None)
    for higher in (LOGISTIC, ADDITIVE):
        better = gain(tests, higher, used)
        if better is None:
            words = words or _untried(higher, customers, least[higher])
        elif better > LEAST_GAIN:
            used = higher
    return Choice(used, _why(tests, used, words), _beats(tests, used))


def _untried(name: str, customers: int, least: int) -> str:
    if customers < least:
        return f"; {_NAMES[name]} takes {least:,} customers"
    return f"; {_NAMES[name]} takes more windows of the past than have closed"


def _beats(tests: Sequence[Judgement], used: str) -> bool | None:
    better = _outright(tests, used, RULE)
    return None if better is None else better > 0


def _why(tests: Sequence[Judgement], used: str, rest: str) -> str:
    windows = sum(used in one.risks for one in tests)
    over = f"{windows} window{'s' if windows != 1 else ''} of the past"
    others = [name for name in (PRIOR, MBG, LOGISTIC, ADDITIVE) if name != used and gain(tests, used, name) is not None]
    beaten = [name for name in others if (gain(tests, used, name) or 0.0) > 0]
    name = _NAMES[used]
    first = name[0].upper() + name[1:]
    if beaten and len(beaten) == len(others):
        told = f"{first} told {over} best (log loss)"
    elif others:
        kept = " and ".join(_NAMES[one] for one in others if one not in beaten)
        told = f"{first} is used: {kept} told {over} no better, or hardly so (log loss)"
    else:
        told = f"{first} is used: there is nothing else to judge it by"
    return f"{told}{rest}."
