"""What one document may cost: its size, depth, aliases, variables, and what its fields ask for."""
