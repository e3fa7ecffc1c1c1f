"""Projects: made on demand, changed by hand, deleted and restored."""
