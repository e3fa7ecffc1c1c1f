"""Runs and history as tables, of any length."""
