"""The choice of the rung, and its reason in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.values.backtest import ADDITIVE, LOGISTIC, MBG, PRIOR, RULE
from services.scoring.ladder.measures import surprise

if TYPE_CHECKING:
    from services.scoring.ladder.judging import Judgement

Floats = NDArray[np.float64]

_NAMES = {PRIOR: "the book's prior", MBG: "MBG/NBD", LOGISTIC: "the logistic rung", ADDITIVE: "the additive rung"}
#: A better mean by less than this many nats is chance or of no use: the lower rung is kept.
LEAST_GAIN = 0.0005


@dataclass(frozen=True)
class Choice:
    """The rung in use, why, and whether it beats the rule; None: there is no window to tell."""

    used: str
    why: str
    beats_rule: bool | None


def gain(tests: Sequence[Judgement], higher: str, lower: str) -> float | None:
    """By how many nats `higher` told windows better than `lower`, on average over those where both could be judged."""
    both = [one for one in tests if higher in one.risks and lower in one.risks and one.left.size]
    if not both:
        return None
    return float(
        np.mean([np.mean(surprise(one.risks[lower], one.left) - surprise(one.risks[higher], one.left)) for one in both])
    )


def choose(tests: Sequence[Judgement], least: Mapping[str, int], *, has_history: bool) -> Choice:
    """Choose the rung: each must beat the best one below it on later windows."""
    customers = max((one.left.size for one in tests), default=0)
    used, words = MBG, ""
    if not tests:
        why = "MBG/NBD is used: no window of the past has closed yet that another could be judged on."
        return Choice(MBG if has_history else PRIOR, why, None)
    for higher in (LOGISTIC, ADDITIVE):
        better = gain(tests, higher, used)
        if better is None:
            words = words or _untried(higher, customers, least[higher])
        elif better >= LEAST_GAIN:
            used = higher
    return Choice(used, _why(tests, used, words), _beats(tests, used))


def _untried(name: str, customers: int, least: int) -> str:
    if customers < least:
        return f"; {_NAMES[name]} takes {least:,} customers"
    return f"; {_NAMES[name]} takes more windows of the past than have closed"


def _beats(tests: Sequence[Judgement], used: str) -> bool | None:
    better = gain(tests, used, RULE)
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
