"""Frozen dataclasses that cross rooms, threads and processes. No behaviour beyond derived facts."""
