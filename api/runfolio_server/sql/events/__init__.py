"""Rows of events, and the notifications that wake those who read them."""
