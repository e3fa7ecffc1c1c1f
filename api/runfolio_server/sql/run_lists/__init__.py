"""Lists of a project's runs by filter and order, and what these runs have in common."""
