"""Signing in, users and their API keys."""
