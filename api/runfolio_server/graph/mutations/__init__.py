"""One module per noun that clients can change."""
