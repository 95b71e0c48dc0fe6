"""Parts about scores that several pages show: what stands beside the figures, and the panel in which one is set."""
