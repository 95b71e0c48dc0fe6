"""Pictures with 256 colours: a window has few more, and the file is a third as large."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

#: Colours that are kept to the letter, the most frequent ones first; the rest of the 256 stand for what is near them.
EXACT = 96
SMALLEST_FILE = 0


def make_small(path: Path) -> None:
    """Write a picture again with 256 colours of its own."""
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)[:, : image.width()] & 0xFFFFFF
    seen, place, counts = np.unique(pixels, return_inverse=True, return_counts=True)
    if len(seen) <= 256:
        palette, nearest = seen, np.arange(len(seen))
    else:
        palette, nearest = _palette(seen, counts)
    indexed = np.zeros((image.height(), (image.width() + 3) // 4 * 4), np.uint8)  # Qt's lines end on whole words
    indexed[:, : image.width()] = nearest[place.reshape(pixels.shape)]
    data = indexed.tobytes()
    made = QImage(data, image.width(), image.height(), indexed.shape[1], QImage.Format.Format_Indexed8)
    made.setColorTable([0xFF000000 | int(colour) for colour in palette])
    made.setDotsPerMeterX(image.dotsPerMeterX())
    made.setDotsPerMeterY(image.dotsPerMeterY())
    made.save(str(path), "PNG", SMALLEST_FILE)


def _palette(seen: NDArray[np.uint32], counts: NDArray[np.intp]) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    """Return 256 colours, and for each colour seen the place of the nearest of them."""
    from sklearn.cluster import KMeans

    parts = np.stack([seen >> 16 & 255, seen >> 8 & 255, seen & 255], axis=1).astype(float)
    often = np.argsort(-counts, kind="stable")
    kept, others = often[:EXACT], often[EXACT:]
    room = 256 - EXACT
    if len(others) <= room:
        centres = parts[others]
    else:
        fit = KMeans(room, n_init=1, max_iter=20, random_state=0).fit(
            parts[others], sample_weight=counts[others] ** 0.5
        )
        centres = fit.cluster_centers_.round()
    chosen = np.concatenate([parts[kept], centres])
    distances = ((parts**2).sum(1)[:, None] - 2 * parts @ chosen.T) + (chosen**2).sum(1)[None, :]
    whole = chosen.astype(np.uint32)
    return whole[:, 0] << 16 | whole[:, 1] << 8 | whole[:, 2], distances.argmin(axis=1)
