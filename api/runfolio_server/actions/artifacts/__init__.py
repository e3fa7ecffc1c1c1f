"""What users can do with artifacts: one function for each thing."""
