"""The client that asks: written once, async. `_sync` is made from it by client/unasync.py; never edit that."""
