"""Rows of runs."""
