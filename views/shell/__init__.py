"""The shell: the window around the pages, the open book as the window sees it, rail, top bar, first start."""
