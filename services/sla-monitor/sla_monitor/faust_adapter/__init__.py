"""Faust, and every reach into its private parts: assignment, recovery, flow and commits of a worker."""
