"""The report card of the scores: how well they predicted the book's own past, and whether that still holds.

``backtest`` judges each model, and lifetime value by ``clv``, on windows that have closed; ``revenue``
forecasts the book's months; ``drift`` watches between refits; ``kept`` keeps each of them in the book and reads the
newest, and knows when one is due. All between reading and keeping is pure.
"""
