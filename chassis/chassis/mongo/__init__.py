"""MongoDB: the client with its concerns and error meanings, and group commit of concurrent inserts."""
