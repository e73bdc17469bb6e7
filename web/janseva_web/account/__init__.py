"""Citizens log in by a code that their phone receives."""
