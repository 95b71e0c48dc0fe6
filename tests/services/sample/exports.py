"""Reads the sample book's exports back, each in its dialect, without the importer: the tests' own eyes."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

DIALECTS = {
    "customers.csv": (",", "utf-8"),
    "contacts.csv": (",", "utf-8"),
    "products.csv": (",", "utf-8"),
    "orders.csv": (",", "utf-8"),
    "returns.csv": (",", "utf-8"),
    "tickets.csv": (";", "cp1252"),
    "reviews.csv": (",", "utf-8-sig"),
    "email_events.tsv": ("\t", "utf-8"),
    "opportunities.csv": (",", "utf-8"),
    "stage_changes.csv": (",", "utf-8"),
    "activities.csv.gz": (",", "utf-8"),
    "fit_scans.csv": (",", "utf-8"),
    "surveys.csv": (",", "utf-8"),
    "conversations.csv": (";", "utf-8"),
}


def read_export(folder: Path, name: str) -> list[dict[str, str]]:
    delimiter, encoding = DIALECTS[name]
    raw = (folder / name).read_bytes()
    text = (gzip.decompress(raw) if name.endswith(".gz") else raw).decode(encoding)
    return list(csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter, strict=True))
