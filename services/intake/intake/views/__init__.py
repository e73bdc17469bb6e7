"""What people are shown of a case."""
