"""Entities, users and their API keys."""
