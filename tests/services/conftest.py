"""Fits and simulations are made once of the same numbers, and where they are not the matter, of few draws."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest

from services.scoring import btyd, lifetime_value, silence
from services.scoring.model_selection import fitting
from tests.conftest import FRESH

#: What was fitted lately, by what it was fitted of.
_FITS: dict[bytes, Any] = {}
_MOST = 300


def _once(fit: Callable[..., Any], *of: Any, **how: Any) -> Any:
    """The fit, or another answer, of the very same numbers; of any others a new one."""
    key = hashlib.sha256(pickle.dumps((fit.__qualname__, of, how, fitting.SETTINGS, lifetime_value._DRAWS))).digest()
    if key not in _FITS:
        if len(_FITS) >= _MOST:
            _FITS.clear()
        _FITS[key] = fit(*of, **how)
    found = _FITS[key]
    return found.copy() if isinstance(found, np.ndarray) else found


@pytest.fixture(autouse=True, scope="module")
def fits_made_once() -> Iterator[None]:
    """Laws score one book again and again: the dearest parts are made once of the same numbers.

    What was made is kept from file to file; each file ends with the parts as they are, for the tests of other folders.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "_boosted", partial(_once, fitting._boosted))
        patch.setattr(btyd, "fit", partial(_once, btyd.fit))
        patch.setattr(lifetime_value, "_simulate", partial(_once, lifetime_value._simulate.__wrapped__))
        patch.setattr(silence, "_longer", partial(_once, silence._longer))
        yield


@pytest.fixture
def fits_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for by tests of which a fit is the matter: that it is the same when it is made again."""
    for room, name in ((fitting, "_boosted"), (btyd, "fit"), (lifetime_value, "_simulate"), (silence, "_longer")):
        monkeypatch.setattr(room, name, getattr(room, name).args[0])


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
