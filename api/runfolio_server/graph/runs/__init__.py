"""Runs: their columns, history, files, console, groups, and how they are written and changed."""
