"""The page Ask: questions in plain words, their answers, and how each was found."""
