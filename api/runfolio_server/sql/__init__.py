"""The only package that talks to PostgreSQL: one module and one .sql file per noun."""
