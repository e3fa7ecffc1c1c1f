"""Rows of captured output."""
