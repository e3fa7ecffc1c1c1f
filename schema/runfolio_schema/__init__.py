"""The contract of runfolio: the GraphQL SDL, the tables with the migrations that build them, and the functions."""
