"""Rows of history: how they come in, are compacted and are read."""
