"""A lane: threads that take work in the order in which it was put."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable


class Lane:
    """Threads that take work in order; real Python threads, so what the store keeps per thread stays.

    They are started with the lane, or by its first work where it is ``late``.
    """

    def __init__(self, name: str, threads: int, *, late: bool = False) -> None:
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._names = [f"{name}-{n}" for n in range(threads)]
        self._threads: list[threading.Thread] = []
        if not late:
            self._start()

    def _start(self) -> None:
        self._threads = [threading.Thread(target=self._run, name=name) for name in self._names]
        for thread in self._threads:
            thread.start()

    def put(self, work: Callable[[], None]) -> None:
        """Queue work."""
        if not self._threads:
            self._start()
        self._work.put(work)

    def close(self) -> None:
        """Let what was put end, then the threads."""
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()
            # Held until the next job otherwise, with all that its closure keeps alive.
            del work
