"""What painted rows and marks share: edges on whole device pixels, text on one line, badges, sparklines, bars.

Straight edges are snapped to ``round(x · dpr) / dpr`` and filled, never drawn as hairlines; only curves are
antialiased. Nothing here allocates per character: widths and elided texts are kept by `views.theme.fonts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF

from models.values.alerts import Severity
from views.theme import Theme, fonts

TextFlag = Qt.AlignmentFlag
LEFT = TextFlag.AlignLeft | TextFlag.AlignVCenter
RIGHT = TextFlag.AlignRight | TextFlag.AlignVCenter
CENTRE = TextFlag.AlignCenter


def snapped(value: float, dpr: float) -> float:
    """The nearest edge between two device pixels."""
    return round(value * dpr) / dpr


def fill(painter: QPainter, x: float, y: float, w: float, h: float, colour: QColor) -> None:
    """Fill a rectangle with its edges on device pixels; at least one device pixel in each direction."""
    dpr = painter.device().devicePixelRatioF()
    left, top = snapped(x, dpr), snapped(y, dpr)
    right = max(snapped(x + w, dpr), left + 1 / dpr)
    bottom = max(snapped(y + h, dpr), top + 1 / dpr)
    painter.fillRect(QRectF(left, top, right - left, bottom - top), colour)


def frame(painter: QPainter, rect: QRectF, colour: QColor) -> None:
    """A square-cornered frame inside ``rect``, from four filled edges."""
    x, y, w, h = rect.x(), rect.y(), rect.width(), rect.height()
    fill(painter, x, y, w, 1, colour)
    fill(painter, x, y + h - 1, w, 1, colour)
    fill(painter, x, y, 1, h, colour)
    fill(painter, x + w - 1, y, 1, h, colour)


def rounded(
    painter: QPainter,
    rect: QRectF,
    radius: float,
    ground: QColor | None,
    edge: QColor | None = None,
    thickness: float = 1,
    *,
    dashed: bool = False,
) -> None:
    """A rounded rectangle, its edge inside ``rect``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if edge is None:
        painter.setPen(Qt.PenStyle.NoPen)
        inner = rect
    else:
        painter.setPen(QPen(edge, thickness, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))
        half = thickness / 2
        inner = rect.adjusted(half, half, -half, -half)
    painter.setBrush(ground if ground is not None else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(inner, radius, radius)
    painter.restore()


def line(
    painter: QPainter,
    rect: QRectF,
    text: str,
    colour: QColor,
    size: int = fonts.BODY,
    weight: QFont.Weight = fonts.REGULAR,
    align: TextFlag = LEFT,
) -> float:
    """One line of text, elided to the rectangle. Returns the width that was painted."""
    if not text or rect.width() <= 4:
        return 0.0
    shown = fonts.elided(text, int(rect.width()), size, weight)
    painter.setFont(fonts.font(size, weight))
    painter.setPen(colour)
    painter.drawText(rect, int(align) | int(Qt.TextFlag.TextSingleLine), shown)
    return fonts.width(shown, size, weight)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a line in one weight and colour."""

    text: str
    ink: str
    weight: QFont.Weight = fonts.REGULAR


def runs(painter: QPainter, theme: Theme, rect: QRectF, parts: Sequence[Run], size: int = fonts.BODY) -> float:
    """Stretches of text one after another on one line, the last that fits elided. Returns the width."""
    x = rect.x()
    for part in parts:
        room = rect.right() - x
        if room <= 6:
            break
        x += line(
            painter,
            QRectF(x, rect.y(), room, rect.height()),
            part.text,
            theme.color(part.ink),
            size,
            part.weight,
        )
    return x - rect.x()


@dataclass(frozen=True, slots=True)
class Mark:
    """How a severity is told without colour alone: a shape, a word, and then a colour."""

    icon: str
    word: str
    text: str
    ground: str
    edge: str
    bar: str
    dashed: bool = False


MARKS = {
    Severity.CRITICAL: Mark("severity-critical", "Critical", "critical_text", "critical_wash", "", "critical"),
    Severity.HIGH: Mark("severity-high", "High", "warning_text", "warning_wash", "", "warning"),
    Severity.MEDIUM: Mark("severity-medium", "Medium", "warning_text", "", "warning", "warning"),
    Severity.LOW: Mark("severity-low", "Low", "ink_2", "", "control", "control"),
}
OPPORTUNITY = Mark(
    "opportunity", "Opportunity", "opportunity_text", "opportunity_wash", "opportunity", "opportunity", True
)
URGENT = Mark("severity-critical", "Critical", "on_critical", "critical_solid", "", "critical")


def mark_of(severity: Severity, kind: str, *, urgent: bool = False) -> Mark:
    """The mark of an alert. Solid red is only for a risk that is breached or due within the hour."""
    if kind == "opportunity":
        return OPPORTUNITY
    mark = MARKS[severity]
    if not urgent:
        return mark
    return Mark(mark.icon, mark.word, URGENT.text, URGENT.ground, "", mark.bar)


BADGE_HEIGHT = 20


def badge_width(mark: Mark, words: str) -> float:
    """Width of `badge` in pixels."""
    return 4 + 12 + 4 + fonts.width(badge_text(mark, words), fonts.SMALL, fonts.SEMIBOLD) + 6


def badge_text(mark: Mark, words: str) -> str:
    """What a badge says: "Critical · 47 min"."""
    return f"{mark.word} · {words}" if words else mark.word


def badge(painter: QPainter, theme: Theme, left: float, top: float, mark: Mark, words: str) -> None:
    """A badge of severity and time left: shape, word, time, in the colours of its mark."""
    rect = QRectF(left, top, badge_width(mark, words), BADGE_HEIGHT)
    ground = theme.color(mark.ground) if mark.ground else None
    edge = theme.color(mark.edge) if mark.edge else None
    rounded(painter, rect, 4, ground, edge, dashed=mark.dashed)
    dpr = painter.device().devicePixelRatioF()
    picture = theme.pixmap(mark.icon, mark.text, 12, dpr)
    painter.drawPixmap(QPointF(snapped(left + 4, dpr), snapped(top + 4, dpr)), picture)
    text_rect = QRectF(left + 20, top, rect.width() - 22, BADGE_HEIGHT)
    line(
        painter,
        text_rect,
        badge_text(mark, words),
        theme.color(mark.text),
        fonts.SMALL,
        fonts.SEMIBOLD,
    )


def severity_edge(painter: QPainter, theme: Theme, x: float, y: float, height: float, mark: Mark) -> None:
    """The left edge of a row, 4 px; dashed for an opportunity."""
    colour = theme.color(mark.bar)
    if not mark.dashed:
        fill(painter, x, y, 4, height, colour)
        return
    top = y
    while top < y + height:
        fill(painter, x, top, 4, min(6.0, y + height - top), colour)
        top += 10


def sparkline(painter: QPainter, theme: Theme, rect: QRectF, values: Sequence[float], dot: str) -> None:
    """A neutral line whose last point is a coloured dot. Nothing for fewer than two values."""
    if len(values) < 2:
        return
    low, high = min(values), max(values)
    span = (high - low) or 1
    inner = rect.adjusted(2, 3, -4, -3)
    step = inner.width() / (len(values) - 1)
    points = [
        QPointF(inner.x() + i * step, inner.bottom() - (v - low) / span * inner.height()) for i, v in enumerate(values)
    ]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(theme.color("ink_3"), 1.4)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawPolyline(QPolygonF(points))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(dot))
    painter.drawEllipse(points[-1], 2.4, 2.4)
    painter.restore()


def threshold_bar(painter: QPainter, theme: Theme, rect: QRectF, share: float, threshold: float, ink: str) -> None:
    """A bar from 0 to 1 with a tick at the threshold; the tick stands out above and below."""
    share = min(max(share, 0.0), 1.0)
    fill(painter, rect.x(), rect.y(), rect.width(), rect.height(), theme.color("line"))
    if share > 0:
        fill(painter, rect.x(), rect.y(), rect.width() * share, rect.height(), theme.color(ink))
    x = rect.x() + rect.width() * threshold
    fill(painter, x - 0.5, rect.y() - 3, 1.5, rect.height() + 6, theme.color("ink"))


def ring(painter: QPainter, theme: Theme, rect: QRectF, share: float, threshold: float | None, ink: str) -> None:
    """A ring from the top clockwise, with a tick across it at the threshold."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    thickness = rect.width() * 6 / 44
    inner = rect.adjusted(thickness, thickness, -thickness, -thickness)
    pen = QPen(theme.color("line"), thickness)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.drawEllipse(inner)
    pen.setColor(theme.color(ink))
    painter.setPen(pen)
    painter.drawArc(inner, 90 * 16, -round(min(max(share, 0.0), 1.0) * 360 * 16))
    if threshold is not None:
        painter.translate(rect.center())
        painter.rotate(360 * threshold)
        painter.setPen(QPen(theme.color("ink"), 2))
        outer = rect.width() / 2
        painter.drawLine(QPointF(0, -outer + thickness * 0.4), QPointF(0, -outer + thickness * 2))
    painter.restore()


def focus_ring(painter: QPainter, theme: Theme, rect: QRectF, radius: float = 4) -> None:
    """The 2 px ring around what has the focus or is current."""
    rounded(painter, rect, radius, None, theme.color("focus"), 2)


def key_cap(painter: QPainter, theme: Theme, right: float, middle: float, key: str, *, on_primary: bool) -> float:
    """A key's name in a small box that ends at ``right``. Returns its width."""
    wide = fonts.width(key, fonts.SMALL, fonts.MEDIUM) + 12
    rect = QRectF(right - wide, middle - 9, wide, 18)
    if on_primary:
        edge, ground = QColor(255, 255, 255, 89), QColor(255, 255, 255, 38)
        ink = theme.color("on_primary")
    else:
        edge, ground, ink = theme.color("line"), theme.color("raised"), theme.color("ink_2")
    rounded(painter, rect, 4, ground, edge)
    line(painter, rect, key, ink, fonts.SMALL, fonts.MEDIUM, CENTRE)
    return wide
