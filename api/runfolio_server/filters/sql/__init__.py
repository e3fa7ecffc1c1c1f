"""Filters and orders as SQL; every value is bound."""
