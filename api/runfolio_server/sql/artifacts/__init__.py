"""Rows of artifacts: types, collections, versions and their places in them, files, bytes and lineage."""
