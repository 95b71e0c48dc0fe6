"""The book as a whole: its file, what it holds, how old that is, and a look at it as of an earlier day."""
