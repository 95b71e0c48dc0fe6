"""Learn the weights of urgent complaints from the marked texts, and measure them on texts by other writers.

Run by hand after texts are added (some minutes): ``python -m tests.benchmarks.fit_urgent``. Each writer's texts are
measured by what is learnt from all others; the bar is the one at which so many of what is found need a person today.
"""

from __future__ import annotations

import json
from typing import Final

import numpy as np

from services.distress.urgent_complaint import WEIGHTS, urgent_complaint
from tests.benchmarks import fit_leaving
from tests.benchmarks.fit_leaving import EVERYDAY, Corpus, Text, print_figures, texts_of, write

FIXTURES: Final = fit_leaving.FOLDER.parent
FOLDER: Final = FIXTURES / "urgent"
#: By writers who had not seen the code, but for the last three: two are the project's own, and `everyday.jsonl` has
#: some of the everyday texts that words of leaving are learnt from, marked by a developer.
WRITERS: Final = ("technology", "goods", "services", "further", "development", "everyday")
#: Nobody marked the other everyday texts by whether they are urgent, and some are: those that read most like it are
#: left out, as what they are is not known; the rest count less than marked ones.
_FIRST, _COUNTS, _LEFT_OUT = 0.1, 0.3, 0.2
_RIGHT: Final = 0.92
_TOGETHER, _FOLDS = 20, 5


def marked(name: str) -> list[Text]:
    """The texts of a writer with their titles; those that stand together were written together."""
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        Text(one["lang"], one["presses"], whole(one), "", name, place // _TOGETHER % _FOLDS)
        for place, one in enumerate(map(json.loads, lines))
    ]


def whole(one: dict[str, str]) -> str:
    """A text with its title, as the program reads it."""
    return ". ".join(filter(None, (one["title"], one["text"])))


def ordinary(texts: list[Text]) -> list[Text]:
    """The everyday texts without those that read most like an urgent complaint, by what is learnt without them."""
    known = {one.text for one in texts}
    everyday = [one._replace(says=False) for name in EVERYDAY for one in texts_of(name) if one.text not in known]
    _, scores = _weighed([*texts, *everyday], _FIRST)
    kept = np.argsort(scores[len(texts) :], kind="stable")[: round(len(everyday) * (1 - _LEFT_OUT))]
    return [everyday[place] for place in sorted(kept)]


def _weighed(texts: list[Text], everyday_counts: float) -> tuple[Corpus, np.ndarray]:
    """The texts, and the score of each by what is learnt without its writer, or without its fold of everyday texts."""
    fit_leaving.COUNTS.update(dict.fromkeys(EVERYDAY, everyday_counts))
    corpus = Corpus(texts, len(texts))
    scores = np.zeros(len(texts))
    parts = [corpus.files == name for name in WRITERS]
    parts += [np.isin(corpus.files, EVERYDAY) & (corpus.folds == fold) for fold in range(_FOLDS)]
    for part in parts:
        scores[part] = corpus.scores(corpus.learn(~part))[part]
    return corpus, scores


def main() -> None:
    """Fit, write and measure."""
    texts = [one for name in WRITERS for one in marked(name)]
    corpus, scores = _weighed([*texts, *ordinary(texts)], _COUNTS)
    chosen_by = np.isin(corpus.files, WRITERS[:3])
    bar = bar_of(scores[chosen_by], corpus.marks[chosen_by])
    for name in WRITERS:
        own = corpus.files == name
        print_figures(f"{name}, learnt without it", corpus.marks[own], scores[own] > bar)
    write(WEIGHTS, bar, corpus, corpus.learn(np.ones(len(corpus.marks), dtype=bool)))
    everyday = [one.text for name in EVERYDAY for one in texts_of(name)]
    print(f"of {len(everyday)} everyday texts {sum(map(bool, map(urgent_complaint, everyday)))} are read as urgent")
    seen = [json.loads(line) for line in (FIXTURES / "outsider" / "anger.jsonl").read_text("utf-8").splitlines()]
    said = np.array([urgent_complaint(whole(one)) is not None for one in seen])
    print_figures("outsider/anger.jsonl", np.array([one["presses"] for one in seen]), said)


def bar_of(scores: np.ndarray, marks: np.ndarray) -> float:
    """The lowest score above which so many of the texts need a person today."""
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(marks[order]) / np.arange(1, len(order) + 1)
    last = int(np.flatnonzero(right >= _RIGHT)[-1])
    return round(float(scores[order][last]), 3)


if __name__ == "__main__":
    main()
