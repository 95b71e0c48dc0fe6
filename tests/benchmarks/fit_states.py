"""Learn the weights of what sentences say of a customer's states, and measure them on writers that were left out.

Run by hand after sentences are added (some minutes): ``python -m tests.benchmarks.fit_states``. `said.txt` has frames
with alternatives, of which some sentences each are drawn, under the state that they say, "-" for none of that topic.
The other sets know only whether a sentence contradicts a customer: it says a state that theirs rule out, or none.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sparse
from scipy.optimize import minimize

from models.values.outreach import Fact
from services.outreach.claims import Context
from services.outreach.claims.find import read_parts
from services.outreach.claims.record import Record
from services.outreach.claims.said import (
    BAR,
    LEAST,
    LENGTH,
    ORDER_THING,
    SCALE,
    TICKET_THING,
    WEIGHTS,
    State,
    excluded,
    features,
    marked,
)  # fmt: skip
from services.outreach.claims.sources import Sources
from services.outreach.claims.states import held_states
from services.outreach.claims.text import fold, lower
from tests.services.outreach.claims import (
    test_every_kind,
    test_fifth_set,
    test_kinds_of_states,
    test_states,
    test_states_outsider,
)

FRAMES: Final = Path(__file__).parents[1] / "fixtures" / "outreach" / "said.txt"
_BRACKETS: Final = re.compile(r"\{([^{}]*)\}")
#: Sentences drawn from a frame, how much each counts, and how many get a clause of another beside them.
_DRAWN, _COUNTS, _JOINED = 6, 0.35, 0.5
#: How strongly weights are held back, how often a feature is seen at least, and the least weight that is written.
_STRENGTH, _RAREST, _LEAST = 5.0, 3, 0.05
_STEPS: Final = 60
#: Topics that are written of with the thing of a ticket in place of that of an order.
_OF_TICKETS: Final = ("ticket", "handling")
NONE: Final = ("", "")


class Row(NamedTuple):
    """A sentence that says one of some states; ``against`` are those that its customer's rule out."""

    writer: str
    said: str
    may: np.ndarray
    against: np.ndarray
    contradicts: bool


class Fitted(NamedTuple):
    """Places of features, their weights by state, and what each state begins with."""

    places: dict[str, int]
    weights: np.ndarray
    first: np.ndarray


def read_frames() -> list[tuple[State, str]]:
    """Return sentences of every frame, drawn by the same seed, and some of them beside a clause that says nothing."""
    draw, state, said = random.Random(3), NONE, []
    for line in FRAMES.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            topic, _, value = line[1:-1].partition(".")
            state, thing = (topic, value), TICKET_THING if topic in _OF_TICKETS else ORDER_THING
            state = NONE if value in ("", "-") else state
        elif line:
            some = sorted({_drawn(line, draw) for _ in range(3 * _DRAWN)})
            said += [(state, one.replace("*", thing)) for one in draw.sample(some, min(_DRAWN, len(some)))]
    nothing = [one.rstrip(".!?") for state, one in said if state == NONE]
    for state, one in list(said):
        if draw.random() < _JOINED and not one.endswith("?"):
            other, begun = draw.choice(nothing), one.rstrip(".!")
            said.append((state, draw.choice((f"{begun}, and {other}.", f"{begun}, {other}.", f"{other}, {begun}."))))
    return [(state, lower(fold(one))) for state, one in said]


def _drawn(frame: str, draw: random.Random) -> str:
    while _BRACKETS.search(frame):
        frame = _BRACKETS.sub(lambda found: draw.choice(found[1].split("|")), frame, count=1)
    return " ".join(frame.split())


def read_sets(states: Sequence[State]) -> list[Row]:
    """Return the sentences of the sets that were measured on, of which only is known whether they contradict."""
    rows = []
    for writer, sentence, facts, record, contradicts, topic in _of_sets():
        context = Context(test_states.TODAY, record=record, known=facts)
        (part,) = read_parts("body", sentence, Sources(facts, test_states.TODAY), context)
        held, own = held_states(part)
        ruled_out = excluded({name: values for name, (values, _) in held.items()}, states)
        against = np.isin(np.arange(len(states)), list(ruled_out))
        of_topic = against & np.array([one == topic for one, _ in states])
        may = (of_topic if of_topic.any() else against) if contradicts else ~against
        rows.append(Row(writer, marked(part.small, own), may, against, contradicts))
    return rows


def _of_sets() -> Iterable[tuple[str, str, tuple[Fact, ...], Record, bool, str]]:
    topics = {"complaint": "ticket", "order": "delivery", "subscription": "contract", "quote": "deal"}
    for row in (*test_states.ROWS, *test_states.later_rows()):
        facts = tuple(one for said in row["facts"].values() for one in test_states.KNOWN.get(said, ()))
        topic = topics.get(row["which"], row["which"])
        yield "first", row["text"], facts, test_states.record_of(row["facts"]), row["contradicts"], topic
    for writer, row in test_states_outsider.learnt_rows():
        facts, record = test_states_outsider.known(row["facts"])
        yield writer, row["sentence"], facts, record, row["verdict"] == "contradicts", ""
    for writer, rows, held in (
        ("fourth", test_every_kind.rows_of(test_every_kind.FOURTH), test_every_kind.held),
        ("fifth", test_every_kind.rows_of(test_fifth_set.FIFTH), test_fifth_set.held),
    ):
        for row in rows:
            contradicts = row["verdict"] == "contradicts"
            if not contradicts or row["category"] in ("state", "negation"):
                facts, context = held(row["facts"])
                yield writer, row["sentence"], facts, context.record, contradicts, ""
    for row in test_kinds_of_states.ROWS:
        record = Record(states=frozenset((topic, value) for topic, value in row["states"]))
        yield "kinds", row["sentence"], (), record, row["contradicts"], ""


def _matrix(said: Sequence[set[str]], places: dict[str, int]) -> sparse.csr_matrix:
    cells = [(row, places[one], LENGTH / np.sqrt(len(found))) for row, found in enumerate(said)
             for one in found if one in places]  # fmt: skip
    rows, columns, values = zip(*cells, strict=True)
    return sparse.csr_matrix((values, (rows, columns)), shape=(len(said), len(places)))


def fit(said: Sequence[set[str]], may: np.ndarray, counts: np.ndarray) -> Fitted:
    """Fit one multinomial logistic regression in which a sentence says any of the states that it may say.

    Parameters
    ----------
    said
        Features by sentence.
    may
        Shape (sentences, states).
    counts
        How much each sentence counts, shape (sentences,).
    """
    seen = Counter(one for found in said for one in found)
    places = {one: place for place, one in enumerate(sorted(one for one, n in seen.items() if n >= _RAREST))}
    given, states = _matrix(said, places), may.shape[1]
    turned, size = given.T.tocsr(), len(places) * states

    def loss(values: np.ndarray) -> tuple[float, np.ndarray]:
        weights = values[:size].reshape(len(places), states)
        likely = _chances(given @ weights + values[size:])
        wanted = likely * may
        sums = wanted.sum(axis=1) + 1e-12
        wrong = (likely - wanted / sums[:, None]) * counts[:, None]
        cost = -(counts * np.log(sums)).sum() + 0.5 / _STRENGTH * float((values[:size] ** 2).sum())
        return cost, np.concatenate([(turned @ wrong + weights / _STRENGTH).ravel(), wrong.sum(axis=0)])

    found = minimize(loss, np.zeros(size + states), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    return Fitted(places, found[:size].reshape(len(places), states), found[size:])


def _chances(sums: np.ndarray) -> np.ndarray:
    likely = np.exp(sums - sums.max(axis=1, keepdims=True))
    return likely / likely.sum(axis=1, keepdims=True)


def measure(fitted: Fitted, rows: Sequence[Row], said: Sequence[set[str]], bar: float) -> tuple[int, int, int, int]:
    """Return how many contradictions that the book can tell are blocked, of how many; then the same of all others."""
    likely = _chances(_matrix(said, fitted.places) @ fitted.weights + fitted.first)
    against = np.array([row.against for row in rows])
    best, other = (np.where(some, likely, 0).max(axis=1) for some in (against, ~against))
    blocked = best > np.maximum(LEAST, bar * (best + other))
    contradict = np.array([row.contradicts for row in rows])
    told = contradict & against.any(axis=1)
    return int((blocked & told).sum()), int(told.sum()), int((blocked & ~contradict).sum()), int((~contradict).sum())


def write(fitted: Fitted, states: Sequence[State]) -> int:
    """Write the weights that tell something, each rounded, and return how many features have any."""
    lines = ["states\t" + "\t".join(f"{topic}.{value}" if topic else "" for topic, value in states)]
    lines.append("first\t" + "\t".join(str(round(one * SCALE)) for one in fitted.first))
    for feature, place in sorted(fitted.places.items()):
        cells = [f"{at}:{round(one * SCALE)}" for at, one in enumerate(fitted.weights[place]) if abs(one) >= _LEAST]
        if cells:
            lines.append("\t".join([feature, *cells]))
    WEIGHTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines) - 2


def main(*, measured: bool = True) -> None:
    """Measure on each writer that is left out, then fit on all, and write."""
    frames = read_frames()
    states = [NONE, *sorted({state for state, _ in frames} - {NONE})]
    rows = [row for row in read_sets(states) if row.may.any()]
    of_frames = [features(said) for _, said in frames]
    of_rows = [features(row.said) for row in rows]
    says = np.array([[state == one for one in states] for state, _ in frames])
    print(f"{len(frames)} sentences of frames, {len(rows)} of sets, {len(states)} states")

    def learn(kept: Sequence[int]) -> Fitted:
        counts = np.concatenate([np.full(len(frames), _COUNTS), np.ones(len(kept))])
        may = np.concatenate([says, *(rows[at].may[None] for at in kept)])
        return fit([*of_frames, *(of_rows[at] for at in kept)], may, counts)

    for writer in sorted({row.writer for row in rows}) if measured else ():
        out = [at for at, row in enumerate(rows) if row.writer == writer]
        fitted = learn([at for at, row in enumerate(rows) if row.writer != writer])
        for bar in (0.55, 0.6, BAR, 0.7):
            blocked, of, others, others_of = measure(fitted, [rows[at] for at in out], [of_rows[at] for at in out], bar)
            print(f"{writer}, learnt without, bar {bar}: {blocked} of {of} blocked, and {others} of {others_of} others")
    print(f"{write(learn(range(len(rows))), states)} features in {WEIGHTS.name}")


if __name__ == "__main__":
    main()
