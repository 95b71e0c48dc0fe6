"""Parts about scores that several pages show: the notes next to the figures, and the panel in which one is set."""
