"""How documents are executed: lists through compiled selections, the rest as graphql-core does."""
