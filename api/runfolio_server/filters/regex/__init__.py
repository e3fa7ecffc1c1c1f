"""RE2 patterns as PostgreSQL regular expressions."""
