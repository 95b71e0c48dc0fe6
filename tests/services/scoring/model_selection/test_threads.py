"""Fits use one thread each: threads that wait for one another by spinning are slow beside a busy neighbour."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_info  # type: ignore[import-untyped]

from app.bootstrap import calm_threads
from services.scoring.model_selection.fitting import Rows, _boosted


def test_what_the_program_sets_at_its_start_keeps_boosting_to_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {}
    with monkeypatch.context() as nothing:
        nothing.setattr(os, "environ", asked)
        calm_threads()
    assert {name: os.environ.get(name) for name in asked} == asked, "as in the program, from before numpy is loaded"

    threads: list[int] = []
    plain = HistGradientBoostingClassifier.fit

    def watched(self: Any, *values: Any) -> Any:
        threads.extend(one["num_threads"] for one in threadpool_info())
        return plain(self, *values)

    monkeypatch.setattr(HistGradientBoostingClassifier, "fit", watched)
    random = np.random.default_rng(3)
    _boosted(Rows({"gap": random.normal(size=400)}, random.random(400) < 0.4), ("gap",), 1)
    assert threads and set(threads) == {1}
