"""Learn the weights of words of leaving from the marked texts, and measure them on texts by other writers.

Run by hand after texts are added (a minute): ``python -m tests.benchmarks.fit_leaving``. The bar lets
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

from services.distress.leaving_words import SCALE, WEIGHTS, features, own_words, says_leaving

FOLDER: Final = Path(__file__).parents[1] / "fixtures" / "leaving"
#: Sentences with alternatives in brackets, of which so many are drawn each.
FRAMES: Final = "frames.tsv"
_DRAWN, _FRAME_WEIGHT = 24, 3.0
_BRACKETS: Final = re.compile(r"\{([^{}]*)\}")
#: `everyday.tsv` has the mix of what firms get; half of `neighbours.tsv` leaves, and the other half sounds like it.
#: `plain.tsv` says it in the fewest words, where nothing else in the text tells.
LEARNT_FROM: Final = ("everyday.tsv", "neighbours.tsv", "plain.tsv")
MEASURED_ON: Final = ("unseen.tsv", "unseen_everyday.tsv", "held_out.tsv", "held_out_hard.tsv", "held_out_short.tsv")
#: Most of what firms get says nothing of leaving, so that false alarms, not misses, decide whether alerts are believed.
FALSE_ALARMS: Final = 0.03
_KEPT: Final = 40_000
#: Several ordinary texts in a row are still ordinary: without such, long texts would score high by their length alone.
_JOINED: Final = 2_000
_BEHIND: Final = 3
_PLAIN_WEIGHT: Final = 4.0
#: Texts that stand together were written together, so that they are held out together.
_TOGETHER: Final = 20
_FOLDS: Final = 5


class Text(NamedTuple):
    """A marked text."""

    language: str
    leaves: bool
    text: str
    weight: float = 1.0


def texts_of(name: str) -> list[Text]:
    """The texts of a file: language, mark and text in each line."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    weight = _PLAIN_WEIGHT if name == "plain.tsv" else 1.0
    return [Text(language, mark == "1", text, weight) for language, mark, text in (line.split("\t") for line in lines)]


def drawn(name: str = FRAMES) -> list[Text]:
    """Texts drawn from frames: every choice by the same seed, no text twice."""
    draw = random.Random(5)
    texts = []
    for frame in texts_of(name):
        said = {_BRACKETS.sub(lambda found: draw.choice(found[1].split("|")), frame.text) for _ in range(3 * _DRAWN)}
        texts += [frame._replace(text=" ".join(one.split()), weight=_FRAME_WEIGHT) for one in sorted(said)[:_DRAWN]]
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
        if one.leaves and one.weight > 1:
            before = draw.choices(ordinary[one.language], k=_BEHIND)
            joined += [Text(one.language, True, f"{text} {one.text}") for text in before]
    return texts + joined


class Fit:
    """A logistic regression of the features of texts, each counted once and divided by the root of their number."""

    def __init__(self, texts: list[Text]) -> None:
        taught = [*with_joined(texts), *drawn()]
        self._counter = CountVectorizer(analyzer=features, min_df=2, binary=True)
        counts = self._counter.fit_transform([own_words(one.text) for one in taught]).astype(float)
        seen = np.asarray(counts.sum(axis=0)).ravel()
        rarity = np.log((1 + len(taught)) / (1 + seen)) + 1
        marks = np.array([one.leaves for one in taught])
        model = LogisticRegression(C=3.0, max_iter=300)
        model.fit(_shortened(counts, taught) @ sparse.diags(rarity), marks, [one.weight for one in taught])
        weights = model.coef_[0] * rarity
        self.names = self._counter.get_feature_names_out()
        telling = np.argsort(-np.abs(weights) * np.sqrt(seen))[:_KEPT]
        self.weights = np.zeros(len(weights))
        self.weights[telling] = np.round(weights[telling] * SCALE) / SCALE

    def scores(self, texts: list[Text]) -> np.ndarray:
        """The score of each text, as `services.distress.leaving_words.score` gives it."""
        counts = self._counter.transform([own_words(one.text) for one in texts]).astype(float)
        return np.asarray(_shortened(counts, texts) @ self.weights)


def _shortened(counts: sparse.csr_matrix, texts: list[Text]) -> sparse.csr_matrix:
    return sparse.diags([1 / np.sqrt(len(features(own_words(one.text))) or 1) for one in texts]) @ counts


def held_out_scores(texts: list[Text]) -> np.ndarray:
    """The score of each text by weights that were learnt without it and what stands beside it."""
    scores = np.zeros(len(texts))
    groups = np.arange(len(texts)) // _TOGETHER
    for taught, asked in GroupKFold(_FOLDS).split(texts, groups=groups):
        scores[asked] = Fit([texts[i] for i in taught]).scores([texts[i] for i in asked])
    return scores


def measure() -> None:
    """Print precision and recall on the files that nothing was learnt from."""
    for name in MEASURED_ON:
        texts = texts_of(name)
        told = [(one.leaves, says_leaving(one.text) is not None) for one in texts]
        right, said, meant = told.count((True, True)), sum(tell for _, tell in told), sum(one.leaves for one in texts)
        print(f"{name}: {len(texts)} texts, precision {right / said:.2f}, recall {right / meant:.2f}")


def main() -> None:
    """Fit, write and measure."""
    parts = [texts_of(name) for name in LEARNT_FROM]
    texts = [one for part in parts for one in part]
    everyday = slice(0, len(parts[0]))
    scores, marks = held_out_scores(texts), np.array([one.leaves for one in texts])
    leaves, others = (scores[everyday][marks[everyday] == mark] for mark in (True, False))
    bar = float(np.quantile(others, 1 - FALSE_ALARMS))
    print(f"{len(texts)} texts; held out, everyday mix: {(leaves > bar).mean():.2f} of those who leave, bar {bar:.3f}")
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
