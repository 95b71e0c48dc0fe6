"""How long the steps of a run take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Stopwatch:
    """Seconds of each step of a run; those of a step inside another are the inner one's alone."""

    seconds: dict[str, float] = field(default_factory=dict)
    _running: str | None = None
    _since: float = 0.0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Take the time of a step; several times the same one add up."""
        outer = self._running
        self._turn_to(name)
        try:
            yield
        finally:
            self._turn_to(outer)

    def _turn_to(self, name: str | None) -> None:
        now = time.perf_counter()
        if self._running is not None:
            self.seconds[self._running] = self.seconds.get(self._running, 0.0) + now - self._since
        self._running, self._since = name, now
