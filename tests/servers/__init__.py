"""Real servers on loopback for tests: what the program talks to over the network, as it really talks."""
