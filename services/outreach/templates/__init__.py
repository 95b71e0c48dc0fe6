"""Templates: an email with fields, filled from ticked facts, in the sandbox.

starter (the files of the starter set) · library (with the book's changes and its own) · fields · sandbox · write.
"""
