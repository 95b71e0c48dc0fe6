"""All that is Qt: the shell, one folder for each page, shared widgets, item models and the background runner.

Views know the values of `models.values` and the public face of each room in `services`; they never see a
table or a connection. Everything they need comes in by constructor.
"""
