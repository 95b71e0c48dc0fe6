"""Anomalies: who does less, or more, in a channel than their own past makes likely.

Two tests of each customer and channel, against the customer's own earlier rate with the channel's Gamma prior
(`poisson_gamma`): the last four weeks' count against the 48 weeks before, which sees a sudden change; and an
exponentially weighted count of the last 13 weeks (EWMA) against the 39 before, which sees a slow one, and one in a
channel that is used too seldom for four weeks to tell. The EWMA is told as the Poisson count that has its mean and its
variance. Two things that are no news of a customer are allowed for: what the whole channel did in these weeks (a
season, a day on which the portal was down), and how much counts of the channel, and of the customer, scatter beyond
Poisson's. False discoveries are held over the whole book, for falls and for rises (Benjamini and Hochberg).

Pure: arrays in, arrays out. What a run over the whole book learns is frozen until the next one, so that a customer who
is scored alone gets the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.scoring.channels import WEEKS, Weekly
from services.scoring.poisson_gamma import either_way, expected, prior, tail

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

RECENT_WEEKS = 4
EWMA_WEEKS = 13
#: At this rate of false discoveries fewer than two in ten thousand customers are told of for nothing (see the tests).
FALSE_DISCOVERIES = 0.04
#: Fewer events than this in the year, and there is no rate to fall below.
FEWEST_EVENTS = 6
#: Of the doubt that the two tests share, so much is the sudden change's.
_SUDDEN_SHARE = 0.7
_KNOWN_WEEKS = 8.0
#: So many must be expected in the window: below .75 a week, four weeks without any are chance.
_LEAST_EXPECTED = 3.0
#: Whoever did nothing in so many weeks before the window had fallen silent before; that is no news.
_ACTIVE_WEEKS = 13
#: How counts scatter is told from the weeks before both windows, so that a change in them does not hide itself.
_SCATTER_WEEKS, _BLOCK = 36, 4
#: The median of the dispersion of nine such blocks of a Poisson count, whose mean is 1.
_MEDIAN_OF_BLOCKS = 0.918
_CERTAIN_WEEKS, _CERTAIN_BLOCKS = 2.0, 2.5
_LEVEL_AT_LEAST, _LEVEL_AT_MOST, _SILENT = 0.2, 5.0, 0.01
_LEVEL_PRIOR_CUSTOMERS = 10.0
_MANY, _HARDLY_ANYBODY = 30, 0.2
#: From so many customers, evenly spread over the book, a level is as good as known.
_ENOUGH = 10_000
_ORDINARY = 2.5
#: Of a count that is no further off (in standard deviations) nobody would think anything: no chance is worked out.
_LEAST_AWAY = 0.5


@dataclass(frozen=True)
class Window:
    """One of the two tests: how the weeks are weighted, the newest last, and how many it takes in."""

    weights: Floats
    weeks: int

    @property
    def past(self) -> Floats:
        """1 for each week before the window."""
        return np.where(np.arange(WEEKS) < WEEKS - self.weeks, 1.0, 0.0)

    @property
    def lately(self) -> Floats:
        """1 for each of the weeks just before the window in which somebody must have done something."""
        return np.where(np.arange(WEEKS) >= WEEKS - self.weeks - _ACTIVE_WEEKS, self.past, 0.0)


def _window(weights: Floats) -> Window:
    return Window(np.concatenate([np.zeros(WEEKS - weights.size), weights]), weights.size)


SUDDEN = _window(np.ones(RECENT_WEEKS))
SLOW = _window(np.power(0.8, np.arange(EWMA_WEEKS, dtype=np.float64)[::-1]))


@dataclass(frozen=True)
class Sums:
    """Of one window, shape (n,) each: its count in Poisson's units, the exposure in which it came, its past.

    `active` tells who did anything in the weeks just before the window.
    """

    count: Floats
    coming: Floats
    before: Floats
    exposure: Floats
    active: Flags


@dataclass(frozen=True)
class Summary:
    """All that the tests need of the weekly counts, shape (n,) each.

    Attributes
    ----------
    row
        Index into the book's customers.
    scatter, weeks
        Variance of the weekly counts before both windows over their mean, and of how many weeks.
    blocks
        The same of four-weekly counts; nan where the customer is not known all year or they are too few.
    """

    row: Whole
    sudden: Sums
    slow: Sums
    scatter: Floats
    weeks: Floats
    blocks: Floats


@dataclass(frozen=True)
class LearnedChannel:
    """What a run over the whole book learns of a channel: for each window its prior and the channel's level.

    `levels`: events of the window / expected ones, over the customers whose counts are ordinary. `dispersion`: variance
    of four-weekly counts over their mean, at least 1.
    """

    priors: tuple[tuple[float, float], tuple[float, float]]
    levels: tuple[float, float]
    dispersion: float

    @staticmethod
    def from_json(values: dict[str, Any]) -> LearnedChannel:
        """The inverse of `dataclasses.asdict` through JSON."""
        (mean, worth), (slow_mean, slow_worth) = values["priors"]
        sudden, slow = values["levels"]
        return LearnedChannel(((mean, worth), (slow_mean, slow_worth)), (sudden, slow), values["dispersion"])


@dataclass(frozen=True)
class Chances:
    """How likely counts so low, and so high, are; shape (n,), nan where there is no test."""

    few: Floats
    many: Floats


def summed(of: Weekly) -> Summary:
    """What the tests need of weekly counts; they themselves are not needed any more afterwards."""
    sudden, slow = _sums(of, SUDDEN), _sums(of, SLOW)
    if of.units is not None:  # a mail is answered once at most: such counts scatter less than Poisson's
        one, none = np.ones(of.row.size), np.full(of.row.size, np.nan)
        return Summary(of.row, sudden, slow, one, np.full(of.row.size, 2.0), none)
    past = of.counts[:, :_SCATTER_WEEKS]
    weeks = np.maximum(of.known - (WEEKS - _SCATTER_WEEKS), 2.0)
    total, squares = past.sum(axis=1), np.einsum("ij,ij->i", past, past)
    scatter = (squares - total**2 / weeks) / np.maximum(total / weeks * (weeks - 1.0), 1e-9)
    return Summary(of.row, sudden, slow, scatter, weeks, _block_scatter(past, of.known))


def _sums(of: Weekly, window: Window) -> Sums:
    squared = window.weights**2
    if of.units is None:
        # Units of one week each, and none before the customer was known.
        exposure = np.clip(of.known - window.weeks, 0.0, None)
        weighted = np.full(of.row.size, float(window.weights.sum()))
        scale = np.full(of.row.size, float(squared.sum() / window.weights.sum()))
    else:
        weighted, exposure = of.units @ window.weights, of.units @ window.past
        scale = np.where(weighted > 0, of.units @ squared / np.maximum(weighted, 1e-9), 1.0)
    # Three sums at once: a walk over the counts takes longer than adding them up.
    count, before, lately = (of.counts @ np.stack((window.weights, window.past, window.lately), axis=1)).T
    return Sums(
        count=np.asarray(count / scale, np.float64),
        coming=np.asarray(weighted / scale, np.float64),
        before=np.ascontiguousarray(before),
        exposure=np.asarray(exposure, np.float64),
        active=np.asarray(lately > 0),
    )


def _block_scatter(past: Floats, known: Floats) -> Floats:
    """Variance of four-weekly counts over their mean: weeks side by side are alike, and their sum is judged."""
    blocks = past.reshape(past.shape[0], -1, _BLOCK).sum(axis=2)
    mean = blocks.mean(axis=1)
    told = (known >= WEEKS) & (mean >= 1.0)
    ratio = blocks.var(axis=1, ddof=1) / np.maximum(mean, 1e-9)
    return np.where(told, ratio, np.nan).astype(np.float64)


def joined(parts: Sequence[Summary]) -> Summary:
    """The summaries of several groups of customers as one."""
    if len(parts) == 1:
        return parts[0]

    def sums(name: str) -> Sums:
        found: list[Sums] = [getattr(part, name) for part in parts]
        return Sums(*(np.concatenate([getattr(one, field.name) for one in found]) for field in fields(Sums)))

    row, scatter, weeks, blocks = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("row", "scatter", "weeks", "blocks")
    )
    return Summary(row, sums("sudden"), sums("slow"), scatter, weeks, blocks)


def learn(of: Summary) -> LearnedChannel:
    """What the whole book's counts of a channel say: priors, levels and dispersion."""
    told = of.blocks[~np.isnan(of.blocks)]
    # The middle one: some customers are unlike themselves, and are told apart by their own figure.
    scatter = max(1.0, float(np.median(told)) / _MEDIAN_OF_BLOCKS) if told.size >= 10 else 1.0
    priors, levels = [], []
    for sums in (of.sudden, of.slow):
        known = (sums.exposure >= _KNOWN_WEEKS) & (sums.before > 0)
        found = prior(sums.before[known], sums.exposure[known])
        usual = expected(sums.before, sums.exposure, sums.coming, found)
        judged = known & sums.active & (usual >= 1.0)
        priors.append(found)
        some = np.flatnonzero(judged)[:: max(1, int(judged.sum()) // _ENOUGH)]
        levels.append(_level(sums.count[some], usual[some], scatter))
    return LearnedChannel((priors[0], priors[1]), (levels[0], levels[1]), scatter)


def _level(count: Floats, usual: Floats, dispersion: float) -> float:
    """Events / expected events, over the customers who are not far from it; drawn to 1 while these are few.

    Only customers who did anything are asked, as some who have left are no season, and it is allowed for that who did
    nothing is not among them. Where hardly anybody did anything, it is the channel that has fallen silent.
    """
    often = usual >= _LEAST_EXPECTED
    did = count >= 0.5  # of a weighted count, what is less is an event that has nearly been forgotten
    if int(often.sum()) >= _MANY and did[often].mean() < _HARDLY_ANYBODY:
        return _SILENT
    level, kept = _nearest_level(1.0, count[did], usual[did], dispersion)
    often &= did
    if 2 * kept < int(did.sum()) and int(often.sum()) >= _MANY:
        middle = float(np.median(count[often] / usual[often]))
        level, kept = max((level, kept), _nearest_level(middle, count[did], usual[did], dispersion), key=lambda x: x[1])
    return float(level ** (kept / (kept + _LEVEL_PRIOR_CUSTOMERS)))


def _nearest_level(level: float, count: Floats, usual: Floats, dispersion: float) -> tuple[float, int]:
    """The level that lies next to the given one, and how many customers are about it; all counts are above 0."""
    kept = np.zeros(count.size, np.bool_)
    for _ in range(12):
        level = float(np.clip(level, _LEVEL_AT_LEAST, _LEVEL_AT_MOST))
        # Of a count that is not 0 more is to be expected: its mean is that of a Poisson count without its zeros.
        mean = level * usual / -np.expm1(-level * usual)
        kept = np.abs(count - mean) / np.sqrt(np.maximum(level * usual * dispersion, 1e-9)) <= _ORDINARY
        if not kept.any():
            break
        level *= float(count[kept].sum() / mean[kept].sum())
    return float(np.clip(level, _LEVEL_AT_LEAST, _LEVEL_AT_MOST)), int(kept.sum())


def chances(of: Summary, learned: LearnedChannel) -> Chances:
    """How likely each customer's newest weeks are, given the customer's own past and what the channel as a whole did.

    Parameters
    ----------
    of
        The customers that are told of: all, or a few.
    learned
        What `learn` made of the whole book.
    """
    scatter = np.full(of.row.size, learned.dispersion)
    for own, spread, number in (
        (of.scatter, _CERTAIN_WEEKS, of.weeks),
        (np.nan_to_num(of.blocks), _CERTAIN_BLOCKS, np.full(of.row.size, _SCATTER_WEEKS / _BLOCK)),
    ):
        certain = own > learned.dispersion * (1.0 + spread * np.sqrt(2.0 / (number - 1.0)))
        scatter = np.where(certain, np.maximum(own, scatter), scatter)
    both = zip((of.sudden, of.slow), learned.priors, learned.levels, strict=True)
    tested = [_tested(sums, of_all, level, scatter) for sums, of_all, level in both]
    (few, many), (slow_few, slow_many) = tested
    return Chances(either_way(few, slow_few, _SUDDEN_SHARE), either_way(many, slow_many, _SUDDEN_SHARE))


def _tested(sums: Sums, of_all: tuple[float, float], level: float, scatter: Floats) -> tuple[Floats, Floats]:
    """Chances of one window; 1 where the count is about the usual one or beyond it, nan where there is no test."""
    known = (sums.exposure >= _KNOWN_WEEKS) & (sums.coming > 0)
    own = expected(sums.before, sums.exposure, sums.coming, of_all)
    found = []
    for few in (True, False):
        # What is unusual must be so beside the customer's own past, and beside what the channel did as well.
        allowed = min(level, 1.0) if few else max(level, 1.0)
        usual = allowed * own
        judged = known
        if few:
            judged = known & sums.active & (sums.before >= FEWEST_EVENTS) & (usual >= _LEAST_EXPECTED)
        away = (sums.count - usual) / np.sqrt(np.maximum(usual * scatter, 1e-9))
        there = judged & ((away < -_LEAST_AWAY) if few else (away > _LEAST_AWAY))
        chance = np.where(judged, 1.0, np.nan)
        chance[there] = tail(
            sums.count[there],
            sums.before[there],
            sums.exposure[there],
            allowed * sums.coming[there],
            of_all,
            scatter[there],
            few=few,
        )
        found.append(chance)
    return found[0], found[1]


def summary_of(parts: Iterable[Weekly]) -> Summary | None:
    """The summary of a channel whose customers come in several groups, None where there are none."""
    found = [summed(part) for part in parts]
    return joined(found) if found else None
