"""Learn what rows and columns of exports are from headers that people wrote with what they mean, and measure it.

Run by hand after exports are added (some minutes): ``python -m tests.benchmarks.fit_exports``. With names of files,
``python -m tests.benchmarks.fit_exports headers.tsv headers_second.tsv``, it learns from those alone.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from services.entities import ENTITIES
from services.sync.formats.headers import LANGUAGES, listed
from services.sync.formats.learnt import FOLDER, NONE, SCALE, features_of, parts_of, sense
from services.sync.formats.propose import Seen, fields_of, propose
from services.sync.formats.ranking import Held
from services.sync.formats.shapes import evidence_of_lists, names_of_files
from services.sync.formats.weighing import features_of as features_of_rows
from services.sync.read import Table, read_table
from tests.services.sync.formats.exports import FIRST, SECOND, THIRD, Export, exports

#: Exports that people wrote say what is a column without a place; lists of headers only what one may be.
_OF_ROWS, _OF_COLUMNS = 3.0, 3.0
_LISTED, _CALLED = 0.15, 0.3
_HEADER, _NAME = 0.5, 1.5
_LEAST, _RAREST = 8, 2
_STEPS = 200


class Case(NamedTuple):
    """What is weighed, what it is, and how much it counts."""

    features: dict[str, float]
    name: str
    counts: float = 1.0


def tables(files: Sequence[Path]) -> Iterator[tuple[Export, Table]]:
    """Each export with the table that reading it gives."""
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            for export in exports(file):
                yield export, read_table(export.write(Path(folder)))


def cases_of_rows(read: Sequence[tuple[Export, Table]]) -> list[Case]:
    """What each file is; the people of accounts are told apart from customers by the book alone."""
    found = []
    for export, table in read:
        held = Held(Seen.of(table.columns, table.sample), {}, table)
        found.append(Case(features_of_rows(table, held), "customers" if export.entity == "contacts" else export.entity))
    return found


def cases_of_columns(read: Sequence[tuple[Export, Table]]) -> list[Case]:
    """What each column of each export is, beside what rules know of the others."""
    found = []
    for export, table in read:
        entity = ENTITIES.get(export.entity)
        if entity is None:
            continue
        seen = Seen.of(table.columns, table.sample)
        known = fields_of(propose(entity, seen))
        for place, (column, field) in enumerate(zip(table.columns, export.expected(), strict=True)):
            if field != "?":
                taken = frozenset(name for other, name in known.items() if other != column)
                name = NONE if field == "-" else sense(entity, field)
                found.append(Case(features_of(entity, seen, place, taken), name))
    return found


def listed_rows() -> list[Case]:
    """What the lists of headers and of names of files say of rows."""
    found = []
    for entity in ENTITIES.values():
        for code in ("en", *LANGUAGES):
            for name, headers in listed(code, entity).items():
                if not entity.by_account and getattr(entity.field(name), "role", "") != "customer":
                    found += [
                        Case({f"header {part}": _HEADER for part in parts_of(one)}, entity.name, _LISTED)
                        for one in headers
                    ]
    for name, words in names_of_files():
        parts = {part for word in words for part in parts_of(word)}
        found.append(Case({f"name {part}": _NAME for part in parts}, name or NONE, _CALLED))
    for words in evidence_of_lists():
        parts = {part for word in words for part in parts_of(word)}
        found.append(Case({f"header {part}": _HEADER for part in parts}, NONE, _LISTED))
    return found


def listed_columns() -> list[Case]:
    """What the lists of headers say of columns."""
    found = []
    for entity in ENTITIES.values():
        for code in ("en", *LANGUAGES):
            for name, headers in listed(code, entity).items():
                for header in headers:
                    parts = parts_of(header)
                    features = dict.fromkeys(parts, 1.0) | dict.fromkeys((f"{entity.name} {one}" for one in parts), 0.5)
                    found.append(Case(features, sense(entity, name), _LISTED))
    return found


def fit(cases: Sequence[Case], strength: float) -> tuple[DictVectorizer, LogisticRegression]:
    """Return one regression over all cases."""
    often = Counter(feature for case in cases for feature in case.features)
    vectorizer = DictVectorizer()
    matrix: csr_matrix = vectorizer.fit_transform(
        [{one: value for one, value in case.features.items() if often[one] >= _RAREST} for case in cases]
    )
    model = LogisticRegression(C=strength, max_iter=_STEPS)
    model.fit(matrix, [case.name for case in cases], sample_weight=[case.counts for case in cases])
    return vectorizer, model


def write(name: str, cases: Sequence[Case], strength: float, folder: Path = FOLDER) -> None:
    """Fit the weights and write them: weights that say next to nothing are left out."""
    vectorizer, model = fit(cases, strength)
    first = model.intercept_ - model.intercept_.max()
    lines = [
        "\t".join(("names", *model.classes_)),
        "\t".join(("first", *(str(round(one * SCALE)) for one in first))),
    ]
    weights = np.rint(model.coef_.T * SCALE).astype(int)
    for feature, row in zip(vectorizer.get_feature_names_out(), weights, strict=True):
        told = [f"{place}:{weight}" for place, weight in enumerate(row) if abs(weight) >= _LEAST]
        if told:
            lines.append("\t".join((feature, *told)))
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(files: Sequence[Path]) -> None:
    """Fit both."""
    read = list(tables(files))
    write("rows", [*cases_of_rows(read), *listed_rows()], _OF_ROWS)
    write("columns", [*cases_of_columns(read), *listed_columns()], _OF_COLUMNS)


if __name__ == "__main__":
    main([FIRST.parent / name for name in sys.argv[1:]] or [FIRST, SECOND, THIRD])
