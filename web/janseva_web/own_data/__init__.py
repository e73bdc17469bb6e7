"""What is kept of a person: a copy of it, and its erasure."""
