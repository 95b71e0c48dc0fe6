"""Text becomes values: days, moments, money, words. Column by column, each distinct text once, faults as values."""
