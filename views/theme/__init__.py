"""How the program looks: tokens of both themes, fonts, icons, palette and the style sheet made from them."""

from views.theme.theme import Theme, ThemeChoice

__all__ = ["Theme", "ThemeChoice"]
