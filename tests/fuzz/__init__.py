"""Requests that a machine thinks of: no fault of ours, and nothing of our inside, whatever comes."""
