"""Fits use one thread each: threads that wait for one another by spinning are slow beside a busy neighbour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_info, threadpool_limits  # type: ignore[import-untyped]

from services.scoring.ladder.fitting import Rows, _boosted


def test_boosting_uses_one_thread_whatever_was_loaded_when(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []
    plain = HistGradientBoostingClassifier.fit

    def watched(self: Any, *values: Any) -> Any:
        threads.extend(one["num_threads"] for one in threadpool_info() if one["user_api"] == "openmp")
        return plain(self, *values)

    monkeypatch.setattr(HistGradientBoostingClassifier, "fit", watched)
    random = np.random.default_rng(3)
    rows = Rows({"gap": random.normal(size=400)}, random.random(400) < 0.4)
    with threadpool_limits(limits=2):
        _boosted(rows, ("gap",), 1)
        assert {one["num_threads"] for one in threadpool_info() if one["user_api"] == "openmp"} == {2}
    assert threads and set(threads) == {1}
