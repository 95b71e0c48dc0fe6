"""A staged file meets the book: whose rows they are, what differs, and the statements that write it.

Everywhere here `db` is a connection of the store with the staging file attached as `stage`, `source` the system that
the file's ids belong to, `target` a table that its rows become, and `lines` whether they are lines of orders.
"""
