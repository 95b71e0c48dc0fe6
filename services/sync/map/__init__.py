"""Columns become fields: headers are compared, decisions are taken once for a column, and all of it is one plan."""
