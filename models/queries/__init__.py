"""Queries that several rooms share, beside the tables: what counts as a purchase, an open ticket, a closed deal."""
