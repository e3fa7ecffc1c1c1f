"""Reading history: tail and chunks as one sequence of lines."""
