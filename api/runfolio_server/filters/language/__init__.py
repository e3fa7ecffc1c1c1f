"""The language: filters and orders from text to values that know nothing of SQL."""
