"""Lists of artifacts and their collections by filter and order, and of the artifacts of a run."""
