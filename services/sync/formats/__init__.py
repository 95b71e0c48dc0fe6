"""What the columns of a file mean. Known exports are told by their headers (`systems`) and their rows left as their own
rules say (`reshape`); of everything else the headers and cells say what it lists (`ranking`, `propose`). All that is
decided of a file is its plan (`plan`).
"""
