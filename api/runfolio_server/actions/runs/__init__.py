"""Making, changing, ending and deleting runs, and their files."""
