"""The outbox: what changed, written in the transaction of the change, read in order by cursor, and swept."""
