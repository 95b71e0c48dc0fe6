"""What customers buy and use tells of their leaving before their orders do, and the reason says so."""

from __future__ import annotations

import numpy as np
import pytest

from models.values.backtest import ADDITIVE
from services.scoring.model_selection import FittedModel, fit_model
from services.scoring.model_selection.frame import DIRECTIONS
from services.scoring.model_selection.groups import GROUP_OF, GROUPS
from services.scoring.model_selection.windows import Window
from tests.services.scoring.leaving import HORIZON, leaving_book

#: Each channel, the column that tells of the turn, which way, and its reason.
CHANNELS = [
    ("deals", "deals_lost", 1, "deals"),
    ("mix", "kinds_change", -1, "mix"),
    ("discounted", "discount_change", 1, "discounts"),
    ("visits", "visits_change", -1, "visits"),
    ("uses", "features_kept", -1, "use"),
]


def auc(value: np.ndarray, leaves: np.ndarray) -> float:
    """Of one who leaves and one who stays: how often the first has the higher value."""
    more = value[leaves][:, None] - value[~leaves][None, :]
    return float((more > 0).mean() + 0.5 * (more == 0).mean())


def by_group(model: FittedModel, window: Window) -> np.ndarray:
    """Points of each of `GROUPS`, shape (customers, groups)."""
    _, points = model.contributions(window.frame)
    told = np.zeros((window.frame.size, len(GROUPS)))
    for place, part in enumerate(model.parts):
        told[:, GROUPS.index(GROUP_OF.get(part, part if part in GROUPS else "gap"))] += points[:, place]
    return told


@pytest.mark.parametrize(("channel", "column", "way", "group"), CHANNELS, ids=[row[0] for row in CHANNELS])
def test_the_channel_alone_tells_who_leaves_and_is_the_reason(channel: str, column: str, way: int, group: str) -> None:
    made = leaving_book(channel, 5)
    *train, test = made.windows(7)
    last = made.last[test.customers - 1]
    leaves = test.left & (last > test.cutoff - 12)  # nothing of it is to be seen in their orders yet
    seen = leaves | ~test.left
    value = way * np.nan_to_num(test.frame.column(column)[seen])
    assert auc(value, leaves[seen]) >= 0.9
    assert DIRECTIONS.get(column, way) == way
    model = fit_model(ADDITIVE, [one for one in train if one.closes <= test.cutoff])
    assert auc(model.risk(test.frame)[seen], leaves[seen]) >= 0.9
    for name, term in model.terms:
        values = np.unique(test.frame.column(name)[np.isfinite(test.frame.column(name))])
        assert (DIRECTIONS.get(name, 0) * np.diff(term.points(values)) >= -1e-12).all(), name
    top = np.argsort(-by_group(model, test)[leaves], axis=1)[:, :2]
    named = (top == GROUPS.index(group)).any(axis=1).mean()
    print(f"{channel}: {leaves.sum()} leave, {named:.0%} of them for {group}")
    assert leaves.sum() >= 5 and named >= 0.8
    assert test.closes == test.cutoff + HORIZON
