"""Customers: the whole book as a list that filters and sorts at once, and beside it everything about one customer."""
