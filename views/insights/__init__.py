"""Insights: what the book says as a whole. So far one tab: how far the scores can be trusted."""
