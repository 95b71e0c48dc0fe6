"""The language model: what leaves, how it is asked, and what is made of its answers."""
