"""The case: its states, its facts, who may see it, what other services' events change, and where it is kept."""
