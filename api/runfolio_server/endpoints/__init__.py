"""HTTP in, HTTP out: no SQL and no rules."""
