"""Bytes outside the database, and the signed URLs that lead to them."""
