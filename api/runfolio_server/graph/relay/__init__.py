"""What Relay asks for: connections, nodes, node ids, and the scalars of the schema."""
