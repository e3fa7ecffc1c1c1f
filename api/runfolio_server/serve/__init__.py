"""One process that is a whole installation: database, API, worker, first user. Started by cli.py; see run.py."""
