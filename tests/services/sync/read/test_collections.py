"""The public collections of files that importers stumble over: each is read, or refused in a sentence."""

from __future__ import annotations

from pathlib import Path

from models.values.errors import BellwetherError
from services.sync import read_table
from tests.measured import Tell

REFUSED = {
    "badcolspan.html",
    "complex.html",
    "encrypted_no_password.xls",
    "html.html",
    "invisible_text.html",
    "libreoffice.xlsx",
    "rowcolspan.html",
    "simple.unknown",
}


def test_every_file_of_horror_is_read_or_refused_in_a_sentence(data_dir: Path, tell: Tell) -> None:
    refused, said = set(), []
    for path in sorted((data_dir / "csv" / "messytables" / "horror").iterdir()):
        try:
            table = read_table(path, rowless=True)
            rows = sum(len(batch.rows) - len(batch.blank) - len(batch.left_out) for batch in table.batches())
            said.append(f"{path.name}: {table.dialect.in_words()}; {len(table.columns)} columns, {rows:,} rows")
        except BellwetherError as problem:
            refused.add(path.name)
            said.append(f"{path.name}: {problem}")
            assert str(problem).endswith(".") and "\n" not in str(problem)
    tell("\n".join(said))
    assert refused == REFUSED
    assert len(said) > 40
