"""Reading what runs print."""
