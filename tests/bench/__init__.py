"""Figures with units, and their ratio to a floor measured in the same run; see __main__.py."""
