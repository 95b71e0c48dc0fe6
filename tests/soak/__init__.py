"""Long runs that look for what short tests cannot see: leaks, lost updates, files left behind. Run by `make soak`."""
