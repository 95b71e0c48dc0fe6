from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontInfo, QIcon, QImage, QPainter
from PySide6.QtWidgets import QApplication, QCheckBox, QWidget
from pytestqt.qtbot import QtBot

from views.theme import Theme, ThemeChoice, fonts
from views.theme.files import RESOURCES
from views.theme.stylesheet import stylesheet
from views.theme.tokens import load_tokens

ICONS = sorted(path.stem for path in (RESOURCES / "icons").glob("*.svg"))


def test_choosing_dark_changes_colours_palette_and_style_sheet(qapp: QApplication, qtbot: QtBot, theme: Theme) -> None:
    light = theme.color("panel").name()
    with qtbot.waitSignal(theme.changed):
        theme.choose(ThemeChoice.DARK)
    assert theme.dark
    assert theme.color("panel").name() != light
    assert qapp.palette().window().color().name() == theme.tokens.panel
    assert theme.tokens.panel in qapp.styleSheet()
    theme.choose(ThemeChoice.LIGHT)
    assert theme.color("panel").name() == light


def test_the_style_sheet_uses_only_colours_of_the_tokens() -> None:
    for tokens in load_tokens().values():
        known = {getattr(tokens, name) for name in tokens.__slots__}
        assert set(re.findall(r"#[0-9a-f]{6}", stylesheet(tokens))) <= known


def test_the_style_sheet_sets_no_font_as_that_would_lose_tabular_figures() -> None:
    for tokens in load_tokens().values():
        assert "font" not in stylesheet(tokens)


def test_under_high_contrast_the_system_rules() -> None:
    sheet = stylesheet(load_tokens()["light"], high_contrast=True)
    assert "#" not in sheet


def test_a_theme_that_misses_a_colour_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "tokens.toml"
    broken.write_text('[light]\nground = "#ffffff"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"Theme light: .*panel"):
        load_tokens(broken)


@pytest.mark.parametrize("weight", [fonts.REGULAR, fonts.MEDIUM, fonts.SEMIBOLD])
def test_inter_is_used_in_each_weight_and_figures_are_tabular(theme: Theme, weight: object) -> None:
    font = fonts.font(14, weight)  # type: ignore[arg-type]
    info = QFontInfo(font)
    assert info.family().startswith("Inter")
    assert info.exactMatch()
    assert fonts.width("1111", 14, weight) == fonts.width("8888", 14, weight)  # type: ignore[arg-type]


def test_every_sign_that_the_words_use_is_in_the_font(theme: Theme) -> None:
    from PySide6.QtGui import QRawFont

    raw = QRawFont.fromFont(fonts.font())
    for sign in "\N{NARROW NO-BREAK SPACE}−–·▲▼“”’…‹›×€£¥":
        assert raw.supportsCharacter(ord(sign)), sign


def test_a_long_text_ends_in_an_ellipsis(theme: Theme) -> None:
    assert fonts.elided("short", 400) == "short"
    shortened = fonts.elided("Marlow & Pike Outfitters of Portland", 80)
    assert shortened.endswith("…")
    assert fonts.width(shortened) <= 80


@pytest.mark.parametrize("name", ICONS)
def test_icons_are_drawn_in_the_colour_of_their_role_at_any_scale(theme: Theme, name: str) -> None:
    for scale in (1.0, 1.25, 1.5, 2.0):
        picture = theme.pixmap(name, "critical_text", 16, scale)
        assert picture.width() == round(16 * scale)
        assert picture.devicePixelRatio() == scale
        image = picture.toImage()
        wanted = theme.color("critical_text")
        solid = [
            image.pixelColor(x, y)
            for x in range(image.width())
            for y in range(image.height())
            if image.pixelColor(x, y).alpha() > 250
        ]
        assert all(_close(colour, wanted) for colour in solid)
        assert any(image.pixelColor(x, y).alpha() for x in range(image.width()) for y in range(image.height()))


def test_an_icon_follows_the_theme_and_is_faint_when_disabled(theme: Theme) -> None:
    icon = theme.icon("check", "ink")
    light = _darkest(icon.pixmap(QSize(16, 16)).toImage())
    theme.choose(ThemeChoice.DARK)
    dark = _darkest(icon.pixmap(QSize(16, 16)).toImage())
    theme.choose(ThemeChoice.LIGHT)
    assert light != dark
    off = _darkest(icon.pixmap(QSize(16, 16), QIcon.Mode.Disabled).toImage())
    assert _close(off, theme.color("ink_3"))


def test_an_icon_paints_itself_into_a_rectangle(theme: Theme) -> None:
    image = QImage(40, 40, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    theme.icon("check").paint(painter, QRect(10, 10, 20, 20))
    painter.end()
    assert any(image.pixelColor(x, y).alpha() for x in range(10, 30) for y in range(10, 30))
    assert not any(image.pixelColor(x, 5).alpha() for x in range(40))


def _close(colour: QColor, wanted: QColor) -> bool:
    return max(abs(colour.red() - wanted.red()), abs(colour.green() - wanted.green())) <= 3


def _darkest(image: QImage) -> QColor:
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=lambda colour: colour.alpha())


@pytest.mark.parametrize("ticked", [False, True])
@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_a_box_to_tick_shows_its_focus_however_it_came(
    qtbot: QtBot, theme: Theme, choice: ThemeChoice, ticked: bool
) -> None:
    """Qt draws its own mark only after Tab, not where a page puts the focus."""
    theme.choose(choice)
    host = QWidget()
    qtbot.addWidget(host)
    boxes = [QCheckBox("Free days", host), QCheckBox("Free days", host)]
    for at, box in enumerate(boxes):
        box.setChecked(ticked)
        box.setGeometry(10, 40 * at, 120, 30)
    with qtbot.waitActive(host):
        host.show()
        host.activateWindow()
    boxes[0].setFocus(Qt.FocusReason.OtherFocusReason)
    with_focus, without = (box.grab().toImage() for box in boxes)
    places = [(x, y) for x in range(20) for y in range(with_focus.height())]
    assert sum(with_focus.pixelColor(*at) != without.pixelColor(*at) for at in places) > 40
