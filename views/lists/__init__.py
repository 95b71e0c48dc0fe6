"""Painted lists: models that read a query page by page, views without item widgets, delegates that draw rows."""
