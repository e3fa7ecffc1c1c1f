"""Rows of users, entities and API keys."""
