"""Printing: reports and customer briefs as PDF pages, in the light theme whatever the window has.

`paper` lays blocks on pages with a header and page numbers; `drawing` paints the window's charts; `report` and `brief`
say what the blocks are. All of it needs an application, which a command makes without a screen (`offscreen`).
"""
