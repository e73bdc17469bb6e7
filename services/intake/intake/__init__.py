"""Intake: the only write edge for citizens and officers."""
