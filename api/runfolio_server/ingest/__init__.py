"""From a request body to the tail, and from the tail to chunks."""
