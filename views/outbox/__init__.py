"""The Outbox page: every email that waits for a person, for its moment or for the network, and what became of it."""
