"""Measurements with real load; `make bench` runs them all and writes docs/benchmarks.md."""
