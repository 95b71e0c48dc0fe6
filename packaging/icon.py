"""Write the program's icon as Windows and macOS want it, from the drawing that Linux uses.

python packaging/icon.py FILE        FILE ends in .ico or .icns
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

DRAWING = Path(__file__).resolve().parent / "desktop" / "bellwether.svg"
ICO_SIZES = (16, 24, 32, 48, 64, 256)
#: Apple's name of each size.
ICNS_SIZES = {128: b"ic07", 256: b"ic08", 512: b"ic09", 1024: b"ic10"}


def png(size: int) -> bytes:
    """Return the drawing as a square PNG."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(DRAWING)).render(painter)
    painter.end()
    made = QBuffer()
    made.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(made, "PNG")
    return bytes(made.data().data())


def ico() -> bytes:
    """Return all sizes as one .ico: a head, a line for each picture, the pictures."""
    pictures = [(size, png(size)) for size in ICO_SIZES]
    at = 6 + 16 * len(pictures)
    head, body = struct.pack("<HHH", 0, 1, len(pictures)), b""
    for size, picture in pictures:
        side = size % 256  # 0 stands for 256
        head += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(picture), at + len(body))
        body += picture
    return head + body


def icns() -> bytes:
    """Return all sizes as one .icns."""
    parts = b""
    for size, name in ICNS_SIZES.items():
        picture = png(size)
        parts += name + struct.pack(">I", len(picture) + 8) + picture
    return b"icns" + struct.pack(">I", len(parts) + 8) + parts


if __name__ == "__main__":
    app = QGuiApplication(["icon", "-platform", "offscreen"])
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(icns() if target.suffix == ".icns" else ico())
