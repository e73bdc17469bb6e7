"""Hearings: their rules, their commands, and officers' time."""
