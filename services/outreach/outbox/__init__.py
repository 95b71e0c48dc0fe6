"""The outbox: approved emails on their way out, sent once, never twice, never lost.

``approval`` queues and takes back, ``claim`` gives an email to one sender at a time, ``smtp`` speaks to the server,
``sending`` is a round, ``reading`` lists. An email is in doubt only when the line or the program died after its end
was sent and before the answer was written down; then a person decides.
"""
