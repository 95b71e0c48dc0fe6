"""A store for each test, closed at its end; a scored one is a copy of one that was scored once."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from services.scoring import btyd, lifetime_value, score_due, silence
from services.scoring.model_selection import fitting
from tests.conftest import FRESH
from tests.services.scoring.books import Book, simulated_orders

_FITS: dict[bytes, Any] = {}


def _once(fit: Callable[..., Any], *of: Any, **how: Any) -> Any:
    """The fit, or another answer, of the very same numbers; of any others a new one."""
    key = hashlib.sha256(pickle.dumps((fit.__qualname__, of, how, fitting.SETTINGS, lifetime_value._DRAWS))).digest()
    if key not in _FITS:
        _FITS[key] = fit(*of, **how)
    found = _FITS[key]
    return found.copy() if isinstance(found, np.ndarray) else found


@pytest.fixture
def fits_anew() -> None:
    """Asked for by tests of which a fit is the matter: that it is the same when it is made again."""


@pytest.fixture(autouse=True)
def fits_made_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Laws score one book again and again: the dearest parts are made once of the same numbers."""
    if "fits_anew" not in request.fixturenames:
        monkeypatch.setattr(fitting, "_boosted", partial(_once, fitting._boosted))
        monkeypatch.setattr(btyd, "fit", partial(_once, btyd.fit))
        monkeypatch.setattr(lifetime_value, "_simulate", partial(_once, lifetime_value._simulate.__wrapped__))
        monkeypatch.setattr(silence, "_longer", partial(_once, silence._longer))


@pytest.fixture(scope="module")
def few_stumps() -> Iterator[None]:
    """Asked for by files of which it is the matter that a model is fitted, and not how well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(fitting.SETTINGS, "max_iter", 40)
        yield


@pytest.fixture(scope="module")
def few_draws() -> Iterator[None]:
    """Asked for by files whose matter is that values have ranges, not how exact these are; ``make soak`` draws all."""
    with pytest.MonkeyPatch.context() as patch:
        if not FRESH:
            patch.setattr(lifetime_value, "_DRAWS", 600)
        yield


@pytest.fixture
def book(store_path: Path) -> Iterator[Book]:
    """Return an empty book."""
    made = Book(store_path)
    yield made
    made.workspace.close()


@pytest.fixture(scope="session")
def scored_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a book of 80 customers with two years of orders, scored, that nobody changes."""
    made = Book(tmp_path_factory.mktemp("scored") / "book.db")
    made.add_customers(80)
    made.add_orders(simulated_orders(80, date(2025, 1, 1), date(2026, 11, 21), seed=4))
    score_due(made.workspace)
    made.workspace.close()
    return made.path


@pytest.fixture
def scored(scored_once: Path, store_path: Path) -> Iterator[Book]:
    """Return a copy of the scored book."""
    made = Book.copied(scored_once, store_path)
    yield made
    made.workspace.close()
