"""Tracking: what a citizen sees of a case and does with it, live and on paper."""
