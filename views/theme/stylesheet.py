"""The style sheet, generated from the tokens: QSS has neither variables nor shadows.

Widgets say what they are by two properties: `kind` (a button's weight, a line's strength, a field) and `ink`
(the colour of a label). Fonts are never set here: a font from QSS loses its tabular figures.
"""

from __future__ import annotations

from views.theme.files import resource
from views.theme.tokens import Tokens

TICK = resource("theme", "tick.svg").as_posix()
#: In a grey that stands out from the ground of fields in both themes.
CHEVRON = resource("theme", "chevron.svg").as_posix()

_INKS = (
    "ink",
    "ink_2",
    "ink_3",
    "critical_text",
    "warning_text",
    "opportunity_text",
    "good_text",
    "primary_text",
)


def stylesheet(t: Tokens, *, high_contrast: bool = False) -> str:
    """The style sheet of a theme; nearly empty where the system's palette rules."""
    if high_contrast:
        return "QSplitter::handle { background: palette(mid); }"
    parts = (_surfaces, _buttons, _fields, _lists, _scrollbars, _menus, _labels)
    return "\n".join(part(t) for part in parts)


def _surfaces(t: Tokens) -> str:
    return f"""
QMainWindow, QDialog, QWidget[kind="panel"] {{ background: {t.panel}; }}
QWidget[kind="ground"] {{ background: {t.ground}; }}
QWidget[kind="raised"] {{ background: {t.raised}; border: 1px solid {t.line}; border-radius: 10px; }}
QWidget[kind="wash"] {{ background: {t.primary_wash}; }}
QFrame[kind="line"] {{ background: {t.line}; border: 0; }}
QFrame[kind="line_soft"] {{ background: {t.line_soft}; border: 0; }}
QSplitter::handle {{ background: {t.line}; }}
QSplitter::handle:hover {{ background: {t.control}; }}
QScrollArea {{ background: transparent; border: 0; }}
QScrollArea[kind="reading"] {{ border: 2px solid transparent; }}
QScrollArea[kind="reading"]:focus {{ border: 2px solid {t.focus}; }}
QScrollArea > QWidget > QWidget {{ background: transparent; }}
QToolTip, QLabel[kind="tip"] {{ background: {t.toast}; color: {t.toast_ink};
  border: 1px solid {t.toast_line}; padding: 4px 6px; }}
QProgressBar {{ background: {t.line_soft}; border: 0; border-radius: 4px; max-height: 8px;
  min-height: 8px; }}
QProgressBar::chunk {{ background: {t.primary}; border-radius: 4px; }}
"""


def _buttons(t: Tokens) -> str:
    return f"""
QPushButton, QToolButton, QCheckBox, QRadioButton {{ outline: 0; }}
QPushButton {{ background: {t.raised}; color: {t.ink}; border: 1px solid {t.control}; border-radius: 8px;
  padding: 0 10px; min-height: 30px; }}
QPushButton:hover {{ background: {t.hover}; }}
QPushButton:pressed, QPushButton:checked {{ background: {t.selected}; }}
QPushButton:focus {{ border: 2px solid {t.focus}; padding: 0 9px; min-height: 28px; }}
QPushButton:disabled {{ background: {t.ground}; color: {t.ink_3}; border: 1px dashed {t.control}; }}
QPushButton[kind="primary"] {{ background: {t.primary}; color: {t.on_primary}; border-color: {t.primary}; }}
QPushButton[kind="primary"]:hover {{ background: {t.primary_hover}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {t.ink}; }}
QPushButton[kind="primary"]:disabled {{ background: {t.ground}; color: {t.ink_3};
  border: 1px dashed {t.control}; }}
QPushButton[tall="true"] {{ min-height: 38px; }}
QPushButton[tall="true"]:focus {{ min-height: 36px; }}
QPushButton[kind="link"] {{ background: transparent; color: {t.primary_text}; border: 1px solid transparent;
  padding: 0 4px; min-height: 22px; border-radius: 4px; }}
QPushButton[kind="link"]:hover {{ background: {t.hover}; }}
QPushButton[kind="link"]:focus {{ border: 2px solid {t.focus}; padding: 0 3px; min-height: 20px; }}
QPushButton[kind="link"]:disabled {{ color: {t.ink_3}; }}
QToolButton {{ background: transparent; color: {t.ink_2}; border: 1px solid transparent; border-radius: 6px;
  padding: 0 6px; min-height: 30px; min-width: 18px; }}
QToolButton:hover {{ background: {t.hover}; }}
QToolButton:pressed, QToolButton:checked {{ background: {t.selected}; }}
QToolButton:focus {{ border: 2px solid {t.focus}; padding: 0 5px; min-height: 28px; }}
QToolButton:disabled {{ color: {t.ink_3}; }}
QToolButton[kind="framed"] {{ background: {t.raised}; border: 1px solid {t.control}; border-radius: 8px; }}
QToolButton[kind="framed"]:hover {{ background: {t.hover}; }}
QToolButton[kind="framed"]:focus {{ border: 2px solid {t.focus}; }}
QToolButton[kind="small"] {{ padding: 0; min-height: 20px; }}
QToolButton[kind="small"]:focus {{ padding: 0; min-height: 18px; }}
QToolButton::menu-indicator {{ image: none; }}
QPushButton::menu-indicator {{ image: none; }}
QCheckBox, QRadioButton {{ color: {t.ink}; spacing: 8px; min-height: 26px; background: transparent; }}
QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {t.control}; border-radius: 4px;
  background: {t.panel}; }}
QCheckBox::indicator:checked {{ background: {t.primary}; border: 1px solid {t.primary};
  image: url("{TICK}"); }}
QCheckBox::indicator:focus {{ border: 2px solid {t.focus}; width: 12px; height: 12px; }}
QCheckBox::indicator:checked:focus {{ border: 2px solid {t.ink}; }}
QCheckBox::indicator:disabled {{ background: {t.ground}; border: 1px dashed {t.control}; }}
"""


def _fields(t: Tokens) -> str:
    return f"""
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QDateEdit, QTimeEdit, QDateTimeEdit,
QComboBox {{ background: {t.panel}; color: {t.ink}; border: 1px solid {t.control}; border-radius: 8px;
  padding: 0 8px; min-height: 30px; selection-background-color: {t.primary};
  selection-color: {t.on_primary}; }}
QPlainTextEdit, QTextEdit {{ padding: 6px 6px; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QDateEdit:focus,
QTimeEdit:focus, QDateTimeEdit:focus, QComboBox:focus {{ border: 2px solid {t.focus}; padding: 0 7px;
  min-height: 28px; }}
QPlainTextEdit:focus, QTextEdit:focus {{ padding: 5px 5px; }}
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled, QDateEdit:disabled,
QTimeEdit:disabled {{ background: {t.ground}; color: {t.ink_3}; border: 1px dashed {t.control}; }}
QLineEdit[faulty="true"], QSpinBox[faulty="true"], QDoubleSpinBox[faulty="true"], QComboBox[faulty="true"],
QDateEdit[faulty="true"] {{ border: 1px solid {t.critical}; background: {t.critical_wash}; }}
QLineEdit[kind="bare"] {{ border: 0; background: transparent; padding: 0; min-height: 24px; }}
QComboBox::drop-down, QDateEdit::drop-down, QDateTimeEdit::drop-down {{ border: 0; width: 22px; }}
QDateEdit::down-arrow, QDateTimeEdit::down-arrow {{ image: url("{CHEVRON}"); width: 14px; height: 14px; }}
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button,
QDoubleSpinBox::down-button {{ width: 0; height: 0; border: 0; }}
QComboBox QAbstractItemView {{ background: {t.raised}; color: {t.ink}; border: 1px solid {t.line};
  selection-background-color: {t.selected}; selection-color: {t.ink}; outline: 0; }}
"""


def _lists(t: Tokens) -> str:
    return f"""
QAbstractItemView {{ background: {t.panel}; color: {t.ink}; border: 0; outline: 0;
  gridline-color: {t.line_soft};
  selection-background-color: {t.selected}; selection-color: {t.ink}; }}
QHeaderView {{ background: {t.ground}; border: 0; }}
QHeaderView::section {{ background: {t.ground}; color: {t.ink_2}; border: 0;
  border-bottom: 1px solid {t.line}; padding: 0 8px; min-height: 31px; }}
QTableCornerButton::section {{ background: {t.ground}; border: 0; }}
QListWidget[kind="questions"] {{ padding: 0 16px; }}
QListWidget[kind="questions"]::item {{ padding: 6px 0; border-bottom: 1px solid {t.line_soft}; color: {t.ink}; }}
QListWidget[kind="questions"]::item:hover {{ background: {t.hover}; }}
QListWidget[kind="questions"]::item:selected {{ background: {t.selected}; }}
"""


def _scrollbars(t: Tokens) -> str:
    return f"""
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {t.scroll}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 28px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::handle:hover {{ background: {t.control}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def _menus(t: Tokens) -> str:
    return f"""
QMenu {{ background: {t.raised}; color: {t.ink}; border: 1px solid {t.line}; padding: 6px; }}
QMenu::item {{ padding: 6px 22px 6px 10px; border-radius: 6px; min-height: 20px; }}
QMenu::item:selected {{ background: {t.selected}; }}
QMenu::item:disabled {{ color: {t.ink_3}; }}
QMenu::separator {{ height: 1px; background: {t.line_soft}; margin: 4px 6px; }}
QMenu::icon {{ padding-left: 8px; }}
"""


def _labels(t: Tokens) -> str:
    rules = [f'QLabel[ink="{role}"] {{ color: {getattr(t, role)}; }}' for role in _INKS]
    rules.append("QLabel { background: transparent; }")
    rules.append(
        f'QLabel[kind="tag"] {{ color: {t.ink_2}; border: 1px solid {t.line}; border-radius: 4px; padding: 0 6px; }}'
    )
    rules.append(
        f'QLabel[kind="key"] {{ color: {t.ink_2}; background: {t.raised}; border: 1px solid {t.line};'
        " border-radius: 4px; padding: 0 5px; }"
    )
    return "\n".join(rules)
