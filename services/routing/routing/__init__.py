"""Routing: which police station a submission belongs to, and why."""
