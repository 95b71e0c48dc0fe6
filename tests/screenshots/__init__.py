"""Pictures of every page in every state, into docs/screenshots/: light, dark, small, empty, error, loading, 150 %.

    python -m tests.screenshots [--only PART] [--to FOLDER]

The book is the sample book, looked at on a Wednesday before noon; nothing depends on today.
"""
