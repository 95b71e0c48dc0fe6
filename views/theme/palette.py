"""The explicit palette under Fusion, for everything that the style sheet does not reach."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from views.theme.tokens import Tokens

_ROLES = {
    QPalette.ColorRole.Window: "panel",
    QPalette.ColorRole.WindowText: "ink",
    QPalette.ColorRole.Base: "panel",
    QPalette.ColorRole.AlternateBase: "ground",
    QPalette.ColorRole.Text: "ink",
    QPalette.ColorRole.Button: "raised",
    QPalette.ColorRole.ButtonText: "ink",
    QPalette.ColorRole.BrightText: "critical_text",
    QPalette.ColorRole.Highlight: "primary",
    QPalette.ColorRole.HighlightedText: "on_primary",
    QPalette.ColorRole.Link: "primary_text",
    QPalette.ColorRole.LinkVisited: "primary_text",
    QPalette.ColorRole.ToolTipBase: "toast",
    QPalette.ColorRole.ToolTipText: "toast_ink",
    QPalette.ColorRole.PlaceholderText: "ink_3",
    QPalette.ColorRole.Light: "raised",
    QPalette.ColorRole.Midlight: "line_soft",
    QPalette.ColorRole.Mid: "line",
    QPalette.ColorRole.Dark: "control",
    QPalette.ColorRole.Shadow: "line",
    QPalette.ColorRole.Accent: "primary",
}
_FAINT = (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText)


def palette_of(tokens: Tokens) -> QPalette:
    """Palette of a theme, disabled roles included."""
    palette = QPalette()
    for role, token in _ROLES.items():
        palette.setColor(role, QColor(getattr(tokens, token)))
    for role in _FAINT:
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.ink_3))
    return palette


def system_rules(app: QApplication) -> bool:
    """Whether the system asks for high contrast, so that its own palette is to be kept."""
    hints = app.styleHints()
    if not hasattr(hints, "accessibility"):
        return False
    preference = hints.accessibility().contrastPreference()
    return bool(preference.name == "HighContrast")
