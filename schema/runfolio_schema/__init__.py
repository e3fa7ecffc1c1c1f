"""The contract of runfolio: the GraphQL SDL, the tables and the migrations that build them."""
