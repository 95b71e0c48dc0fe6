"""Charts at their size, each with a sentence for a screen reader, points read by mouse and keys, and a table.

pyqtgraph draws them. Importing it takes a third of a second of a worker's time, so nothing here does before the first
paint but `views.charts.plot`, which the window has imported then; until it is there a chart's place is empty.
What stands in every row of a list (sparklines, bars, rings in `views.widgets.painting`) is painted by the list's
delegate instead: a view with a scene in each row would cost more than the row.
"""
