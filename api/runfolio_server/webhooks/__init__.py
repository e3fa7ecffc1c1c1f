"""Events of runs, sent to the address that the settings name: by the worker, from the outbox, each at least once."""
