"""Spellings that only the W&B SDK sends; README.md lists each with the operation that needs it."""
