"""One function per thing a user can do: permission, rules and the transaction."""
