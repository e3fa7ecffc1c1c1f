"""The GraphQL schema: types whose resolvers are one line to a loader or an action."""
