"""Learn the weights of words of leaving from the marked texts, and measure them on texts by other writers.

Run by hand after texts are added (some minutes): ``python -m tests.benchmarks.fit_leaving``. The bar lets
so few texts of the everyday mix through that say nothing of leaving, held out from what the weights are learnt from.
"""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from services.distress.leaving_words import SCALE, WEIGHTS, features, own_words, says_leaving, weighed

FOLDER: Final = Path(__file__).parents[1] / "fixtures" / "leaving"
#: Sentences with alternatives in brackets, of which so many are drawn each.
FRAMES: Final = ("frames.tsv", "more_frames.tsv")
_DRAWN: Final = 24
_BRACKETS: Final = re.compile(r"\{([^{}]*)\}")
#: `everyday.tsv` and, by another writer, `more_everyday.tsv` have the mix of what firms get; half of `neighbours.tsv`
#: leaves, and the other half sounds like it. `plain.tsv` says it in the fewest words, where nothing else in the text
#: tells. `varied_a.tsv` and `varied_b.tsv` are by two further writers, half leaving, the rest close to it: each is the
#: test of what is learnt from all but itself.
VARIED: Final = ("varied_a.tsv", "varied_b.tsv")
LEARNT_FROM: Final = ("everyday.tsv", "more_everyday.tsv", "neighbours.tsv", "plain.tsv", *VARIED)
MEASURED_ON: Final = (
    *("fresh_everyday.tsv", "unseen_kinds.tsv", "unseen.tsv", "unseen_everyday.tsv"),
    *("held_out.tsv", "held_out_hard.tsv", "held_out_short.tsv"),
)
#: How much each text of a file counts where it is not once.
_COUNTS: Final = {
    "everyday.tsv": 2.0,
    "more_everyday.tsv": 2.0,
    "plain.tsv": 4.0,
    "frames.tsv": 3.0,
    "more_frames.tsv": 0.5,
}
#: Most of what firms get says nothing of leaving, so that false alarms, not misses, decide whether alerts are believed.
FALSE_ALARMS: Final = 0.03
_KEPT: Final = 40_000
#: Several ordinary texts in a row are still ordinary: without such, long texts would score high by their length alone.
_JOINED: Final = 2_000
_BEHIND: Final = 3
#: Texts that stand together were written together, so that they are held out together.
_TOGETHER: Final = 20
_FOLDS: Final = 5


class Text(NamedTuple):
    """A marked text."""

    language: str
    leaves: bool
    text: str
    weight: float = 1.0
    kind: str = ""


def texts_of(name: str) -> list[Text]:
    """The texts of a file: language, mark, text, and at times its kind in each line."""
    lines = (line.split("\t") for line in (FOLDER / name).read_text(encoding="utf-8").splitlines())
    weight = _COUNTS.get(name, 1.0)
    return [Text(language, mark == "1", text, weight, *kind) for language, mark, text, *kind in lines]


def drawn() -> list[Text]:
    """Texts drawn from frames: every choice by the same seed, no text twice."""
    draw = random.Random(5)
    texts = []
    for frame in (frame for name in FRAMES for frame in texts_of(name)):
        said = {_BRACKETS.sub(lambda found: draw.choice(found[1].split("|")), frame.text) for _ in range(3 * _DRAWN)}
        texts += [frame._replace(text=" ".join(one.split())) for one in sorted(said)[:_DRAWN]]
    return texts


def with_joined(texts: list[Text]) -> list[Text]:
    """The texts, rows of ordinary ones joined, and plain words of leaving behind an ordinary text."""
    draw = random.Random(1)
    ordinary: dict[str, list[str]] = {}
    for one in texts:
        if not one.leaves:
            ordinary.setdefault(one.language, []).append(one.text)
    joined = []
    for _ in range(_JOINED):
        language = draw.choice(texts).language
        joined.append(Text(language, False, " ".join(draw.choices(ordinary[language], k=draw.randint(2, 5)))))
    for one in texts:
        if one.leaves and one.weight == _COUNTS["plain.tsv"]:
            before = draw.choices(ordinary[one.language], k=_BEHIND)
            joined += [Text(one.language, True, f"{text} {one.text}") for text in before]
    return texts + joined


class Fit:
    """A logistic regression of the features of texts, each counted once and divided by the root of their number."""

    def __init__(self, texts: list[Text]) -> None:
        taught = [*with_joined(texts), *drawn()]
        self._counter = CountVectorizer(analyzer=features, min_df=3, binary=True)
        counts = self._counter.fit_transform([own_words(one.text) for one in taught]).astype(float)
        seen = np.asarray(counts.sum(axis=0)).ravel()
        rarity = np.log((1 + len(taught)) / (1 + seen)) + 1
        marks = np.array([one.leaves for one in taught])
        model = LogisticRegression(C=1.0, max_iter=300)
        model.fit(_shortened(counts, taught) @ sparse.diags(rarity), marks, [one.weight for one in taught])
        weights = model.coef_[0] * rarity
        self.names = self._counter.get_feature_names_out()
        telling = np.argsort(-np.abs(weights) * np.sqrt(seen))[:_KEPT]
        self.weights = np.zeros(len(weights))
        self.weights[telling] = np.round(weights[telling] * SCALE) / SCALE

    def scores(self, texts: list[Text]) -> np.ndarray:
        """The score of each text, as the program works it out."""
        weights = dict(zip(self.names, self.weights * SCALE, strict=True))
        return np.array([weighed(one.text, weights)[0] for one in texts])


def _shortened(counts: sparse.csr_matrix, texts: list[Text]) -> sparse.csr_matrix:
    return sparse.diags([1 / np.sqrt(len(features(own_words(one.text))) or 1) for one in texts]) @ counts


def held_out_scores(texts: list[Text]) -> np.ndarray:
    """The score of each text by weights that were learnt without it and what stands beside it."""
    scores = np.zeros(len(texts))
    groups = np.arange(len(texts)) // _TOGETHER
    for taught, asked in GroupKFold(_FOLDS).split(texts, groups=groups):
        scores[asked] = Fit([texts[i] for i in taught]).scores([texts[i] for i in asked])
    return scores


def across_writers(parts: dict[str, list[Text]], bar: float) -> None:
    """Print precision and recall on each of the varied files, by what the others teach."""
    for name in VARIED:
        fit = Fit([one for other, part in parts.items() if other != name for one in part])
        _print_figures(f"{name}, learnt without it", parts[name], fit.scores(parts[name]) > bar)


def measure() -> None:
    """Print precision and recall on the files that nothing was learnt from."""
    for name in MEASURED_ON:
        texts = texts_of(name)
        said = np.array([says_leaving(one.text) is not None for one in texts])
        _print_figures(name, texts, said)
        for part in sorted({one.kind for one in texts if one.kind} | {one.language for one in texts if one.kind}):
            within = np.array([part in (one.kind, one.language) for one in texts])
            _print_figures(f"  {part}", [one for one in texts if part in (one.kind, one.language)], said[within])


def _print_figures(name: str, texts: list[Text], said: np.ndarray) -> None:
    leaves = np.array([one.leaves for one in texts])
    precision, recall = (f"{(said & leaves).sum() / of:.2f}" if of else "none" for of in (said.sum(), leaves.sum()))
    print(f"{name}: {len(texts)} texts, precision {precision}, recall {recall}, false {(said & ~leaves).sum()}")


def main() -> None:
    """Fit, write and measure."""
    parts = {name: texts_of(name) for name in LEARNT_FROM}
    texts = [one for part in parts.values() for one in part]
    everyday = slice(0, len(parts[LEARNT_FROM[0]]))
    scores, marks = held_out_scores(texts), np.array([one.leaves for one in texts])
    leaves, others = (scores[everyday][marks[everyday] == mark] for mark in (True, False))
    bar = float(np.quantile(others, 1 - FALSE_ALARMS))
    print(f"{len(texts)} texts; held out, everyday mix: {(leaves > bar).mean():.2f} of those who leave, bar {bar:.3f}")
    across_writers(parts, bar)
    fit = Fit(texts)
    lines = [
        f"{name}\t{round(weight * SCALE)}"
        for name, weight in sorted(zip(fit.names, fit.weights, strict=True))
        if weight
    ]
    WEIGHTS.write_text("\n".join([f"bar\t{bar:.3f}", *lines]) + "\n", encoding="utf-8")
    print(f"{WEIGHTS.name}: {len(lines)} features")
    measure()


if __name__ == "__main__":
    main()
