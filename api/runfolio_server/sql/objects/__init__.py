"""Rows that refer to stored objects, and the search for objects without one."""
