"""The runfolio server: GraphQL over PostgreSQL. Start reading at app.py."""
