"""CDNOW as arrays, by a parser of five lines that shares nothing with the importer."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.scoring import btyd
from services.scoring.btyd import BtydParameters

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Summary:
    """x, t_x and T in weeks at the end of week 39, and the mean value of repeat purchases, of 2,357 customers."""

    x: Floats
    t_x: Floats
    age: Floats
    mean_value: Floats


def read_summary(data: Path) -> Summary:
    """The published RFM summary of the 1/10 sample."""
    with (data / "cdnow" / "cdnow_customers_summary_with_transactions.csv").open(newline="") as file:
        rows = [tuple(float(row[name]) for name in ("x", "t_x", "T", "zbar")) for row in csv.DictReader(file)]
    return Summary(*np.array(rows).T)


def read_purchases(data: Path, name: str = "CDNOW_master.txt") -> list[tuple[str, date, int]]:
    """Customer, day and cents of each line of a purchase file."""
    lines = (data / "cdnow" / name).read_text().splitlines()
    cells = [line.split() for line in lines if not line.lstrip().startswith("customer")]
    return [(row[0], date(int(row[-3][:4]), int(row[-3][4:6]), int(row[-3][6:])), _cents(row[-1])) for row in cells]


def _cents(text: str) -> int:
    whole, _, rest = text.partition(".")
    return int(whole) * 100 + int((rest + "00")[:2])


def expected_purchases(
    model: BtydParameters, frequency: Floats, recency: Floats, age: Floats, horizon: float
) -> Floats:
    """E[purchases in the next `horizon` | history], shape (customers,); at x = t_x = T = 0 that of a new customer.

    Fader, Hardie and Lee 2005, eq. 10 (BG/NBD), by quadrature instead of 2F1.
    """
    active = btyd.p_alive(model, frequency, recency, age)
    return np.asarray(active * btyd.expected_if_alive(model, frequency, age, np.array([horizon])))
