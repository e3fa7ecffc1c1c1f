"""How history is read: every row, a sample, columns, curves and tables."""
