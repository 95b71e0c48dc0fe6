"""Widgets that more than one page uses. Each takes the `Theme` first and follows it when it changes."""
