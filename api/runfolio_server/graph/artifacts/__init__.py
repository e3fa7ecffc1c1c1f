"""Artifacts: types, collections, versions, their files, and which runs logged and used them."""
