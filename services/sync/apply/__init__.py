"""A staged file meets the book: whose rows they are, what differs, and the statements that write it."""
