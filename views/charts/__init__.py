"""Charts painted at their size, each with a sentence for a screen reader and a table view.

They are drawn with QPainter: importing pyqtgraph holds the interpreter for a third of a second, which the window's
thread would feel even from a worker, and a year of one customer is at most a few hundred marks.
"""
