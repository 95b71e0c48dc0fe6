"""Learn the weights of words of leaving from the marked texts, and measure them on texts by other writers.

Run by hand after texts are added (some minutes): ``python -m tests.benchmarks.fit_leaving``. The bar lets
so few texts of the everyday mix through that say nothing of leaving, held out from what the weights are learnt from.
"""

from __future__ import annotations

import random
import re
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from services.distress.leaving_words import WEIGHTS, says_leaving
from services.distress.weighed_words import CLEAREST, SCALE, features, own_words, sentences

FOLDER: Final = Path(__file__).parents[1] / "fixtures" / "leaving"
#: Sentences with alternatives in brackets, of which so many are drawn each; those of `contrast_frames.tsv` stand in
#: pairs that say nearly the same, of which one leaves; in `denial_frames.tsv` the other denies it in the same words.
FRAMES: Final = ("frames.tsv", "more_frames.tsv", "contrast_frames.tsv", "denial_frames.tsv")
_DRAWN: Final = 24
_BRACKETS: Final = re.compile(r"\{([^{}]*)\}")
#: `everyday.tsv` and, by another writer, `more_everyday.tsv` have the mix of what firms get; half of `neighbours.tsv`
#: leaves, and the other half sounds like it. `plain.tsv` says it in the fewest words, where nothing else in the text
#: tells. `denials.tsv` has pairs of a denial and of somebody who leaves, in nearly the same words. The varied files
#: are by further writers, about half leaving, the rest close to it: each is the test of what is learnt from all but
#: itself.
EVERYDAY: Final = ("everyday.tsv", "more_everyday.tsv")
VARIED: Final = ("varied_a.tsv", "varied_b.tsv", "varied_c.tsv", "outsider.tsv")
LEARNT_FROM: Final = (*EVERYDAY, "neighbours.tsv", "plain.tsv", "denials.tsv", *VARIED)
MEASURED_ON: Final = (
    *("second_outsider.tsv", "fresh_everyday.tsv", "unseen_kinds.tsv", "unseen.tsv", "unseen_everyday.tsv"),
    *("held_out.tsv", "held_out_hard.tsv", "held_out_short.tsv"),
)
#: How much each text of a file counts where it is not once.
COUNTS: Final = {
    "everyday.tsv": 2.0,
    "more_everyday.tsv": 2.0,
    "plain.tsv": 4.0,
    "frames.tsv": 3.0,
    "more_frames.tsv": 0.5,
    "contrast_frames.tsv": 0.5,
    "denial_frames.tsv": 0.25,
}
#: Most of what firms get says nothing of leaving, so that false alarms, not misses, decide whether alerts are believed.
FALSE_ALARMS: Final = 0.03
_KEPT: Final = 40_000
_RAREST: Final = 3
#: Several ordinary texts in a row are still ordinary: without such, long texts would score high by their length alone.
_JOINED: Final = 2_000
_BEHIND: Final = 3
#: Texts that stand together were written together, so that they are held out together.
_TOGETHER: Final = 20
_FOLDS: Final = 5


class Text(NamedTuple):
    """A text, marked by whether it says what is to be learnt; texts of one file and fold are held out together."""

    language: str
    says: bool
    text: str
    kind: str = ""
    file: str = ""
    fold: int = -1


def texts_of(name: str) -> list[Text]:
    """The texts of a file: language, mark, text (a line's end as ``\\n``), and at times its kind in each line."""
    lines = [line.split("\t") for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]
    return [
        Text(language, mark == "1", text.replace("\\n", "\n"), *(kind or [""]), name, place // _TOGETHER % _FOLDS)
        for place, (language, mark, text, *kind) in enumerate(lines)
    ]


def drawn() -> list[Text]:
    """Texts drawn from frames: every choice by the same seed, no text twice."""
    draw = random.Random(5)
    texts = []
    for frame in (frame._replace(fold=-1) for name in FRAMES for frame in texts_of(name)):
        said = {_BRACKETS.sub(lambda found: draw.choice(found[1].split("|")), frame.text) for _ in range(3 * _DRAWN)}
        texts += [frame._replace(text=" ".join(one.split())) for one in sorted(said)[:_DRAWN]]
    return texts


def joined(texts: list[Text]) -> list[Text]:
    """Rows of ordinary texts, and plain words of leaving behind an ordinary text, each of texts held out together."""
    draw = random.Random(1)
    ordinary = {
        key: [one.text for one in ones]
        for key, ones in groupby(sorted((one for one in texts if not one.says), key=_apart), key=_apart)
    }
    rows = []
    for one in draw.choices(texts, k=_JOINED):
        if found := ordinary.get(_apart(one)):
            rows.append(one._replace(says=False, text=" ".join(draw.choices(found, k=draw.randint(2, 5)))))
    for one in texts:
        if one.says and one.file == "plain.tsv" and (found := ordinary.get(_apart(one))):
            rows += [one._replace(text=f"{before} {one.text}") for before in draw.choices(found, k=_BEHIND)]
    return rows


def _apart(one: Text) -> tuple[str, str, int]:
    return one.language, one.file, one.fold


class Corpus:
    """The features of texts and of their sentences: counted once, each divided by the root of their number."""

    def __init__(self, texts: list[Text], plain_counts: int) -> None:
        said = [sentences(own_words(one.text)) or [""] for one in texts]
        self.marks = np.array([one.says for one in texts])
        self.files = np.array([one.file for one in texts])
        self.folds = np.array([one.fold for one in texts])
        # What is joined counts once.
        self.counts = np.array([COUNTS.get(one.file, 1.0) if i < plain_counts else 1.0 for i, one in enumerate(texts)])
        found = [[features(sentence) for sentence in one] for one in said]
        self.owners = np.repeat(np.arange(len(texts)), [len(one) for one in said])
        counter = CountVectorizer(analyzer=list, min_df=_RAREST, binary=True)
        counts = counter.fit_transform([sentence for one in found for sentence in one]).astype(float)
        self.names = counter.get_feature_names_out()
        of_text = sparse.csr_matrix((np.ones(len(self.owners)), (self.owners, np.arange(len(self.owners)))))
        self.binary = (of_text @ counts).minimum(1).tocsr()
        self.whole = _divided(self.binary, [len(set().union(*one)) for one in found])
        self.single = _divided(counts, [len(sentence) for one in found for sentence in one])

    def learn(self, rows: np.ndarray) -> np.ndarray:
        """The weights by two logistic regressions: of features by their rarity, and by how much they take sides."""
        seen = np.asarray(self.binary[rows].sum(axis=0)).ravel()
        leaving = np.asarray(self.binary[rows & self.marks].sum(axis=0)).ravel()
        rarity = np.log((1 + rows.sum()) / (1 + seen)) + 1
        sides = np.log((leaving + 1) / (leaving + 1).sum()) - np.log((seen - leaving + 1) / (seen - leaving + 1).sum())
        weights = np.zeros(len(seen))
        for scale in (rarity, 4 * (np.abs(sides) + 0.3)):
            found = self._regressed(rows, scale * (seen >= _RAREST))
            weights += 1.5 * found / np.std(self.whole[rows] @ found)
        telling = np.argsort(-np.abs(weights) * np.sqrt(seen), kind="stable")[:_KEPT]
        kept = np.zeros(len(weights))
        kept[telling] = np.round(weights[telling] * SCALE) / SCALE
        return kept

    def _regressed(self, rows: np.ndarray, scale: np.ndarray) -> np.ndarray:
        """A logistic regression of whole texts, then once more with what it finds the clearest sentence of each."""
        model = LogisticRegression(C=1.0, max_iter=300)
        scaled, marks, counts = sparse.diags(scale), self.marks[rows], self.counts[rows]
        model.fit(self.whole[rows] @ scaled, marks, counts)
        order = np.lexsort((self.single @ (model.coef_[0] * scale), self.owners))
        clearest = order[np.append(np.flatnonzero(np.diff(self.owners[order])), len(order) - 1)]
        model.fit((self.whole + CLEAREST * self.single[clearest])[rows] @ scaled, marks, counts)
        return model.coef_[0] * scale

    def scores(self, weights: np.ndarray) -> np.ndarray:
        """The score of each text, as the program works it out."""
        clearest = np.full(len(self.marks), -np.inf)
        np.maximum.at(clearest, self.owners, self.single @ weights)
        return self.whole @ weights + CLEAREST * clearest


def _divided(counts: sparse.csr_matrix, lengths: list[int]) -> sparse.csr_matrix:
    return (sparse.diags([1 / np.sqrt(length or 1) for length in lengths]) @ counts).tocsr()


def everyday_scores(corpus: Corpus, everyday: np.ndarray) -> np.ndarray:
    """The scores of the everyday texts by weights that were learnt without them and what stands beside them."""
    scores = np.zeros(len(everyday))
    for fold in range(_FOLDS):
        held_out = (corpus.folds == fold) & np.isin(corpus.files, EVERYDAY)
        scores[held_out[everyday]] = corpus.scores(corpus.learn(~held_out))[everyday[held_out[everyday]]]
    return scores


def measure() -> None:
    """Print precision and recall on the files that nothing was learnt from."""
    for name in MEASURED_ON:
        texts = texts_of(name)
        said = np.array([says_leaving(one.text) is not None for one in texts])
        print_figures(name, np.array([one.says for one in texts]), said)
        for part in sorted({one.kind for one in texts if one.kind} | {one.language for one in texts if one.kind}):
            within = np.array([part in (one.kind, one.language) for one in texts])
            print_figures(f"  {part}", np.array([one.says for one in texts])[within], said[within])


def print_figures(name: str, leaves: np.ndarray, said: np.ndarray) -> None:
    precision, recall = (f"{(said & leaves).sum() / of:.2f}" if of else "none" for of in (said.sum(), leaves.sum()))
    print(f"{name}: {len(leaves)} texts, precision {precision}, recall {recall}, false {(said & ~leaves).sum()}")


def write(path: Path, bar: float, corpus: Corpus, weights: np.ndarray) -> None:
    """Write a word list: its bar, and of each feature its weight in thousandths."""
    found = sorted(zip(corpus.names, weights, strict=True))
    lines = [f"{name}\t{round(weight * SCALE)}" for name, weight in found if weight]
    path.write_text("\n".join([f"bar\t{bar:.3f}", *lines]) + "\n", encoding="utf-8")
    print(f"{path.name}: {len(lines)} features")


def main() -> None:
    """Fit, write and measure."""
    texts = [one for name in LEARNT_FROM for one in texts_of(name)]
    rows = [*texts, *drawn()]
    corpus = Corpus([*rows, *joined(texts)], len(rows))
    everyday = np.array([place for place, one in enumerate(texts) if one.file in EVERYDAY])
    scores, marks = everyday_scores(corpus, everyday), corpus.marks[everyday]
    bar = round(float(np.quantile(scores[~marks], 1 - FALSE_ALARMS)), 3)
    print(f"{len(texts)} texts, bar {bar}")
    print_figures("everyday mix, held out", marks, scores > bar)
    weights = corpus.learn(np.ones(len(corpus.marks), dtype=bool))
    write(WEIGHTS, bar, corpus, weights)
    measure()
    for name in VARIED:
        own = np.array([place for place, one in enumerate(texts) if one.file == name])
        held_out = corpus.scores(corpus.learn(corpus.files != name))[own]
        print_figures(f"{name}, learnt without it", corpus.marks[own], held_out > bar)


if __name__ == "__main__":
    main()
