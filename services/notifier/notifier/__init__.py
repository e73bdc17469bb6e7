"""Notifier: the right message to the right person, once."""
