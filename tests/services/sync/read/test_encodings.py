"""Code pages are told apart by what their letters make, with a confidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.sync import read_table
from tests.services.sync.read.made import made, rows_of

FRENCH = "nom,ville\nSociété Générale,Besançon\nHélène,Nîmes\nFrançois,Forêt-Noire\n"
GERMAN = "Name,Straße\nJürgen Müller,Schöne Gasse 5\nGröße,Äußere Allee\n"
SPANISH = "nombre,ciudad\nJosé Muñoz,Málaga\nÁlvaro,Córdoba\nniño,León\n"
CZECH = "jméno,město\nJiří Dvořák,Příbram\nůň,Žďár\nvětší,řeka\n"
POLISH = "imię,miasto\nŁukasz Święty,Łódź\nwąż,Zażółć\n"
RUSSIAN = "Имя,Город\nАнна,Москва\nПривет мир,Улица Ленина\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "cp1252"),
        (GERMAN, "cp1252"),
        (SPANISH, "cp1252"),
        (FRENCH, "mac_roman"),
        (GERMAN, "mac_roman"),
        (SPANISH, "mac_roman"),
        (CZECH, "cp1250"),
        (POLISH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (FRENCH, "utf-8"),
        (RUSSIAN, "utf-16"),
        (FRENCH, "utf-16-le"),
        (FRENCH, "utf-16-be"),
        (GERMAN, "utf-32"),
    ],
)
def test_accents_come_out_as_they_were_written(tmp_path: Path, text: str, encoding: str) -> None:
    path = made(tmp_path, text.encode(encoding))
    table = read_table(path)
    assert [list(table.columns), *rows_of(path)] == [line.split(",") for line in text.splitlines()]
    about = table.reading.about("encoding")
    assert about is not None and about.why
    assert 0.3 <= about.confidence <= 1


def test_signs_of_windows_are_read_as_such(tmp_path: Path) -> None:
    path = made(tmp_path, "item,price\nl’été,“5 €”\nd’or,6 €\n".encode("cp1252"))
    assert rows_of(path) == [["l’été", "“5 €”"], ["d’or", "6 €"]]


def test_letters_that_make_no_words_are_read_with_little_trust_and_said(tmp_path: Path) -> None:
    table = read_table(made(tmp_path, b"id,name\n1,\xb4\xba\xc2\xbd\xb8\xb9\n2,\xa4\xa4\xa4\xe5\xa6\n"))
    about = table.reading.about("encoding")
    assert about is not None and about.confidence < 0.5 and about.options
    assert any("Windows-1252" in warning for warning in table.warnings)


def test_a_mark_of_utf_8_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    assert read_table(made(tmp_path, b"\xef\xbb\xbfid,name\n1,Ada\n")).columns == ("id", "name")
