# Made from _async/__init__.py by client/unasync.py; do not edit.
"""The client that asks: written once, async. `_sync` is made from it by client/unasync.py; never edit that."""
