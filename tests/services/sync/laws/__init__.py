"""Laws of whole imports: of several files, and of files spoilt at random."""
