"""The PostgreSQL that comes along when no database URL is given. Used by serve/ and by the tests; see postgres.py."""

from runfolio_server.embedded.errors import EmbeddedPostgresError, StartInterruptedError
from runfolio_server.embedded.postgres import EmbeddedPostgres

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "StartInterruptedError"]
