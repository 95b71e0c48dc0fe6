"""The facts of a profile in the room that they have."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QWidget

from models.values.customers import IdentityField
from views.customers.facts import IdentityGrid
from views.theme import Theme


def test_a_narrow_identity_gives_the_room_of_the_sources_to_the_values(host: QWidget, theme: Theme) -> None:
    grid = IdentityGrid(theme)
    for part in (grid, grid.unfold):
        part.setParent(host)
    grid.show_fields([IdentityField("Phone", "+1 303 555 0106", "sample"), IdentityField("Tier", "Gold", "sample")])
    grid.show()
    grid.resize(176, 100)  # at 150 % of 1440 × 900
    (_, phone, origin), *_ = grid._rows
    assert not origin.isVisible()
    QApplication.sendPostedEvents()
    assert phone.width() >= phone.sizeHint().width()
    assert "Phone: +1 303 555 0106 (sample)" in grid.toolTip()
    grid.resize(300, 100)
    assert origin.isVisible()
