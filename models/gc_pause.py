"""The search for cyclic garbage, paused while work makes millions of rows and no cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def gc_paused() -> Iterator[None]:
    """Pause the search: it would go through all rows again and again (measured: 6 to 10 % of an import or a scoring).

    What is done meanwhile must make no cycles that hold rows; what counts its references goes at once as ever.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
