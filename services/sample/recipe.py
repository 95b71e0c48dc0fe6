"""The recipe of the sample book, read from resources/sample: figures, people, catalogue and words."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "sample"

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Products and categories as parallel sequences; a product is an index into them."""

    currency: str
    sku: tuple[str, ...]
    name: tuple[str, ...]
    price_cents: Ints
    category: Ints
    category_name: tuple[str, ...]
    return_rate: Floats
    scan: Bools
    month_weight: Floats  # 12 × categories, each row adds up to 1
    first_of_category: Ints  # index of a category's first product; one more entry closes the last
    faulty: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that the book is drawn from, besides its seed and its day."""

    parameters: Mapping[str, Any]
    people: Mapping[str, Any]
    words: Mapping[str, Any]
    catalogue: Catalogue


def load_recipe(folder: Path = FOLDER) -> Recipe:
    """Read the recipe's four files."""
    return Recipe(
        parameters=_load(folder / "parameters.toml"),
        people=_load(folder / "people.toml"),
        words=_load(folder / "words.toml"),
        catalogue=_catalogue(_load(folder / "catalogue.toml")),
    )


def _load(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _catalogue(document: Mapping[str, Any]) -> Catalogue:
    categories = document["categories"]
    skus: list[str] = []
    names: list[str] = []
    prices: list[int] = []
    category: list[int] = []
    first = [0]
    for index, entry in enumerate(categories):
        for number, (name, price) in enumerate(entry["products"], 1):
            skus.append(f"{entry['code']}-{number:03d}")
            names.append(name)
            prices.append(round(price * 100))
            category.append(index)
        first.append(len(skus))
    weights = np.array([[document["seasons"][c["season"]][m] * c["weight"] for c in categories] for m in range(12)])
    return Catalogue(
        currency=document["currency"],
        sku=tuple(skus),
        name=tuple(names),
        price_cents=np.array(prices, dtype=np.int64),
        category=np.array(category, dtype=np.int64),
        category_name=tuple(entry["name"] for entry in categories),
        return_rate=np.array([entry["return_rate"] for entry in categories]),
        scan=np.array([entry["scan"] for entry in categories], dtype=bool),
        month_weight=weights / weights.sum(axis=1, keepdims=True),
        first_of_category=np.array(first, dtype=np.int64),
        faulty=names.index(document["faulty"]),
    )
