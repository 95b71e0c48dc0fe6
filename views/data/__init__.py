"""Data: files come in here. Check what would happen, import, read the receipt, undo; and the history of all that."""
